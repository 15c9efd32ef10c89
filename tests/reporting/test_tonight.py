"""What the night will do is told before, and nothing is done."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import select as choose

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing.auto_agreements import Terms, agree_to_top_ups
from ezscale.billing.brake import Run
from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.billing.change_quotes import quote_change
from ezscale.billing.change_wishes import ChangeWish
from ezscale.billing.changes import accept_change
from ezscale.billing.document_rules import InvoiceRules
from ezscale.billing.holds import hold
from ezscale.billing.renewing import renew
from ezscale.company.rules import set_rules
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.errors import BusinessError, NotAllowed
from ezscale.kit.money import Money
from ezscale.models import DunningStep, Invoice, OutboxEvent, RunReport, Subscription
from ezscale.models.hold import Deed
from ezscale.reporting.tonight import next_night, tonight
from tests.billing.papers import a_line, owes
from tests.bulk import write_book
from tests.company import DECLINED_LATER, GOOD_CARD, Company


@pytest.fixture
def at(database, clock, tmp_path):
    return Company(database, clock, tmp_path, rounds=False)


def plan(at):
    with at.robot() as work:
        return tonight(work)


def deeds(at):
    return {(planned.deed, planned.customer) for planned in plan(at).planned}


def sizes(at):
    with at.robot() as work:
        return {
            table.__tablename__: work.session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (Invoice, DunningStep, OutboxEvent, RunReport)
        }


def test_a_quiet_night_has_nothing_planned(at):
    at.signs_up("Grace Hall").buys()

    assert plan(at).planned == ()


def test_who_will_be_invoiced_is_told_with_the_sum(at):
    at.signs_up("Grace Hall", "US", "USD").buys("vps-2")
    at.lives(days=16)

    (planned,) = plan(at).planned

    assert (planned.deed, planned.customer, str(planned.amount)) == (Deed.INVOICE, "Grace Hall", "12.00 USD")


def test_telling_changes_nothing(at):
    at.signs_up("Grace Hall").buys()
    at.lives(days=16)
    before = sizes(at)

    first, second = plan(at), plan(at)

    assert first == second
    assert sizes(at) == before


def test_a_late_customer_is_charged_reminded_and_then_suspended(at):
    otto = at.signs_up("Otto Lenz")
    otto.buys()
    otto.leaves_card(DECLINED_LATER)

    seen: Counter[Deed] = Counter()
    at.lives(days=30)
    for _ in range(32):
        seen.update(deed for deed, _ in deeds(at))
        at.lives(days=1)

    assert seen[Deed.CHARGE] == 5
    assert seen[Deed.SUSPEND] == 1
    assert seen[Deed.WARN] == 1
    assert seen[Deed.END] == 1
    assert seen[Deed.REMIND] >= 3


def test_a_charge_is_told_with_the_small_sums_that_it_takes_along(at):
    otto = at.signs_up("Otto Lenz")
    otto.buys("vps-1")
    at.lives(days=16)
    owes(at, otto, a_line(20))
    at.lives(days=14)

    told = {planned.deed: planned for planned in plan(at).planned}
    at.lives(days=1)

    charge = told[Deed.CHARGE]
    assert (str(charge.amount), str(charge.small_sums)) == ("7.02 EUR", "0.25 EUR")
    assert at.stripe_did()["invoices"][str(charge.invoice_id)]["captured"] == 702


def test_who_has_cancelled_is_told_to_end(at):
    lea = at.signs_up("Lea Roy")
    service = lea.buys()
    lea.does(lambda work: cancel_at_period_end(work, service.item_id, "Moving on"))
    at.lives(days=30)

    assert deeds(at) == {(Deed.END, "Lea Roy")}


def test_the_night_is_the_next_one(at, clock):
    with at.robot() as work:
        night = next_night(work)

    assert timedelta(0) < night - clock.now <= timedelta(days=1)


def test_only_staff_may_look_into_the_night(at):
    customer = Actor(ActorKind.USER, "somebody")
    staff = Actor(ActorKind.STAFF, "Sam", permissions=frozenset({SEE_EVERYTHING}))

    with at.house.database.opener(customer)() as work, pytest.raises(NotAllowed):
        tonight(work)
    with at.house.database.opener(staff)() as work:
        assert tonight(work).planned == ()


def test_what_is_held_is_not_planned_and_what_is_over_is(at):
    at.signs_up("Grace Hall").buys()
    at.signs_up("Ada Moreno").buys()
    at.lives(days=16)
    with at.robot() as work:
        [first, second] = sorted(tonight(work).planned, key=lambda planned: planned.customer)
        assert first.subscription_id
        assert second.subscription_id
        hold(work, first.deed, first.subscription_id, "We are talking to them")
        hold(work, second.deed, second.subscription_id, "For a day", until=next_night(work).date())

    assert deeds(at) == {(Deed.INVOICE, "Grace Hall")}


def test_each_line_says_what_can_be_held(at):
    otto = at.signs_up("Otto Lenz")
    otto.buys()
    otto.leaves_card(DECLINED_LATER)
    at.lives(days=16)
    [to_be_invoiced] = plan(at).planned
    at.lives(days=15)
    about = {planned.deed: planned for planned in plan(at).planned}

    invoice = otto.invoices()[-1]
    assert to_be_invoiced.subject == "SUB-000001"
    assert to_be_invoiced.subscription_id is not None
    assert (about[Deed.CHARGE].subject, about[Deed.CHARGE].invoice_id) == (invoice.number, invoice.id)


def test_a_run_that_would_be_stopped_is_told_with_what_it_would_do(at, clock):
    for night in range(3):
        write_book(at.house.database.engine, 1, clock.now, first=1000 + night)
        renew(at.house.automation("renewals"))
        clock.move(timedelta(days=1))
    write_book(at.house.database.engine, 60, clock.now, first=2000)
    before = sizes(at)

    night = plan(at)

    assert [(stop.run, stop.why) for stop in night.stops] == [(Run.RENEWALS, "60 to invoice, usually 1")]
    assert len([planned for planned in night.planned if planned.deed is Deed.INVOICE]) == 60
    assert sizes(at) == before
    assert "stopped" in renew(at.house.automation("renewals")).counts


def test_a_change_and_a_late_fee_are_told_and_cannot_be_held(at):
    ada, otto = at.signs_up("Ada Moreno"), at.signs_up("Otto Lenz")
    ada.buys("vps-2")
    otto.buys()
    otto.leaves_card(DECLINED_LATER)
    with at.robot() as work:
        [hers] = work.session.exec(
            choose(Subscription.id).where(Subscription.customer_id == ada.actor.own_customer())
        ).all()
    quote = ada.does(lambda work: quote_change(work, hers, ChangeWish(plan="vps-1", at_renewal=True)))
    ada.does(lambda work: accept_change(work, quote.id, quote.total_minor))
    at.works()
    at.lives(days=30)
    with at.robot() as work:
        set_rules(work, InvoiceRules, {"late_fee": True, "late_fee_after_days": 1, "late_fee_fixed": "2.00 EUR"})

    night = plan(at)
    at.lives(days=1)
    later = plan(at)

    assert [(told.deed, told.customer) for told in night.planned if not told.can_be_held] == [
        (Deed.CHANGE, "Ada Moreno")
    ]
    [fee] = [told for told in later.planned if not told.can_be_held]
    assert (fee.deed, fee.subject) == (Deed.INVOICE, f"Late fee for invoice {otto.invoices()[-1].number}")
    assert (str(fee.amount), fee.invoice_id, fee.subscription_id) == ("2.00 EUR", None, None)


def test_what_was_agreed_with_a_customer_is_not_held(at):
    at.signs_up("Ada Moreno").buys()
    with at.robot() as work:
        [subscription_id] = work.session.exec(choose(Subscription.id)).all()
        for deed in (Deed.CHANGE, Deed.GO_ON):
            with pytest.raises(BusinessError, match="agreed"):
                hold(work, deed, subscription_id, "We are talking to them")


def test_credit_that_the_night_spends_is_topped_up_where_that_was_agreed(at):
    ada = at.signs_up("Ada Moreno")
    ada.leaves_card(GOOD_CARD)
    terms = Terms(below=Money(1500, "EUR"), each=Money(2000, "EUR"), monthly_most=Money(5000, "EUR"))
    ada.does(lambda work: agree_to_top_ups(work, terms))
    at.works()
    owes(at, ada, a_line(1000), due_on=at.clock.now.date())

    (topped_up,) = [planned for planned in plan(at).planned if planned.deed is Deed.TOP_UP]

    assert (topped_up.customer, topped_up.amount, topped_up.can_be_held) == ("Ada Moreno", Money(2000, "EUR"), False)
