"""The matrix of action and state: what may happen in each state, and that nothing else does."""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any

import pytest

from ezscale.kit.database import all_models
from ezscale.kit.ids import new_id
from ezscale.kit.jobs import Job
from ezscale.kit.money import Money
from ezscale.models import MailMessage, ReverseName
from ezscale.models.base import WrongState
from ezscale.models.console import ConsoleStatus as K
from ezscale.models.deletion import DeletionStatus as L
from ezscale.models.dispute import DisputeStatus as D
from ezscale.models.invoice import InvoiceStatus as I
from ezscale.models.order import UNPAID
from ezscale.models.order import OfferStatus as Q
from ezscale.models.order import OrderStatus as O
from ezscale.models.payment import AttemptStatus as A
from ezscale.models.payout import PayoutStatus as P
from ezscale.models.referral import ReferralStatus as R
from ezscale.models.refund import UNDER_WAY
from ezscale.models.refund import RefundStatus as F
from ezscale.models.service import ServiceStatus as S
from ezscale.models.subscription import ChangeStatus as C
from ezscale.models.subscription import SubscriptionStatus as B
from ezscale.models.top_up import AutoTopUpStatus as U
from ezscale.models.top_up import TopUpStatus as T
from ezscale.models.waitlist import WaitlistStatus as W
from tests.builders import (
    NOW,
    TODAY,
    a_change,
    a_console,
    a_deletion,
    a_dispute,
    a_payout,
    a_place,
    a_proforma,
    a_referral,
    a_refund,
    a_service,
    a_subscription,
    a_top_up,
    an_attempt,
    an_auto_top_up,
    an_invoice,
    an_offer,
    an_order,
)

WHOLE, PART = Money(1190, "EUR"), Money(190, "EUR")
MOVING = (A.CREATED, A.SENT, A.UNKNOWN)
LIVE = (*MOVING, A.RESERVED)

