from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.service import ServiceStatus
from tests.company import DECLINED_LATER, Company, Person
from tests.sizes import size

MONTH, MONTHS = 30.44, size(13, 24)


def test_a_year_or_two_with_a_good_a_forgetful_and_a_leaving_customer(database, clock, tmp_path):
    at = Company(database, clock, tmp_path, rounds=False)
    good, forgetful, leaving = at.signs_up("Grace Hall"), at.signs_up("Otto Lenz", "DE"), at.signs_up("Lea Roy", "FR")
    good.buys("vps-3")
    forgetful.buys("vps-1")
    forgetful.leaves_card(DECLINED_LATER)
    leaving.buys("vps-2")

    for half_month in range(2 * MONTHS):
        at.lives(days=MONTH / 2)
        if half_month == 19:
            leaving.does(lambda work: cancel_at_period_end(work, leaving.service().item_id, "Moving on"))
        if forgetful.service().status is ServiceStatus.SUSPENDED:
            pays_at_last(forgetful)
        if half_month % 2:
            assert at.complaints() == {}

    assert [invoice.status for invoice in good.invoices()] == [InvoiceStatus.PAID] * MONTHS + [InvoiceStatus.OPEN]
    assert {invoice.status for invoice in forgetful.invoices()[:-2]} == {InvoiceStatus.PAID}
    assert forgetful.service().status is not ServiceStatus.TERMINATED
    assert [invoice.status for invoice in leaving.invoices()] == [InvoiceStatus.PAID] * 10 + [InvoiceStatus.VOID]
    assert leaving.service().status is ServiceStatus.TERMINATED
    assert at.panel_did()["done"]["servers allocated"] == 3


def pays_at_last(person: Person) -> None:
    """They pay the oldest unpaid invoice with a good card, and leave the bad one for the next again."""
    unpaid = [invoice for invoice in person.invoices() if invoice.status is InvoiceStatus.OPEN]
    person.pays(unpaid[0].id)
    person.at.works()
    assert person.service().status is ServiceStatus.ACTIVE
    person.leaves_card(DECLINED_LATER)
