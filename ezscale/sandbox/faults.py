"""What a stand-in can be told to do wrong, and the journal of what it was asked.

POST   /_sandbox/faults   {"wrong": "lost", "method": "POST", "path": "/v1/refunds", "times": 1}
GET    /_sandbox/faults   what will go wrong; DELETE puts everything right again
GET    /_sandbox/calls    the newest 500 calls, newest first
GET    /_sandbox/state    what the stand-in really did
"""

import asyncio
from collections.abc import Callable, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ezscale.kit.clock import world_now
from ezscale.sandbox.store import Store

JOURNAL_LENGTH = 500
NONSENSE = b"<html><body><h1>502 Bad Gateway</h1></body>"
SECRET_WORDS = ("secret", "token", "key", "password")
REMARKS = "sandbox.remarks"
DELAY = "sandbox.delay"
CONTROLS = ("/_sandbox/faults", "/_sandbox/calls", "/_sandbox/state")


class Wrong(StrEnum):
    """The ways to fail that clients must survive."""

    LATE = "late"  # acts at once, answers after `seconds`
    LOST = "lost"  # acts, then drops the connection (or answers `status`, when one is given)
    REFUSE = "refuse"  # answers `status` and `body` without acting
    DOWN = "down"  # 503 without acting
    GARBAGE = "garbage"  # acts, then answers nonsense
    RATE_LIMITED = "rate_limited"  # 429 without acting, Retry-After `seconds`


class Fault(BaseModel):
    """Something to do wrong with the next `times` calls that match, or with all of them (`times` 0)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wrong: Wrong
    method: str = "*"
    path: str = "*"
    times: int = Field(default=1, ge=0)
    seconds: float = Field(default=1.0, ge=0, le=600)
    status: int = Field(default=0, ge=0, le=599)
    body: Any = None

    def concerns(self, method: str, path: str) -> bool:
        """Whether a call matches; `*` in the path stands for anything."""
        return self.method in ("*", method) and fnmatchcase(path, self.path)


class Faults:
    """The faults that were ordered and are not used up yet."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, fault: Fault) -> None:
        """Order a fault."""
        self._keep(f"{self._store.next_number('faults'):08}", fault)

    def ordered(self) -> list[Fault]:
        """What will go wrong, first ordered first."""
        return [Fault(**doc["fault"]) for doc in self._store.all("faults")]

    def clear(self) -> None:
        """Put everything right again."""
        self._store.clear("faults")

    def take(self, method: str, path: str) -> list[Fault]:
        """What to do wrong with this call: at most one delay and one other fault, used up by it."""
        taken: dict[bool, Fault] = {}
        with self._store.transaction():
            for doc in self._store.all("faults"):
                fault = Fault(**doc["fault"])
                is_delay = fault.wrong is Wrong.LATE
                if is_delay not in taken and fault.concerns(method, path):
                    taken[is_delay] = fault
                    self._use_up(doc["id"], fault)
        return list(taken.values())

    def _use_up(self, id: str, fault: Fault) -> None:
        if fault.times == 1:
            self._store.delete("faults", id)
        elif fault.times > 1:
            self._keep(id, fault.model_copy(update={"times": fault.times - 1}))

    def _keep(self, id: str, fault: Fault) -> None:
        self._store.put("faults", id, {"id": id, "fault": fault.model_dump(mode="json")})


