"""Migrations lead to what the models say, and back, on every database."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, inspect
from sqlmodel import SQLModel

import ezscale.models  # noqa: F401  # knows all tables
from ezscale.kit.database import open_engine
from tests.databases import KINDS, Databases
from tests.sizes import size

ROOT = Path(__file__).parents[2]
NEWEST = size(3, 1_000)  # a step that has landed stays as it is, and went up and down alone when it was new
OURS = {table.name for table in SQLModel.metadata.sorted_tables}


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, databases: Databases) -> str:
    return databases.make(request.param, f"_{request.function.__name__[5:35]}")


def test_every_step_goes_up_and_down_and_up_again(url: str) -> None:
    assert tables(url) == set()

    for step in [script.revision for script in reversed(list(history().walk_revisions()))][-NEWEST:]:
        command.upgrade(alembic(url), step)
        command.downgrade(alembic(url), "-1")
        command.upgrade(alembic(url), step)
    assert tables(url) == {*OURS, "alembic_version"}

    command.downgrade(alembic(url), "base")
    assert tables(url) == {"alembic_version"}

    command.upgrade(alembic(url), "head")
    assert tables(url) == {*OURS, "alembic_version"}


def test_the_end_is_what_the_models_say(url: str) -> None:
    command.upgrade(alembic(url), "head")

    assert differences(url) == []
    assert rules_in_models() - rules_in_database(url) == set()


def test_there_is_one_history() -> None:
    assert len(history().get_heads()) == 1


def alembic(url: str) -> Config:
    config = Config(ROOT / "alembic.ini")
    config.attributes["url"] = url
    return config


def history() -> ScriptDirectory:
    return ScriptDirectory.from_config(Config(ROOT / "alembic.ini"))


def tables(url: str) -> set[str]:
    engine = open_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def differences(url: str) -> list[object]:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    engine.dispose()
    return found


def rules_in_models() -> set[str]:
    return {
        str(rule.name)
        for table in SQLModel.metadata.sorted_tables
        for rule in table.constraints
        if isinstance(rule, CheckConstraint)
    }


def rules_in_database(url: str) -> set[str]:
    engine = open_engine(url)
    found = {str(rule["name"]) for name in OURS for rule in inspect(engine).get_check_constraints(name)}
    engine.dispose()
    return found
