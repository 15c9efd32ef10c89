"""PayPal's REST API, call by call, in its own words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from threading import Lock
from typing import Any
from urllib.parse import quote

import httpx

from ezscale.integrations.http import (
    NOT_SENDABLE,
    NOT_SENT,
    Http,
    Params,
    asked,
    json_or_none,
    lost,
    named,
    rest_after,
    retry_after_of,
)
from ezscale.kit.clock import world_now
from ezscale.kit.errors import Missing, Rejected, TemporaryFailure

Row = Mapping[str, Any]

LIVE = "https://api-m.paypal.com"
ORDERS = "/v2/checkout/orders"
CAPTURES, REFUNDS = "/v2/payments/captures", "/v2/payments/refunds"
DISPUTES, EVENTS = "/v1/customer/disputes", "/v1/notifications/webhooks-events"
SETUP_TOKENS, PAYMENT_TOKENS = "/v3/vault/setup-tokens", "/v3/vault/payment-tokens"
SUBSCRIPTIONS = "/v1/billing/subscriptions"
RENEWED_EARLY = timedelta(minutes=1)
PAGE, EVENTS_PAGE = 500, 100
STILL_AT_IT = 409


class Refusal(Rejected):
    """PayPal understood and says no; `issue` is its one word for why, which alone is stable."""

    def __init__(self, message: str, *, status: int, issue: str) -> None:
        super().__init__(message, status=status)
        self.issue = issue


@dataclass(frozen=True, slots=True)
class Transactions:
    """A page of the report. It is hours behind: complete only up to `complete_until`."""

    rows: list[Row]
    complete_until: datetime
    is_last: bool


class PayPalClient:
    """The calls we use. Each either answers, or fails in one of our ways; `key` makes a repeat the same call."""

    def __init__(self, http: Http, client_id: str, secret: str) -> None:
        self._http = http
        self._tokens = Tokens(http, client_id, secret)

    def create_order(self, order: Row, key: str) -> Row:
        """An order, paid at once when it names a kept wallet."""
        return self._ask("POST", ORDERS, order, key)

    def order(self, order_id: str) -> Row:
        """An order with its payments; Missing when there is none."""
        return self._ask("GET", f"{ORDERS}/{_part(order_id)}")

    def capture_order(self, order_id: str, key: str) -> Row:
        """An approved order, paid."""
        return self._ask("POST", f"{ORDERS}/{_part(order_id)}/capture", {}, key)

    def capture(self, capture_id: str) -> Row:
        """A payment; Missing when there is none."""
        return self._ask("GET", f"{CAPTURES}/{_part(capture_id)}")

    def refund(self, capture_id: str, refund: Row, key: str) -> Row:
        """Money given back."""
        return self._ask("POST", f"{CAPTURES}/{_part(capture_id)}/refund", refund, key)

    def refund_of(self, refund_id: str) -> Row:
        """A refund; Missing when there is none."""
        return self._ask("GET", f"{REFUNDS}/{_part(refund_id)}")

    def dispute(self, dispute_id: str) -> Row:
        """A dispute; Missing when there is none."""
        return self._ask("GET", f"{DISPUTES}/{_part(dispute_id)}")

    def disputes_about(self, capture_id: str) -> list[Row]:
        """The disputes about a payment, newest first."""
        params: Params = {"disputed_transaction_id": capture_id}
        return list(self._ask("GET", DISPUTES, params=params).get("items", ()))

    def events(self) -> Iterator[Row]:
        """What webhooks have told, newest first, page by page."""
        for page in count(1):
            params: Params = {"page": page, "page_size": EVENTS_PAGE}
            answer = self._ask("GET", EVENTS, params=params)
            yield from answer["events"]
            if page >= answer.get("total_pages", 1):
                return

    def create_setup_token(self, token: Row, key: str) -> Row:
        """A page on which a customer lets us keep their wallet."""
        return self._ask("POST", SETUP_TOKENS, token, key)

    def setup_token(self, token_id: str) -> Row:
        """What became of such a page; Missing when there is none."""
        return self._ask("GET", f"{SETUP_TOKENS}/{_part(token_id)}")

    def create_payment_token(self, setup_token_id: str, key: str) -> Row:
        """The wallet of an approved page, kept for good."""
        source = {"token": {"id": setup_token_id, "type": "SETUP_TOKEN"}}
        return self._ask("POST", PAYMENT_TOKENS, {"payment_source": source}, key)

    def payment_tokens(self, customer_id: str) -> Iterator[Row]:
        """Every kept wallet of a customer, page by page; Missing when there is no such customer."""
        for page in count(1):
            params: Params = {"customer_id": customer_id, "page": page, "total_required": "true"}
            answer = self._ask("GET", PAYMENT_TOKENS, params=params)
            yield from answer["payment_tokens"]
            if page >= answer.get("total_pages", 1):
                return

    def payment_token(self, token_id: str) -> Row:
        """A kept wallet; Missing when there is none."""
        return self._ask("GET", f"{PAYMENT_TOKENS}/{_part(token_id)}")

    def delete_payment_token(self, token_id: str) -> None:
        """Forget a kept wallet; Missing when there is none."""
        self._ask("DELETE", f"{PAYMENT_TOKENS}/{_part(token_id)}")

    def subscription(self, subscription_id: str) -> Row:
        """A subscription; Missing when there is none."""
        return self._ask("GET", f"{SUBSCRIPTIONS}/{_part(subscription_id)}")

    def cancel_subscription(self, subscription_id: str, reason: str) -> None:
        """End a subscription for good; Missing when there is none."""
        self._ask("POST", f"{SUBSCRIPTIONS}/{_part(subscription_id)}/cancel", {"reason": reason})

    def transactions(self, start: datetime, end: datetime) -> Iterator[Transactions]:
        """What moved in a time of 31 days at the most, page by page."""
        for page in count(1):
            params: Params = {
                "start_date": start.isoformat(timespec="seconds"),
                "end_date": end.isoformat(timespec="seconds"),
                "page_size": PAGE,
                "page": page,
            }
            answer = self._ask("GET", "/v1/reporting/transactions", params=params)
            rows = [detail["transaction_info"] for detail in answer["transaction_details"]]
            refreshed = datetime.fromisoformat(answer["last_refreshed_datetime"])
            yield Transactions(rows, refreshed, is_last=page >= answer["total_pages"])
            if page >= answer["total_pages"]:
                return

    def _ask(self, method: str, path: str, body: Row | None = None, key: str = "", params: Params | None = None) -> Row:
        headers = {"Prefer": "return=representation"} | ({"PayPal-Request-Id": key} if key else {})
        return asked(method, lambda: self._ask_once(method, path, headers, body, params))

    def _ask_once(
        self, method: str, path: str, headers: Mapping[str, str], body: Row | None, params: Params | None
    ) -> Row:
        token = self._tokens.current()
        response = _send(self._http, method, path, {**headers, **_bearer(token)}, json=body, params=params)
        if response.status_code == 401:  # it was not acted on: the token may have been ended early
            token = self._tokens.renewed(token)
            response = _send(self._http, method, path, {**headers, **_bearer(token)}, json=body, params=params)
        return _answer(method, path, response)


class Tokens:
    """The access token that all threads share. One for each call is how shops get themselves locked out."""

    def __init__(self, http: Http, client_id: str, secret: str) -> None:
        self._http = http
        self._client = (client_id, secret)
        self._lock = Lock()
        self._token, self._ends = "", world_now()

    def current(self) -> str:
        """A token that is good for a while; TemporaryFailure when none is to be had."""
        with self._lock:
            if not self._token or world_now() >= self._ends:
                self._renew()
            return self._token

    def renewed(self, refused: str) -> str:
        """Another token than the one that was refused, asked for by only one of the threads that hold it."""
        with self._lock:
            if self._token == refused:
                self._renew()
            return self._token

    def _renew(self) -> None:
        form = {"grant_type": "client_credentials"}
        try:
            answer = self._http.post("/v1/oauth2/token", data=form, auth=self._client)
        except httpx.RequestError as error:
            raise TemporaryFailure(
                f"PayPal cannot be reached: {named(error)}", retry_after=rest_after(error)
            ) from error
        given = json_or_none(answer)
        if not answer.is_success or not isinstance(given, dict) or "access_token" not in given:
            said = given.get("error") if isinstance(given, dict) else answer.reason_phrase
            wait = retry_after_of(answer)
            raise TemporaryFailure(f"PayPal gives us no access ({answer.status_code}): {said}", retry_after=wait)
        lifetime = timedelta(seconds=int(given.get("expires_in", 0)))
        self._token, self._ends = str(given["access_token"]), world_now() + lifetime - RENEWED_EARLY


def _send(http: Http, method: str, path: str, headers: Mapping[str, str], **sent: Any) -> httpx.Response:
    try:
        return http.request(method, path, headers=headers, **sent)
    except NOT_SENT as error:
        raise TemporaryFailure(f"PayPal cannot be reached: {named(error)}") from error
    except NOT_SENDABLE as error:
        raise Rejected(f"PayPal's address cannot be used: {error}") from error
    except httpx.RequestError as error:
        raise lost(method, f"PayPal's answer was lost ({method} {path}): {named(error)}") from error


def _answer(method: str, path: str, response: httpx.Response) -> Row:
    status, body = response.status_code, json_or_none(response)
    if status == 204:
        return {}
    if response.is_success and isinstance(body, dict):
        return body
    said = f"PayPal says {_words(response, body)} ({status}; {method} {path})"
    if status == 429:
        raise TemporaryFailure(said, retry_after=retry_after_of(response))
    if status in (401, 403):
        raise TemporaryFailure(said)  # our account must be put right; nobody's invoice is to blame
    if status == 404 and isinstance(body, dict) and body.get("name") == "RESOURCE_NOT_FOUND":
        raise Missing(said, status=404)
    if 400 <= status < 500 and status not in (404, 408, STILL_AT_IT) and isinstance(body, dict):
        raise Refusal(said, status=status, issue=_issue(body))
    raise lost(method, said)


def _issue(body: Row) -> str:
    """The first detail's one word, or the error's own name."""
    details = body.get("details")
    first = details[0] if isinstance(details, list) and details else {}
    return str(first.get("issue") or body.get("name") or "")


def _words(response: httpx.Response, body: Any) -> str:
    if not isinstance(body, dict):
        return response.reason_phrase or "nothing that we understand"
    return f"{_issue(body) or body.get('error')}: {body.get('message', '')} (debug_id {body.get('debug_id', '-')})"


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _part(id: str) -> str:
    return quote(id, safe="")
