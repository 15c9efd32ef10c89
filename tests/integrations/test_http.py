from contextlib import suppress
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from ezscale.integrations.http import ask, open_http
from ezscale.kit.clock import world_now
from ezscale.kit.errors import Missing, NotNow, Rejected, TemporaryFailure, UnknownOutcome


def vendor(answer):
    """A client of a vendor that always gives this answer, or fails with this error."""

    def handle(request):
        if isinstance(answer, Exception):
            raise answer
        return answer

    return open_http("https://vendor.test/api", "secret-token", transport=httpx.MockTransport(handle))


def failure_of(answer, method="POST"):
    with pytest.raises((TemporaryFailure, Rejected)) as caught:
        ask(vendor(answer), method, "/things")
    return caught.value


def test_an_answer_is_read_from_json():
    answer = ask(vendor(httpx.Response(201, json={"data": [1]})), "POST", "/things", json={"a": 1})

    assert answer == {"data": [1]}


@pytest.mark.parametrize("status", [200, 201, 204])
def test_an_empty_answer_is_an_answer(status):
    assert ask(vendor(httpx.Response(status)), "POST", "/things") is None


def test_every_call_carries_the_token_and_our_name():
    seen = []

    def handle(request):
        seen.append(request)
        return httpx.Response(204)

    http = open_http("https://vendor.test/api", "secret-token", transport=httpx.MockTransport(handle))

    ask(http, "GET", "/things", params={"page": 2})

    (request,) = seen
    assert str(request.url) == "https://vendor.test/api/things?page=2"
    assert request.headers["Authorization"] == "Bearer secret-token"
    assert request.headers["User-Agent"].startswith("EZSCALE")


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("refused"), httpx.ConnectTimeout("late"), httpx.PoolTimeout("full")]
)
def test_what_was_never_sent_can_be_sent_again(error):
    failure = failure_of(error)

    assert type(failure) is TemporaryFailure


@pytest.mark.parametrize(
    "error", [httpx.ReadTimeout("late"), httpx.RemoteProtocolError("dropped"), httpx.ReadError("reset")]
)
def test_a_lost_answer_to_an_order_is_an_unknown_outcome_and_to_a_question_is_not(error):
    order, question = failure_of(error), failure_of(error, "GET")

    assert type(order) is UnknownOutcome
    assert type(question) is TemporaryFailure


@pytest.mark.parametrize("status", [408, 500, 502, 504])
def test_a_broken_vendor_may_have_acted(status):
    order, question = failure_of(httpx.Response(status)), failure_of(httpx.Response(status), "GET")

    assert type(order) is UnknownOutcome
    assert type(question) is TemporaryFailure


@pytest.mark.parametrize(
    ("wrong", "method", "calls"),
    [
        (httpx.ReadError("reset"), "GET", 2),
        (httpx.ReadTimeout("late"), "GET", 1),
        (httpx.Response(500), "GET", 2),
        (httpx.Response(503), "GET", 2),
        (httpx.Response(200, text="<html>"), "GET", 2),
        (httpx.Response(503, headers={"Retry-After": "1"}), "GET", 1),
        (httpx.Response(429), "GET", 1),
        (httpx.Response(422), "GET", 1),
        (httpx.Response(503), "POST", 1),
        (httpx.Response(500), "DELETE", 1),
    ],
    ids=str,
)
def test_a_question_that_came_to_nothing_is_asked_twice_and_nothing_else_is(wrong, method, calls):
    asked = []

    def handle(request):
        asked.append(request)
        if len(asked) > 1:
            return httpx.Response(200, json="at last")
        if isinstance(wrong, Exception):
            raise wrong
        return wrong

    http = open_http("https://vendor.test", transport=httpx.MockTransport(handle))
    with suppress(TemporaryFailure, Rejected):
        assert ask(http, method, "/things") == "at last"

    assert len(asked) == calls


