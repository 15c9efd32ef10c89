"""Whoever guesses passwords, codes, links and keys is soon no longer listened to, and the owner comes in (row 15)."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from pyotp import TOTP

from ezscale.accounts.actors import actor_of
from ezscale.accounts.api_tokens import create_token
from ezscale.accounts.authenticators import begin_pairing, finish_pairing, matching_step
from ezscale.accounts.changing import change_password
from ezscale.accounts.lockouts import TRIES_OF_STRANGERS, WINDOW
from ezscale.accounts.mailed_links import STALE, new_link_secret, reset_password
from ezscale.accounts.second_step import finish_with_code
from ezscale.accounts.signing_in import HalfWay, confirm_password, sign_in
from ezscale.accounts.steps import StepOver
from ezscale.kit import rates
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.clock import world_now
from ezscale.kit.cookies import ANSWER, form_answer
from ezscale.kit.errors import BusinessError, Invalid, TooMany
from ezscale.kit.ids import new_id
from ezscale.models.sign_in import CONFIRMED_FOR, TokenPurpose
from tests.company import PASSWORD
from tests.sizes import figures, size

AN_HOUR = timedelta(hours=1)
AT_MOST = 100  # looked at, for each account and hour
HOME = "198.51.100.7"
GUESSES = size(160, 10_000)
BY_LINK = ("/api/password/reset", "/api/verify", "/api/email/change")  # links name their person
CROWDS = pytest.mark.parametrize("crowd", [1, 500])


def guesser(number: int, crowd: int) -> str:
    """The address of a guesser, who may have many."""
    return f"203.0.{number % crowd // 250}.{number % crowd % 250}"


@pytest.fixture
def visitor(at):
    return at.house.database.opener(ANONYMOUS)


@CROWDS
def test_guesses_at_a_password(visitor, at, bob, clock, crowd):
    sign_in(visitor, bob.user.email, PASSWORD, address=HOME)
    looked_at = 0
    for number in range(GUESSES):
        try:
            sign_in(visitor, bob.user.email, f"guess {number}", address=guesser(number, crowd))
        except TooMany:
            pass
        except Invalid:
            looked_at += 1
        clock.move(AN_HOUR / GUESSES if number < GUESSES - 30 else timedelta())  # at the end there is a rush

    owner = sign_in(visitor, bob.user.email, PASSWORD, address=HOME)

    figures("password", guesses=GUESSES, addresses=crowd, looked_at=looked_at)
    assert 0 < looked_at <= AT_MOST
    assert owner.user_id == bob.user.id


class Thief:
    """Somebody who has learned Bob's password, and guesses at what is asked next from as many addresses as they have."""

    def __init__(self, at, visitor, email):
        self._at, self._visitor, self._email = at, visitor, email
        self._step = ""

    def guesses(self, code, address) -> bool:
        """Whether the guess was looked at. When the half of the way is over, they go it again."""
        try:
            finish_with_code(self._visitor, self._at.house.vault, self._step, code, address=address)
        except StepOver:
            return self._begins_again(address) and self.guesses(code, address)
        except TooMany:
            return False
        except Invalid:
            return True
        raise AssertionError("a guess let somebody in")

    def _begins_again(self, address) -> bool:
        try:
            half_way = sign_in(self._visitor, self._email, PASSWORD, address=address)
        except TooMany:
            return False
        assert isinstance(half_way, HalfWay)
        self._step = half_way.token
        return True


@pytest.fixture
def pairs(at):
    """Lets somebody pair an app; returns it, and the recovery codes."""

    def pairs(person):
        begun = person.does(lambda work: begin_pairing(work, at.house.vault))
        app = TOTP(begun.secret)
        shown = app.at(world_now(), counter_offset=-1)  # so that the present code is still good for coming in
        codes = person.does(
            lambda work: finish_pairing(work, at.house.vault, begun.authenticator_id, "Phone", shown, token="")
        )
        return app, codes

    return pairs


