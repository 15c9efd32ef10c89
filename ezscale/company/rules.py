"""Decisions about the house that staff make in the panel, a topic at a time; whatever nobody decided has a default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, TypeVar

import sqlalchemy
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.orm import SessionTransaction
from sqlmodel import select

from ezscale.accounts.permissions import SEE_EVERYTHING, SET_RULES
from ezscale.kit.database import table_of
from ezscale.kit.errors import Invalid
from ezscale.kit.work import Work
from ezscale.models import Setting

Topic = TypeVar("Topic", bound="Rules")
WRONG = {  # what a topic's types and limits say of what was typed, in words fit for staff
    "greater_than_equal": "Please type {ge} or more.",
    "less_than_equal": "Please type {le} or less.",
    "int_parsing": "Please type whole numbers.",
    "decimal_max_places": "Please type {decimal_places} decimals at most.",
    "string_too_long": "Please type {max_length} characters at most.",
    "string_pattern_mismatch": "Please write it as in the example.",
}


class Rules(BaseModel):
    """One topic. Each field has a default, a description for people, and says by its type what may be typed.

    `topic` names it in the database and never changes; `title` is what staff read.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    topic: ClassVar[str]
    title: ClassVar[str]

    @classmethod
    def of(cls, row: Setting | None) -> Self:
        """As decided, or the defaults."""
        return cls.out_of(row.value if row else {})

    @classmethod
    def out_of(cls, value: Mapping[str, Any]) -> Self:
        """The same from what a row holds. What these rules no longer know, or cannot use, gives way to the defaults."""
        decided = dict(value)
        while True:
            try:
                return cls(**decided)
            except ValidationError as problem:
                wrong = {str(error["loc"][0]) for error in problem.errors() if error["loc"]} & decided.keys()
            decided = {name: value for name, value in decided.items() if wrong and name not in wrong}


def rules(work: Work, topic: type[Topic]) -> Topic:
    """What holds now. One query for each transaction, whatever it asks for."""
    decided = _decided(work)
    if topic.topic not in decided.known:
        decided.known[topic.topic] = topic.out_of(decided.values.get(topic.topic, {}))
    found = decided.known[topic.topic]
    assert isinstance(found, topic)  # noqa: S101  # topics have names of their own
    return found


def who_decided(work: Work) -> dict[str, Setting]:
    """The topics that somebody has decided, with who did it last and when. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    return {row.topic: row for row in work.session.exec(select(Setting))}


def set_rules(work: Work, topic: type[Topic], typed: dict[str, object]) -> Topic:
    """Decide anew; what is not named stays as it is. Invalid, on the first field that cannot be, otherwise.

    NotConfirmed for somebody who has not proven a short while ago that it is still them: it concerns every customer.
    """
    work.actor.require(SEE_EVERYTHING)
    work.actor.require(SET_RULES)
    work.actor.require_confirmed()
    row = work.session.get(Setting, topic.topic, with_for_update=True)
    try:
        decided = topic(**{**topic.of(row).model_dump(), **typed})
    except ValidationError as problem:
        first = problem.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        raise Invalid(_in_words(first), field=name) from None
    row = row or Setting(topic=topic.topic, changed_at=work.now)
    row.value, row.changed_at, row.changed_by = decided.model_dump(mode="json"), work.now, work.actor.name[:120]
    work.session.add(row)
    _decided(work).known[topic.topic] = decided
    return decided


DECIDED = sqlalchemy.select(table_of(Setting).c.topic, table_of(Setting).c.value)


@dataclass(frozen=True, slots=True)
class Decided:
    """What staff have decided, as one transaction has found it; `known` are the topics that were asked for."""

    found_in: SessionTransaction | None
    values: Mapping[str, Mapping[str, Any]]
    known: dict[str, Rules] = field(default_factory=dict)


def _decided(work: Work) -> Decided:
    """Topics are few, and most of what asks for one asks for several."""
    decided: Decided | None = work.session.info.get("decided")
    if decided is None or decided.found_in is not work.session.get_transaction():
        found = work.session.connection().execute(DECIDED).all()
        decided = Decided(work.session.get_transaction(), {row.topic: row.value for row in found})
        work.session.info["decided"] = decided
    return decided


def _in_words(problem: ErrorDetails) -> str:
    words = WRONG.get(problem["type"])
    return words.format(**problem.get("ctx", {})) if words else problem["msg"].removeprefix("Value error, ")
