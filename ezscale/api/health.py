"""For whoever watches over the processes: is this one alive, and can it do its work?"""

from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from pathlib import Path

import structlog
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from redis import Redis, RedisError
from sqlalchemy.exc import SQLAlchemyError

from ezscale import wiring
from ezscale.api.doors import Public
from ezscale.kit.settings import settings

log = structlog.get_logger()
router = APIRouter(include_in_schema=False, dependencies=[Public])

MIGRATIONS = Path(__file__).parents[2] / "alembic"
PATIENCE = 2  # seconds for the broker to answer


class NotReady(Exception):
    """Something that the work needs is missing; the message says what."""


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """The process answers. It asks nobody else: restarting it would not heal a database."""
    return {"status": "alive"}


@router.get("/readyz")
def ready() -> JSONResponse:
    """Whether requests should be sent here; 503 with the name of what is missing."""
    checks = {"database": check_database, "migrations": check_migrations, "broker": check_broker}
    found = {name: "ok" if works(name, check) else "failing" for name, check in checks.items()}
    fine = set(found.values()) == {"ok"}
    status = HTTPStatus.OK if fine else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse({"status": "ready" if fine else "not ready", **found}, status)


def works(name: str, check: Callable[[], None]) -> bool:
    """Whether a check passes; the reason why not is for our log, not for whoever asks."""
    try:
        check()
    except (SQLAlchemyError, RedisError, NotReady) as error:
        log.warning("not_ready", what=name, reason=str(error))
        return False
    return True


def check_database() -> None:
    """The database answers."""
    with wiring.database().engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")


def check_migrations() -> None:
    """The tables are those that this code was written for; NotReady otherwise."""
    with wiring.database().engine.connect() as connection:
        applied = set(MigrationContext.configure(connection).get_current_heads())
    if applied != expected_heads():
        raise NotReady(f"the schema is at {sorted(applied)}, the code at {sorted(expected_heads())}")


def check_broker() -> None:
    """The broker answers."""
    address = settings().broker.replace("redis+socket:", "unix:")
    with Redis.from_url(address, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE) as broker:
        broker.ping()


@cache
def expected_heads() -> frozenset[str]:
    """The newest migrations there are."""
    return frozenset(ScriptDirectory(str(MIGRATIONS)).get_heads())
