"""Our gateway against the stand-in: every outcome of a payment."""

from dataclasses import replace

import httpx
import pytest
import stripe

from ezscale.billing.ports import Card, ChargeState, DisputeState, PaymentGateway
from ezscale.integrations.stripe.amounts import our_amount, stripe_amount
from ezscale.integrations.stripe.receipts import HARD, is_hard, receipt_of_dispute, receipt_of_intent
from ezscale.kit.clock import world_now
from ezscale.kit.errors import Rejected, TemporaryFailure, UnknownOutcome
from ezscale.kit.money import Money
from ezscale.sandbox.faults import Wrong
from ezscale.sandbox.stripe.browser import pay_on_page
from tests.stripe_sandbox import StripeSandbox

SUCCESS, CANCEL = "http://shop.test/paid?page={CHECKOUT_SESSION_ID}", "http://shop.test/invoice"


@pytest.fixture
def sandbox() -> StripeSandbox:
    return StripeSandbox()


def open_page(sandbox, **charge):
    charge = sandbox.a_charge(sandbox.gateway.register(sandbox.a_payer()), **charge)
    return charge, sandbox.gateway.open_checkout(charge, SUCCESS, CANCEL)


def test_the_gateway_is_what_billing_asks_for(sandbox):
    gateway: PaymentGateway = sandbox.gateway

    assert gateway.name == "stripe"


def test_a_customer_is_registered_once(sandbox):
    payer = sandbox.a_payer()

    refs = [sandbox.gateway.register(payer) for _ in range(3)]
    refs.append(sandbox.gateway.register(replace(payer, gateway_ref=refs[0])))

    assert len(set(refs)) == 1
    assert sandbox.state()["customers"] == 1


def test_customers_with_the_same_address_are_kept_apart(sandbox):
    ada, bob = sandbox.a_payer("Ada"), replace(sandbox.a_payer("Bob"), email="ada@example.com")

    assert sandbox.gateway.register(ada) != sandbox.gateway.register(bob)


def test_a_customer_who_changed_their_address_meanwhile_is_found_again(sandbox):
    payer = sandbox.a_payer()
    ref = sandbox.gateway.register(payer)

    again = sandbox.gateway.register(replace(payer, email="ada@new.example"))

    assert again == ref
    assert sandbox.state()["customers"] == 1


def test_a_page_takes_exactly_the_charge_and_keeps_the_card(sandbox):
    charge, page = open_page(sandbox)

    back = pay_on_page(sandbox.browser, page.url)
    receipt = sandbox.gateway.read_checkout(page.ref)

    assert back.headers["location"] == f"http://shop.test/paid?page={page.ref}"
    assert (receipt.state, receipt.amount, receipt.fee) == (
        ChargeState.SUCCEEDED,
        Money(2397, "EUR"),
        Money(61, "EUR"),
    )
    assert (receipt.attempt_id, receipt.invoice_id) == (charge.attempt_id, charge.invoice_id)
    assert receipt.payer_ref == charge.payer_ref
    assert receipt.card is not None
    assert receipt.card == Card(receipt.card.ref, "visa", "4242", 12, 2034, "IE", "fingerprint4242")
    assert sandbox.gateway.charge(replace(charge, key="renewal", card_ref=receipt.card.ref)).state is receipt.state


def test_a_page_that_nobody_used_is_open_and_then_expired(sandbox):
    _, page = open_page(sandbox)
    before = sandbox.gateway.read_checkout(page.ref)

    sandbox.gateway.close_checkout(page.ref)
    sandbox.gateway.close_checkout(page.ref)
    after = sandbox.gateway.read_checkout(page.ref)

    assert (before.state, after.state) == (ChargeState.OPEN, ChargeState.EXPIRED)
    assert before.attempt_id == after.attempt_id
    assert (before.payment_ref, before.amount) == ("", Money(2397, "EUR"))
    assert pay_on_page(sandbox.browser, page.url).status_code == 410


def test_a_card_declined_on_the_page_leaves_it_open(sandbox):
    charge, page = open_page(sandbox)

    pay_on_page(sandbox.browser, page.url, "4000000000000002")

    assert sandbox.gateway.read_checkout(page.ref).state is ChargeState.OPEN
    assert sandbox.captures(charge) == 0