# maker, step, arguments, {state in which it is possible: state afterwards}
STEPS: tuple[tuple[Callable[..., Any], str, tuple[Any, ...], dict[StrEnum, StrEnum]], ...] = (
    (an_invoice, "issue", ("INV-2026-000001", TODAY, TODAY), {I.DRAFT: I.OPEN}),
    (an_invoice, "settle", (WHOLE, NOW), {I.OPEN: I.PAID, I.UNCOLLECTIBLE: I.PAID}),
    (an_invoice, "settle", (PART, NOW), {I.OPEN: I.OPEN, I.UNCOLLECTIBLE: I.UNCOLLECTIBLE}),
    (an_invoice, "unsettle", (PART,), {I.OPEN: I.OPEN, I.PAID: I.OPEN}),
    (an_invoice, "void", (), {I.OPEN: I.VOID, I.UNCOLLECTIBLE: I.VOID}),
    (an_invoice, "write_off", (), {I.OPEN: I.UNCOLLECTIBLE}),
    (an_invoice, "expect_again", (), {I.UNCOLLECTIBLE: I.OPEN}),
    (an_invoice, "issue_proforma", ("PF-2026-000001", TODAY, TODAY), {I.DRAFT: I.OPEN}),
    (a_proforma, "take_number", ("INV-2026-000001", TODAY), {I.OPEN: I.OPEN}),
    (an_invoice, "credit", (WHOLE, NOW), {I.OPEN: I.PAID, I.UNCOLLECTIBLE: I.PAID, I.PAID: I.PAID}),
    (an_invoice, "credit", (PART, NOW), {state: state for state in (I.OPEN, I.UNCOLLECTIBLE, I.PAID)}),
    (an_invoice, "deliver", (NOW,), {state: state for state in I}),
    (an_attempt, "send", (NOW,), dict.fromkeys(LIVE, A.SENT)),
    (an_attempt, "take", (NOW,), dict.fromkeys(LIVE, A.SENT)),
    (an_attempt, "stay_unsent", (), {state: A.CREATED if state is A.SENT else state for state in A}),
    (an_attempt, "close_page", (NOW,), dict.fromkeys(MOVING, A.FAILED)),
    (an_attempt, "reserve", ("pi_1", NOW, NOW), dict.fromkeys(MOVING, A.RESERVED)),
    (an_attempt, "release", (NOW,), dict.fromkeys(LIVE, A.SENT)),
    (an_attempt, "lose_sight", (), dict.fromkeys(LIVE, A.UNKNOWN)),
    (an_attempt, "fail", ("insufficient_funds", NOW), dict.fromkeys(LIVE, A.FAILED)),
    (an_attempt, "ask_customer", ("authentication_required", NOW), dict.fromkeys(LIVE, A.NEEDS_CUSTOMER)),
    (an_attempt, "succeed", ("pi_1", NOW), dict.fromkeys(A, A.SUCCEEDED)),  # money wins over opinion
    (a_refund, "send", (NOW,), dict.fromkeys(UNDER_WAY, F.SENT)),
    (a_refund, "lose_sight", (), dict.fromkeys(UNDER_WAY, F.UNKNOWN)),
    (a_refund, "succeed", (NOW,), dict.fromkeys(UNDER_WAY, F.SUCCEEDED)),
    (a_refund, "fail", ("account closed", NOW), dict.fromkeys((*UNDER_WAY, F.SUCCEEDED), F.FAILED)),  # banks send back
    (a_refund, "explain", (new_id(),), {state: state for state in F}),
    (a_payout, "arrive", (), {P.UNDER_WAY: P.PAID}),
    (a_payout, "fail", (NOW,), {P.UNDER_WAY: P.FAILED, P.PAID: P.FAILED}),  # banks send back
    (a_payout, "cancel", (NOW,), {P.UNDER_WAY: P.CANCELED}),
    (a_dispute, "take", (WHOLE, PART), {D.WARNING: D.OPEN}),
    (a_dispute, "win", (PART, NOW), {D.WARNING: D.WON, D.OPEN: D.WON}),
    (a_dispute, "lose", (PART, PART, NOW), {D.OPEN: D.LOST}),
    (a_subscription, "start", (TODAY, TODAY), {B.PENDING: B.ACTIVE, B.EXPIRED: B.ACTIVE}),
    (a_subscription, "expire", (), {B.PENDING: B.EXPIRED}),
    (a_subscription, "fall_behind", (), {B.ACTIVE: B.PAST_DUE, B.PAST_DUE: B.PAST_DUE}),
    (a_subscription, "catch_up", (), {B.ACTIVE: B.ACTIVE, B.PAST_DUE: B.ACTIVE}),
    (a_subscription, "pause", (), {B.ACTIVE: B.PAUSED}),
    (a_subscription, "come_back", (3,), {B.PAUSED: B.ACTIVE}),
    (a_subscription, "last_longer", (3,), {state: state for state in B}),
    (a_subscription, "renew_on", (TODAY,), {state: state for state in B}),
    (a_subscription, "bill_every", (12, TODAY, 31), {state: state for state in B}),
    (a_subscription, "bill_again_from", (TODAY,), {state: state for state in B}),
    (a_subscription, "end", (TODAY,), dict.fromkeys(B, B.ENDED)),
    (a_service, "begin_building", (), dict.fromkeys((S.WAITING, S.EXPIRED, S.FAILED), S.BUILDING)),
    (a_service, "expire", (), {S.WAITING: S.EXPIRED}),
    (a_service, "hold", (), dict.fromkeys((S.WAITING, S.EXPIRED), S.HELD)),
    (a_service, "wait_for_stock", (), dict.fromkeys((S.WAITING, S.EXPIRED, S.BUILDING), S.WAITLISTED)),
    (a_service, "release", (), dict.fromkeys((S.HELD, S.WAITLISTED), S.WAITING)),
    (a_service, "go_live", (NOW,), {S.BUILDING: S.ACTIVE, S.FAILED: S.ACTIVE}),
    (a_service, "choose_machine", ("12",), {state: state for state in (S.WAITING, S.FAILED, S.HELD, S.WAITLISTED)}),
    (a_service, "take_server", ("7301",), {S.BUILDING: S.BUILDING}),
    (a_service, "reinstalled", (None, "A rescue system", "ada.example.com"), {S.ACTIVE: S.ACTIVE}),
    (a_service, "fail", (), {S.BUILDING: S.FAILED}),
    (a_service, "follow", (new_id(), new_id()), {state: state for state in S}),
    (a_service, "become", (new_id(),), {state: state for state in S}),
    (a_service, "lack_options", (), {state: state for state in S}),
    (a_service, "suspend", (), {S.ACTIVE: S.SUSPENDED, S.SUSPENDED: S.SUSPENDED}),
    (a_service, "adopt", ("7301",), {state: state for state in (S.ACTIVE, S.SUSPENDED, S.FAILED)}),
    (a_service, "resume", (), {S.SUSPENDED: S.ACTIVE, S.ACTIVE: S.ACTIVE}),
    (
        *(a_service, "begin_terminating", ()),
        dict.fromkeys(
            (S.WAITING, S.EXPIRED, S.HELD, S.WAITLISTED, S.ACTIVE, S.SUSPENDED, S.FAILED, S.TERMINATING), S.TERMINATING
        ),
    ),
    (a_service, "terminate", (NOW,), {S.TERMINATING: S.TERMINATED}),
    (a_deletion, "move", (TODAY,), {L.PLANNED: L.PLANNED}),
    (a_deletion, "remind", (TODAY,), {L.PLANNED: L.PLANNED}),
    (a_deletion, "explain", ("A reason", "Sam"), {state: state for state in L}),
    (a_deletion, "call_off", (NOW,), {L.PLANNED: L.CALLED_OFF}),
    (a_deletion, "plan_again", (TODAY,), {L.CALLED_OFF: L.PLANNED}),
    (a_deletion, "begin", (NOW,), {L.PLANNED: L.BEGUN}),
    (a_change, "follow", ({},), {state: state for state in C}),
    (a_change, "accept", (NOW, "Ada", NOW), {C.QUOTED: C.ACCEPTED}),
    (a_change, "schedule", (NOW, "Ada"), {C.QUOTED: C.SCHEDULED}),
    (a_change, "bill_on", (new_id(),), {C.ACCEPTED: C.ACCEPTED}),
    (a_change, "apply", (NOW,), {C.ACCEPTED: C.APPLIED, C.SCHEDULED: C.APPLIED}),
    (a_change, "withdraw", (NOW,), {C.ACCEPTED: C.WITHDRAWN, C.SCHEDULED: C.WITHDRAWN}),
    (a_change, "expire", (NOW,), {C.ACCEPTED: C.EXPIRED}),
    (an_order, "pay", (NOW,), dict.fromkeys(UNPAID, O.PAID)),
    (an_order, "reserve", (NOW,), dict.fromkeys(UNPAID, O.RESERVED)),
    (an_order, "ask_again", (NOW,), {O.PLACED: O.PLACED, O.RESERVED: O.PLACED}),
    (an_order, "hold", (NOW,), dict.fromkeys(UNPAID, O.HELD)),
    (an_order, "approve", (), {O.HELD: O.PAID}),
    (an_order, "reject", (), dict.fromkeys((O.PLACED, O.RESERVED, O.HELD), O.REJECTED)),
    (an_order, "expire", (), {O.PLACED: O.EXPIRED}),
    (an_offer, "accept", ("Ada", NOW), {Q.OFFERED: Q.ACCEPTED}),
    (an_offer, "decline", ("Too dear", "Ada", NOW), {Q.OFFERED: Q.DECLINED}),
    (an_offer, "withdraw", ("Sam", NOW), {Q.OFFERED: Q.WITHDRAWN}),
    (an_offer, "expire", (), {Q.OFFERED: Q.EXPIRED}),
    (a_place, "offer", (NOW, NOW), {W.WAITING: W.OFFERED}),
    (a_place, "hold_piece", (), {state: state for state in W}),
    (a_place, "take", (NOW,), {W.OFFERED: W.TAKEN}),
    (a_place, "expire", (NOW,), {W.OFFERED: W.EXPIRED}),
    (a_place, "leave", (NOW,), {W.WAITING: W.LEFT, W.OFFERED: W.LEFT}),
    (a_place, "remove", ("Twice here", "Sam", NOW), {W.WAITING: W.REMOVED, W.OFFERED: W.REMOVED}),
    (a_place, "explain", ("Promised", "Sam"), {state: state for state in W}),
    (a_referral, "wait", (new_id(), NOW, TODAY), {R.CAME: R.WAITING}),
    (a_referral, "credit", (PART, NOW), {R.WAITING: R.CREDITED}),
    (a_referral, "refuse", ("No.", "Ada", NOW), {R.CAME: R.REFUSED, R.WAITING: R.REFUSED}),
    (a_top_up, "ask_for", (PART, "Ada", NOW), {T.ASKED: T.ASKED}),
    (a_top_up, "pay", (PART, new_id(), NOW), {T.ASKED: T.PAID, T.ABANDONED: T.PAID}),  # money wins over opinion
    (a_top_up, "abandon", (NOW,), {T.ASKED: T.ABANDONED}),
    (an_auto_top_up, "agree", (PART, PART, WHOLE, "Ada", NOW), dict.fromkeys(U, U.ON)),
    (an_auto_top_up, "go_on", (), {U.PAUSED: U.ON}),
    (an_auto_top_up, "pause", ("It was declined", NOW), {U.ON: U.PAUSED}),
    (an_auto_top_up, "stop", ("Sam", "No.", NOW), {U.ON: U.OFF, U.PAUSED: U.OFF}),
    (a_console, "keep", (NOW, timedelta(minutes=5), timedelta(hours=4)), {K.OPEN: K.OPEN}),
    (a_console, "leave", (NOW,), {K.OPEN: K.OPEN}),
    (a_console, "put_off", (NOW,), {K.OPEN: K.OPEN}),
    (a_console, "close", (NOW,), {K.OPEN: K.CLOSED}),
)
STATES: dict[Callable[..., Any], type[StrEnum]] = {
    an_invoice: I,
    a_proforma: I,
    an_attempt: A,
    a_subscription: B,
    a_service: S,
    a_deletion: L,
    an_order: O,
    a_change: C,
    an_offer: Q,
    a_referral: R,
    a_refund: F,
    a_dispute: D,
    a_payout: P,
    a_top_up: T,
    an_auto_top_up: U,
    a_console: K,
    a_place: W,
}
# Whatever happens to these, happens in any state, or has tests of its own.
UNGUARDED = {
    MailMessage: "sent or refused by its carrier, once",
    Job: "see the tests of jobs",
    ReverseName: "another name may be wanted at any time, see the tests of reverse names",
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
        (type(make()), name)
        for make in STATES
        for name, value in vars(type(make())).items()
        if callable(value) and not name.startswith(("_", "sa_", "model_")) and value.__module__.startswith("ezscale.")
    }

    assert public == {(type(make()), step) for make, step, _, _ in STEPS}


