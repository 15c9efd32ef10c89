"""The staff's door: the edge of the web notes on each request, and on each socket, whether it came in by it."""

from collections.abc import Mapping

from ezscale.kit.settings import settings

MARK = "x-ezscale-staff-door"  # the edge removes whatever a browser has written there itself
OPEN = "open"


def came_by_staff_door(headers: Mapping[str, str]) -> bool:
    """Whether whoever sends these headers stands where staff may work. Without the edge's word: no, if there is a rule."""
    return headers.get(MARK) == OPEN or not settings().guards_staff_door
