"""Where messages of vendors are stored: those that come at the same time in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from time import sleep

from ezscale import wiring
from ezscale.billing.notices import take_notices
from ezscale.billing.ports import Notice
from ezscale.kit.settings import settings

MOST_AT_ONCE = 100
A_BREATH = 0.0002  # seconds


@dataclass(slots=True)
class Message:
    """A verified message on its way. `trouble` is why it could not be stored; who `leads` stores it, and others with it.

    `asleep` is held until the message is stored, or has to lead: whoever waits for it takes it once more.
    """

    notice: Notice
    body: str
    leads: bool = False
    trouble: Exception | None = None
    asleep: Lock = field(default_factory=Lock)


class Intake:
    """One vendor's messages. While a transaction is written, those that come meanwhile gather for the next one."""

    def __init__(self, vendor: str) -> None:
        self._vendor = vendor
        self._waiting: list[Message] = []
        self._gathering = Lock()
        self._is_led = False
        self._are_many = False

    def take(self, notice: Notice, body: str) -> None:
        """Returns when the message is stored, as a copy of a known one is. Raises what kept it from being stored."""
        message = Message(notice, body)
        message.asleep.acquire()
        with self._gathering:
            self._waiting.append(message)
            message.leads, self._is_led = not self._is_led, True
        if not message.leads:
            message.asleep.acquire()
        if message.leads:
            if self._are_many:
                sleep(A_BREATH)  # those who were answered just now bring their next ones
            self._lead()
        if message.trouble is not None:
            raise message.trouble

    def _lead(self) -> None:
        """Store the messages that wait, the leader's own first of all, and hand on the lead to whoever came meanwhile."""
        with self._gathering:
            block = self._waiting[:MOST_AT_ONCE]
            del self._waiting[:MOST_AT_ONCE]
            self._are_many = len(block) > 1
        try:
            self._store(block)
        finally:
            for message in block[1:]:  # the first one is the leader's own
                message.asleep.release()
            with self._gathering:  # last of all, so that those who go now bring their next ones into its block
                self._is_led = bool(self._waiting)
                if self._is_led:
                    self._waiting[0].leads = True
                    self._waiting[0].asleep.release()

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
