"""Prices that change for those who have subscribed already: who is told, who pays what, and from when."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from ezscale.billing.cancelling import cancel_at_period_end, keep_subscription
from ezscale.billing.price_changes import (
    CatalogRules,
    change_price,
    changes_of,
    first_day,
    move_to_current_price,
    price_points,
    withdraw_change,
)
from ezscale.billing.renewals import issue_renewals
from ezscale.billing.renewing import apply_price_changes, tell_subscribers
from ezscale.billing.subscriptions import items_of
from ezscale.billing.upcoming import upcoming
from ezscale.catalog.price_list import PLANS, PriceWish, price_now, set_price
from ezscale.company.rules import set_rules
from ezscale.kit.actor import ANONYMOUS, robot
from ezscale.kit.errors import Invalid, NotFound, NotSignedIn, TemporaryFailure
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.models import (
    InvoiceLine,
    MailMessage,
    Plan,
    PriceChange,
    PriceNotice,
    RevenueMovement,
    RunReport,
    SubscriptionItem,
)
from ezscale.models.base import WrongState
from ezscale.models.hold import Deed
from ezscale.reporting.revenue import recurring_revenue
from ezscale.reporting.tonight import tonight
from tests.bulk import write_book
from tests.sizes import size


@pytest.fixture
def ada(at):
    """Somebody who pays 5.50 euros a month, on the second of each."""
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-1")
    return ada


def plan_of(work, slug="vps-1"):
    return work.session.exec(select(Plan).where(Plan.slug == slug)).one()


def announced(at, amount="6.50", days=40, months=1, since=None):
    """Subscribers pay another price so many days from now."""
    with at.robot() as work:
        wish = PriceWish("EUR", months, amount, since=since)
        change_price(work, plan_of(work).id, wish, work.today + timedelta(days=days))
        return work.session.exec(select(PriceChange).order_by(col(PriceChange.id).desc())).first()


def goes_on(at, days):
    """Whoever is to be told is told at once, and what comes due meanwhile is seen to every third night."""
    at.lives()
    for _ in range(days // 3):
        at.sleeps(days=3)
    at.sleeps(days=days % 3)


def mails(at, template="price_change"):
    with at.robot() as work:
        return [(mail.to, mail.text) for mail in work.session.exec(select(MailMessage)) if mail.template == template]


def test_a_change_for_new_customers_alone_is_told_nobody_and_changes_nothing_for_others(at, ada):
    with at.robot() as work:
        change_price(work, plan_of(work).id, PriceWish("EUR", 1, "6.50"))
    goes_on(at, days=70)

    ben = at.signs_up("Ben Orr")
    ben.buys("vps-1")

    assert mails(at) == []
    with at.robot() as work:
        assert [(str(point.price), point.subscribers) for point in price_points(work, plan_of(work).id)] == [
            *(("5.50 EUR", 1), ("6.50 EUR", 1)),
        ]
        assert work.session.exec(select(PriceChange)).all() == []


def test_subscribers_are_told_once_by_mail_with_both_prices_the_day_and_how_to_leave(at, ada):
    change = announced(at)
    at.lives()
    tell_subscribers(at.house.automation("test"), change.id)
    at.lives(days=3)

    [(to, words)] = mails(at)

    assert to == "ada@example.com"
    for told in ("VPS 1", "monthly", "€5.50", "€6.50", "April 11, 2026", "cancel"):
        assert told in words
    with at.robot() as work:
        [overview] = changes_of(work, plan_of(work).id)
    assert (overview.told, overview.applied) == (1, 0)


def test_the_item_is_agreed_anew_before_the_first_period_that_begins_on_the_day_or_later(at, ada):
    announced(at, days=40)  # 11 April, so that it holds from 2 May
    at.lives(days=45)  # 16 April: the April period is old, that of May not invoiced yet
    before = now_paid(at)
    at.lives(days=3)

    after, service = now_paid(at), ada.service()
    with at.robot() as work:
        old, new = work.session.exec(select(SubscriptionItem).order_by(col(SubscriptionItem.id))).all()
        lines = [(line.period_start, line.net_minor) for line in work.session.exec(select(InvoiceLine))]
        moved = [(move.kind, move.monthly_minor) for move in work.session.exec(select(RevenueMovement))]
        earned = recurring_revenue(work)["EUR"].minor
        told = [(change.told, change.applied, change.change.applied_at) for change in changes_of(work, old.plan_id)]
        report = work.session.exec(select(RunReport).where(RunReport.name == "price changes")).one()

    assert (before, after) == ([550], [650])
    assert (old.price_minor, old.ended_on, new.began_on, new.replaces_id) == (
        550,
        date(2026, 5, 2),
        date(2026, 5, 2),
        old.id,
    )
    assert service.item_id == new.id
    assert sorted(lines) == [(date(2026, 3, 2), 550), (date(2026, 4, 2), 550), (date(2026, 5, 2), 650)]
    assert sorted(moved) == [("new", 550), ("price", 100)]
    assert earned == 650
    assert told == [(1, 1, report.started_at)]
    assert report.counts == {"prices changed": 1}


def now_paid(at):
    with at.robot() as work:
        held = select(SubscriptionItem).where(col(SubscriptionItem.ended_on).is_(None))
        return sorted(item.price_minor for item in work.session.exec(held))


def test_a_period_that_began_before_the_day_and_is_billed_late_keeps_the_old_price(at, ada):
    announced(at, days=40)
    at.lives(days=1)
    at.sleeps(days=50)  # 22 April: the period of 2 April is not invoiced yet, and the day of the change is over

    with at.robot() as work:
        lines = [(line.period_start, line.net_minor) for line in work.session.exec(select(InvoiceLine))]
    assert sorted(lines) == [(date(2026, 3, 2), 550), (date(2026, 4, 2), 550), (date(2026, 5, 2), 650)]


def test_a_customer_sees_what_the_next_period_will_cost_as_soon_as_they_are_told(at, ada):
    announced(at, days=30)  # 1 April, so that it holds from 2 April
    announced_before = ada.does(upcoming)[0].total
    at.lives(days=1)
    told = ada.does(upcoming)[0].total
    at.lives(days=20)  # the period of April is invoiced, that of May comes next
    invoiced = (ada.invoices()[-1].total, ada.does(upcoming)[0].total)

    assert announced_before == Money(677, "EUR")
    assert (told, *invoiced) == (Money(800, "EUR"),) * 3


def test_applying_again_does_nothing_more(at, ada):
    announced(at, days=30)
    goes_on(at, days=60)

    again = apply_price_changes(at.house.automation("test"))

    assert again.counts == {}
    with at.robot() as work:
        assert len(work.session.exec(select(SubscriptionItem)).all()) == 2


def test_a_discount_goes_on_from_the_new_price(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-1", coupon="WELCOME10")
    announced(at, "10", days=30)
    goes_on(at, days=50)

    with at.robot() as work:
        lines = sorted((line.period_start.month, line.net_minor) for line in work.session.exec(select(InvoiceLine)))
    assert lines == [(3, 495), (4, 900), (5, 900)]


def test_another_cycle_currency_plan_or_older_price_is_not_concerned(at, ada):
    at.signs_up("Ben Orr").buys("vps-1", months=12)
    at.signs_up("Eve Lang", "US", "USD").buys("vps-1")
    at.signs_up("Lea Roy", "FR").buys("vps-2")
    with at.robot() as work:
        set_price(work, PLANS, plan_of(work).id, PriceWish("EUR", 1, "6"))
    at.lives(days=1)
    at.signs_up("Otto Lenz", "DE").buys("vps-1")

    announced(at, "7", days=31)  # those who pay 6, and not Ada, who still pays 5.50
    goes_on(at, days=75)

    assert [to for to, _ in mails(at)] == ["otto@example.com"]
    assert now_paid(at) == sorted([550, 5500, 600, 1100, 700])


def test_whoever_still_pays_an_older_price_can_be_moved_to_that_of_today(at, ada):
    with at.robot() as work:
        set_price(work, PLANS, plan_of(work).id, PriceWish("EUR", 1, "6"))
    at.lives(days=1)
    with at.robot() as work:
        move_to_current_price(work, plan_of(work).id, 1, Money(550, "EUR"), first_day(work))
    goes_on(at, days=60)

    assert now_paid(at) == [600]
    assert len(mails(at)) == 1


def test_whoever_comes_after_the_announcement_keeps_what_they_agreed_on(at, ada):
    announced(at, days=40, since=at.clock.now + timedelta(days=30))
    at.lives(days=5)
    at.signs_up("Ben Orr").buys("vps-1")  # the planned price does not hold yet
    goes_on(at, days=80)

    assert now_paid(at) == [550, 650]
    assert [to for to, _ in mails(at)] == ["ada@example.com"]


def test_whoever_leaves_is_not_told_and_whoever_stays_after_all_has_the_full_notice(at, ada):
    ada.does(lambda work: cancel_at_period_end(work, ada.service().item_id))
    announced(at, days=30)
    at.lives(days=10)
    before = mails(at)
    ada.does(lambda work: keep_subscription(work, ada.service().item_id))
    at.lives(days=3)

    with at.robot() as work:
        [told] = work.session.exec(select(PriceNotice)).all()
    assert before == []
    assert [to for to, _ in mails(at)] == ["ada@example.com"]
    assert told.from_day >= told.told_at.date() + timedelta(days=30) > date(2026, 4, 1)


def test_nobody_changes_without_having_been_told_long_enough_before(at, ada):
    announced(at, days=30)
    at.sleeps(days=35)  # nobody was at work: the mail goes out after the day that it names
    at.lives(days=1)

    with at.robot() as work:
        notice = work.session.exec(select(PriceNotice)).one()
    [(_, words)] = mails(at)
    assert notice.from_day == date(2026, 5, 6)
    assert "May 6, 2026" in words
    at.lives(days=20)
    assert now_paid(at) == [550]  # their period of 2 May begins too early
    at.lives(days=25)
    assert now_paid(at) == [650]


def test_a_withdrawn_change_never_holds_and_whoever_was_told_hears_of_it(at, ada):
    change = announced(at, days=40)
    at.lives(days=2)
    at.signs_up("Ben Orr").buys("vps-1")
    with at.robot() as work:
        withdraw_change(work, change.id)
        withdraw_change(work, change.id)
    goes_on(at, days=80)

    assert now_paid(at) == [550, 650]  # Ben bought at the new price, which stays
    assert [to for to, _ in mails(at, "price_stays")] == ["ada@example.com"]


def test_a_change_that_was_withdrawn_before_the_mail_was_written_tells_nobody(at, ada):
    change = announced(at)
    tell_subscribers(at.house.automation("test"), change.id)
    with at.robot() as work:
        withdraw_change(work, change.id)
    at.lives(days=2)

    assert mails(at) == mails(at, "price_stays") == []


def test_a_change_that_holds_for_somebody_is_not_withdrawn(at, ada):
    change = announced(at, days=30)
    goes_on(at, days=50)

    with at.robot() as work, pytest.raises(WrongState, match="holds for some"):
        withdraw_change(work, change.id)


def test_subscribers_hear_of_it_as_many_days_before_as_the_house_has_decided(at, ada):
    with at.robot() as work:
        set_rules(work, CatalogRules, {"notice_days": 60})
    for days in (59, 3 * 365):
        with pytest.raises(Invalid) as refusal:
            announced(at, days=days)
        assert refusal.value.field == "effective_on"

    assert announced(at, days=60).notice_days == 60


@pytest.mark.parametrize(
    "wish",
    [PriceWish("EUR", 1, "5.50"), PriceWish("EUR", 1, "5.50", setup="9"), PriceWish("JPY", 1, "900")],
    ids=["the same", "a setup fee alone", "a first price"],
)
def test_what_changes_nothing_for_subscribers_is_not_announced_to_them(at, ada, wish):
    with pytest.raises(Invalid) as refusal, at.robot() as work:
        change_price(work, plan_of(work).id, wish, work.today + timedelta(days=40))

    assert refusal.value.field == "effective_on"
    with at.robot() as work:
        euros = price_now(work, PLANS, plan_of(work).id, "EUR", 1)
        assert euros is not None
        assert str(euros.amount) == "5.50 EUR"
        assert price_now(work, PLANS, plan_of(work).id, "JPY", 1) is None


def test_subscribers_do_not_pay_a_new_price_before_new_customers_do(at, ada):
    with pytest.raises(Invalid) as refusal:
        announced(at, days=40, since=at.clock.now + timedelta(days=50))

    assert refusal.value.field == "effective_on"


def test_one_price_has_one_announced_change_at_a_time(at, ada):
    change = announced(at, "6.50", days=40)
    with at.robot() as work:
        with pytest.raises(Invalid, match="Withdraw it first"):
            move_to_current_price(work, plan_of(work).id, 1, Money(550, "EUR"), first_day(work))
        withdraw_change(work, change.id)
        move_to_current_price(work, plan_of(work).id, 1, Money(550, "EUR"), first_day(work))


def test_what_will_be_invoiced_tonight_knows_the_new_price(at, ada):
    announced(at, days=40)
    at.lives(days=46.7)  # the hours before the run that invoices the period of 2 May

    with at.robot() as work:
        sums = [deed.amount for deed in tonight(work).planned if deed.deed is Deed.INVOICE]

    assert sums == [Money(800, "EUR")]  # 6.50 and Irish tax
    assert now_paid(at) == [550]


def test_only_whoever_keeps_the_catalog_announces_and_withdraws(at, ada):
    change = announced(at)
    with at.robot() as work:
        plan_id = plan_of(work).id
    steps = [
        lambda work: change_price(work, plan_id, PriceWish("EUR", 1, "7"), date(2026, 6, 1)),
        lambda work: move_to_current_price(work, plan_id, 1, Money(550, "EUR"), date(2026, 6, 1)),
        lambda work: withdraw_change(work, change.id),
        lambda work: price_points(work, plan_id),
        lambda work: changes_of(work, plan_id),
    ]

    for step in steps:
        with pytest.raises(NotSignedIn), at.house.database.opener(ANONYMOUS)() as work:
            step(work)
    with at.robot() as work, pytest.raises(NotFound):
        withdraw_change(work, new_id())


@pytest.mark.all_databases
def test_many_runs_at_once_change_everybody_once(engine, database, clock):
    count = size(200, 2000)
    plan_id, change_id = a_book_with_a_change(engine, database, clock, count)
    start = Barrier(4)

    def run(number):
        start.wait()
        done = 0
        for _ in range(2):
            with suppress(TemporaryFailure):
                tally = apply_price_changes(database.opener(robot("test")), size=7)
                assert tally.set_aside == []
                done += tally.counts.get("prices changed", 0)
        return done

    with ThreadPoolExecutor(4) as threads:
        changed = sum(threads.map(run, range(4)))
    changed += apply_price_changes(database.opener(robot("test"))).counts.get("prices changed", 0)

    with database.opener(robot("test"))() as work:
        due = select(PriceNotice).where(PriceNotice.change_id == change_id)
        notices = work.session.exec(due).all()
        old = {item.id: item for item in work.session.exec(select(SubscriptionItem))}
        fresh = [item for item in old.values() if item.replaces_id]
        assert changed == len(fresh) == len(notices) > 0
        assert {old[item.replaces_id].ended_on for item in fresh} == {clock.now.date() + timedelta(days=10)}
        assert {item.price_minor for item in fresh} == {650}
        assert {notice.item_id for notice in notices} == {item.replaces_id for item in fresh}
        some = fresh[0]
        assert [item.id for item in items_of(work, some.subscription_id) if item.plan_id == plan_id].count(some.id) == 1


@pytest.mark.all_databases
def test_a_renewal_at_the_same_moment_bills_what_is_agreed_for_its_days(engine, database, clock):
    a_book_with_a_change(engine, database, clock, size(400, 2000))
    start = Barrier(2)

    def run(step):
        start.wait()
        for _ in range(3):
            with suppress(TemporaryFailure):
                step(database.opener(robot("test")), size=5)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(run, (apply_price_changes, issue_renewals)))
    apply_price_changes(database.opener(robot("test")))
    issue_renewals(database.opener(robot("test")))

    with database.opener(robot("test"))() as work:
        billed = work.session.exec(select(InvoiceLine.item_id, SubscriptionItem).join(SubscriptionItem)).all()
        ended = {item.id: item for _, item in billed if item.ended_on}
        lines = work.session.exec(select(InvoiceLine).where(col(InvoiceLine.item_id).in_(ended))).all()
        assert [line.net_minor for line in lines if line.period_start >= ended[line.item_id].ended_on] == []


def test_what_the_database_refuses_is_set_aside_and_the_others_change(engine, database, clock):
    _, change_id = a_book_with_a_change(engine, database, clock, 200)
    open_work = database.opener(robot("test"))
    with open_work() as work:
        told = work.session.exec(select(PriceNotice).where(PriceNotice.change_id == change_id)).all()
    refused = "CREATE TRIGGER refused BEFORE UPDATE ON subscription_item WHEN OLD.id = '{}' BEGIN SELECT RAISE(ABORT, 'no'); END"
    with engine.begin() as connection:
        connection.execute(text(refused.format(told[1].item_id.hex)))

    tally = apply_price_changes(open_work)

    assert tally.counts == {"prices changed": len(told) - 1}
    assert [aside["name"] for aside in tally.set_aside] == [f"price notice {told[1].id}"]
    with open_work() as work:
        assert work.session.get_one(SubscriptionItem, told[1].item_id).ended_on is None
        assert work.session.get_one(PriceNotice, told[1].id).applied_at is None


def a_book_with_a_change(engine, database, clock, count):
    """Many subscribers, those of whom that pay 5.50 euros a month are to pay 6.50."""
    write_book(engine, count, clock.now, bill_from=clock.now.date() + timedelta(days=40))
    open_work = database.opener(robot("test"))
    with open_work() as work:
        plan = work.session.exec(select(Plan)).one()
        for amount in ("5.50", "6.50"):
            set_price(work, PLANS, plan.id, PriceWish("EUR", 1, amount))
        change = move_to_current_price(work, plan.id, 1, Money(550, "EUR"), work.today + timedelta(days=40))
    tell_subscribers(open_work, change.id, size=7)
    clock.move(timedelta(days=30))
    return plan.id, change.id
