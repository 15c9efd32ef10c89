"""A plan that can be fitted out: what tests about baskets choose from."""

from typing import Any

from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import (
    AddOn,
    AddOnOffer,
    AddOnPrice,
    Option,
    OptionOffer,
    OptionPrice,
    OptionValue,
    Plan,
)
from ezscale.models.option import OptionKind
from tests.ordering.plans import plan_named

ONCE = 0


def fit_the_shop(work: Work, slug: str = "vps-2") -> None:
    """A plan with more memory by steps, a panel to choose, backups, moving house once, and a toolbox for one panel."""
    plan = plan_named(work, slug)
    memory = Option(slug="memory", name="More memory", kind=OptionKind.SLIDER, unit="GB", largest=32, step=4)
    panel = Option(slug="panel", name="Control panel", kind=OptionKind.CHOICE, position=1)
    work.session.add_all((memory, panel))
    work.session.flush()
    step, none, cpanel = (
        OptionValue(option_id=option.id, slug=value, name=name)
        for option, value, name in ((memory, "step", "4 GB"), (panel, "none", "None"), (panel, "cpanel", "cPanel"))
    )
    work.session.add_all((step, none, cpanel))
    work.session.flush()
    for value, price, setup in ((step, "2.00", "0"), (cpanel, "15.00", "5.00")):
        for months, times in ((1, 1), (12, 10)):
            costs: dict[str, Any] = {"amount_minor": _cents(price) * times, "setup_minor": _cents(setup)}
            work.session.add(OptionPrice(value_id=value.id, currency="EUR", months=months, since=work.now, **costs))
    work.session.add(OptionOffer(plan_id=plan.id, option_id=memory.id))
    work.session.add(OptionOffer(plan_id=plan.id, option_id=panel.id, standard_value_id=none.id, position=1))
    _add_on(work, plan, AddOn(slug="backups", name="Backups", most=5), "3.00", "1.00")
    _add_on(work, plan, AddOn(slug="moving", name="Moving house", most=2, recurring=False), "49.00", "0")
    toolbox = AddOn(slug="toolbox", name="Toolbox")
    _add_on(work, plan, toolbox, "4.00", "0", needs=cpanel)


def _add_on(work: Work, plan: Plan, add_on: AddOn, price: str, setup: str, needs: OptionValue | None = None) -> None:
    work.session.add(add_on)
    work.session.flush()
    work.session.add(AddOnOffer(plan_id=plan.id, add_on_id=add_on.id, needs_value_id=needs.id if needs else None))
    for months, times in ((1, 1), (12, 10)) if add_on.recurring else ((ONCE, 1),):
        costs: dict[str, Any] = {"amount_minor": _cents(price) * times, "setup_minor": _cents(setup)}
        work.session.add(AddOnPrice(add_on_id=add_on.id, currency="EUR", months=months, since=work.now, **costs))


def _cents(amount: str) -> int:
    return Money.of(amount, "EUR").minor
