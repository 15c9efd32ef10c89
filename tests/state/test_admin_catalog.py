"""The catalog on the screen: plans with their prices, options, add-ons, and changes for subscribers."""

from datetime import timedelta

import pytest
from sqlmodel import select

from ezscale.catalog.fitting import fittings
from ezscale.catalog.plans import plan_on_sale
from ezscale.models import MailMessage, Plan, PriceChange
from ezscale.state.admin.add_ons import AddOnsState
from ezscale.state.admin.options import OptionsState
from ezscale.state.admin.plan import PlanState
from ezscale.state.admin.plan_offers import ADD_ON, OPTION, PlanOffersState
from ezscale.state.admin.plan_prices import EXISTING_TOO, PlanPricesState
from ezscale.state.admin.plans import PlansState
from tests.state.panel import administrator, onlooker
from tests.state.portal import Screen

SHEET = {"name": "VPS 6", "package": "6", "cpu_cores": "12", "memory_mb": "65536", "disk_gb": "1280", "position": "6"}


@pytest.fixture
def boss(company):
    """Olivia, who may do everything."""
    return administrator(company)


def said(page):
    return [(message.tone, message.text) for message in page.messages]


def plan_id(company, slug="vps-1"):
    with company.robot() as work:
        return work.session.exec(select(Plan.id).where(Plan.slug == slug)).one()


def address(company, slug="vps-1"):
    return f"/admin/plan/?id={plan_id(company, slug)}"


def cell(page, currency, months):
    return next(each for row in page.grid for each in row.cells if (each.currency, each.months) == (currency, months))


async def test_a_plan_is_made_priced_and_then_on_sale(company, boss):
    screen = Screen(company, PlansState, boss)
    page = await screen.opens("/admin/plans/")
    before = [row.slug for row in page.rows]
    await screen.does(page.add({"slug": "vps-6", "family": "vps", "panel": "virtfusion", **SHEET}))
    made = screen.goes_to
    await screen.opens("/admin/plans/?status=unpriced")
    unpriced = [(row.slug, row.standing) for row in page.rows]

    window = Screen(company, PlanPricesState, boss)
    prices = await window.opens(made)
    await window.does(prices.ask("", ""))
    await window.does(prices.change({"currency": "eur", "months": "12", "amount": "1500"}))
    page = await Screen(company, PlanState, boss).opens(made)

    assert before == ["vps-1", "vps-2", "vps-3", "vps-4", "vps-5"]
    assert unpriced == [("vps-6", "unpriced")]
    assert (page.plan.name, page.plan.standing, page.currencies) == ("VPS 6", "on_sale", ["EUR"])
    assert (cell(page, "EUR", "12").amount, cell(page, "EUR", "1").amount) == ("1.500,00\xa0€", "")


@pytest.mark.parametrize(
    "form", [None, {}, {"slug": "vps-1", "family": "vps", "panel": "virtfusion", **SHEET}, {"slug": 7}]
)
async def test_a_plan_that_cannot_be_is_refused_in_its_window(company, boss, form):
    screen = Screen(company, PlansState, boss)
    page = await screen.opens("/admin/plans/")
    await screen.does(page.show(True))

    await screen.does(page.add(form))

    assert page.errors.keys() & {"slug", "family", "name"}
    assert page.adding is True


async def test_a_plan_is_described_hidden_archived_and_restored_on_its_page(company, boss):
    screen = Screen(company, PlanState, boss)
    page = await screen.opens(address(company))
    await screen.does(page.edit(True))
    await screen.does(page.save({**SHEET, "name": "Mini", "stock": "5", "stock_seen": "", "hidden": "on"}))
    hidden = (page.plan.name, page.plan.stock, page.plan.standing, page.editing)
    await screen.does(page.save({**SHEET, "stock": "9", "stock_seen": "4"}))
    refused = dict(page.errors)
    await screen.does(page.archive())
    archived = page.plan.standing
    await screen.does(page.restore())

    assert hidden == ("Mini", "5", "hidden", False)
    assert refused == {"stock": "Meanwhile there are 5 left. Please look again."}
    assert (archived, page.plan.standing) == ("archived", "hidden")


