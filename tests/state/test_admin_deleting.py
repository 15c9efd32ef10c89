"""What staff press about services that have ended, panel calls and maintenance; and what customers are shown of it."""

from datetime import timedelta

import pytest

from ezscale.billing.cancelling import cancel_now
from ezscale.models.service import ServiceStatus
from ezscale.pages.account.overview import overview as page_of_overview
from ezscale.pages.account.service import service as page_of_their_service
from ezscale.pages.admin.exchanges import exchanges as page_of_exchanges
from ezscale.pages.admin.maintenance import maintenance as page_of_maintenance
from ezscale.pages.admin.service import service as page_of_service
from ezscale.state.account.overview import OverviewState
from ezscale.state.account.service import ServiceState as TheirServiceState
from ezscale.state.admin.exchanges import ExchangesState
from ezscale.state.admin.maintenance import MaintenanceState
from ezscale.state.admin.service import ServiceState
from tests.journeys.records import subscription_of
from tests.state.panel import administrator, onlooker
from tests.state.portal import Screen


@pytest.fixture
def ada(company):
    ada = company.signs_up("Ada Moreno")
    ada.buys("vps-2")
    return ada


@pytest.fixture
def boss(company):
    return administrator(company)


async def test_what_has_ended_is_moved_kept_and_deleted_by_hand(company, ada, boss):
    subscription_id, address = subscription_of(ada).id, f"?id={ada.service().id}"
    ada.does(lambda work: cancel_now(work, subscription_id))
    company.works()
    page = await Screen(company, ServiceState, boss).opens(f"/admin/service/{address}")
    planned, day = page.deletion.day, (company.clock.now + timedelta(days=30)).date()

    await page.move_deletion({"day": day.isoformat(), "reason": ""})
    refused = dict(page.errors)
    await page.move_deletion({"day": day.isoformat(), "reason": "They asked"})
    moved = page.deletion
    theirs = await Screen(company, TheirServiceState, ada).opens(f"/account/service/{address}")
    await page.call_off_deletion({"reason": "They stay"})
    kept = page.deletion
    await page.move_deletion({"day": day.isoformat(), "reason": "They go after all"})
    await page.delete_now({"reason": "At once", "backup": "made"})
    company.works()

    assert (planned != "", refused) == (True, {"reason": "Please say in a few words why."})
    assert (moved.day != planned, moved.kept, moved.may_decide) == (True, False, True)
    assert (theirs.stands_still_for, theirs.deleted_on) == ("ended", moved.day)
    assert (kept.kept, kept.why.endswith("They stay")) == (True, True)
    assert ada.service().status is ServiceStatus.TERMINATED
    assert page_of_service() is not None
    assert page_of_their_service() is not None


async def test_panel_calls_are_shown_to_those_who_may_see_them_and_laid_out_to_be_read(company, ada, boss):
    service = ada.service()
    page = await Screen(company, ExchangesState, boss).opens(f"/admin/exchanges/?q={service.number}")
    file = await Screen(company, ServiceState, boss).opens(f"/admin/service/?id={service.id}")
    others = await Screen(company, ServiceState, onlooker(company)).opens(f"/admin/service/?id={service.id}")

    made = next(row for row in page.rows if row.call == "POST /servers")
    assert {row.number for row in page.rows} == {service.number}
    assert made.sent.startswith('{\n  "')
    assert [choice.value for choice in page.panels] == ["", "virtfusion"]
    assert ([row.id for row in file.calls][:1], list(others.calls)) == ([page.rows[0].id], [])
    assert page_of_exchanges() is not None


async def test_maintenance_is_announced_changed_and_cancelled_and_customers_see_it(company, ada, boss):
    page = await Screen(company, MaintenanceState, boss).opens("/admin/maintenance/")
    begins = (company.clock.now + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    ends = (company.clock.now + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M")
    form = {"title": "New switches", "text": "A minute without network.", "begins_at": begins, "ends_at": ends}

    await page.open_form("")
    await page.save({**form, "level": "notice", "ends_at": "soon"})
    refused = dict(page.errors)
    await page.save({**form, "level": "notice", "with_mail": True})
    [planned] = page.rows
    await page.open_form(planned.id)
    await page.save({**form, "title": "New routers", "level": "outage"})
    desk = await Screen(company, OverviewState, ada).opens("/account/")
    [shown] = desk.maintenance
    await page.cancel(planned.id)
    afterwards = await Screen(company, OverviewState, ada).opens("/account/")

    assert refused == {"ends_at": "Please choose a day and a time."}
    assert (planned.standing, planned.where, planned.form.begins_at) == ("planned", "Everywhere", begins)
    assert (shown.title, shown.is_on, shown.is_outage) == ("New routers", False, True)
    assert ([row.standing for row in page.rows], list(afterwards.maintenance)) == (["cancelled"], [])
    assert page_of_maintenance() is not None
    assert page_of_overview() is not None