class Unreliable:
    """A stand-in that can be told to fail, and that remembers what it was asked.

    `error_body` writes a status and a message as this vendor would; `state` sums up what was really done.
    """

    def __init__(
        self,
        app: ASGIApp,
        store: Store,
        error_body: Callable[[int, str], object],
        state: Callable[[], Mapping[str, Any]],
    ) -> None:
        self.faults = Faults(store)
        self._app = app
        self._store = store
        self._error_body = error_body
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call as an ASGI app."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif own_path(scope) in CONTROLS:
            await (await self._control(Request(scope, receive)))(scope, receive, send)
        elif own_path(scope).startswith("/_sandbox/"):
            await self._app(scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, answer = perf_counter(), Answer()
        faults = self.faults.take(scope["method"], own_path(scope))
        other = next((fault for fault in faults if fault.wrong is not Wrong.LATE), None)
        scope[DELAY] = sum(fault.seconds for fault in faults if fault.wrong is Wrong.LATE)
        scope[REMARKS] = [f"told to be {fault.wrong.value}" for fault in faults]
        try:
            refusal = self._refusal(other) if other else None
            await (refusal or self._app)(scope, receive, answer.take)
            await take_time(scope)
        finally:
            self._note(scope, answer.status, perf_counter() - started)
        await self._send(answer, other, scope, receive, send)

    def _refusal(self, fault: Fault) -> Response | None:
        match fault.wrong:
            case Wrong.REFUSE:
                return self._answer(fault, 400, "The request was refused.")
            case Wrong.DOWN:
                return self._answer(fault, 503, "The service is unavailable.")
            case Wrong.RATE_LIMITED:
                response = self._answer(fault, 429, "Too many requests hit the API too quickly.")
                response.headers["Retry-After"] = f"{fault.seconds:g}"
                return response
        return None

    def _answer(self, fault: Fault, usual_status: int, message: str) -> Response:
        status = fault.status or usual_status
        return JSONResponse(self._error_body(status, message) if fault.body is None else fault.body, status)

    async def _send(self, answer: "Answer", fault: Fault | None, scope: Scope, receive: Receive, send: Send) -> None:
        wrong = fault.wrong if fault else None
        if fault and wrong is Wrong.LOST and fault.status:
            await self._answer(fault, fault.status, "Something went wrong on our side.")(scope, receive, send)
        elif wrong is Wrong.LOST:
            await hang_up(send)
        elif fault and wrong is Wrong.GARBAGE:
            await Response(NONSENSE, fault.status or 200, media_type="text/html")(scope, receive, send)
        else:
            await answer.send_on(send)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        call = {
            "time": world_now().isoformat(timespec="milliseconds"),
            "method": scope["method"],
            "path": own_path(scope) + masked_query(scope["query_string"]),
            "status": status,
            "done": "; ".join(scope[REMARKS]),
            "seconds": round(seconds, 4),
        }
        with self._store.transaction():
            self._store.put("calls", str(self._store.next_number("calls")), call)
            self._store.keep_newest("calls", JOURNAL_LENGTH)

    async def _control(self, request: Request) -> Response:
        match (request.method, own_path(request.scope)):
            case ("GET", "/_sandbox/calls"):
                return JSONResponse(self._store.all("calls")[::-1])
            case ("GET", "/_sandbox/state"):
                return JSONResponse(self._state())
            case ("GET", "/_sandbox/faults"):
                return JSONResponse([fault.model_dump(mode="json") for fault in self.faults.ordered()])
            case ("DELETE", "/_sandbox/faults"):
                self.faults.clear()
                return Response(status_code=204)
            case ("POST", "/_sandbox/faults"):
                return await self._order(request)
        return JSONResponse({"error": "This control does not know the method."}, 405)

    async def _order(self, request: Request) -> Response:
        if request.headers.get("content-type") != "application/json":  # a form on a foreign page cannot send this
            return JSONResponse({"error": "Send JSON."}, 415)
        try:
            fault = Fault.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"error": str(error)}, 422)
        self.faults.add(fault)
        return JSONResponse(fault.model_dump(mode="json"), 201)


class Answer:
    """An app's answer, held back until it is decided whether it may leave."""

    def __init__(self) -> None:
        self.status = 500
        self._messages: list[Message] = []

    async def take(self, message: Message) -> None:
        """Receive a part of the answer from the app."""
        self.status = message.get("status", self.status)
        self._messages.append(message)

    async def send_on(self, send: Send) -> None:
        """Let the answer go."""
        for message in self._messages:
            await send(message)


def own_path(scope: Scope) -> str:
    """The path as the stand-in knows it, wherever it is mounted."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def remark(scope: Scope, text: str) -> None:
    """Note in the journal what was done for this call. No secrets."""
    scope.get(REMARKS, []).append(text)


async def take_time(scope: Scope) -> None:
    """Wait as long as this call was told to. A stand-in that locks something until it answers calls it inside."""
    await asyncio.sleep(scope.pop(DELAY, 0))


async def hang_up(send: Send) -> None:
    """Drop the connection: promise two bytes and send one, which a server can only end by closing."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def masked_query(query: bytes) -> str:
    """The query for the journal, without the values of secrets."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    shown = [(name, "***" if any(word in name.lower() for word in SECRET_WORDS) else value) for name, value in pairs]
    return f"?{urlencode(shown)}" if shown else ""
