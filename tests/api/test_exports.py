import csv
import json
from io import StringIO

import pytest
from sqlmodel import select

from ezscale.accounts.customers import change_address
from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.api.sheets import SHEETS, Filter, csv_of
from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.billing.credit_notes import issue_credit_note
from ezscale.billing.top_ups import ask_for_top_up
from ezscale.catalog.price_list import PLANS, PriceWish, set_price
from ezscale.kit.money import Money
from ezscale.models import Plan, StaffRole
from ezscale.models.sign_in import CONFIRMED_FOR
from ezscale.models.subscription import LeavingReason
from tests.builders import a_payout, a_referral


def takes_back(at, person):
    """Their first invoice, all of it."""
    invoice, *_ = person.invoices()
    with at.robot() as work:
        issue_credit_note(work, invoice.id, None, "It stood still")


def leaves(person, reason="", code=LeavingReason.UNSAID):
    """They cancel their (latest) server."""
    item_id = person.service().item_id
    person.does(lambda work: cancel_at_period_end(work, item_id, reason, code))


LINES = {"prices": 90, "tax-rates": 28, "coupons": 1, "redemptions": 1, "referrals": 1}


def lines(answer):
    return list(csv.DictReader(StringIO(answer.text)))


def test_staff_get_every_customer_as_a_file(ada, bob, grace, browser_of):
    answer = browser_of(grace).get("/api/exports/customers.csv")

    assert answer.headers["content-disposition"] == 'attachment; filename="customers.csv"'
    assert [line["name"] for line in lines(answer)] == ["Bob Ferris", "Ada Moreno"]


@pytest.mark.parametrize("name", list(SHEETS))
def test_a_list_is_the_same_however_many_lines_are_read_at_a_time(at, ada, bob, name):
    bob.buys(coupon="WELCOME10")
    with at.robot() as work:
        work.session.add(a_referral(referrer_id=ada.actor.own_customer(), referred_id=bob.actor.own_customer()))
        work.session.add_all([a_payout(gateway_ref=ref) for ref in ("po_1", "po_2")])
    for person in (ada, bob):
        takes_back(at, person)
        leaves(person)
        person.does(lambda work: ask_for_top_up(work, Money(5000, "EUR")))
    words = "WELCOME10" if name == "redemptions" else ""

    at_once, one_by_one = ("".join(csv_of(at.robot, name, Filter(words=words, block=block))) for block in (500, 1))

    assert at_once == one_by_one
    assert len(at_once.splitlines()) == 1 + LINES.get(name, 2)


def test_the_price_list_is_handed_out_with_its_history_to_staff_alone(at, bob, grace, browser_of):
    with at.robot() as work:
        plan = work.session.exec(select(Plan).where(Plan.slug == "vps-1")).one()
        set_price(work, PLANS, plan.id, PriceWish("EUR", 1, "7", "2.50"))

    prices = lines(browser_of(grace).get("/api/exports/prices.csv"))

    assert [prices[0][name] for name in ("plan", "currency", "months", "amount", "setup", "stands", "until")] == [
        *("vps-1", "EUR", "1", "7.00", "2.50", "current", ""),
    ]
    assert len(prices) == 91
    assert browser_of(bob).get("/api/exports/prices.csv").status_code == 403


def test_a_file_holds_what_the_filter_finds_with_plain_sums_and_days(ada, bob, grace, browser_of):
    browser = browser_of(grace)

    found = lines(browser.get("/api/exports/customers.csv?q=ada"))
    [paid] = lines(browser.get("/api/exports/invoices.csv?status=paid"))
    unpaid = lines(browser.get("/api/exports/invoices.csv?status=open"))

    assert [line["email"] for line in found] == ["ada@example.com"]
    assert (paid["customer"], paid["issued"], paid["currency"]) == ("Ada Moreno", "2026-03-02", "EUR")
    assert float(paid["net"]) + float(paid["tax"]) == float(paid["total"]) == float(paid["settled"])
    assert unpaid == []


@pytest.mark.parametrize(("name", "first"), [("services", "number"), ("orders", "number")])
def test_services_and_orders_are_handed_out_too(ada, grace, browser_of, name, first):
    [line] = lines(browser_of(grace).get(f"/api/exports/{name}.csv"))

    assert line[first]
    assert line["customer"] == "Ada Moreno"


def test_what_a_spreadsheet_would_calculate_stays_text(bob, grace, browser_of):
    home = {"company": "", "address": "1 High Street", "city": "Cork", "postcode": "T12", "country": "IE"}
    bob.does(lambda work: change_address(work, name="=HYPERLINK(1)", **home))

    [line] = lines(browser_of(grace).get("/api/exports/customers.csv"))

    assert line["name"] == "'=HYPERLINK(1)"


