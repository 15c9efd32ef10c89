"""Tasks about the house itself."""

from datetime import timedelta

from ezscale.reporting import tidying, time_machine
from ezscale.reporting.events import TravelRequested
from ezscale.tasks import travelling
from ezscale.tasks.registry import task
from ezscale.wiring import House


@task
def tidy(house: House) -> None:
    """Throw away what nobody will ask for again."""
    with house.automation("housekeeping")() as work:
        tidying.tidy(work)


@task
def travel(house: House, event: TravelRequested) -> None:
    """Let the company live through a day of the way that was asked for, then through the next."""
    with house.automation("time machine")() as work:
        stop = min(event.until, work.now + timedelta(days=1))
    travelling.travel(house, stop)
    with house.automation("time machine")() as work:
        time_machine.go_on(work, event)
