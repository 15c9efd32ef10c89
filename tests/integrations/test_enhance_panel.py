from dataclasses import replace

import httpx
import pytest

from ezscale.integrations.enhance.adapter import open_panel
from ezscale.integrations.enhance.client import EnhanceClient
from ezscale.integrations.enhance.reading import is_safe_entrance
from ezscale.integrations.http import open_http
from ezscale.kit.clock import world_now
from ezscale.kit.errors import Missing, Rejected, TemporaryFailure, UnknownOutcome
from ezscale.provisioning import panel_skills
from ezscale.provisioning.panel_skills import Finding, Website
from ezscale.provisioning.ports import OutOfStock, PanelOwner, RemoteState, ServiceSpec
from ezscale.sandbox.enhance import MASTER, STEP_BY_STEP, enhance_stand_in
from ezscale.sandbox.in_process import InProcess, NobodyThere
from ezscale.sandbox.store import Store

TOKEN = "enhance-test-token"
URL = "https://panel.test"
NOBODY = "00000000-0000-4000-8000-000000000000"
FRANKFURT = "6a1e2f10-4f3b-4b7e-9a01-0c5d7e9f1001"
ADA = PanelOwner("C-17", "Moreno Ltd", "ada@example.test")
BO = PanelOwner("C-18", "Bo Stone", "bo@example.test")
NEW = PanelOwner("C-99", "Nia Okafor", "nia@example.test")
SPEC = ServiceSpec("SRV-1", package="12", location=FRANKFURT, image="php83", hostname="Moreno.example.test")
OTHER = replace(SPEC, key="SRV-2", hostname="other.example.test")
SKILLS = {"GivesLogins", "Resizes", "Measures", "CountsTraffic", "SignsIn", "HostsWebsites", "TriesOut"}


class Sandbox:
    """Enhance's stand-in, told to fail and asked what it did."""

    def __init__(self):
        self.transport = InProcess(enhance_stand_in(Store(), token=TOKEN, pace=STEP_BY_STEP))
        self.http = open_http(URL, TOKEN, transport=self.transport)

    def goes_wrong(self, wrong, path="*", method="*", **how):
        fault = {"wrong": wrong, "path": path, "method": method, **how}
        assert self.http.post("/_sandbox/faults", json=fault).status_code == 201

    def answers(self, body, path="*", method="*", status=200, **how):
        """The next answer, whatever the truth is."""
        self.goes_wrong("refuse", path, method, status=status, body=body, **how)

    def works_again(self):
        self.http.delete("/_sandbox/faults")

    def orders(self, control, body):
        assert self.http.post(f"/_sandbox/{control}", json=body).is_success

    def changes(self, path, body):
        assert self.http.patch(path, json=body).is_success

    def customer(self, name):
        return self.http.post(f"/orgs/{MASTER}/customers", json={"name": name}).json()["id"]

    def person(self, org, email, *, owns=True):
        body = {"email": email, "password": "long enough", "name": "Somebody"}
        login = self.http.post(f"/logins?orgId={org}", json=body).json()["id"]
        if owns:
            self.http.post(f"/orgs/{org}/members", json={"loginId": login, "roles": ["Owner"]})

    def subscription(self, org, name, plan=12):
        path = f"/orgs/{MASTER}/customers/{org}/subscriptions"
        return self.http.post(path, json={"planId": plan, "friendlyName": name}).json()["id"]

    def lets_in(self, login):
        attempt = {"email": login.username, "password": login.password}
        return self.http.post("/_sandbox/sign-in", json=attempt).is_success

    @property
    def state(self):
        return self.http.get("/_sandbox/state").json()

    @property
    def done(self):
        return self.state["done"]


@pytest.fixture
def sandbox():
    return Sandbox()


@pytest.fixture
def panel(sandbox):
    return open_panel(URL, TOKEN, MASTER, transport=sandbox.transport)


def open_client(sandbox):
    return EnhanceClient(sandbox.http, sandbox.http, MASTER)


def running(panel, spec=SPEC, owner=ADA):
    """A subscription with its website."""
    remote_id = panel.reserve(spec, panel.account(owner)).remote_id
    panel.build(remote_id, spec)
    panel.look(remote_id), panel.look(remote_id)
    return remote_id


