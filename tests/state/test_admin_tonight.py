import csv
from datetime import date
from io import StringIO

import pytest
from sqlmodel import select

from ezscale.api.sheets import Filter, tonight_sheet
from ezscale.billing.brake import Run
from ezscale.billing.renewing import renew
from ezscale.models import Hold
from ezscale.state.admin.customer import CustomerState
from ezscale.state.admin.holds import HoldsState
from ezscale.state.admin.invoice import InvoiceState
from ezscale.state.admin.runs import RunsState
from ezscale.state.admin.tonight import TonightState
from tests.bulk import write_book
from tests.state.panel import administrator, cannot_renew, onlooker
from tests.state.portal import Screen


@pytest.fixture
def grace(company):
    """A customer whose renewal comes near, and one who pays nothing."""
    grace = company.signs_up("Grace Hall", "US", "USD")
    grace.buys()
    return grace


def holds(company):
    with company.robot() as work:
        return [(hold.deed, hold.reason, hold.until, hold.lifted_at) for hold in work.session.exec(select(Hold))]


async def test_the_night_is_told_by_deed_with_sums_and_searched(company, grace):
    cannot_renew(company, "Otto Lenz", "DE", "EUR")
    company.lives(days=16)
    screen = Screen(company, TonightState, administrator(company))

    page = await screen.opens("/admin/tonight/")
    everything = [(row.words, row.customer, row.subject, row.amount.replace("\xa0", " ")) for row in page.rows]
    figures = {group.title: (group.count, group.sums.replace("\xa0", " ")) for group in page.groups}
    leads_to = {row.leads_to.partition("?")[0] for row in page.rows}
    await screen.does(page.search("otto"))
    found = ([row.customer for row in page.rows], page.query)
    await screen.does(page.choose("suspend"))

    assert everything == [
        ("Invoiced", "Grace Hall", "SUB-000001", "12,00 US$"),
        ("Invoiced", "Otto Lenz", "SUB-000002", "13,09 €"),
    ]
    assert figures == {"Invoiced": (2, "13,09 €, 12,00 US$")}
    assert leads_to == {"/admin/service/"}
    assert found == (["Otto Lenz"], "?q=otto")
    assert (list(page.rows), page.query) == ([], "?q=otto&status=suspend")


async def test_a_line_is_held_with_a_reason_and_lifted(company, grace):
    company.lives(days=16)
    screen = Screen(company, TonightState, administrator(company))
    page = await screen.opens("/admin/tonight/")
    await screen.does(page.ask_to_hold(page.rows[0].id))
    asked = (page.holding, page.holding_words)

    await screen.does(page.hold({"reason": " ", "until": ""}))
    without = (dict(page.errors), page.holding, holds(company))
    await screen.does(page.hold({"reason": "They call back", "until": "someday"}))
    no_day = dict(page.errors)
    await screen.does(page.hold({"reason": "They call back", "until": "2026-04-01"}))
    held = [(row.title, row.subject, row.customer, row.may_lift) for row in page.held]
    planned = list(page.rows)
    await screen.does(page.lift(page.held[0].id))

    assert asked == ("0", "Invoiced: Grace Hall, SUB-000001")
    assert without == ({"reason": "Please say in a few words why."}, "0", [])
    assert no_day == {"until": "Please choose a day."}
    assert held == [("Is not invoiced until 1 Apr 2026", "SUB-000001", "Grace Hall", True)]
    assert planned == []
    assert (page.holding, list(page.held), [row.customer for row in page.rows]) == ("", [], ["Grace Hall"])
    [(_, reason, until, lifted_at)] = holds(company)
    assert (reason, until, lifted_at is not None) == ("They call back", date(2026, 4, 1), True)


async def test_whoever_only_looks_on_holds_and_lifts_nothing(company, grace):
    company.lives(days=16)
    olivia = Screen(company, TonightState, administrator(company))
    page = await olivia.opens("/admin/tonight/")
    await olivia.does(page.ask_to_hold(page.rows[0].id))
    await olivia.does(page.hold({"reason": "They call back", "until": ""}))
    cannot_renew(company, "Otto Lenz", "DE", "EUR")
    company.lives(days=16)
    sam = Screen(company, TonightState, onlooker(company))
    page = await sam.opens("/admin/tonight/")
    before = holds(company)

    await sam.does(page.ask_to_hold(page.rows[0].id))
    await sam.does(page.hold({"reason": "Mine", "until": ""}))
    await sam.does(page.lift(page.held[0].id))
    await sam.does(page.ask_to_hold("77"))

    assert not page.may_hold
    assert not page.held[0].may_lift
    assert holds(company) == before
    with company.robot() as work:
        work.session.get_one(Hold, work.session.exec(select(Hold.id)).one()).lift("test", work.now)


