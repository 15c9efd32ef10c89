"""The one way out to vendors: how a connection is opened, and what each way to fail means for us."""

from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from time import perf_counter
from typing import Any, Protocol, TypeVar

import httpx
import stamina
import structlog
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from ezscale.kit.clock import world_now
from ezscale.kit.errors import Missing, NotNow, Rejected, TemporaryFailure, UnknownOutcome
from ezscale.kit.exchanges import Question, is_heard, say

log = structlog.get_logger()
T = TypeVar("T")
Http = httpx.Client
Params = Mapping[str, str | int | bool]

LONGEST_REASON = 500
AT_ONCE = 1.0  # seconds
TWICE = stamina.RetryingCaller(attempts=2, timeout=None, wait_initial=0.2, wait_max=0.5, wait_jitter=0.3)
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
NOT_SENDABLE = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)
COME_BACK_LATER = (423, 429, 503)
NOT_FOUND = ("not_found", "NotFoundHttpException")  # how vendors call a record that they do not have


def _tell(details: RetryDetails) -> None:
    log.info("vendor_asked_again", reason=str(details.caused_by))


set_on_retry_hooks([_tell])


class NotAsked(httpx.ConnectError):
    """The request has not left the house. `retry_after` is in how many seconds it may be tried again."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Guard(Protocol):
    """Whoever decides whether a vendor is asked at all just now."""

    def send(self, request: httpx.Request, line: Callable[[], httpx.Response]) -> httpx.Response:
        """The answer that the line gives; NotAsked where the vendor is left alone."""
        ...


class GuardedClient(httpx.Client):
    """A client whose every request passes a guard, if there is one."""

    def __init__(self, guard: Guard | None, **options: Any) -> None:
        super().__init__(**options)
        self._guard = guard

    def send(self, request: httpx.Request, **how: Any) -> httpx.Response:
        """The vendor's answer."""
        if self._guard is None:
            return super().send(request, **how)
        answer = super().send
        return self._guard.send(request, lambda: answer(request, **how))


def open_http(
    base_url: str,
    token: str = "",
    *,
    guard: Guard | None = None,
    transport: httpx.BaseTransport | None = None,
    query: Params | None = None,
) -> Http:
    """A client for one vendor, kept open and shared by threads. `transport` is for stand-ins in the same process.

    `query` goes with every request, for a vendor that wants its key there.
    """
    return GuardedClient(
        guard,
        base_url=base_url,
        params=query,
        headers={
            "Accept": "application/json",
            "User-Agent": "EZSCALE/0.1",
            **({"Authorization": f"Bearer {token}"} if token else {}),
        },
        timeout=httpx.Timeout(5, connect=3),
        limits=httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=10),
        follow_redirects=False,
        # A stand-in on loopback is never looked for behind the proxy that the environment may name.
        mounts={"all://127.0.0.1": None, "all://localhost": None},
        transport=transport,
    )


def ask(
    http: Http, method: str, path: str, *, json: object = None, params: Params | None = None, is_act: bool = False
) -> Any:
    """The vendor's answer, read from JSON; None when it is empty. A question may be asked twice, if it is no act.

    Otherwise TemporaryFailure when surely nothing happened, NotNow when it was no try at all, UnknownOutcome when something
    may have, Missing when the record is not there, and Rejected when the vendor refuses.
    """

    def once() -> Any:
        return _answer(method, *_respond(http, method, path, json=json, params=params))

    return once() if is_act else asked(method, once)


def read_text(http: Http, path: str) -> str:
    """A file of the vendor's that is no JSON, with the same failures."""
    return asked("GET", lambda: _respond(http, "GET", path)[0].text)


def asked(method: str, once: Callable[[], T]) -> T:
    """What comes of a call. A question that came to nothing at once is asked a second time: that is as a rule enough.

    Of an order, nobody knows what became of it; and whoever hangs, or says when to come back, is not asked again here.
    """
    if method != "GET":
        return once()
    began = perf_counter()

    def came_to_nothing_at_once(error: Exception) -> bool:
        if type(error) is not TemporaryFailure or error.retry_after is not None:
            return False
        return not isinstance(error.__cause__, httpx.TimeoutException) and perf_counter() - began < AT_ONCE

    return TWICE(came_to_nothing_at_once, once)


def _respond(
    http: Http, method: str, path: str, *, json: object = None, params: Params | None = None
) -> tuple[httpx.Response, str]:
    asked = f"{http.base_url.host}, {method} {path}"
    try:
        response = _heard(http, method, path, json=json, params=params)
    except NotAsked as error:
        raise NotNow(f"Cannot reach it ({asked}): {named(error)}", retry_after=error.retry_after) from error
    except NOT_SENT as error:
        raise TemporaryFailure(f"Cannot reach it ({asked}): {named(error)}") from error
    except (*NOT_SENDABLE, httpx.InvalidURL) as error:
        raise Rejected(f"Its address or our key cannot be used ({asked}): {error}") from error
    except httpx.RequestError as error:
        raise lost(method, f"The answer was lost ({asked}): {named(error)}") from error
    if not response.is_success:
        raise _refusal(method, response, asked)
    return response, asked


