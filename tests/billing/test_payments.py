"""What the gateway says becomes what the books say, in whatever order and however often it is said."""

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from ezscale.billing import ledger
from ezscale.billing.collecting import new_attempt
from ezscale.billing.credit import credit_balance
from ezscale.billing.invoicing import draft_invoice, issue_invoice, void_invoice
from ezscale.billing.lines import Position, price_line
from ezscale.billing.payments import book_receipt, settle_from_credit
from ezscale.billing.ports import Card, ChargeState, Receipt
from ezscale.kit.money import Money
from ezscale.models import BillingCase, Customer, Invoice, Payment, PaymentAttempt, PaymentMethod
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import AttemptStatus, AttemptTrigger
from tests.builders import standard_tax
from tests.company import Company

TAX = standard_tax("IE", "IE")
PRICE = Money(1100, "EUR")
TOTAL = Money(1353, "EUR")
CARD = Card("pm_1", "visa", "4242", 12, 2034)


class Asked(NamedTuple):
    """An invoice over 13.53 EUR whose money was asked for."""

    invoice_id: UUID
    attempt_id: UUID
    customer_id: UUID


@pytest.fixture
def customer_id(at):
    return at.signs_up("Ada Moreno").actor.own_customer()


def asks(at: Company, customer_id: UUID, *, issued: bool = True, trigger: AttemptTrigger = AttemptTrigger.DUE) -> Asked:
    with at.robot() as work:
        line = price_line(Position("VPS 2, monthly", PRICE, Money.zero("EUR")), TAX)
        invoice = draft_invoice(work, work.session.get_one(Customer, customer_id), [line], "EUR", TAX)
        if issued:
            issue_invoice(work, invoice, work.today)
        attempt = new_attempt(work, invoice, trigger, "stripe")
        attempt.send(work.now)
        return Asked(invoice.id, attempt.id, customer_id)


def says(asked: Asked, state: ChargeState = ChargeState.SUCCEEDED, amount: Money = TOTAL, ref: str = "pi_1") -> Receipt:
    fee = Money(64, amount.currency) if state is ChargeState.SUCCEEDED else None
    return Receipt(state, ref, amount, asked.attempt_id, asked.invoice_id, fee=fee, decline_code="insufficient_funds")


def books(at: Company, asked: Asked) -> tuple[InvoiceStatus, int, int, list[str]]:
    """The invoice's status, what is settled, the customer's credit, and what waits for a person."""
    with at.robot() as work:
        invoice = work.session.get_one(Invoice, asked.invoice_id)
        credit = credit_balance(work, asked.customer_id, "EUR").minor
        kinds = work.session.exec(select(BillingCase.kind).order_by(col(BillingCase.kind)))
        return invoice.status, invoice.settled_minor, credit, list(kinds)


def hears(at: Company, *receipts: Receipt) -> None:
    for receipt in receipts:
        with at.robot() as work:
            book_receipt(work, "stripe", receipt)


@pytest.mark.parametrize(
    ("amount", "status", "settled", "credit", "cases"),
    [
        (TOTAL, InvoiceStatus.PAID, 1353, 0, []),
        (Money(1400, "EUR"), InvoiceStatus.PAID, 1353, 47, ["surplus", "wrong_amount"]),
        (Money(1000, "EUR"), InvoiceStatus.OPEN, 1000, 0, ["wrong_amount"]),
        (Money(1353, "USD"), InvoiceStatus.OPEN, 0, 0, ["surplus", "wrong_amount"]),
    ],
    ids=["exact", "more", "less", "another currency"],
)
def test_only_the_right_sum_pays_an_invoice(at, customer_id, amount, status, settled, credit, cases):
    asked = asks(at, customer_id)

    hears(at, says(asked, amount=amount))

    assert books(at, asked) == (status, settled, credit, cases)
    with at.robot() as work:
        dollars = credit_balance(work, customer_id, "USD").minor
        assert ledger.balance(work, "gateway:stripe", amount.currency).minor == amount.minor - 64
    assert dollars == (amount.minor if amount.currency == "USD" else 0)


def test_an_order_is_not_begun_by_the_wrong_sum(at, customer_id):
    asked = asks(at, customer_id, issued=False)

    hears(at, says(asked, amount=Money(1, "EUR")))

    assert books(at, asked) == (InvoiceStatus.DRAFT, 0, 1, ["surplus", "wrong_amount"])


