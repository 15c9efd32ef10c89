from collections.abc import Callable

import pytest

from ezscale.accounts.actors import actor_of
from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.kit.actor import ANONYMOUS, Actor
from ezscale.kit.work import Database, OpenWork
from ezscale.models import User

ADA = NewPerson("Ada Moreno", "ada@example.com", "plum orchard lantern 42", "IE", "EUR")


@pytest.fixture
def visitor(database: Database) -> OpenWork:
    """Transactions of nobody we know."""
    return database.opener(ANONYMOUS)


@pytest.fixture
def ada(visitor: OpenWork) -> User:
    """A customer's owner."""
    return sign_up(visitor, ADA)


@pytest.fixture
def whoever_holds(visitor: OpenWork) -> Callable[[str], Actor]:
    """Who is behind a session's token."""

    def whoever_holds(token: str) -> Actor:
        with visitor() as work:
            return actor_of(work, token)

    return whoever_holds
