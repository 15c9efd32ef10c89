"""Tabs of a browser, without a browser: their states by hand, their cookies as text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import reflex as rx
from reflex.istate.data import RouterData
from reflex.state import State

from ezscale import wiring
from ezscale.accounts.signing_in import SignedIn, begin_session
from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.clock import FixedClock
from ezscale.kit.cookies import SESSION
from ezscale.kit.encryption import Vault
from ezscale.kit.work import Database, Work
from ezscale.models import StaffRole, User
from ezscale.wiring import House
from tests.builders import OFFERED
from tests.company import Company, Rounds

PASSWORD = "plum orchard lantern 42"


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    """The house that states find: this test's database, and no vendor."""
    nobody = cast("Any", None)
    chosen = House(database, {}, {}, nobody, Vault({"k1": b"0" * 32}))
    wiring.move_into(chosen)
    yield chosen
    wiring.move_out()


@pytest.fixture
def customer_session(house: House) -> SignedIn:
    """Ada, a customer, has signed in."""
    return session_of(house, "Ada Moreno")


def session_of(house: House, name: str, *, staff: bool = False) -> SignedIn:
    """Somebody makes an account and signs in."""
    email = f"{name.split(maxsplit=1)[0].lower()}@example.com"
    user = sign_up(house.database.opener(ANONYMOUS), NewPerson(name, email, PASSWORD, "IE", "EUR"), OFFERED)
    with house.automation("test")() as work:
        return begin_session(work, hired(work, user) if staff else user)


def hired(work: Work, user: User) -> User:
    """Somebody who works here from now on."""
    role = StaffRole(name="Operator", permissions=["staff.see"])
    work.session.add(role)
    work.session.flush()
    known = work.session.get_one(User, user.id)
    known.staff_role_id = role.id
    return known


def open_tab(token: str = "", at: str = "/account/", name: str = "tab-1") -> State:
    """The states of a tab whose browser presents this session."""
    root = State(_reflex_internal_init=True)  # type: ignore[call-arg]  # as Reflex itself makes one
    visit(root, token, at, name)
    return root


def visit(root: State, token: str, at: str = "/account/", name: str = "tab-1") -> None:
    """The tab connects again, perhaps with another session."""
    headers = {"cookie": f"{SESSION}={token}" if token else "", "host": "localhost", "origin": "http://localhost"}
    path, _, query = at.partition("?")
    root.router_data = {
        "headers": headers,
        "pathname": path,
        "asPath": at,
        "query": dict(pair.split("=") for pair in query.split("&") if pair),
        "ip": "127.0.0.1",
        "token": name,
        "sid": f"socket of {name}",
    }
    root.router = RouterData.from_router_data(root.router_data)


async def state_of(root: State, kind: type[rx.State]) -> Any:
    """One of the tab's states."""
    return await root.get_state(kind)


@pytest.fixture
def company(database: Database, clock: FixedClock, tmp_path: Path, rounds: Rounds) -> Iterator[Company]:
    """A whole company with its vendors' stand-ins, which states find as their house."""
    company = Company(database, clock, tmp_path, rounds=rounds)
    wiring.move_into(company.house)
    yield company
    wiring.move_out()
