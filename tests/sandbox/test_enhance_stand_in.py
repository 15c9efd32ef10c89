import re
from datetime import UTC, datetime, timedelta

import pytest

from ezscale.integrations.http import open_http
from ezscale.sandbox.enhance import MASTER, STEP_BY_STEP, Pace, enhance_stand_in, panel_door
from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.store import Store

TOKEN = "enhance-test-token"
NOBODY = "00000000-0000-4000-8000-000000000000"
FRANKFURT = "6a1e2f10-4f3b-4b7e-9a01-0c5d7e9f1001"
UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class Panel:
    """The stand-in, spoken to in Enhance's own HTTP."""

    def __init__(self, pace=STEP_BY_STEP, store=None):
        self.store = store or Store()
        self.moment = datetime(2026, 3, 2, 10, tzinfo=UTC)
        stand_in = enhance_stand_in(self.store, token=TOKEN, pace=pace, now=self.clock)
        self.http = open_http("https://panel.test", TOKEN, transport=InProcess(stand_in))

    def clock(self):
        return self.moment

    def get(self, path, **query):
        return self.http.get(path, params=query)

    def post(self, path, body, **query):
        return self.http.post(path, json=body, params=query)

    def patch(self, path, body):
        return self.http.patch(path, json=body)

    def customer(self, name="Moreno Ltd"):
        return self.post(f"/orgs/{MASTER}/customers", {"name": name}).json()["id"]

    def login(self, org, email="ada@example.test"):
        body = {"email": email, "password": "long enough", "name": "Ada"}
        return self.post("/logins", body, orgId=org)

    def owner(self, org):
        login = self.login(org).json()["id"]
        return self.post(f"/orgs/{org}/members", {"loginId": login, "roles": ["Owner"]}).json()["id"]

    def subscription(self, org, **changes):
        body = {"planId": 11, "friendlyName": "SRV-1"} | changes
        return self.post(f"/orgs/{MASTER}/customers/{org}/subscriptions", body)

    def website(self, org, number, **changes):
        body = {"domain": "moreno.example.test", "subscriptionId": number} | changes
        return self.post(f"/orgs/{org}/websites", body, kind="normal")

    def sold(self):
        """A customer with a subscription: their ids, and the subscription's address."""
        org = self.customer()
        number = self.subscription(org).json()["id"]
        return org, number, f"/orgs/{org}/subscriptions/{number}"

    def done(self):
        return self.get("/_sandbox/state").json()["done"]


@pytest.fixture
def panel():
    return Panel()


# At the door


@pytest.mark.parametrize("header", ["", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
def test_a_wrong_token_gets_401(panel, header):
    answer = panel.http.get(f"/orgs/{MASTER}", headers={"Authorization": header})

    assert (answer.status_code, answer.json()) == (401, {"code": "unauthorized"})


def test_what_is_public_is_open_to_everybody(panel):
    paths = ("/version", "/status", "/licence", f"/branding?orgId={MASTER}", f"/orgs/{MASTER}/plans")

    answers = [panel.http.get(path, headers={"Authorization": ""}) for path in paths]

    assert [answer.status_code for answer in answers] == [200] * 5
    assert [answer.json() for answer in answers[:2]] == ["12.3.0", "ready"]


def test_a_missing_record_has_a_code_and_an_unknown_address_has_not(panel):
    record, address = panel.get(f"/orgs/{NOBODY}"), panel.get("/customers")

    assert (record.status_code, record.json()) == (404, {"code": "not_found", "detail": "org"})
    assert (address.status_code, address.content) == (404, b"")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (f"/orgs/{MASTER}/customers", {}, "name"),
        (f"/orgs/{MASTER}/customers", {"name": 17}, "name"),
        (f"/orgs/{MASTER}/customers", {"name": "A", "ref": "C-17"}, "ref"),
        (f"/orgs/{MASTER}/customers?externalId=C-17", {"name": "A"}, "externalId"),
        ("/logins", {"email": "a@example.test", "password": "long enough", "name": "A"}, "orgId"),
        (f"/logins?orgId={MASTER}", {"email": "nobody", "password": "long enough", "name": "A"}, "email"),
        (f"/logins?orgId={MASTER}", {"email": "a@example.test", "password": "short", "name": "A"}, "password"),
        (f"/orgs/{MASTER}/members", {"loginId": 17, "roles": ["Owner"]}, "loginId"),
        (f"/orgs/{MASTER}/members", {"loginId": NOBODY, "roles": ["King"]}, "roles.0"),
        (f"/orgs/{MASTER}/customers/{NOBODY}/subscriptions", {"planId": "11"}, "planId"),
        (f"/orgs/{NOBODY}/websites", {"domain": "a.example.test"}, "subscriptionId"),
        (f"/orgs/{NOBODY}/websites", {"domain": "not a domain", "subscriptionId": 1}, "domain"),
    ],
)
def test_what_is_missing_wrong_or_unknown_is_refused_by_name(panel, path, body, field):
    answer = panel.http.post(path, json=body)

    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (400, "invalid_input", field)
    assert panel.done() == {}


