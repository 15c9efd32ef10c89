"""Whom we erase is forgotten at Stripe and on the panel as well, whatever happens on the way."""

from dataclasses import replace

import httpx
import pytest
from sqlmodel import col, select

from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.billing.card_pages import open_card_page
from ezscale.billing.cases import close_case, open_cases
from ezscale.billing.payers import know_payer, payer_ref_of, registered
from ezscale.kit.actor import robot
from ezscale.kit.audit import AuditEntry
from ezscale.kit.database import table_of
from ezscale.kit.errors import UnknownOutcome
from ezscale.models import BillingCase, InboundNotice, Payment, Service, VendorErasure
from ezscale.privacy.erasing import KEPT
from ezscale.privacy.events import CustomerErased
from ezscale.privacy.vendors import GATEWAY, MOST_TRIES
from ezscale.tasks.privacy import forget_at_vendors
from tests.company import BACK, open_house
from tests.privacy.conftest import erase, rows, shown

A_MINUTE, HALF_A_DAY = 0.0007, 0.5
REFUSES = {"wrong": "refuse", "method": "DELETE", "path": "/users/*", "status": 409, "times": 0}


def erasures(at):
    with at.robot() as work:
        return {row.vendor: row for row in work.session.exec(select(VendorErasure))}


def waiting(at):
    return {vendor for vendor, row in erasures(at).items() if row.done_at is None}


def known(at):
    """How many customers Stripe and the panel know, and how many cards are kept."""
    stripe = at.stripe_did()
    return stripe["customers"], stripe["cards_kept"], len(at.panel_did()["users"])


def deletions(at):
    return at.stripe_did()["customers_deleted"], at.panel_did()["done"].get("users deleted", 0)


def names_of(at, person):
    with at.robot() as work:
        return payer_ref_of(work, person.actor.customer_id, "stripe"), person.user.email


def tables_that_hold(at, word):
    return {table for table, found in rows(at).items() if any(word in shown(row) for row in found)}


def cases(at):
    with at.robot() as work:
        return [case for case in open_cases(work) if case.kind == "not_erased"]


@pytest.mark.all_databases
def test_the_gateway_and_the_panel_forget_them_and_so_do_we_what_they_called_them(at, leaving, grace):
    names, money = names_of(at, leaving), at.stripe_did()["captured"]
    assert known(at) == (1, 1, 1)

    erase(at, grace, leaving.actor.customer_id)
    told = {row.vendor: (row.ref, row.email) for row in erasures(at).values()}
    at.works()

    assert told[GATEWAY] == (f"stripe:{names[0]}", names[1])
    assert known(at) == (0, 0, 0)
    assert {row.vendor: (row.ref, row.email) for row in erasures(at).values()} == {
        "gateway": ("", ""),
        "virtfusion": ("", ""),
    }
    assert waiting(at) == set()
    assert tables_that_hold(at, names[0]) == set()
    assert at.stripe_did()["captured"] == money
    with at.robot() as work:
        told_of = select(AuditEntry.content).where(AuditEntry.action == "customer erased at vendor")
        assert len(work.session.exec(told_of).all()) == 2


def test_the_names_survive_until_a_vendor_that_was_down_is_back(at, leaving, grace):
    gateway_ref, email = names_of(at, leaving)
    for http in (at.stripe_http, at.panel_http):
        at.breaks(http, "down", times=0)

    erase(at, grace, leaving.actor.customer_id)
    at.lives(days=0.02)

    assert waiting(at) == {"gateway", "virtfusion"}
    assert (erasures(at)[GATEWAY].ref, erasures(at)[GATEWAY].email) == (f"stripe:{gateway_ref}", email)
    assert cases(at) == []

    at.mends(at.panel_http)
    at.lives(days=0.02)
    assert waiting(at) == {"gateway"}
    at.mends(at.stripe_http)
    at.lives(days=0.02)
    assert (waiting(at), known(at)) == (set(), (0, 0, 0))


