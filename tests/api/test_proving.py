"""Signing in and proving it, as a browser does: forms that are posted, cookies that are kept, pages that are led to."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pyotp import TOTP
from sqlmodel import select

from ezscale.accounts.authenticators import begin_pairing, finish_pairing
from ezscale.accounts.changing import ask_for_new_email
from ezscale.accounts.mailed_links import new_link_secret
from ezscale.kit.clock import world_now
from ezscale.kit.cookies import ACTING, ANSWER, SESSION, STEP, form_answer
from ezscale.models import LoginSession, User
from ezscale.models.sign_in import CONFIRMED_FOR, TokenPurpose
from tests.api.conftest import HERE
from tests.company import PASSWORD, Person
from tests.software_key import SoftwareKey

ANOTHER = "quiet violet harbour 7"
SECURITY = "/account/security/"
SHEET = "/api/exports/invoices.csv"  # something that only a session opens


@pytest.fixture
def app_of(at):
    """Lets somebody have an app; returns what it shows, and the recovery codes."""

    def app_of(person: Person) -> tuple[TOTP, list[str]]:
        begun = person.does(lambda work: begin_pairing(work, at.house.vault))
        app = TOTP(begun.secret)
        code = app.at(world_now(), counter_offset=-1)
        codes = person.does(
            lambda work: finish_pairing(work, at.house.vault, begun.authenticator_id, "Phone", code, token="")
        )
        return app, codes

    return app_of


def test_a_password_leads_half_way_and_a_code_the_rest(web, ada, app_of):
    app, _ = app_of(ada)

    password = logs_in(web, ada, "/account/invoices/")
    half_way = dict(web.cookies)
    opened = web.get(SHEET).status_code
    wrong = web.post("/api/session/second-step", data={"code": "000000", "next": "/account/invoices/"})
    right = web.post("/api/session/second-step", data={"code": app.at(world_now()), "next": "/account/invoices/"})

    assert password.headers["location"] == "/second-step/?next=%2Faccount%2Finvoices%2F"
    assert (set(half_way), opened) == ({STEP}, 401)
    assert said(wrong) == ("/second-step/", "code")
    assert right.headers["location"] == "/account/invoices/"
    assert web.get(SHEET).status_code == 200
    assert STEP not in web.cookies


def test_the_half_way_cookie_is_no_session_wherever_it_is_put(web, ada, app_of):
    app_of(ada)
    logs_in(web, ada)
    step = web.cookies[STEP]

    for name in (SESSION, ACTING):
        with httpx.Client(transport=web._transport, base_url=HERE, cookies={name: step}) as thief:
            assert thief.get(SHEET).status_code == 401


def test_cookies_of_both_kinds_are_out_of_reach_of_scripts(web, ada, app_of):
    _, codes = app_of(ada)

    answers = [logs_in(web, ada), web.post("/api/session/second-step", data={"code": codes[0]})]

    for answer, name in zip(answers, (STEP, SESSION), strict=True):
        [cookie] = [line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{name}=")]
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()


@pytest.mark.parametrize("cookies", [{}, {STEP: "nonsense"}])
def test_whoever_is_not_half_way_begins_at_the_beginning(web, cookies):
    web.cookies.update(cookies)

    answer = web.post("/api/session/second-step", data={"code": "123456", "next": "/account/cards/"})

    assert said(answer) == ("/login/", "")
    assert "next=%2Faccount%2Fcards%2F" in answer.headers["location"]


def test_confirming_gives_a_new_cookie_and_kills_the_old_one(at, ada, browser_of, clock):
    browser = browser_of(ada)
    old = browser.cookies[SESSION]
    clock.move(CONFIRMED_FOR)

    wrong = browser.post("/api/session/confirm", data={"password": "guess", "next": SECURITY})
    right = browser.post("/api/session/confirm", data={"password": PASSWORD, "next": SECURITY})

    new = dict(pair.split(";")[0].split("=") for pair in right.headers.get_list("set-cookie"))[SESSION]
    assert said(wrong) == ("/confirm/", "password")
    assert right.headers["location"] == SECURITY
    assert new != old
    assert [status(browser, token) for token in (old, new)] == [401, 200]
    with at.robot() as work:
        session = work.session.exec(select(LoginSession)).one()
        assert session.is_confirmed(work.now)


@pytest.mark.parametrize("evil", ["https://evil.example", "//evil.example", "/\\evil.example"])
@pytest.mark.parametrize("form", ["/api/session/confirm", "/api/session/second-step"])
def test_no_form_leads_to_another_site(web, ada, browser_of, app_of, form, evil):
    if form.endswith("confirm"):
        answer = browser_of(ada).post(form, data={"password": PASSWORD, "next": evil})
    else:
        _, codes = app_of(ada)
        logs_in(web, ada)
        answer = web.post(form, data={"code": codes[0], "next": evil})

    assert answer.headers["location"] == "/account/"


def test_a_page_hears_whether_its_browser_is_signed_in(web, ada, browser_of):
    assert web.get("/api/session").json() == {"signed_in": False}
    assert browser_of(ada).get("/api/session").json() == {"signed_in": True}


@pytest.mark.parametrize("form", ["/api/session/confirm", "/api/password/change"])
def test_a_stranger_is_led_to_the_login(web, form):
    answer = web.post(form, data={"password": ANOTHER}, headers={"Accept": "text/html"})

    assert answer.headers["location"].startswith("/login/")


def test_a_new_password_goes_on_under_a_new_cookie(ada, browser_of, program_of):
    here, there, program = browser_of(ada), browser_of(ada), program_of(ada)
    old = here.cookies[SESSION]

    answer = here.post("/api/password/change", data={"password": ANOTHER})

    new = dict(pair.split(";")[0].split("=") for pair in answer.headers.get_list("set-cookie"))[SESSION]
    assert answer.headers["location"] == f"{SECURITY}?sent=password"
    assert [status(here, token) for token in (new, old, there.cookies[SESSION])] == [200, 401, 401]
    assert program.get("/api/v1/services").status_code == 401


def test_a_weak_new_password_is_told_beside_its_field(ada, browser_of):
    answer = browser_of(ada).post("/api/password/change", data={"password": "moreno2026"})

    assert said(answer) == (SECURITY, "password")


def test_whoever_has_only_a_passkey_and_was_away_is_led_to_confirm_and_back(at, ada, browser_of, clock):
    browser = browser_of(ada)
    with at.robot() as work:
        work.session.get_one(User, ada.user.id).password_hash = ""
    clock.move(CONFIRMED_FOR)

    answer = browser.post("/api/password/change", data={"password": ANOTHER})

    assert answer.headers["location"] == "/confirm/?next=%2Faccount%2Fsecurity%2F"


def test_a_colleague_comes_back_to_their_own_page(grace, browser_of):
    answer = browser_of(grace).post("/api/password/change", data={"password": ANOTHER})

    assert answer.headers["location"] == "/admin/security/?sent=password"


def test_a_link_proves_a_new_address_without_being_signed_in(at, web, ada):
    ada.does(lambda work: ask_for_new_email(work, "ada@new.example"))
    with at.robot() as work:
        secret = new_link_secret(work, ada.user.id, TokenPurpose.CHANGE_EMAIL)

    right = web.post("/api/email/change", data={"token": secret})
    again = web.post("/api/email/change", data={"token": secret})

    assert right.headers["location"] == "/change-email/?sent=1"
    assert said(again) == ("/change-email/", "")
    assert logs_in(web, ada, email="ada@new.example").headers["location"] == "/account/"


def test_a_passkey_is_registered_and_then_lets_in_alone(web, ada, browser_of):
    key, browser = a_key(), browser_of(ada)
    registered(browser, key)

    options = web.post("/api/passkeys/sign-in/options")
    answer = web.post(
        "/api/passkeys/sign-in", json={"credential": key.signs(options.json()), "next": "/account/cards/"}
    )

    assert answer.json() == {"next": "/account/cards/"}
    assert web.get(SHEET).status_code == 200
    assert STEP not in web.cookies


def test_a_passkey_is_the_second_step(web, ada, browser_of):
    key = a_key()
    registered(browser_of(ada), key)

    location = logs_in(web, ada).headers["location"]
    options = web.post("/api/passkeys/second-step/options").json()
    answer = web.post("/api/passkeys/second-step", json={"credential": key.signs(options)})

    assert location == "/second-step/"
    assert answer.json() == {"next": "/account/"}
    assert web.get(SHEET).status_code == 200


def test_a_passkey_confirms(ada, browser_of, clock):
    key, browser = a_key(), browser_of(ada)
    registered(browser, key)
    clock.move(CONFIRMED_FOR)
    refused = browser.post("/api/passkeys/register/options", headers={"Accept": "*/*"})

    options = browser.post("/api/passkeys/confirm/options")
    answer = browser.post("/api/passkeys/confirm", json={"credential": key.signs(options.json()), "next": SECURITY})

    assert (refused.status_code, refused.json()["type"]) == (403, "/api/docs#not_confirmed")
    assert answer.json() == {"next": SECURITY}
    assert browser.post("/api/passkeys/register/options").status_code == 200


def test_the_challenge_of_one_browser_is_not_answered_from_another(web, line, ada, browser_of):
    key = a_key()
    registered(browser_of(ada), key)
    options = web.post("/api/passkeys/sign-in/options").json()

    with httpx.Client(transport=line, base_url=HERE) as another:
        another.post("/api/passkeys/sign-in/options")
        stolen = another.post("/api/passkeys/sign-in", json={"credential": key.signs(options)})
    with httpx.Client(transport=line, base_url=HERE) as nobody:
        bare = nobody.post("/api/passkeys/sign-in", json={"credential": key.signs(options)})

    assert (stolen.status_code, bare.status_code) == (400, 400)


def test_a_colleague_who_acts_as_a_customer_changes_only_their_own_way_in(ada, grace, browser_of):
    browser, customers = browser_of(grace), browser_of(ada).cookies[SESSION]
    browser.cookies.set(ACTING, customers)

    registered(browser, a_key())

    with ada.at.robot() as work:
        assert work.session.get_one(User, ada.user.id).second_factor_since is None
        assert work.session.get_one(User, grace.user.id).second_factor_since is not None


def test_a_step_grows_old(web, ada, app_of, clock):
    _, codes = app_of(ada)
    logs_in(web, ada)
    clock.move(timedelta(minutes=10))

    assert said(web.post("/api/session/second-step", data={"code": codes[0]})) == ("/login/", "")


def logs_in(browser, person, onwards="", email=""):
    form = {"email": email or person.user.email, "password": PASSWORD, "next": onwards}
    return browser.post("/api/session", data=form)


def said(answer) -> tuple[str, str]:
    """The page of a form to which somebody is sent back, and the field that is wrong."""
    cookies = "; ".join(line.split(";")[0] for line in answer.headers.get_list("set-cookie"))
    told = form_answer(cookies)
    address = urlsplit(answer.headers["location"])
    assert told is not None, cookies
    assert "again" in parse_qs(address.query)
    assert ANSWER in cookies
    return address.path, told.field


def status(browser, token) -> int:
    """What a session opens."""
    with httpx.Client(transport=browser._transport, base_url=HERE, cookies={SESSION: token}) as other:
        return other.get(SHEET).status_code


def a_key() -> SoftwareKey:
    return SoftwareKey("ezscale.test", HERE)


def registered(browser, key: SoftwareKey, name: str = "My laptop") -> None:
    options = browser.post("/api/passkeys/register/options").json()
    answer = browser.post("/api/passkeys/register", json={"credential": key.makes(options), "name": name})
    assert answer.status_code == 200, answer.text
