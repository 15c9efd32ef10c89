"""What browsers send, made safe: any client can call any handler with anything at all."""

from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from ezscale.kit.errors import Invalid, NotFound

Choice = TypeVar("Choice", bound=StrEnum)


def sent_id(sent: Any) -> UUID:
    """The id of a row. NotFound when it cannot be one."""
    try:
        return UUID(sent)
    except (ValueError, TypeError, AttributeError):
        raise NotFound from None


def sent_text(sent: Any, longest: int = 250) -> str:
    """A line of text, without what surrounds it and cut to a length; nothing for what is no text.

    Without NUL characters, which PostgreSQL refuses to store or to look for.
    """
    return sent.replace("\x00", "").strip()[:longest] if isinstance(sent, str) else ""


def sent_choice(sent: Any, choices: type[Choice]) -> Choice:
    """One of several. Invalid when it is none of them."""
    try:
        return choices(sent)
    except ValueError:
        raise Invalid("Please choose one from the list.") from None


def sent_day(sent: Any, field: str) -> date:
    """A day as browsers send it: 2026-03-02. Invalid, on the field, for anything else."""
    try:
        return date.fromisoformat(sent_text(sent, 10))
    except ValueError:
        raise Invalid("Please choose a day.", field=field) from None


def sent_moment(sent: Any, field: str, zone: tzinfo) -> datetime:
    """A moment as browsers send it, without a zone: 2026-03-02T09:00. Invalid, on the field, for anything else."""
    try:
        there = datetime.fromisoformat(sent_text(sent, 16))
    except ValueError:
        raise Invalid("Please choose a day and a time.", field=field) from None
    return there.replace(tzinfo=zone).astimezone(UTC)


def sent_fields(sent: Any, *names: str, longest: int = 250) -> dict[str, str]:
    """The named fields of a form, each as `sent_text` gives it."""
    form = sent if isinstance(sent, dict) else {}
    return {name: sent_text(form.get(name), longest) for name in names}
