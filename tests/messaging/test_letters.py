import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import col, select

from ezscale.accounts.customers import change_address
from ezscale.accounts.mailed_links import ask_for_reset, reset_password, verify_email
from ezscale.billing.cancelling import cancel_at_period_end, keep_subscription
from ezscale.billing.credit import grant_credit
from ezscale.billing.credit_notes import GiveBack, issue_credit_note
from ezscale.billing.price_changes import change_price
from ezscale.billing.reserving import reservations_of
from ezscale.billing.top_ups import new_top_up
from ezscale.catalog.price_list import PriceWish
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.errors import Invalid
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.messaging import (
    deletion_letters,
    letters,
    maintenance_letters,
    money_letters,
    top_up_letters,
    waiting_letters,
)
from ezscale.messaging.composing import compose
from ezscale.messaging.letters import STANDS_STILL
from ezscale.messaging.words import WORDS
from ezscale.models import (
    AutoTopUp,
    Customer,
    Deletion,
    Invoice,
    MailMessage,
    PaymentMethod,
    Plan,
    PriceChange,
    Referral,
    User,
)
from ezscale.models.customer import MemberRole
from ezscale.models.payment import AttemptStatus
from ezscale.models.top_up import AutoTopUpStatus
from ezscale.models.waitlist import WaitlistStatus
from ezscale.ordering.deciding import hold_order, reject_order
from ezscale.ordering.offering import OfferedItem, make_offer
from ezscale.provisioning.credentials import reveal_login
from ezscale.provisioning.maintenance import Announcement, announce
from tests.builders import a_place, an_attempt

ABOUT_SERVICES = (
    *("service_reinstalled", "reinstall_failed"),
    *("service_ready", "build_troubled", "service_failed", "service_waitlisted"),
    *("service_resumed", "service_terminated", *STANDS_STILL.values()),
)
INVITED = ("bob@example.com", "dan@example.com")
ABOUT_ACCESS = (
    *("role_changed", "colleague_suspended", "colleague_back", "colleague_removed"),
    *("person_suspended", "person_back"),
)
LINK = re.compile(r"http://\S+")


@pytest.fixture
def ada(at):
    """A customer whose renewal is open."""
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-2")
    at.sleeps(17)
    return ada


def mails(at, template=""):
    with at.robot() as work:
        written = select(MailMessage).order_by(col(MailMessage.id))
        return [mail for mail in work.session.exec(written) if template in ("", mail.template)]


def link_in(mail):
    [address] = LINK.findall(mail.text)
    return parse_qs(urlsplit(address).query)


def new_user(work):
    user = User(email=f"{new_id().hex}@example.com", name="Bob Byrne", password_hash="", created_at=work.now)
    work.session.add(user)
    work.session.flush()
    return user.id


def with_orders_and_an_offer(at, ada):
    """Orders are held and refused: one is paid, of one the money is reserved, one is unpaid. And something is offered."""
    paid, reserved, unpaid = ada.orders(), ada.orders(), ada.orders()
    with at.robot() as work:
        for order in (paid, reserved, unpaid):
            hold_order(work, order.id, "Looks odd")
        item = OfferedItem("vps-3", 12, "frankfurt", "debian-13")
        make_offer(work, paid.customer_id, [item], "As we said on the telephone.", days=14)
    ada.pays_by_paypal(paid.invoice_id)
    ada.pays(reserved.invoice_id)
    at.works()
    with at.robot() as work:
        [attempt] = reservations_of(work, reserved.invoice_id)
        letters.order_unpaid_again(work, reserved.id, attempt.id)
        for order in (paid, reserved, unpaid):
            reject_order(work, order.id, "We do not serve this country.")


def thanked(work, customer_id):
    """They sent us somebody, and were credited for it."""
    friend = Customer(
        number="C-9", name="Zoe Quill", panel_ref="C-9", email="zoe@example.com", country="IE", currency="EUR"
    )
    friend.created_at = work.now
    work.session.add(friend)
    work.session.flush()
    referral = Referral(referrer_id=customer_id, referred_id=friend.id, came_at=work.now)
    referral.wait(work.session.exec(select(Invoice.id)).first(), work.now, work.today)
    referral.credit(Money(1000, "EUR"), work.now)
    work.session.add(referral)
    work.session.flush()
    return referral.id


