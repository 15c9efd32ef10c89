import pytest

from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.billing.cases import open_case, open_cases
from ezscale.models import Service
from ezscale.models.service import ServiceStatus
from ezscale.privacy.erasing import erase_customer
from ezscale.state.admin.cases import CaseState
from ezscale.state.admin.customer import CustomerState
from ezscale.state.admin.invoice import InvoiceState, step_words
from ezscale.state.admin.jobs import ProvisioningState
from ezscale.state.admin.service import ServiceState
from tests.state.panel import administrator, cannot_renew, onlooker
from tests.state.portal import Screen


def said(page):
    return [(message.tone, message.text) for message in page.messages]


async def test_the_file_of_a_customer_holds_everything_about_them(company):
    ada = company.signs_up("Ada Moreno")
    server = ada.buys()
    company.signs_up("Bruno Costa").buys()

    page = await Screen(company, CustomerState, administrator(company)).opens(
        f"/admin/customer/?id={server.customer_id}"
    )

    assert (page.customer.name, page.customer.address) == ("Ada Moreno", ["Ireland"])
    assert [(person.email, person.role) for person in page.people] == [("ada@example.com", "Owner")]
    assert [row.number for row in page.services] == [server.number]
    assert [row.status for row in page.invoices] == ["paid"]
    assert [(card.label, card.is_default) for card in page.cards] == [("Visa •••• 4242", True)]
    assert "Paid: invoice INV-2026-000001" in [mail.subject for mail in page.mails]
    assert page.cases == []


async def test_the_file_of_an_erased_customer_says_which_vendor_has_not_forgotten_them(company):
    ada, olivia = company.signs_up("Ada Moreno"), administrator(company)
    customer_id = ada.buys().customer_id
    ada.does(lambda work: cancel_at_period_end(work, ada.service().item_id, ""))
    company.lives(days=40)
    company.breaks(company.panel_http, "refuse", method="DELETE", path="/users/*", status=409, times=0)

    erase_customer(company.house.database.opener(olivia.actor), customer_id, "She asked for it.")
    company.works()
    page = await Screen(company, CustomerState, olivia).opens(f"/admin/customer/?id={customer_id}")

    assert [(line.vendor, line.done, line.stuck) for line in page.erasures] == [
        ("Gateway", True, False),
        ("VirtFusion", False, True),
    ]
    assert page.erasures[0].said.startswith("Forgotten there ")
    assert "409" in page.erasures[1].trouble
    assert [case.title.partition(":")[0] for case in page.cases] == ["An erased customer is still known to a vendor"]


@pytest.mark.parametrize("kind", [CustomerState, ServiceState, InvoiceState])
@pytest.mark.parametrize("sent", ["", "nonsense", "01a206e6-739c-7f4f-a8e6-ae3d3dee7345"])
async def test_an_address_that_leads_nowhere_says_so(company, kind, sent):
    page = await Screen(company, kind, administrator(company)).opens(f"/admin/?id={sent}")

    assert page.missing
    assert not page.loading


async def test_a_build_that_failed_can_be_tried_again_and_then_runs(company):
    ada = company.signs_up("Ada Moreno")
    company.breaks(company.panel_http, "refuse", path="*build*", times=0)
    ada.pays(ada.orders().invoice_id)
    company.lives(days=1)
    assert ada.service().status is ServiceStatus.FAILED
    company.mends(company.panel_http)
    screen = Screen(company, ProvisioningState, administrator(company))
    page = await screen.opens("/admin/provisioning/")
    assert [(job.may_retry, job.failed) for job in page.jobs] == [(True, True)]

    await screen.does(page.retry(page.jobs[0].service_id))
    company.lives(days=0.1)
    await screen.does(page.refresh())

    assert ada.service().status is ServiceStatus.ACTIVE
    assert page.jobs == []
    assert page.rows[0].message == "Running and verified"


