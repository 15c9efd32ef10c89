"""An order that a person must approve: its money is reserved, and taken or let go by what they say."""

from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import col, select

from ezscale.accounts.permissions import MANAGE_INVOICES, MANAGE_ORDERS, SEE_EVERYTHING
from ezscale.billing.cards import cards
from ezscale.billing.cases import open_cases
from ezscale.billing.checkout import AlreadyPaying, NothingToPay, confirm_checkouts_of, open_checkout
from ezscale.billing.manual_payments import Came, record_payment
from ezscale.billing.reserving import settle_reserved
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.errors import UnknownOutcome
from ezscale.models import Invoice, MailMessage, Order, PaymentAttempt, Service
from ezscale.models.base import WrongState
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.order import OrderStatus
from ezscale.models.payment import AttemptStatus
from ezscale.models.recorded_payment import PaidBy
from ezscale.models.service import ServiceStatus
from ezscale.ordering.deciding import approve_order, reject_order
from ezscale.ordering.reserved_orders import ask_again, heed_reserved
from ezscale.sandbox.faults import Wrong
from ezscale.sandbox.stripe.browser import pay_on_page
from tests.company import BACK
from tests.ordering.plans import turns
from tests.reliability.test_one_invoice import at_once

MAY = frozenset({SEE_EVERYTHING, MANAGE_ORDERS, MANAGE_INVOICES})
SAM, LENA = Actor(ActorKind.STAFF, "Sam", permissions=MAY), Actor(ActorKind.STAFF, "Lena", permissions=MAY)
CAPTURE, CANCEL = "/v1/payment_intents/*/capture", "/v1/payment_intents/*/cancel"


@pytest.fixture
def ada(at):
    turns(at, needs_approval=True, stock=5)
    return at.signs_up("Ada Moreno")


@pytest.fixture
def reserved(at, ada):
    """An order whose money is reserved on a card, and which waits for a person."""
    placed = ada.orders()
    ada.pays(placed.invoice_id)
    at.works()
    return placed


def decides(at, how, placed, words="Telephoned", actor=SAM):
    with at.house.database.opener(actor)() as work:
        return how(work, placed.id, words)


def order_of(at, placed):
    with at.robot() as work:
        return work.session.get_one(Order, placed.id)


def standing(at, placed):
    """Of its order, its invoice and its service."""
    with at.robot() as work:
        order, invoice = work.session.get_one(Order, placed.id), work.session.get_one(Invoice, placed.invoice_id)
        service = work.session.exec(select(Service).where(Service.customer_id == placed.customer_id)).one()
        return order.status, invoice.status, service.status


def attempts(at):
    with at.robot() as work:
        return [*work.session.exec(select(PaymentAttempt).order_by(col(PaymentAttempt.id)))]


def moved(at):
    """What Stripe really took, still keeps for us, and let go."""
    did = at.stripe_did()
    return tuple(did[what].get("eur", 0) for what in ("captured", "authorised", "released"))


def mailed(at, template):
    with at.robot() as work:
        return [mail.text for mail in work.session.exec(select(MailMessage).where(MailMessage.template == template))]


def cases(at):
    with at.house.database.opener(SAM)() as work:
        return [case.kind for case in open_cases(work)]


def page_for(at, person, placed):
    return open_checkout(at.house.database.opener(person.actor), at.house.gateways, placed.invoice_id, BACK)


WAITS = (OrderStatus.RESERVED, InvoiceStatus.DRAFT, ServiceStatus.WAITING)
RUNS = (OrderStatus.PAID, InvoiceStatus.PAID, ServiceStatus.ACTIVE)
UNPAID = (OrderStatus.PLACED, InvoiceStatus.DRAFT, ServiceStatus.WAITING)
REFUSED = (OrderStatus.REJECTED, InvoiceStatus.DRAFT, ServiceStatus.EXPIRED)


@pytest.mark.all_databases
def test_money_is_reserved_at_first_and_taken_when_a_person_says_yes(at, ada, reserved):
    at.lives(days=4)  # an order that is only placed would have expired
    before, reserved_then, kept_then = standing(at, reserved), moved(at), ada.does(cards)

    decides(at, approve_order, reserved)
    at.lives(days=0.01)

    assert (before, reserved_then) == (WAITS, (0, reserved.total.minor, 0))
    assert (standing(at, reserved), moved(at)) == (RUNS, (reserved.total.minor, 0, 0))
    assert (kept_then, len(ada.does(cards))) == ([], 1)  # a card is kept with the money, not before
    [text] = mailed(at, "order_reserved")
    assert "are reserved on your card, and nothing has been taken" in text
    assert mailed(at, "order_held") == []