def test_closing_a_paid_page_is_no_error_and_no_refund(sandbox):
    charge, page = open_page(sandbox)
    pay_on_page(sandbox.browser, page.url)

    sandbox.gateway.close_checkout(page.ref)

    assert sandbox.gateway.read_checkout(page.ref).state is ChargeState.SUCCEEDED
    assert sandbox.captures(charge) == 1


def test_asking_for_the_same_page_again_gives_the_same_page(sandbox):
    charge, page = open_page(sandbox)

    assert sandbox.gateway.open_checkout(charge, SUCCESS, CANCEL) == page


def test_a_kept_card_is_charged_without_the_customer(sandbox):
    charge = sandbox.a_charge_on()

    receipt = sandbox.gateway.charge(charge)

    assert (receipt.state, receipt.amount, receipt.fee) == (
        ChargeState.SUCCEEDED,
        Money(2397, "EUR"),
        Money(61, "EUR"),
    )
    assert (receipt.attempt_id, receipt.invoice_id) == (charge.attempt_id, charge.invoice_id)
    assert receipt.card is not None
    assert receipt.card.ref == charge.card_ref
    assert receipt == sandbox.gateway.read_payment(receipt.payment_ref)
    assert receipt == sandbox.gateway.find_payment(charge.payer_ref, charge.attempt_id, world_now())
    assert sandbox.captures(charge) == 1


@pytest.mark.parametrize(
    ("card", "state", "code"),
    [
        ("4000000000000341", ChargeState.FAILED, "generic_decline"),
        ("4000008260003178", ChargeState.FAILED, "insufficient_funds"),
        ("4000002760003184", ChargeState.NEEDS_CUSTOMER, "authentication_required"),
        ("4000002500003155", ChargeState.SUCCEEDED, ""),
    ],
)
def test_a_kept_card_may_still_be_declined(sandbox, card, state, code):
    charge = sandbox.a_charge_on(card)

    receipt = sandbox.gateway.charge(charge)

    assert (receipt.state, receipt.decline_code, receipt.hard) == (state, code, False)
    assert (receipt.attempt_id, receipt.invoice_id, receipt.amount) == (
        charge.attempt_id,
        charge.invoice_id,
        charge.amount,
    )
    assert receipt.payment_ref.startswith("pi_")
    assert sandbox.gateway.read_payment(receipt.payment_ref).state is state


def test_a_payment_that_needs_the_customer_is_paid_on_a_page(sandbox):
    charge = sandbox.a_charge_on("4000002760003184")
    refused = sandbox.gateway.charge(charge)

    page = sandbox.gateway.open_checkout(charge, SUCCESS, CANCEL)
    pay_on_page(sandbox.browser, page.url, "4000002760003184")

    assert refused.state is ChargeState.NEEDS_CUSTOMER
    assert sandbox.gateway.read_checkout(page.ref).state is ChargeState.SUCCEEDED
    assert sandbox.gateway.find_payment(
        charge.payer_ref, charge.attempt_id, world_now()
    ) == sandbox.gateway.read_checkout(page.ref)
    assert sandbox.captures(charge) == 1


@pytest.mark.parametrize("name", ["pm_card_visa_chargeDeclined", "pm_card_visa_chargeDeclinedInsufficientFunds"])
def test_a_soft_decline_may_be_tried_again_later(sandbox, name):
    charge = sandbox.a_charge(sandbox.gateway.register(sandbox.a_payer()), card_ref=name)

    receipt = sandbox.gateway.charge(charge)

    assert (receipt.state, receipt.hard) == (ChargeState.FAILED, False)


def test_a_decline_is_replayed_for_the_same_key_and_asked_anew_for_another(sandbox):
    charge = sandbox.a_charge_on("4000000000000341")

    first, second = sandbox.gateway.charge(charge), sandbox.gateway.charge(charge)
    third = sandbox.gateway.charge(replace(charge, key="charge:next"))

    assert first.payment_ref == second.payment_ref != third.payment_ref