def test_of_a_wallet_nothing_is_left_here_nor_at_paypal_whenever_its_messages_came(at, leaving, grace):
    leaving.leaves_wallet()
    leaving.pays_by_paypal(leaving.orders().invoice_id)
    at.hears_paypal()
    at.lives(days=0.1)
    with at.robot() as work:
        [service] = [row for row in work.session.exec(select(Service)) if row.status == "active"]
        [payment] = work.session.exec(select(Payment.gateway_ref).where(Payment.gateway == "paypal")).all()
    leaving.does(lambda work: cancel_at_period_end(work, service.item_id, "Moving on"))
    at.sleeps(days=33)
    at.lives(days=7)
    held = tables_that_hold(at, "good@wallets.example")

    erase(at, grace, leaving.actor.customer_id)
    at.works()
    at.paypal_http.post(f"/_sandbox/captures/{payment}/dispute")
    at.hears_paypal()

    assert held == {"inbound_notice"}
    assert tables_that_hold(at, "wallets.example") | tables_that_hold(at, "PAYERGOOD") == set()
    assert at.paypal_http.get("/_sandbox/state").json()["wallets_kept"] == 0
    assert waiting(at) == set()


@pytest.mark.parametrize("way", [{"wrong": "lost"}, {"wrong": "lost", "status": 500}, {"wrong": "garbage"}])
def test_an_answer_that_was_lost_after_the_deletion_is_asked_for_again(at, leaving, grace, way):
    at.breaks(at.stripe_http, method="DELETE", path="/v1/customers/*", **way)
    at.breaks(at.panel_http, method="DELETE", path="/users/*", **way)

    erase(at, grace, leaving.actor.customer_id)
    at.works()

    assert (waiting(at), deletions(at)) == ({"gateway", "virtfusion"}, (1, 1))
    at.lives(days=A_MINUTE)
    assert (waiting(at), deletions(at)) == (set(), (1, 1))


def test_a_task_that_runs_twice_deletes_once(at, leaving, grace):
    customer_id = leaving.actor.customer_id
    erase(at, grace, customer_id)
    at.works()
    calls = at.stripe_http.get("/_sandbox/calls").json()

    forget_at_vendors(at.house, CustomerErased(customer_id))

    assert at.stripe_http.get("/_sandbox/calls").json() == calls
    assert deletions(at) == (1, 1)


def test_deleting_what_a_person_has_deleted_already_is_fine(at, leaving, grace):
    gateway_ref, _ = names_of(at, leaving)
    [user] = at.panel_did()["users"]
    assert at.stripe_http.delete(f"/v1/customers/{gateway_ref}").json()["deleted"]
    assert at.panel_http.delete(f"/users/{user['relStr']}/byExtRelation?relStr=true").status_code == 204

    erase(at, grace, leaving.actor.customer_id)
    at.works()

    assert waiting(at) == set()


def test_somebody_whose_registration_was_never_answered_is_found_by_our_own_id(at, bob, grace):
    at.breaks(at.stripe_http, "lost", method="POST", path="/v1/customers")
    with pytest.raises(UnknownOutcome):
        open_card_page(at.house.database.opener(bob.actor), at.house.gateways, BACK)
    assert (names_of(at, bob)[0], at.stripe_did()["customers"]) == ("", 1)

    erase(at, grace, bob.actor.customer_id)
    at.works()

    assert at.stripe_did()["customers"] == 0
    assert erasures(at).keys() == {"gateway"}  # no panel ever heard of somebody who bought nothing


def test_others_are_left_alone(at, leaving, bob, grace):
    bob.buys()

    erase(at, grace, leaving.actor.customer_id)
    at.works()

    assert known(at) == (1, 1, 1)
    assert [user["name"] for user in at.panel_did()["users"]] == ["Bob Ferris"]


def test_an_account_that_still_holds_a_server_is_not_deleted_with_it(at, leaving, grace):
    [user] = at.panel_did()["users"]
    order = {"packageId": 1, "userId": user["id"], "hypervisorId": 1}
    server = at.panel_http.post("/servers", json=order).json()["data"]["id"]

    erase(at, grace, leaving.actor.customer_id)
    at.works()

    assert waiting(at) == {"virtfusion"}
    assert erasures(at)["virtfusion"].trouble.endswith(f"still has servers: {server}")
    assert known(at) == (0, 0, 1)
    at.panel_http.delete(f"/servers/{server}?delay=0")
    at.lives(days=A_MINUTE)
    assert (waiting(at), known(at)) == (set(), (0, 0, 0))