# Customers and people


def test_a_customer_is_made_in_three_steps_each_with_an_id_of_its_own(panel):
    org = panel.customer()
    before = panel.get(f"/orgs/{MASTER}/customers").json()["items"][0]

    member = panel.owner(org)

    (row,) = panel.get(f"/orgs/{MASTER}/customers").json()["items"]
    (shown,) = panel.get(f"/orgs/{org}/members", role="Owner").json()["items"]
    assert "ownerEmail" not in before
    assert (row["ownerEmail"], row["ownerId"], row["ownerLoginId"]) == ("ada@example.test", member, shown["loginId"])
    assert shown["id"] == member
    assert len({org, member, shown["loginId"]}) == 3


def test_names_repeat_and_addresses_do_not(panel):
    first, second = panel.customer(), panel.customer()

    answers = [panel.login(first), panel.login(second, "ADA@example.test")]

    assert first != second
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json() == {"code": "already_exists", "detail": "login"}


def test_a_login_is_listed_before_it_is_a_member(panel):
    org = panel.customer()
    login = panel.login(org).json()["id"]

    rows = panel.get(f"/v2/orgs/{MASTER}/customers/logins").json()["items"]

    assert rows == [{"id": login, "email": "ada@example.test", "name": "Ada"}]
    assert panel.get(f"/orgs/{org}/logins").json() == {"items": [], "total": 0}


def test_a_list_comes_in_parts(panel):
    names = [f"Customer {number}" for number in range(12)]
    for name in names:
        panel.customer(name)

    usual = panel.get(f"/orgs/{MASTER}/customers").json()
    last = panel.get(f"/orgs/{MASTER}/customers", offset=10, limit=500, sortBy="name", sortOrder="desc").json()

    assert (len(usual["items"]), usual["total"]) == (10, 12)
    assert [row["name"] for row in last["items"]] == ["Customer 1", "Customer 0"]
    assert panel.get(f"/orgs/{MASTER}/customers", page=2).status_code == 400


def test_a_new_password_works_and_a_mailed_link_tells_nothing(panel):
    org = panel.customer()
    login = panel.login(org).json()["id"]

    changed = panel.http.put(f"/v2/logins/{login}/password", json={"newPassword": "another one"})
    mailed = [
        panel.http.put("/login/password-recovery", json={"email": email}).status_code
        for email in ("ada@example.test", "nobody@example.test")
    ]

    tries = [
        panel.post("/_sandbox/sign-in", {"email": "ada@example.test", "password": password}).status_code
        for password in ("long enough", "another one")
    ]
    assert (changed.status_code, changed.content) == (200, b"")
    assert tries == [403, 204]
    assert (mailed, panel.done()["mails sent"]) == ([200, 200], 1)


def test_a_sign_in_is_a_quoted_address_that_works_once_and_within_a_minute(panel):
    org = panel.customer()
    member = panel.owner(org)
    door = open_http("https://panel.test", transport=InProcess(panel_door(panel.store, panel.clock)))

    answers = [panel.get(f"/orgs/{org}/members/{member}/sso") for _ in range(2)]
    tokens = [answer.json().removeprefix("https://panel.test/sso") for answer in answers]
    used = [door.get(tokens[0]).status_code for _ in range(2)]
    panel.post("/_sandbox/clock", {"seconds": 60})

    assert [(answer.status_code, answer.text[0]) for answer in answers] == [(201, '"')] * 2
    assert used == [200, 403]
    assert door.get(tokens[1]).status_code == 403


def test_nobody_is_signed_in_to_another_organisation(panel):
    member = panel.owner(panel.customer())

    answer = panel.get(f"/orgs/{panel.customer('Other')}/members/{member}/sso")

    assert answer.json() == {"code": "not_found", "detail": "member"}


def test_a_deleted_customer_is_listed_until_it_is_wiped(panel):
    org, _, _ = panel.sold()
    panel.owner(org)

    panel.http.delete(f"/orgs/{org}")
    soft = panel.get(f"/orgs/{MASTER}/customers").json()["items"]
    panel.http.delete(f"/orgs/{org}?force=true")

    state = panel.get("/_sandbox/state").json()
    assert [row["status"] for row in soft] == ["deleted"]
    assert panel.get(f"/orgs/{org}").status_code == 404
    assert (state["logins"], state["members"], state["subscriptions"]) == ([], [], [])


