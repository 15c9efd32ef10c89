import pytest

from ezscale.billing.bank_rules import BankRules
from ezscale.company.rules import set_rules
from ezscale.sandbox.paypal.browser import answer_on_page
from ezscale.sandbox.stripe.browser import pay_on_page
from ezscale.state.account.invoice import InvoiceState
from ezscale.state.account.invoice_views import Due
from ezscale.state.account.invoices import InvoicesState
from ezscale.state.account.overview import OverviewState
from tests.billing.papers import a_line, owes
from tests.company import DECLINED_LATER
from tests.state.portal import Screen


@pytest.fixture
def ada(company):
    return company.signs_up("Ada Moreno", country="DE")


async def test_the_list_shows_ones_own_issued_invoices(company, ada):
    ada.buys("vps-2")
    ada.orders("vps-1", hostname="unpaid.example.com")
    company.signs_up("Bob Byrne").buys()

    invoices = await Screen(company, InvoicesState, ada).opens("/account/invoices/")

    assert [(row.number, row.status) for row in invoices.rows] == [("INV-2026-000001", "paid")]


async def test_a_status_narrows_the_list_down(company, ada):
    ada.buys("vps-2")
    screen = Screen(company, InvoicesState, ada)

    invoices = await screen.opens("/account/invoices/?status=open")
    found = list(invoices.rows)
    await screen.does(invoices.choose("paid"))

    assert found == []
    assert screen.goes_to == "/account/invoices/?status=paid"


async def test_an_invoice_shows_its_positions_its_sums_and_its_payment(company, ada):
    ada.buys("vps-2", coupon="WELCOME10")
    [issued] = ada.invoices()

    page = await Screen(company, InvoiceState, ada).opens(f"/account/invoice/?id={issued.id}")

    [line] = page.lines
    assert (line.text, line.period) == ("VPS 2, monthly", "2 Mar 2026 to 1 Apr 2026")
    assert [euros.replace("\N{NO-BREAK SPACE}", " ") for euros in (line.price, line.discount, line.net)] == [
        "11,00 €",
        "-1,10 €",
        "9,90 €",
    ]
    assert (page.invoice.number, page.invoice.status) == ("INV-2026-000001", "paid")
    assert page.invoice.total == page.payments[0].amount == "11,78\N{NO-BREAK SPACE}€"
    assert page.billed_to == ["Ada Moreno", "Germany"]


async def test_an_overdue_invoice_is_paid_on_the_gateways_page(company, ada):
    ada.buys("vps-2")
    ada.leaves_card(DECLINED_LATER)
    company.lives(days=33)
    late = ada.invoices()[-1]
    screen = Screen(company, InvoiceState, ada)
    page = await screen.opens(f"/account/invoice/?id={late.id}")
    before = (page.invoice.status, page.invoice.due.payable)

    await screen.does(page.pay())
    back = pay_on_page(company.browser, screen.goes_to).headers["location"]
    page = await screen.opens(back.removeprefix("http://localhost"))

    assert before == ("overdue", True)
    assert (page.came, page.invoice.status, page.invoice.due.payable) == ("paid", "paid", False)


async def test_paypal_is_offered_where_it_is_connected_and_leads_to_its_page_and_back(company, ada):
    ada.buys("vps-2")
    company.sleeps(days=25)
    due = ada.invoices()[-1]
    screen = Screen(company, InvoiceState, ada)
    page = await screen.opens(f"/account/invoice/?id={due.id}")
    offered = [way.words for way in page.other_ways]

    await screen.does(page.pay("paypal"))
    back = answer_on_page(company.paypal_http, screen.goes_to).headers["location"]
    page = await screen.opens(back.removeprefix("http://localhost"))
    await screen.does(page.pay("cheque"))

    assert offered == ["PayPal"]
    assert (page.invoice.status, [message.text for message in page.messages]) == (
        "paid",
        ["We do not take payments that way."],
    )


async def test_what_is_too_little_waits_and_is_paid_with_the_next_invoice(company, ada):
    ada.buys("vps-2")
    ada.leaves_card(DECLINED_LATER)
    small = owes(company, ada, a_line(20))
    alone = await Screen(company, InvoiceState, ada).opens(f"/account/invoice/?id={small.id}")
    desk = await Screen(company, OverviewState, ada).opens("/account/")
    waiting = (alone.invoice.due, [row.due for row in desk.unpaid])
    company.lives(days=33)

    screen = Screen(company, InvoiceState, ada)
    page = await screen.opens(f"/account/invoice/?id={ada.invoices()[-1].id}")
    due = page.invoice.due
    await screen.does(page.pay())
    back = pay_on_page(company.browser, screen.goes_to).headers["location"]
    paid = await screen.opens(back.removeprefix("http://localhost"))

    left = Due(to_pay="0,24\N{NO-BREAK SPACE}€", waits="It is charged together with your next invoice.")
    assert waiting == (left, [left])
    assert due == Due(payable=True, to_pay="13,33\N{NO-BREAK SPACE}€", small_sums=left.to_pay)
    assert [row.amount for row in paid.payments] == [due.to_pay]
    assert {row.status for row in ada.invoices()} == {"paid"}


async def test_a_paid_invoice_cannot_be_paid_again(company, ada):
    ada.buys("vps-2")
    [issued] = ada.invoices()
    screen = Screen(company, InvoiceState, ada)
    page = await screen.opens(f"/account/invoice/?id={issued.id}")

    await screen.does(page.pay())

    assert screen.goes_to == ""
    assert [message.text for message in page.messages] == ["There is nothing to pay on this invoice."]


async def test_while_the_gateway_is_away_the_page_says_so_and_names_another_way(company, ada):
    issued = owes(company, ada)
    company.breaks(company.stripe_http, "down", times=0)
    screen = Screen(company, InvoiceState, ada)
    page = await screen.opens(f"/account/invoice/?id={issued.id}")

    await screen.does(page.pay())
    with company.robot() as work:
        set_rules(work, BankRules, {"iban": "IE29AIBK93115212345678"})
    await screen.does(page.pay())

    away = "This way of paying does not answer right now. Nothing was charged. Please try again in a few minutes"
    by_bank = ", or pay in another way or by bank transfer: the invoice says where to."
    assert [message.text for message in page.messages] == [f"{away}, or pay in another way.", f"{away}{by_bank}"]


async def test_neither_a_draft_nor_an_invoice_of_somebody_else_is_there(company, ada):
    draft = ada.orders("vps-2").invoice_id
    bob = company.signs_up("Bob Byrne")
    bob.buys()

    own = await Screen(company, InvoiceState, ada).opens(f"/account/invoice/?id={draft}")
    others = await Screen(company, InvoiceState, ada).opens(f"/account/invoice/?id={bob.invoices()[0].id}")

    assert own.missing
    assert others.missing
