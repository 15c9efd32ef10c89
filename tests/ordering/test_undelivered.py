"""What was paid and cannot be built is waited for, or given back; never both, and never twice."""

from threading import Barrier, Thread

import pytest
from sqlmodel import col, select

from ezscale.accounts.permissions import MANAGE_CATALOG, MANAGE_ORDERS, MANAGE_SERVICES, SEE_EVERYTHING
from ezscale.billing.cases import open_cases
from ezscale.billing.credit import credit_balance
from ezscale.billing.credit_notes import GiveBack
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.errors import BusinessError, NotAllowed, NotFound, TemporaryFailure
from ezscale.models import CreditNote, MailMessage, Refund, Subscription
from ezscale.models.base import WrongState
from ezscale.models.customer import MemberRole
from ezscale.models.order import OrderStatus
from ezscale.models.refund import RefundStatus
from ezscale.models.service import ServiceStatus
from ezscale.models.subscription import SubscriptionStatus
from ezscale.ordering.placing import ItemRequest, order, services_of_order
from ezscale.ordering.undelivered import ask_money_back, money_back_for
from ezscale.provisioning.jobs import retry_build
from tests.ordering.plans import left, no_room, restock, room, turns

STAFF = frozenset({SEE_EVERYTHING, MANAGE_ORDERS, MANAGE_SERVICES, MANAGE_CATALOG})
SAM = Actor(ActorKind.STAFF, "Sam", permissions=STAFF)
REFUSED = {"msg": "Package 2 is disabled."}


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


@pytest.fixture
def failed(at, ada):
    """What Ada has paid for was refused by its panel."""
    at.breaks(at.panel_http, "refuse", "/servers", "POST", status=422, body=REFUSED)
    ada.pays(ada.orders().invoice_id)
    at.works()
    assert ada.service().status is ServiceStatus.FAILED
    return ada.service()


def sam_does(at, use_case):
    with at.house.database.opener(SAM)() as work:
        return use_case(work)


def gives_up(person, service, way=GiveBack.REFUND):
    person.does(lambda work: ask_money_back(work, service.id, way))


def refunds(at):
    with at.robot() as work:
        return [(refund.amount_minor, refund.status) for refund in work.session.exec(select(Refund))]


def cases(at):
    with at.robot() as work:
        return [case.kind for case in open_cases(work)]


def credit_of(at, person):
    with at.robot() as work:
        return credit_balance(work, person.actor.customer_id, "EUR").minor


def test_the_money_goes_back_the_way_it_came_and_nothing_is_ever_built(at, ada, failed):
    [paid] = ada.invoices()
    foreseen = ada.does(lambda work: money_back_for(work, failed.id))

    gives_up(ada, failed)
    at.lives(days=1)

    with at.robot() as work:
        subscription = work.session.exec(select(Subscription)).one()
    assert (foreseen.whole, foreseen.could_go_back) == (paid.total, paid.total)
    assert refunds(at) == [(paid.total_minor, RefundStatus.SUCCEEDED)]
    assert (ada.service().status, subscription.status) == (ServiceStatus.TERMINATED, SubscriptionStatus.ENDED)
    assert (at.panel_did()["servers"], cases(at), credit_of(at, ada)) == ([], [], 0)


def test_as_credit_it_stays_with_us_and_can_be_spent(at, ada, failed):
    [paid] = ada.invoices()

    gives_up(ada, failed, GiveBack.CREDIT)
    at.works()

    assert (refunds(at), credit_of(at, ada)) == ([], paid.total_minor)


def test_of_an_order_of_two_only_what_was_not_built_is_given_back_with_its_setup_and_tax(at, ada):
    turns(at, stock=5)
    items = [ItemRequest("vps-2", 1, "frankfurt", "debian-13", f"web{number}.example.com") for number in (1, 2)]
    at.breaks(at.panel_http, "refuse", "/servers", "POST", status=422, body=REFUSED, times=1)
    placed = ada.orders_all(*items)
    ada.pays(placed.invoice_id)
    at.lives(0.01)
    with at.robot() as work:
        [broken] = [each for each in services_of_order(work, placed.id) if each.status is ServiceStatus.FAILED]

    gives_up(ada, broken)
    at.lives(0.01)

    with at.robot() as work:
        stand = sorted(each.status for each in services_of_order(work, placed.id))
        [note] = work.session.exec(select(CreditNote))
        assert order(work, placed.id).status is OrderStatus.PAID
    assert stand == [ServiceStatus.ACTIVE, ServiceStatus.TERMINATED]
    assert note.total_minor * 2 == placed.total_minor
    assert left(at) == 4  # the panel had room for it: others may have it


