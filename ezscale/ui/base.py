"""Words that several parts share."""

from typing import Any, Literal

import reflex as rx

Text = str | rx.Var[str]
Flag = bool | rx.Var[bool]
Content = rx.Component | rx.Var[Any] | str
StateVar = Any  # a var of a state: type checkers see the value's own type where it is named
Tone = Literal["neutral", "success", "warning", "danger", "info"]

SOFT: dict[str, str] = {
    "neutral": "bg-sunken text-body",
    "success": "bg-success-soft text-success",
    "warning": "bg-warning-soft text-warning",
    "danger": "bg-danger-soft text-danger",
    "info": "bg-info-soft text-info",
}


def classes(*names: str) -> str:
    """Class names as one string, without the empty ones."""
    return " ".join(name for name in names if name)


def words(flag: Flag, yes: Text, no: Text) -> StateVar:
    """One of two words, chosen in the browser."""
    return rx.cond(flag, rx.Var.create(yes), rx.Var.create(no))  # type: ignore[call-overload]  # mypy drops half of them
