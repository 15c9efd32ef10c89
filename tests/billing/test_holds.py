"""What staff hold is not done by the night, and is made up for once it is lifted."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from ezscale.accounts.permissions import MANAGE_INVOICES, SEE_EVERYTHING
from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.billing.dunning import retry_with_new_card
from ezscale.billing.holds import hold, holds_on_invoice, lift, standing_holds
from ezscale.billing.renewing import renew
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotFound
from ezscale.kit.ids import new_id
from ezscale.models import DunningStep, Hold, PaymentAttempt, Subscription
from ezscale.models.hold import Deed
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.service import ServiceStatus
from ezscale.models.subscription import SubscriptionStatus
from tests.company import DECLINED_LATER

WHY = "We are talking to them"


def held(at, deed, subject_id, until=None):
    with at.robot() as work:
        hold_id = hold(work, deed, subject_id, WHY, until).id
    at.works()
    return hold_id


def lifted(at, hold_id):
    with at.robot() as work:
        lift(work, hold_id)
    at.works()


def subscription_of(at, person):
    with at.robot() as work:
        return work.session.exec(select(Subscription).where(Subscription.customer_id == person.actor.customer_id)).one()


def steps(at):
    with at.robot() as work:
        return set(work.session.exec(select(DunningStep.step)))


@pytest.fixture
def otto(at):
    """A customer whose renewal is due in a week, and whose bank declines."""
    otto = at.signs_up("Otto Lenz", "DE")
    otto.buys("vps-2")
    at.sleeps(24)
    otto.leaves_card(DECLINED_LATER)
    return otto


def test_a_held_subscription_is_not_invoiced_until_the_hold_is_lifted(at):
    ada, ben = at.signs_up("Ada Moreno"), at.signs_up("Ben Ode")
    for person in (ada, ben):
        person.buys()
    hold_id = held(at, Deed.INVOICE, subscription_of(at, ada).id)

    at.sleeps(24)
    while_held = (len(ada.invoices()), len(ben.invoices()))
    lifted(at, hold_id)
    at.lives(days=1)

    assert while_held == (1, 2)
    assert [invoice.due_on for invoice in ada.invoices()] == [date(2026, 3, 2), date(2026, 4, 2)]


def test_a_hold_lifts_itself_on_its_day(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys()
    subscription = subscription_of(at, ada)
    at.lives(days=10)
    hold_id = held(at, Deed.INVOICE, subscription.id, until=date(2026, 3, 25))

    at.clock.move(timedelta(days=12))  # the 24th
    at.lives()
    the_day_before = len(ada.invoices())
    at.lives(days=1)

    with at.robot() as work:
        over = work.session.get_one(Hold, hold_id)
    assert (the_day_before, len(ada.invoices())) == (1, 2)
    assert (over.lifted_at is not None, over.lifted_by, over.live_key) == (True, "its day", None)


def test_a_hold_holds_nothing_from_its_day_on_also_before_anybody_notes_that_it_is_over(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys()
    held(at, Deed.INVOICE, subscription_of(at, ada).id, until=date(2026, 3, 25))

    counts = []
    for days in (22, 1):  # the 24th, and the day after
        at.clock.move(timedelta(days=days))
        counts.append(renew(at.house.automation("test")).counts)
    at.works()

    assert counts == [{}, {"invoices": 1}]


@pytest.mark.parametrize(
    ("deed", "name"), [(Deed.CHARGE, "charge"), (Deed.REMIND, "remind"), (Deed.WARN, "warn"), (Deed.SUSPEND, "suspend")]
)
def test_a_held_step_is_neither_taken_nor_noted_and_is_made_up_for(at, otto, deed, name):
    invoice = otto.invoices()[-1]
    hold_id = held(at, deed, invoice.id)

    at.lives(days=31)  # the 26th of April: a day after the warning
    while_held = {step for step in steps(at) if step.startswith(name)}
    others = {step.partition("+")[0] for step in steps(at)} - {name}
    lifted(at, hold_id)
    at.lives(days=1)

    assert while_held - {"remind-7"} == set()
    assert others >= {"charge", "remind", "warn", "suspend"} - {name}
    assert any(step.startswith(name) for step in steps(at) - {"remind-7"})


def test_a_held_charge_is_not_made_with_a_new_card_either(at, otto):
    invoice = otto.invoices()[-1]
    at.works()
    held(at, Deed.CHARGE, invoice.id, until=date(2026, 5, 1))
    at.clock.move(timedelta(days=9))

    with at.robot() as work:
        retry_with_new_card(work, invoice.customer_id)
        tried = work.session.exec(select(PaymentAttempt).where(PaymentAttempt.invoice_id == invoice.id)).all()

    assert tried == []


def test_a_held_service_does_not_stand_still_and_then_does(at, otto):
    invoice = otto.invoices()[-1]
    hold_id = held(at, Deed.SUSPEND, invoice.id)

    at.lives(days=20)
    while_held = otto.service().status
    lifted(at, hold_id)
    at.lives(days=1)

    assert (while_held, otto.service().status) == (ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED)


@pytest.mark.parametrize("by", ["subscription", "invoice"])
def test_a_held_end_is_not_come_to_for_want_of_payment(at, otto, by):
    invoice = otto.invoices()[-1]
    if by == "subscription":
        hold_id = held(at, Deed.END, subscription_of(at, otto).id, until=date(2026, 5, 20))
        with at.robot() as work:
            assert [found.id for found in holds_on_invoice(work, invoice.id)] == [hold_id]
    else:
        with at.robot() as work, pytest.raises(NotFound):
            hold(work, Deed.END, invoice.id, WHY)  # what ends is a subscription
        return

    at.lives(days=52)
    while_held = (otto.invoices()[1].status, otto.service().status)
    at.lives(days=4)

    assert while_held == (InvoiceStatus.OPEN, ServiceStatus.SUSPENDED)
    assert otto.invoices()[1].status is InvoiceStatus.UNCOLLECTIBLE
    assert subscription_of(at, otto).status is SubscriptionStatus.ENDED


def test_a_held_cancellation_does_not_end_before_it_is_lifted(at):
    lea = at.signs_up("Lea Roy", "FR")
    service = lea.buys()
    lea.does(lambda work: cancel_at_period_end(work, service.item_id))
    hold_id = held(at, Deed.END, subscription_of(at, lea).id)

    at.sleeps(35)
    while_held = subscription_of(at, lea).status
    lifted(at, hold_id)
    at.lives(days=1)

    assert (while_held, subscription_of(at, lea).status) == (SubscriptionStatus.ACTIVE, SubscriptionStatus.ENDED)


def test_the_same_thing_is_held_once_and_again_after_its_day(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys()
    subject = subscription_of(at, ada).id
    held(at, Deed.INVOICE, subject, until=date(2026, 3, 9))

    with at.robot() as work, pytest.raises(BusinessError, match="held already"):
        hold(work, Deed.INVOICE, subject, WHY)
    held(at, Deed.END, subject, until=date(2026, 3, 9))
    at.clock.move(timedelta(days=8))
    held(at, Deed.INVOICE, subject, until=date(2026, 3, 20))

    with at.robot() as work:
        assert [found[0].deed for found in standing_holds(work)] == [Deed.INVOICE]
        assert [number for _, _, number in standing_holds(work)] == ["SUB-000001"]
        assert work.session.exec(select(Hold.live_key).where(col(Hold.live_key).is_not(None))).all()


@pytest.mark.parametrize(
    ("why", "until", "field"), [(" ", None, "reason"), ("x" * 501, None, "reason"), (WHY, date(2026, 3, 2), "until")]
)
def test_a_hold_needs_a_reason_and_ends_in_the_future(at, why, until, field):
    ada = at.signs_up("Ada Moreno")
    ada.buys()
    subject = subscription_of(at, ada).id

    with at.robot() as work, pytest.raises(Invalid) as refusal:
        hold(work, Deed.INVOICE, subject, why, until)

    assert refusal.value.field == field


def test_holding_is_for_staff_who_manage_invoices(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys()
    subject = subscription_of(at, ada).id
    onlooker = Actor(ActorKind.STAFF, "Sam", permissions=frozenset({SEE_EVERYTHING}))
    hold_id = held(at, Deed.INVOICE, subject, until=date(2026, 3, 9))

    for actor in (ada.actor, onlooker):
        with at.house.database.opener(actor)() as work:
            with pytest.raises(NotAllowed):
                hold(work, Deed.INVOICE, subject, WHY)
            with pytest.raises(NotAllowed):
                lift(work, hold_id)
    staff = Actor(ActorKind.STAFF, "Olivia", permissions=frozenset({SEE_EVERYTHING, MANAGE_INVOICES}))
    with at.house.database.opener(staff)() as work:
        with pytest.raises(NotFound):
            hold(work, Deed.CHARGE, new_id(), WHY)
        lift(work, hold_id)
        assert standing_holds(work) == []


def test_the_doctor_complains_of_a_hold_without_an_end_after_a_week(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys()
    hold_id = held(at, Deed.INVOICE, subscription_of(at, ada).id)

    at.clock.move(timedelta(days=6))
    within_a_week = at.complaints()
    at.clock.move(timedelta(days=2))
    after_it = at.complaints()
    lifted(at, hold_id)

    assert within_a_week == {}
    assert after_it == {"holds_have_an_end": (f"C-000001, invoice: {WHY}",)}


@pytest.mark.all_databases
def test_what_is_held_is_found_by_an_index(engine):
    """The run asks for every due subscription whether it is held: that must not mean reading all holds."""
    asked = "SELECT 1 FROM hold WHERE subscription_id = :id AND deed = 'invoice' AND lifted_at IS NULL"
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # the table is empty
        how = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
        plan = connection.execute(text(how + asked), {"id": new_id().hex}).all()

    assert "ix_hold_subscription" in str(plan)
