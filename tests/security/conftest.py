"""The API of a company in this process, as the API's own tests have it; and a web in a process of its own."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlmodel import SQLModel

from ezscale.accounts.signing_in import begin_session
from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.kit.actor import ANONYMOUS, robot
from ezscale.kit.clock import WorldClock
from ezscale.kit.database import open_engine
from ezscale.kit.work import Database
from ezscale.models import User
from tests.api.conftest import ada, at, bob, browser_of, grace, line, moved_into, program_of, web
from tests.builders import OFFERED
from tests.company import PASSWORD
from tests.security.wire import running_web

__all__ = ["ada", "at", "bob", "browser_of", "grace", "line", "moved_into", "program_of", "web"]


@dataclass
class Served:
    """A web and the database behind it."""

    web: str
    database: Database

    def somebody(self, name: str) -> User:
        """A customer."""
        email = f"{name.replace(' ', '.').lower()}@example.com"
        return sign_up(self.database.opener(ANONYMOUS), NewPerson(name, email, PASSWORD, "IE", "EUR"), OFFERED)

    def session(self, user: User) -> str:
        """The secret of a fresh session."""
        with self.robot() as work:
            return begin_session(work, user).token

    def robot(self):
        return self.database.opener(robot("test"))()


@pytest.fixture(scope="session")
def served(tmp_path_factory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("web")
    engine = open_engine(f"sqlite:///{folder / 'ezscale.db'}")
    SQLModel.metadata.create_all(engine)
    with running_web(folder) as web:
        yield Served(web, Database(engine, WorldClock()))
    engine.dispose()