@pytest.mark.all_databases
def test_clicking_twice_at_once_while_staff_retry_is_one_refund_or_one_server(at, ada, failed):
    at.mends(at.panel_http)
    together, told = Barrier(3), []

    def deed(do):
        together.wait()
        while True:
            try:
                do()
            except TemporaryFailure:
                continue
            except BusinessError as refusal:
                told.append(refusal.message)
            return

    deeds = [lambda: gives_up(ada, failed)] * 2 + [lambda: sam_does(at, lambda work: retry_build(work, failed.id))]
    threads = [Thread(target=deed, args=(do,)) for do in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    at.lives(0.02)

    servers, back = at.panel_did()["servers"], refunds(at)
    assert len(servers) + len(back) == 1
    assert ada.service().status is (ServiceStatus.ACTIVE if servers else ServiceStatus.TERMINATED)
    assert len(told) == 2


def test_what_runs_or_is_being_built_or_is_somebody_elses_is_not_given_back(at, ada, failed):
    eve = at.signs_up("Eve Lang")
    with pytest.raises(NotFound):
        gives_up(eve, failed)
    helper = ada.brings_along("Tom Okoye", MemberRole.TECHNICAL)
    with pytest.raises(NotAllowed):
        gives_up(helper, failed)
    assert helper.does(lambda work: money_back_for(work, failed.id)) is None

    sam_does(at, lambda work: retry_build(work, failed.id))
    with pytest.raises(WrongState, match="being built just now"):
        gives_up(ada, failed)
    at.lives(0.01)
    with pytest.raises(WrongState, match="It runs now"):
        gives_up(ada, failed)

    assert refunds(at) == []
    with at.robot() as work:
        assert work.session.exec(select(CreditNote)).all() == []


def test_whoever_paid_first_is_built_first_when_the_panel_has_room_again(at, ada):
    ben = at.signs_up("Ben Orr")
    no_room(at)
    for person in (ada, ben):
        person.pays(person.orders().invoice_id)
        at.lives(0.002)
    waiting = [ada.service().status, ben.service().status]
    at.lives(0.3)
    told = mails(at, "service_waitlisted")
    room(at)
    at.lives(0.06)

    assert waiting == [ServiceStatus.WAITLISTED] * 2
    assert told == ["ada@example.com", "ben@example.com"]
    assert [ada.service().status, ben.service().status] == [ServiceStatus.ACTIVE] * 2
    assert ada.service().active_since <= ben.service().active_since
    assert cases(at) == []


def mails(at, template):
    with at.robot() as work:
        return list(
            work.session.exec(
                select(MailMessage.to).where(MailMessage.template == template).order_by(col(MailMessage.to))
            )
        )


def test_what_waits_for_room_can_be_given_back_and_the_next_is_served(at, ada):
    no_room(at)
    ada.pays(ada.orders().invoice_id)
    at.works()
    before = cases(at)

    gives_up(ada, ada.service())
    room(at)
    at.lives(0.1)

    assert before == ["no_room"]
    assert (ada.service().status, at.panel_did()["servers"], cases(at)) == (ServiceStatus.TERMINATED, [], [])


def test_stock_that_staff_raise_is_for_those_who_have_paid_before_it_is_for_sale(at, ada):
    turns(at, stock=1)
    late = ada.orders()
    at.sleeps(3)
    at.signs_up("Ben Orr").buys()
    ada.pays(late.invoice_id)
    at.lives(days=0.01)
    waits = ada.service().status

    sam_does(at, lambda work: restock(work, "vps-2", 2))
    at.lives(0.01)

    assert waits is ServiceStatus.WAITLISTED
    assert (ada.service().status, left(at), cases(at)) == (ServiceStatus.ACTIVE, 1, [])