async def test_a_price_changes_for_new_customers_or_for_subscribers_too(company, boss):
    ada = company.signs_up("Ada Moreno")
    ada.buys("vps-1")
    screen, window = Screen(company, PlanState, boss), Screen(company, PlanPricesState, boss)
    page, prices = await screen.opens(address(company)), await window.opens(address(company))
    await window.does(prices.ask("EUR", "1"))
    shown = (prices.sheet.now, prices.sheet.subscribers, prices.sheet.earliest, len(prices.history))
    await window.does(prices.change({"amount": "6"}))
    await window.does(prices.ask_to_move("EUR", "1", "550"))
    moving = (prices.old, prices.sheet.now, prices.concerned)
    await window.does(prices.move({"effective_on": "2026-03-20"}))
    refused = dict(prices.errors)
    await window.does(prices.move({"effective_on": prices.sheet.earliest}))
    company.works()
    await screen.does(page.refresh())

    assert shown == ("5,50\xa0€", "1", "2026-04-01", 1)
    assert moving == ("5,50\xa0€", "6,00\xa0€", "1")
    assert refused == {"effective_on": "Subscribers are told 30 days before: not before 1 April 2026."}
    assert [(row.price, row.current, row.is_current) for row in page.points] == [("5,50\xa0€", "6,00\xa0€", False)]
    [change] = page.changes
    assert (change.old, change.new, change.told, change.standing) == ("5,50\xa0€", "6,00\xa0€", "1", "announced")
    await screen.does(page.withdraw(change.id))
    assert [row.standing for row in page.changes] == ["withdrawn"]
    with company.robot() as work:
        assert [mail.to for mail in work.session.exec(select(MailMessage)) if mail.template == "price_change"] == [
            "ada@example.com"
        ]


async def test_the_window_announces_to_subscribers_only_when_asked_to_and_with_a_day(company, boss):
    company.signs_up("Ada Moreno").buys("vps-1")
    window = Screen(company, PlanPricesState, boss)
    prices = await window.opens(address(company))
    await window.does(prices.ask("EUR", "1"))
    await window.does(prices.choose(EXISTING_TOO))
    await window.does(prices.change({"amount": "7"}))
    without_day = dict(prices.errors)
    await window.does(prices.change({"amount": "7", "effective_on": "soon"}))
    no_day = dict(prices.errors)
    await window.does(prices.change({"amount": "7", "effective_on": "2026-05-01"}))

    assert without_day == {"effective_on": "From which day, please?"}
    assert no_day == {"effective_on": "Please choose a day."}
    with company.robot() as work:
        change = work.session.exec(select(PriceChange)).one()
        assert (change.new_minor, change.announced_by) == (700, "Olivia Harbour")


async def test_a_price_is_planned_given_up_and_taken_off_sale(company, boss):
    screen, window = Screen(company, PlanState, boss), Screen(company, PlanPricesState, boss)
    page, prices = await screen.opens(address(company)), await window.opens(address(company))
    await window.does(prices.ask("EUR", "1"))
    await window.does(prices.change({"amount": "7", "since": "2026-06-01"}))
    await screen.does(page.refresh())
    planned = cell(page, "EUR", "1").planned
    await window.does(prices.ask("EUR", "1"))
    has_plan = prices.sheet.has_plan
    await window.does(prices.give_up())
    await window.does(prices.ask("EUR", "1"))
    await window.does(prices.end())
    await screen.does(page.refresh())

    assert planned.startswith("7,00\xa0€ from ")
    assert (has_plan, cell(page, "EUR", "1").amount, cell(page, "EUR", "1").planned) == (True, "", "")
    with company.robot() as work:
        assert plan_on_sale(work, "vps-1").price("EUR", 1) is None


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"amount": "-1"}, "amount"),
        ({"amount": ["7"]}, "amount"),
        ({"amount": "7", "since": "2020-01-01"}, "since"),
        ({"amount": "7", "since": "tomorrow"}, "since"),
        (None, "amount"),
    ],
)
async def test_a_price_that_cannot_be_is_refused_beside_its_field(company, boss, form, field):
    window = Screen(company, PlanPricesState, boss)
    prices = await window.opens(address(company))
    await window.does(prices.ask("EUR", "1"))

    await window.does(prices.change(form))

    assert (list(prices.errors), prices.question) == ([field], "price")


async def test_an_option_is_made_priced_offered_and_withdrawn(company, boss):
    screen = Screen(company, OptionsState, boss)
    page = await screen.opens("/admin/options/")
    await screen.does(page.edit(""))
    await screen.does(page.choose_kind("choice"))
    await screen.does(page.save({"slug": "backup", "name": "Backup", "position": "5"}))
    backup = next(row for row in page.rows if row.slug == "backup")
    for slug in ("none", "daily"):
        await screen.does(page.edit_value(backup.id, ""))
        await screen.does(page.save_value({"slug": slug, "name": slug.capitalize()}))
    backup = next(row for row in page.rows if row.slug == "backup")
    none, daily = sorted(backup.choices, key=lambda value: value.slug, reverse=True)
    await screen.does(page.ask_prices(daily.id, "Backup: Daily"))
    await screen.does(page.set_price_of({"currency": "EUR", "months": "1", "amount": "3"}))
    priced = [(line.cycle, line.amount, line.standing) for line in page.price_lines]

    window = Screen(company, PlanOffersState, boss)
    offers = await window.opens(address(company))
    await window.does(offers.ask(OPTION))
    await window.does(offers.pick(backup.id))
    standards = [choice.text for choice in offers.standards]
    await window.does(offers.offer({"thing": backup.id, "standard": none.id, "needs": ""}))
    with company.robot() as work:
        offered = next(each for each in fittings(work, plan_id(company)).options if each.slug == "backup")
    await window.does(offers.withdraw("choice", backup.id))

    assert priced == [("Monthly", "3,00\xa0€", "current")]
    assert standards == ["Nothing of it", "Daily", "None"]
    assert [(value.slug, value.is_standard) for value in offered.values] == [("daily", False), ("none", True)]
    with company.robot() as work:
        assert "backup" not in {each.slug for each in fittings(work, plan_id(company)).options}


