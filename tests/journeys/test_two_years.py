from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.service import ServiceStatus
from tests.company import DECLINED_LATER, Company

MONTH = 30.44


def test_two_years_with_a_good_a_forgetful_and_a_leaving_customer(database, clock, tmp_path):
    at = Company(database, clock, tmp_path)
    good, forgetful, leaving = at.signs_up("Grace Hall"), at.signs_up("Otto Lenz", "DE"), at.signs_up("Lea Roy", "FR")
    good.buys("vps-3")
    forgetful.buys("vps-1")
    forgetful.leaves_card(DECLINED_LATER)
    leaving.buys("vps-2")

    for month in range(24):
        at.lives(days=MONTH / 2)
        if month == 9:
            leaving.does(lambda work: cancel_at_period_end(work, leaving.service().item_id, "Moving on"))
        at.lives(days=MONTH / 2)
        if forgetful.service().status is ServiceStatus.SUSPENDED:
            unpaid = [invoice for invoice in forgetful.invoices() if invoice.status is InvoiceStatus.OPEN]
            forgetful.pays(unpaid[0].id)
            forgetful.leaves_card(DECLINED_LATER)
            at.works()
        assert at.complaints() == {}

    assert [invoice.status for invoice in good.invoices()] == [InvoiceStatus.PAID] * 24 + [InvoiceStatus.OPEN]
    assert forgetful.service().status is ServiceStatus.ACTIVE
    assert InvoiceStatus.OPEN not in {invoice.status for invoice in forgetful.invoices()[:-1]}
    assert [invoice.status for invoice in leaving.invoices()] == [InvoiceStatus.PAID] * 10
    assert leaving.service().status is ServiceStatus.TERMINATED
    assert at.panel_did()["done"]["servers allocated"] == 3
