import csv
from io import StringIO

import pytest

from ezscale.accounts.customers import change_address
from ezscale.api.sheets import SHEETS, Filter, csv_of


def lines(answer):
    return list(csv.DictReader(StringIO(answer.text)))


def test_staff_get_every_customer_as_a_file(ada, bob, grace, browser_of):
    answer = browser_of(grace).get("/api/exports/customers.csv")

    assert answer.headers["content-disposition"] == 'attachment; filename="customers.csv"'
    assert [line["name"] for line in lines(answer)] == ["Bob Ferris", "Ada Moreno"]


@pytest.mark.parametrize("name", list(SHEETS))
def test_a_list_is_the_same_however_many_lines_are_read_at_a_time(at, ada, bob, name):
    bob.buys()

    at_once, one_by_one = ("".join(csv_of(at.robot, name, Filter(block=block))) for block in (500, 1))

    assert at_once == one_by_one
    assert len(at_once.splitlines()) == 3


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


@pytest.mark.parametrize("name", ["customers", "services", "invoices", "orders"])
def test_a_customer_gets_no_list_but_their_own(ada, bob, browser_of, name):
    answer = browser_of(bob).get(f"/api/exports/{name}.csv")

    assert answer.status_code == 403 or lines(answer) == []


def test_nobody_gets_nothing_and_an_unknown_list_is_not_there(at, grace, browser_of, web):
    assert web.get("/api/exports/customers.csv").status_code == 401
    assert browser_of(grace).get("/api/exports/passwords.csv").status_code == 404
