"""The API of a company in this process, and programs that call it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ezscale import wiring
from ezscale.accounts.api_tokens import create_token
from ezscale.accounts.signing_in import begin_session
from ezscale.accounts.staff import add_staff
from ezscale.api.app import create_api
from ezscale.kit import rates
from ezscale.kit.clock import FixedClock
from ezscale.kit.cookies import SESSION, full_name
from ezscale.kit.work import Database
from ezscale.sandbox.in_process import InProcess
from tests.company import PASSWORD, Company, Person, Rounds

HERE = "http://ezscale.test"


@pytest.fixture
def moved_into():
    """Lets the API live in a company's house until the test ends."""
    before = list(wiring._chosen)

    def moved_into(company: Company) -> Company:
        wiring.move_into(company.house)
        return company

    yield moved_into
    wiring._chosen[:] = before


@pytest.fixture
def at(database: Database, clock: FixedClock, tmp_path: Path, moved_into, rounds: Rounds) -> Company:
    """A company, in whose house the API lives."""
    return moved_into(Company(database, clock, tmp_path, rounds=rounds))


@pytest.fixture
def ada(at: Company) -> Person:
    """A customer with one paid invoice and one running server."""
    ada = at.signs_up("Ada Moreno")
    ada.buys()
    return ada


@pytest.fixture
def bob(at: Company) -> Person:
    """Another customer, who has bought nothing."""
    return at.signs_up("Bob Ferris")


@pytest.fixture
def grace(at: Company) -> Person:
    """A colleague who may do everything."""
    with at.robot() as work:
        user = add_staff(work, "Grace Hopper", "grace@ezscale.example", PASSWORD)
    return Person(at, user)


@pytest.fixture
def line(at: Company) -> Iterator[InProcess]:
    """The way to the API, without a socket."""
    rates.start_over()
    line = InProcess(create_api())
    yield line
    line.close()


@pytest.fixture
def web(line: InProcess) -> httpx.Client:
    """Somebody unknown."""
    return httpx.Client(transport=line, base_url=HERE)


@pytest.fixture
def program_of(line: InProcess):
    """Calls with a person's API token."""

    def program_of(person: Person) -> httpx.Client:
        _, token = person.does(lambda work: create_token(work, "test"))
        return httpx.Client(transport=line, base_url=HERE, headers={"Authorization": f"Bearer {token}"})

    return program_of


@pytest.fixture
def browser_of(line: InProcess):
    """Calls with a person's session cookie."""

    def browser_of(person: Person) -> httpx.Client:
        with person.at.robot() as work:
            token = begin_session(work, person.user).token
        browser = httpx.Client(transport=line, base_url=HERE, headers={"Accept": "text/html"})
        browser.cookies.set(full_name(SESSION), token, domain="ezscale.test")  # so that a newer one takes its place
        return browser

    return browser_of