@pytest.mark.all_databases
def test_what_is_refused_lets_the_money_go_and_takes_nothing(at, ada, reserved):
    decides(at, reject_order, reserved, "We do not serve this country.")
    at.works()

    assert (standing(at, reserved), moved(at)) == (REFUSED, (0, 0, reserved.total.minor))
    [attempt] = attempts(at)
    assert (attempt.status, attempt.decline_code) == (AttemptStatus.FAILED, "released")
    assert (ada.does(cards), at.stripe_did()["cards_kept"]) == ([], 0)
    [text] = mailed(at, "order_rejected")
    assert "We do not serve this country." in text
    assert "Nothing was charged: we let go" in text
    with pytest.raises(NothingToPay):
        page_for(at, ada, reserved)


def test_while_money_is_reserved_nothing_else_is_paid(at, ada, reserved):
    came = Came(PaidBy.BANK_TRANSFER, reserved.total, at.clock.now.date(), "SEPA 1", "form")

    with pytest.raises(AlreadyPaying, match="reserved already"):
        page_for(at, ada, reserved)
    with pytest.raises(AlreadyPaying, match="approve or reject"):
        record_payment(at.house.database.opener(SAM), at.house.gateways, reserved.invoice_id, came)

    assert standing(at, reserved) == WAITS


def test_two_people_approve_and_the_money_is_taken_once(at, reserved):
    decides(at, approve_order, reserved)
    with pytest.raises(WrongState, match="Nothing stands against"):
        decides(at, approve_order, reserved, actor=LENA)
    with pytest.raises(WrongState, match="This order was approved"):
        decides(at, reject_order, reserved, "No", actor=LENA)
    at.lives(days=0.01)

    assert (standing(at, reserved), moved(at)) == (RUNS, (reserved.total.minor, 0, 0))


@pytest.mark.all_databases
def test_people_who_decide_at_the_same_moment_decide_one_thing(at, reserved):
    at_once(
        [partial(decides, at, how, reserved, actor=who) for how in (approve_order, reject_order) for who in (SAM, LENA)]
    )
    at.lives(days=0.01)

    ends = {RUNS: (reserved.total.minor, 0, 0), REFUSED: (0, 0, reserved.total.minor)}
    assert moved(at) == ends[standing(at, reserved)]


@pytest.mark.all_databases
def test_unanswered_the_money_is_free_again_and_can_be_paid_anew(at, ada, reserved):
    at.lives(days=6.5)
    warned = cases(at)
    at.lives(days=1)
    unpaid, released = standing(at, reserved), moved(at)

    ada.pays(reserved.invoice_id)
    at.works()
    again = standing(at, reserved)
    decides(at, approve_order, reserved)
    at.lives(days=0.01)

    assert (warned, cases(at)) == (["reservation_ends"], ["reservation_over"])
    assert (unpaid, released) == (UNPAID, (0, 0, reserved.total.minor))
    [text] = mailed(at, "order_unpaid_again")
    assert "we did not get to it in time" in text
    assert (again, standing(at, reserved), moved(at)[0]) == (WAITS, RUNS, reserved.total.minor)
    assert len(mailed(at, "order_reserved")) == 2


def test_a_capture_that_is_refused_asks_for_the_money_again(at, ada, reserved):
    [attempt] = attempts(at)
    assert at.stripe_http.post(f"/v1/payment_intents/{attempt.payment_ref}/cancel").is_success  # in Stripe's dashboard

    decides(at, approve_order, reserved)
    at.works()
    unpaid = standing(at, reserved)
    ada.pays(reserved.invoice_id)
    at.lives(days=0.01)

    assert (unpaid, cases(at)) == (UNPAID, ["reservation_over"])
    [text] = mailed(at, "order_unpaid_again")
    assert "could not take" in text
    assert (standing(at, reserved), moved(at)[:2]) == (RUNS, (reserved.total.minor, 0))  # approved already


