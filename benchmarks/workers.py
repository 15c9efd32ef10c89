"""A worker as it is in production: hands for each lane, a bell, and a beat that rings it."""

from collections.abc import Mapping
from multiprocessing.synchronize import Barrier, Event

from ezscale.kit.collector import calm_collector
from ezscale.kit.jobs import Lane
from ezscale.tasks.bell import Bell
from ezscale.tasks.crew import Crew
from ezscale.wiring import House


def work_until(over: Event, ready: Barrier, house: House, hands: Mapping[Lane, int]) -> None:
    """Work from the moment at which everybody is ready until it is over."""
    calm_collector()
    crew = Crew(lambda: house, hands)
    bell = Bell(crew.look)
    house.database.take_turns()
    house.database.ring = bell.ring
    ready.wait()
    while not over.is_set():
        bell.ring()
        over.wait(0.5)
    crew.end()