@pytest.mark.parametrize(
    ("code", "advice", "hard"),
    [
        ("lost_card", "", True),
        ("stolen_card", "", True),
        ("expired_card", "", True),
        ("do_not_honor", "", True),
        ("insufficient_funds", "", False),
        ("generic_decline", "try_again_later", False),
        ("generic_decline", "do_not_try_again", True),
        ("authentication_required", "do_not_try_again", False),
        ("", "", False),
    ],
)
def test_which_declines_are_final_for_a_card(code, advice, hard):
    assert is_hard(code, advice) is hard
    assert len(HARD) == 23


def test_a_card_that_was_removed_is_a_final_decline(sandbox):
    charge = sandbox.a_charge_on()
    sandbox.gateway.forget_card(charge.card_ref)
    sandbox.gateway.forget_card(charge.card_ref)

    receipt = sandbox.gateway.charge(charge)

    assert (receipt.state, receipt.decline_code, receipt.hard) == (ChargeState.FAILED, "card_gone", True)
    assert sandbox.captures(charge) == 0


def test_a_card_of_somebody_else_is_never_charged(sandbox):
    charge = sandbox.a_charge_on()
    other = sandbox.gateway.register(sandbox.a_payer("Bob"))

    receipt = sandbox.gateway.charge(replace(charge, payer_ref=other))

    assert (receipt.state, receipt.hard) == (ChargeState.FAILED, True)
    assert sandbox.captures(charge) == 0


def test_a_card_page_keeps_a_card_and_charges_nothing(sandbox):
    payer_ref = sandbox.gateway.register(sandbox.a_payer())
    page = sandbox.gateway.open_card_page(payer_ref, "key", SUCCESS, CANCEL, "EUR")
    before = sandbox.gateway.read_card_page(page.ref, payer_ref)

    pay_on_page(sandbox.browser, page.url, "5555555555554444")
    card = sandbox.gateway.read_card_page(page.ref, payer_ref)

    assert before is None
    assert card is not None
    assert (card.brand, card.last4, card.exp_month, card.exp_year) == ("mastercard", "4444", 12, 2034)
    assert (sandbox.state()["captured"], sandbox.state()["cards_kept"]) == ({}, 1)


def test_nobody_is_given_the_card_that_somebody_else_left(sandbox):
    payer_ref, other = sandbox.gateway.register(sandbox.a_payer()), sandbox.gateway.register(sandbox.a_payer("Bob"))
    page = sandbox.gateway.open_card_page(payer_ref, "key", SUCCESS, CANCEL, "EUR")

    pay_on_page(sandbox.browser, page.url)

    assert sandbox.gateway.read_card_page(page.ref, other) is None


def test_a_bad_request_is_refused_for_good(sandbox):
    charge = sandbox.a_charge("cus_nobody", card_ref="pm_card_visa")

    with pytest.raises(Rejected, match="No such customer") as refusal:
        sandbox.gateway.charge(charge)

    assert refusal.value.status == 400


def test_unknown_things_are_refused(sandbox):
    with pytest.raises(Rejected) as refusal:
        sandbox.gateway.read_payment("pi_nothing")

    assert refusal.value.status == 404
    with pytest.raises(Rejected):
        sandbox.gateway.close_checkout("cs_test_nothing")


def test_a_wrong_key_is_ours_to_mend_and_no_decline(sandbox):
    gateway = sandbox.open_gateway(key="sk_test_wrong")

    with pytest.raises(TemporaryFailure, match="API key"):
        gateway.register(sandbox.a_payer())


def test_a_key_used_before_in_other_words_leads_to_what_came_of_it(sandbox):
    charge = sandbox.a_charge_on()
    first = sandbox.gateway.charge(charge)

    again = sandbox.gateway.charge(replace(charge, description="Invoice 1, corrected"))

    assert again == first
    assert sandbox.captures(charge) == 1


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 5000), ("KWD", 12_340), ("USD", 999)])
def test_every_scale_of_currency_arrives_as_it_left(sandbox, currency, minor):
    charge = replace(sandbox.a_charge_on(), amount=Money(minor, currency))

    receipt = sandbox.gateway.charge(charge)

    assert receipt.amount == charge.amount
    assert sandbox.state()["captured"] == {currency.lower(): minor}


