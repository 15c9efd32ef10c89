from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from pyotp import TOTP

from ezscale.accounts.actors import actor_for, actor_of
from ezscale.accounts.authenticators import begin_pairing, finish_pairing
from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.kit.actor import ANONYMOUS, Actor
from ezscale.kit.clock import world_now
from ezscale.kit.encryption import Vault
from ezscale.kit.work import Database, OpenWork
from ezscale.models import User
from tests.builders import OFFERED

ADA = NewPerson("Ada Moreno", "ada@example.com", "plum orchard lantern 42", "IE", "EUR")


@dataclass(frozen=True)
class Paired:
    """An app that counts, and the recovery codes that came with it."""

    id: UUID
    app: TOTP
    codes: list[str]

    def shows(self) -> str:
        """The code of this moment."""
        return self.app.at(world_now())


@pytest.fixture
def visitor(database: Database) -> OpenWork:
    """Transactions of nobody we know."""
    return database.opener(ANONYMOUS)


@pytest.fixture
def ada(visitor: OpenWork) -> User:
    """A customer's owner."""
    return sign_up(visitor, ADA, OFFERED)


@pytest.fixture
def whoever_holds(visitor: OpenWork) -> Callable[[str], Actor]:
    """Who is behind a session's token."""

    def whoever_holds(token: str) -> Actor:
        with visitor() as work:
            return actor_of(work, token)

    return whoever_holds


@pytest.fixture
def vault() -> Vault:
    """What seals the secrets of apps."""
    return Vault({"k1": b"0" * 32})


@pytest.fixture
def as_ada(database: Database, ada: User) -> Callable[..., OpenWork]:
    """Transactions of Ada, who has just confirmed that it is her, unless a test says otherwise."""

    def as_ada(*, confirmed: bool = True) -> OpenWork:
        with database.opener(ANONYMOUS)() as work:
            actor = actor_for(work, ada.id, confirmed=confirmed)
        return database.opener(actor)

    return as_ada


@pytest.fixture
def pairs(as_ada: Callable[..., OpenWork], vault: Vault) -> Callable[..., Paired]:
    """Ada pairs an app."""

    def pairs(name: str = "My phone", *, token: str = "") -> Paired:
        with as_ada()() as work:
            begun = begin_pairing(work, vault)
        app = TOTP(begun.secret)
        with as_ada()() as work:
            # The code of a moment ago, so that the present one is still good for signing in.
            code = app.at(world_now(), counter_offset=-1)
            codes = finish_pairing(work, vault, begun.authenticator_id, name, code, token=token)
        return Paired(begun.authenticator_id, app, codes)

    return pairs
