"""The comparison of panels in the panel: what was found, and the buttons that mend it."""

from datetime import timedelta

import pytest
from sqlmodel import select

from ezscale.kit.errors import NotAllowed
from ezscale.models import PanelFinding
from ezscale.models.service import ServiceStatus, SuspensionReason
from ezscale.pages.admin.panels import panels as page_of_panels
from ezscale.provisioning.comparing import ask_for_comparison
from ezscale.provisioning.findings import comparisons, dismiss_finding, findings, recall_finding
from ezscale.provisioning.mending import adopt_server, delete_orphan, set_right
from ezscale.provisioning.services import service_to_change
from ezscale.provisioning.stopping import wish_suspension
from ezscale.state.admin.overview import OverviewState
from ezscale.state.admin.panels import PanelsState
from tests.panel_servers import put_server
from tests.state.panel import administrator, onlooker
from tests.state.portal import Screen

STRANGE = "99001"


@pytest.fixture
def ada(company):
    ada = company.signs_up("Ada Moreno")
    ada.buys("vps-2")
    return ada


@pytest.fixture
def boss(company):
    return administrator(company)


@pytest.fixture
def screen(company, boss):
    return Screen(company, PanelsState, boss)


def at_panel(company, person, **changes):
    """Somebody has changed a server at the panel itself."""
    remote_id = person.service().remote_id
    server = company.panel_store.get("servers", remote_id)
    company.panel_store.put("servers", remote_id, {**server, **changes})


async def compared(company, screen):
    """The page after a comparison that somebody asked for there."""
    page = await screen.opens("/admin/panels/")
    await page.compare("virtfusion")
    company.works()
    return await screen.opens("/admin/panels/")


async def test_a_new_panel_is_compared_on_demand_and_all_agree(company, screen):
    [unseen] = (await screen.opens("/admin/panels/")).panels
    company.signs_up("Ada Moreno").buys("vps-2")

    page = await compared(company, screen)

    [panel] = page.panels
    assert (unseen.compared, panel.servers, panel.trouble) == ("", "1", "")
    assert (panel.compared != "", list(page.rows)) == (True, [])
    assert page_of_panels() is not None


async def test_a_panel_that_is_away_is_told_and_the_next_comparison_is_as_good_as_any(company, ada, screen):
    [before] = (await compared(company, screen)).panels
    company.breaks(company.panel_http, "down", times=0)
    [away] = (await compared(company, screen)).panels
    company.mends(company.panel_http)

    company.lives(days=0.01)
    [back] = (await screen.opens("/admin/panels/")).panels

    assert "503" in away.trouble
    assert (away.compared, away.servers) == (before.compared, "1")
    assert (back.trouble, back.servers) == ("", "1")


@pytest.mark.parametrize(
    ("suspended", "kind", "says"),
    [(False, "runs_though_suspended", "Suspend it again"), (True, "suspended_though_paid", "Let it run again")],
)
async def test_what_stands_or_runs_wrongly_is_set_right_with_a_click(company, ada, boss, screen, suspended, kind, says):
    if not suspended:
        with company.robot() as work:
            wish_suspension(work, service_to_change(work, ada.service().id), SuspensionReason.PAUSED)
        company.works()
    at_panel(company, ada, suspended=suspended)
    page = await compared(company, screen)
    [row] = page.rows
    alarm = (await Screen(company, OverviewState, boss).opens("/admin/")).open_findings

    await page.mend(row.id)
    company.works()

    page = await screen.opens("/admin/panels/")
    [server] = company.panel_did()["servers"]
    assert (row.sets_right, row.service, alarm) == (says, ada.service().number, 1)
    assert (server["suspended"], list(page.rows)) == (not suspended, [])
    closed = await screen.opens("/admin/panels/?status=closed")
    assert "agree again" in closed.rows[0].standing
    assert kind in {finding.kind for finding in all_findings(company)}


async def test_a_server_with_our_number_is_linked_when_its_account_is_the_customers(company, ada, screen):
    service, was = ada.service(), company.panel_store.get("servers", ada.service().remote_id)
    company.panel_store.delete("servers", service.remote_id)
    put_server(company.panel_store, STRANGE, service.account_ref, name=service.number, resources=was["resources"])
    page = await compared(company, screen)
    orphan = next(row for row in page.rows if row.may_adopt)

    at_wrong = company.panel_store.get("servers", STRANGE)
    put_server(company.panel_store, STRANGE, "99999", name=service.number)
    await page.adopt(orphan.id)
    refused = ada.service().remote_id
    company.panel_store.put("servers", STRANGE, at_wrong)
    await page.adopt(orphan.id)
    page = await compared(company, screen)

    linked = ada.service()
    assert refused == service.remote_id
    assert (linked.remote_id, linked.former_remote_id) == (STRANGE, service.remote_id)
    assert (linked.status, list(page.rows)) == (ServiceStatus.ACTIVE, [])