def test_a_refusal_is_put_before_a_person_without_a_name_and_asked_again(at, leaving, grace):
    customer_id, email = leaving.actor.customer_id, leaving.user.email
    at.breaks(at.panel_http, **REFUSES, body={"msg": f"{email} cannot be deleted"})

    erase(at, grace, customer_id)
    at.works()

    [case] = cases(at)
    assert (case.customer_id, case.facts["vendor"]) == (customer_id, "virtfusion")
    assert case.facts["trouble"].startswith("… cannot be deleted")
    assert known(at) == (0, 0, 1)  # the gateway did not wait for the panel
    at.mends(at.panel_http)
    at.lives(days=HALF_A_DAY)
    assert (waiting(at), known(at), cases(at)) == (set(), (0, 0, 0), [])


def test_an_outage_of_hours_is_put_before_a_person_and_heals_by_itself(at, leaving, grace):
    at.breaks(at.stripe_http, "down", times=0)

    erase(at, grace, leaving.actor.customer_id)
    at.lives(days=HALF_A_DAY)

    [case] = cases(at)
    assert case.facts["vendor"] == "gateway"
    assert erasures(at)[GATEWAY].tries >= MOST_TRIES
    at.mends(at.stripe_http)
    at.lives(days=HALF_A_DAY)
    assert (waiting(at), known(at), cases(at)) == (set(), (0, 0, 0), [])


def test_who_closes_the_case_says_that_it_was_done_by_hand(at, leaving, grace):
    at.breaks(at.panel_http, **REFUSES)
    erase(at, grace, leaving.actor.customer_id)
    at.works()
    [case] = cases(at)

    grace.does(lambda work: close_case(work, case.id, "Deleted on the panel myself"))
    at.lives(days=HALF_A_DAY)

    row = erasures(at)["virtfusion"]
    assert (row.ref, row.email, row.trouble, waiting(at)) == ("", "", "", set())
    with at.robot() as work:
        assert "Deleted on the panel myself" in work.session.get_one(BillingCase, case.id).facts["done"]


def test_a_closed_case_does_not_end_the_asking_while_the_vendor_is_only_away(at, leaving, grace):
    at.breaks(at.panel_http, "down", times=0)
    erase(at, grace, leaving.actor.customer_id)
    at.lives(days=HALF_A_DAY)
    [case] = cases(at)

    grace.does(lambda work: close_case(work, case.id, "It will come back"))
    at.lives(days=HALF_A_DAY)

    assert waiting(at) == {"virtfusion"}
    at.mends(at.panel_http)
    at.lives(days=HALF_A_DAY)
    assert (waiting(at), known(at)) == (set(), (0, 0, 0))


def test_what_stripe_tells_of_the_deletion_afterwards_is_not_kept(at, leaving, bob, grace):
    email = leaving.user.email
    erase(at, grace, leaving.actor.customer_id)
    at.works()

    at.stripe.webhooks.deliver_due(all=True)
    arrived = tables_that_hold(at, email)
    at.works()

    assert "inbound_notice" in arrived
    with at.robot() as work:
        [told] = work.session.exec(select(InboundNotice).where(InboundNotice.kind == "customer.deleted"))
    assert (told.payload, told.handled_at is not None) == ("{}", True)
    assert tables_that_hold(at, email) <= KEPT


def test_what_stripe_tells_of_others_is_kept_as_it_came(at, leaving, bob, grace):
    erase(at, grace, leaving.actor.customer_id)
    bob.buys()
    at.stripe.webhooks.deliver_due(all=True)
    at.works()

    with at.robot() as work:
        paid = select(InboundNotice).where(InboundNotice.kind == "payment_intent.succeeded")
        newest = work.session.exec(paid.order_by(col(InboundNotice.id).desc())).first()
    assert str(bob.invoices()[0].id) in newest.payload


