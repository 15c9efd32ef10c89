"""What staff decide about a service that is going to be deleted."""

from dataclasses import dataclass
from typing import Any, Self

import reflex as rx

from ezscale.accounts.permissions import MANAGE_SERVICES
from ezscale.kit.work import Work
from ezscale.models import Deletion, Service
from ezscale.models.deletion import BackupWord, DeletionStatus
from ezscale.ordering.deleting import delete_now
from ezscale.provisioning.deletions import (
    call_off_deletion,
    kept_from_deletion,
    planned_deletion,
    set_deletion_day,
)
from ezscale.state.admin.staff import Record
from ezscale.state.arguments import sent_choice, sent_day, sent_fields, sent_id
from ezscale.state.reader import Reader

LONGEST = 301
WINDOWS = ("day", "keep", "now")


@dataclass
class DeletionView:
    """A deletion that is planned, or called off, in words; empty where there is none."""

    day: str = ""
    kept: bool = False
    why: str = ""
    may_decide: bool = False

    @classmethod
    def of(cls, deletion: Deletion | None, reader: Reader, *, may_decide: bool) -> Self:
        """The day, and who said last what about it."""
        if deletion is None:
            return cls()
        kept = deletion.status is DeletionStatus.CALLED_OFF
        why = f"{deletion.decided_by}: {deletion.reason}" if deletion.reason else ""
        return cls(reader.day(deletion.due_on), kept, why, may_decide)


class Deleting(Record, mixin=True):
    """The part of a service's file that is about its deletion."""

    deletion: DeletionView = DeletionView()
    deciding: str = ""

    @rx.event
    async def decide(self, window: str) -> None:
        """Open one of the questions, or close them all."""
        self.deciding, self.errors = window if window in WINDOWS else "", {}

    @rx.event
    async def leave_it(self, shown: bool) -> None:
        """A window was closed without an answer."""
        if shown is not True:
            self.deciding = ""

    @rx.event
    async def move_deletion(self, form: dict[str, Any]) -> None:
        """Delete it on another day."""
        said = sent_fields(form, "day", "reason", longest=LONGEST)
        service_id, day = sent_id(self._id), sent_day(said["day"], "day")
        await self.perform(lambda work: set_deletion_day(work, service_id, day, said["reason"]))
        await self._is_decided("The day is changed, and the customer is told.")

    @rx.event
    async def call_off_deletion(self, form: dict[str, Any]) -> None:
        """Keep it."""
        service_id, reason = sent_id(self._id), sent_fields(form, "reason", longest=LONGEST)["reason"]
        await self.perform(lambda work: call_off_deletion(work, service_id, reason))
        await self._is_decided("It is kept. It stands still until somebody decides anew.")

    @rx.event
    async def delete_now(self, form: dict[str, Any]) -> None:
        """Delete it without waiting for the day."""
        said = sent_fields(form, "reason", "backup", longest=LONGEST)
        service_id, backup = sent_id(self._id), sent_choice(said["backup"], BackupWord)
        await self.perform(lambda work: delete_now(work, service_id, said["reason"], backup))
        await self._is_decided("It is being deleted.")

    async def _is_decided(self, words: str) -> None:
        self.deciding = ""
        await self._look()
        self.say(words)


def deletion_of(work: Work, service: Service, reader: Reader) -> DeletionView:
    """What is planned for a service, or was called off."""
    found = planned_deletion(work, service.id) or kept_from_deletion(work, service.id)
    return DeletionView.of(found, reader, may_decide=work.actor.may(MANAGE_SERVICES))
