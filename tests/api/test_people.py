"""Joining and switching by the forms of the browser."""

from urllib.parse import parse_qs, urlsplit

from ezscale.accounts.actors import actor_of
from ezscale.accounts.invitations import accept_invitation
from ezscale.kit.cookies import SESSION, form_answer
from ezscale.models.customer import MemberRole
from tests.company import PASSWORD

STALE = "This invitation does not exist, or it is no longer open. Please ask for a new one."


def behind(at, browser):
    with at.robot() as work:
        return actor_of(work, browser.cookies[SESSION])


def told(answer):
    said = form_answer("; ".join(f"{name}={value}" for name, value in answer.cookies.items()))
    return said and said.message


def test_a_visitor_comes_by_the_link_with_an_account_of_their_own(at, ada, web):
    secret = ada.invites("tom@example.com", MemberRole.TECHNICAL)

    answer = web.post("/api/invitation/account", data={"token": secret, "name": "Tom Byrne", "password": PASSWORD})

    assert (answer.status_code, answer.headers["location"]) == (303, "/account/")
    assert behind(at, web).customer_id == ada.actor.customer_id
    assert "HttpOnly" in answer.headers["set-cookie"]


def test_somebody_signed_in_accepts_with_one_click_and_acts_for_the_inviter(at, ada, bob, browser_of):
    at.proves_address(bob)
    secret, browser = ada.invites(bob.user.email, MemberRole.BILLING), browser_of(bob)

    answer = browser.post("/api/invitation", data={"token": secret})

    assert (answer.status_code, answer.headers["location"]) == (303, "/account/")
    assert behind(at, browser).customer_id == ada.actor.customer_id


def test_a_link_that_is_not_open_is_refused_in_the_same_words_for_everybody(at, ada, bob, web, browser_of):
    at.proves_address(bob)
    used = ada.invites(bob.user.email, MemberRole.BILLING)
    bob.does(lambda work: accept_invitation(work, used))

    answers = [
        browser_of(bob).post("/api/invitation", data={"token": used}),
        browser_of(bob).post("/api/invitation", data={"token": "never-was"}),
        web.post("/api/invitation/account", data={"token": used, "name": "Eve", "password": PASSWORD}),
        web.post("/api/invitation/account", data={"token": "never-was", "name": "Eve", "password": PASSWORD}),
    ]

    assert {answer.status_code for answer in answers} == {303}
    assert {told(answer) for answer in answers} == {STALE}
    back = urlsplit(answers[0].headers["location"])
    assert (back.path, parse_qs(back.query)["token"]) == ("/invitation/", [used])


def test_what_is_wrong_with_the_new_account_is_said_beside_its_field_and_the_link_still_works(ada, web):
    secret = ada.invites("tom@example.com", MemberRole.TECHNICAL)

    answer = web.post("/api/invitation/account", data={"token": secret, "name": "Tom Byrne", "password": "short"})
    again = web.post("/api/invitation/account", data={"token": secret, "name": "Tom Byrne", "password": PASSWORD})

    assert answer.headers["location"].startswith("/invitation/?again=1")
    assert again.headers["location"] == "/account/"


def test_a_visitor_without_a_session_is_led_to_the_login(at, web):
    answer = web.post("/api/invitation", data={"token": "x"}, headers={"Accept": "text/html"})

    assert answer.headers["location"].startswith("/login/")


def test_somebody_who_belongs_to_two_switches(at, ada, bob, browser_of):
    at.proves_address(bob)
    secret = ada.invites(bob.user.email, MemberRole.BILLING)
    bob.does(lambda work: accept_invitation(work, secret))
    browser, own, adas = browser_of(bob), bob.actor.customer_id, ada.actor.customer_id
    assert behind(at, browser).customer_id == own

    answer = browser.post("/api/session/customer", data={"customer": str(adas)})

    assert (answer.status_code, answer.headers["location"]) == (303, "/account/")
    assert behind(at, browser).customer_id == adas


def test_nobody_switches_to_a_customer_that_they_do_not_belong_to(at, ada, bob, browser_of):
    browser = browser_of(bob)

    answers = [
        browser.post("/api/session/customer", data={"customer": wanted})
        for wanted in (str(ada.actor.customer_id), "nonsense", "")
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert behind(at, browser).customer_id == bob.actor.customer_id
