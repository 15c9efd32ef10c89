"""Payments that our own programs record: from a bank's statement, say."""

from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.models.invoice import InvoiceStatus
from tests.billing.papers import again, owes

TRANSFER = {"method": "bank_transfer", "minor": 1230, "currency": "EUR", "came_on": "2026-03-02"}


def test_a_program_records_a_transfer_once_and_takes_it_back(at, ada, grace, program_of):
    first, second = owes(at, ada), owes(at, ada)
    program = program_of(grace)
    address = f"/api/v1/admin/invoices/{first.id}/payments"
    sent = TRANSFER | {"reference": "SEPA 4711", "key": "line 17"}

    answers = [program.post(address, json=sent) for _ in range(2)]
    elsewhere = program.post(f"/api/v1/admin/invoices/{second.id}/payments", json=sent | {"key": ""})

    shown = answers[0].json()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert shown == answers[1].json()
    assert (shown["method"], shown["amount"]["minor"], shown["recorded_by"]) == ("bank_transfer", 1230, "Grace Hopper")
    assert (elsewhere.status_code, first.number in elsewhere.json()["detail"]) == (409, True)
    assert again(at, first).status is InvoiceStatus.PAID
    back = program.post(f"/api/v1/admin/payments/{shown['id']}/take-back", json={"reason": "Another customer's"})
    assert (back.status_code, back.json()["taken_back_at"] is not None) == (200, True)
    assert again(at, first).open_amount == Money(1230, "EUR")


def test_what_is_wrong_is_named_and_nobody_else_records_anything(at, ada, grace, program_of):
    invoice, program = owes(at, ada), program_of(grace)
    address = f"/api/v1/admin/invoices/{invoice.id}/payments"
    good = TRANSFER | {"reference": "SEPA 4711"}

    wrong = [
        program.post(address, json=good | each) for each in ({"currency": "XXY"}, {"minor": 0}, {"method": "shells"})
    ]
    missing = program.post(f"/api/v1/admin/payments/{new_id()}/take-back", json={"reason": "A slip"})

    assert [answer.status_code for answer in (*wrong, missing)] == [400, 400, 400, 404]
    assert program_of(ada).post(address, json=good).status_code == 403
    assert again(at, invoice).settled_minor == 0