def announced(work):
    return work.session.exec(select(PriceChange)).one()


def told_about_cards(work, invoice_id):
    """Their bank has said everything that banks say, and their card expires."""
    for hard, again in ((True, False), (False, True), (False, False)):
        money_letters.charge_failed(work, invoice_id, new_id(), hard=hard, again=again)
    money_letters.charge_needs_customer(work, invoice_id, new_id())
    card = work.session.exec(select(PaymentMethod)).one()
    money_letters.card_expires(work, card.id)
    money_letters.card_revoked(work, card.id)
    refused = an_attempt(AttemptStatus.FAILED, invoice_id=invoice_id, method_id=card.id)
    work.session.add(refused)
    work.session.flush()
    money_letters.card_refused(work, invoice_id, refused.id, "Mastercard •••• 4444")


def told_about_top_ups(work, customer_id):
    """They have topped up and agreed to automatic top-ups, which were paused, and then stopped."""
    top_up = new_top_up(work, customer_id, Money(2000, "EUR"))
    top_up_letters.top_up_receipt(work, top_up.id, "€20.00")
    agreed = AutoTopUp(
        customer_id=customer_id,
        status=AutoTopUpStatus.ON,
        currency="EUR",
        below_minor=1000,
        amount_minor=2000,
        monthly_most_minor=2000,
        agreed_at=work.now,
        agreed_by="Ada Moreno",
    )
    work.session.add(agreed)
    top_up_letters.auto_top_up_agreed(work, agreed.id, work.now)
    agreed.pause("the payment was declined", work.now)
    top_up_letters.auto_top_up_halted(work, agreed.id, work.now)
    agreed.stop("Sam", "Too many disputes", work.now + timedelta(hours=1))
    top_up_letters.auto_top_up_halted(work, agreed.id, work.now + timedelta(hours=1))


def told_of_their_turn(work, plan_id, customer_id):
    """They have waited for a plan, and one is set aside for them, and is not any more."""
    place = a_place(WaitlistStatus.OFFERED, plan_id=plan_id, customer_id=customer_id)
    work.session.add(place)
    work.session.flush()
    waiting_letters.waitlist_offer(work, place.id)
    waiting_letters.waitlist_expired(work, place.id)
    place.take(work.now)


def told_of_an_end_and_of_maintenance(work, service):
    due_on = work.today + timedelta(days=7)
    ends = Deletion(service_id=service.id, ended_on=work.today, due_on=due_on, planned_at=work.now)
    work.session.add(ends)
    said = Announcement("New switches", "A minute without network.", work.now, work.now + timedelta(hours=1))
    works_on = announce(work, said)
    deletion_letters.deletion_planned(work, ends.id, due_on)
    deletion_letters.deletion_near(work, ends.id, due_on)
    maintenance_letters.maintenance(work, works_on, service.customer_id)


