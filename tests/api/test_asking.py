"""How the API is asked: tokens, limits, names for requests, and clear words for everything that is wrong."""

from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from ezscale import wiring
from ezscale.accounts.api_tokens import create_token, revoke_token
from ezscale.api.app import create_api
from ezscale.api.callers import ApiWork
from ezscale.kit.errors import BusinessError, Kind, TemporaryFailure
from ezscale.kit.rates import CALLS
from ezscale.models import Cancellation, User
from ezscale.sandbox.in_process import InProcess

ADDRESS = "/api/v1/services"


class NoSuchLuck(BusinessError):
    """A refusal of any kind."""

    def __init__(self, kind: Kind) -> None:
        super().__init__("Not this time.", field="luck")
        self.kind = kind


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer ezs_wrong"}, {"Authorization": "Basic YTpi"}])
def test_without_a_token_that_works_nobody_gets_in(at, web, headers):
    answer = web.get(ADDRESS, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["type"] == "/api/docs#not_signed_in"


def test_a_revoked_token_stops_working_at_once(at, bob, web):
    token, text = bob.does(lambda work: create_token(work, "old"))
    headers = {"Authorization": f"Bearer {text}"}
    assert web.get(ADDRESS, headers=headers).status_code == 200

    bob.does(lambda work: revoke_token(work, token.id))

    assert web.get(ADDRESS, headers=headers).status_code == 401


def test_the_token_of_a_suspended_person_stops_working_at_once(at, bob, program_of):
    program = program_of(bob)

    with at.robot() as work:
        work.session.get_one(User, bob.user.id).suspended_at = work.now

    assert program.get(ADDRESS).status_code == 401


def test_every_answer_says_how_many_calls_are_left(bob, program_of):
    answer = program_of(bob).get(ADDRESS)

    assert answer.headers["x-ratelimit-limit"] == str(CALLS.amount)
    assert answer.headers["x-ratelimit-remaining"] == str(CALLS.amount - 1)
    assert 1 <= int(answer.headers["x-ratelimit-reset"]) <= 60


def test_who_asks_too_often_is_told_when_to_come_back(bob, grace, program_of):
    program, other = program_of(bob), program_of(grace)

    answers = [program.get(f"{ADDRESS}/x")]
    while answers[-1].status_code != 429 and len(answers) < 3 * CALLS.amount:  # the window moves on meanwhile
        answers.append(program.get(f"{ADDRESS}/x"))

    assert len(answers) > CALLS.amount
    assert {answer.status_code for answer in answers[:-1]} == {400}
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert answers[-1].headers["x-ratelimit-remaining"] == "0"
    assert other.get(ADDRESS).status_code == 200


def test_whoever_guesses_tokens_is_no_longer_listened_to(bob, web, program_of):
    program = program_of(bob)

    guesses = [web.get(ADDRESS, headers={"Authorization": f"Bearer ezs_{n}"}) for n in range(31)]

    assert [answer.status_code for answer in guesses] == [401] * 30 + [429]
    assert program.get(ADDRESS).status_code == 429  # from the same address, even with a good token


def test_every_answer_names_its_request(bob, web):
    given = web.get(ADDRESS, headers={"X-Request-ID": "caller-0001"})
    made = web.get(ADDRESS, headers={"X-Request-ID": "no\tname for a log"})

    assert given.headers["x-request-id"] == given.json()["request_id"] == "caller-0001"
    assert len(made.headers["x-request-id"]) == 32


@pytest.mark.parametrize(
    ("method", "address", "body", "field"),
    [
        ("GET", f"{ADDRESS}/no-id", None, "service_id"),
        ("GET", f"{ADDRESS}?limit=0", None, "limit"),
        ("GET", f"{ADDRESS}?limit=101", None, "limit"),
        ("GET", f"{ADDRESS}?before=yesterday", None, "before"),
        ("GET", f"{ADDRESS}?status=happy", None, "status"),
        ("POST", f"{ADDRESS}/{{}}/power", "{}", "action"),
        ("POST", f"{ADDRESS}/{{}}/power", '{"action": "explode"}', "action"),
        ("POST", f"{ADDRESS}/{{}}/power", '{"action": ["boot"]}', "action"),
        ("POST", f"{ADDRESS}/{{}}/power", "{not json", ""),
        ("POST", f"{ADDRESS}/{{}}/power", "[]", ""),
        ("POST", f"{ADDRESS}/{{}}/cancel", '{"reason": 5}', "reason"),
        ("POST", f"{ADDRESS}/{{}}/cancel", f'{{"reason": "{"x" * 501}"}}', "reason"),
    ],
)
def test_bad_input_is_named_and_changes_nothing(at, ada, program_of, method, address, body, field):
    headers = {"Content-Type": "application/json"}

    answer = program_of(ada).request(method, address.format(ada.service().id), content=body, headers=headers)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["type"], answer.json()["field"]) == ("/api/docs#invalid", field)
    assert "explode" not in answer.text
    with at.robot() as work:
        assert work.session.exec(select(Cancellation)).all() == []