@pytest.mark.parametrize("money", [Money(100, "ISK"), Money(100, "HUF"), Money(0, "EUR"), Money(10**8, "EUR")])
def test_what_stripe_counts_differently_is_not_sent(money):
    with pytest.raises(Rejected):
        stripe_amount(money)


def test_nothing_is_zero_of_its_currency():
    assert our_amount(None, "eur") == Money(0, "EUR")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("processing", ChargeState.PROCESSING),
        ("requires_action", ChargeState.NEEDS_CUSTOMER),
        ("requires_confirmation", ChargeState.OPEN),
        ("canceled", ChargeState.FAILED),
    ],
)
def test_how_far_a_payment_is(sandbox, status, state):
    intent = sandbox.api.post("/payment_intents", data={"amount": 100, "currency": "eur"}).json()

    receipt = receipt_of_intent(stripe.PaymentIntent.construct_from({**intent, "status": status}, None))

    assert (receipt.state, receipt.attempt_id, receipt.invoice_id) == (state, None, None)


def test_a_status_that_does_not_exist_yet_is_no_outcome(sandbox):
    intent = sandbox.api.post("/payment_intents", data={"amount": 100, "currency": "eur"}).json()

    with pytest.raises(UnknownOutcome):
        receipt_of_intent(stripe.PaymentIntent.construct_from({**intent, "status": "requires_thought"}, None))


def test_a_payment_of_an_attempt_that_never_arrived_is_not_found(sandbox):
    charge = sandbox.a_charge_on()

    assert sandbox.gateway.find_payment(charge.payer_ref, charge.attempt_id, world_now()) is None


def test_a_payment_is_found_among_many(sandbox):
    charge = sandbox.a_charge_on()
    sandbox.gateway.charge(charge)
    for number in range(2, 105):
        sandbox.gateway.charge(sandbox.a_charge(charge.payer_ref, number, card_ref=charge.card_ref))

    found = sandbox.gateway.find_payment(charge.payer_ref, charge.attempt_id, world_now())

    assert found is not None
    assert found.attempt_id == charge.attempt_id


def test_no_secret_is_sent_anywhere_but_in_the_header(sandbox):
    open_page(sandbox)

    journal = sandbox.browser.get("/_sandbox/calls").text

    assert "sk_test" not in journal
    assert httpx.URL("http://stripe.test/v1/customers").path in journal


# Forgetting a customer


def test_a_customer_is_forgotten_with_their_cards_and_forgetting_twice_is_fine(sandbox):
    charge = sandbox.a_charge_on()
    payer = replace(sandbox.a_payer(), gateway_ref=charge.payer_ref)

    for _ in range(2):
        sandbox.gateway.forget_payer(payer)

    state = sandbox.state()
    assert (state["customers"], state["customers_deleted"], state["cards_kept"]) == (0, 1, 0)
    with pytest.raises(Rejected, match="No such customer"):
        sandbox.gateway.charge(charge)


def test_all_that_is_kept_of_a_customer_is_listed_page_by_page(sandbox):
    ada, bob = (sandbox.gateway.register(sandbox.a_payer(name)) for name in ("Ada", "Bob"))
    for _ in range(101):  # more than Stripe lists on one page
        sandbox.api.post("/payment_methods/pm_card_visa/attach", data={"customer": ada})
    gone = next(sandbox.gateway.kept_of(ada)).ref

    sandbox.gateway.forget_card(gone)

    assert len({card.ref for card in sandbox.gateway.kept_of(ada)} - {gone}) == 100
    assert [list(sandbox.gateway.kept_of(other)) for other in (bob, "cus_nobody")] == [[], []]


def test_every_record_with_our_id_is_forgotten_and_nobody_elses(sandbox):
    ada, bob = sandbox.a_payer("Ada"), replace(sandbox.a_payer("Bob"), email="ada@example.com")
    sandbox.gateway.register(ada)
    bobs = sandbox.gateway.register(bob)
    twice = {"email": ada.email, "metadata[customer_id]": str(ada.customer_id)}
    assert sandbox.api.post("/customers", data=twice).status_code == 200

    sandbox.gateway.forget_payer(ada)

    assert [row["id"] for row in sandbox.api.get("/customers").json()["data"]] == [bobs]


