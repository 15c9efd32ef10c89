"""Letting the company stand still: nothing happens by itself until somebody says that it goes on."""

from typing import ClassVar

import sqlalchemy
from pydantic import Field

from ezscale.company.rules import Rules, set_rules
from ezscale.kit.database import table_of
from ezscale.kit.errors import BusinessError, Invalid
from ezscale.kit.work import Work
from ezscale.models import Setting


class AutomationRules(Rules):
    """Whether the company does by itself what it always does."""

    topic: ClassVar[str] = "automation"
    title: ClassVar[str] = "Standing still"

    stands_still: bool = Field(
        default=False,
        title="Let everything stand still",
        description="Nothing happens by itself: no run of the night, no charge, no mail, no server that is built or "
        "stopped. What comes in is kept and waits. Pages and the API go on.",
    )
    why: str = Field(
        default="",
        max_length=300,
        title="Why",
        description="For colleagues: the doctor says it for as long as everything stands still.",
    )


SETTINGS = table_of(Setting)
DECIDED = sqlalchemy.select(SETTINGS.c.value).where(SETTINGS.c.topic == AutomationRules.topic)


def stands_still(work: Work) -> bool:
    """Whether nothing may happen by itself now. Asked before every job, so nothing else is read for it."""
    decided = work.session.connection().scalar(DECIDED)
    return decided is not None and AutomationRules.out_of(decided).stands_still


def stand_still(work: Work, why: str) -> None:
    """Let nothing happen by itself from now on; what is under way comes to its end. Staff who set rules only."""
    if not why.strip():
        raise Invalid("Please say in a few words why.", field="why")
    set_rules(work, AutomationRules, {"stands_still": True, "why": why.strip()})
    work.record("company let stand still", why=why.strip())


def go_on(work: Work) -> None:
    """Let everything that waits happen, and whatever comes. Staff who set rules only."""
    if not stands_still(work):
        raise BusinessError("The company does not stand still.")
    set_rules(work, AutomationRules, {"stands_still": False, "why": ""})
    work.record("company let go on")
