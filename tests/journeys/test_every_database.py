"""The same story, and every list and figure about it, on each database."""

import pytest

from ezscale.accounts.customers import people_of, search_customers
from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.billing.cases import open_cases
from ezscale.billing.history import attempts_on, invoices_of_item, steps_taken_on
from ezscale.billing.invoicing import invoice_lines, invoices
from ezscale.billing.upcoming import upcoming
from ezscale.messaging.sending import mails, unsent
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.service import ServiceStatus
from ezscale.ordering.placing import orders
from ezscale.provisioning.jobs import open_jobs
from ezscale.provisioning.logbook import latest_log
from ezscale.provisioning.services import running_counts, services
from ezscale.reporting.happenings import happenings, sums_since
from ezscale.reporting.overview import company_overview
from ezscale.reporting.revenue import monthly_revenue
from ezscale.reporting.runs import run_reports
from ezscale.reporting.tonight import tonight
from tests.company import DECLINED_LATER


@pytest.mark.all_databases
def test_a_customer_who_stays_one_who_falls_behind_and_one_who_leaves(at):
    ada, otto, lea = at.signs_up("Ada Moreno"), at.signs_up("Otto Lenz", "DE"), at.signs_up("Lea Roy", "FR")
    ada.buys("vps-3", coupon="WELCOME10")
    otto.buys("vps-1")
    otto.leaves_card(DECLINED_LATER)
    lea.buys("vps-2")
    lea.does(lambda work: cancel_at_period_end(work, lea.service().item_id))

    for days in (24, 7, 8, 1):
        at.sleeps(days)

    statuses = [person.service().status for person in (ada, otto, lea)]
    assert statuses == [ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED, ServiceStatus.TERMINATED]
    [_, overdue] = otto.invoices()
    stopped = otto.service()
    customer_ids = [person.actor.own_customer() for person in (ada, otto, lea)]
    with at.robot() as work:
        began = at.clock.now.replace(month=3, day=1)
        pages = [search_customers(work, by_name=True, descending=False, limit=2)]
        pages.append(search_customers(work, by_name=True, descending=False, before=pages[0][-1].id))
        assert [[row.name for row in page] for page in pages] == [["Ada Moreno", "Lea Roy"], ["Otto Lenz"]]
        assert [row.name for row in search_customers(work, "LENZ")] == ["Otto Lenz"]
        assert len(people_of(work, customer_ids[0])) == 1
        assert [row.id for row in invoices(work, status=InvoiceStatus.OPEN, by_due_day=True)] == [overdue.id]
        assert len(invoices(work, customer_id=customer_ids[0])) == 2
        assert invoice_lines(work, overdue.id)[0].tax_name == "VAT 19%"
        assert [card.last4 for _, card in attempts_on(work, overdue.id) if card] == ["0341", "0341"]
        steps = {step.step for step in steps_taken_on(work, overdue.id)}
        assert steps == {"charge+0", "charge+7", "remind+7", "suspend+7"}
        assert invoices_of_item(work, stopped.item_id)[0].id == overdue.id
        assert [row.service.id for row in services(work, words="OTTO.example")] == [stopped.id]
        assert running_counts(work, customer_ids) == {customer_ids[0]: 1}
        assert len(orders(work, status="paid")) == 3
        assert len(latest_log(work, limit=5)) == 5
        assert (open_jobs(work), open_cases(work), unsent(work)) == ([], [], [])
        assert len(mails(work, customer_id=customer_ids[2])) >= 4
        assert {report.name for report in run_reports(work)} >= {"renewals", "dunning", "cancellations"}
        assert happenings(work, began)[0].words
        assert sums_since(work, began).suspended == 1
        assert company_overview(work).services == {"active": 1, "suspended": 1, "terminated": 1}
        assert list(monthly_revenue(work, "EUR", 2)["lost"]) == [0, -1100]
        assert tonight(work) is not None
    assert [row.description for row in ada.does(upcoming)] == ["VPS 3, monthly"]

    otto.pays(overdue.id)
    at.works()
    assert (otto.service().status, otto.invoices()[1].status) == (ServiceStatus.ACTIVE, InvoiceStatus.PAID)
