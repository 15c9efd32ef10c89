"""Messages that come at the same time are stored together, and each on its own merits."""

import asyncio
from collections.abc import Awaitable, Iterable

import pytest
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, func, select

from ezscale import wiring
from ezscale.api.webhooks.intake import Intake
from ezscale.billing.ports import About, Notice
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.work import Database, Work
from ezscale.models import BillingCase, InboundNotice
from tests.company import Company

pytestmark = pytest.mark.all_databases


@pytest.fixture
def intake(database: Database, clock, tmp_path):
    """Where Stripe's messages arrive."""
    wiring.move_into(Company(database, clock, tmp_path).house)
    yield Intake("stripe")
    wiring.move_out()


def a_notice(number: int, *, live: bool = False) -> Notice:
    """A verified message."""
    return Notice(f"evt_{number}", "payment_intent.succeeded", About.PAYMENT, f"pi_{number}", live)


def count(work: Work, *conditions) -> int:
    """How many rows fit."""
    return work.session.exec(select(func.count()).where(*conditions)).one()


async def all_of(sent: Iterable[Awaitable[None]]) -> list[BaseException | None]:
    """Send them at the same time, and say what each was answered."""
    return await asyncio.gather(*sent, return_exceptions=True)


def test_copies_in_one_block_or_in_several_are_stored_once(intake: Intake, work: Work) -> None:
    numbers = [number % 20 for number in range(260)]  # more than one block takes

    answers = asyncio.run(all_of(intake.take(a_notice(number, live=number == 7), f"{number}") for number in numbers))

    assert answers == [None] * 260
    assert count(work, col(InboundNotice.id).is_not(None)) == 20
    assert count(work, OutboxEvent.name == "NoticeReceived") == 19
    assert count(work, BillingCase.kind == "wrong_mode") == 1


def test_one_that_cannot_be_stored_harms_no_other(intake: Intake, work: Work) -> None:
    bodies = ["{}"] * 10 + [None] + ["{}"] * 10  # nothing that a column of text takes

    sent = (intake.take(a_notice(number), body) for number, body in enumerate(bodies))  # type: ignore[arg-type]
    answers = asyncio.run(all_of(sent))

    assert [isinstance(answer, SQLAlchemyError) for answer in answers] == [number == 10 for number in range(21)]
    assert count(work, col(InboundNotice.id).is_not(None)) == 20


def test_who_has_hung_up_meanwhile_keeps_nobody_waiting(intake: Intake, work: Work) -> None:
    async def one_of_three_hangs_up() -> list[BaseException | None]:
        sent = [asyncio.ensure_future(intake.take(a_notice(number), "{}")) for number in range(3)]
        await asyncio.sleep(0)
        sent[1].cancel()
        return await all_of(sent)

    first, second, third = asyncio.run(one_of_three_hangs_up())

    assert (first, type(second), third) == (None, asyncio.CancelledError, None)
    assert count(work, col(InboundNotice.id).is_not(None)) == 3