async def test_a_hold_is_seen_and_lifted_on_its_invoice(company):
    otto = cannot_renew(company, "Otto Lenz", "DE", "EUR")
    company.lives(days=30)
    staff = administrator(company)
    night = Screen(company, TonightState, staff)
    page = await night.opens("/admin/tonight/?status=charge")
    await night.does(page.ask_to_hold(page.rows[0].id))
    await night.does(page.hold({"reason": "They dispute it", "until": ""}))
    screen = Screen(company, InvoiceState, staff)
    invoice = await screen.opens(f"/admin/invoice/?id={otto.invoices()[-1].id}")
    seen = [(held.title, held.reason) for held in invoice.held]
    customer = Screen(company, CustomerState, staff)
    whose = await customer.opens(f"/admin/customer/?id={otto.actor.customer_id}")
    seen += [(held.title, held.reason) for held in whose.held]
    lifting = Screen(company, HoldsState, staff)
    state = await lifting.opens("/admin/invoice/")
    await lifting.does(state.lift(invoice.held[0].id))
    await screen.does(invoice.refresh())

    assert seen == [("Is not charged, until somebody lifts it", "They dispute it")] * 2
    assert list(invoice.held) == []


async def test_the_file_holds_what_is_planned_and_what_is_held(company, grace):
    company.signs_up("Ada Moreno").buys()
    company.lives(days=16)
    screen = Screen(company, TonightState, administrator(company))
    page = await screen.opens("/admin/tonight/")
    await screen.does(page.ask_to_hold(next(row.id for row in page.rows if row.customer == "Ada Moreno")))
    await screen.does(page.hold({"reason": "They call back", "until": "2026-04-01"}))

    with company.robot() as work:
        lines = list(csv.DictReader(StringIO(tonight_sheet(work, Filter()))))
        ada = list(csv.DictReader(StringIO(tonight_sheet(work, Filter(words="ada", block=1)))))

    assert [(line["what"], line["customer"], line["currency"], line["sum"], line["held_until"]) for line in lines] == [
        ("invoice", "Grace Hall", "USD", "12.00", ""),
        ("invoice", "Ada Moreno", "", "", "2026-04-01"),
    ]
    assert [(line["customer"], line["held_because"]) for line in ada] == [("Ada Moreno", "They call back")]


async def test_a_stopped_run_is_shown_and_allowed_with_a_word(company, clock):
    engine = company.house.database.engine
    for night in range(3):
        write_book(engine, 1, clock.now, first=1000 + night)
        renew(company.house.automation("renewals"))
    write_book(engine, 60, clock.now, first=2000)
    renew(company.house.automation("renewals"))
    screen = Screen(company, RunsState, administrator(company))
    page = await screen.opens("/admin/runs/")
    shown = [(run.run, run.would) for run in page.stopped]

    await screen.does(page.ask_to_allow("renewals"))
    await screen.does(page.allow({"allowed": ""}))
    without = dict(page.errors)
    await screen.does(page.allow({"allowed": "The import of yesterday"}))
    company.works()
    await screen.does(page.refresh())

    assert shown == [("renewals", "60 to invoice, usually 1")]
    assert without == {"allowed": "Please say in a few words why this many are right."}
    assert (page.allowing, list(page.stopped)) == ("", [])
    assert page.rows[0].counts == ["Invoices: 60"]


async def test_a_run_begins_when_somebody_who_may_asks_for_it(company, grace):
    company.clock.move(date(2026, 3, 20) - date(2026, 3, 2))
    sam = Screen(company, RunsState, onlooker(company))
    page = await sam.opens("/admin/runs/")
    await sam.does(page.run_now("renewals"))
    await sam.does(page.ask_to_allow("renewals"))
    await sam.does(page.allow({"allowed": "Mine"}))
    company.works()
    in_vain = len(grace.invoices())
    olivia = Screen(company, RunsState, administrator(company))
    page = await olivia.opens("/admin/runs/")

    await olivia.does(page.run_now("everything"))
    refused = [message.text for message in page.messages]
    await olivia.does(page.run_now(Run.RENEWALS.value))
    company.works()

    assert in_vain == 1
    assert refused == ["Please choose one from the list."]
    assert len(grace.invoices()) == 2
