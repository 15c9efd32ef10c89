"""How much room panels have for the plans whose stock they count: asked every few minutes, and after every change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, or_, select

from ezscale.catalog.panel_stock import book_reading, book_silence, choose_source, lock_for_reading
from ezscale.kit.errors import Invalid, Rejected, TemporaryFailure
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Location, Plan, Service, SystemImage
from ezscale.models.plan import StockSource
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.events import StockWanted
from ezscale.provisioning.jobs import Panels
from ezscale.provisioning.panel_skills import CountsStock
from ezscale.provisioning.ports import Panel
from ezscale.provisioning.specs import sample_spec

# What is ordered and will be asked of the panel. What waits for stock is not among them: it has none yet.
PROMISED = (ServiceStatus.WAITING, ServiceStatus.HELD, ServiceStatus.BUILDING, ServiceStatus.FAILED)
NO_SUCH_SKILL = "This panel does not say how much room it has. Please count the stock here."


@dataclass(frozen=True, slots=True)
class Question:
    """What a panel is asked: a plan in a location. `promised` was ordered before it was asked, and not built by then."""

    plan: Plan
    location: Location
    image: str
    asked_at: datetime
    promised: frozenset[UUID]


def choose_stock_source(work: Work, panels: Panels, plan_id: UUID, source: str, margin: str) -> Plan:
    """Who says from now on how many of a plan may be sold; a panel is asked at once. Invalid for one that cannot say."""
    plan = choose_source(work, plan_id, source, margin)
    if plan.stock_source is StockSource.PANEL:
        if not isinstance(panels.get(plan.panel), CountsStock):
            raise Invalid(NO_SUCH_SKILL, field="source")
        work.emit(StockWanted(plan.panel))
    return plan


def read_stock(open_work: OpenWork, panels: Panels) -> None:
    """Ask every panel. One that does not answer keeps nobody else from being asked."""
    for name in panels:
        read_stock_of(open_work, panels, name)


def read_stock_of(open_work: OpenWork, panels: Panels, name: str) -> None:
    """Ask a panel how much room it has for each plan that it counts, in each place.

    Where it refuses, or does not answer, what it said before holds; after no answer it is not asked for the rest.
    """
    panel = panels.get(name)
    with open_work() as work:
        asked = _questions(work, name)
    if not isinstance(panel, CountsStock):
        _note_silence(open_work, asked, f"No panel called {name} is connected that counts its stock.")
        return
    for place, (plan, location, image) in enumerate(asked):
        with open_work() as work:
            question = Question(plan, location, image, work.now, _promised_now(work, location))
        try:
            room = panel.stock(sample_spec(plan, location, image))
        except Rejected as refusal:
            _note_silence(open_work, [asked[place]], str(refusal))
        except TemporaryFailure as failure:
            _note_silence(open_work, asked[place:], str(failure))
            return
        else:
            with open_work() as work:
                _book(work, panel, question, room)


def _questions(work: Work, panel: str) -> list[tuple[Plan, Location, str]]:
    """Plans that are for sale and counted there, each in all places of the panel."""
    counted = (Plan.panel == panel, col(Plan.stock_from_panel).is_(True), col(Plan.archived_at).is_(None))
    plans = work.session.exec(select(Plan).where(*counted).order_by(col(Plan.id))).all()
    if not plans:
        return []
    places = work.session.exec(select(Location).where(Location.panel == panel).order_by(col(Location.position))).all()
    images = select(SystemImage.panel_ref).where(SystemImage.panel == panel).order_by(col(SystemImage.position))
    image = work.session.exec(images.limit(1)).first() or ""
    return [(plan, place, image) for plan in plans for place in places]


def _note_silence(open_work: OpenWork, asked: Sequence[tuple[Plan, Location, str]], trouble: str) -> None:
    for plan in dict.fromkeys(plan.id for plan, _, _ in asked):
        places = [location.id for each, location, _ in asked if each.id == plan]
        with open_work() as work:
            book_silence(work, plan, places, trouble)


def _book(work: Work, panel: Panel, question: Question, room: int) -> None:
    plan = lock_for_reading(work, question.plan.id)  # first: whoever orders it now is seen below, or waits for us
    if plan is not None:
        book_reading(work, plan, question.location.id, room, _promised(work, panel, plan, question))


def _promised_now(work: Work, location: Location) -> frozenset[UUID]:
    return frozenset(work.session.exec(select(Service.id).where(_unbuilt(location))))


def _promised(work: Work, panel: Panel, plan: Plan, question: Question) -> int:
    """How many of a plan could be built in the room that others will take.

    What was given its room while the panel was asked is counted, too: the answer may not know of it.
    """
    shares = isinstance(panel, CountsStock) and panel.shares_room
    while_asked = col(Service.created_at) > question.asked_at
    taking = (
        select(Service.id, Plan)
        .join(Plan, col(Plan.id) == Service.plan_id)
        .where(
            Service.location_id == question.location.id,
            or_(_unbuilt(question.location), while_asked, col(Service.id).in_(question.promised)),
            col(Service.status).not_in((ServiceStatus.TERMINATING, ServiceStatus.TERMINATED, ServiceStatus.EXPIRED)),
        )
    )
    return sum(takes_of(other, plan, shares=shares) for _, other in work.session.exec(taking))


def takes_of(other: Plan, plan: Plan, *, shares: bool) -> int:
    """How many of a plan fit into the room of one of another plan, rounded up.

    Where plans share no room, only those that ask for the very same thing take it from each other.
    """
    if other.id == plan.id:
        return 1
    if not shares:
        return int(bool(plan.panel_settings) and other.panel_settings == plan.panel_settings)
    sizes = ((other.cpu_cores, plan.cpu_cores), (other.memory_mb, plan.memory_mb), (other.disk_gb, plan.disk_gb))
    return max([1, *(-(-theirs // ours) for theirs, ours in sizes if ours)])


def _unbuilt(location: Location) -> ColumnElement[bool]:
    here = (col(Service.location_id) == location.id, col(Service.remote_id).is_(None))
    return and_(*here, col(Service.status).in_(PROMISED))