async def test_the_file_of_a_service_tells_its_whole_story_and_why_it_stands_still(company):
    server = cannot_renew(company, "Ada Moreno").service()
    company.lives(days=45)
    screen = Screen(company, ServiceState, administrator(company))

    page = await screen.opens(f"/admin/service/?id={server.id}")

    assert (page.service.status, page.subscription.status) == ("suspended", "past due")
    assert page.suspended_for[0].startswith("Non-payment since ")
    assert page.log[-1].message == "Paid: the build begins"
    assert {row.status for row in page.invoices} == {"paid", "overdue"}
    assert not page.may_press


async def test_an_invoice_shows_who_was_asked_and_which_steps_were_taken(company):
    ada = cannot_renew(company, "Ada Moreno")
    company.lives(days=34)
    unpaid = ada.invoices()[-1]

    page = await Screen(company, InvoiceState, administrator(company)).opens(f"/admin/invoice/?id={unpaid.id}")

    assert (page.invoice.status, page.invoice.to_pay) == ("overdue", "12,00\N{NO-BREAK SPACE}US$")
    assert {attempt.status for attempt in page.attempts} == {"failed"}
    assert page.attempts[0].answer == "generic decline"
    assert page.steps[-1].what == "Charge on the due date"
    assert page.may_now["void"]


async def test_a_voided_invoice_asks_for_nothing_any_more(company):
    ada = cannot_renew(company, "Ada Moreno")
    company.lives(days=32)
    unpaid = ada.invoices()[-1]
    screen = Screen(company, InvoiceState, administrator(company))
    page = await screen.opens(f"/admin/invoice/?id={unpaid.id}")

    await screen.does(page.void())

    assert (page.invoice.status, page.invoice.to_pay, page.may_now["void"]) == ("void", "", False)
    assert said(page) == [("success", "The invoice is void.")]


async def test_somebody_who_only_looks_on_can_void_retry_and_press_nothing(company):
    ada = company.signs_up("Ada Moreno")
    server, paid = ada.buys(), ada.invoices()[0]
    sam = onlooker(company)
    invoices, services = Screen(company, InvoiceState, sam), Screen(company, ServiceState, sam)
    invoice = await invoices.opens(f"/admin/invoice/?id={paid.id}")
    service = await services.opens(f"/admin/service/?id={server.id}")

    await invoices.does(invoice.void())
    await services.does(service.press("power_off"))
    await services.does(service.retry())

    assert (invoice.may_now["void"], service.may_press, service.may_retry) == (False, False, False)
    assert said(invoice) == [("danger", "You are not allowed to do this.")]
    assert said(service) == [("danger", "You are not allowed to do this.")] * 2
    with company.robot() as work:
        assert work.session.get_one(Service, server.id).status is ServiceStatus.ACTIVE


async def test_staff_press_a_customers_power_button_and_the_log_says_who(company):
    server = company.signs_up("Ada Moreno").buys()
    screen = Screen(company, ServiceState, administrator(company))
    page = await screen.opens(f"/admin/service/?id={server.id}")

    await screen.does(page.press("restart"))

    assert said(page) == [("success", "The server is restarting.")]
    assert (page.log[0].message, page.log[0].by) == ("Restarted", "Olivia Harbour")
    assert not page.pressing


async def test_a_case_is_closed_with_a_word_on_what_was_done(company):
    with company.robot() as work:
        open_case(work, "stray_money", "pi_1", None, {"amount": "12.00 EUR"})
        case_id = open_cases(work)[0].id
    screen = Screen(company, CaseState, administrator(company))
    window = await screen.opens("/admin/")

    await screen.does(window.open(str(case_id)))
    await screen.does(window.close({"done": "  "}))
    refused = (dict(window.errors), window.closing)
    await screen.does(window.close({"done": "Sent back."}))

    assert refused == ({"done": "Please say in a few words what was done."}, str(case_id))
    assert window.closing == ""
    with company.robot() as work:
        assert open_cases(work) == []


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ("charge+3", "Charge, 3 days after the due date"),
        ("remind-7", "Remind, 7 days before the due date"),
        ("charge+0", "Charge on the due date"),
        ("warn+1", "Warn, 1 day after the due date"),
        ("something else", "something else"),
    ],
)
def test_dunning_steps_read_as_words(stored, words):
    assert step_words(stored) == words
