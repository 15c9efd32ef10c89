"""The page on which an invoice is paid by its link."""

import pytest

from ezscale.accounts.audit_trail import Wanted, audit_entries
from ezscale.billing.pay_links import GONE
from ezscale.kit import rates
from ezscale.kit.rates import PAY_LINKS
from ezscale.sandbox.stripe.browser import pay_on_page
from ezscale.state.account.invoice import InvoiceState
from ezscale.state.admin.invoice import InvoiceState as AdminInvoiceState
from ezscale.state.paying.by_link import AskedView, PayState
from tests.billing.papers import a_line, again, owes
from tests.company import GOOD_CARD
from tests.state.panel import administrator
from tests.state.portal import Screen

DECLINED, HOME = "4000000000000002", "http://localhost"


@pytest.fixture
def ada(company):
    return company.signs_up("Ada Moreno")


@pytest.fixture
def few_tries():
    rates.start_over()
    yield
    rates.start_over()


async def link_of(company, person, issued):
    """As the portal shows it to be handed on, without the host."""
    page = Screen(company, InvoiceState, person)
    own = await page.opens(f"/account/invoice/?id={issued.id}")
    await page.does(own.make_link())
    return own.pay_link[own.pay_link.index("/pay/") :]


async def test_a_bookkeeper_pays_by_the_link_after_leaving_once_and_is_thanked(company, ada):
    link = await link_of(company, ada, owes(company, ada, a_line(1000, "Help with moving")))
    screen = Screen(company, PayState)

    page = await screen.opens(link)
    asked = page.asked
    await screen.does(page.pay())
    first = screen.goes_to
    page = await screen.opens(f"{link}&came=back")
    left = (page.came, page.asked)
    await screen.does(page.pay())
    once_more = screen.goes_to
    declined = pay_on_page(company.browser, once_more, DECLINED)
    back = pay_on_page(company.browser, once_more, GOOD_CARD).headers["location"]
    page = await screen.opens(back.removeprefix(HOME))

    euros = "12,30\N{NO-BREAK SPACE}€"
    assert (asked.total, asked.to_pay, asked.positions) == (euros, euros, ["Help with moving"])
    assert left == ("back", asked)
    assert first == once_more
    assert declined.status_code == 402
    assert (page.came, page.asked.is_paid, page.asked.to_pay) == ("paid", True, "")
    assert not page.signed_in


async def test_whoever_only_says_that_they_have_paid_has_not(company, ada):
    owed = owes(company, ada)
    link = await link_of(company, ada, owed)

    page = await Screen(company, PayState).opens(f"{link}&came=paid")

    assert (page.came, page.asked.is_paid) == ("paid", False)
    assert again(company, owed).status == "open"


@pytest.mark.usefixtures("few_tries")
async def test_every_wrong_link_looks_the_same_and_too_many_of_them_close_the_door(company, ada):
    link = await link_of(company, ada, owes(company, ada))
    screen = Screen(company, PayState)

    for wrong in ("/pay/", "/pay/?link=wrong", f"{link}x"):
        page = await screen.opens(wrong)
        assert (page.loaded, page.asked) == (True, AskedView())
        await screen.does(page.pay())
        assert screen.goes_to == ""
        assert {message.text for message in page.messages} == {GONE}
    for _ in range(PAY_LINKS.amount):
        await screen.opens("/pay/?link=wrong")

    assert (await screen.opens(link)).messages[-1].text.startswith("Too many links were tried.")
    assert (await screen.opens(link)).asked == AskedView()


async def test_staff_make_a_link_to_hand_on_and_the_audit_trail_says_who(company, ada):
    owed = owes(company, ada)
    screen = Screen(company, AdminInvoiceState, administrator(company))

    page = await screen.opens(f"/admin/invoice/?id={owed.id}")
    may = page.may_now["link"]
    await screen.does(page.make_link())

    shown = await Screen(company, PayState).opens(page.pay_link[page.pay_link.index("/pay/") :])
    with company.robot() as work:
        told = [(row.action, row.name) for row in audit_entries(work, Wanted(about=str(owed.id)))]
    assert may
    assert shown.asked.number == owed.number
    assert told[0] == ("pay link made", "Olivia Harbour")
    assert page.pay_link.partition("link=")[2] not in str(told)