def test_every_letter_is_whole_and_tells_no_secret(at, ada):
    paid, renewal = ada.invoices()
    service = ada.service()
    customer_id = ada.actor.customer_id
    cancellation = ada.does(lambda work: cancel_at_period_end(work, service.item_id))
    with at.robot() as work:
        letters.reset_link(work, ada.user.id, work.now)
        letters.password_changed(work, ada.user.id, work.now)
        work.session.get_one(User, ada.user.id).new_email = "ada@new.example"
        letters.email_change(work, ada.user.id, work.now)
        letters.email_changed(work, ada.user.id, "ada@example.com", work.now)
        letters.second_factor_changed(work, ada.user.id, "The passkey “laptop” was added", work.now)
        money_letters.reminder(work, renewal.id, "remind+1")
        money_letters.reminder(work, renewal.id, "warn+23")
        told_about_cards(work, renewal.id)
        letters.cancellation(work, cancellation.id)
        money_letters.invoice_again(work, renewal.id, work.now)
        issue_credit_note(work, paid.id, None, "The server stood still", GiveBack.REFUND)
        given = grant_credit(work, customer_id, Money(500, "EUR"), "Sorry", work.today)
        money_letters.about_credit(work, "credit_lapses", given.id)
        money_letters.referral_credited(work, thanked(work, customer_id))
        told_about_top_ups(work, customer_id)
        letters.colleague_invited(work, ada.user.id, work.now)
        for template in ABOUT_ACCESS:
            letters.access_changed(work, ada.user.id, template, "Support", work.now)
        for template in ("customer_suspended", "customer_back"):
            letters.customer_standing(work, template, service.customer_id, "A reason", work.now)
        for template in ABOUT_SERVICES:
            letters.about_service(work, service.id, template)
        plan = work.session.get_one(Plan, service.plan_id)
        change_price(work, plan.id, PriceWish("EUR", 1, "13"), work.today + timedelta(days=40))
        for letter in (letters.price_change, letters.price_stays):
            letter(work, announced(work).id, customer_id)
        told_of_their_turn(work, plan.id, customer_id)
        told_of_an_end_and_of_maintenance(work, service)
        for service_id in (service.id, None):
            letters.member_joined(work, new_user(work), customer_id, service_id, work.now)
            letters.member_removed(work, ada.user.id, customer_id, service_id, work.now)
    with_orders_and_an_offer(at, ada)
    ada.invites(INVITED[0], MemberRole.TECHNICAL)
    ada.invites(INVITED[1], MemberRole.DELEGATE, service.id)
    at.works()
    login = ada.does(lambda work: reveal_login(work, at.house.vault, service.id))

    written = mails(at)

    assert {mail.template for mail in written} == set(WORDS)
    for mail in written:
        expected = {"email_change": {"ada@new.example"}, "invitation": set(INVITED)}.get(
            mail.template, {"ada@example.com"}
        )
        assert mail.to in expected
        assert mail.subject.strip()
        for shown in (mail.subject, mail.text):
            assert not re.search(r"\{[{%]|[}%]\}|None|  |\bby \.|\(\)|at \.", shown), (mail.template, shown)
        assert "Ada Moreno" in mail.text
        assert len(LINK.findall(mail.text)) == bool(WORDS[mail.template].label)
        assert login.password not in mail.text + mail.html
    assert paid.number in mails(at, "receipt")[0].text


def test_a_letter_in_which_something_is_missing_is_never_written():
    with pytest.raises(Exception, match="name"):
        compose("receipt", {"company": "EZSCALE", "total": "€1", "number": "INV-1"})


def test_what_people_type_is_text_in_every_letter(at, ada):
    name = "<b>{{ company }}</b> {% if %}"
    home = {"company": "", "address": "1 Quay", "city": "Cork", "postcode": "T12", "country": "IE"}
    ada.does(lambda work: change_address(work, name=name, **home))

    with at.robot() as work:
        letters.about_service(work, ada.service().id, "service_resumed")

    [mail] = mails(at, "service_resumed")
    assert name in mail.text
    assert "<b>{{" not in mail.html
    assert "&lt;b&gt;{{ company }}&lt;/b&gt;" in mail.html


def test_the_same_letter_about_the_same_step_is_written_once(at, ada):
    [_, renewal] = ada.invoices()

    for step in ("remind+1", "remind+1", "remind+3", "warn+23", "warn+23"):
        with at.robot() as work:
            money_letters.reminder(work, renewal.id, step)

    assert [mail.template for mail in mails(at)[-3:]] == ["reminder", "reminder", "final_warning"]
    assert len(mails(at, "reminder")) == 2


def test_nobody_is_asked_for_what_they_have_paid(at, ada):
    [paid, renewal] = ada.invoices()
    before = len(mails(at))

    with at.robot() as work:
        money_letters.reminder(work, paid.id, "remind+1")
        money_letters.charge_failed(work, paid.id, new_id(), hard=False)
        money_letters.charge_needs_customer(work, paid.id, new_id())

    assert len(mails(at)) == before
    assert (len(mails(at, "receipt")), len(mails(at, "invoice_issued"))) == (1, 1)
    assert renewal.number in mails(at, "invoice_issued")[0].subject


