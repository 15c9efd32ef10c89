"""From an HTTP request to an operation and back: tokens, bodies, request ids, errors."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from json import dumps, loads
from threading import Lock

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ezscale.sandbox.faults import remark, take_time
from ezscale.sandbox.paypal.account import Account, read_time
from ezscale.sandbox.paypal.bodies import Body, read_body
from ezscale.sandbox.paypal.errors import PayPalError, Refused, unprocessable
from ezscale.sandbox.paypal.orders import shown_order
from ezscale.sandbox.paypal.tokens import Tokens
from ezscale.sandbox.store import Document, public

LONGEST_KEY = 108
SHORT = ("id", "status", "links")


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked: where, with what, and what does it.

    `remembers` is how long a PayPal-Request-Id is known afterwards; None where it means nothing. `refuses_reuse` is
    true where a known one must not come with another body; elsewhere the body is not even looked at.
    """

    method: str
    path: str
    act: Callable[[Account, Document, str], Document]
    body: type[Body] | None = None
    query: frozenset[str] = frozenset()
    status: int = 200
    remembers: timedelta | None = None
    needs_key: bool = False
    refuses_reuse: bool = False
    is_brief: bool = False


class Counter:
    """Where requests arrive: checks who asks, acts once for each request id, answers in PayPal's words."""

    def __init__(self, account: Account, tokens: Tokens) -> None:
        self._account = account
        self._tokens = tokens
        self._busy: set[str] = set()
        self._lock = Lock()

    async def serve(self, request: Request, operation: Operation) -> Response:
        """Answer one request for one operation."""
        debug_id = secrets.token_hex(6)
        try:
            self._tokens.check(request)
            job = await _read(request, operation)
            status, doc = await self._answer(request, job)
        except PayPalError as error:
            remark(request.scope, str(error))
            if isinstance(error, Refused):
                self._account.store.put("declined", debug_id, {"issue": error.issue})
            body = error.body | ({"debug_id": debug_id} if "debug_id" in error.body else {})
            return JSONResponse(body, error.status, {"PayPal-Debug-Id": debug_id})
        remark(request.scope, " ".join(str(doc[name]) for name in ("id", "status") if doc.get(name)))
        headers = {"PayPal-Debug-Id": debug_id}
        if status == 204:
            return Response(status_code=204, headers=headers)
        return JSONResponse(self._shown(request, operation, doc), status, headers)

    def _shown(self, request: Request, operation: Operation, doc: Document) -> Document:
        whole = shown_order(self._account, doc) if doc.get("_kind") == "order" else doc
        if operation.is_brief and request.headers.get("prefer") != "return=representation":
            whole = {name: whole[name] for name in SHORT if name in whole}
        shown: Document = public(whole)
        return shown

    async def _answer(self, request: Request, job: "Job") -> tuple[int, Document]:
        if not job.key:
            return job.operation.status, self._act(job)
        with self._lock:
            if job.known_as in self._busy:
                raise PayPalError(409, "PREVIOUS_REQUEST_IN_PROGRESS")
            self._busy.add(job.known_as)
        try:
            with self._account.store.transaction():
                latest = self._latest(job)
                if latest:
                    remark(request.scope, "repeated")
                    answered = (204 if job.operation.status == 204 else 200), latest
                else:
                    answered = job.operation.status, self._act_and_remember(job)
            await take_time(request.scope)
        finally:
            self._busy.discard(job.known_as)
        return answered

    def _latest(self, job: "Job") -> Document | None:
        """What the first request with this id led to, as it is now."""
        kept = self._account.store.get("request_id", job.known_as)
        if kept is None or read_time(kept["ends"]) <= self._account.now():
            return None
        if job.operation.refuses_reuse and kept["asked"] != job.asked:
            raise unprocessable("PAYPAL_REQUEST_ID_PREVIOUSLY_USED")
        return self._account.store.get(kept["kind"], kept["id"])

    def _act_and_remember(self, job: "Job") -> Document:
        doc = self._act(job)
        ends = self._account.now() + (job.operation.remembers or timedelta())
        kept = {"ends": ends.isoformat(), "asked": job.asked, "kind": doc.get("_kind", ""), "id": doc.get("id", "")}
        self._account.store.put("request_id", job.known_as, kept)
        return doc

    def _act(self, job: "Job") -> Document:
        with self._account.store.transaction():
            return job.operation.act(self._account, job.params, job.id)


@dataclass(frozen=True, slots=True)
class Job:
    """One request, read."""

    operation: Operation
    params: Document
    id: str
    key: str

    @property
    def known_as(self) -> str:
        """A request id is known for one kind of call on one resource."""
        return f"{self.operation.method} {self.operation.path} {self.id} {self.key}"

    @property
    def asked(self) -> str:
        """What was asked, to compare with the first use of the same request id."""
        return dumps(self.params, sort_keys=True)


async def _read(request: Request, operation: Operation) -> Job:
    key = request.headers.get("paypal-request-id", "") if operation.remembers else ""
    if len(key) > LONGEST_KEY:
        raise PayPalError(400, "INVALID_STRING_LENGTH", field="PayPal-Request-Id")
    params = await _params(request, operation)
    if not key and (operation.needs_key or "payment_source" in params):
        raise unprocessable("PAYPAL_REQUEST_ID_REQUIRED")
    return Job(operation, params, request.path_params.get("id", ""), key)


async def _params(request: Request, operation: Operation) -> Document:
    if operation.method == "GET":
        unknown = sorted(set(request.query_params) - operation.query)
        if unknown:
            raise PayPalError(400, "INVALID_PARAMETER", field=unknown[0])
        return dict(request.query_params)
    raw = await request.body()
    if operation.method != "DELETE" and request.headers.get("content-type") != "application/json":
        raise PayPalError(415)
    if operation.method == "PATCH":
        return {"operations": _patches(raw)}
    return read_body(operation.body, raw) if operation.body else {}


def _patches(raw: bytes) -> list[Document]:
    try:
        operations = loads(raw)
    except ValueError:
        raise PayPalError(400, "MALFORMED_REQUEST_JSON") from None
    known = {"op", "path", "value"}
    if not isinstance(operations, list) or not all(isinstance(one, dict) and set(one) <= known for one in operations):
        raise PayPalError(400, "INVALID_PARAMETER_SYNTAX")
    return operations
