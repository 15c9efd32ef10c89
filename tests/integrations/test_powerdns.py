"""PowerDNS and a resolver: the smallest zone that holds an address, and what the stand-in will not take."""

import asyncio

import pytest

from ezscale.integrations.http import open_http
from ezscale.integrations.powerdns.adapter import open_zones
from ezscale.integrations.resolver.adapter import open_resolver
from ezscale.kit.errors import Rejected, TemporaryFailure
from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.powerdns.app import BASE, KEY, PowerDnsStandIn
from ezscale.sandbox.powerdns.names import Names, answering
from ezscale.sandbox.store import Store
from tests.dns import URL, a_dns

ZONE = "113.0.203.in-addr.arpa."
POINTER = f"7.{ZONE}"
RECORD = {"content": "fjord.example.", "disabled": False}
CHANGE = {"name": POINTER, "type": "PTR", "ttl": 3600, "changetype": "REPLACE", "records": [RECORD]}


def sends(dns, change, zone=ZONE):
    return dns.http.patch(f"{BASE}/zones/{zone}", json={"rrsets": [change]})


def test_a_name_is_written_into_the_smallest_zone_that_holds_the_address():
    dns = a_dns()
    dns.stand_in.add_zone("0.203.in-addr.arpa.")
    dns.stand_in.add_zone("3.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.")
    dns.stand_in.add_zone("13.0.203.in-addr.arpa.")  # another network, whose name ends alike

    dns.zones.write("203.0.113.7", "fjord.example")
    dns.zones.write("2001:db8:3::25", "mail.fjord.example")
    dns.zones.write("203.0.7.1", "elsewhere.example")

    state = dns.http.get("/_sandbox/state").json()
    assert dns.says_of("203.0.113.7") == "fjord.example."
    assert dns.says_of("2001:db8:3::25") == "mail.fjord.example."
    assert state["done"] == {"replace": 3, "delete": 0}
    holding = (ZONE, "3.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.", "0.203.in-addr.arpa.")
    assert [len(dns.http.get(f"{BASE}/zones/{zone}").json()["rrsets"]) for zone in holding] == [1, 1, 1]


def test_an_address_without_a_zone_of_ours_is_refused_and_a_copy_is_none_of_ours():
    dns = a_dns()
    dns.stand_in.add_zone("2.1.10.in-addr.arpa.", kind="Slave")

    for address in ("10.1.2.3", "192.0.3.1"):
        with pytest.raises(Rejected, match=f"do not keep the reverse names of {address}"):
            dns.zones.write(address, "fjord.example")


def test_a_reset_address_has_the_houses_name_and_without_a_domain_none():
    with_own, without = a_dns(), a_dns(own_names="")

    for dns in (with_own, without):
        dns.zones.write("203.0.113.7", "fjord.example")
        dns.zones.reset("203.0.113.7")
        dns.zones.reset("203.0.113.7")

    assert with_own.says_of("203.0.113.7") == "203-0-113-7.pool.ezscale.example."
    assert without.says_of("203.0.113.7") is None


def test_a_wrong_key_can_be_mended_and_is_no_fault_of_the_names():
    zones = open_zones(URL, "wrong", http=open_http(URL, transport=InProcess(PowerDnsStandIn(Store()))))

    with pytest.raises(TemporaryFailure, match="token was not accepted"):
        zones.write("203.0.113.7", "fjord.example")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({**CHANGE, "name": POINTER.removesuffix(".")}, "is not canonical"),
        ({**CHANGE, "name": "7.2.0.192.in-addr.arpa."}, "Name is out of zone"),
        ({**CHANGE, "type": "POINTER"}, "unknown type"),
        ({**CHANGE, "changetype": "UPSERT"}, "Changetype not understood"),
        ({**CHANGE, "ttl": "3600"}, "Key 'ttl' is not an Integer"),
        ({**CHANGE, "records": []}, "no records given"),
        ({**CHANGE, "records": [{**RECORD, "content": "fjord.example"}]}, "Not in expected format"),
        ({**CHANGE, "records": [{**RECORD, "content": "two words."}]}, "Not in expected format"),
        ({**CHANGE, "records": [{**RECORD, "disabled": 0}]}, "Key 'disabled' is not a Bool"),
        ({**CHANGE, "records": [RECORD, RECORD]}, "duplicate records"),
        ({**CHANGE, "owner": "ada"}, "not known"),
    ],
)
def test_the_stand_in_refuses_what_powerdns_refuses_and_changes_nothing(change, said):
    dns = a_dns()

    answer = sends(dns, change)

    assert (answer.status_code, said in answer.json()["error"]) == (422, True), answer.json()
    assert dns.http.get("/_sandbox/state").json()["records"] == {}


def test_a_zone_that_is_not_there_and_a_caller_without_a_key_get_nothing():
    dns = a_dns()
    stranger = open_http(URL, transport=InProcess(dns.stand_in))

    assert sends(dns, CHANGE, "9.9.9.in-addr.arpa.").status_code == 404
    assert stranger.get(f"{BASE}/zones").status_code == 401
    assert stranger.get(f"{BASE}/zones", headers={"X-API-Key": KEY}).status_code == 200
    assert sends(dns, CHANGE).status_code == 204
    assert [row["records"] for row in dns.http.get(f"{BASE}/zones/{ZONE}").json()["rrsets"]] == [[RECORD]]


async def test_a_resolver_hears_where_names_point_to():
    names = Names(Store())
    names.point("fjord.example", ["203.0.113.7", "2001:db8::25"])
    names.point("silent.example", [], rcode="SERVFAIL")

    async with answering(names, "127.0.0.1", 0) as port:
        resolver = open_resolver(f"127.0.0.1:{port}")

        async def look(host, *, ipv6=False):
            return await asyncio.to_thread(resolver.addresses, host, ipv6=ipv6)

        assert await look("fjord.example") == {"203.0.113.7"}
        assert await look("fjord.example", ipv6=True) == {"2001:db8::25"}
        assert await look("nowhere.example") == frozenset()
        assert await look("mail.198-51-100-9.example") == {"198.51.100.9"}
        with pytest.raises(TemporaryFailure, match="silent"):
            await look("silent.example")
