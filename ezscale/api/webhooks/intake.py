"""Where messages of vendors are stored: those that come at the same time in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event, Lock

from ezscale import wiring
from ezscale.billing.notices import take_notices
from ezscale.billing.ports import Notice
from ezscale.kit.settings import settings

MOST_AT_ONCE = 100


@dataclass(slots=True)
class Message:
    """A verified message on its way. `trouble` is why it could not be stored; who `leads` stores it, and others with it."""

    notice: Notice
    body: str
    leads: bool = False
    trouble: Exception | None = None
    woken: Event = field(default_factory=Event)


class Intake:
    """One vendor's messages. While a transaction is written, those that come meanwhile gather for the next one."""

    def __init__(self, vendor: str) -> None:
        self._vendor = vendor
        self._waiting: list[Message] = []
        self._gathering = Lock()
        self._is_led = False

    def take(self, notice: Notice, body: str) -> None:
        """Returns when the message is stored, as a copy of a known one is. Raises what kept it from being stored."""
        message = Message(notice, body)
        with self._gathering:
            self._waiting.append(message)
            message.leads, self._is_led = not self._is_led, True
        if not message.leads:
            message.woken.wait()
        if message.leads:
            self._lead()
        if message.trouble is not None:
            raise message.trouble

    def _lead(self) -> None:
        """Store the messages that wait, the leader's own first of all, and hand on the lead to whoever came meanwhile."""
        with self._gathering:
            block = self._waiting[:MOST_AT_ONCE]
            del self._waiting[:MOST_AT_ONCE]
        try:
            self._store(block)
        finally:
            with self._gathering:
                self._is_led = bool(self._waiting)
                if self._is_led:
                    self._waiting[0].leads = True
                    self._waiting[0].woken.set()
            for message in block:
                message.woken.set()

    def _store(self, block: Sequence[Message]) -> None:
        try:
            with wiring.automation(self._vendor)() as work:
                messages = [(message.notice, message.body) for message in block]
                take_notices(work, self._vendor, messages, live=not settings().sandbox)
        except Exception as trouble:  # noqa: BLE001  # whatever it is, it is raised where the message came in
            if len(block) == 1:
                block[0].trouble = trouble
                return
            for message in block:  # one of them may be to blame
                self._store([message])