@CROWDS
@pytest.mark.parametrize("kind", ["code of an app", "recovery code"])
def test_guesses_at_a_second_factor_by_whoever_knows_the_password(visitor, at, bob, pairs, clock, kind, crowd):
    sign_in(visitor, bob.user.email, PASSWORD, address=HOME)
    app, codes = pairs(bob)
    thief, looked_at = Thief(at, visitor, bob.user.email), 0
    for number in range(GUESSES):
        guess = unlucky(app, number) if kind == "code of an app" else f"{number:016}"
        looked_at += thief.guesses(guess, guesser(number, crowd))
        clock.move(AN_HOUR / GUESSES if number < GUESSES - 30 else timedelta())

    half_way = sign_in(visitor, bob.user.email, PASSWORD, address=HOME)
    right = app.at(world_now()) if kind == "code of an app" else codes[0]
    owner = finish_with_code(visitor, at.house.vault, half_way.token, right, address=HOME)

    figures(kind, guesses=GUESSES, addresses=crowd, looked_at=looked_at)
    assert 0 < looked_at <= AT_MOST
    assert owner.user_id == bob.user.id


def unlucky(app, number) -> str:
    """Six digits that the app does not show just now."""
    code = f"{number:06}"
    return code if matching_step(app.secret, code, world_now()) is None else "12345"


@CROWDS
def test_guesses_at_the_password_that_dangerous_steps_ask_for(visitor, at, bob, clock, crowd):
    """A session was stolen. Every form that asks for the password is tried by turns, signing in with them."""
    stolen = sign_in(visitor, bob.user.email, PASSWORD, address=HOME).token
    own = sign_in(visitor, bob.user.email, PASSWORD, address=HOME).token
    clock.move(CONFIRMED_FOR)
    with at.robot() as work:
        as_bob = at.house.database.opener(actor_of(work, stolen))
    looked_at = 0
    for number in range(GUESSES):
        guess, address = f"guess {number}", guesser(number, crowd)
        try:
            if number % 3 == 0:
                sign_in(visitor, bob.user.email, guess, address=address)
            elif number % 3 == 1:
                confirm_password(as_bob, stolen, guess, address=address)
            else:
                change_password(as_bob, "quiet violet harbour 7", old=guess, token=stolen, address=address)
        except TooMany:
            pass
        except Invalid:
            looked_at += 1
        clock.move(AN_HOUR / GUESSES if number < GUESSES - 30 else timedelta())

    renewed = confirm_password(as_bob, own, PASSWORD, address=HOME)

    figures("password, asked again", guesses=GUESSES, addresses=crowd, looked_at=looked_at)
    assert 0 < looked_at <= AT_MOST
    with at.robot() as work:
        assert actor_of(work, renewed).confirmed


@CROWDS
def test_guesses_at_a_mailed_link(visitor, at, bob, clock, crowd):
    with at.robot() as work:
        link = new_link_secret(work, bob.user.id, TokenPurpose.RESET_PASSWORD)
    sign_in(visitor, bob.user.email, PASSWORD, address=HOME)
    named, looked_at = link.partition(".")[0], 0
    for number in range(GUESSES):
        try:
            reset_password(visitor, f"{named}.guess{number}", PASSWORD, address=guesser(number, crowd))
        except TooMany:
            pass
        except Invalid:
            looked_at += 1
        clock.move(timedelta(minutes=59) / GUESSES if number < GUESSES - 30 else timedelta())

    reset_password(visitor, link, PASSWORD, address=HOME)

    figures("mailed link", guesses=GUESSES, addresses=crowd, looked_at=looked_at)
    assert 0 < looked_at <= AT_MOST


@pytest.mark.parametrize("form", BY_LINK)
def test_every_form_for_a_mailed_link_counts_the_guesses_of_strangers(at, bob, line, web, form):
    guesses = size(60, 500)
    heard = []
    for number in range(guesses):
        line._app.client = (guesser(number, guesses), 1)
        sent = web.post(form, data={"token": f"{bob.user.id.hex}.guess{number}", "password": "quiet violet harbour 7"})
        told = form_answer(f"{ANSWER}={sent.cookies[ANSWER]}")
        heard.append(told and told.message)

    assert [message == STALE for message in heard] == [number < TRIES_OF_STRANGERS for number in range(guesses)]


