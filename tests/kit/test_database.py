"""Connections to a server outlive its restart."""

import pytest
from sqlalchemy import Engine, text

from ezscale.kit import database
from ezscale.kit.database import open_engine
from tests.databases import KINDS, Databases

WHO_AM_I = {"postgres": "SELECT pg_backend_pid()", "mariadb": "SELECT connection_id()"}
HANG_UP = {"postgres": "SELECT pg_terminate_backend({0})", "mariadb": "KILL {0}"}


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_connection_that_was_lost_while_it_rested_is_replaced(
    kind: str, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "TRUSTED", 0.0)
    with databases.empty(kind) as engine:
        ours = open_engine(engine.url.render_as_string(hide_password=False))
        lost = two_of(ours, WHO_AM_I[kind])
        with engine.connect() as connection:
            for each in lost:
                connection.execute(text(HANG_UP[kind].format(each)))

        assert lost.isdisjoint(two_of(ours, WHO_AM_I[kind]))
        ours.dispose()


def two_of(engine: Engine, question: str) -> set[int]:
    """What two connections at once answer."""
    with engine.connect() as one, engine.connect() as another:
        return {one.scalar(text(question)), another.scalar(text(question))}
