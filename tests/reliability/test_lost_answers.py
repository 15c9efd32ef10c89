"""A gateway takes every charge and answers none: nothing is taken for failed, nothing is taken twice, and sweeps find it all."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from ezscale.billing.collecting import ANSWER_OVERDUE, request_charge
from ezscale.kit.clock import FixedClock
from ezscale.kit.work import Database
from ezscale.models import Invoice, PaymentAttempt
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import AttemptStatus, AttemptTrigger
from ezscale.tasks.billing import find_lost_answers
from tests.billing.papers import owes
from tests.company import Company, Person
from tests.sizes import figures, size

pytestmark = pytest.mark.all_databases

CHARGES, MOST_SWEEPS = size(8, 200), 2
CALLS = {"stripe": "/v1/payment_intents", "paypal": "/v2/checkout/orders"}


@pytest.fixture
def at(database: Database, clock: FixedClock, tmp_path: Path) -> Company:
    """A company that hears nothing by webhooks."""
    return Company(database, clock, tmp_path, webhooks=False)


@pytest.mark.parametrize(
    "away", [ANSWER_OVERDUE * 2, timedelta(hours=30)], ids=["while keys are known", "when keys are forgotten"]
)
@pytest.mark.parametrize("gateway", CALLS)
def test_every_answer_is_lost_and_found_without_a_second_charge(at: Company, gateway: str, away: timedelta) -> None:
    ada = at.signs_up("Ada Moreno")
    if gateway == "stripe":
        ada.leaves_card("4242424242424242")
    else:
        ada.leaves_wallet()
    http = at.stripe_http if gateway == "stripe" else at.paypal_http

    at.breaks(http, "lost", path=CALLS[gateway], method="POST", times=0)
    owed = owes_and_is_charged(at, ada)
    at.works()
    unheard, taken = standing(at), did(http)
    at.mends(http)
    at.clock.move(away)
    sweeps = 0
    while standing(at).keys() != {AttemptStatus.SUCCEEDED} and sweeps < MOST_SWEEPS:
        find_lost_answers(at.house)
        sweeps += 1
    at.works()  # what was to be tried again finds nothing to do

    figures("lost answers", gateway=gateway, away=away, charges=CHARGES, sweeps=sweeps)
    assert unheard == {AttemptStatus.UNKNOWN: CHARGES}
    assert standing(at) == {AttemptStatus.SUCCEEDED: CHARGES}
    assert taken == did(http) == {"EUR": owed}
    with at.robot() as work:
        assert set(work.session.exec(select(Invoice.status))) == {InvoiceStatus.PAID}
    assert at.complaints() == {}


def owes_and_is_charged(at: Company, person: Person) -> int:
    """Invoices of which each is charged: what they ask for in all, in cents."""
    owed = 0
    for _ in range(CHARGES):
        invoice = owes(at, person)
        owed += invoice.total_minor
        with at.robot() as work:
            request_charge(work, invoice.id, AttemptTrigger.DUE)
    return owed


def standing(at: Company) -> Counter[AttemptStatus]:
    """How many attempts stand where."""
    with at.robot() as work:
        return Counter(work.session.exec(select(PaymentAttempt.status)))


def did(http: Any) -> dict[str, int]:
    """What the gateway really took."""
    return {currency.upper(): taken for currency, taken in http.get("/_sandbox/state").json()["captured"].items()}
