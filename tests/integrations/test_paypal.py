"""Our PayPal gateway against the stand-in: every outcome of a payment."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ezscale.billing.ports import ChargeState, RefundState
from ezscale.integrations.paypal.amounts import our_amount, paypal_amount
from ezscale.integrations.paypal.receipts import attempt_of
from ezscale.kit.errors import Rejected
from ezscale.kit.money import Money
from ezscale.sandbox.paypal.browser import answer_on_page
from tests.paypal_sandbox import BACK, DONE, PayPalSandbox


@pytest.fixture
def sandbox() -> PayPalSandbox:
    return PayPalSandbox()


def test_a_page_takes_exactly_the_charge_and_keeps_the_wallet(sandbox):
    charge = sandbox.a_charge()
    ref = sandbox.an_approved_page(charge)

    receipt = sandbox.gateway.take_checkout(ref)
    wallet = sandbox.gateway.read_checkout(ref).card

    assert (receipt.state, receipt.amount, receipt.fee) == (ChargeState.SUCCEEDED, Money(2397, "EUR"), Money(95, "EUR"))
    assert (receipt.attempt_id, receipt.invoice_id) == (charge.attempt_id, charge.invoice_id)
    assert receipt == sandbox.gateway.read_checkout(ref) == sandbox.gateway.read_payment(receipt.payment_ref)
    renewal = sandbox.gateway.charge(sandbox.a_charge(2, wallet=wallet))
    assert (renewal.state, renewal.payer_ref) == (ChargeState.SUCCEEDED, wallet.payer_ref)


def test_nothing_is_paid_until_we_take_it_and_then_once(sandbox):
    charge = sandbox.a_charge()
    page = sandbox.gateway.open_checkout(charge, DONE, BACK)
    too_early = sandbox.gateway.take_checkout(page.ref)
    answer_on_page(sandbox.browser, page.url)
    approved = sandbox.gateway.read_checkout(page.ref)
    before = sandbox.captures(charge)

    taken = [sandbox.gateway.take_checkout(page.ref) for _ in range(2)]
    sandbox.clock.move(timedelta(hours=7))
    taken.append(sandbox.gateway.take_checkout(page.ref))

    assert (too_early.state, approved.state, before) == (ChargeState.OPEN, ChargeState.APPROVED, 0)
    assert {receipt.payment_ref for receipt in taken} == {taken[0].payment_ref}
    assert sandbox.captures(charge) == 1


def test_a_wallet_refused_on_the_page_can_be_changed_there(sandbox):
    charge = sandbox.a_charge()
    page = sandbox.gateway.open_checkout(charge, DONE, BACK)
    answer_on_page(sandbox.browser, page.url, "empty")

    refused = sandbox.gateway.take_checkout(page.ref)
    answer_on_page(sandbox.browser, page.url, "good")
    receipt = sandbox.gateway.take_checkout(page.ref)

    assert (refused.state, refused.decline_code, refused.hard) == (ChargeState.FAILED, "instrument_declined", False)
    assert (refused.attempt_id, refused.amount) == (charge.attempt_id, charge.amount)
    assert receipt.state is ChargeState.SUCCEEDED


def test_a_page_that_paypal_gave_up_is_expired(sandbox):
    ref = sandbox.an_approved_page(sandbox.a_charge())
    sandbox.does("orders", ref, "void")

    assert sandbox.gateway.read_checkout(ref).state is ChargeState.EXPIRED
    assert sandbox.gateway.take_checkout(ref).state is ChargeState.EXPIRED


@pytest.mark.parametrize(
    ("wallet", "state", "code", "hard"),
    [
        ("empty", ChargeState.FAILED, "instrument_declined", False),
        ("refuses", ChargeState.FAILED, "transaction_refused", False),
        ("asks", ChargeState.NEEDS_CUSTOMER, "payer_action_required", False),
        ("closed", ChargeState.FAILED, "payer_account_locked_or_closed", True),
        ("withdrawn", ChargeState.FAILED, "agreement_already_cancelled", True),
    ],
)
def test_a_kept_wallet_may_still_be_refused(sandbox, wallet, state, code, hard):
    charge = sandbox.a_charge_on(wallet)

    receipt = sandbox.gateway.charge(charge)

    assert (receipt.state, receipt.decline_code, receipt.hard) == (state, code, hard)
    assert (receipt.attempt_id, sandbox.captures(charge)) == (charge.attempt_id, 0)


@pytest.mark.parametrize(
    ("deed", "state"), [("complete", ChargeState.SUCCEEDED), ("deny", ChargeState.FAILED)], ids=["arrives", "does not"]
)
def test_money_that_paypal_looks_at_is_on_its_way_until_it_is_there(sandbox, deed, state):
    pending = sandbox.gateway.charge(sandbox.a_charge_on("review"))
    sandbox.does("captures", pending.payment_ref, deed)

    assert (pending.state, pending.fee) == (ChargeState.PROCESSING, None)
    assert sandbox.gateway.read_payment(pending.payment_ref).state is state


def test_a_receipt_says_what_was_taken_and_not_what_was_asked(sandbox):
    charge = sandbox.a_charge_on()
    sandbox.gateway.charge(charge)

    again = sandbox.gateway.charge(replace(charge, amount=Money(9900, "USD")))

    assert again.amount == Money(2397, "EUR")
    assert sandbox.state()["captured"] == {"EUR": 2397}


def test_money_under_a_name_that_is_not_ours_is_nobodys_attempt(sandbox):
    assert attempt_of("order-17") == (None, None)
    assert attempt_of("") == (None, None)


@pytest.mark.parametrize(
    ("money", "value"),
    [(Money(2397, "EUR"), "23.97"), (Money(5, "GBP"), "0.05"), (Money(500, "JPY"), "500"), (Money(100, "USD"), "1.00")],
)
def test_amounts_go_over_in_paypals_scale_and_come_back(money, value):
    written = paypal_amount(money)

    assert written == {"currency_code": money.currency, "value": value}
    assert our_amount(written) == money


@pytest.mark.parametrize("money", [Money(1000, "HUF"), Money(1000, "KWD"), Money(0, "EUR"), Money(-1, "EUR")])
def test_what_paypal_counts_otherwise_is_not_asked_for(sandbox, money):
    charge = replace(sandbox.a_charge_on(), amount=money)

    with pytest.raises(Rejected, match=r"We do not take|PayPal cannot take"):
        sandbox.gateway.charge(charge)

    assert sandbox.state()["orders"] == {}


def test_yen_are_taken_whole(sandbox):
    sandbox.gateway.charge(replace(sandbox.a_charge_on(), amount=Money(500, "JPY")))

    assert sandbox.state()["captured"] == {"JPY": 500}


def test_no_more_is_given_back_than_was_taken(sandbox):
    payment = sandbox.gateway.charge(sandbox.a_charge_on()).payment_ref

    first = [sandbox.gateway.refund(sandbox.a_refund(payment, Money(2000, "EUR"), 1)) for _ in range(2)]
    refused = [sandbox.gateway.refund(sandbox.a_refund(payment, Money(398, "EUR"), 2))]
    refused.append(sandbox.gateway.refund(sandbox.a_refund(payment, Money(1, "USD"), 3)))
    rest = sandbox.gateway.refund(sandbox.a_refund(payment, Money(397, "EUR"), 4))

    assert (first[0], first[0].amount, rest.state) == (first[1], Money(2000, "EUR"), RefundState.SUCCEEDED)
    assert {each.state for each in refused} == {RefundState.FAILED}
    assert [each.failure for each in refused] == ["refund_amount_exceeded", "refund_capture_currency_mismatch"]
    assert first[0] == sandbox.gateway.read_refund(first[0].ref)
    assert sandbox.state()["refunded"] == {"EUR": 2397}
    assert sandbox.gateway.read_payment(payment).state is ChargeState.SUCCEEDED


def test_a_wallet_is_kept_without_a_purchase_for_whom_it_is_theirs(sandbox):
    page = sandbox.gateway.open_card_page("", "page:1", DONE, BACK, "EUR")
    unfinished = sandbox.gateway.read_card_page(page.ref, "")
    answer_on_page(sandbox.browser, page.url)

    of_another = sandbox.gateway.read_card_page(page.ref, "somebody-else")
    wallets = [sandbox.gateway.read_card_page(page.ref, "") for _ in range(2)]

    assert (unfinished, of_another) == (None, None)
    assert wallets[0] == wallets[1]
    assert (wallets[0].brand, wallets[0].account) == ("paypal", "g•••@wallets.example")
    assert sandbox.state()["wallets_kept"] == 1


def test_a_second_wallet_is_filed_under_the_same_customer(sandbox):
    customer = sandbox.a_kept_wallet().payer_ref
    page = sandbox.gateway.open_card_page(customer, "second", DONE, BACK, "EUR")
    answer_on_page(sandbox.browser, page.url)

    assert sandbox.gateway.read_card_page(page.ref, customer).payer_ref == customer


def test_a_forgotten_wallet_cannot_be_charged_any_more(sandbox):
    charge = sandbox.a_charge_on()

    sandbox.gateway.forget_card(charge.card_ref)
    sandbox.gateway.forget_card(charge.card_ref)
    receipt = sandbox.gateway.charge(charge)

    assert (receipt.state, receipt.hard) == (ChargeState.FAILED, True)


def test_a_forgotten_customer_leaves_no_wallet_behind(sandbox):
    customer = sandbox.a_kept_wallet().payer_ref
    for number in range(6):  # more than PayPal lists on one page
        page = sandbox.gateway.open_card_page(customer, f"more {number}", DONE, BACK, "EUR")
        answer_on_page(sandbox.browser, page.url)
        sandbox.gateway.read_card_page(page.ref, customer)
    other = sandbox.a_kept_wallet()

    before = sandbox.state()["wallets_kept"]
    sandbox.gateway.forget_payer(sandbox.a_payer(customer))
    after = sandbox.state()["wallets_kept"]
    for unknown in (customer, "nobody", ""):
        sandbox.gateway.forget_payer(sandbox.a_payer(unknown))

    assert (before, after) == (8, 1)
    assert sandbox.gateway.charge(sandbox.a_charge(wallet=other)).state is ChargeState.SUCCEEDED
