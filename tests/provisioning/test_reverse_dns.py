"""The name of an address: whose it is to choose, what it must point to, and that nobody inherits it."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import select

from ezscale.accounts.permissions import SEE_SERVICES
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotFound
from ezscale.kit.outbox import OutboxEvent
from ezscale.models import IpAssignment, ReverseName
from ezscale.provisioning.addresses import Moved, follow_addresses
from ezscale.provisioning.comparing import compare_panels
from ezscale.provisioning.reverse_dns import drop_name, held_addresses, wish_name, write_wished_name
from ezscale.provisioning.reverse_words import host_name
from ezscale.provisioning.services import service_to_change
from ezscale.provisioning.stopping import wish_termination
from tests.dns import with_dns
from tests.lost_answers import AFTER_THE_ACT, BEFORE_THE_ACT
from tests.panels import on_panel

FJORD = "fjord.example"


@pytest.fixture
def dns(at):
    return with_dns(at)


@pytest.fixture
def ada(at, dns):
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-1")
    return ada


@pytest.fixture
def ipv4(ada):
    return ada.service().ipv4


def opener(person, **changes):
    return person.at.house.database.opener(replace(person.actor, **changes))


def wishes(person, address, name=FJORD, service=None, **changes):
    service = service or person.service()
    return wish_name(opener(person, **changes), person.at.house.resolver, service.id, address, name)


def named(person, dns, address, name=FJORD):
    """Their address has a name that points to it."""
    dns.points(name, address)
    wishes(person, address, name)
    person.at.works()


def terminates(at, service):
    with at.robot() as work:
        wish_termination(work, service_to_change(work, service.id))
    at.works()


def standing(at, address):
    with at.robot() as work:
        row = work.session.exec(select(ReverseName).where(ReverseName.address == address)).one()
        return row.status.value, row.name, row.trouble


def test_a_name_that_points_to_the_address_is_set_changed_and_removed(at, ada, dns, ipv4):
    dns.points("mail.fjord.example", ipv4)
    named(ada, dns, ipv4)
    first = dns.says_of(ipv4)

    wishes(ada, ipv4, "Mail.Fjord.example.")
    waiting = standing(at, ipv4)
    at.works()
    second = dns.says_of(ipv4)
    ada.does(lambda work: drop_name(work, ada.service().id, ipv4))
    at.works()

    assert (first, second) == ("fjord.example.", "mail.fjord.example.")
    assert waiting == ("wished", "mail.fjord.example", "")
    assert dns.says_of(ipv4) == ipv4.replace(".", "-") + ".pool.ezscale.example."
    assert standing(at, ipv4) == ("gone", "", "")


def test_a_name_that_does_not_point_to_the_address_is_refused_and_says_where_to(ada, dns, ipv4):
    dns.points("elsewhere.example", "192.0.2.77")
    dns.points("silent.example", ipv4, rcode="SERVFAIL")

    said = []
    for name in ("nowhere.example", "elsewhere.example", "silent.example"):
        with pytest.raises(BusinessError) as refused:
            wishes(ada, ipv4, name)
        said.append((refused.value.field, refused.value.message))

    patience = "Changes of DNS can take some minutes."
    assert said == [
        ("name", f"nowhere.example does not point to {ipv4} yet. Please set that first. {patience}"),
        ("name", f"elsewhere.example points to 192.0.2.77, not to {ipv4}. {patience}"),
        ("name", "We could not look this name up just now. Please try again in a minute."),
    ]
    ada.at.works()
    assert dns.says_of(ipv4) is None


@pytest.mark.parametrize("name", ["", "fjord", "*.fjord.example", "fj_ord.example", "-a.example", "192.0.2.1", "a..b"])
def test_what_is_no_host_name_is_refused_at_its_field(name):
    with pytest.raises(Invalid, match="full host name") as refused:
        host_name(name)

    assert refused.value.field == "name"


def test_a_name_is_kept_as_the_dns_writes_it():
    assert host_name(" Mail.München.example. ") == "mail.xn--mnchen-3ya.example"


def test_any_address_of_ones_own_ipv6_network_can_have_a_name_and_its_neighbour_cannot(at, ada, dns):
    service = ada.service()
    network = next(one.address for one in ada.does(lambda work: held_addresses(work, service.id)) if one.is_network)
    inside, outside = network.replace("::/64", "::25"), "2001:db8:dead::25"
    dns.points("outside.example", outside)

    named(ada, dns, inside)
    with pytest.raises(Invalid, match="does not have this address"):
        wishes(ada, outside, "outside.example")

    assert dns.says_of(inside) == "fjord.example."
    assert inside in [one.address for one in ada.does(lambda work: held_addresses(work, service.id))]


def test_nobody_names_an_address_of_somebody_elses(at, ada, dns, ipv4):
    bob = at.signs_up("Bob Byrne")
    bob.buys("vps-1")
    dns.points(FJORD, ipv4)

    with pytest.raises(Invalid, match="does not have this address"):
        wishes(bob, ipv4)
    with pytest.raises(NotFound):
        wishes(bob, ipv4, service=ada.service())
    with pytest.raises(NotAllowed):
        wishes(ada, ipv4, permissions=frozenset({SEE_SERVICES}))
    named(ada, dns, ipv4)
    with pytest.raises(NotFound):
        bob.does(lambda work: drop_name(work, bob.service().id, ipv4))

    at.works()
    assert dns.says_of(ipv4) == "fjord.example."


def test_an_address_that_several_services_share_keeps_its_name(at, dns):
    games = on_panel(at, "pterodactyl")
    ada = at.signs_up("Ada Moreno")
    games.buys(ada, "play.example.com")
    games.settles()
    address = ada.service().ipv4
    dns.points(FJORD, address)

    with pytest.raises(Invalid, match="several services"):
        wishes(ada, address)

    assert ada.does(lambda work: held_addresses(work, ada.service().id)) == []


def test_whatever_becomes_of_the_answer_the_name_is_set_in_the_end(at, ada, dns, ipv4):
    key_is_wrong = {"wrong": "refuse", "status": 401}  # ours to mend, and no fault of the name's
    ended = []

    how: Any
    for number, how in enumerate((*AFTER_THE_ACT, *BEFORE_THE_ACT, key_is_wrong)):
        name = f"fjord{number}.example"
        at.breaks(dns.http, **{"method": "PATCH"} | how)
        named(ada, dns, ipv4, name)
        waiting = standing(at, ipv4)[0]
        at.lives(days=0.02)
        ended.append((waiting, dns.says_of(ipv4) == f"{name}.", standing(at, ipv4) == ("set", name, "")))

    assert set(ended) == {("wished", True, True)}


def test_what_the_dns_server_refuses_is_said_and_another_name_can_be_wanted(at, ada, dns, ipv4):
    at.breaks(dns.http, "refuse", method="PATCH", status=422, body={"error": "Not in expected format"})
    named(ada, dns, ipv4)
    refused = standing(at, ipv4)

    wishes(ada, ipv4)
    at.works()

    assert refused[0] == "refused"
    assert "Not in expected format" in refused[2]
    assert standing(at, ipv4)[0] == "set"


def test_whoever_gets_an_address_next_does_not_inherit_its_name(at, ada, dns, ipv4):
    bob = at.signs_up("Bob Byrne")
    named(ada, dns, ipv4)
    at.breaks(dns.http, "down", times=3)

    terminates(at, ada.service())
    away = standing(at, ipv4)[0], dns.says_of(ipv4)
    at.lives(days=0.05)
    bob.buys("vps-1")

    assert away == ("leaving", "fjord.example.")
    assert bob.service().ipv4 == ipv4
    assert dns.says_of(ipv4) == ipv4.replace(".", "-") + ".pool.ezscale.example."
    assert standing(at, ipv4) == ("gone", "", "")


def test_a_name_leaves_with_an_address_that_is_taken_away_at_the_panel(at, dns):
    bo = at.signs_up("Bo Moreno")
    bo.pays(bo.orders(add_ons={"extra-ipv4": 1}).invoice_id)
    at.works()
    kept, gone = sorted(bo.addresses())
    named(bo, dns, gone)
    path = f"/servers/{bo.service().remote_id}/ipv4"
    at.panel_http.request("DELETE", path, json={"interface": "primary", "ip": [gone]})

    compare_panels(at.house.automation("comparison"), at.house.panels)
    at.works()

    assert standing(at, gone)[0] == "gone"
    assert bo.addresses() == {kept}
    with pytest.raises(Invalid, match="does not have this address"):
        wishes(bo, gone)


def test_nothing_that_changed_meanwhile_is_undone_by_what_a_list_has_shown(at, ada):
    shown = at.house.panels["virtfusion"].look(ada.service().remote_id)
    with at.robot() as work:
        work.session.add(IpAssignment(service_id=ada.service().id, address="192.0.2.200", since=work.now))
    before = ada.addresses()
    moved = Moved(ada.service().id, shown.remote_id, frozenset(shown.ipv4))

    with at.robot() as work:
        followed = follow_addresses(work, moved, replace(shown, ipv4=("192.0.2.201",)))

    assert (followed, ada.addresses()) == (False, before)


def test_a_wish_whose_task_was_given_up_is_asked_for_again(at, ada, dns, ipv4):
    dns.points(FJORD, ipv4)
    wishes(ada, ipv4)
    with at.robot() as work:
        work.session.execute(update(OutboxEvent).values(relayed_at=work.now))

    at.lives(days=0.1)

    assert dns.says_of(ipv4) == "fjord.example."


def test_an_address_that_is_lost_while_its_name_is_looked_up_gets_none(at, ada, dns, ipv4):
    service = ada.service()
    dns.points(FJORD, ipv4)

    class Slow:
        def addresses(self, host, *, ipv6):
            with at.robot() as work:
                held = select(IpAssignment).where(IpAssignment.address == ipv4)
                work.session.exec(held).one().until = work.now
            return dns.resolver.addresses(host, ipv6=ipv6)

    with pytest.raises(Invalid, match="does not have this address"):
        wish_name(opener(ada), Slow(), service.id, ipv4, FJORD)

    with at.robot() as work:
        work.session.exec(select(IpAssignment).where(IpAssignment.address == ipv4)).one().until = None


def test_a_late_writer_does_not_have_the_last_word(at, ada, dns, ipv4):
    named(ada, dns, ipv4)
    with at.robot() as work:
        name_id = work.session.exec(select(ReverseName.id)).one()
    dns.points("later.example", ipv4)
    wishes(ada, ipv4, "later.example")

    class Overtaken:
        def write(self, address, host):
            ada.does(lambda work: drop_name(work, ada.service().id, ipv4))
            at.works()  # what is wanted now has been written, and then ours arrives
            dns.zones.write(address, host)

        def reset(self, address):
            dns.zones.reset(address)

    write_wished_name(at.house.automation("late"), Overtaken(), name_id)
    at.works()

    assert dns.says_of(ipv4) == ipv4.replace(".", "-") + ".pool.ezscale.example."
    assert standing(at, ipv4)[0] == "gone"