def test_every_row_that_stands_somewhere_is_in_the_matrix():
    stand_somewhere = {model for model in all_models() if "status" in model.model_fields}

    assert stand_somewhere - set(UNGUARDED) == {type(make()) for make in STATES}


def test_a_page_of_which_we_take_the_money_cannot_be_closed():
    attempt = an_attempt(A.SENT)
    attempt.take(NOW)

    with pytest.raises(WrongState, match="being taken"):
        attempt.close_page(NOW)

    assert attempt.is_being_taken


def test_reserved_money_is_taken_or_let_go_and_never_both():
    taken, let_go = an_attempt(A.RESERVED), an_attempt(A.RESERVED)
    taken.take(NOW)
    let_go.release(NOW)

    with pytest.raises(WrongState, match="being taken"):
        taken.release(NOW)
    with pytest.raises(WrongState, match="being let go"):
        let_go.take(NOW)


def test_a_settled_attempt_no_longer_holds_its_invoice():
    attempt = an_attempt(A.UNKNOWN)

    attempt.succeed("pi_1", NOW)

    assert (attempt.live_for, attempt.payment_ref, attempt.finished_at) == (None, "pi_1", NOW)


@pytest.mark.parametrize("step", ["issue", "issue_proforma"])
def test_an_invoice_never_gives_back(step):
    draft = an_invoice(I.DRAFT, total_minor=-1)

    with pytest.raises(WrongState, match="credit note"):
        getattr(draft, step)("INV-2026-000001", TODAY, TODAY)

    assert (draft.status, draft.number, draft.proforma_number) == (I.DRAFT, None, None)


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
