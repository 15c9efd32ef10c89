"""TaxJar: the rate of an American place, and what follows when it does not say."""

import pytest

from ezscale.billing.tax_ports import CalculatedTax
from ezscale.integrations.http import open_http
from ezscale.integrations.taxjar.adapter import open_calculator
from ezscale.kit.errors import Rejected, TemporaryFailure
from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.store import Store
from ezscale.sandbox.taxjar.app import TaxJarStandIn

TOKEN = "tj-test"


@pytest.fixture
def transport():
    return InProcess(TaxJarStandIn(Store(), TOKEN))


@pytest.fixture
def http(transport):
    return open_http("http://taxjar.test", TOKEN, transport=transport)


@pytest.fixture
def calculator(http):
    return open_calculator(TOKEN, http=http)


def test_a_place_with_nexus_has_a_rate_to_the_last_district(calculator):
    assert calculator.rate_of("US", "NY", "10001", ["CA", "NY"]) == CalculatedTax(88_750, collects=True)


def test_without_nexus_nothing_is_collected(calculator):
    assert calculator.rate_of("US", "NY", "10001", ["CA"]) == CalculatedTax(0, collects=False)


def test_without_a_token_nobody_is_asked():
    assert open_calculator("") is None


@pytest.mark.parametrize(
    "fault",
    [
        {"wrong": "down"},
        {"wrong": "lost"},
        {"wrong": "garbage"},
        {"wrong": "late", "seconds": 30},
        {"wrong": "rate_limited"},
        {"wrong": "refuse", "status": 200, "body": {"tax": {"has_nexus": True}}},
        {"wrong": "refuse", "status": 200, "body": {"tax": {"has_nexus": True, "rate": 7}}},
        {"wrong": "refuse", "status": 200, "body": {"rate": 0.07}},
    ],
    ids=str,
)
def test_no_answer_is_never_a_rate_of_nothing(http, calculator, fault):
    http.post("/_sandbox/faults", json=fault)

    with pytest.raises(TemporaryFailure):
        calculator.rate_of("US", "NY", "10001", ["NY"])


def test_a_place_that_does_not_exist_and_a_wrong_token_are_refused(transport, calculator):
    with pytest.raises(Rejected):
        calculator.rate_of("US", "NY", "1", ["NY"])
    stranger = open_calculator("x", http=open_http("http://taxjar.test", "x", transport=transport))
    assert stranger is not None
    with pytest.raises(Rejected):
        stranger.rate_of("US", "NY", "10001", ["NY"])