def address_of(remote_id):
    return "/orgs/{}/subscriptions/{}".format(*remote_id.split("/"))


def test_it_can_what_its_maker_can_and_nothing_else(panel):
    skills = [skill for skill in vars(panel_skills).values() if getattr(skill, "_is_runtime_protocol", False)]

    assert {skill.__name__ for skill in skills if isinstance(panel, skill)} == SKILLS


# Accounts

STEPS = {"organisation": f"/orgs/{MASTER}/customers", "login": "/logins", "member": "/orgs/*/members"}
ONE_ACCOUNT = {"organisations created": 1, "logins created": 1, "members added": 1}


def test_a_customer_has_one_organisation_which_they_own(panel, sandbox):
    accounts = {panel.account(ADA) for _ in range(3)}

    (org,), (member,) = sandbox.state["organisations"], sandbox.state["members"]
    assert accounts == {org["id"]}
    assert org["name"] == "Moreno Ltd [C-17]"
    assert (member["orgId"], member["roles"]) == (org["id"], ["Owner"])
    assert sandbox.done == ONE_ACCOUNT


@pytest.mark.parametrize("path", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize(
    ("wrong", "how"), [("lost", {}), ("lost", {"status": 500}), ("garbage", {}), ("late", {"seconds": 60})]
)
def test_a_step_whose_answer_was_lost_is_found_again_and_not_repeated(panel, sandbox, path, wrong, how):
    sandbox.goes_wrong(wrong, path, "POST", **how)

    account = panel.account(ADA)

    assert panel.account(ADA) == account
    assert sandbox.done == ONE_ACCOUNT


@pytest.mark.parametrize("path", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("wrong", ["down", "lost"])
def test_an_account_that_was_left_half_made_is_finished_by_the_next_try(panel, sandbox, path, wrong):
    sandbox.goes_wrong(wrong, path, "POST")
    if wrong == "lost":  # and nobody can look
        sandbox.goes_wrong("down", f"/orgs/{MASTER}/customers", "GET", times=0)
        sandbox.goes_wrong("down", "/v2/*", "GET", times=0)
        sandbox.goes_wrong("down", "/orgs/*/members", "GET", times=0)
    with pytest.raises(TemporaryFailure):
        panel.account(ADA)
    sandbox.works_again()

    panel.account(ADA)

    assert sandbox.done == ONE_ACCOUNT


def test_a_customer_is_found_on_the_last_page_too(panel, sandbox):
    for number in range(105):
        sandbox.customer(f"Customer [{number}]")
    account = panel.account(ADA)

    assert panel.account(ADA) == account
    assert sandbox.done["organisations created"] == 106


@pytest.mark.parametrize(
    "name", ["Moreno Ltd", "Moreno Ltd [c-17]", "Moreno Ltd [C-170]", "[C-17] Moreno Ltd", "Eve [C-17] [C-18]", "C-17"]
)
def test_only_the_very_reference_at_the_end_of_the_name_counts(panel, sandbox, name):
    sandbox.person(foreign := sandbox.customer(name), "eve@example.test")

    assert panel.account(ADA) != foreign


def test_an_organisation_that_only_bears_our_reference_is_not_taken_over(panel, sandbox):
    sandbox.person(sandbox.customer("Eve [C-17]"), "eve@example.test")

    with pytest.raises(Rejected, match="a person must look"):
        panel.account(ADA)

    assert sandbox.done["organisations created"] == 1


@pytest.mark.parametrize("owns", [True, False], ids=["of another organisation", "of none"])
def test_somebody_is_not_taken_for_our_customer_by_their_address(panel, sandbox, owns):
    sandbox.person(sandbox.customer("Somebody [C-1]"), ADA.email.upper(), owns=owns)

    with pytest.raises(Rejected, match="address of customer C-17: a person must look"):
        panel.account(ADA)

    assert sandbox.done["organisations created"] == 1
    assert sandbox.done.get("members added", 0) == owns


def test_somebody_with_our_customers_address_does_not_get_their_half_made_organisation(panel, sandbox):
    sandbox.person(sandbox.customer("Moreno Ltd [C-17]"), ADA.email, owns=False)

    with pytest.raises(Rejected, match="a person must look"):
        panel.account(ADA)

    assert "members added" not in sandbox.done


def test_two_builds_at_the_same_moment_end_in_one_organisation(panel, sandbox):
    """The other one has made an organisation while we did, and then its login."""
    first, nobody_yet = panel.account(ADA), {"items": [], "total": 0}
    sandbox.answers(nobody_yet, f"/orgs/{MASTER}/customers", "GET")
    sandbox.answers(nobody_yet, "/v2/*", "GET", times=2)
    sandbox.answers(nobody_yet, "/orgs/*/members", "GET", times=2)

    again = panel.account(ADA)

    assert again == panel.account(ADA) == first
    assert sandbox.done == ONE_ACCOUNT | {"organisations created": 2}


def test_an_account_is_deleted_and_deleting_it_twice_is_fine(panel, sandbox):
    panel.account(ADA)
    other = panel.account(BO)

    for _ in range(2):
        panel.forget_account(PanelOwner(ADA.ref, "", ADA.email))

    assert [org["id"] for org in sandbox.state["organisations"]] == [other]
    assert sandbox.done["organisations wiped"] == 1


def test_an_account_with_a_subscription_is_not_even_asked_to_go(panel, sandbox):
    remote_id = running(panel)

    with pytest.raises(TemporaryFailure, match="still has subscriptions"):
        panel.forget_account(ADA)

    assert "DELETE" not in {call["method"] for call in sandbox.http.get("/_sandbox/calls").json()}
    panel.terminate(remote_id)
    panel.forget_account(ADA)
    assert sandbox.done["organisations wiped"] == 1


def test_which_of_two_owned_organisations_is_to_go_is_for_a_person(panel, sandbox):
    panel.account(ADA)
    sandbox.person(sandbox.customer("Eve [C-17]"), "eve@example.test")

    with pytest.raises(Rejected, match="a person must look"):
        panel.forget_account(ADA)

    assert "organisations wiped" not in sandbox.done


# Reserving and building


def test_a_reservation_is_a_subscription_under_our_number(panel, sandbox):
    account = panel.account(ADA)

    server = panel.reserve(SPEC, account)

    assert (server.owner, server.state, server.key, server.package) == (account, RemoteState.RESERVED, "SRV-1", "12")
    assert server.remote_id == f"{account}/2041"
    assert replace(panel.look(server.remote_id), detail={}) == server
    assert sandbox.state["subscriptions"][0]["friendlyName"] == "SRV-1"


@pytest.mark.parametrize("wrong", ["", "lost", "garbage"])
def test_a_number_is_reserved_once_however_often_and_with_whatever_answer(panel, sandbox, wrong):
    account = panel.account(ADA)
    if wrong:
        sandbox.goes_wrong(wrong, "*/subscriptions", "POST")

    first, again = panel.reserve(SPEC, account), panel.reserve(SPEC, account)

    assert first.remote_id == again.remote_id
    assert sandbox.done["subscriptions created"] == 1


def test_a_reservation_that_nobody_could_look_for_is_found_for_adoption(panel, sandbox):
    account = panel.account(ADA)
    path = f"/orgs/{MASTER}/customers/{account}/subscriptions"
    sandbox.answers({"items": [], "total": 0}, path, "GET", times=2)
    sandbox.goes_wrong("lost", path, "POST")
    with pytest.raises(UnknownOutcome):
        panel.reserve(SPEC, account)

    (found,) = panel.left_behind(SPEC, account, world_now())

    assert (found.key, found.owner, found.state) == ("SRV-1", account, RemoteState.RESERVED)


def test_only_the_very_number_in_the_customers_own_organisation_is_adopted(panel, sandbox):
    account, other = panel.account(ADA), panel.account(BO)
    for org, name in ((other, "SRV-1"), (account, "SRV-10"), (account, "srv-1"), (account, "SRV-1")):
        sandbox.subscription(org, name)
    sandbox.http.delete(f"/orgs/{account}/subscriptions/2044")

    found = panel.left_behind(SPEC, account, world_now())

    assert found == []
    assert panel.reserve(SPEC, account).remote_id == f"{account}/2045"


def test_whose_a_subscription_is_comes_from_the_panel_and_not_from_the_question(panel, sandbox):
    remote_id = running(panel)
    row = sandbox.http.get(address_of(remote_id)).json() | {"subscriberId": NOBODY}
    sandbox.answers(row, "/orgs/*/subscriptions/*", "GET")

    assert panel.look(remote_id).owner == NOBODY


def test_a_subscription_with_our_number_and_another_owner_is_not_adopted(panel, sandbox):
    account = panel.account(ADA)
    row = {"id": 2041, "friendlyName": "SRV-1", "subscriberId": NOBODY}
    sandbox.answers({"items": [row], "total": 1}, "*/subscriptions", "GET")

    with pytest.raises(Rejected, match="another owner"):
        panel.reserve(SPEC, account)

    assert "subscriptions created" not in sandbox.done


def test_several_with_our_number_are_for_a_person(panel, sandbox):
    account = panel.account(ADA)
    for _ in range(2):
        sandbox.subscription(account, "SRV-1")

    with pytest.raises(Rejected, match="please choose"):
        panel.reserve(SPEC, account)

    assert len(panel.left_behind(SPEC, account, world_now())) == 2


def test_no_room_is_told_as_such(panel, sandbox):
    account = panel.account(ADA)
    sandbox.orders("quota", {"subscriptions": 0})

    with pytest.raises(OutOfStock, match="no room left"):
        panel.reserve(SPEC, account)


@pytest.mark.parametrize(("change", "words"), [({"package": "web-m"}, "must be a number"), ({"package": "99"}, "plan")])
def test_a_plan_that_is_not_there_is_refused(panel, sandbox, change, words):
    with pytest.raises(Rejected, match=words):
        panel.reserve(replace(SPEC, **change), panel.account(ADA))

    assert "subscriptions created" not in sandbox.done


def test_a_website_is_hosted_where_and_how_it_was_ordered(panel, sandbox):
    remote_id = panel.reserve(SPEC, panel.account(ADA)).remote_id

    login = panel.build(remote_id, SPEC)
    looks = [panel.look(remote_id) for _ in range(2)]

    assert login is None
    assert [look.state for look in looks] == [RemoteState.BUILDING, RemoteState.READY]
    assert looks[1].hostname == "moreno.example.test"
    (site,) = panel.websites(remote_id)
    assert replace(site, size_bytes=None) == Website("moreno.example.test", "203.0.113.80", "php83")


@pytest.mark.parametrize(
    ("wrong", "how"), [("", {}), ("lost", {}), ("lost", {"status": 500}), ("garbage", {}), ("late", {"seconds": 60})]
)
def test_a_website_is_made_once_however_often_and_with_whatever_answer(panel, sandbox, wrong, how):
    remote_id = panel.reserve(SPEC, panel.account(ADA)).remote_id
    if wrong:
        sandbox.goes_wrong(wrong, "*/websites", "POST", **how)

    panel.build(remote_id, SPEC)
    panel.build(remote_id, SPEC)

    asked = [call for call in sandbox.http.get("/_sandbox/calls").json() if call["method"] == "POST"]
    assert sandbox.done["websites created"] == len([call for call in asked if "/websites" in call["path"]]) == 1


def test_a_domain_that_another_customer_has_is_refused(panel, sandbox):
    running(panel)
    other = panel.reserve(replace(SPEC, key="SRV-2"), panel.account(BO)).remote_id

    with pytest.raises(Rejected, match=r"hosts moreno\.example\.test elsewhere already"):
        panel.build(other, SPEC)

    assert panel.look(other).state is RemoteState.RESERVED


def test_servers_that_are_full_or_down_are_told_apart(panel, sandbox):
    remote_id = panel.reserve(SPEC, panel.account(ADA)).remote_id
    servers = [server["id"] for server in sandbox.state["servers"] if server["groupId"] == FRANKFURT]

    for order, expected in (({"down": True}, TemporaryFailure), ({"full": True}, OutOfStock)):
        for server in servers:
            sandbox.orders(f"servers/{server}", order)
        with pytest.raises(expected):
            panel.build(remote_id, SPEC)


def test_an_installation_that_never_ends_is_not_called_ready(panel, sandbox):
    sandbox.orders("builds", {"fail": 1})

    assert panel.look(running(panel)).state is RemoteState.BUILDING


# Running


def test_a_suspended_subscription_stands_still_until_it_is_resumed(panel):
    remote_id = running(panel)

    panel.suspend(remote_id, "An invoice is not paid")
    still = panel.look(remote_id).suspended, panel.usage(remote_id)
    panel.resume(remote_id)

    assert still == (True, None)
    assert not panel.look(remote_id).suspended


@pytest.mark.parametrize("wrong", ["", "lost", "garbage"])
def test_suspending_and_resuming_again_does_no_harm(panel, sandbox, wrong):
    remote_id = running(panel)

    for call in (lambda id: panel.suspend(id, ""), lambda id: panel.suspend(id, ""), panel.resume, panel.resume):
        if wrong:
            sandbox.goes_wrong(wrong, "*", "PATCH")
        call(remote_id)

    assert (sandbox.done["subscriptions suspended"], sandbox.done["subscriptions unsuspended"]) == (1, 1)


@pytest.mark.parametrize("name", ["suspend", "resume", "resize", "terminate"])
def test_a_yes_that_did_nothing_is_not_believed(panel, sandbox, name):
    remote_id = running(panel)
    if name == "resume":
        panel.suspend(remote_id, "")
    sandbox.answers({}, "/orgs/*/subscriptions/*", "DELETE" if name == "terminate" else "PATCH")

    with pytest.raises(TemporaryFailure, match=r"Enhance (does not show|still shows)"):
        CALLS[name](panel, remote_id)


def test_an_organisation_that_is_suspended_as_a_whole_is_told_and_left_alone(panel, sandbox):
    remote_id = running(panel)
    panel.suspend(remote_id, "")
    sandbox.changes(f"/orgs/{remote_id.split('/')[0]}", {"isSuspended": True})

    with pytest.raises(Rejected, match=r"whole organisation .* a person must lift that"):
        panel.resume(remote_id)

    assert not panel.look(remote_id).suspended


def test_deleting_again_does_no_harm_and_takes_nothing_else(panel, sandbox):
    remote_id, other = running(panel), running(panel, OTHER)
    sandbox.goes_wrong("lost", "/orgs/*", "DELETE")

    for _ in range(3):
        panel.terminate(remote_id)

    with pytest.raises(Missing):
        panel.look(remote_id)
    assert panel.look(other).state is RemoteState.READY
    assert (sandbox.done["subscriptions wiped"], len(sandbox.state["websites"])) == (1, 1)


def test_one_that_was_deleted_by_hand_is_gone_and_counts_as_deleted(panel, sandbox):
    remote_id = running(panel)
    sandbox.http.delete(address_of(remote_id))
    sandbox.answers({"code": "conflict"}, "/orgs/*", "DELETE", status=409)

    panel.terminate(remote_id)

    assert panel.look(remote_id).gone


def test_a_proxy_that_knows_nothing_does_not_make_a_subscription_gone(panel, sandbox):
    remote_id = running(panel)
    sandbox.goes_wrong("refuse", "/orgs/*", times=3, status=404, body="Not found")

    for call in (panel.look, panel.terminate):
        with pytest.raises(TemporaryFailure):
            call(remote_id)

    assert panel.look(remote_id).state is RemoteState.READY


def test_every_subscription_is_listed_and_those_of_ours_by_our_number(panel, sandbox):
    ours, foreign = running(panel), sandbox.customer("By hand")
    sandbox.subscription(foreign, "SRV-1")
    empty = panel.reserve(OTHER, panel.account(BO)).remote_id

    listed = {server.remote_id: (server.key, server.name, server.state) for server in panel.servers()}

    assert listed == {
        ours: ("SRV-1", "SRV-1", RemoteState.READY),
        f"{foreign}/2042": ("", "SRV-1", RemoteState.RESERVED),
        empty: ("SRV-2", "SRV-2", RemoteState.RESERVED),
    }


def test_a_new_login_opens_the_customers_organisation(panel, sandbox):
    remote_id = running(panel)

    first, second = panel.new_login(remote_id), panel.new_login(remote_id)

    assert first.username == ADA.email
    assert (sandbox.lets_in(first), sandbox.lets_in(second)) == (False, True)


def test_among_several_owners_the_login_is_the_one_that_we_made(panel, sandbox):
    remote_id = running(panel)
    sandbox.person(remote_id.split("/")[0], "partner@example.test")

    assert panel.new_login(remote_id).username == ADA.email


def test_a_password_that_is_refused_is_not_repeated_in_the_refusal(panel, sandbox, monkeypatch):
    remote_id = running(panel)
    monkeypatch.setattr("secrets.token_urlsafe", lambda _length: "hush-hush")
    sandbox.answers({"code": "weak", "message": "hush-hushaA1- is weak"}, "/v2/logins/*", "PUT", status=400)

    with pytest.raises(Rejected, match="is weak") as caught:
        panel.new_login(remote_id)

    assert "hush" not in f"{caught.value} {caught.value.message}"


def test_another_plan_is_taken_and_what_does_not_fit_is_told(panel, sandbox):
    remote_id = running(panel)
    panel.build(remote_id, OTHER)

    resizing = panel.resize(remote_id, replace(SPEC, package="11"))

    assert panel.look(remote_id).package == "11"
    assert "Websites: 2 in use, and the plan has 1." in resizing.left


def test_what_is_used_and_sent_is_told(panel, sandbox):
    remote_id = running(panel)
    sandbox.orders("clock", {"seconds": 3600})

    usage, (month,) = panel.usage(remote_id), panel.traffic(remote_id)

    assert (usage.disks[0].name, usage.disks[0].limit) == ("Disk space", 25 * 1024**3)
    assert {filling.name: filling.used for filling in usage.counted}["Websites"] == 1
    assert (month.received, month.limit, month.start.day, month.end.day) == (0, None, 1, 1)
    assert isinstance(month.sent, int)


def test_name_servers_are_read_as_texts_and_as_objects(panel, sandbox):
    texts = panel.name_servers()
    sandbox.answers({"nameServers": [{"domain": "ns1.other.example", "ip": "203.0.113.9"}, {}]}, "/branding")

    assert texts == ["ns1.hosting.example", "ns2.hosting.example"]
    assert panel.name_servers() == ["ns1.other.example"]


@pytest.mark.parametrize(
    ("change", "field"),
    [({}, None), ({"package": "99"}, "package"), ({"location": NOBODY}, "location"), ({"image": "php74"}, "image")],
)
def test_a_plan_is_tried_out_without_building_it(panel, sandbox, change, field):
    findings = panel.dry_run(replace(SPEC, **change))

    assert [finding.field for finding in findings] == ([field] if field else [])
    assert all(isinstance(finding, Finding) for finding in findings)
    assert sandbox.done == {}


# Signing in


def test_a_customer_is_led_in_by_an_address_of_the_panel(panel, sandbox):
    remote_id = running(panel)
    sandbox.person(remote_id.split("/")[0], "partner@example.test")

    address = panel.panel_login(ADA, remote_id)

    assert address.startswith(f"{URL}/sso/")
    assert sandbox.done["sign-ins made"] == 1


def test_nobody_is_led_into_an_organisation_with_another_reference(panel, sandbox):
    remote_id = running(panel)

    with pytest.raises(Rejected, match="is not customer C-18"):
        panel.panel_login(replace(ADA, ref="C-18"), remote_id)

    assert "sign-ins made" not in sandbox.done


@pytest.mark.parametrize(
    "address",
    [
        "http://panel.test/sso/x",
        "https://evil.test/sso/x",
        "https://panel.test.evil.test/x",
        "https://panel.test@evil.test/x",
        "https://me@panel.test/x",
        "https://evil.test\\@panel.test/x",
        "https://panel.test:8443/x",
        "https://panel.test/x\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "//panel.test/x",
        "",
    ],
)
def test_an_address_anywhere_else_is_not_passed_on_nor_told(panel, sandbox, address):
    remote_id = running(panel)
    sandbox.answers(address, "*/sso", status=201)

    with pytest.raises(Rejected, match="another host") as caught:
        panel.panel_login(ADA, remote_id)

    assert not address or address not in str(caught.value)


@pytest.mark.parametrize(
    ("panel_at", "is_safe"), [("http://127.0.0.1:8100/enhance/api", True), ("http://panel.test:8100/api", False)]
)
def test_only_a_stand_in_on_this_machine_is_entered_unencrypted(panel_at, is_safe):
    address = panel_at.removesuffix("/api") + "/sso/x"

    assert is_safe_entrance(address, httpx.URL(panel_at)) is is_safe


def test_a_sign_in_is_asked_for_once_whatever_comes_of_it(panel, sandbox):
    remote_id = running(panel)
    sandbox.goes_wrong("lost", "*/sso")

    with pytest.raises(TemporaryFailure):
        panel.panel_login(ADA, remote_id)

    assert sandbox.done["sign-ins made"] == 1


# What we do not need yet


def test_the_other_calls_are_understood_too(panel, sandbox):
    client, remote_id = open_client(sandbox), running(panel)
    org, number = remote_id.split("/")[0], int(remote_id.split("/")[1])
    administrator = {"username": "ada", "password": "long enough", "email": ADA.email}
    blog = {"domain": "blog.example.test", "subscriptionId": number, "wordPressAdminCredentials": administrator}
    site = client.create_website(org, blog)

    client.change_website(org, site, {"phpVersion": "php84", "tags": ["blog"]})
    client.change_organisation(org, {"locale": "de"})
    client.mail_recovery(ADA.email)
    shown, entrance = client.website(org, site), client.sign_in_to_wordpress(org, site, "wordpress", "1")
    client.wipe_website(org, site)

    assert (client.version(), client.status(), client.licence()["status"]) == ("12.3.0", "ready", "active")
    assert (shown["phpVersion"], shown["tags"], entrance.startswith(URL)) == ("php84", ["blog"], True)
    assert [row["email"] for row in client.logins_of(org)] == [ADA.email]
    assert client.organisation(org)["locale"] == "de"
    assert client.create_token(org, ["Support"], "Robot")["unencryptedToken"]
    assert len(list(client.servers())) == 6
    assert {row["name"]: row["usage"] for row in client.recount(org, number)}["websites"] == 1
    (living,) = client.websites(org, number)
    assert len(client.metrics(org, living["id"], "2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z")) == 2


# When the panel fails


CALLS = {
    "account": lambda panel, _id: panel.account(NEW),
    "forget_account": lambda panel, _id: panel.forget_account(ADA),
    "reserve": lambda panel, id: panel.reserve(OTHER, id.split("/")[0]),
    "left_behind": lambda panel, id: panel.left_behind(SPEC, id.split("/")[0], world_now()),
    "build": lambda panel, id: panel.build(id, OTHER),
    "look": lambda panel, id: panel.look(id),
    "suspend": lambda panel, id: panel.suspend(id, ""),
    "resume": lambda panel, id: panel.resume(id),
    "terminate": lambda panel, id: panel.terminate(id),
    "servers": lambda panel, _id: list(panel.servers()),
    "new_login": lambda panel, id: panel.new_login(id),
    "resize": lambda panel, id: panel.resize(id, replace(SPEC, package="13")),
    "usage": lambda panel, id: panel.usage(id),
    "traffic": lambda panel, id: panel.traffic(id),
    "panel_login": lambda panel, id: panel.panel_login(ADA, id),
    "websites": lambda panel, id: panel.websites(id),
    "name_servers": lambda panel, _id: panel.name_servers(),
    "dry_run": lambda panel, _id: panel.dry_run(SPEC),
}


@pytest.fixture(scope="module")
def stricken_sandbox():
    return Sandbox()


@pytest.fixture(scope="module")
def one_of_adas(stricken_sandbox):
    panel = open_panel(URL, TOKEN, MASTER, transport=stricken_sandbox.transport)
    return panel, panel.reserve(SPEC, panel.account(ADA)).remote_id


@pytest.fixture
def stricken(stricken_sandbox, one_of_adas):
    """A panel that answers nothing rightly, so that what it holds does not matter: one for all these tests."""
    yield stricken_sandbox, *one_of_adas
    stricken_sandbox.works_again()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    ("wrong", "how"),
    [
        ("down", {}),
        ("rate_limited", {}),
        ("late", {"seconds": 60}),
        ("lost", {}),
        ("lost", {"status": 500}),
        ("garbage", {}),
        ("refuse", {"status": 423, "body": {"message": "Locked."}}),
        ("refuse", {"status": 404, "body": "Nothing here"}),
    ],
    ids=["down", "rate limited", "late", "lost", "500", "garbage", "locked", "a proxy's 404"],
)
def test_whatever_goes_wrong_is_worth_another_try(stricken, call, wrong, how):
    sandbox, panel, remote_id = stricken
    sandbox.goes_wrong(wrong, times=0, **how)

    with pytest.raises(TemporaryFailure):
        call(panel, remote_id)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(("status", "body"), [(409, {"code": "conflict"}), (422, {"message": "No."})])
def test_a_refusal_is_final(stricken, call, status, body):
    sandbox, panel, remote_id = stricken
    sandbox.answers(body, status=status, times=0)

    with pytest.raises(Rejected):
        call(panel, remote_id)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_token_that_is_not_accepted_is_told_and_not_retried(stricken, call):
    sandbox, _, remote_id = stricken
    stranger = open_panel(URL, "another", MASTER, transport=sandbox.transport)
    sandbox.goes_wrong("refuse", "/branding", status=401)
    sandbox.goes_wrong("refuse", "/orgs/*/plans", status=401)

    with pytest.raises(Rejected, match="API token"):
        call(stranger, remote_id)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_panel_that_is_not_there_has_surely_not_acted(call):
    panel = open_panel(URL, TOKEN, MASTER, transport=NobodyThere())

    with pytest.raises(TemporaryFailure) as caught:
        call(panel, f"{NOBODY}/2041")

    assert not isinstance(caught.value, UnknownOutcome)


@pytest.mark.parametrize("remote_id", ["2041", f"{NOBODY}/../2041", f"{NOBODY}/", "../plans/2041", "/2041"])
def test_a_name_that_is_none_is_never_made_part_of_an_address(panel, sandbox, remote_id):
    with pytest.raises(Rejected, match="on Enhance"):
        panel.look(remote_id)

    assert sandbox.http.get("/_sandbox/calls").json() == []


def test_how_long_to_wait_is_passed_on(panel, sandbox):
    sandbox.goes_wrong("rate_limited", seconds=30)

    with pytest.raises(TemporaryFailure) as caught:
        panel.look(f"{NOBODY}/2041")

    assert caught.value.retry_after == 30


def test_what_is_missing_is_told_as_missing(panel):
    for name in ("look", "suspend", "usage", "traffic"):
        with pytest.raises(Missing):
            CALLS[name](panel, f"{NOBODY}/2041")


def test_rows_that_tell_next_to_nothing_are_enough(panel, sandbox):
    remote_id = running(panel)
    sandbox.answers({}, "/orgs/*/subscriptions/*")
    sandbox.answers({"items": [{"domain": "a.example.test", "status": "active"}]}, "/orgs/*/websites")
    sandbox.answers({"items": []}, "/orgs/*/websites")

    server = panel.look(remote_id)

    assert (server.remote_id, server.owner, server.state) == (remote_id, remote_id.split("/")[0], RemoteState.READY)
    assert (server.key, server.suspended, server.hostname) == ("", False, "a.example.test")


def test_a_list_that_never_ends_is_given_up(panel, sandbox, monkeypatch):
    monkeypatch.setattr("ezscale.integrations.enhance.client.MOST_PAGES", 3)
    sandbox.answers({"items": [{"id": 1}]}, "/servers/groups", times=0)

    with pytest.raises(TemporaryFailure, match="does not end"):
        panel.dry_run(SPEC)
