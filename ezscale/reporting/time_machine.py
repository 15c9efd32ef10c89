"""The time machine of the sandbox: the company lives through days that have not come yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ezscale.accounts.permissions import MOVE_THE_CLOCK, SEE_EVERYTHING
from ezscale.company.standstill import stands_still
from ezscale.kit.clock import head_for, heading_for, shift
from ezscale.kit.errors import BusinessError, Invalid
from ezscale.kit.settings import settings
from ezscale.kit.work import Work
from ezscale.reporting.events import TravelEnded, TravelRequested

FARTHEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class CompanyTime:
    """What time it is for the company, how far that is ahead of the world, and where the time machine is going."""

    now: datetime
    ahead: timedelta
    destination: datetime | None
    can_travel: bool


def company_time(work: Work) -> CompanyTime:
    """The company's clock, for staff."""
    work.actor.require(SEE_EVERYTHING)
    return CompanyTime(work.now, shift(work.session), heading_for(work.session), settings().sandbox)


def ask_to_travel(work: Work, by: timedelta) -> datetime:
    """Go ahead in time, with everything that happens on the way. Refused with a live gateway, and while on the way."""
    work.actor.require(MOVE_THE_CLOCK)
    if not settings().sandbox:
        raise BusinessError("The clock cannot be moved while real vendors are connected.")
    if not timedelta(0) < by <= FARTHEST:
        raise Invalid(f"Please choose between a moment and {FARTHEST.days} days.", field="by")
    if stands_still(work):
        raise BusinessError("The company stands still: let it go on first.")
    if heading_for(work.session) is not None:
        raise BusinessError("The time machine is on its way already.")
    until = work.now + by
    head_for(work.session, until)
    work.emit(TravelRequested(until))
    return until


def go_on(work: Work, event: TravelRequested) -> None:
    """After a day on the way: ask for the next, or note the arrival."""
    if work.now < event.until:
        work.emit(event)
    else:
        head_for(work.session, None)
        work.emit(TravelEnded(work.now))
