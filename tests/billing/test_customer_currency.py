"""A customer's currency changes only while nothing is left in the old one."""

from datetime import timedelta

import pytest
from sqlmodel import select

from ezscale.billing import ledger
from ezscale.billing.credit import keep_as_credit
from ezscale.billing.customer_currency import change_currency
from ezscale.billing.pausing import pause_subscription
from ezscale.billing.subscriptions import end_subscription
from ezscale.company.currencies import CurrencyRules
from ezscale.company.rules import set_rules
from ezscale.kit.errors import Invalid, NotAllowed, NotFound
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.models import Customer, Subscription
from tests.state.panel import onlooker


def currency_of(at, person):
    customer_id = person.actor.customer_id
    with at.robot() as work:
        return work.session.get_one(Customer, customer_id).currency


def changes(at, person, currency="USD"):
    customer_id = person.actor.customer_id
    with at.robot() as work:
        return change_currency(work, customer_id, currency)


@pytest.mark.all_databases
def test_somebody_new_may_be_billed_in_another_currency(at):
    ada = at.signs_up()

    changes(at, ada)

    assert currency_of(at, ada) == "USD"


def test_what_stands_still_will_be_billed_again_in_its_own_currency(at):
    ada = at.signs_up()
    ada.buys()
    with at.robot() as work:
        subscription_id = work.session.exec(select(Subscription.id)).one()
        pause_subscription(work, subscription_id, work.today + timedelta(days=30))

    with pytest.raises(Invalid, match="still billed"):
        changes(at, ada)

    assert currency_of(at, ada) == "EUR"


def test_nothing_may_be_left_in_the_old_currency(at):
    ada = at.signs_up()
    order = ada.orders()
    with pytest.raises(Invalid, match="a draft or still open") as drafted:
        changes(at, ada)

    ada.pays(order.invoice_id)
    at.lives(days=0.1)
    with pytest.raises(Invalid, match="still billed"):
        changes(at, ada)

    customer_id = ada.actor.customer_id
    with at.robot() as work:
        for subscription in work.session.exec(select(Subscription)):
            end_subscription(work, subscription)
        keep_as_credit(work, customer_id, Money(500, "EUR"), "A gift", "gift:1", ledger.revenue(ledger.OTHER))
    with pytest.raises(Invalid, match="credit"):
        changes(at, ada)

    assert drafted.value.field == "currency"
    assert currency_of(at, ada) == "EUR"


@pytest.mark.parametrize("currency", ["JPY", "ZZZ", "", "usd"])
def test_it_is_a_currency_that_we_sell_in(at, currency):
    ada = at.signs_up()

    with pytest.raises(Invalid):
        changes(at, ada, currency)


def test_what_is_offered_from_now_on_can_be_chosen_and_what_is_taken_away_is_kept(at):
    ada, bob = at.signs_up(), at.signs_up("Bob Byrne", currency="USD")

    with at.robot() as work:
        set_rules(work, CurrencyRules, {"offered": ["JPY", "EUR"]})

    changes(at, ada, "JPY")
    changes(at, bob, "USD")
    assert (currency_of(at, ada), currency_of(at, bob)) == ("JPY", "USD")
    with pytest.raises(Invalid, match="that we sell in"):
        changes(at, ada, "USD")


def test_only_whoever_manages_customers_may_and_only_of_one_that_is_there(at):
    ada, sam = at.signs_up(), onlooker(at)

    with pytest.raises(NotAllowed):
        sam.does(lambda work: change_currency(work, ada.actor.customer_id, "USD"))
    with pytest.raises(NotAllowed):
        ada.does(lambda work: change_currency(work, ada.actor.customer_id, "USD"))
    with at.robot() as work, pytest.raises(NotFound):
        change_currency(work, new_id(), "USD")
