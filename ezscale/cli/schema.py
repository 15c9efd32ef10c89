"""The database's shape: brought up to date before anything else touches it."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from ezscale.cli.surroundings import ROOT


def bring_up_to_date(url: str, revision: str = "head") -> None:
    """Create the tables, or change them step by step to what this release expects, or an earlier one has expected."""
    config = _config()
    config.attributes["url"] = url
    command.upgrade(config, revision)


def is_up_to_date(engine: Engine) -> bool:
    """Whether the database is at this release's step."""
    with engine.connect() as connection:
        present = revision_of(connection)
    return present == ScriptDirectory.from_config(_config()).get_current_head()


def revision_of(connection: Connection) -> str | None:
    """The step that a database is at; None when it has no tables of ours yet."""
    return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Whether this release knows a step, because it comes from here or from an earlier release."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _config() -> Config:
    return Config(ROOT / "alembic.ini")
