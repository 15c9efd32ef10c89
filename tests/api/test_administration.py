"""What our own programs may ask: every customer, every service."""

import pytest
from sqlmodel import select

from ezscale.kit.settings import settings
from ezscale.kit.staff_door import MARK
from ezscale.models import StaffRole


def test_staff_list_customers_page_by_page(ada, bob, grace, program_of):
    program = program_of(grace)

    first = program.get("/api/v1/admin/customers?limit=1").json()
    last = program.get(first["next"]).json()

    assert [shown["name"] for shown in [*first["items"], *last["items"]]] == ["Bob Ferris", "Ada Moreno"]
    assert first["items"][0].keys() == {
        *("id", "number", "name", "company", "email", "country", "currency", "created_at", "suspended_at")
    }


def test_staff_search_customers_and_keep_the_words_on_the_next_page(ada, bob, grace, program_of):
    program = program_of(grace)

    found = program.get("/api/v1/admin/customers", params={"search": "moreno"}).json()
    pages = program.get("/api/v1/admin/customers", params={"search": "example.com", "limit": 1}).json()

    assert [shown["name"] for shown in found["items"]] == ["Ada Moreno"]
    assert "search=example.com" in pages["next"]


def test_staff_list_every_service_with_its_owner(ada, bob, grace, program_of):
    bob.orders()
    program, service = program_of(grace), ada.service()

    every = program.get("/api/v1/admin/services").json()["items"]
    active = program.get("/api/v1/admin/services?status=active").json()["items"]
    of_ada = program.get("/api/v1/admin/services", params={"customer_id": str(service.customer_id)}).json()["items"]
    by_name = program.get("/api/v1/admin/services?search=ada.example").json()["items"]

    assert [shown["hostname"] for shown in every] == ["bob.example.com", "ada.example.com"]
    assert active == of_ada == by_name == [every[1]]
    assert every[1]["customer_id"] == str(service.customer_id)


@pytest.mark.parametrize("list_name", ["customers", "services"])
def test_nobody_else_sees_these_lists(at, ada, grace, web, program_of, list_name):
    address, customer, colleague = f"/api/v1/admin/{list_name}", program_of(ada), program_of(grace)
    with at.robot() as work:
        role = work.session.exec(select(StaffRole)).one()
        role.name, role.permissions = "Trainee", []

    assert web.get(address).status_code == 401
    assert customer.get(address).status_code == 403
    assert colleague.get(address).status_code == 403


def test_where_staff_have_a_door_they_call_and_look_by_it_alone(ada, grace, program_of, browser_of, monkeypatch):
    monkeypatch.setenv("EZSCALE_ADMIN_HOST", "staff.example")
    settings.cache_clear()
    try:
        program, browser = program_of(grace), browser_of(grace)
        paths = ("/api/v1/admin/customers", "/api/v1/services", "/api/exports/customers.csv")
        without = [(program if "v1" in path else browser).get(path).status_code for path in paths]
        by_it = [(program if "v1" in path else browser).get(path, headers={MARK: "open"}).status_code for path in paths]
        customers = program_of(ada).get("/api/v1/services").status_code
    finally:
        monkeypatch.undo()
        settings.cache_clear()

    assert (without, by_it, customers) == ([403, 403, 403], [200, 200, 200], 200)


def test_staff_look_at_a_sample_in_each_design(grace, ada, browser_of):
    colleague, customer = browser_of(grace), browser_of(ada)

    for design in ("plain", "band"):
        address = f"/api/documents/samples/{design}"
        assert colleague.get(f"{address}.pdf").content.startswith(b"%PDF-")
        picture = colleague.get(f"{address}.png")
        assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")
        assert customer.get(f"{address}.pdf").status_code == customer.get(f"{address}.png").status_code == 403
    assert colleague.get("/api/documents/samples/golden.pdf").status_code == 404
