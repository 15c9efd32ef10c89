"""Plans of the shop, and what a test does to them."""

from sqlmodel import select

from ezscale.kit.work import Work
from ezscale.models import Plan
from tests.company import Company


def plan_named(work: Work, slug: str) -> Plan:
    """A plan by its name in addresses."""
    return work.session.exec(select(Plan).where(Plan.slug == slug)).one()


def turns(at: Company, slug: str = "vps-2", **values: object) -> None:
    """A plan is something else from now on."""
    with at.robot() as work:
        plan = plan_named(work, slug)
        for name, value in values.items():
            setattr(plan, name, value)
        work.session.add(plan)


def left(at: Company, slug: str = "vps-2") -> int | None:
    """How many of a plan may still be sold."""
    with at.robot() as work:
        return plan_named(work, slug).stock
