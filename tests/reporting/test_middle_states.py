"""No state is forgotten: each either rests, and its model says why, or the doctor finds what stays in it for too long."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import Date
from sqlmodel import Session, SQLModel, insert, select, update

from ezscale.kit.actor import robot
from ezscale.kit.columns import Moment
from ezscale.kit.database import all_models, table_of
from ezscale.kit.work import Work
from ezscale.models import (
    AutoTopUp,
    Deletion,
    Dispute,
    Offer,
    Payout,
    Referral,
    Refund,
    ReverseName,
    SubscriptionChange,
    TopUp,
    WaitlistPlace,
)
from ezscale.reporting.doctor import examine
from tests.builders import (
    TODAY,
    a_change,
    a_deletion,
    a_dispute,
    a_payout,
    a_place,
    a_referral,
    a_refund,
    a_reverse_name,
    a_top_up,
    an_auto_top_up,
    an_offer,
)

MUCH_LATER = timedelta(days=200)
NEW: dict[type[SQLModel], Callable[[], SQLModel]] = {  # of which a customer who has bought a server has none yet
    AutoTopUp: an_auto_top_up,
    Deletion: a_deletion,
    Dispute: a_dispute,
    Offer: an_offer,
    Payout: a_payout,
    Referral: lambda: a_referral(credit_on=TODAY),
    Refund: a_refund,
    ReverseName: a_reverse_name,
    SubscriptionChange: a_change,
    TopUp: a_top_up,
    WaitlistPlace: a_place,
}
STATEFUL = sorted((model for model in all_models() if "status" in model.model_fields), key=lambda model: model.__name__)
MIDDLE = [
    (model, state)
    for model in STATEFUL
    for state in model.model_fields["status"].annotation or ()
    if state not in getattr(model, "__at_rest__", {})
]


def test_whatever_stays_in_a_middle_state_is_found_and_not_before_its_time(at):
    at.signs_up("Bea Lind")
    at.signs_up("Ada Moreno").buys("vps-2")
    healthy, later = {}, at.clock.now + MUCH_LATER
    forgotten, too_early = [], []

    with Session(at.house.database.engine) as session:
        for moment in (at.clock.now, later):
            healthy[moment] = set(_said(session, moment))
        for model, state in MIDDLE:
            names = _plant(session, model, state, at.clock.now)
            at_once = set(_said(session, at.clock.now)) - healthy[at.clock.now]
            too_early += [words for words in at_once if "too long" in words]
            if not any(name in words for name in names for words in set(_said(session, later)) - healthy[later]):
                forgotten.append((model.__name__, state))
            session.rollback()

    assert (forgotten, too_early) == ([], [])


@pytest.mark.parametrize("model", STATEFUL, ids=lambda model: model.__name__)
def test_a_model_says_of_states_that_exist_why_they_are_at_rest(model):
    states: Any = model.model_fields["status"].annotation

    assert set(model.__at_rest__) <= set(states)
    assert all(model.__at_rest__.values())


def _said(session: Session, moment: datetime) -> Iterator[str]:
    for finding in examine(Work(session, moment, robot("doctor"))):
        yield from finding.broken


def _plant(session: Session, model: type[SQLModel], state: StrEnum, now: datetime) -> list[str]:
    """Let a row stand in a state since now, whatever it was before; returns how it may be called."""
    table = table_of(model)
    if model in NEW:
        row = NEW[model]().model_dump()
        targets: dict[str, list[Any]] = {}
        for column in table.columns:
            for key in column.foreign_keys:
                ids = targets.setdefault(key.column.table.name, list(session.scalars(select(key.column))))
                row[column.name] = None if column.nullable else ids.pop()  # another one for each column
        session.execute(insert(table).values(row))
    row = dict(session.execute(sqlalchemy.select(table).limit(1)).mappings().one())
    moments = {c.name: now for c in table.columns if isinstance(c.type, Moment) and row[c.name] is not None}
    days = {c.name: now.date() for c in table.columns if isinstance(c.type, Date) and row[c.name] is not None}
    session.execute(update(table).where(table.c.id == row["id"]).values({**moments, **days, "status": state}))
    return [str(row[name]) for name in ("number", "gateway_ref", "task", "address", "id") if row.get(name)]
