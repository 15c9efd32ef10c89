"""From an HTTP request to an operation and back: keys, parameters, idempotency, errors."""

import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ezscale.sandbox.faults import remark, take_time
from ezscale.sandbox.store import Document, public
from ezscale.sandbox.stripe.account import API_VERSION, Account
from ezscale.sandbox.stripe.errors import StripeError
from ezscale.sandbox.stripe.params import checked

KEY_LIFETIME = 24 * 60 * 60
Answered = tuple[int, Document]


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked: where, with which parameters, and what does it."""

    method: str
    path: str
    act: Callable[[Account, Document, str], Document]
    params: type
    honoured: frozenset[str] = frozenset()


class Counter:
    """Where requests arrive: checks who asks, acts once for each idempotency key, answers in Stripe's words."""

    def __init__(self, account: Account, api_key: str) -> None:
        self._account = account
        self._api_key = api_key
        self._busy: set[str] = set()
        self._lock = Lock()

    async def serve(self, request: Request, operation: Operation) -> Response:
        """Answer one request for one operation."""
        request_id = f"req_{secrets.token_hex(7)}"
        try:
            self._check_caller(request)
            sent = (await request.body()).decode() if operation.method == "POST" else request.url.query
            given = nested(parse_qsl(sent, keep_blank_values=True))
            key = request.headers.get("idempotency-key", "") if operation.method == "POST" else ""
            job = Job(operation, given, request.path_params.get("id", ""), request_id, key)
            status, body = await self._answer(request, job)
        except StripeError as error:
            remark(request.scope, error.details.get("code") or error.details["message"])
            status, body = error.status, public(error.body)
        return JSONResponse(body, status, {"Request-Id": request_id, "Stripe-Version": API_VERSION})

    def _check_caller(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not key:
            raise StripeError("You did not provide an API key.", status=401)
        if not hmac.compare_digest(key.encode(), self._api_key.encode()):
            raise StripeError(f"Invalid API Key provided: {key[:8]}****{key[-4:]}", status=401)
        if request.headers.get("stripe-version", API_VERSION) != API_VERSION:
            raise StripeError(f"Invalid Stripe API version: {request.headers['stripe-version']}")

    async def _answer(self, request: Request, job: "Job") -> Answered:
        if not job.key:
            return self._act(request, job)
        if len(job.key) > 255:
            raise StripeError("Idempotency keys can be up to 255 characters long.", type="idempotency_error")
        with self._lock:
            if job.key in self._busy:
                message = "There is currently another in-progress request using this idempotency key."
                raise StripeError(message, status=409, type="idempotency_error", code="idempotency_key_in_use")
            self._busy.add(job.key)
        try:
            with self._account.store.transaction():
                answered = self._replay(request, job) or self._act_and_remember(request, job)
            await take_time(request.scope)
        finally:
            self._busy.discard(job.key)
        return answered

    def _replay(self, request: Request, job: "Job") -> Answered | None:
        kept = self._account.store.get("idempotency_key", job.key)
        if kept is None or kept["created"] + KEY_LIFETIME <= self._account.time:
            return None
        if kept["asked"] != job.asked:
            raise StripeError(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{job.key}' if you meant to execute a different request.",
                type="idempotency_error",
            )
        remark(request.scope, "replayed")
        return kept["status"], kept["body"]

    def _act_and_remember(self, request: Request, job: "Job") -> Answered:
        status, body = self._act(request, job)
        kept = {"asked": job.asked, "created": self._account.time, "status": status, "body": body}
        self._account.store.put("idempotency_key", job.key, kept)
        return status, body

    def _act(self, request: Request, job: "Job") -> Answered:
        account = replace(self._account, request={"id": job.request_id, "idempotency_key": job.key or None})
        operation = job.operation
        params = checked(job.given, operation.params, operation.honoured)
        expand = params.pop("expand", [])
        with account.store.transaction():
            try:
                doc = operation.act(account, params, job.id)
            except StripeError as error:
                if error.status != 402:
                    raise
                remark(request.scope, f"declined: {error.details['decline_code']}")
                return 402, public(error.body)
            remark(request.scope, " ".join(str(doc[name]) for name in ("id", "status") if name in doc))
            return 200, public(account.expanded(doc, expand))


@dataclass(frozen=True)
class Job:
    """One request, read."""

    operation: Operation
    given: Document
    id: str
    request_id: str
    key: str

    @property
    def asked(self) -> str:
        """What was asked, to compare with the first use of the same key."""
        return json.dumps([self.operation.path, self.id, self.given], sort_keys=True)


def nested(pairs: list[tuple[str, str]]) -> Document:
    """Form fields such as `metadata[invoice_id]` and `expand[0]` as the objects and lists they stand for."""
    root: Document = {}
    for name, value in pairs:
        first, *rest = name.replace("]", "").split("[")
        place: Any = root
        for step, following in zip([first, *rest], rest, strict=False):
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise StripeError(f"Invalid parameter: {following}")
        place[(rest or [first])[-1]] = value
    listed: Document = _lists(root)
    return listed


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _lists(part) for name, part in value.items()}
    if inner and all(name.isdigit() or name == "" for name in inner):
        return [inner[name] for name in sorted(inner, key=lambda name: int(name or 0))]
    return inner
