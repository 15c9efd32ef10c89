"""Facts that rooms tell each other about, and how they travel as JSON."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar, Self, get_type_hints
from uuid import UUID

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, named in the past tense. Its fields are ids, words, numbers and dates.

    `customer_id`, where a subclass has it, is whose screens want to hear of it.
    """

    known: ClassVar[dict[str, type["Event"]]] = {}

    def __init_subclass__(cls) -> None:
        Event.known[cls.__name__] = cls

    def to_plain(self) -> Plain:
        """As JSON can carry it."""
        fields: tuple[str, ...] = self.__match_args__
        return {name: _plain(getattr(self, name)) for name in fields}

    @classmethod
    def from_plain(cls, values: Plain) -> Self:
        """The event again, from `to_plain`."""
        hints = _hints(cls.__name__)
        return cls(**{name: _typed(hints[name], value) for name, value in values.items()})


def revive(name: str, values: Plain) -> Event:
    """The event that was stored under a name."""
    return Event.known[name].from_plain(values)


@cache
def _hints(name: str) -> dict[str, Any]:
    return get_type_hints(Event.known[name])


def _plain(value: object) -> object:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def _typed(hint: Any, value: Any) -> Any:
    if value is None or hint in (str, int, bool):
        return value
    for kind in getattr(hint, "__args__", (hint,)):
        if kind is UUID:
            return UUID(value)
        if kind in (date, datetime):
            return kind.fromisoformat(value)
    return value
