"""Staff reinstall a customer's server on its page, with a reason that stands on record."""

import pytest
from sqlmodel import col, select

from ezscale.kit.audit import AuditEntry
from ezscale.models import ReinstallWish
from ezscale.models.sign_in import CONFIRMED_FOR
from ezscale.pages.admin.service import service as page_of_service
from ezscale.state.account.service import ServiceState as CustomersPage
from ezscale.state.admin.service import ServiceState
from tests.state.panel import administrator, onlooker
from tests.state.portal import Screen


@pytest.fixture
def ada(company):
    return company.signs_up("Ada Moreno")


@pytest.fixture
def server(company, ada):
    company.lives(0.01)
    return ada.buys("vps-2")


def form(page, server, **typed):
    image = next(system.value for system in page.systems if "Ubuntu 24" in system.text)
    return {"image": image, "reason": "Broken by an update, ticket 4711", "typed": server.hostname} | typed


async def test_staff_reinstall_it_once_they_have_said_why_and_typed_its_name(company, ada, server):
    screen = Screen(company, ServiceState, administrator(company))
    page = await screen.opens(f"/admin/service/?id={server.id}")
    await screen.does(page.think_of_system(True))

    await screen.does(page.reinstall(form(page, server, reason=" ")))
    without_reason = dict(page.errors)
    await screen.does(page.reinstall(form(page, server, typed="another.example.com")))
    without_name = list(page.errors)
    await screen.does(page.reinstall(form(page, server)))

    assert (without_reason, without_name) == ({"reason": "Please say in a few words why."}, ["typed"])
    assert (page.choosing_system, page.may_reinstall, page.service.job != "") == (False, False, True)
    with company.robot() as work:
        [wish] = work.session.exec(select(ReinstallWish))
        trail = work.session.exec(select(AuditEntry.content).where(col(AuditEntry.content).contains("ticket 4711")))
        assert any("Olivia Harbour" in content for content in trail)
    assert (wish.reason, wish.by_staff) == ("Broken by an update, ticket 4711", True)
    company.lives(0.01)
    shown = await Screen(company, CustomersPage, ada).opens(f"/account/service/?id={server.id}")
    assert shown.service.system == "Ubuntu 24.04 LTS"
    assert any(
        line.text.startswith("Asked for by us: Ubuntu") and "Broken by an update" in line.text for line in shown.log
    )


async def test_it_takes_the_permission_and_a_fresh_proof_of_who_they_are(company, server):
    olivia, sam = administrator(company), onlooker(company)
    looking = Screen(company, ServiceState, sam)
    page = await looking.opens(f"/admin/service/?id={server.id}")
    await looking.does(page.think_of_system(True))
    assert (page.may_reinstall, page.choosing_system, page.systems) == (False, False, [])

    screen = Screen(company, ServiceState, olivia)
    page = await screen.opens(f"/admin/service/?id={server.id}")
    await screen.does(page.think_of_system(True))
    company.clock.move(CONFIRMED_FOR)
    await screen.does(page.reinstall(form(page, server)))

    assert screen.goes_to.startswith("/confirm/")
    with company.robot() as work:
        assert work.session.exec(select(ReinstallWish)).all() == []


def test_the_page_can_be_drawn():
    assert "Wipe and reinstall" in str(page_of_service())
