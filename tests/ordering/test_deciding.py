"""Staff look at orders: what is held is not built, what is approved is, what is refused gives everything back."""

import pytest
from sqlmodel import select

from ezscale.accounts.permissions import MANAGE_ORDERS, SEE_EVERYTHING
from ezscale.billing.checkout import confirm_checkouts_of, open_checkout
from ezscale.billing.credit import credit_balance
from ezscale.billing.ledger import OTHER, balance, revenue
from ezscale.company.rules import set_rules
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.errors import Invalid, NotAllowed, NotFound
from ezscale.models import Coupon, CreditEntry, MailMessage, Subscription
from ezscale.models.base import WrongState
from ezscale.models.order import OrderStatus
from ezscale.models.plan import Family
from ezscale.models.service import ServiceStatus
from ezscale.models.subscription import SubscriptionStatus
from ezscale.ordering.deciding import approve_order, hold_order, holds_on, reject_order
from ezscale.ordering.fulfilling import fulfil_paid_invoice
from ezscale.ordering.looking_twice import (
    LARGE_FIRST_ORDER,
    MANY_ORDERS,
    NEEDS_APPROVAL,
    OrderRules,
)
from ezscale.ordering.placing import order, orders, services_of_order
from ezscale.sandbox.stripe.browser import pay_on_page
from tests.company import BACK
from tests.ordering.plans import turns

SAM = Actor(ActorKind.STAFF, "Sam", permissions=frozenset({SEE_EVERYTHING, MANAGE_ORDERS}))


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def sam_does(at, use_case, actor=SAM):
    with at.house.database.opener(actor)() as work:
        return use_case(work)


def standing(at, placed):
    with at.robot() as work:
        of_order = select(Subscription).where(Subscription.order_id == placed.id)
        return (
            order(work, placed.id).status,
            work.session.exec(of_order).one().status,
            services_of_order(work, placed.id)[0].status,
        )


def reasons(at, placed):
    with at.robot() as work:
        return [hold.reason for hold in holds_on(work, placed.id)]


def mailed(at, template):
    with at.robot() as work:
        return [mail.text for mail in work.session.exec(select(MailMessage).where(MailMessage.template == template))]


@pytest.fixture
def held(at, ada):
    """An order that is paid, by a wallet of which money cannot be reserved, and waits for a person."""
    turns(at, needs_approval=True, stock=5)
    placed = ada.orders(coupon="WELCOME10")
    ada.pays_by_paypal(placed.invoice_id)
    at.works()
    return placed


@pytest.mark.all_databases
def test_what_needs_approval_is_not_built_before_a_person_says_yes(at, ada, held):
    at.lives(days=1)
    before = (standing(at, held), at.panel_did()["servers"])

    sam_does(at, lambda work: approve_order(work, held.id, "Telephoned"))
    at.lives(days=0.01)

    assert before == ((OrderStatus.HELD, SubscriptionStatus.ACTIVE, ServiceStatus.HELD), [])
    assert standing(at, held) == (OrderStatus.PAID, SubscriptionStatus.ACTIVE, ServiceStatus.ACTIVE)
    with at.robot() as work:
        [hold] = holds_on(work, held.id)
    assert (hold.reason, hold.answer, hold.ended_by) == (NEEDS_APPROVAL, "Telephoned", "Sam")
    [text] = mailed(at, "order_held")
    assert "looks at it before we build" in text


@pytest.mark.all_databases
def test_what_is_refused_ends_and_its_money_becomes_credit(at, ada, held):
    sam_does(at, lambda work: reject_order(work, held.id, "We do not serve this country."))
    at.works()
    at.lives(days=40)

    with at.robot() as work:
        kept = credit_balance(work, held.customer_id, "EUR")
        accounts = [*map(revenue, [*Family, OTHER]), "tax:IE"]
        earned = {account: minor for account in accounts if (minor := balance(work, account, "EUR").minor)}
        used = work.session.exec(select(Coupon.used).where(Coupon.code == "WELCOME10")).one()
    assert standing(at, held) == (OrderStatus.REJECTED, SubscriptionStatus.ENDED, ServiceStatus.TERMINATED)
    assert (kept, earned, used) == (held.total, {}, 0)
    assert at.panel_did()["servers"] == []
    assert len(ada.invoices()) == 1
    [text] = mailed(at, "order_rejected")
    assert "We do not serve this country." in text


def test_an_unpaid_order_is_refused_and_asks_for_nothing(at, ada):
    placed = ada.orders(coupon="WELCOME10")

    sam_does(at, lambda work: reject_order(work, placed.id, "A stolen card"))
    at.works()

    assert standing(at, placed) == (OrderStatus.REJECTED, SubscriptionStatus.EXPIRED, ServiceStatus.EXPIRED)
    [text] = mailed(at, "order_rejected")
    assert "Nothing was charged." in text


