"""Which options and add-ons a plan can be fitted with, which value it comes with, and what needs what."""

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.catalog.changing import change_catalog, locked
from ezscale.kit.errors import BusinessError, Invalid, NotFound
from ezscale.kit.work import Work
from ezscale.models import AddOn, AddOnOffer, Option, OptionOffer, OptionValue, Plan
from ezscale.models.option import OptionKind

Fit = TypeVar("Fit", Option, AddOn)


@dataclass(frozen=True, slots=True)
class Offered:
    """What a plan is offered with. `standard` comes with it without a price; without `needs` it is not had."""

    offer: OptionOffer | AddOnOffer
    thing: Option | AddOn
    standard: OptionValue | None
    needs: OptionValue | None


def offer_option(
    work: Work, plan_id: UUID, option_id: UUID, standard_id: UUID | None = None, needs_id: UUID | None = None
) -> OptionOffer:
    """A plan can have an option from now on, or has it on other terms."""
    change_catalog(work)
    plan, option = locked(work, Plan, plan_id), _still_offered(work, Option, option_id, "option")
    if standard_id is not None and option.kind is OptionKind.SLIDER:
        raise Invalid("A slider begins with what the plan includes: it has no standard value.", field="standard")
    if standard_id is not None and _value(work, standard_id, "standard").option_id != option_id:
        raise Invalid("This is no value of that option.", field="standard")
    _check_need(work, plan_id, needs_id, but=option_id)
    known = select(OptionOffer).where(OptionOffer.plan_id == plan.id, OptionOffer.option_id == option_id)
    offer = work.session.exec(known).first() or OptionOffer(plan_id=plan.id, option_id=option_id)
    offer.standard_value_id, offer.needs_value_id, offer.position = standard_id, needs_id, option.position
    work.session.add(offer)
    work.session.flush()
    return offer


def offer_add_on(work: Work, plan_id: UUID, add_on_id: UUID, needs_id: UUID | None = None) -> AddOnOffer:
    """A plan can have an add-on from now on, or has it on other terms."""
    change_catalog(work)
    plan, add_on = locked(work, Plan, plan_id), _still_offered(work, AddOn, add_on_id, "add_on")
    _check_need(work, plan_id, needs_id)
    known = select(AddOnOffer).where(AddOnOffer.plan_id == plan.id, AddOnOffer.add_on_id == add_on_id)
    offer = work.session.exec(known).first() or AddOnOffer(plan_id=plan.id, add_on_id=add_on_id)
    offer.needs_value_id, offer.position = needs_id, add_on.position
    work.session.add(offer)
    work.session.flush()
    return offer


def withdraw_option(work: Work, plan_id: UUID, option_id: UUID) -> None:
    """A plan cannot be fitted with it any more. Those who have it keep it: what they have is an item of their own."""
    change_catalog(work)
    locked(work, Plan, plan_id)
    known = select(OptionOffer).where(OptionOffer.plan_id == plan_id, OptionOffer.option_id == option_id)
    offer = work.session.exec(known).first()
    if offer is None:
        raise NotFound
    if any(other.needs and other.needs.option_id == option_id for other in offered_with(work, plan_id)):
        raise BusinessError("Something else that this plan offers needs it. Change that first.")
    work.session.delete(offer)


def withdraw_add_on(work: Work, plan_id: UUID, add_on_id: UUID) -> None:
    """A plan cannot have it any more. Those who have it keep it."""
    change_catalog(work)
    locked(work, Plan, plan_id)
    known = select(AddOnOffer).where(AddOnOffer.plan_id == plan_id, AddOnOffer.add_on_id == add_on_id)
    offer = work.session.exec(known).first()
    if offer is None:
        raise NotFound
    work.session.delete(offer)


def offered_with(work: Work, plan_id: UUID) -> list[Offered]:
    """What a plan is offered with, options before add-ons, in shop order. For staff."""
    work.actor.require(SEE_EVERYTHING)
    options = work.session.exec(
        select(OptionOffer, Option)
        .join(Option, col(Option.id) == OptionOffer.option_id)
        .where(OptionOffer.plan_id == plan_id)
        .order_by(col(OptionOffer.position), col(Option.slug))
    ).all()
    add_ons = work.session.exec(
        select(AddOnOffer, AddOn)
        .join(AddOn, col(AddOn.id) == AddOnOffer.add_on_id)
        .where(AddOnOffer.plan_id == plan_id)
        .order_by(col(AddOnOffer.position), col(AddOn.slug))
    ).all()
    named = {offer.standard_value_id for offer, _ in options} | {offer.needs_value_id for offer, _ in options}
    named |= {offer.needs_value_id for offer, _ in add_ons}
    found = work.session.exec(select(OptionValue).where(col(OptionValue.id).in_([each for each in named if each])))
    values = {value.id: value for value in found}
    return [
        *(
            Offered(offer, thing, _of(values, offer.standard_value_id), _of(values, offer.needs_value_id))
            for offer, thing in options
        ),
        *(Offered(offer, thing, None, _of(values, offer.needs_value_id)) for offer, thing in add_ons),
    ]


def _of(values: dict[UUID, OptionValue], value_id: UUID | None) -> OptionValue | None:
    return values.get(value_id) if value_id else None


def _still_offered(work: Work, table: type[Fit], row_id: UUID, field: str) -> Fit:
    thing = work.session.get(table, row_id)
    if thing is None or thing.archived_at is not None:
        raise Invalid("Please choose one from the list.", field=field)
    return thing


def _value(work: Work, value_id: UUID, field: str) -> OptionValue:
    """A value that can be chosen; locked, so that nobody archives it at the same moment."""
    value = work.session.get(OptionValue, value_id, with_for_update=True)
    if value is None or value.archived_at is not None:
        raise Invalid("Please choose one from the list.", field=field)
    return value


def _check_need(work: Work, plan_id: UUID, needs_id: UUID | None, but: UUID | None = None) -> None:
    """Only a value that can be had with the same plan can be asked for, and of another option."""
    if needs_id is None:
        return
    value = _value(work, needs_id, "needs")
    offered = select(OptionOffer.id).where(OptionOffer.plan_id == plan_id, OptionOffer.option_id == value.option_id)
    if value.option_id == but or work.session.exec(offered).first() is None:
        raise Invalid("It can only need a value of another option that this plan offers.", field="needs")
