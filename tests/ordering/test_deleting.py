"""What has ended stands still for some days before it is deleted, and until then people decide about it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import col, select, update

from ezscale.accounts.permissions import MANAGE_SERVICES, SEE_EVERYTHING, SET_RULES
from ezscale.billing.cancelling import cancel_now
from ezscale.company.rules import set_rules
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotConfirmed
from ezscale.models import Deletion, MailMessage, PaymentAttempt, Subscription
from ezscale.models.deletion import BackupWord, DeletionStatus
from ezscale.models.service import ServiceStatus
from ezscale.ordering.deleting import delete_now, delete_what_is_due
from ezscale.provisioning.deletions import DeletionRules, call_off_deletion, planned_deletion, set_deletion_day
from ezscale.provisioning.logbook import service_log
from tests.journeys.records import subscription_of

SAM = Actor(ActorKind.STAFF, "Sam", permissions=frozenset({SEE_EVERYTHING, MANAGE_SERVICES}), confirmed=True)
LOOKS_ON = replace(SAM, permissions=frozenset({SEE_EVERYTHING}))
SUSPENDED, TERMINATED = ServiceStatus.SUSPENDED, ServiceStatus.TERMINATED


@pytest.fixture
def ada(at):
    """A customer whose subscription has just ended, on the 2nd of March."""
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-1")
    subscription_id = subscription_of(ada).id
    ada.does(lambda work: cancel_now(work, subscription_id))
    at.works()
    return ada


def decides(at, use_case, *said, actor=SAM):
    with at.house.database.opener(actor)() as work:
        return use_case(work, *said)


def mails(at):
    with at.robot() as work:
        told = select(MailMessage.template).where(col(MailMessage.template).startswith("deletion_"))
        return work.session.exec(told.order_by(col(MailMessage.id))).all()


def log(at, person):
    return [line.message for line in decides(at, service_log, person.service().id)]


def test_staff_postpone_it_with_a_reason_and_the_customer_hears_of_the_new_day(at, ada):
    service_id = ada.service().id
    standing = (ada.service().status, [server["suspended"] for server in at.panel_did()["servers"]])

    decides(at, set_deletion_day, service_id, date(2026, 3, 20), " She is on holiday ")
    at.lives(10)
    still_there = ada.service().status
    at.lives(8)

    assert standing == (SUSPENDED, [True])
    assert (still_there, ada.service().status) == (SUSPENDED, TERMINATED)
    assert mails(at) == ["deletion_planned", "deletion_planned", "deletion_near"]
    assert "It will be deleted on 2026-03-20: She is on holiday" in log(at, ada)
    assert at.complaints() == {}


def test_what_staff_keep_stands_still_until_they_decide_anew(at, ada):
    service_id = ada.service().id

    decides(at, call_off_deletion, service_id, "They will pay by transfer")
    at.lives(9)
    kept, healthy = ada.service().status, at.complaints()
    at.sleeps(30)
    a_month_later = at.complaints()
    decides(at, set_deletion_day, service_id, (at.clock.now + timedelta(days=2)).date(), "They have not")
    at.lives(3)

    assert (kept, healthy) == (SUSPENDED, {})
    assert a_month_later == {"ended_means_gone": (ada.service().number,)}
    assert (ada.service().status, at.complaints()) == (TERMINATED, {})


def test_by_hand_it_is_deleted_at_once_with_a_word_on_the_backup(at, ada):
    service_id = ada.service().id

    decides(at, delete_now, service_id, "They ask for it", BackupWord.NOT_NEEDED)
    at.works()

    assert (ada.service().status, at.panel_did()["servers"]) == (TERMINATED, [])
    assert "Deleted by hand: They ask for it (no backup is needed)" in log(at, ada)
    with pytest.raises(BusinessError, match="being deleted already"):
        decides(at, call_off_deletion, service_id, "Too late")


def test_nobody_decides_without_the_right_a_reason_and_a_proof_of_who_they_are(at, ada):
    service_id, day = ada.service().id, date(2026, 3, 20)

    for actor in (LOOKS_ON, ada.actor):
        for use_case, said in (
            (set_deletion_day, (day, "x")),
            (call_off_deletion, ("x",)),
            (delete_now, ("x", "made")),
        ):
            with pytest.raises(NotAllowed):
                decides(at, use_case, service_id, *said, actor=actor)
    for wrong in (date(2026, 3, 2), date(2027, 6, 1)):
        with pytest.raises(Invalid, match="from tomorrow on"):
            decides(at, set_deletion_day, service_id, wrong, "x")
    with pytest.raises(Invalid, match="why"):
        decides(at, call_off_deletion, service_id, " ")
    with pytest.raises(NotConfirmed):
        decides(at, delete_now, service_id, "x", BackupWord.MADE, actor=replace(SAM, confirmed=False))

    assert decides(at, planned_deletion, service_id).due_on == date(2026, 3, 9)


def test_nothing_is_deleted_while_a_payment_is_on_its_way_or_once_its_subscription_goes_on(at, ada):
    at.lives(6)
    with at.robot() as work:  # somebody pays an invoice of theirs at this moment
        attempt = work.session.exec(select(PaymentAttempt)).first()
        attempt.live_for = attempt.invoice_id
        work.session.add(attempt)

    at.lives(2)
    with pytest.raises(BusinessError, match="payment for it is on its way"):
        decides(at, delete_now, ada.service().id, "x", BackupWord.MADE)
    being_paid = ada.service().status
    with at.robot() as work:
        work.session.execute(update(PaymentAttempt).values(live_for=None))
        work.session.execute(update(Subscription).values(status="active"))
    at.lives(1)
    goes_on = ada.service().status
    with at.robot() as work:
        work.session.execute(update(Subscription).values(status="ended"))
    at.lives(1)

    assert (being_paid, goes_on, ada.service().status) == (SUSPENDED, SUSPENDED, TERMINATED)


def test_nobody_loses_a_server_of_which_they_were_not_told_the_day_before(at, ada):
    at.lives(3)

    at.sleeps(10)  # nobody was at work on the days between
    late = ada.service().status
    at.lives(1)

    assert (late, ada.service().status) == (SUSPENDED, TERMINATED)
    assert mails(at) == ["deletion_planned", "deletion_near"]


def test_a_mail_that_was_never_written_keeps_the_server(at, ada):
    at.lives(6)
    with at.robot() as work:
        for mail in work.session.exec(select(MailMessage).where(col(MailMessage.template).startswith("deletion_"))):
            mail.once_key = f"lost:{mail.id}"
            work.session.add(mail)

    at.lives(3)

    assert ada.service().status is SUSPENDED


def test_without_days_of_grace_it_is_gone_at_once_and_what_is_planned_twice_is_planned_once(at, ada):
    with at.robot() as work:
        planned = work.session.exec(select(Deletion)).one()
    bea = at.signs_up("Bea Lind")
    bea.buys("vps-1")
    with at.house.database.opener(replace(SAM, permissions=SAM.permissions | {SET_RULES}))() as work:
        set_rules(work, DeletionRules, {"days": 0})
    subscription_id = subscription_of(bea).id

    bea.does(lambda work: cancel_now(work, subscription_id))
    at.works()

    assert bea.service().status is TERMINATED
    assert planned.status is DeletionStatus.PLANNED
    assert delete_what_is_due(at.house.automation("test")).counts == {}
