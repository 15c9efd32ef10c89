"""Stripe's own SDK over our own HTTP client, with every failure turned into one of ours."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import stripe

from ezscale.integrations.http import NotAsked
from ezscale.kit.errors import Rejected, TemporaryFailure, UnknownOutcome

API_VERSION = "2026-10-28.endive"
TIMEOUT = httpx.Timeout(5, connect=3)
NOT_NOW = (401, 403, 429)  # this try was not acted on, which says nothing of the ones before
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
    except NotTried as error:
        raise TemporaryFailure(f"Stripe is left alone: {error.user_message}", retry_after=error.retry_after) from error
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


class NotTried(NeverSent):
    """We leave Stripe alone for so many seconds."""

    retry_after = 0.0


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
        try:
            answer = self._http.request(method, url, headers=headers, content=post_data or None, timeout=TIMEOUT)
        except NotAsked as error:
            raise _left_alone(error, in_doubt=self._call.in_doubt) from error
        except NEVER_SENT as error:
            raise _connection_error(error, stripe.APIConnectionError if self._call.in_doubt else NeverSent) from error
        except httpx.HTTPError as error:
            self._call.in_doubt = True
            raise _connection_error(error) from error
        if answer.status_code >= 500:
            self._call.in_doubt = True
        elif answer.status_code in NOT_NOW and self._call.in_doubt:
            raise _connection_error(f"{answer.status_code} after a lost answer", retry=False)
        return answer.content, answer.status_code, answer.headers

    def close(self) -> None:
        """Nothing: whoever opened the HTTP client closes it."""


def _connection_error(
    cause: httpx.HTTPError | str,
    kind: type[stripe.APIConnectionError] = stripe.APIConnectionError,
    *,
    retry: bool = True,
) -> stripe.APIConnectionError:
    words = cause if isinstance(cause, str) else f"{type(cause).__name__}: {cause}"
    return kind(words, should_retry=retry)


def _left_alone(cause: NotAsked, *, in_doubt: bool) -> stripe.APIConnectionError:
    if in_doubt:
        return _connection_error(cause, retry=False)
    error = NotTried(str(cause), should_retry=False)  # type: ignore[no-untyped-call]  # the SDK does not say its types
    error.retry_after = cause.retry_after
    return error


def _retry_after(headers: Mapping[str, str] | None) -> float | None:
    value = (headers or {}).get("retry-after", "")
    return float(value) if value.replace(".", "", 1).isdigit() else None
