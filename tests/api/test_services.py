"""Services over the API: one's own, page by page, with power buttons and an end."""

import pytest
from sqlmodel import col, select

from ezscale.kit.ids import new_id
from ezscale.models import Cancellation, Customer, ProvisioningLog, Service


def test_a_program_sees_its_owners_services(ada, program_of):
    service = ada.service()

    answer = program_of(ada).get("/api/v1/services")

    assert answer.status_code == 200
    [shown] = answer.json()["items"]
    assert (shown["id"], shown["number"], shown["hostname"]) == (str(service.id), service.number, "ada.example.com")
    assert (shown["status"], shown["plan"], shown["system"]) == ("active", "VPS 2", "Debian 13")
    assert shown["ipv4"] == service.ipv4
    assert answer.json()["next"] is None


def test_a_list_is_read_page_by_page_by_following_next(at, ada, program_of):
    for name in ("two", "three"):
        ada.orders(hostname=f"{name}.example.com")
    program = program_of(ada)

    first = program.get("/api/v1/services?limit=2").json()
    last = program.get(first["next"]).json()

    assert [shown["hostname"] for shown in first["items"]] == ["three.example.com", "two.example.com"]
    assert [shown["hostname"] for shown in last["items"]] == ["ada.example.com"]
    assert last["next"] is None


def test_a_list_is_narrowed_by_status_on_every_page(ada, program_of):
    for name in ("two", "three"):
        ada.orders(hostname=f"{name}.example.com")
    program = program_of(ada)

    first = program.get("/api/v1/services?status=waiting&limit=1").json()
    last = program.get(first["next"]).json()

    assert [shown["hostname"] for shown in [*first["items"], *last["items"]]] == [
        "three.example.com",
        "two.example.com",
    ]
    assert last["next"] is None


def test_one_service_is_read_by_its_id(ada, program_of):
    service = ada.service()

    shown = program_of(ada).get(f"/api/v1/services/{service.id}").json()

    assert shown["number"] == service.number


def test_someone_elses_service_does_not_exist(ada, bob, program_of):
    program, service = program_of(bob), ada.service()

    answers = [
        program.get(f"/api/v1/services/{service.id}"),
        program.post(f"/api/v1/services/{service.id}/power", json={"action": "restart"}),
        program.post(f"/api/v1/services/{service.id}/cancel"),
    ]
    never_made = program.get(f"/api/v1/services/{new_id()}")

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert {answer.json()["detail"] for answer in answers} == {never_made.json()["detail"]}
    assert program.get("/api/v1/services").json()["items"] == []


@pytest.mark.parametrize("action", ["boot", "shutdown", "restart", "power_off"])
def test_every_power_button_reaches_the_panel(at, ada, program_of, action):
    service = ada.service()

    answer = program_of(ada).post(f"/api/v1/services/{service.id}/power", json={"action": action})

    assert answer.status_code == 202
    assert answer.json() == {"service_id": str(service.id), "action": action}
    assert last_line(at, service).ok


def test_power_is_refused_while_a_service_is_suspended(at, ada, program_of):
    service = ada.service()
    with at.robot() as work:
        work.session.get_one(Service, service.id).suspend()

    answer = program_of(ada).post(f"/api/v1/services/{service.id}/power", json={"action": "boot"})

    assert answer.status_code == 409
    assert "suspended" in answer.json()["detail"]


def test_a_panel_that_is_down_is_said_so_without_its_address(at, ada, program_of):
    at.breaks(at.panel_http, "down")

    answer = program_of(ada).post(f"/api/v1/services/{ada.service().id}/power", json={"action": "restart"})

    assert answer.status_code == 409
    assert "try again" in answer.json()["detail"]
    assert "panel.test" not in answer.text


def test_cancelling_twice_is_cancelling_once(at, ada, program_of):
    program, service = program_of(ada), ada.service()

    first = program.post(f"/api/v1/services/{service.id}/cancel", json={"reason": "The project has ended."})
    second = program.post(f"/api/v1/services/{service.id}/cancel")

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert first.json()["effective_on"] == "2026-04-02"
    assert first.json()["reason"] == "The project has ended."
    with at.robot() as work:
        assert len(work.session.exec(select(Cancellation)).all()) == 1


def test_a_suspended_customer_can_neither_see_nor_press(at, ada, program_of):
    program, service = program_of(ada), ada.service()
    with at.robot() as work:
        work.session.get_one(Customer, ada.actor.customer_id).suspended_at = work.now

    assert program.get("/api/v1/services").status_code == 403
    assert program.post(f"/api/v1/services/{service.id}/power", json={"action": "boot"}).status_code == 403
    assert program.post(f"/api/v1/services/{service.id}/cancel").status_code == 403
    assert program.get("/api/v1/invoices").json()["items"] != []


def last_line(at, service) -> ProvisioningLog:
    with at.robot() as work:
        lines = select(ProvisioningLog).where(ProvisioningLog.service_id == service.id)
        return work.session.exec(lines.order_by(col(ProvisioningLog.id).desc())).first()