def test_whoever_took_long_to_say_nothing_or_would_do_something_is_asked_once(monkeypatch):
    asked = []

    def handle(request):
        asked.append(request)
        raise httpx.ReadError("reset")

    http = open_http("https://vendor.test", transport=httpx.MockTransport(handle))
    with pytest.raises(TemporaryFailure):
        ask(http, "GET", "/sign-in", is_act=True)
    monkeypatch.setattr("ezscale.integrations.http.AT_ONCE", 0.0)
    with pytest.raises(TemporaryFailure):
        ask(http, "GET", "/things")

    assert len(asked) == 2


@pytest.mark.parametrize("status", [423, 429, 503])
def test_a_vendor_who_is_busy_has_not_acted(status):
    failure = failure_of(httpx.Response(status, json={"msg": "not now"}))

    assert type(failure) is (NotNow if status == 429 else TemporaryFailure)
    assert "not now" in failure.message


def test_the_vendor_says_when_to_come_back():
    in_seconds = failure_of(httpx.Response(429, headers={"Retry-After": "7"}))
    at = format_datetime(world_now() + timedelta(minutes=5), usegmt=True)
    at_a_time = failure_of(httpx.Response(503, headers={"Retry-After": at}))
    unreadable = failure_of(httpx.Response(503, headers={"Retry-After": "soon"}))

    assert in_seconds.retry_after == 7
    assert 200 < at_a_time.retry_after <= 300
    assert unreadable.retry_after is None


def test_a_refused_token_is_explained_to_the_operator():
    unknown, powerless = failure_of(httpx.Response(401)), failure_of(httpx.Response(403, json={"msg": "no"}))

    assert isinstance(unknown, Rejected)
    assert "API token" in unknown.message
    assert isinstance(powerless, Rejected)
    assert powerless.status == 403
    assert "secret-token" not in unknown.message + powerless.message


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"errors": ["No room", "Try elsewhere"]}, "No room; Try elsewhere"),
        (
            {"message": "Invalid.", "errors": {"email": ["Taken."], "name": ["Too long."]}},
            "email: Taken.; name: Too long.",
        ),
        ({"msg": "not in this state"}, "not in this state"),
        ({"errors": [], "message": "Invalid."}, "Invalid."),
        ({"errors": [{"code": "DisplayException", "detail": "Still owns servers."}]}, "Still owns servers."),
        ({"error": True, "messages": [{"type": "danger", "text": "Already taken."}], "data": None}, "Already taken."),
        ({"code": "already_exists", "detail": "login"}, "login"),
        ({"resources": [{"kind": "out", "resourceName": "sites", "total": 1, "usage": 1}]}, "sites: 1 of 1 used (out)"),
        ("nonsense", "Unprocessable"),
    ],
)
def test_a_refusal_carries_the_vendors_own_reason(body, reason):
    failure = failure_of(httpx.Response(422, json=body))

    assert isinstance(failure, Rejected)
    assert failure.message.startswith(reason)
    assert failure.status == 422


def test_a_record_is_missing_only_when_the_vendor_says_so():
    bodies = (
        {"msg": "server not found"},
        {"code": "not_found", "detail": "org"},
        {"errors": [{"code": "NotFoundHttpException", "status": "404", "detail": "The resource does not exist."}]},
    )
    said = [failure_of(httpx.Response(404, json=body), "GET") for body in bodies]
    silent = [failure_of(answer, "GET") for answer in (httpx.Response(404), httpx.Response(404, json={"message": "?"}))]

    assert [type(failure) for failure in said] == [Missing] * 3
    assert [type(failure) for failure in silent] == [TemporaryFailure] * 2


def test_nonsense_is_no_answer():
    order, question = (failure_of(httpx.Response(200, html="<h1>Hello</h1>"), method) for method in ("POST", "GET"))

    assert type(order) is UnknownOutcome
    assert type(question) is TemporaryFailure


def test_we_do_not_follow_when_we_are_sent_elsewhere():
    failure = failure_of(httpx.Response(302, headers={"Location": "https://evil.test"}))

    assert isinstance(failure, Rejected)


def test_an_address_that_is_none_is_refused():
    http = open_http("ftp://vendor.test", "secret-token")

    with pytest.raises(Rejected):
        ask(http, "GET", "/things")