def test_a_card_that_is_kept_after_its_payment_was_booked_is_kept_once_and_not_for_ever(at, customer_id):
    asked = asks(at, customer_id, trigger=AttemptTrigger.CHECKOUT)
    later = asks(at, customer_id, trigger=AttemptTrigger.CHECKOUT)
    hears(at, says(asked), says(later, ref="pi_2"))

    hears(at, replace(says(asked), card=CARD))
    with at.robot() as work:
        work.session.exec(select(PaymentMethod)).one().remove(work.now)
    hears(at, replace(says(asked), card=CARD))
    at.works()
    at.clock.move(timedelta(days=2))
    hears(at, replace(says(later, ref="pi_2"), card=replace(CARD, ref="pm_2")))

    with at.robot() as work:
        [kept] = work.session.exec(select(PaymentMethod)).all()
    assert (kept.gateway_ref, kept.removed_at is None) == ("pm_1", False)


def test_the_same_money_is_booked_once_and_a_second_charge_becomes_credit(at, customer_id):
    asked = asks(at, customer_id)

    hears(at, says(asked), says(asked), says(asked, ref="pi_2"), says(asked, ref="pi_2"))

    assert books(at, asked) == (InvoiceStatus.PAID, 1353, 1353, ["surplus"])


def test_money_for_a_voided_invoice_becomes_credit(at, customer_id):
    asked = asks(at, customer_id)
    with at.robot() as work:
        void_invoice(work, asked.invoice_id)

    hears(at, says(asked))

    assert books(at, asked) == (InvoiceStatus.VOID, 0, 1353, ["surplus"])


def test_voiding_an_invoice_that_is_partly_paid_gives_that_part_back_as_credit(at, customer_id):
    asked = asks(at, customer_id)
    hears(at, says(asked, amount=Money(1000, "EUR")))

    with at.robot() as work:
        void_invoice(work, asked.invoice_id)

    assert books(at, asked) == (InvoiceStatus.VOID, 1000, 1000, ["wrong_amount"])


def test_credit_pays_the_next_invoice_and_never_more_than_there_is(at, customer_id):
    first = asks(at, customer_id)
    hears(at, says(first, amount=Money(1353 + 2000, "EUR")))

    left = []
    for _ in range(3):
        asked = asks(at, customer_id)
        with at.robot() as work:
            settle_from_credit(work, work.session.get_one(Invoice, asked.invoice_id, with_for_update=True))
        left.append(books(at, asked)[:3])

    assert left == [
        (InvoiceStatus.PAID, 1353, 647),
        (InvoiceStatus.OPEN, 647, 0),
        (InvoiceStatus.OPEN, 0, 0),
    ]


def test_money_that_names_no_attempt_of_ours_is_put_before_a_person_once(at, customer_id):
    asked = asks(at, customer_id)
    stray = Receipt(ChargeState.SUCCEEDED, "pi_stray", TOTAL, payer_ref="cus_1")

    hears(at, stray, stray, Receipt(ChargeState.FAILED, "pi_other", TOTAL), Receipt(ChargeState.OPEN, "", TOTAL))

    assert books(at, asked) == (InvoiceStatus.OPEN, 0, 0, ["stray_money"])


def test_an_attempt_is_believed_only_from_its_own_gateway(at, customer_id):
    asked = asks(at, customer_id)

    with at.robot() as work:
        book_receipt(work, "another", says(asked))

    assert books(at, asked) == (InvoiceStatus.OPEN, 0, 0, ["stray_money"])


def test_money_wins_over_an_attempt_that_was_given_up(at, customer_id):
    asked = asks(at, customer_id)

    hears(at, says(asked, ChargeState.FAILED), says(asked))

    assert books(at, asked) == (InvoiceStatus.PAID, 1353, 0, [])


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(told=st.lists(st.sampled_from(ChargeState), min_size=1, max_size=8))
def test_in_any_order_and_number_the_gateways_words_lead_to_the_same_end(at, customer_id, told):
    asked = asks(at, customer_id)

    hears(at, *(says(asked, state, ref=f"pi_{asked.attempt_id}") for state in told))

    paid = ChargeState.SUCCEEDED in told
    assert books(at, asked)[:3] == (InvoiceStatus.PAID if paid else InvoiceStatus.OPEN, 1353 if paid else 0, 0)
    with at.robot() as work:
        attempt = work.session.get_one(PaymentAttempt, asked.attempt_id)
        assert len(work.session.exec(select(Payment).where(Payment.attempt_id == attempt.id)).all()) == int(paid)
        assert (attempt.status is AttemptStatus.SUCCEEDED) is paid
        assert (attempt.live_for is not None) is attempt.is_live
