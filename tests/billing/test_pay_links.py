"""A link pays one invoice, without signing in, and shows nothing else."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from ezscale.billing.card_pages import open_card_page
from ezscale.billing.cards import cards
from ezscale.billing.checkout import AlreadyPaying, NothingToPay, confirm_checkouts_of, open_checkout
from ezscale.billing.collecting import new_attempt
from ezscale.billing.credit_notes import issue_credit_note
from ezscale.billing.invoicing import invoice, invoice_lines, invoices, mark_uncollectible, void_invoice
from ezscale.billing.pay_links import GONE, asked_by_link, holder_of, new_pay_link
from ezscale.kit.actor import ANONYMOUS, Actor, ActorKind
from ezscale.kit.errors import NotAllowed, NotFound, NotSignedIn
from ezscale.models import Customer, Invoice, PayLink, PaymentAttempt
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import AttemptStatus, AttemptTrigger
from ezscale.reporting.tidying import tidy
from ezscale.sandbox.stripe.browser import pay_on_page
from tests.billing.papers import a_line, again, euros, owes
from tests.company import BACK, GOOD_CARD
from tests.journeys.records import attempts_on

LAST_DAY = 74  # after today: an invoice is due in a fortnight, and its links lead there for sixty days more

ASKS_THE_BANK, DECLINED = "4000002500003155", "4000000000000002"


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def link_to(at, issued):
    with at.robot() as work:
        return new_pay_link(work, issued.id)


def shows(at, secret):
    with at.house.database.opener(ANONYMOUS)() as work:
        return asked_by_link(work, secret)


def holder(at, secret):
    with at.house.database.opener(ANONYMOUS)() as work:
        return holder_of(work, secret)


def opens_page(at, secret):
    who, invoice_id = holder(at, secret)
    return open_checkout(at.house.database.opener(who), at.house.gateways, invoice_id, BACK)


def pays(at, secret, card=GOOD_CARD):
    """On the gateway's page; then the house hears of it."""
    answer = pay_on_page(at.browser, opens_page(at, secret), card)
    confirm_checkouts_of(at.house.automation("test"), at.house.gateways, holder(at, secret)[1])
    return answer.status_code


@pytest.mark.all_databases
def test_whoever_holds_the_link_sees_what_is_asked_for_and_pays_it(at, ada):
    owed = owes(at, ada, a_line(1000, "Help with moving"), a_line(500, "A spare disk"))
    first, second = link_to(at, owed), link_to(at, owed)  # the one in a mail that was sent before works, too

    before, declined = shows(at, first), pays(at, second, DECLINED)
    still = shows(at, first)
    paid = pays(at, second, ASKS_THE_BANK)

    assert (before.number, before.positions) == (owed.number, ("Help with moving", "A spare disk"))
    assert (before.to_pay, before.due_on, before.is_paid) == (euros(1845), owed.due_on, False)
    assert (declined, paid) == (402, 303)
    assert still == before
    assert again(at, owed).status is InvoiceStatus.PAID
    assert shows(at, first).is_paid
    assert not shows(at, first).to_pay
    assert attempts_on(at, owed) == [(AttemptTrigger.PAY_LINK, AttemptStatus.SUCCEEDED)]


def test_the_card_of_whoever_pays_by_a_link_is_not_kept_and_the_gateway_shows_them_no_customer(at, ada):
    owed, own = owes(at, ada), owes(at, ada)
    ada.pays(own.id)
    with at.robot() as work:
        before = [card.id for card in cards(work, owed.customer_id)]

    pays(at, link_to(at, owed), "5555555555554444")

    with at.robot() as work:
        after = [card.id for card in cards(work, owed.customer_id)]
        page = work.session.exec(select(PaymentAttempt).where(PaymentAttempt.invoice_id == owed.id)).one().checkout_ref
    session = at.stripe_http.get(f"/v1/checkout/sessions/{page}").json()
    assert (len(before), after) == (1, before)
    assert (session["payment_status"], session["customer"]) == ("paid", None)


def test_there_is_one_page_at_a_time_and_the_customers_own_is_not_shown_to_whoever_has_the_link(at, ada):
    owed = owes(at, ada)
    secret, opener = link_to(at, owed), at.house.database.opener(ada.actor)
    own = open_checkout(opener, at.house.gateways, owed.id, BACK)

    by_link, once_more = opens_page(at, secret), opens_page(at, secret)
    [issued] = ada.invoices()
    with at.robot() as work:
        [line] = invoice_lines(work, issued.id)
        issue_credit_note(work, issued.id, {line.id: euros(500)}, "A slow start")
    lower = opens_page(at, secret)

    assert by_link == once_more
    assert len({own, by_link, lower}) == 3
    assert [pay_on_page(at.browser, page).status_code for page in (own, by_link)] != [303, 303]
    assert [status for _, status in attempts_on(at, owed)] == [
        AttemptStatus.FAILED,
        AttemptStatus.FAILED,
        AttemptStatus.SENT,
    ]
    assert pays(at, secret) == 303


def test_a_page_of_the_portal_whose_address_was_lost_stands_in_the_way_for_some_minutes_only(at, ada):
    owed = owes(at, ada)
    secret = link_to(at, owed)
    with at.robot() as work:
        new_attempt(work, work.session.get_one(Invoice, owed.id), AttemptTrigger.CHECKOUT, "stripe").send(work.now)

    with pytest.raises(AlreadyPaying):
        opens_page(at, secret)
    at.clock.move(timedelta(minutes=5))

    assert pays(at, secret) == 303
    assert attempts_on(at, owed)[0] == (AttemptTrigger.CHECKOUT, AttemptStatus.FAILED)


