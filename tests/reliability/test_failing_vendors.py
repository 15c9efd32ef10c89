"""Vendors that answer late, wrong or not at all, at any of their calls: it heals, and nothing happens twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ezscale.billing.checkout import confirm_checkouts_of, open_checkout
from ezscale.kit.clock import FixedClock
from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.work import Database
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.service import ServiceStatus
from ezscale.sandbox.stripe.browser import pay_on_page
from tests.company import BACK, Company, Person, open_house
from tests.reliability.truth import differences
from tests.sizes import figures, size

WAYS: dict[str, dict[str, Any]] = {
    "lost after the act": {"wrong": "lost"},
    "500 after the act": {"wrong": "lost", "status": 500},
    "too late": {"wrong": "late", "seconds": 20},
    "nonsense after the act": {"wrong": "garbage"},
    "500 instead": {"wrong": "refuse", "status": 500},
    "down": {"wrong": "down"},
    "too many": {"wrong": "rate_limited", "seconds": 3},
}
STRIPE_CALLS = (
    ("GET", "/v1/customers"),
    ("POST", "/v1/customers"),
    ("POST", "/v1/checkout/sessions"),
    ("GET", "/v1/checkout/sessions/*"),
    ("POST", "/v1/payment_intents"),
)
PANEL_CALLS = (
    ("GET", "/users/*/byExtRelation"),
    ("POST", "/users"),
    ("POST", "/servers"),
    ("GET", "/servers/user/*"),
    ("GET", "/servers/*"),
    ("GET", "/servers/*/templates"),
    ("POST", "/servers/*/build"),
    ("POST", "/servers/*/resetPassword"),
    ("GET", "/queue/*"),
)
A_MONTH, FIVE_MINUTES = 32, 0.0035


@pytest.fixture
def at(database: Database, clock: FixedClock, tmp_path: Path) -> Company:
    """A company that hears nothing by webhooks."""
    return Company(database, clock, tmp_path, webhooks=False)


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("way", WAYS)
def test_every_call_goes_wrong(at: Company, way: str, times: int) -> None:
    for http, calls in ((at.stripe_http, STRIPE_CALLS), (at.panel_http, PANEL_CALLS)):
        for method, path in calls:
            at.breaks(http, method=method, path=path, times=times, **WAYS[way])
    ada = at.signs_up("Ada Moreno")

    keeps_trying_to_buy(ada)
    at.lives(days=0.1)
    at.clock.move(timedelta(days=A_MONTH))
    at.lives(days=1)

    assert_served_for_two_months(ada)


def test_each_call_alone_goes_wrong(at: Company) -> None:
    calls = [(at.stripe_http, *call) for call in STRIPE_CALLS] + [(at.panel_http, *call) for call in PANEL_CALLS]
    stories = [(*call, way) for call in calls for way in WAYS][:: size(20, 1)]

    for number, (http, method, path, way) in enumerate(stories):
        at.breaks(http, method=method, path=path, times=2, **WAYS[way])
        keeps_trying_to_buy(at.signs_up(f"Ada{number} Moreno"))
        at.lives(days=0.1)
        at.mends(http)

    figures("one call at a time", stories=len(stories))
    assert differences(at) == []


@pytest.mark.parametrize("vendor", ["stripe", "panel"])
def test_a_vendor_is_away_for_hours(at: Company, vendor: str) -> None:
    http = at.stripe_http if vendor == "stripe" else at.panel_http
    ada = at.signs_up("Ada Moreno")
    if vendor == "stripe":  # on the day of the renewal; without Stripe nobody can buy
        keeps_trying_to_buy(ada)
        at.lives(days=30.5)

    at.breaks(http, "down", times=0)
    if vendor == "panel":
        keeps_trying_to_buy(ada)
    at.lives(days=0.1)
    differing_meanwhile = ada.service().status is not ServiceStatus.ACTIVE or len(at.complaints())
    at.mends(http)
    at.lives(days=2)

    assert vendor == "stripe" or differing_meanwhile
    assert differences(at) == []
    assert ada.service().status is ServiceStatus.ACTIVE


def test_no_second_server_is_asked_for_while_the_first_may_still_turn_up(
    at: Company, database: Database, tmp_path: Path
) -> None:
    patient = replace(at.house, panels=open_house(database, tmp_path, at.lines, settles=timedelta(minutes=1)).panels)
    impatient, at.house = at.house, patient
    at.breaks(at.panel_http, "refuse", method="POST", path="/servers", status=500)
    ada = at.signs_up("Ada Moreno")
    ada.pays(ada.orders().invoice_id)

    at.lives(days=0.001)
    asked_at_first = reservations(at)
    at.house = impatient
    at.lives(days=0.01)

    assert asked_at_first == 1
    assert reservations(at) == 2
    assert differences(at) == []


def keeps_trying_to_buy(person: Person) -> None:
    """They order and pay, clicking again when something did not work, and close the window when that did not help."""
    at, opener = person.at, person.at.house.database.opener(person.actor)
    invoice_id: UUID = person.orders().invoice_id
    url = clicks(at, lambda: open_checkout(opener, at.house.gateways, invoice_id, BACK))
    assert pay_on_page(at.browser, url).status_code == 303
    try:
        confirm_checkouts_of(opener, at.house.gateways, invoice_id)
    except TemporaryFailure:
        for _ in range(6):
            at.lives(days=FIVE_MINUTES)  # the sweep asks again and again


def clicks(at: Company, button: Callable[[], str]) -> str:
    """Press a button until it works."""
    for _ in range(20):
        try:
            return button()
        except TemporaryFailure:
            at.lives(days=0.001)
    raise AssertionError("it never worked")


def assert_served_for_two_months(person: Person) -> None:
    """The server runs, both invoices are paid, and everybody says so."""
    assert differences(person.at) == []
    assert person.service().status is ServiceStatus.ACTIVE
    assert [invoice.status for invoice in person.invoices()] == [InvoiceStatus.PAID] * 2


def reservations(at: Company) -> int:
    """How often the panel was asked for a server."""
    calls = at.panel_http.get("/_sandbox/calls").json()
    return sum((call["method"], call["path"]) == ("POST", "/servers") for call in calls)
