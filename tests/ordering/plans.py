"""Plans of the shop, and what a test does to them."""

from sqlmodel import select

from ezscale.catalog.plan_keeping import PlanSheet, change_plan
from ezscale.kit.work import Work
from ezscale.models import Plan
from ezscale.provisioning.stock_reading import choose_stock_source
from tests.company import Company

PLAN_MEMORY = 4096


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


def restock(work: Work, slug: str, stock: int) -> Plan:
    """Staff raise the stock of a plan on its page."""
    plan = plan_named(work, slug)
    sheet = PlanSheet(plan.name, package=plan.package, stock=str(stock), stock_seen=str(plan.stock))
    return change_plan(work, plan.id, sheet)


def has_room(at: Company, for_so_many: int, elsewhere: int = 0) -> None:
    """The panel has room for so many VPS 2 in Frankfurt, and in London."""
    rooms = {"11": for_so_many, "31": elsewhere, **dict.fromkeys(("12", "21", "22", "32"), 0)}
    for hypervisor, room in rooms.items():
        url = f"/_sandbox/hypervisors/{hypervisor}"
        assert at.panel_http.post(url, json={"memory": PLAN_MEMORY * room}).status_code == 204


def counts_on_panel(at: Company, margin: str = "", slug: str = "vps-2") -> None:
    """Staff let the panel count a plan, and it is asked."""
    with at.robot() as work:
        choose_stock_source(work, at.house.panels, plan_named(work, slug).id, "panel", margin)
    at.works()


def no_room(at: Company) -> None:
    """The panel can build no more in Frankfurt."""
    _memory(at, 1_024)


def room(at: Company) -> None:
    """It can again."""
    _memory(at, 1_048_576)


def _memory(at: Company, memory: int) -> None:
    for hypervisor in (11, 12):
        assert at.panel_http.post(f"/_sandbox/hypervisors/{hypervisor}", json={"memory": memory}).is_success