async def test_a_server_that_was_never_anybodys_is_deleted_when_its_number_is_typed(company, screen):
    put_server(company.panel_store, STRANGE, "99999", name="a test of last year")
    page = await compared(company, screen)
    [row] = page.rows

    await page.ask_to_delete(row.id)
    await page.delete({"typed": "99002"})
    kept, wrong = company.panel_did()["servers"], dict(page.errors)
    await page.delete({"typed": STRANGE})

    assert (len(kept), list(wrong)) == (1, ["typed"])
    assert (company.panel_did()["servers"], list(page.rows)) == ([], [])


async def test_a_server_that_was_paid_for_is_never_deleted_from_here(company, ada, screen):
    service = ada.service()
    old = company.panel_store.get("servers", service.remote_id)
    with company.robot() as work:
        ended = service_to_change(work, service.id)
        ended.begin_terminating()
        ended.terminate(work.now)
    company.clock.move(timedelta(hours=2))
    page = await compared(company, screen)
    [row] = page.rows

    await page.ask_to_delete(row.id)
    await page.delete({"typed": service.remote_id})

    assert (row.may_delete, row.may_adopt) == (False, False)
    assert f"{service.number}, which is terminated" in row.facts
    assert company.panel_store.get("servers", service.remote_id) == old
    assert "was paid for" in page.messages[-1].text


async def test_in_a_customers_account_only_what_was_never_installed_is_deleted(company, ada, screen):
    put_server(company.panel_store, STRANGE, ada.service().account_ref, name="hers")
    [row] = (await compared(company, screen)).rows
    page = screen.state

    await page.ask_to_delete(row.id)
    await page.delete({"typed": STRANGE})
    refused = page.messages[-1].text
    installed = company.panel_store.get("servers", STRANGE)
    reserved = {"state": "allocated", "commissionStatus": 0}
    company.panel_store.put("servers", STRANGE, {**installed, **reserved})
    await page.delete({"typed": STRANGE})

    assert "installed, in a customer's account" in refused
    assert [str(server["id"]) for server in company.panel_did()["servers"]] == [ada.service().remote_id]


async def test_what_is_meant_to_be_so_is_put_aside_until_it_changes(company, ada, screen):
    at_panel(company, ada, resources={"memory": 8192, "storage": 80, "traffic": 4000, "cpuCores": 2})
    page = await compared(company, screen)
    [row] = page.rows
    await page.ask_to_dismiss(row.id)
    await page.dismiss({"note": ""})
    wrong = dict(page.errors)
    await page.dismiss({"note": "A gift"})

    same = await compared(company, screen)
    same_rows = list(same.rows)
    at_panel(company, ada, resources={"memory": 16384, "storage": 80, "traffic": 4000, "cpuCores": 2})
    [changed] = (await compared(company, screen)).rows

    assert row.facts == "memory: 8192 MB, sold 4096 MB"
    assert (list(wrong), same_rows) == (["note"], [])
    assert (changed.id, changed.facts, changed.standing) == (row.id, "memory: 16384 MB, sold 4096 MB", "")


async def test_somebody_who_only_looks_sees_findings_and_no_button(company, ada):
    at_panel(company, ada, suspended=True)
    with company.robot() as work:
        ask_for_comparison(work, company.house.panels, ["virtfusion"])
    company.works()
    sam = onlooker(company)

    page = await Screen(company, PanelsState, sam).opens("/admin/panels/")

    [row] = page.rows
    [finding] = all_findings(company)
    open_work, panels = company.house.database.opener(sam.actor), company.house.panels
    assert (row.sets_right, row.may_dismiss, page.may_compare) == ("", False, False)
    for refused in (
        lambda: sam.does(lambda work: set_right(work, finding.id)),
        lambda: sam.does(lambda work: dismiss_finding(work, finding.id, "so")),
        lambda: sam.does(lambda work: recall_finding(work, finding.id)),
        lambda: sam.does(lambda work: ask_for_comparison(work, panels, ["virtfusion"])),
        lambda: adopt_server(open_work, panels, finding.id),
        lambda: delete_orphan(open_work, panels, finding.id, STRANGE),
    ):
        with pytest.raises(NotAllowed):
            refused()


@pytest.mark.parametrize("reading", [findings, comparisons])
def test_findings_are_for_staff(company, ada, reading):
    with pytest.raises(NotAllowed):
        ada.does(reading)


def all_findings(company):
    with company.robot() as work:
        return list(work.session.exec(select(PanelFinding)))
