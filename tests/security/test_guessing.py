"""Whoever guesses passwords, links and keys is soon no longer listened to, and its owner still comes in (row 15)."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from ezscale.accounts.api_tokens import create_token
from ezscale.accounts.lockouts import WINDOW
from ezscale.accounts.mailed_links import new_link_secret, reset_password
from ezscale.accounts.signing_in import sign_in
from ezscale.kit import rates
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.errors import BusinessError, Invalid, TooMany
from ezscale.models.sign_in import TokenPurpose
from tests.company import PASSWORD
from tests.sizes import figures, size

AN_HOUR = timedelta(hours=1)
AT_MOST = 100  # looked at, for each account and hour
HOME = "198.51.100.7"
GUESSES = size(300, 10_000)
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


@pytest.mark.parametrize("form", ["/api/session", "/api/password/forgotten"])
def test_an_account_that_exists_takes_as_long_to_refuse_as_one_that_does_not(at, bob, clock, web, form):
    asked = {True: bob.user.email, False: "nobody@example.com"}
    took: dict[bool, list[float]] = {True: [], False: []}
    bodies = set()
    for number in range(2 * size(30, 500)):
        known = number % 2 == 0
        clock.move(WINDOW)
        rates.start_over()
        began = time.perf_counter()
        answer = web.post(form, data={"email": asked[known], "password": "plum orchard lantern 43"})
        took[known].append(time.perf_counter() - began)
        bodies.add((answer.status_code, answer.text, answer.headers["location"]))

    here, there = (middle(took[known]) for known in (True, False))
    difference, t = abs(statistics.fmean(here) / statistics.fmean(there) - 1), welch(here, there)
    figures(f"time to refuse at {form}", tries=len(took[True]), difference=f"{difference:.1%}", t=f"{t:.2f}")
    assert len(bodies) == 1
    assert difference < 0.10 or abs(t) < 3  # chance makes up more than that where little is tried


def middle(times: list[float]) -> list[float]:
    """Without the slowest tenth, in which the machine did something else."""
    return sorted(times)[: -max(len(times) // 10, 1)]


def welch(some: list[float], others: list[float]) -> float:
    """Welch's t: how sure one can be that two groups differ."""
    spread = sum(statistics.variance(group) / len(group) for group in (some, others))
    return (statistics.fmean(some) - statistics.fmean(others)) / spread**0.5
