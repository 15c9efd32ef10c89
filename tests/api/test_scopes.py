"""What a token may do over the API: what was ticked for it, and no more."""

import re

import httpx
import pytest
from sqlmodel import select

from ezscale.accounts.api_tokens import create_token
from ezscale.accounts.permissions import (
    CANCEL_SERVICES,
    MANAGE_INVOICES,
    PAY_INVOICES,
    SEE_BILLING,
    SEE_EVERYTHING,
    SEE_SERVICES,
    USE_SERVICES,
)
from ezscale.models import ApiToken
from ezscale.models.customer import MemberRole
from tests.api.conftest import HERE

CALLS = {
    "GET /api/v1/services": SEE_SERVICES,
    "GET /api/v1/services/{id}": SEE_SERVICES,
    "POST /api/v1/services/{id}/power": USE_SERVICES,
    "POST /api/v1/services/{id}/cancel": CANCEL_SERVICES,
    "GET /api/v1/invoices": SEE_BILLING,
    "GET /api/v1/invoices/{id}": SEE_BILLING,
    "GET /api/v1/invoices/{id}/pdf": SEE_BILLING,
    "GET /api/v1/credit-notes": SEE_BILLING,
    "GET /api/v1/credit-notes/{id}": SEE_BILLING,
    "GET /api/v1/credit": SEE_BILLING,
    "GET /api/v1/credit/movements": SEE_BILLING,
    "GET /api/v1/credit/top-ups": SEE_BILLING,
    "POST /api/v1/credit/top-ups": PAY_INVOICES,
    "GET /api/v1/admin/customers": SEE_EVERYTHING,
    "GET /api/v1/admin/services": SEE_EVERYTHING,
    "POST /api/v1/admin/invoices/{id}/payments": MANAGE_INVOICES,
    "POST /api/v1/admin/payments/{id}/take-back": MANAGE_INVOICES,
}

AN_ID = re.compile(r"\{\w+_id\}")


@pytest.fixture
def program_with(line):
    """Calls with a token of somebody's that has these scopes."""

    def program_with(person, *scopes, for_customer=False) -> httpx.Client:
        _, text = person.does(lambda work: create_token(work, "test", scopes, for_customer=for_customer))
        return httpx.Client(transport=line, base_url=HERE, headers={"Authorization": f"Bearer {text}"})

    return program_with


@pytest.mark.parametrize("call", CALLS)
def test_a_call_without_its_scope_is_refused_by_the_name_of_the_scope(ada, program_with, call):
    method, _, path = call.partition(" ")
    [invoice] = ada.invoices()
    row_id = str(invoice.id if "invoices" in path else ada.service().id)
    others = {SEE_SERVICES, USE_SERVICES, CANCEL_SERVICES, SEE_BILLING, PAY_INVOICES} - {CALLS[call]}

    answer = program_with(ada, *others).request(method, path.replace("{id}", row_id), json={"action": "restart"})

    assert answer.status_code == 403
    assert f"the scope {CALLS[call]}," in answer.json()["detail"]


def test_the_table_above_is_every_call_there_is(at, web):
    paths = web.get("/openapi.json").json()["paths"]

    documented = {
        f"{method.upper()} {AN_ID.sub('{id}', path)}": operation["x-scope"]
        for path, operations in paths.items()
        for method, operation in operations.items()
    }

    assert documented == CALLS


def test_one_scope_is_enough_for_what_it_is_about(ada, program_with):
    program = program_with(ada, SEE_SERVICES)

    assert len(program.get("/api/v1/services").json()["items"]) == 1
    assert program.get("/api/v1/invoices").status_code == 403


def test_a_customers_own_token_sees_what_is_the_customers(ada, bob, program_with):
    program = program_with(ada, SEE_SERVICES, for_customer=True)

    assert [shown["hostname"] for shown in program.get("/api/v1/services").json()["items"]] == ["ada.example.com"]


def test_a_delegates_program_reaches_the_one_server_alone(ada, program_with):
    shared, other = ada.service(), ada.buys()
    dan = ada.brings_along("Dan Delegate", MemberRole.DELEGATE, shared.id)
    program = program_with(dan, SEE_SERVICES, USE_SERVICES)

    assert [shown["id"] for shown in program.get("/api/v1/services").json()["items"]] == [str(shared.id)]
    assert program.get(f"/api/v1/services/{other.id}").status_code == 404
    for service, status in ((shared, 202), (other, 404)):
        answer = program.post(f"/api/v1/services/{service.id}/power", json={"action": "restart"})
        assert answer.status_code == status
    assert program.get("/api/v1/invoices").status_code == 403


def test_a_delegates_sheet_does_not_say_whose_the_server_is(ada, browser_of):
    dan = ada.brings_along("Dan Delegate", MemberRole.DELEGATE, ada.service().id)

    sheet = browser_of(dan).get("/api/exports/services.csv").text

    assert "ada.example.com" in sheet
    assert "C-000001" not in sheet
    assert "Ada Moreno" not in sheet


def test_that_a_token_was_used_is_remembered_after_the_answer(at, ada, program_with):
    program = program_with(ada, SEE_SERVICES)

    program.get("/api/v1/services")

    with at.robot() as work:
        [token] = work.session.exec(select(ApiToken)).all()
    assert token.last_used_at == at.clock.now


def test_the_reference_explains_every_scope(at, web):
    page = web.get("/api/docs").text

    for scope in set(CALLS.values()):
        assert f'id="scope-{scope}"' in page
