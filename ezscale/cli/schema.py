"""The database's shape: brought up to date before anything else touches it."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from ezscale.cli.surroundings import ROOT


def bring_up_to_date(url: str) -> None:
    """Create the tables, or change them step by step to what this release expects."""
    config = _config()
    config.attributes["url"] = url
    command.upgrade(config, "head")


def is_up_to_date(engine: Engine) -> bool:
    """Whether the database is at this release's step."""
    with engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    return present == ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    return Config(ROOT / "alembic.ini")
