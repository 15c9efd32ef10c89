"""Telling a webhook endpoint what happened: signed, repeated until it answers, and unreliable on request."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ezscale.kit.clock import world_now
from ezscale.sandbox.store import Document, Store

Headers = Mapping[str, str]
TRIES = 16
LONGEST_PAUSE = 300
LOG_LENGTH = 500


class NotTaken(Exception):
    """The endpoint did not answer with success."""


class Manner(BaseModel):
    """How webhooks are delivered: at all, how late, how often, in which order."""

    model_config = ConfigDict(extra="forbid")

    on: bool = True
    seconds: float = Field(default=0.0, ge=0, le=86_400)
    copies: int = Field(default=1, ge=1, le=5)
    newest_first: bool = False


class Webhooks:
    """The deliveries that are still owed to the endpoint; `send` signs a body and hands it over, or raises."""

    def __init__(self, store: Store, send: Callable[[bytes], object]) -> None:
        self._store = store
        self._send = send

    @property
    def manner(self) -> Manner:
        """How webhooks are delivered at present."""
        return Manner.model_validate(self._store.get("webhook_manner", "it") or {})

    def behave(self, manner: Manner) -> None:
        """Deliver differently from the next event on."""
        self._store.put("webhook_manner", "it", manner.model_dump())

    def announce(self, event: Document) -> None:
        """Owe the endpoint an event."""
        manner = self.manner
        if manner.on:
            due = world_now().timestamp() + manner.seconds
            for _ in range(manner.copies):
                self._owe(event["id"], due)

    def resend(self, event_id: str) -> None:
        """Owe the endpoint an event once more, as the dashboard's button does."""
        self._owe(event_id, world_now().timestamp())

    def owed(self) -> list[Document]:
        """What has not been delivered yet, in the order of delivery."""
        docs = self._store.all("delivery")
        return docs[::-1] if self.manner.newest_first else docs

    def deliver_due(self, *, all: bool = False) -> int:
        """Deliver what is due, or all that is owed; how many were taken."""
        taken = 0
        for delivery in self.owed():
            if (all or delivery["due"] <= world_now().timestamp()) and self._reserve(delivery):
                taken += self._try(delivery)
        return taken

    def _owe(self, event_id: str, due: float) -> None:
        id = str(self._store.next_number("delivery"))
        self._store.put("delivery", id, {"id": id, "event": event_id, "due": due, "tries": 0})

    def _reserve(self, delivery: Document) -> bool:
        """Move the next try ahead, so that nobody else makes this one; False when somebody has."""
        with self._store.transaction():
            if self._store.get("delivery", delivery["id"]) != delivery:
                return False
            delivery["tries"] += 1
            delivery["due"] = world_now().timestamp() + min(2 ** delivery["tries"], LONGEST_PAUSE)
            self._store.put("delivery", delivery["id"], delivery)
        return True

    def _try(self, delivery: Document) -> bool:
        event = self._store.get("event", delivery["event"]) or {}
        try:
            self._send(json.dumps(event).encode())
            answer = "taken"
        except Exception as error:  # noqa: BLE001  # whatever the endpoint does wrong, the vendor tries again
            answer = f"{type(error).__name__}: {error}"
        with self._store.transaction():
            if answer == "taken" or delivery["tries"] >= TRIES:
                self._store.delete("delivery", delivery["id"])
            self._log(event, delivery["tries"], answer)
        return answer == "taken"

    def _log(self, event: Document, tries: int, answer: str) -> None:
        entry = {
            "time": world_now().isoformat(timespec="milliseconds"),
            "event": event.get("id"),
            "type": event.get("type") or event.get("event_type"),
            "try": tries,
            "answer": answer,
        }
        self._store.put("webhook_log", str(self._store.next_number("webhook_log")), entry)
        self._store.keep_newest("webhook_log", LOG_LENGTH)

    def log(self) -> list[Document]:
        """The newest tries, newest first."""
        return self._store.all("webhook_log")[::-1]


@asynccontextmanager
async def delivering(webhooks: Webhooks, before_each: Callable[[], None] = lambda: None) -> AsyncIterator[None]:
    """Deliver in the background for as long as the block lasts."""
    task = asyncio.create_task(_deliver_forever(webhooks, before_each))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _deliver_forever(webhooks: Webhooks, before_each: Callable[[], None], pause: float = 0.25) -> None:
    while True:
        before_each()
        await asyncio.to_thread(webhooks.deliver_due)
        await asyncio.sleep(pause)


def poster(url: str, transport: httpx.BaseTransport | None = None) -> Callable[[bytes, Headers], None]:
    """Delivery by a POST of a body, with the headers that sign it, to an endpoint."""
    http = httpx.Client(timeout=10, trust_env=False, transport=transport)  # a proxy has no part in loopback

    def post(body: bytes, signed: Headers) -> None:
        headers = {"Content-Type": "application/json; charset=utf-8", **signed}
        answer = http.post(url, content=body, headers=headers)
        if not answer.is_success:
            raise NotTaken(f"{answer.status_code} {HTTPStatus(answer.status_code).phrase}")

    return post


def webhook_controls(webhooks: Webhooks) -> list[Route]:
    """GET, POST /_sandbox/webhooks (how to deliver); POST …/flush (deliver all now); POST …/resend/<event>."""

    async def show(request: Request) -> Response:
        manner = webhooks.manner.model_dump()
        return JSONResponse({"manner": manner, "owed": webhooks.owed(), "log": webhooks.log()})

    async def behave(request: Request) -> Response:
        if request.headers.get("content-type") != "application/json":
            return JSONResponse({"error": "Send JSON."}, 415)
        try:
            webhooks.behave(Manner.model_validate_json(await request.body()))
        except ValidationError as error:
            return JSONResponse({"error": str(error)}, 422)
        return await show(request)

    async def flush(request: Request) -> Response:
        taken = await asyncio.to_thread(webhooks.deliver_due, all=True)
        return JSONResponse({"taken": taken})

    async def resend(request: Request) -> Response:
        webhooks.resend(request.path_params["event"])
        return Response(status_code=202)

    return [
        Route("/_sandbox/webhooks", show, methods=["GET"]),
        Route("/_sandbox/webhooks", behave, methods=["POST"]),
        Route("/_sandbox/webhooks/flush", flush, methods=["POST"]),
        Route("/_sandbox/webhooks/resend/{event}", resend, methods=["POST"]),
    ]