async def test_an_option_and_its_values_are_edited_archived_and_restored(company, boss):
    screen = Screen(company, OptionsState, boss)
    page = await screen.opens("/admin/options/")
    slider = next(row for row in page.rows if row.kind == "slider")
    await screen.does(page.edit(slider.id))
    await screen.does(page.save({"name": "More disk", "unit": "GB", "smallest": "0", "largest": "1000", "step": "50"}))
    choice = next(row for row in page.rows if row.slug == "control-panel")
    standard, cpanel = (next(each for each in choice.choices if each.slug == slug) for slug in ("none", "cpanel"))
    await screen.does(page.edit_value(choice.id, cpanel.id))
    await screen.does(page.save_value({"name": "cPanel Pro", "position": "2"}))
    await screen.does(page.archive_value_of(standard.id))
    refused = said(page)[-1]
    await screen.does(page.archive_value_of(cpanel.id))
    archived = {each.slug: each.archived for row in page.rows for each in row.choices if row.id == choice.id}
    await screen.does(page.restore_value_of(cpanel.id))
    await screen.does(page.archive(slider.id))
    last = page.rows[-1]
    await screen.does(page.restore(slider.id))

    assert archived == {"none": False, "plesk": False, "cpanel": True}
    assert refused == (
        "danger",
        "A plan comes with this value, or offers something that needs it. Change that first.",
    )
    assert (last.slug, last.archived, last.reach) == ("extra-disk", True, "0 to 1000 GB, by 50")
    assert not any(row.archived for row in page.rows)


async def test_an_add_on_is_made_priced_offered_changed_and_archived(company, boss):
    screen = Screen(company, AddOnsState, boss)
    page = await screen.opens("/admin/add-ons/")
    await screen.does(page.edit(""))
    await screen.does(page.save({"slug": "setup-help", "name": "Help", "most": "1", "paid": "once"}))
    made = next(row for row in page.rows if row.slug == "setup-help")
    await screen.does(page.ask_prices(made.id, made.name, True))
    await screen.does(page.set_price_of({"currency": "EUR", "months": "0", "amount": "19"}))
    await screen.does(page.set_price_of({"currency": "EUR", "months": "0", "amount": "25", "since": "2026-06-01"}))
    planned = [(line.cycle, line.amount, line.standing) for line in page.price_lines]
    await screen.does(page.give_up_price_of("EUR", "0"))
    window = Screen(company, PlanOffersState, boss)
    offers = await window.opens(address(company))
    await window.does(offers.ask(ADD_ON))
    await window.does(offers.offer({"thing": made.id, "needs": ""}))
    plan = await Screen(company, PlanState, boss).opens(address(company))
    await screen.does(page.edit(made.id))
    await screen.does(page.save({"name": "Help with setup", "most": "2"}))
    await screen.does(page.archive(made.id))
    row = next(row for row in page.rows if row.slug == "setup-help")
    await screen.does(page.restore(made.id))
    await screen.does(page.end_price_of("EUR", "0"))

    assert planned == [("Once", "25,00\xa0€", "planned"), ("Once", "19,00\xa0€", "current")]
    assert ("Help", "add-on") in {(offer.name, offer.kind) for offer in plan.offers}
    assert (row.name, row.most, row.recurring, row.archived, row.price) == (
        "Help with setup",
        "2",
        False,
        True,
        "19,00\xa0€",
    )
    assert page.price_lines == []


async def test_whoever_may_only_look_sees_the_catalog_and_changes_nothing(company):
    sam = onlooker(company)
    plans = await Screen(company, PlansState, sam).opens("/admin/plans/")
    screen, window = Screen(company, PlanState, sam), Screen(company, PlanPricesState, sam)
    page, prices = await screen.opens(address(company)), await window.opens(address(company))
    await window.does(prices.ask("EUR", "1"))

    await window.does(prices.change({"amount": "1"}))
    await screen.does(page.archive())

    assert (len(plans.rows), page.may_change) == (5, False)
    assert ("danger", "You are not allowed to do this.") in said(page)
    with company.robot() as work:
        offer = plan_on_sale(work, "vps-1").price("EUR", 1)
        assert offer is not None
        assert offer.amount.minor == 550


async def test_a_plan_that_is_not_there_says_so(company, boss):
    for asked in ("/admin/plan/?id=nonsense", "/admin/plan/", f"/admin/plan/?id={timedelta()}"):
        page = await Screen(company, PlanState, boss).opens(asked)
        assert page.missing