def test_subscriptions_are_handed_out_by_plan_and_leavings_by_reason(ada, bob, grace, browser_of):
    bob.buys("vps-1")
    leaves(bob, "=Too dear", LeavingReason.PRICE)
    leaves(ada)
    browser = browser_of(grace)

    [small] = lines(browser.get("/api/exports/subscriptions.csv?plan=vps-1"))
    [dear] = lines(browser.get("/api/exports/leaving.csv?status=price"))
    everybody = lines(browser.get("/api/exports/leaving.csv"))

    assert (small["customer"], small["plan"], small["status"]) == ("Bob Ferris", "vps-1", "active")
    assert (dear["customer"], dear["reason"], dear["words"]) == ("Bob Ferris", "price", "'=Too dear")
    assert [line["reason"] for line in everybody] == ["unsaid", "price"]


@pytest.mark.parametrize("name", ["customers", "services", "invoices", "orders", "subscriptions", "leaving"])
def test_a_customer_gets_no_list_but_their_own(ada, bob, browser_of, name):
    leaves(ada)

    answer = browser_of(bob).get(f"/api/exports/{name}.csv")

    assert answer.status_code == 403 or lines(answer) == []


def test_nobody_gets_nothing_and_an_unknown_list_is_not_there(at, grace, browser_of, web):
    assert web.get("/api/exports/customers.csv").status_code == 401
    assert browser_of(grace).get("/api/exports/passwords.csv").status_code == 404


def test_a_file_leaves_the_house_only_with_somebody_who_has_just_proven_who_they_are(ada, grace, browser_of, clock):
    browser = browser_of(grace)
    clock.move(CONFIRMED_FOR)

    answer = browser.get("/api/exports/customers.csv?q=ada")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/confirm/?next=%2Fapi%2Fexports%2Fcustomers.csv%3Fq%3Dada"


def test_the_audit_trail_is_handed_out_as_it_is_searched(ada, bob, grace, browser_of):
    browser = browser_of(grace)
    [invoice] = ada.invoices()

    about = lines(browser.get(f"/api/exports/audit.csv?about={invoice.number}"))
    by_bob = browser.get("/api/exports/audit.json?person=bob@example").text.splitlines()
    signed_up = lines(browser.get("/api/exports/audit.csv?action=user signed"))
    none = lines(browser.get("/api/exports/audit.csv?until=2020-01-01"))

    assert {line["did"] for line in about} >= {"order placed", "invoice issued, invoice paid, card kept"}
    assert by_bob == []  # a visitor signed up; nobody has signed in as Bob yet
    assert [json.loads(line["changes"])["rows"][0]["after"]["name"] for line in signed_up] == [
        "Bob Ferris",
        "Ada Moreno",
    ]
    assert none == []


def test_only_who_may_see_the_audit_trail_gets_it(ada, grace, browser_of, at):
    with at.robot() as work:
        role = work.session.exec(select(StaffRole)).one()
        role.name, role.permissions = "Trainee", [SEE_EVERYTHING]

    assert browser_of(grace).get("/api/exports/audit.csv").status_code == 403
    assert browser_of(ada).get("/api/exports/audit.json").status_code == 403


def test_invoices_and_credit_notes_are_handed_out_with_their_positions_as_json(at, ada, grace, browser_of):
    takes_back(at, ada)
    browser = browser_of(grace)

    [invoice] = [json.loads(line) for line in browser.get("/api/exports/invoices.json?status=paid").text.splitlines()]
    [note] = [json.loads(line) for line in browser.get("/api/exports/credit-notes.json").text.splitlines()]

    assert (invoice["number"], [line["net"]["minor"] for line in invoice["lines"]]) == ("INV-2026-000001", [1100])
    assert (note["number"], note["reason"]) == ("CN-2026-000001", "It stood still")
    assert sum(line["net"]["minor"] + line["tax"]["minor"] for line in note["lines"]) == note["total"]["minor"] == 1353


def test_a_customers_files_hold_what_is_theirs_alone(at, ada, bob, browser_of):
    bob.buys()
    takes_back(at, ada)
    browser = browser_of(bob)

    own = [json.loads(line) for line in browser.get("/api/exports/invoices.json").text.splitlines()]
    positions = lines(browser.get("/api/exports/invoice-lines.csv"))

    assert [invoice["number"] for invoice in own] == ["INV-2026-000002"] == [line["invoice"] for line in positions]
    assert browser.get("/api/exports/credit-notes.json").text == ""


def test_a_statement_is_a_file_that_adds_up_and_only_ones_own(ada, bob, grace, browser_of):
    address = f"/api/documents/statements/{ada.actor.own_customer()}?since=2026-01-01&until=2026-12-31"

    own, ours, anothers = (browser_of(who).get(address) for who in (ada, grace, bob))

    assert own.text == ours.text
    assert anothers.status_code == 404
    found = lines(own)
    assert [line["what"] for line in found] == ["Opening balance", "Invoice", "Payment", "Closing balance"]
    assert [line["balance"] for line in found] == ["0.00", "13.53", "0.00", "0.00"]
    assert browser_of(ada).get(address.replace("2026-01-01", "2027-01-01")).status_code == 400
