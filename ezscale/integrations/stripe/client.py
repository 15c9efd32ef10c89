"""Stripe's own SDK over our own HTTP client, with every failure turned into one of ours."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import stripe

from ezscale.kit.errors import Rejected, TemporaryFailure, UnknownOutcome

API_VERSION = "2026-10-28.endive"
TIMEOUT = httpx.Timeout(5, connect=3)
PAGE_TIMEOUT = httpx.Timeout(10, connect=3)
STILL_AT_IT = 409  # the first request with an idempotency key has not been answered yet
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def open_client(key: str, http: httpx.Client, base_url: str = "", retries: int = 1) -> stripe.StripeClient:
    """The SDK's client, pinned to our API version. `base_url` is for a stand-in; without it this is Stripe itself."""
    return stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses={"api": base_url} if base_url else {},
        max_network_retries=retries,
        http_client=HttpxTransport(http),
    )


@contextmanager
def asking(*, changes: bool) -> Iterator[None]:
    """Our error for each way in which a question (or, with `changes`, an order) to Stripe can fail.

    Declines (stripe.CardError) are the caller's to judge.
    """
    lost = UnknownOutcome if changes else TemporaryFailure
    try:
        yield
    except NeverSent as error:
        raise TemporaryFailure(f"Stripe cannot be reached: {error.user_message}") from error
    except stripe.RateLimitError as error:
        raise TemporaryFailure("Stripe asks us to slow down.", retry_after=_retry_after(error.headers)) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise TemporaryFailure(f"Stripe does not accept our API key: {error.user_message}") from error
    except stripe.IdempotencyError as error:
        if error.http_status == STILL_AT_IT:
            raise lost(f"Stripe is still working on it: {error.user_message}") from error
        raise KeyReused(f"Stripe refused: {error.user_message}", status=error.http_status or 400) from error
    except stripe.InvalidRequestError as error:
        raise Rejected(f"Stripe refused: {error.user_message}", status=error.http_status or 400) from error
    except (stripe.APIConnectionError, stripe.APIError) as error:
        raise lost(f"Stripe's answer was lost: {error.user_message or type(error).__name__}") from error


class KeyReused(Rejected):
    """An idempotency key came a second time with other parameters: something was asked under it before."""


class NeverSent(stripe.APIConnectionError):
    """No try of this request has left the house: surely nothing happened."""


class HttpxTransport(stripe.HTTPClient):
    """Sends the SDK's requests over one `httpx.Client`, which threads may share."""

    name = "httpx"

    def __init__(self, http: httpx.Client) -> None:
        super().__init__()
        self._http = http
        self._call = threading.local()

    def request_with_retries(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,
        max_network_retries: int | None = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[Any, int, Mapping[str, str]]:
        """One request and the SDK's retries of it, all with the same idempotency key."""
        self._call.in_doubt = False  # becomes true once some try may have been acted on
        return super().request_with_retries(method, url, headers, post_data, max_network_retries, _usage=_usage)

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[Any, int, Mapping[str, str]]:
        """One try."""
        timeout = PAGE_TIMEOUT if method.upper() == "POST" and url.endswith("/checkout/sessions") else TIMEOUT
        try:
            answer = self._http.request(method, url, headers=headers, content=post_data or None, timeout=timeout)
        except NEVER_SENT as error:
            raise _connection_error(error, stripe.APIConnectionError if self._call.in_doubt else NeverSent) from error
        except httpx.HTTPError as error:
            self._call.in_doubt = True
            raise _connection_error(error) from error
        if answer.status_code >= 500:
            self._call.in_doubt = True
        elif answer.status_code == 429 and self._call.in_doubt:
            raise _connection_error("rate limited after a lost answer")
        return answer.content, answer.status_code, answer.headers

    def close(self) -> None:
        """Nothing: whoever opened the HTTP client closes it."""


def _connection_error(
    cause: httpx.HTTPError | str, kind: type[stripe.APIConnectionError] = stripe.APIConnectionError
) -> stripe.APIConnectionError:
    words = cause if isinstance(cause, str) else f"{type(cause).__name__}: {cause}"
    return kind(words, should_retry=True)


def _retry_after(headers: Mapping[str, str] | None) -> float | None:
    value = (headers or {}).get("retry-after", "")
    return float(value) if value.replace(".", "", 1).isdigit() else None