# Subscriptions


def test_a_subscription_has_a_number_and_the_same_order_is_another_one(panel):
    org = panel.customer()

    first, second = (panel.subscription(org).json()["id"] for _ in range(2))

    row = panel.get(f"/orgs/{org}/subscriptions/{first}").json()
    assert (first, second) == (2041, 2042)
    assert (row["friendlyName"], row["subscriberId"], row["status"], row["planId"]) == ("SRV-1", org, "active", 11)
    assert "suspendedBy" not in row
    assert [resource["name"] for resource in row["resources"] if "total" not in resource] == []


def test_suspending_shows_who_did_it_and_repeating_does_no_harm(panel):
    _, _, address = panel.sold()

    shown = []
    for wish in (True, True, False, False):
        answer = panel.patch(address, {"isSuspended": wish})
        shown.append((answer.status_code, answer.content, panel.get(address).json().get("suspendedBy")))

    assert shown == [(204, b"", MASTER)] * 2 + [(204, b"", None)] * 2
    assert (panel.done()["subscriptions suspended"], panel.done()["subscriptions unsuspended"]) == (1, 1)


def test_a_subscription_is_deleted_softly_restored_and_wiped(panel):
    org, number, address = panel.sold()
    panel.website(org, number)

    panel.http.delete(address)
    soft, refused = panel.get(address).json()["status"], panel.patch(address, {"isSuspended": True}).status_code
    panel.patch(address, {"status": "active"})
    restored = panel.get(address).json()["status"]
    wiped = panel.http.delete(f"{address}?force=true")

    assert (soft, refused, restored, wiped.status_code) == ("deleted", 404, "active", 204)
    assert panel.get(address).json() == {"code": "not_found", "detail": "subscription"}
    assert panel.get(f"/orgs/{org}/websites").json()["total"] == 0


def test_another_plan_leaves_what_is_used(panel):
    org, number, address = panel.sold()
    panel.patch(address, {"planId": 12})
    for name in ("a", "b"):
        panel.website(org, number, domain=f"{name}.example.test")

    smaller, unknown = panel.patch(address, {"planId": 11}), panel.patch(address, {"planId": 99})

    websites = next(one for one in panel.get(address).json()["resources"] if one["name"] == "websites")
    assert (smaller.status_code, unknown.json()) == (204, {"code": "not_found", "detail": "plan"})
    assert websites == {"name": "websites", "total": 1, "usage": 2}


def test_traffic_is_a_bare_number_that_starts_again_every_month(panel):
    _, _, address = panel.sold()

    panel.moment += timedelta(days=20)
    march = panel.get(f"{address}/bandwidth").json()
    panel.moment += timedelta(days=10)

    assert isinstance(march, int)
    assert 0 < panel.get(f"{address}/bandwidth", refreshCache="true").json() < march
    assert panel.http.put(f"{address}/calculate-resource-usage").json()["items"][2]["name"] == "websites"


def test_another_customers_subscription_is_not_there(panel):
    _, number, _ = panel.sold()

    answer = panel.get(f"/orgs/{panel.customer('Other')}/subscriptions/{number}")

    assert answer.json() == {"code": "not_found", "detail": "subscription"}


def test_our_own_quota_refuses_in_a_shape_of_its_own(panel):
    org, _, _ = panel.sold()
    panel.post("/_sandbox/quota", {"subscriptions": 1})

    answer = panel.subscription(org)

    assert (answer.status_code, sorted(answer.json())) == (409, ["conflicts", "resources"])
    assert answer.json()["resources"][0]["kind"] == "resourceOutOfQuota"


# Websites


def test_a_website_takes_its_time(panel):
    org, number, _ = panel.sold()

    id = panel.website(org, number, serverGroupId=FRANKFURT, phpVersion="php82").json()["id"]
    first, second = (panel.get(f"/orgs/{org}/websites/{id}").json() for _ in range(2))

    assert (first["status"], first["serverIps"], "unixUser" in first) == ("disabled", [], False)
    assert (second["status"], second["phpVersion"], second["subscriptionId"]) == ("active", "php82", number)
    assert second["serverIps"] == [{"ip": "203.0.113.80", "isPrimary": True}]
    assert second["domain"]["domain"] == "moreno.example.test"


def test_in_the_demo_a_website_takes_seconds_and_the_clock_can_be_moved():
    panel = Panel(pace=Pace(build_seconds=4))
    org, number, _ = panel.sold()
    panel.website(org, number)

    early = panel.get(f"/orgs/{org}/websites").json()["items"][0]["status"]
    panel.post("/_sandbox/clock", {"seconds": 4})

    assert (early, panel.get(f"/orgs/{org}/websites").json()["items"][0]["status"]) == ("disabled", "active")


