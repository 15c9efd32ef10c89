"""Where messages of vendors are stored: those that come at the same time in one transaction."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ezscale import wiring
from ezscale.billing.notices import take_notices
from ezscale.billing.ports import Notice
from ezscale.kit.settings import settings

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """A verified message on its way. `stored` hears when it is kept, or what stood in the way."""

    notice: Notice
    body: str
    stored: asyncio.Future[None]

    def tell(self, trouble: Exception | None) -> None:
        """Answer whoever waits, unless they have gone meanwhile."""
        if self.stored.done():
            return
        if trouble is None:
            self.stored.set_result(None)
        else:
            self.stored.set_exception(trouble)


class Intake:
    """One vendor's messages. While a transaction is written, those that come meanwhile gather for the next one.

    It lives on the web's event loop. One thread of its own writes, however many messages wait to be answered, and whatever
    holds up the others.
    """

    def __init__(self, vendor: str) -> None:
        self._vendor = vendor
        self._waiting: list[Message] = []
        self._writer: asyncio.Task[None] | None = None
        self._hand = ThreadPoolExecutor(1, f"messages of {vendor}")

    async def take(self, notice: Notice, body: str) -> None:
        """Returns when the message is stored, as a copy of a known one is. Raises what kept it from being stored."""
        message = Message(notice, body, asyncio.get_running_loop().create_future())
        self._waiting.append(message)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        await message.stored

    async def _write(self) -> None:
        """Store what waits, block by block, until nothing does."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            block, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            troubles = await loop.run_in_executor(self._hand, self._store, block)
            for message, trouble in zip(block, troubles, strict=True):
                message.tell(trouble)
            await asyncio.sleep(0)  # those who were answered just now bring their next ones

    def _store(self, block: Sequence[Message]) -> list[Exception | None]:
        """Store them, and say of each what kept it from being stored: nothing, as a rule."""
        try:
            with wiring.automation(self._vendor)() as work:
                messages = [(message.notice, message.body) for message in block]
                take_notices(work, self._vendor, messages, live=not settings().sandbox)
        except Exception as trouble:  # noqa: BLE001  # whatever it is, it is raised where the message came in
            if len(block) == 1:
                return [trouble]
            return [self._store([message])[0] for message in block]  # one of them may be to blame
        return [None] * len(block)
