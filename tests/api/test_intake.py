"""Messages that come at the same time are stored together, and each on its own merits."""

from concurrent.futures import ThreadPoolExecutor

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


def test_copies_in_one_block_or_in_several_are_stored_once(intake: Intake, work: Work) -> None:
    numbers = [number % 20 for number in range(60)]

    with ThreadPoolExecutor(12) as senders:
        list(senders.map(lambda number: intake.take(a_notice(number, live=number == 7), f"{number}"), numbers))

    assert count(work, col(InboundNotice.id).is_not(None)) == 20
    assert count(work, OutboxEvent.name == "NoticeReceived") == 19
    assert count(work, BillingCase.kind == "wrong_mode") == 1


def test_one_that_cannot_be_stored_harms_no_other(intake: Intake, work: Work) -> None:
    bodies = ["{}"] * 10 + [None] + ["{}"] * 10  # nothing that a column of text takes

    def take(number: int) -> bool:
        try:
            intake.take(a_notice(number), bodies[number])  # type: ignore[arg-type]
        except SQLAlchemyError:
            return False
        return True

    with ThreadPoolExecutor(12) as senders:
        taken = list(senders.map(take, range(21)))

    assert taken == [number != 10 for number in range(21)]
    assert count(work, col(InboundNotice.id).is_not(None)) == 20
