"""How much is tried: enough for every change, or everything (EZSCALE_SOAK=1, `make soak`)."""

import os
from collections.abc import Callable
from typing import TypeVar

import pytest

Test = TypeVar("Test", bound=Callable[..., None])
SOAK = os.environ.get("EZSCALE_SOAK") == "1"


def size(usual: int, full: int) -> int:
    """How many, today."""
    return full if SOAK else usual


def all_databases_in_a_soak(test: Test) -> Test:
    """SQLite today, or all of them when everything is tried."""
    return pytest.mark.all_databases(test) if SOAK else test


def figures(what: str, **counted: object) -> None:
    """Print what a soak has counted."""
    if SOAK:
        told = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counted.items())
        print(f"\n{what}: {told}")  # noqa: T201
