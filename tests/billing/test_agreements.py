"""What an item says is never changed: what is agreed anew takes its place."""

from datetime import date

import pytest
from sqlmodel import col, select

from ezscale.billing.agreements import PRICE, replace_item
from ezscale.billing.history import invoices_of_item
from ezscale.billing.subscriptions import items_of
from ezscale.models import Plan, RevenueMovement, Service, Subscription, SubscriptionItem
from ezscale.reporting.revenue import recurring_revenue


@pytest.fixture
def ada(at):
    """Somebody who pays eleven euros a month for a server, and three less for three months."""
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-2", coupon="WELCOME10")
    return ada


def only_item(work):
    return work.session.exec(select(SubscriptionItem)).one()


def moved(work):
    rows = work.session.exec(select(RevenueMovement).order_by(col(RevenueMovement.id)))
    return [(row.kind, row.monthly_minor) for row in rows]


def test_the_old_item_ends_as_it_was_and_the_new_one_says_what_it_replaces(at, ada):
    with at.robot() as work:
        old = only_item(work)
        said = old.model_dump(exclude={"ended_on"})

        new = replace_item(work, old, because=PRICE, from_day=date(2026, 4, 2), price_minor=1300)

    assert old.model_dump(exclude={"ended_on"}) == said
    assert (old.ended_on, new.began_on, new.replaces_id) == (date(2026, 4, 2), date(2026, 4, 2), old.id)
    assert (new.price_minor, new.description, new.discount_percent, new.discount_cycles) == (
        *(1300, old.description, old.discount_percent, old.discount_cycles),
    )
    with at.robot() as work:
        assert [item.id for item in items_of(work, new.subscription_id)] == [new.id]


def test_the_service_and_its_invoices_are_found_by_the_new_item(at, ada):
    before, bills = ada.service(), [bill.id for bill in ada.invoices()]
    with at.robot() as work:
        new = replace_item(work, only_item(work), price_minor=1300)

    with at.robot() as work:
        assert work.session.get_one(Service, before.id).item_id == new.id != before.item_id
        assert [bill.id for bill in invoices_of_item(work, new.id)] == bills


def test_recurring_revenue_changes_by_the_difference_and_knows_the_discount(at, ada):
    with at.robot() as work:
        replace_item(work, only_item(work), because=PRICE, price_minor=1300)

    with at.robot() as work:
        assert moved(work) == [("new", 990), ("price", 180)]
        assert recurring_revenue(work)["EUR"].minor == 1170


def test_another_plan_takes_its_revenue_with_it_and_another_cycle_is_worth_another_month(at, ada):
    with at.robot() as work:
        old = only_item(work)
        bigger = work.session.exec(select(Plan).where(Plan.slug == "vps-3")).one()

        replace_item(work, old, plan_id=bigger.id, price_minor=24000, months=12)

        by_plan = {
            row.plan_id: row.monthly_minor for row in work.session.exec(select(RevenueMovement)) if row.kind == "change"
        }
    assert by_plan == {old.plan_id: -990, bigger.id: 1800}


def test_what_is_not_paid_for_yet_earns_nothing_by_being_agreed_anew(at):
    at.signs_up("Ben Orr").orders("vps-2")

    with at.robot() as work:
        new = replace_item(work, only_item(work), price_minor=1300)

    with at.robot() as work:
        assert moved(work) == []
        assert work.session.exec(select(Service)).one().item_id == new.id


def test_what_nobody_agrees_on_cannot_be_changed(at, ada):
    with at.robot() as work:
        with pytest.raises(TypeError, match="ended_on"):
            replace_item(work, only_item(work), ended_on=None)
        assert work.session.exec(select(Subscription)).one().months == 1