@pytest.mark.parametrize("wrong", [Wrong.LOST, Wrong.DOWN])
@pytest.mark.parametrize(("how", "path", "end"), [(approve_order, CAPTURE, RUNS), (reject_order, CANCEL, REFUSED)])
def test_an_answer_that_is_lost_is_looked_up_and_nothing_happens_twice(at, reserved, how, path, end, wrong):
    at.breaks(at.stripe_http, wrong, path, times=0)
    decides(at, how, reserved, "Because")
    at.works()
    in_doubt = standing(at, reserved)[0]
    at.mends(at.stripe_http)
    at.lives(days=0.02)

    taken = end is RUNS
    assert in_doubt is (OrderStatus.RESERVED if taken else OrderStatus.REJECTED)
    assert standing(at, reserved) == end
    assert moved(at) == ((reserved.total.minor, 0, 0) if taken else (0, 0, reserved.total.minor))


def test_everything_that_follows_may_happen_twice(at, ada, reserved):
    [attempt] = attempts(at)
    for _ in range(2):
        with at.robot() as work:
            heed_reserved(work, reserved.invoice_id)
            ask_again(work, reserved.invoice_id, attempt.id)  # said of money that is reserved still
        settle_reserved(at.house.automation("test"), at.house.gateways, attempt.id)
    waiting = standing(at, reserved)
    decides(at, approve_order, reserved)
    for _ in range(2):
        settle_reserved(at.house.automation("test"), at.house.gateways, attempt.id)
    at.lives(days=0.01)

    assert (waiting, standing(at, reserved), cases(at)) == (WAITS, RUNS, [])
    assert (moved(at)[0], at.stripe_did()["invoices"][str(reserved.invoice_id)]["captures"]) == (
        reserved.total.minor,
        1,
    )


@pytest.mark.parametrize("door", ["webhook", "sweep"])
def test_whoever_closes_the_window_is_heard_of_all_the_same(at, ada, door):
    placed = ada.orders()
    ada.pays(placed.invoice_id, returns=False)
    if door == "webhook":
        at.stripe.webhooks.deliver_due(all=True)
    at.lives(days=0.01)

    assert standing(at, placed) == WAITS


@pytest.mark.parametrize(("how", "end", "taken"), [(approve_order, RUNS, True), (reject_order, REFUSED, False)])
def test_a_decision_while_the_customer_still_types_their_card_holds(at, ada, how, end, taken):
    placed = ada.orders()
    url = page_for(at, ada, placed)
    decides(at, how, placed, "Because")

    assert pay_on_page(at.browser, url).status_code == 303
    confirm_checkouts_of(at.house.database.opener(ada.actor), at.house.gateways, placed.invoice_id)
    at.lives(days=0.01)

    assert standing(at, placed) == end
    assert moved(at) == ((placed.total.minor, 0, 0) if taken else (0, 0, placed.total.minor))


def test_an_answer_nobody_hears_of_before_the_end_is_no_surprise(at, reserved):
    at.clock.move(timedelta(days=8))  # everybody was away, and so was Stripe's message
    decides(at, approve_order, reserved)
    at.lives(days=0.02)

    assert (standing(at, reserved), moved(at)) == (UNPAID, (0, 0, reserved.total.minor))


def test_what_was_ordered_before_it_is_looked_at_is_paid_at_once_by_a_wallet(at, ada):
    placed = ada.orders()
    ada.pays_by_paypal(placed.invoice_id)
    at.works()

    assert order_of(at, placed).status is OrderStatus.HELD
    assert [attempt.reserves for attempt in attempts(at)] == [False]
    decides(at, approve_order, placed)


def test_a_card_that_reserves_is_forgotten_only_where_nothing_was_paid_with_it(at, ada):
    ada.leaves_card("5555555555554444")
    placed = ada.orders()
    ada.pays(placed.invoice_id)
    at.works()
    decides(at, reject_order, placed, "No")
    at.works()

    assert [card.last4 for card in ada.does(cards)] == ["4444"]
    assert at.stripe_did()["cards_kept"] == 1


def test_the_answer_to_a_capture_is_unknown_until_it_is_known(at, reserved):
    decides(at, approve_order, reserved)
    [attempt] = attempts(at)
    at.breaks(at.stripe_http, Wrong.LOST, CAPTURE, times=0)

    with pytest.raises(UnknownOutcome):
        settle_reserved(at.house.automation("test"), at.house.gateways, attempt.id)

    assert attempts(at)[0].status is AttemptStatus.UNKNOWN
    at.mends(at.stripe_http)
    at.lives(days=0.02)
    assert standing(at, reserved) == RUNS
