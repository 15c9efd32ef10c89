"""A fair queue for what is sold out: whoever has paid first, then whoever came first; nobody is offered what is not there."""

import random
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlmodel import col, select

from ezscale.accounts.permissions import MANAGE_CATALOG, MANAGE_ORDERS, SEE_EVERYTHING
from ezscale.catalog.plans import plan_on_sale
from ezscale.catalog.waitlist import (
    join_waitlist,
    leave_waitlist,
    remove_from_waitlist,
    standing_of,
    waitlist,
)
from ezscale.company.rules import set_rules
from ezscale.kit.actor import ANONYMOUS, Actor, ActorKind, robot
from ezscale.kit.errors import Invalid, NotAllowed, NotSignedIn, TemporaryFailure
from ezscale.models import MailMessage, Order, WaitlistPlace
from ezscale.models.order import OrderStatus
from ezscale.models.service import ServiceStatus
from ezscale.models.waitlist import WaitlistStatus
from ezscale.ordering.waiting_line import WaitlistRules, offer_by_hand, serve_all, serve_line
from tests.ordering.plans import left, plan_named, restock, turns

SAM = Actor(ActorKind.STAFF, "Sam", permissions=frozenset({SEE_EVERYTHING, MANAGE_ORDERS, MANAGE_CATALOG}))
HOURS = 1 / 24


@pytest.fixture
def ada(at):
    turns(at, stock=0)
    return at.signs_up("Ada Moreno")


@pytest.fixture
def ben(at):
    return at.signs_up("Ben Orr")


def sam_does(at, use_case, actor=SAM):
    with at.house.database.opener(actor)() as work:
        return use_case(work)


def raises(at, stock):
    """Staff raise the stock, and what follows from it happens."""
    sam_does(at, lambda work: restock(work, "vps-2", stock))
    at.works()


def joins(person, location="london"):
    return person.does(lambda work: join_waitlist(work, "vps-2", location))


def stands(person):
    """How many are ahead, or that it is their turn; None for who does not wait."""

    def look(work):
        standing = standing_of(work, plan_named(work, "vps-2").id)
        if standing is None:
            return None
        return standing.ahead if standing.place.status is WaitlistStatus.WAITING else "offered"

    return person.does(look)


def mails(at, template):
    with at.robot() as work:
        written = select(MailMessage).where(MailMessage.template == template)
        return list(work.session.exec(written.order_by(col(MailMessage.id))))


def test_what_becomes_free_is_offered_to_whoever_came_first_and_to_nobody_else(at, ada, ben):
    joins(ada)
    joins(ada)
    joins(ben)
    before = (stands(ada), stands(ben))

    raises(at, 1)

    [mail] = mails(at, "waitlist_offer")
    assert (before, stands(ada), stands(ben)) == ((0, 1), "offered", 0)
    assert (mail.to, left(at)) == ("ada@example.com", 0)
    assert "VPS 2" in mail.subject
    assert "/order/?plan=vps-2&location=london" in mail.text
    for other in (ben, at.signs_up("Eve Lang")):
        with pytest.raises(Invalid, match="VPS 2 is sold out"):
            other.orders()

    assert ada.orders().status is OrderStatus.PLACED
    with pytest.raises(Invalid, match="VPS 2 is sold out"):
        ada.orders(hostname="second.example.com")
    assert (stands(ada), stands(ben)) == (None, 0)


def test_an_offer_that_nobody_takes_goes_to_the_next_and_who_missed_it_can_join_at_the_end(at, ada, ben):
    joins(ada)
    joins(ben)
    raises(at, 1)

    at.lives(47 * HOURS)
    in_time = stands(ada)
    at.lives(2 * HOURS)
    after = (stands(ada), stands(ben))
    joins(ada)

    assert (in_time, after, stands(ada)) == ("offered", (None, "offered"), 0)
    assert [mail.to for mail in mails(at, "waitlist_offer")] == ["ada@example.com", "ben@example.com"]
    assert [mail.to for mail in mails(at, "waitlist_expired")] == ["ada@example.com"]
    leaves(ben)
    at.works()
    assert stands(ada) == "offered"
    leaves(ada)
    at.works()
    assert left(at) == 1


def leaves(person):
    person.does(lambda work: leave_waitlist(work, "vps-2"))


def test_an_order_that_is_not_paid_passes_what_was_offered_on(at, ada, ben):
    joins(ada)
    joins(ben)
    raises(at, 1)

    ada.orders()
    at.lives(3)

    assert (stands(ben), left(at)) == ("offered", 0)


def test_only_what_is_sold_out_is_waited_for_and_only_by_customers(at, ada):
    turns(at, stock=2)
    with pytest.raises(Invalid, match="can be ordered just now"):
        joins(ada)
    turns(at, stock=0)

    with pytest.raises(Invalid, match="not for sale"):
        ada.does(lambda work: join_waitlist(work, "no-such"))
    for actor, refusal in ((ANONYMOUS, NotSignedIn), (SAM, NotAllowed)):
        with pytest.raises(refusal):
            sam_does(at, lambda work: join_waitlist(work, "vps-2"), actor)