def test_a_customer_whose_address_is_not_known_any_more_is_found_too(sandbox):
    payer = sandbox.a_payer()
    sandbox.gateway.register(payer)

    sandbox.gateway.forget_payer(replace(payer, name="", email=""))

    assert sandbox.state()["customers"] == 0


def test_a_customer_in_stripes_other_mode_is_not_taken_for_deleted(sandbox):
    message = (
        "No such customer: 'cus_1'; a similar object exists in live mode, but a test mode key was used to make this "
        "request."
    )
    error = {"error": {"type": "invalid_request_error", "code": "resource_missing", "message": message, "param": "id"}}
    sandbox.goes_wrong(Wrong.REFUSE, "/v1/customers/cus_1", status=404, body=error)

    with pytest.raises(Rejected, match="similar object"):
        sandbox.gateway.forget_payer(replace(sandbox.a_payer(), gateway_ref="cus_1"))


def test_an_answer_that_does_not_say_deleted_proves_nothing(sandbox):
    ref = sandbox.gateway.register(sandbox.a_payer())
    as_it_was = sandbox.api.get(f"/customers/{ref}").json()
    sandbox.goes_wrong(Wrong.REFUSE, f"/v1/customers/{ref}", status=200, body=as_it_was)

    with pytest.raises(UnknownOutcome):
        sandbox.gateway.forget_payer(replace(sandbox.a_payer(), gateway_ref=ref))


@pytest.mark.parametrize("wrong", [Wrong.LOST, Wrong.DOWN, Wrong.GARBAGE])
def test_a_deletion_without_an_answer_is_tried_again(sandbox, wrong):
    payer = sandbox.a_payer()
    payer = replace(payer, gateway_ref=sandbox.gateway.register(payer))
    sandbox.goes_wrong(wrong, "/v1/customers/*", method="DELETE")

    with pytest.raises(TemporaryFailure):
        sandbox.gateway.forget_payer(payer)
    sandbox.gateway.forget_payer(payer)

    assert sandbox.state()["customers_deleted"] == 1


TAKEN, BACK = {"amount": -2397, "fee": 1500, "currency": "eur"}, {"amount": 2397, "fee": 0, "currency": "eur"}
FEE_BACK, ELSEWHERE = {**BACK, "fee": -1500}, {"amount": -2599, "fee": 1500, "currency": "usd"}


@pytest.mark.parametrize(
    ("status", "entries", "state", "fee"),
    [
        ("warning_needs_response", [], DisputeState.WARNING, 0),
        ("warning_closed", [], DisputeState.WON, 0),
        ("needs_response", [], DisputeState.WARNING, 0),  # the money goes in a moment
        ("under_review", [TAKEN], DisputeState.OPEN, 1500),
        ("won", [TAKEN], DisputeState.OPEN, 1500),  # it comes back in a moment
        ("won", [TAKEN, BACK], DisputeState.WON, 1500),
        ("won", [TAKEN, FEE_BACK], DisputeState.WON, 0),
        ("lost", [TAKEN], DisputeState.LOST, 1500),
        ("prevented", [], DisputeState.WON, 0),
        ("prevented", [TAKEN], DisputeState.LOST, 1500),
        ("appeal_under_review", [TAKEN], DisputeState.OPEN, 1500),
        ("needs_response", [ELSEWHERE], DisputeState.OPEN, 0),  # an account that is kept in another currency
    ],
)
def test_where_the_money_is_says_where_a_dispute_stands(status, entries, state, fee):
    dispute = stripe.Dispute.construct_from(
        {
            "id": "du_1",
            "amount": 2397,
            "balance_transactions": entries,
            "charge": {"object": "charge", "id": "ch_1", "payment_method": "pm_1"},
            "currency": "eur",
            "evidence_details": {"due_by": None},
            "payment_intent": "pi_1",
            "reason": "fraudulent",
            "status": status,
        },
        None,
    )

    receipt = receipt_of_dispute(dispute)

    assert (receipt.state, receipt.amount, receipt.fee) == (state, Money(2397, "EUR"), Money(fee, "EUR"))
    assert (receipt.payment_ref, receipt.card_ref, receipt.answer_by) == ("pi_1", "pm_1", None)
