"""The page on which people see and change how they sign in; one screen for both sides of the house."""

import pytest
from pyotp import TOTP

from ezscale.accounts.actors import actor_of
from ezscale.accounts.authenticators import begin_pairing, finish_pairing
from ezscale.accounts.history import note_failure
from ezscale.accounts.signing_in import begin_session, sign_in
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.clock import world_now
from ezscale.kit.cookies import STEP
from ezscale.models import User
from ezscale.models.sign_in import CONFIRMED_FOR
from ezscale.state.account.security import SecurityState
from ezscale.state.admin.security import SecurityState as AdminSecurityState
from ezscale.state.devices import device_name
from ezscale.state.signing_in.proving import ProvingState
from tests.company import PASSWORD
from tests.state.panel import administrator
from tests.state.portal import Screen, session_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 "
    "Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 "
    "Edg/140.0"
)


@pytest.fixture
def ada(company):
    return company.signs_up("Ada Moreno", country="DE")


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (SAFARI, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        ("curl/8.5.0", "curl"),
        ("", "Unknown device"),
        ("Something (Macintosh; Intel Mac OS X 15_0)", "A browser on Mac"),
    ],
)
def test_a_device_is_told_as_people_say_it(user_agent, name):
    assert device_name(user_agent) == name


@pytest.mark.parametrize("side", ["customer", "staff"])
async def test_the_page_tells_how_and_where_somebody_is_signed_in(company, ada, side):
    person, kind, address = (
        (ada, SecurityState, "/account/security/")
        if side == "customer"
        else (administrator(company), AdminSecurityState, "/admin/security/")
    )
    with company.robot() as work:
        begin_session(work, person.user, address="198.51.100.7", device=FIREFOX)
        note_failure(work, person.user, "password", address="203.0.113.9", device="curl/8")

    page = await Screen(company, kind, person).opens(address)

    there, here = sorted(page.browsers, key=lambda browser: browser.is_here)
    assert (page.standing.email, page.standing.has_password) == (person.user.email, True)
    assert (there.device, there.address, there.is_here, here.is_here) == (
        "Firefox on Linux",
        "198.51.100.7",
        False,
        True,
    )
    assert [(row.ok, row.device) for row in page.rows] == [
        (True, "Unknown device"),
        (False, "curl"),
        (True, "Firefox on Linux"),
    ]
    assert not page.loading


async def test_the_history_is_turned_page_by_page(company, ada):
    with company.robot() as work:
        for number in range(30):
            note_failure(work, ada.user, f"try {number}")
    screen = Screen(company, SecurityState, ada)
    page = await screen.opens("/account/security/")
    first = [row.how for row in page.rows]

    await screen.does(page.next_page())

    second = [row.how for row in page.rows]
    assert (len(first), len(second), set(first) & set(second)) == (25, 6, set())


async def test_an_app_is_paired_and_its_codes_are_shown_once(company, ada):
    screen = Screen(company, SecurityState, ada)
    page = await screen.opens("/account/security/")

    await screen.does(page.think_of_pairing(is_open=True))
    picture, app = page.picture, TOTP(page.secret)
    await screen.does(page.pair({"name": "My phone", "code": "000000"}))
    refused = dict(page.errors)
    await screen.does(page.pair({"name": "My phone", "code": app.at(world_now())}))

    assert picture.startswith("data:image/svg+xml")
    assert list(refused) == ["code"]
    assert ([each.name for each in page.apps], len(page.codes), page.secret, page.pairing) == (
        ["My phone"],
        10,
        "",
        False,
    )
    assert page.standing.codes_left == 10
    await screen.opens("/account/security/")
    assert page.codes == []


@pytest.mark.parametrize("opening", ["think_of_pairing", "think_of_email"])
async def test_whoever_was_away_proves_first_that_it_is_them_and_comes_back(company, ada, clock, opening):
    screen = Screen(company, SecurityState, ada)
    page = await screen.opens("/account/security/")
    clock.move(CONFIRMED_FOR)

    await screen.does(getattr(page, opening)(is_open=True))

    assert screen.goes_to == "/confirm/?next=%2Faccount%2Fsecurity%2F"
    assert (page.pairing, page.changing_email, page.secret) == (False, False, "")


async def test_another_browser_is_signed_out_and_this_one_stays(company, ada):
    there = session_of(company, ada)
    screen = Screen(company, SecurityState, ada)
    page = await screen.opens("/account/security/")
    [other] = [browser for browser in page.browsers if not browser.is_here]

    await screen.does(page.end(other.id))

    with company.robot() as work:
        assert actor_of(work, there) == ANONYMOUS
    assert [browser.is_here for browser in page.browsers] == [True]


@pytest.mark.parametrize("sent", ["", "nonsense", None, {"id": 1}, "0195a000-0000-7000-8000-000000000001"])
async def test_what_is_not_theirs_is_not_there(company, ada, sent):
    screen = Screen(company, SecurityState, ada)
    page = await screen.opens("/account/security/")

    for press in (page.end, page.remove_app, page.remove_key):
        await screen.does(press(sent))

    assert {message.text.split(" this")[0] for message in page.messages} == {"We could not find"}


async def test_an_address_is_asked_for_and_taken_back(company, ada):
    screen = Screen(company, SecurityState, ada)
    page = await screen.opens("/account/security/")

    await screen.does(page.change_email({"email": "ada@new.example"}))
    asked = page.standing.new_email
    company.works()
    await screen.does(page.keep_email())

    with company.robot() as work:
        assert work.session.get_one(User, ada.user.id).email == "ada@example.com"
    assert (asked, page.standing.new_email) == ("ada@new.example", "")


async def test_half_way_in_one_sees_the_ways_that_are_open_and_nobody_sees_none(company, ada):
    screen = Screen(company, ProvingState)
    nobody = await screen.opens("/second-step/")
    await screen.does(nobody.load_second_step())
    assert (nobody.is_over, nobody.loaded) == (True, False)

    begun = ada.does(lambda work: begin_pairing(work, company.house.vault))
    code = TOTP(begun.secret).at(world_now())
    ada.does(lambda work: finish_pairing(work, company.house.vault, begun.authenticator_id, "Phone", code, token=""))
    half = Screen(company, ProvingState)
    page = await half.opens("/second-step/")
    half.tab.router_data["headers"]["cookie"] = f"{STEP}={step_of(company, ada)}"
    half.tab.router = type(half.tab.router).from_router_data(half.tab.router_data)
    await half.does(page.load_second_step())

    assert (page.loaded, page.has_password, page.has_passkeys) == (True, True, False)


def step_of(company, person) -> str:
    return sign_in(company.house.database.opener(ANONYMOUS), person.user.email, PASSWORD).token