@CROWDS
def test_guesses_at_a_key(at, bob, line, web, program_of, crowd):
    _, text = bob.does(lambda work: create_token(work, "deploy"))
    rates.start_over()
    line._app.client = (HOME, 1)
    assert web.get("/api/v1/services", headers={"Authorization": f"Bearer {text}"}).status_code == 200
    answers: dict[int, int] = {}
    for number in range(size(200, 2000)):
        line._app.client = (guesser(number, crowd), 1)
        answer = web.get("/api/v1/services", headers={"Authorization": f"Bearer {text[:12]}{number:032}"})
        answers[answer.status_code] = answers.get(answer.status_code, 0) + 1
    line._app.client = (HOME, 1)

    owner = web.get("/api/v1/services", headers={"Authorization": f"Bearer {text}"})

    figures("key", addresses=crowd, answers=answers)
    assert set(answers) == {401, 429}
    assert answers[401] <= AT_MOST
    assert owner.status_code == 200


@pytest.mark.all_databases
def test_those_who_guess_at_the_same_moment_see_each_other(at, visitor):
    def guess(number):
        try:
            sign_in(visitor, "nobody@example.com", "guess", address=guesser(number, 60))
        except TooMany:
            return 0
        except (Invalid, BusinessError):
            return 1

    with ThreadPoolExecutor(12) as crowd:
        looked_at = sum(crowd.map(guess, range(60)))

    assert looked_at == 15


@pytest.mark.parametrize("form", ["/api/session", "/api/password/forgotten", *BY_LINK])
def test_an_account_that_exists_takes_as_long_to_refuse_as_one_that_does_not(at, bob, clock, web, form):
    few, many = size(30, 500), size(150, 2500)

    if differs(bob, clock, web, form, few):  # chance makes up a difference where little is tried, seldom where much is
        assert not differs(bob, clock, web, form, many)


def differs(bob, clock, web, form: str, tries: int) -> bool:
    """Whether it takes another time, by more than a tenth and more than chance."""
    asked = {True: (bob.user.email, bob.user.id), False: ("nobody@example.com", new_id())}
    took: dict[bool, list[float]] = {True: [], False: []}
    said = set()
    for number in range(2 * tries):
        known = number % 2 == 0
        clock.move(WINDOW)
        rates.start_over()
        email, user_id = asked[known]
        typed = {"token": f"{user_id.hex}.guess"} if form in BY_LINK else {"email": email}
        began = time.perf_counter()
        answer = web.post(form, data={**typed, "password": "plum orchard lantern 43"})
        took[known].append(time.perf_counter() - began)
        told = form_answer(f"{ANSWER}={answer.cookies.get(ANSWER)}")
        place = answer.headers["location"].replace(typed.get("token", "no token"), "the link")
        said.add((answer.status_code, answer.text, place, told and (told.message, told.field)))

    here, there = (middle(took[known]) for known in (True, False))
    difference, t = abs(statistics.fmean(here) / statistics.fmean(there) - 1), welch(here, there)
    figures(f"time to refuse at {form}", tries=len(took[True]), difference=f"{difference:.1%}", t=f"{t:.2f}")
    assert len(said) == 1
    return difference >= 0.10 and abs(t) >= 3


def middle(times: list[float]) -> list[float]:
    """Without the slowest tenth, in which the machine did something else."""
    return sorted(times)[: -max(len(times) // 10, 1)]


def welch(some: list[float], others: list[float]) -> float:
    """Welch's t: how sure one can be that two groups differ."""
    spread = sum(statistics.variance(group) / len(group) for group in (some, others))
    return (statistics.fmean(some) - statistics.fmean(others)) / spread**0.5