def test_letters_that_ask_for_money_lead_to_where_anybody_can_pay_and_the_others_to_the_portal(at, ada):
    [paid, renewal] = ada.invoices()
    with at.robot() as work:
        money_letters.reminder(work, renewal.id, "remind+1")
        money_letters.reminder(work, renewal.id, "warn+23")
        money_letters.charge_failed(work, renewal.id, new_id(), hard=True)
        money_letters.charge_needs_customer(work, renewal.id, new_id())
        for again in (renewal, paid):
            money_letters.invoice_again(work, again.id, work.now)

    leads_to = {(mail.template, urlsplit(link).path) for mail in mails(at) for link in LINK.findall(mail.text)}
    asking = ("reminder", "final_warning", "charge_failed", "charge_needs_customer", "invoice_again")
    telling = ("receipt", "invoice_issued", "invoice_again")  # its card will be charged; what is paid
    assert {(template, "/pay/") for template in asking} == {each for each in leads_to if each[1] == "/pay/"}
    assert {(template, "/account/invoice/") for template in telling} <= leads_to


def test_an_invoice_says_whether_the_card_will_be_charged(at, ada):
    ben = at.signs_up("Ben Orr")
    order = ben.orders()
    ben.pays(order.invoice_id)
    with at.robot() as work:
        money_letters.invoice_issued(work, ada.invoices()[1].id)

    [to_ada] = mails(at, "invoice_issued")
    assert "We will charge Visa •••• 4242 on April 2, 2026" in to_ada.text
    assert "Please pay" not in to_ada.text


def test_a_cancellation_that_was_taken_back_is_not_confirmed(at, ada):
    item_id = ada.service().item_id
    ada.does(lambda work: cancel_at_period_end(work, item_id))
    ada.does(lambda work: keep_subscription(work, item_id))

    at.works()

    assert mails(at, "cancellation") == []


def test_a_welcome_that_is_written_again_keeps_its_link(at):
    ada = at.signs_up("Ada Moreno")
    at.works()
    [mail] = mails(at, "welcome")

    with at.robot() as work:
        letters.welcome(work, ada.user.id)

    [same] = mails(at, "welcome")
    assert same.id == mail.id
    with at.robot() as work:
        assert verify_email(work, link_in(mail)["token"][0]).id == ada.user.id


def test_each_time_a_password_is_asked_for_there_is_a_new_link_and_only_the_latest_works(at):
    ada, visitor = at.signs_up("Ada Moreno"), at.house.database.opener(ANONYMOUS)
    for _ in range(2):
        ask_for_reset(visitor, ada.user.email)
        at.works()
        at.clock.move(timedelta(minutes=1))

    older, newer = (link_in(mail)["token"][0] for mail in mails(at, "reset_link"))

    with pytest.raises(Invalid):
        reset_password(visitor, older, "quiet violet harbour 7")
    reset_password(visitor, newer, "quiet violet harbour 7")
    at.works()
    assert len(mails(at, "password_changed")) == 1


def test_an_invoice_names_the_card_that_is_charged_or_asks_to_be_paid_or_says_why_it_waits():
    told = {
        "company": "EZSCALE",
        "name": "Ada",
        "number": "INV-1",
        "total": "€5.00",
        "due_on": "1 May 2026",
        "charge_on": "3 May 2026",
    }

    with_card = compose("invoice_issued", told | {"card": "Visa •••• 4242", "waits": ""}).text
    without = compose("invoice_issued", told | {"card": "", "waits": ""}).text
    small = compose("invoice_issued", told | {"card": "", "waits": "Next time."}).text

    assert "Next time." in small
    assert "1 May" not in small
    assert "We will charge Visa •••• 4242 on 3 May 2026" in with_card
    assert "Please pay it by 1 May 2026" in without