@pytest.mark.parametrize("headers", [{}, {"Transfer-Encoding": "chunked"}])
def test_a_body_that_is_too_large_is_not_read(ada, program_of, headers):
    parts = (b" " * 100_000 for _ in range(11)) if headers else b" " * 1_100_000
    program = program_of(ada)

    answer = program.post(f"{ADDRESS}/{ada.service().id}/power", content=parts, headers=headers)

    assert answer.status_code == 413
    assert answer.json()["type"] == "/api/docs#too_large"


@pytest.mark.parametrize(
    "address", ["/api/nothing", "/api/v2/services", "/api/v1/services/", "/webhooks/nobody", "/api/"]
)
def test_an_unknown_address_is_said_in_the_language_of_programs(at, web, address):
    answer = web.get(address)

    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is nothing at this address."


def test_a_wrong_method_is_told_the_right_ones(at, web):
    answer = web.delete(ADDRESS)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (NoSuchLuck(Kind.INVALID), 400, "invalid"),
        (NoSuchLuck(Kind.NOT_SIGNED_IN), 401, "not_signed_in"),
        (NoSuchLuck(Kind.DECLINED), 402, "declined"),
        (NoSuchLuck(Kind.NOT_ALLOWED), 403, "not_allowed"),
        (NoSuchLuck(Kind.NOT_FOUND), 404, "not_found"),
        (NoSuchLuck(Kind.CONFLICT), 409, "conflict"),
        (NoSuchLuck(Kind.TOO_MANY), 429, "too_many"),
        (TemporaryFailure("panel.internal: refused", retry_after=42), 503, "unavailable"),
        (OperationalError("SELECT secret", {}, Exception("database is locked")), 503, "unavailable"),
        (ZeroDivisionError("secret"), 500, "our_fault"),
    ],
)
def test_every_kind_of_no_has_its_status(at, error, status, kind):
    def fail() -> None:
        raise error

    answer = client_with("/fail", fail).get("/fail")

    assert answer.status_code == status
    assert answer.json()["type"] == f"/api/docs#{kind}"
    assert answer.json()["field"] == getattr(error, "field", "")
    assert not any(word in answer.text for word in ("secret", "internal", "locked"))
    assert answer.headers.get("retry-after") == {503: str(getattr(error, "retry_after", 10))}.get(status)


def test_nobody_hears_that_it_worked_before_it_is_safe(at, bob, program_of, monkeypatch):
    @contextmanager
    def never_commits():
        with at.house.database.opener(bob.actor)() as work:
            yield work
            raise OperationalError("COMMIT", {}, Exception("the disk is full"))

    def change(work: ApiWork) -> str:
        return "done"

    monkeypatch.setattr(wiring, "work_of", lambda _actor: never_commits)
    client = client_with("/change", change)
    client.headers = program_of(bob).headers

    assert client.get("/change").status_code == 503


def client_with(address: str, endpoint) -> httpx.Client:
    """A client of an API that has one more endpoint."""
    api = create_api()
    api.add_api_route(address, endpoint)
    return httpx.Client(transport=InProcess(api), base_url="http://ezscale.test")
