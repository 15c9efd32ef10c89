from datetime import timedelta

import pytest

from ezscale.models import OutboxEvent
from ezscale.state.admin.doctor import DoctorState
from ezscale.state.admin.mail import MailState
from ezscale.state.admin.overview import OverviewState
from ezscale.state.admin.time_machine import TimeMachineState
from tests.state.panel import administrator, cannot_renew, onlooker
from tests.state.portal import Screen


async def test_the_first_page_shows_what_the_company_earns_and_what_it_is_owed(company):
    company.signs_up("Ada Moreno", country="US", currency="USD").buys("vps-2")
    cannot_renew(company, "Bruno Costa")
    company.lives(days=35)

    page = await Screen(company, OverviewState, administrator(company)).opens("/admin/")

    assert (page.currency, page.figures.mrr, page.figures.arr) == (
        "USD",
        "24,00\N{NO-BREAK SPACE}US$",
        "288,00\N{NO-BREAK SPACE}US$",
    )
    assert (page.figures.active, page.figures.customers) == ("2", "2")
    assert page.figures.overdue == "12,00\N{NO-BREAK SPACE}US$ overdue"
    assert [month.mrr for month in page.months[:3]] == [
        "24,00\N{NO-BREAK SPACE}US$",
        "24,00\N{NO-BREAK SPACE}US$",
        "0,00\N{NO-BREAK SPACE}US$",
    ]
    assert page.trend == "Unchanged since the end of last month."
    assert [order.customer for order in page.orders] == ["Bruno Costa", "Ada Moreno"]
    assert any(news.is_bad and news.customer == "Bruno Costa" for news in page.news)


async def test_amounts_of_another_currency_are_shown_on_their_own(company):
    company.signs_up("Ada Moreno", country="US", currency="USD").buys("vps-2")
    company.signs_up("Greta Berg", country="GB", currency="GBP").buys("vps-1")
    screen = Screen(company, OverviewState, administrator(company))
    page = await screen.opens("/admin/")

    await screen.does(page.choose("GBP"))
    in_pounds = page.figures.mrr
    await screen.does(page.choose("a made-up one"))

    assert in_pounds.endswith("£")
    assert page.currency == "USD"


async def test_the_chart_is_sent_again_only_when_it_has_changed(company):
    ada = company.signs_up("Ada Moreno")
    ada.buys()
    screen = Screen(company, OverviewState, administrator(company))
    page = await screen.opens("/admin/")

    before = page.chart
    await screen.does(page.refresh())
    same = page.chart is before
    ada.buys("vps-3")
    await screen.does(page.refresh())

    assert same
    assert page.chart is not before


async def test_a_mail_can_be_read_in_both_of_its_forms_and_its_links_leave_the_panel(company):
    company.signs_up("Ada Moreno").buys()
    screen = Screen(company, MailState, administrator(company))
    page = await screen.opens("/admin/mail/")
    welcome = next(row for row in page.rows if row.subject.startswith("Welcome"))

    page = await screen.opens(f"/admin/mail/?id={welcome.id}")

    assert page.shown.recipient == "ada@example.com"
    assert "Hello Ada Moreno" in page.shown.text
    assert page.shown.html.startswith('<base target="_blank">')


async def test_only_one_customers_mail_is_listed_when_the_address_says_so(company):
    server = company.signs_up("Ada Moreno").buys()
    company.signs_up("Bruno Costa").buys()

    page = await Screen(company, MailState, administrator(company)).opens(
        f"/admin/mail/?customer={server.customer_id}&id=nonsense"
    )

    assert {row.recipient for row in page.rows} == {"ada@example.com"}
    assert page.shown.id == ""


async def test_the_doctor_names_the_promise_that_is_broken(company):
    company.signs_up("Ada Moreno").buys()
    with company.robot() as work:
        work.session.add(OutboxEvent(name="OrderPaid", payload={}, happened_at=work.now))
    screen = Screen(company, DoctorState, administrator(company))
    page = await screen.opens("/admin/doctor/")
    healthy = page.broken

    company.clock.move(timedelta(hours=3))
    await screen.does(page.load())

    assert healthy == 0
    assert page.broken == 1
    assert [check.broken for check in page.checks if check.broken] == [["event OrderPaid was not relayed"]]


async def test_a_week_ahead_really_happens_and_is_told(company):
    company.signs_up("Ada Moreno").buys()
    company.lives(days=14)
    screen = Screen(company, TimeMachineState, administrator(company))
    page = await screen.opens("/admin/time/")

    await screen.does(page.ahead_by("week"))
    on_the_way = (page.destination, page.percent, page.can_travel)
    company.works()
    await screen.does(page.refresh())

    assert on_the_way == ("23 Mar 2026, 09:14 UTC", 0, False)
    assert (page.destination, page.can_travel) == ("", True)
    assert page.now == "23 Mar 2026, 09:14 UTC"
    assert ("Invoices issued", "1") in [tuple(pair) for pair in page.sums]
    assert any("issued" in news.words for news in page.news)


@pytest.mark.parametrize("typed", ["", "yesterday", "2026-03-01", "2026-13-40", None, ["2026-04-01"]])
async def test_a_day_that_is_none_or_lies_behind_is_refused_beside_its_field(company, typed):
    screen = Screen(company, TimeMachineState, administrator(company))
    page = await screen.opens("/admin/time/")

    await screen.does(page.ahead_to({"day": typed}))

    assert list(page.errors) == ["day"]
    assert page.destination == ""


async def test_the_morning_of_a_day_can_be_chosen(company):
    screen = Screen(company, TimeMachineState, administrator(company))
    page = await screen.opens("/admin/time/")

    await screen.does(page.ahead_to({"day": "2026-03-05"}))
    company.works()
    await screen.does(page.refresh())

    assert page.now == "5 Mar 2026, 09:00 UTC"


async def test_somebody_who_only_looks_on_cannot_move_the_clock(company):
    screen = Screen(company, TimeMachineState, onlooker(company))
    page = await screen.opens("/admin/time/")

    await screen.does(page.ahead_by("month"))

    assert [message.text for message in page.messages] == ["You are not allowed to do this."]
    assert page.destination == ""