def _heard(http: Http, method: str, path: str, *, json: object, params: Params | None) -> httpx.Response:
    """The answer, of which whoever listens hears, too."""
    if not is_heard():
        return http.request(method, path, json=json, params=params)
    began, question = perf_counter(), Question(method, path, params or {}, json, _keys_of(http))
    try:
        response = http.request(method, path, json=json, params=params)
    except httpx.HTTPError as error:
        say(question, _milliseconds(began), trouble=named(error))
        raise
    say(question, _milliseconds(began), status=response.status_code, got=json_or_none(response))
    return response


def _keys_of(http: Http) -> tuple[str, ...]:
    """What a client proves itself with: in its headers, and in every address."""
    token = http.headers.get("Authorization", "").removeprefix("Bearer ")
    return (token, *(str(value) for _, value in http.params.multi_items()))


def _milliseconds(began: float) -> int:
    return round((perf_counter() - began) * 1000)


def _answer(method: str, response: httpx.Response, asked: str) -> Any:
    if not response.content.strip():
        return None
    try:
        return response.json()
    except ValueError as error:
        raise lost(method, f"The answer is not JSON ({asked})") from error


def _refusal(method: str, response: httpx.Response, asked: str) -> Exception:
    status, body = response.status_code, json_or_none(response)
    reason, code = _reason(body) or response.reason_phrase, _code(body)
    said = f"{reason[:LONGEST_REASON]} ({status}; {asked})"
    if status in COME_BACK_LATER:
        failure = NotNow if status == httpx.codes.TOO_MANY_REQUESTS else TemporaryFailure
        return failure(said, retry_after=retry_after_of(response))
    if status >= 500 or status == 408:
        return lost(method, said)
    match status:
        case 401:
            return Rejected(f"The API token was not accepted ({asked}): is it complete and still valid?", status=401)
        case 403:
            return Rejected(f"The API token does not allow this: {said}", status=403)
        case 404 if code in NOT_FOUND or (isinstance(body, dict) and body.get("msg")):
            return Missing(said, status=404, code=code)
        case 404:
            return TemporaryFailure(f"Nothing answers there; a wrong address, or a proxy in between: {said}")
        case _ if status < 400:
            return Rejected(f"We are sent elsewhere; is the address right? {said}", status=status)
    return Rejected(said, status=status, code=code)


def lost(method: str, message: str) -> TemporaryFailure:
    """A question without an answer can be asked again; whether an order was carried out must be found out."""
    return TemporaryFailure(message) if method == "GET" else UnknownOutcome(message)


def json_or_none(response: httpx.Response) -> Any:
    """An answer's JSON; None when it is none."""
    try:
        return response.json()
    except ValueError:
        return None


def _reason(body: Any) -> str:
    """The vendor's own words, in whichever of the usual places it puts them."""
    if not isinstance(body, dict):
        return ""
    match body.get("errors"):
        case [_, *_] as sentences:
            return "; ".join(_sentence(one) for one in sentences)
        case dict() as by_field if by_field:
            return "; ".join(f"{field}: {_joined(sentences)}" for field, sentences in by_field.items())
    if (resources := body.get("resources")) and isinstance(resources, list):
        return "; ".join(_sentence(one) for one in resources)
    if (messages := body.get("messages")) and isinstance(messages, list):
        return "; ".join(_sentence(one) for one in messages)
    said = next((body[name] for name in ("msg", "message", "error", "detail", "code") if body.get(name)), "")
    return str(said)


def _sentence(one: object) -> str:
    """One of several reasons: a sentence, or an object with a sentence in it."""
    if not isinstance(one, dict):
        return str(one)
    if "resourceName" in one:
        return f"{one['resourceName']}: {one.get('usage')} of {one.get('total')} used ({one.get('kind')})"
    return str(one.get("detail") or one.get("text") or one.get("code") or one)


def _code(body: Any) -> str:
    """The vendor's own word for the reason, where it has one."""
    if not isinstance(body, dict):
        return ""
    match body.get("errors"):
        case [{"code": str(code)}, *_]:
            return code
    word = body.get("code")
    return word if isinstance(word, str) else ""


def _joined(sentences: object) -> str:
    return ", ".join(map(str, sentences)) if isinstance(sentences, list) else str(sentences)


def rest_after(error: Exception) -> float | None:
    """Seconds for which a vendor is left alone; None where it was asked and could not be reached."""
    return error.retry_after if isinstance(error, NotAsked) else None


def retry_after_of(response: httpx.Response) -> float | None:
    """Seconds to wait, from a number or a date; None when the vendor does not say."""
    text = response.headers.get("Retry-After", "")
    try:
        return max(float(text), 0.0)
    except ValueError:
        pass
    try:
        return max((parsedate_to_datetime(text) - world_now()).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None


def named(error: Exception) -> str:
    """What an error says, or at least its name."""
    return str(error) or type(error).__name__