def test_erasing_again_reaches_the_vendors_for_those_who_were_erased_before_they_were_asked(at, leaving, grace):
    customer_id = leaving.actor.customer_id
    erase(at, grace, customer_id)
    with at.house.database.engine.begin() as connection:  # as the release before left it
        connection.execute(table_of(VendorErasure).delete())
    at.works()
    assert known(at) == (1, 1, 1)

    erase(at, grace, customer_id)
    at.works()

    assert (waiting(at), known(at)) == (set(), (0, 0, 0))


def test_erasing_again_keeps_the_names_that_are_still_needed(at, leaving, grace):
    customer_id, names = leaving.actor.customer_id, names_of(at, leaving)
    erase(at, grace, customer_id)

    erase(at, grace, customer_id)

    row = erasures(at)[GATEWAY]
    assert (row.ref, row.email) == (f"stripe:{names[0]}", names[1])
    at.works()
    assert (waiting(at), deletions(at)) == (set(), (1, 1))


def test_a_customer_who_was_registered_while_they_were_erased_is_deleted_too(at, bob, grace):
    customer_id = bob.actor.customer_id
    erase(at, grace, customer_id)
    at.works()
    made = at.stripe_http.post("/v1/customers", data={"metadata[customer_id]": str(customer_id)}).json()
    with at.robot() as work:  # a page was being opened for them in that moment
        know_payer(work, customer_id, "stripe", made["id"])

    erase(at, grace, customer_id)
    at.works()

    assert (waiting(at), at.stripe_did()["customers"]) == (set(), 0)


def test_a_refusal_of_a_later_asking_is_a_case_of_its_own(at, bob, grace):
    customer_id = bob.actor.customer_id
    opener = at.house.database.opener(robot("test"))
    registered(opener, at.house.gateways["stripe"], customer_id)
    refuses = {"wrong": "refuse", "method": "DELETE", "path": "/v1/customers/*", "status": 400, "times": 0}
    at.breaks(at.stripe_http, **refuses)
    erase(at, grace, customer_id)
    at.works()
    [first] = cases(at)
    at.mends(at.stripe_http)
    at.lives(days=HALF_A_DAY)
    assert cases(at) == []

    made = at.stripe_http.post("/v1/customers", data={"metadata[customer_id]": str(customer_id)}).json()
    with at.robot() as work:
        know_payer(work, customer_id, "stripe", made["id"])
    at.breaks(at.stripe_http, **refuses)
    erase(at, grace, customer_id)
    at.works()

    assert waiting(at) == {"gateway"}
    assert [case.id != first.id for case in cases(at)] == [True]


def test_a_name_that_came_while_the_vendor_was_asked_is_not_forgotten_with_the_old_one(at, bob, grace, tmp_path):
    customer_id = bob.actor.customer_id

    def meanwhile():
        made = at.stripe_http.post("/v1/customers", data={"metadata[customer_id]": str(customer_id)}).json()
        with at.robot() as work:
            know_payer(work, customer_id, "stripe", made["id"])
        erase(at, grace, customer_id)

    registered(at.house.database.opener(robot("test")), at.house.gateways["stripe"], customer_id)
    erase(at, grace, customer_id)
    interrupted = replace(at.lines, stripe=AfterDeleting(at.lines.stripe, meanwhile))
    forget_at_vendors(open_house(at.house.database, tmp_path, interrupted), CustomerErased(customer_id))

    assert (waiting(at), at.stripe_did()["customers"]) == ({"gateway"}, 1)
    at.works()
    assert (waiting(at), at.stripe_did()["customers"]) == (set(), 0)


class AfterDeleting(httpx.BaseTransport):
    """A line on which something happens between a deletion and its answer."""

    def __init__(self, line, meanwhile):
        self.line, self.meanwhile = line, meanwhile

    def handle_request(self, request):
        answer = self.line.handle_request(request)
        if request.method == "DELETE":
            self.meanwhile()
        return answer