def test_staff_offer_out_of_turn_and_remove_with_a_reason(at, ada, ben):
    first, second = joins(ada), joins(ben)
    eve = at.signs_up("Eve Lang")
    joins(eve)
    with pytest.raises(NotAllowed):
        ada.does(lambda work: offer_by_hand(work, second.id, "I want it"))
    with pytest.raises(Invalid, match="None of VPS 2 is left"):
        sam_does(at, lambda work: offer_by_hand(work, second.id, "Promised on the phone"))
    sam_does(at, lambda work: set_rules(work, WaitlistRules, {"offer_hours": 5}), robot("test"))

    def both(work):
        restock(work, "vps-2", 1)
        with pytest.raises(Invalid, match="say why"):
            offer_by_hand(work, second.id, " ")
        return offer_by_hand(work, second.id, "Promised on the phone")

    offered = sam_does(at, both)
    at.works()
    sam_does(at, lambda work: remove_from_waitlist(work, first.id, "Has left us"))

    assert offered.offered_until - at.clock.now == timedelta(hours=5)
    assert (offered.why, offered.decided_by) == ("Promised on the phone", "Sam")
    assert (stands(ada), stands(ben), stands(eve)) == (None, "offered", 0)
    listed = sam_does(at, waitlist)
    assert [customer.name for _, _, customer in listed] == ["Ben Orr", "Eve Lang"]
    sam_does(at, lambda work: remove_from_waitlist(work, second.id, "Promised by mistake"))
    at.works()
    assert (stands(ben), stands(eve)) == (None, "offered")


def test_who_has_paid_comes_before_who_only_waits(at, ada, ben):
    turns(at, stock=1)
    late = ada.orders()
    at.sleeps(3)
    at.signs_up("Eve Lang").buys()
    joins(ben)
    ada.pays(late.invoice_id)
    at.lives(0.01)
    paid = ada.service().status

    raises(at, 1)
    at.lives(0.01)
    then = (ada.service().status, stands(ben))
    raises(at, 2)

    assert (paid, then) == (ServiceStatus.WAITLISTED, (ServiceStatus.ACTIVE, 0))
    assert (stands(ben), left(at)) == ("offered", 1)


@pytest.mark.all_databases
def test_two_releases_at_once_while_an_offer_is_taken_and_another_ends_never_make_more_offers_than_pieces(at):
    turns(at, stock=0)
    people = [at.signs_up(f"Visitor{number} Moreno") for number in range(6)]
    for person in people:
        joins(person)
    raises(at, 2)
    at.clock.move(timedelta(hours=49))  # two offers are over, and nobody has seen to it yet
    plan_id = sam_does(at, lambda work: plan_named(work, "vps-2").id)
    together, told = Barrier(5), []

    def at_once(do):
        together.wait()
        while True:
            try:
                told.append(do())
            except TemporaryFailure:
                continue
            except Invalid as refusal:
                told.append(refusal.message)
            return

    deeds = [
        *(lambda: people[0].orders().status, lambda: sweep(at), lambda: sweep(at)),
        *(lambda: leaves(people[1]), lambda: serve_line(at.house.automation("test"), plan_id)),
    ]
    threads = [Thread(target=at_once, args=(do,)) for do in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    at.works()

    with at.robot() as work:
        plan = plan_named(work, "vps-2")
        offered = work.session.exec(select(WaitlistPlace).where(WaitlistPlace.status == WaitlistStatus.OFFERED)).all()
        orders = work.session.exec(select(Order)).all()
    assert (plan.stock or 0) + plan.set_aside + len(offered) + len(orders) == 2
    assert (plan.stock, plan.set_aside) == (0, 0)
    assert {place.customer_id for place in offered} <= {each.actor.customer_id for each in people[2:4]}


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_no_piece_is_lost_or_offered_twice_and_nobody_is_overtaken(at, seed):
    chance = random.Random(seed)
    turns(at, stock=0)
    people = [at.signs_up(f"Visitor{number} Moreno") for number in range(5)]
    pieces, orders, queue = 0, 0, []

    for _ in range(18):
        who = chance.choice(people)
        match chance.choice(("join", "leave", "raise", "order", "pass")):
            case "join":
                try:
                    joins(who)
                    queue += [who] if who not in queue else []
                except Invalid:
                    assert for_sale(at)
            case "leave":
                leaves(who)
                queue = [each for each in queue if each is not who]
            case "raise":
                now, more = for_sale(at), chance.randint(1, 2)
                raises(at, now + more)
                pieces += more
            case "order":
                may = stands(who) == "offered" or for_sale(at) > 0
                try:
                    who.orders()
                    orders += 1
                    assert may
                    queue = [each for each in queue if each is not who or stands(who) is not None]
                except Invalid:
                    assert not may
            case "pass":
                at.clock.move(timedelta(hours=20))
                sweep(at)
        at.works()
        queue = [each for each in queue if stands(each) is not None]
        offered = [each for each in queue if stands(each) == "offered"]
        with at.robot() as work:
            plan = plan_named(work, "vps-2")
            assert plan_on_sale(work, "vps-2").sold_out is (plan.stock == 0)
        assert (plan.set_aside, for_sale(at) >= 0) == (0, True)
        assert for_sale(at) + len(offered) + orders == pieces
        assert offered == queue[: len(offered)]
        assert plan.stock == 0 or len(offered) == len(queue)
    at.lives(0.1)  # what nobody has paid for meanwhile is seen to


def for_sale(at):
    """How many anybody could order now."""
    return left(at) or 0


def sweep(at):
    serve_all(at.house.automation("test"))