def test_money_for_an_order_that_was_refused_meanwhile_becomes_credit_once(at, ada):
    placed = ada.orders()
    opener = at.house.database.opener(ada.actor)
    url = open_checkout(opener, at.house.gateways, placed.invoice_id, BACK)
    sam_does(at, lambda work: reject_order(work, placed.id, "A stolen card"))

    assert pay_on_page(at.browser, url).status_code == 303
    confirm_checkouts_of(opener, at.house.gateways, placed.invoice_id)
    at.works()
    with at.robot() as work:
        fulfil_paid_invoice(work, placed.invoice_id)
    at.works()

    with at.robot() as work:
        assert len(work.session.exec(select(CreditEntry)).all()) == 1
        assert credit_balance(work, placed.customer_id, "EUR") == placed.total
    assert standing(at, placed) == (OrderStatus.REJECTED, SubscriptionStatus.ENDED, ServiceStatus.TERMINATED)
    assert at.panel_did()["servers"] == []


def test_a_colleague_holds_an_order_before_it_is_paid(at, ada):
    placed = ada.orders()

    sam_does(at, lambda work: hold_order(work, placed.id, "Asks for much traffic"))
    ada.pays_by_paypal(placed.invoice_id)
    at.lives(days=0.01)

    assert standing(at, placed)[0] is OrderStatus.HELD
    assert reasons(at, placed) == ["Asks for much traffic"]


def test_what_is_approved_before_it_is_paid_is_built_as_soon_as_it_is(at, ada):
    turns(at, needs_approval=True)
    placed = ada.orders()

    sam_does(at, lambda work: approve_order(work, placed.id))
    ada.pays(placed.invoice_id)
    at.lives(days=0.01)

    assert standing(at, placed) == (OrderStatus.PAID, SubscriptionStatus.ACTIVE, ServiceStatus.ACTIVE)


def test_a_renewal_that_is_paid_builds_nothing_that_is_held(at, ada, held):
    at.sleeps(29)
    at.lives(days=3)

    assert len([invoice for invoice in ada.invoices() if invoice.number]) == 2
    assert standing(at, held)[2] is ServiceStatus.HELD
    sam_does(at, lambda work: approve_order(work, held.id, "Telephoned"))  # the doctor asks for it after a week
    at.works()


@pytest.mark.parametrize("decide", [hold_order, reject_order])
@pytest.mark.parametrize("words", ["", "   ", "x" * 251])
def test_a_decision_needs_its_words(at, held, decide, words):
    with pytest.raises(Invalid) as refusal:
        sam_does(at, lambda work: decide(work, held.id, words))

    assert refusal.value.field == "reason"
    assert standing(at, held)[0] is OrderStatus.HELD


@pytest.mark.parametrize("decide", [hold_order, approve_order, reject_order])
def test_only_whoever_may_decides(at, ada, held, decide):
    looker = Actor(ActorKind.STAFF, "Lena", permissions=frozenset({SEE_EVERYTHING}))
    blind = Actor(ActorKind.STAFF, "Bo", permissions=frozenset({MANAGE_ORDERS}))

    with pytest.raises(NotAllowed):
        sam_does(at, lambda work: decide(work, held.id, "Yes"), looker)
    with pytest.raises(NotFound):
        sam_does(at, lambda work: decide(work, held.id, "Yes"), blind)
    with pytest.raises(NotAllowed):
        ada.does(lambda work: decide(work, held.id, "Yes"))

    assert standing(at, held)[0] is OrderStatus.HELD


@pytest.mark.parametrize("decide", [hold_order, approve_order, reject_order])
def test_what_is_built_is_past_deciding(at, ada, decide):
    ada.buys()
    [(built, _)] = ada.does(orders)

    with pytest.raises(WrongState):
        sam_does(at, lambda work: decide(work, built.id, "No"))

    assert standing(at, built) == (OrderStatus.PAID, SubscriptionStatus.ACTIVE, ServiceStatus.ACTIVE)


@pytest.mark.parametrize(
    ("decided", "expected"),
    [
        ({}, []),
        ({"hold_first_above": 14}, []),
        ({"hold_first_above": 13}, [LARGE_FIRST_ORDER]),
    ],
)
def test_a_large_first_order_waits_for_a_person(at, ada, decided, expected):
    with at.robot() as work:
        set_rules(work, OrderRules, decided)

    assert reasons(at, ada.orders()) == expected


def test_who_has_paid_before_is_not_looked_at_again(at, ada):
    ada.buys()
    with at.robot() as work:
        set_rules(work, OrderRules, {"hold_first_above": 1})

    assert reasons(at, ada.orders()) == []


def test_many_orders_of_a_new_customer_within_a_day_wait_for_a_person(at, ada):
    with at.robot() as work:
        set_rules(work, OrderRules, {"hold_beyond": 2, "new_for_days": 10})

    first = [reasons(at, ada.orders()) for _ in range(3)]
    at.sleeps(1)
    next_day = reasons(at, ada.orders())
    at.sleeps(10)
    long_known = [reasons(at, ada.orders()) for _ in range(3)]

    assert first == [[], [], [MANY_ORDERS]]
    assert next_day == []
    assert long_known == [[], [], []]
