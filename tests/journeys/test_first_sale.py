from ezscale.kit.money import Money
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.credentials import reveal_login
from tests.company import Company


def test_a_visitor_buys_a_server_and_it_runs(database, clock, tmp_path):
    at = Company(database, clock, tmp_path)
    ada = at.signs_up("Ada Moreno", country="IE", currency="EUR")

    service = ada.buys("vps-2")

    [invoice] = ada.invoices()
    assert (invoice.status, invoice.number) == (InvoiceStatus.PAID, "INV-2026-000001")
    assert invoice.total == Money(1353, "EUR")  # 11.00 and 23 % VAT
    assert service.status is ServiceStatus.ACTIVE
    assert service.ipv4
    login = ada.does(lambda work: reveal_login(work, at.house.vault, service.id))
    assert login.username == "root"
    assert at.panel_did()["done"]["servers allocated"] == 1
    assert at.complaints() == {}
