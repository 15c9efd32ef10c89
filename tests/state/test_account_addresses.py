import pytest

from ezscale import wiring
from ezscale.kit import rates
from ezscale.kit.errors import NotFound
from ezscale.kit.rates import REVERSE_NAMES
from ezscale.provisioning.panel_skills import Website
from ezscale.provisioning.using import sites_of
from ezscale.state.account.addresses import AddressesState
from ezscale.state.account.panel_views import WebsiteRow
from tests.dns import with_dns
from tests.panels import on_panel
from tests.state.portal import Screen


@pytest.fixture
def dns(company):
    found = with_dns(company)
    wiring.move_into(company.house)
    return found


@pytest.fixture
def ada(company):
    ada = company.signs_up("Ada Moreno", country="DE")
    ada.buys("vps-1")
    return ada


async def opened(company, who, service):
    screen = Screen(company, AddressesState, who)
    return screen, await screen.opens(f"/account/service/?id={service.id}")


def said(page):
    return [message.text for message in page.messages]


async def test_an_address_gets_a_name_and_what_is_wrong_with_one_stands_at_its_field(company, dns, ada):
    service = ada.service()
    dns.points("fjord.example", service.ipv4)
    screen, page = await opened(company, ada, service)

    await screen.does(page.think_of(service.ipv4))
    await screen.does(page.save({"name": "nowhere.example"}))
    refused = page.naming, page.errors["name"].split(" yet")[0]
    await screen.does(page.save({"name": "fjord.example"}))
    waiting = [(row.name, row.standing) for row in page.rows if row.address == service.ipv4]
    company.works()
    await screen.does(page.refresh())
    done = [row.standing for row in page.rows if row.address == service.ipv4]
    await screen.does(page.remove(service.ipv4))

    assert refused == (True, f"nowhere.example does not point to {service.ipv4}")
    assert (waiting, done) == ([("fjord.example", "wished")], ["set"])
    assert said(page) == [
        "fjord.example is being set. It can take some minutes until everybody sees it.",
        "The name is being removed.",
    ]
    assert [row.is_network for row in page.rows] == [False, False, True]
    assert not page.naming


async def test_where_nobody_keeps_names_addresses_are_shown_and_none_is_offered(company, ada):
    _, page = await opened(company, ada, ada.service())

    assert page.rows[0].address == ada.service().ipv4
    assert (page.has_names, page.may_name) == (False, False)


async def test_nothing_is_said_or_done_about_addresses_of_somebody_else(company, dns, ada):
    service = ada.service()
    dns.points("fjord.example", service.ipv4)
    screen, page = await opened(company, company.signs_up("Bob Byrne"), service)

    await screen.does(page.save({"address": service.ipv4, "name": "fjord.example"}))
    await screen.does(page.remove(service.ipv4))
    await screen.does(page.think_of(service.ipv4))
    company.works()

    assert (page.rows, page.naming, dns.says_of(service.ipv4)) == ([], False, None)
    assert said(page) == ["We could not find this service."] * 2


async def test_whoever_tries_name_after_name_is_told_to_wait(company, dns, ada):
    service = ada.service()
    dns.points("fjord.example", service.ipv4)
    screen, page = await opened(company, ada, service)
    for _ in range(REVERSE_NAMES.amount):
        rates.hit(REVERSE_NAMES, str(ada.user.id))

    await screen.does(page.save({"address": service.ipv4, "name": "fjord.example"}))

    assert "within an hour" in said(page)[0]
    assert {row.standing for row in page.rows} == {""}


def test_the_websites_of_a_hosting_and_its_name_servers_are_its_owners_to_see(company):
    hosting = on_panel(company, "enhance")
    ada = company.signs_up("Ada Moreno")
    hosting.buys(ada, "fjord.example")
    hosting.settles()
    service_id = ada.service().id

    def seen_by(person):
        return sites_of(company.house.database.opener(person.actor), company.house.panels, service_id)

    sites = seen_by(ada)
    assert [(site.domain, site.is_on) for site in sites.websites] == [("fjord.example", True)]
    assert sites.name_servers
    with pytest.raises(NotFound):
        seen_by(company.signs_up("Bob Byrne"))
    company.breaks(hosting.http, "down", times=0)
    assert seen_by(ada) is None
    company.mends(hosting.http)
    row = WebsiteRow.of(Website("fjord.example", "192.0.2.9", "php84", 5 * 1024**2, is_on=False))
    assert (row.php, row.size, row.is_on) == ("PHP 8.4", "5.0 MB", False)
