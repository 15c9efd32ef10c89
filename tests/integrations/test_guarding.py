"""A guarded way out to a vendor."""

from collections.abc import Callable

import httpx
import pytest

from ezscale.integrations.guarding import LineGuard, guard_of
from ezscale.integrations.http import ask, open_http
from ezscale.integrations.stripe.adapter import open_gateway
from ezscale.kit.errors import TemporaryFailure, UnknownOutcome
from ezscale.kit.vendor_lines import MOST_FAILURES, Breaker
from ezscale.kit.work import Database
from ezscale.sandbox.faults import Wrong
from tests.stripe_sandbox import KEY, SECRET, StripeSandbox

Answering = Callable[[httpx.Request], httpx.Response]


def silent(request: httpx.Request) -> httpx.Response:
    """It does not answer."""
    raise httpx.ReadTimeout("too late", request=request)


def busy(_request: httpx.Request) -> httpx.Response:
    """It has had enough."""
    return httpx.Response(429, headers={"Retry-After": "40"}, json={})


def guarded(database: Database, answering: Answering) -> httpx.Client:
    """A client whose vendor answers like this."""
    guard = guard_of("vendor", 1000, database, None)
    return open_http("http://vendor.test", guard=guard, transport=httpx.MockTransport(answering))


def test_a_silent_vendor_is_left_alone_and_it_is_known_that_nothing_happened(database: Database) -> None:
    http = guarded(database, silent)
    for _ in range(MOST_FAILURES):
        with pytest.raises(UnknownOutcome):
            ask(http, "POST", "/servers")

    with pytest.raises(TemporaryFailure, match="vendor does not answer") as failure:
        ask(http, "POST", "/servers")

    assert not isinstance(failure.value, UnknownOutcome)
    assert failure.value.retry_after is not None
    assert 30 < failure.value.retry_after <= 180


def test_refusals_are_answers(database: Database) -> None:
    http = guarded(database, lambda _request: httpx.Response(422, json={"msg": "no"}))

    for _ in range(MOST_FAILURES + 1):
        assert http.post("/servers").status_code == 422


def test_what_has_had_enough_is_asked_nothing_until_it_said(database: Database) -> None:
    http = guarded(database, busy)
    with pytest.raises(TemporaryFailure):
        ask(http, "POST", "/servers")

    for method in ("GET", "POST"):
        with pytest.raises(TemporaryFailure, match="as often as it allows") as failure:
            ask(http, method, "/servers")
        assert failure.value.retry_after == pytest.approx(40, abs=1)


def test_a_lost_answer_stays_in_doubt_when_the_second_try_is_not_made(database: Database) -> None:
    sandbox = StripeSandbox()
    charge = sandbox.a_charge_on()
    breaker = Breaker(database, "stripe")
    for _ in range(MOST_FAILURES - 1):
        breaker.failed("ReadTimeout")
    http = open_http("http://stripe.test", guard=LineGuard(breaker), transport=sandbox.transport)
    gateway = open_gateway(key=KEY, webhook_secret=SECRET, base_url="http://stripe.test", http=http, retries=1)
    sandbox.goes_wrong(Wrong.LOST, path="/v1/payment_intents")

    with pytest.raises(UnknownOutcome):
        gateway.charge(charge)
    with pytest.raises(TemporaryFailure) as left_alone:
        gateway.charge(charge)

    assert not isinstance(left_alone.value, UnknownOutcome)
    assert left_alone.value.retry_after is not None
