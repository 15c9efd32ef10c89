"""The matrix of action and state: what may happen in each state, and that nothing else does."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest

from ezscale.kit.money import Money
from ezscale.models.base import WrongState
from ezscale.models.invoice import InvoiceStatus as I
from ezscale.models.order import OrderStatus as O
from ezscale.models.payment import AttemptStatus as A
from ezscale.models.service import ServiceStatus as S
from ezscale.models.subscription import SubscriptionStatus as B
from tests.builders import NOW, TODAY, a_service, a_subscription, an_attempt, an_invoice, an_order

WHOLE, PART = Money(1190, "EUR"), Money(190, "EUR")
LIVE = (A.CREATED, A.SENT, A.UNKNOWN)

# maker, step, arguments, {state in which it is possible: state afterwards}
STEPS: tuple[tuple[Callable[..., Any], str, tuple[Any, ...], dict[StrEnum, StrEnum]], ...] = (
    (an_invoice, "issue", ("INV-2026-000001", TODAY, TODAY), {I.DRAFT: I.OPEN}),
    (an_invoice, "settle", (WHOLE, NOW), {I.OPEN: I.PAID, I.UNCOLLECTIBLE: I.PAID}),
    (an_invoice, "settle", (PART, NOW), {I.OPEN: I.OPEN, I.UNCOLLECTIBLE: I.UNCOLLECTIBLE}),
    (an_invoice, "void", (), {I.OPEN: I.VOID, I.UNCOLLECTIBLE: I.VOID}),
    (an_invoice, "write_off", (), {I.OPEN: I.UNCOLLECTIBLE}),
    (an_invoice, "deliver", (NOW,), {state: state for state in I}),
    (an_attempt, "send", (NOW,), dict.fromkeys(LIVE, A.SENT)),
    (an_attempt, "lose_sight", (), dict.fromkeys(LIVE, A.UNKNOWN)),
    (an_attempt, "fail", ("insufficient_funds", NOW), dict.fromkeys(LIVE, A.FAILED)),
    (an_attempt, "ask_customer", ("authentication_required", NOW), dict.fromkeys(LIVE, A.NEEDS_CUSTOMER)),
    (an_attempt, "succeed", ("pi_1", NOW), dict.fromkeys(A, A.SUCCEEDED)),  # money wins over opinion
    (a_subscription, "start", (TODAY, TODAY), {B.PENDING: B.ACTIVE, B.EXPIRED: B.ACTIVE}),
    (a_subscription, "expire", (), {B.PENDING: B.EXPIRED}),
    (a_subscription, "fall_behind", (), {B.ACTIVE: B.PAST_DUE, B.PAST_DUE: B.PAST_DUE}),
    (a_subscription, "catch_up", (), {B.ACTIVE: B.ACTIVE, B.PAST_DUE: B.ACTIVE}),
    (a_subscription, "end", (TODAY,), dict.fromkeys(B, B.ENDED)),
    (a_service, "begin_building", (), dict.fromkeys((S.WAITING, S.EXPIRED, S.FAILED), S.BUILDING)),
    (a_service, "expire", (), {S.WAITING: S.EXPIRED}),
    (a_service, "go_live", (NOW,), {S.BUILDING: S.ACTIVE, S.FAILED: S.ACTIVE}),
    (a_service, "fail", (), {S.BUILDING: S.FAILED}),
    (a_service, "suspend", (), {S.ACTIVE: S.SUSPENDED, S.SUSPENDED: S.SUSPENDED}),
    (a_service, "resume", (), {S.SUSPENDED: S.ACTIVE, S.ACTIVE: S.ACTIVE}),
    (
        *(a_service, "begin_terminating", ()),
        dict.fromkeys((S.WAITING, S.EXPIRED, S.ACTIVE, S.SUSPENDED, S.FAILED, S.TERMINATING), S.TERMINATING),
    ),
    (a_service, "terminate", (NOW,), {S.TERMINATING: S.TERMINATED}),
    (an_order, "pay", (NOW,), {O.PLACED: O.PAID, O.EXPIRED: O.PAID}),
    (an_order, "expire", (), {O.PLACED: O.EXPIRED}),
)
STATES: dict[Callable[..., Any], type[StrEnum]] = {
    an_invoice: I,
    an_attempt: A,
    a_subscription: B,
    a_service: S,
    an_order: O,
}
MATRIX = [
    pytest.param(make, state, step, given, after.get(state), id=f"{make.__name__}-{step}{place}-{state}")
    for place, (make, step, given, after) in enumerate(STEPS)
    for state in STATES[make]
]


@pytest.mark.parametrize(("make", "state", "step", "given", "after"), MATRIX)
def test_a_step_is_taken_only_in_the_states_that_allow_it(make, state, step, given, after):
    row = make(state)
    before = row.model_dump()

    if after is not None:
        getattr(row, step)(*given)
        assert row.status is after
        return

    with pytest.raises(WrongState, match=state.replace("_", " ")):
        getattr(row, step)(*given)
    assert row.model_dump() == before


def test_the_matrix_knows_every_step_of_every_row():
    public = {
        (make, name)
        for make in STATES
        for name, value in vars(type(make())).items()
        if callable(value) and not name.startswith(("_", "sa_", "model_")) and value.__module__.startswith("ezscale.")
    }

    assert public == {(make, step) for make, step, _, _ in STEPS}


def test_a_settled_attempt_no_longer_holds_its_invoice():
    attempt = an_attempt(A.UNKNOWN)

    attempt.succeed("pi_1", NOW)

    assert (attempt.live_for, attempt.payment_ref, attempt.finished_at) == (None, "pi_1", NOW)


def test_an_invoice_takes_no_money_of_another_currency():
    invoice = an_invoice()

    with pytest.raises(ValueError, match="in one sum"):
        invoice.settle(Money(1190, "USD"), NOW)

    assert (invoice.status, invoice.settled_minor) == (I.OPEN, 0)


def test_the_first_moment_of_a_fact_is_the_one_that_is_kept():
    invoice, later = an_invoice(), NOW.replace(year=2027)

    invoice.deliver(NOW)
    invoice.deliver(later)

    assert invoice.delivered_at == NOW