def test_while_a_kept_card_is_charged_the_link_says_so_and_opens_no_page(at, ada):
    owed = owes(at, ada)
    secret = link_to(at, owed)
    with at.robot() as work:
        charge = new_attempt(work, work.session.get_one(Invoice, owed.id), AttemptTrigger.DUE, "stripe")
    at.clock.move(timedelta(minutes=10))  # however long its answer takes

    asked = shows(at, secret)
    with pytest.raises(AlreadyPaying):
        opens_page(at, secret)

    assert (asked.is_under_way, asked.is_paid, bool(asked.to_pay)) == (True, False, False)
    with at.robot() as work:
        work.session.get_one(PaymentAttempt, charge.id).fail("refused", work.now)


def test_what_was_too_small_before_is_paid_along_though_the_links_holder_cannot_see_it(at, ada):
    small, owed = owes(at, ada, a_line(20)), owes(at, ada)
    secret = link_to(at, owed)
    asked, alone = shows(at, secret), shows(at, link_to(at, small))

    pays(at, secret)

    assert (asked.to_pay, asked.small_sums) == (euros(1255), euros(25))
    assert (bool(alone.to_pay), alone.waits) == (False, "It is charged together with your next invoice.")
    assert {again(at, each).status for each in (small, owed)} == {InvoiceStatus.PAID}


def test_wrong_old_and_void_links_have_the_same_answer(at, ada):
    void, owed = owes(at, ada), owes(at, ada)
    secrets = [link_to(at, void), link_to(at, owed)]
    with at.robot() as work:
        void_invoice(work, void.id)
    with pytest.raises(NotFound, match=GONE):
        shows(at, secrets[0])
    at.sleeps(LAST_DAY)
    in_time = shows(at, secrets[1]).number

    at.sleeps(1)

    answers = set()
    for secret in (*secrets, "", "wrong", str(owed.id), secrets[1][:-1], f"{secrets[1]}x"):
        for ask in (shows, holder, opens_page):
            with pytest.raises(NotFound) as refusal:
                ask(at, secret)
            answers.add(refusal.value.message)
    assert in_time == owed.number
    assert answers == {GONE}


def test_whoever_came_by_a_link_reaches_nothing_else(at, ada):
    owed, other = owes(at, ada), owes(at, ada)
    bobs = owes(at, at.signs_up("Bob Byrne"))
    who, _ = holder(at, link_to(at, owed))
    opener = at.house.database.opener(who)

    with opener() as work:
        seen = [row.id for row in invoices(work)]
        for hidden in (other, bobs):
            with pytest.raises(NotFound):
                invoice(work, hidden.id)
        for forbidden in (void_invoice, mark_uncollectible):
            with pytest.raises(NotAllowed):
                forbidden(work, owed.id)
    for hidden in (other, bobs):
        with pytest.raises(NotFound):
            open_checkout(opener, at.house.gateways, hidden.id, BACK)
    with pytest.raises(NotAllowed):
        open_card_page(opener, at.house.gateways, BACK)

    assert seen == [owed.id]
    assert (who.customer_id, who.user_id) == (None, None)


def test_an_invoice_of_somebody_suspended_and_one_given_up_can_be_paid(at, ada):
    given_up, owed = owes(at, ada), owes(at, ada)
    secrets = [link_to(at, each) for each in (given_up, owed)]
    with at.robot() as work:
        mark_uncollectible(work, given_up.id)
        work.session.get_one(Customer, owed.customer_id).suspended_at = work.now

    assert [pays(at, secret) for secret in secrets] == [303, 303]
    assert {again(at, each).status for each in (given_up, owed)} == {InvoiceStatus.PAID}


def test_links_are_made_by_its_customer_and_by_staff_for_what_can_be_paid(at, ada):
    owed, paid = owes(at, ada), owes(at, ada)
    ada.pays(paid.id)
    bob = at.signs_up("Bob Byrne")
    looks_on = Actor(ActorKind.STAFF, "Terry Trainee")

    own = ada.does(lambda work: new_pay_link(work, owed.id))

    assert shows(at, own).number == owed.number
    with pytest.raises(NothingToPay):
        link_to(at, paid)
    with pytest.raises(NotFound):
        bob.does(lambda work: new_pay_link(work, owed.id))
    for who, refusal in ((looks_on, NotAllowed), (ANONYMOUS, NotSignedIn)):
        with pytest.raises(refusal), at.house.database.opener(who)() as work:
            new_pay_link(work, owed.id)


def test_the_link_in_a_mail_that_asks_for_money_pays_and_only_its_hash_is_kept(at, ada):
    owed = owes(at, ada)
    at.works()
    secret = at.pay_link_in_mail_to(ada.user.email)

    with at.robot() as work:
        links = list(work.session.exec(select(PayLink).order_by(col(PayLink.id))))
    at.works()

    assert [(link.invoice_id, secret in str(link)) for link in links] == [(owed.id, False)]
    assert pays(at, secret) == 303


@pytest.mark.all_databases
def test_links_that_have_long_led_nowhere_are_thrown_away(at, ada):
    owed = owes(at, ada)
    secret = link_to(at, owed)
    at.sleeps(LAST_DAY)
    with at.robot() as work:
        tidy(work)
    assert shows(at, secret).number == owed.number

    at.sleeps(20)
    with at.robot() as work:
        tidy(work)

    with at.robot() as work:
        assert work.session.exec(select(PayLink)).all() == []
        assert work.session.get(Invoice, UUID(str(owed.id))) is not None
