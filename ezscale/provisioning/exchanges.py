"""What was said to panels and what they answered, kept beside the log: written with what follows from it, searched by staff."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Self
from uuid import UUID

from pydantic import Field
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.permissions import SEE_EVERYTHING, SEE_EXCHANGES
from ezscale.company.rules import Rules, rules
from ezscale.kit.exchanges import Ears, Exchange, listening
from ezscale.kit.work import OpenWork, Work
from ezscale.models import PanelExchange, Service

PAGE = 50
SEARCHED = 5000  # rows at most that words are looked for in: a page never reads the whole table
FAILED, UNANSWERED = "failed", "unanswered"
NUMBER = re.compile(r"\bS-\d+", re.IGNORECASE)
PATH, TROUBLE = 700, 500


class LogRules(Rules):
    """How long the details of the provisioning log are kept."""

    topic: ClassVar[str] = "provisioning_log"
    title: ClassVar[str] = "Provisioning log"

    exchange_days: int = Field(
        default=90,
        ge=1,
        le=730,
        title="Days for which panel calls are kept",
        description="What was asked of a panel and what it answered, without secrets. The log's own lines stay.",
    )


@dataclass(frozen=True, slots=True)
class About:
    """What a conversation with a panel is about."""

    service_id: UUID
    panel: str
    job_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which exchanges somebody looks for.

    `outcome` is FAILED (refused, or without an answer), UNANSWERED, or empty for all; `number` a service's, as a whole.
    `words` are looked for in addresses, bodies and troubles of the newest SEARCHED that fit the rest.
    """

    panel: str = ""
    outcome: str = ""
    number: str = ""
    words: str = ""

    @classmethod
    def typed(cls, words: str, outcome: str = "", panel: str = "") -> Self:
        """As people type it: the number of a service among the words means that service."""
        number = NUMBER.search(words)
        rest = words.replace(number.group(), " ") if number else words
        return cls(panel, outcome, number.group() if number else "", " ".join(rest.split()))


@contextmanager
def on_record(open_work: OpenWork, about: About) -> Iterator[OpenWork]:
    """Keep what is said to a panel within the block, also when it fails; opens the transactions of the block.

    It is written with the next transaction that follows, in it; what none follows is written at the end. Questions that
    nothing followed from are not kept: a build that waits asks the same again and again.
    """
    with listening() as ears:

        @contextmanager
        def recording() -> Iterator[Work]:
            taken = ears.take()
            with open_work() as work:
                _write(work, taken, about)
                yield work
            ears.forget(len(taken))

        try:
            yield recording
        finally:
            _keep_the_rest(open_work, ears, about)


def exchanges(
    work: Work, wanted: Wanted, before: UUID | None = None, limit: int = PAGE
) -> list[tuple[PanelExchange, Service]]:
    """Newest first, with the service each is about. Staff who may see panel calls only."""
    work.actor.require(SEE_EVERYTHING)
    work.actor.require(SEE_EXCHANGES)
    found, newest_first = _fitting(wanted), col(PanelExchange.id).desc()
    if before is not None:
        found = found.where(col(PanelExchange.id) < before)
    if words := wanted.words.strip()[:100]:
        newest = found.order_by(newest_first).limit(SEARCHED).subquery()
        columns = (PanelExchange.path, PanelExchange.sent, PanelExchange.got, PanelExchange.trouble)
        found = select(PanelExchange.id).where(
            col(PanelExchange.id).in_(select(newest.c.id)),
            or_(*(col(column).icontains(words, autoescape=True) for column in columns)),
        )
    ids = work.session.exec(found.order_by(newest_first).limit(limit)).all()
    rows = (
        select(PanelExchange, Service)
        .join(Service, col(Service.id) == PanelExchange.service_id)
        .where(col(PanelExchange.id).in_(ids))
        .order_by(newest_first)
    )
    return list(work.session.exec(rows))


def panels_spoken_to(work: Work) -> list[str]:
    """The panels that there are services on."""
    work.actor.require(SEE_EVERYTHING)
    return sorted(work.session.exec(select(Service.panel).distinct()))


def kept_since(work: Work) -> datetime:
    """What was said before this moment is thrown away."""
    return work.now - timedelta(days=rules(work, LogRules).exchange_days)


def _fitting(wanted: Wanted) -> SelectOfScalar[UUID]:
    found = select(PanelExchange.id)
    if wanted.panel:
        found = found.where(PanelExchange.panel == wanted.panel)
    if number := wanted.number.strip().upper():
        named = select(Service.id).where(Service.number == number).scalar_subquery()
        found = found.where(col(PanelExchange.service_id) == named)
    if wanted.outcome in (FAILED, UNANSWERED):
        found = found.where(col(PanelExchange.ok).is_(False))
    if wanted.outcome == UNANSWERED:
        found = found.where(col(PanelExchange.code).is_(None))
    return found


def _keep_the_rest(open_work: OpenWork, ears: Ears, about: About) -> None:
    left = ears.take()
    if any(not exchange.only_reads for exchange in left):
        with open_work() as work:
            _write(work, left, about)


def _write(work: Work, said: list[Exchange], about: About) -> None:
    work.session.add_all(
        PanelExchange(
            service_id=about.service_id,
            job_id=about.job_id,
            panel=about.panel,
            at=work.now,
            method=exchange.method,
            path=exchange.path[:PATH],
            code=exchange.status,
            ok=exchange.status is not None and exchange.status < 300,
            milliseconds=exchange.milliseconds,
            sent=exchange.sent,
            got=exchange.got,
            trouble=exchange.trouble[:TROUBLE],
        )
        for exchange in said
    )
