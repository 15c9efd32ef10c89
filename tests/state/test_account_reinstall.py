"""The page on which another system is chosen, and the page of SSH keys."""

from datetime import date, timedelta

import pytest

from ezscale.models.customer import MemberRole
from ezscale.models.sign_in import CONFIRMED_FOR
from ezscale.provisioning.maintenance import Announcement, announce
from ezscale.provisioning.panel_skills import Image
from ezscale.state.account.reinstall import ReinstallState
from ezscale.state.account.reinstall_views import gallery
from ezscale.state.account.service import ServiceState
from ezscale.state.account.ssh_keys import SshKeysState
from ezscale.state.reader import reader_of
from tests.accounts.test_public_keys import LINE
from tests.state.portal import Screen


@pytest.fixture
def ada(company):
    return company.signs_up("Ada Moreno", country="DE")


async def looks(company, who, server, kind=ReinstallState):
    """Somebody opens the page, and the panel has answered."""
    screen = Screen(company, kind, who)
    page = await screen.opens(f"/account/service/reinstall/?id={server.id}")
    if page.standing.refused == "" and not page.missing:
        page._hear(*await page._answer(server.id))
    return screen, page


async def test_a_server_is_reinstalled_with_a_key_that_was_added_on_the_way(company, ada):
    server = ada.buys("vps-2")
    screen, page = await looks(company, ada, server)
    chosen = next(tile for group in page.groups for tile in group.tiles if "Ubuntu" in tile.name)
    assert (page.standing.hostname, page.takes_keys, page.image) == (server.hostname, True, page.standing.image)

    await screen.does(page.add({"name": "Laptop", "line": LINE}))
    await screen.does(page.choose(chosen.ref))
    await screen.does(page.ask({"hostname": server.hostname, "typed": "another"}))
    assert (list(page.errors), [key.is_chosen for key in page.keys], page.image) == (["typed"], [True], chosen.ref)
    await screen.does(page.ask({"hostname": server.hostname, "typed": server.hostname}))

    assert screen.goes_to == f"/account/service/?id={server.id}"
    shown = await Screen(company, ServiceState, ada).opens(f"/account/service/?id={server.id}")
    assert (shown.reinstall.done, shown.reinstall.image, shown.may_press) == (1, chosen.name, False)
    _, again = await looks(company, ada, server)
    assert "Something else is being done" in again.standing.refused
    company.lives(days=0.01)
    await shown.refresh()
    assert (shown.reinstall.done, shown.service.system, shown.may_press) == (-1, "Ubuntu 24.04 LTS", True)


async def test_a_panel_that_is_away_can_be_asked_again(company, ada):
    server = ada.buys("vps-2")
    company.breaks(company.panel_http, "down", times=2)
    _, page = await looks(company, ada, server)
    assert (page.groups, page.asking, page.trouble[:29]) == ([], False, "The panel does not answer jus")

    company.mends(company.panel_http)
    page._hear(*await page._answer(server.id))

    assert (page.trouble, len(page.groups) > 0) == ("", True)


async def test_whoever_has_not_just_proven_who_they_are_is_asked_first(company, ada):
    server = ada.buys("vps-2")
    screen, page = await looks(company, ada, server)
    company.clock.move(CONFIRMED_FOR)

    await screen.does(page.ask({"hostname": server.hostname, "typed": server.hostname}))

    assert screen.goes_to.startswith("/confirm/")
    await screen.does(page.load())
    assert not page.standing.is_confirmed


async def test_the_page_is_for_whoever_looks_after_the_servers_and_not_for_strangers(company, ada):
    server = ada.buys("vps-2")
    rea = ada.brings_along("Rea Only", MemberRole.READ_ONLY)

    _, hers = await looks(company, rea, server)
    _, theirs = await looks(company, company.signs_up("Bob Byrne"), server)

    assert ("whoever looks after" in hers.standing.refused, hers.groups) == (True, [])
    assert (theirs.missing, theirs.standing.hostname) == (True, "")


async def test_keys_are_added_and_deleted_and_only_looked_at_by_those_who_may_not(company, ada):
    screen = Screen(company, SshKeysState, ada)
    page = await screen.opens("/account/ssh-keys/")

    await screen.does(page.add({"name": "Laptop", "line": "-----BEGIN OPENSSH PRIVATE KEY-----"}))
    assert "private half" in page.errors["line"]
    await screen.does(page.add({"name": "Laptop", "line": LINE}))
    [row] = page.rows
    assert (row.name, row.kind, page.may_change, row.added[-10:]) == ("Laptop", "Ed25519", True, "Ada Moreno")

    rea = Screen(company, SshKeysState, ada.brings_along("Rea Only", MemberRole.READ_ONLY))
    hers = await rea.opens("/account/ssh-keys/")
    await rea.does(hers.delete(row.id))
    assert ([each.name for each in hers.rows], hers.may_change) == (["Laptop"], False)
    await screen.does(page.delete(row.id))
    assert page.rows == []


def test_a_gallery_is_by_family_is_searched_and_warns_of_old_systems():
    images = [
        Image("1", "Debian 12", "Debian", date(2028, 6, 30)),
        Image("2", "Debian 10", "Debian", date(2024, 6, 30)),
        Image("3", "Alpine"),
    ]

    groups = gallery(images, "", date(2026, 3, 2), reader_of("en"))
    [found] = gallery(images, "debian 10", date(2026, 3, 2), reader_of("en"))

    assert [(group.name, len(group.tiles)) for group in groups] == [("Debian", 2), ("Others", 1)]
    assert [(tile.warns, tile.note[:15]) for tile in groups[0].tiles] == [
        (False, "Supported until"),
        (True, "Its support end"),
    ]
    assert [tile.ref for tile in found.tiles] == ["2"]


async def test_a_reinstallation_that_waits_for_its_panel_says_that_there_is_maintenance(company, ada):
    server = ada.buys("vps-2")
    screen, page = await looks(company, ada, server)
    begins = company.clock.now
    with company.robot() as work:
        announce(work, Announcement("New switches", "A minute.", begins, begins + timedelta(hours=2)))
    await screen.does(page.ask({"hostname": server.hostname, "typed": server.hostname}))
    company.breaks(company.panel_http, "down", times=0)

    company.works()

    shown = await Screen(company, ServiceState, ada).opens(f"/account/service/?id={server.id}")
    assert shown.trouble == "This did not work. We keep trying. There is maintenance at the moment: New switches."
    company.mends(company.panel_http)