def test_a_website_can_be_made_never_to_finish(panel):
    panel.post("/_sandbox/builds", {"fail": 1})
    org, number, _ = panel.sold()
    id = panel.website(org, number).json()["id"]

    shown = {panel.get(f"/orgs/{org}/websites/{id}").json()["status"] for _ in range(3)}

    assert shown == {"disabled"}


@pytest.mark.parametrize(
    ("changes", "status", "body"),
    [
        ({"subscriptionId": 9}, 404, {"code": "not_found", "detail": "subscription"}),
        ({"phpVersion": "php74"}, 400, {"code": "invalid_input", "detail": "phpVersion"}),
        ({"serverGroupId": NOBODY}, 400, {"code": "invalid_input", "detail": "serverGroupId"}),
        ({"domain": "taken.example.test"}, 409, {"code": "already_exists", "detail": "website"}),
    ],
)
def test_a_website_that_cannot_be_is_refused(panel, changes, status, body):
    org, number, _ = panel.sold()
    other = panel.customer("Other")
    panel.website(other, panel.subscription(other).json()["id"], domain="taken.example.test")

    answer = panel.website(org, number, **changes)

    assert answer.status_code == status
    assert body.items() <= answer.json().items()


def test_a_full_plan_a_full_place_and_a_place_that_is_down_refuse_each_in_its_way(panel):
    org, number, _ = panel.sold()
    servers = [row["id"] for row in panel.get("/servers").json()["items"] if row["groupId"] == FRANKFURT]

    answers = []
    for order in ({"down": True}, {"down": False, "full": True}):
        for server in servers:
            panel.post(f"/_sandbox/servers/{server}", order)
        answers.append(panel.website(org, number, serverGroupId=FRANKFURT))
    panel.website(org, number)
    answers.append(panel.website(org, number, domain="second.example.test"))

    assert [answer.status_code for answer in answers] == [503, 409, 409]
    assert [answer.json()["resources"][0]["resourceName"] for answer in answers[1:]] == ["diskspace", "websites"]


def test_nothing_new_where_something_is_suspended(panel):
    org, number, address = panel.sold()

    panel.patch(address, {"isSuspended": True})
    website = panel.website(org, number)
    panel.patch(f"/orgs/{org}", {"isSuspended": True})
    subscription = panel.subscription(org)

    assert (website.status_code, website.json()["detail"]) == (403, "subscription")
    assert (subscription.status_code, subscription.json()["detail"]) == (403, "org")
    assert panel.get(f"/orgs/{MASTER}/customers", status="suspended").json()["total"] == 1


def test_a_deleted_website_is_listed_unless_it_is_not_wanted_and_its_domain_is_free(panel):
    org, number, _ = panel.sold()
    id = panel.website(org, number).json()["id"]

    panel.http.delete(f"/orgs/{org}/websites/{id}")
    again = panel.website(org, number)

    totals = [
        panel.get(f"/orgs/{org}/websites", subscriptionId=number, showDeleted=shown).json()["total"]
        for shown in (True, False)
    ]
    assert (again.status_code, totals) == (201, [2, 1])


def test_tags_take_the_place_of_those_before(panel):
    org, number, _ = panel.sold()
    id = panel.website(org, number).json()["id"]

    for tags in (["a", "b"], ["c"]):
        panel.patch(f"/orgs/{org}/websites/{id}", {"tags": tags})

    assert panel.get(f"/orgs/{org}/websites/{id}").json()["tags"] == ["c"]


# The whole


def test_ids_are_of_their_kind(panel):
    org, number, _ = panel.sold()
    ids = [org, panel.owner(org), panel.website(org, number).json()["id"]]
    ids += [row["id"] for path in ("/servers", "/servers/groups") for row in panel.get(path).json()["items"]]

    plans = panel.get(f"/orgs/{MASTER}/plans").json()["items"]

    assert all(re.match(UUID, id) for id in ids)
    assert [plan["id"] for plan in plans] == [11, 12, 13, 14]
    assert plans[0]["subscriptionsCount"] == 1


def test_the_panel_remembers_after_a_restart(tmp_path):
    _, _, address = Panel(store=Store(tmp_path / "enhance.db")).sold()

    restarted = Panel(store=Store(tmp_path / "enhance.db"))

    assert restarted.get(address).status_code == 200
    assert restarted.get(f"/orgs/{MASTER}/plans").json()["total"] == 4


def test_the_state_shows_no_passwords(panel):
    org, number, _ = panel.sold()
    panel.owner(org)

    state = panel.get("/_sandbox/state")

    assert state.json()["subscriptions"][0]["id"] == number
    assert "password" not in state.text
    assert "long enough" not in state.text
