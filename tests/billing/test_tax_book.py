"""Which rate is chosen: the one that says most about the place, the buyer and the product, on the day of the supply."""

from datetime import date
from typing import Any

import pytest

from ezscale.billing.tax import OUTSIDE, REVERSE_CHARGE
from ezscale.billing.tax_book import Buyer, NoRate, TaxBook
from ezscale.billing.tax_rates import delivered_rates
from ezscale.billing.tax_rules import TaxRules
from ezscale.models import CalculatedRate, TaxRate
from ezscale.models.tax import Buyers
from tests.builders import NOW, TODAY


def a_rate(country: str, rate: int, **values: Any) -> TaxRate:
    row: dict[str, Any] = {"name": "VAT", "valid_from": date(2020, 1, 1), "created_at": NOW}
    return TaxRate(**row | {"country": country, "rate": rate} | values)


CANADA = (
    a_rate("CA", 50_000, name="GST"),
    a_rate("CA", 99_750, name="QST", region="QC", level=2),
    a_rate("CA", 70_000, name="PST", region="BC", level=2, compound=True),
    a_rate("CA", 130_000, name="HST", region="ON"),
)
SPAIN = (
    a_rate("ES", 210_000),
    a_rate("ES", 0, name="None", postcode="35*"),  # the Canary Islands
    a_rate("ES", 70_000, name="IGIC", postcode="350*"),
    a_rate("ES", 100_000, category="hosting"),
    a_rate("ES", 40_000, buyers=Buyers.BUSINESSES, category="game"),
)


def book(*rates: TaxRate, home: str = "IE", calculated=None, **decided) -> TaxBook:
    return TaxBook(rates, TaxRules(**decided), home, calculated)


@pytest.fixture
def delivered(work) -> TaxBook:
    return book(*delivered_rates(work))


@pytest.mark.parametrize(
    ("buyer", "names", "places"),
    [
        (Buyer("CA"), ["GST 5%"], ["CA"]),
        (Buyer("CA", "QC"), ["GST 5%", "QST 9.975%"], ["CA", "CA-QC"]),
        (Buyer("CA", "BC"), ["GST 5%", "PST 7%"], ["CA", "CA-BC"]),
        (Buyer("CA", "ON"), ["HST 13%"], ["CA-ON"]),
    ],
)
def test_a_region_adds_a_tax_or_takes_the_place_of_its_countrys(buyer, names, places):
    decision = book(*CANADA, registrations="CA").decide(buyer, TODAY)

    assert [tax.name for tax in decision.taxes] == names
    assert [tax.place for tax in decision.taxes] == places
    assert [tax.compound for tax in decision.taxes][1:] == [buyer.region == "BC"] * (len(names) - 1)


@pytest.mark.parametrize(
    ("postcode", "category", "is_business", "name"),
    [
        ("28013", "", False, "VAT 21%"),
        ("35500", "", False, "None 0%"),
        ("35 001", "", False, "IGIC 7%"),  # the longer pattern, however it is typed
        ("28013", "hosting", False, "VAT 10%"),
        ("28013", "game", False, "VAT 21%"),
        ("28013", "game", True, "VAT 4%"),
    ],
)
def test_the_rate_that_says_most_wins(postcode, category, is_business, name):
    decision = book(*SPAIN, home="ES").decide(Buyer("ES", "", postcode, is_business), TODAY, category)

    assert decision.name == name


@pytest.mark.parametrize(
    ("day", "rate"), [(date(2025, 12, 31), 230_000), (date(2026, 1, 1), 210_000), (date(2027, 1, 1), 210_000)]
)
def test_the_day_of_the_supply_chooses_the_rate(day, rate):
    changed = date(2026, 1, 1)
    rates = (a_rate("IE", 230_000, valid_to=changed), a_rate("IE", 210_000, valid_from=changed))

    assert book(*rates).decide(Buyer("IE"), day).rate == rate


@pytest.mark.parametrize(
    ("country", "is_business", "rate", "note"),
    [
        ("IE", True, 230_000, ""),
        ("DE", False, 190_000, ""),
        ("DE", True, 0, REVERSE_CHARGE),
        ("GR", True, 0, REVERSE_CHARGE),
        ("GB", False, 0, OUTSIDE),
        ("US", False, 0, OUTSIDE),
    ],
)
def test_a_seller_in_the_eu(delivered, country, is_business, rate, note):
    decision = delivered.decide(Buyer(country, is_business=is_business), TODAY)

    assert (decision.rate, decision.note) == (rate, note)


def test_below_the_threshold_consumers_abroad_pay_the_rate_of_the_seller(work):
    below = book(*delivered_rates(work), one_stop_shop=False)

    assert below.decide(Buyer("HU"), TODAY).name == "VAT 23%"
    assert below.decide(Buyer("HU"), TODAY).country == "IE"
    assert below.decide(Buyer("HU", is_business=True), TODAY).note == REVERSE_CHARGE


@pytest.mark.parametrize(
    ("registrations", "country", "name"),
    [("", "GB", ""), ("GB", "GB", "VAT 20%"), ("GB, us-ca", "GB", "VAT 20%")],
)
def test_a_registration_elsewhere_collects_there(work, registrations, country, name):
    assert book(*delivered_rates(work), registrations=registrations).decide(Buyer(country), TODAY).name == name


def test_a_seller_from_elsewhere_collects_in_the_eu_by_the_one_stop_shop(work):
    rates = delivered_rates(work)
    without, within = book(*rates, home="US"), book(*rates, home="US", registrations="EU")

    assert without.decide(Buyer("DE"), TODAY).rate == 0
    assert within.decide(Buyer("DE"), TODAY).rate == 190_000
    assert within.decide(Buyer("DE", is_business=True), TODAY).note == REVERSE_CHARGE
    assert within.decide(Buyer("US", "OR"), TODAY).rate == 0  # no rate at home, and none is owed


def test_where_we_must_collect_and_know_no_rate_nothing_is_priced_at_zero():
    ended = book(a_rate("IE", 230_000), a_rate("DE", 190_000, valid_to=TODAY), registrations="US-CA")

    for country, region in (("DE", ""), ("FR", ""), ("US", "CA")):
        with pytest.raises(NoRate, match=f"no tax rate for {country}"):
            ended.decide(Buyer(country, region), TODAY)
    assert ended.decide(Buyer("US", "TX"), TODAY).note == OUTSIDE


def test_an_exemption_comes_before_everything(delivered):
    decision = delivered.decide(Buyer("IE", exemption="Embassy"), TODAY)

    assert (decision.rate, decision.label, decision.note) == (0, "Exempt", "Exempt from tax: Embassy")


@pytest.mark.parametrize(("deduct_tax", "deducted"), [(True, "23/100"), (False, "0")])
def test_prices_with_tax_are_exported_without_the_sellers_own_or_as_they_are(work, deduct_tax, deducted):
    inclusive = book(*delivered_rates(work), prices_include_tax=True, deduct_tax=deduct_tax)

    assert inclusive.decide(Buyer("DE"), TODAY).inclusive
    assert str(inclusive.decide(Buyer("US"), TODAY).deducted) == deducted


def test_a_service_knows_american_places_and_our_own_table_is_the_way_out(work):
    found = CalculatedRate(country="US", region="CA", postcode="90002", rate=95_000, source="TaxJar", calculated_at=NOW)
    rates = (*delivered_rates(work), a_rate("US", 72_500, name="Sales tax", region="CA"))
    asked = book(*rates, calculated={("US", "CA", "90002"): found}, registrations="US-CA", us_service=True)

    there, elsewhere = (asked.decide(Buyer("US", "CA", code), TODAY) for code in ("90002-1234", "94105"))

    assert (there.name, there.source) == ("Sales tax 9.5%", "TaxJar")
    assert (elsewhere.name, elsewhere.source) == ("Sales tax 7.25%", "manual")
    assert asked.decide(Buyer("US", "TX", "75001"), TODAY).note == OUTSIDE


def test_a_million_buyers_are_a_few_kinds(delivered):
    decisions = {id(delivered.decide(Buyer("DE", "", f"{code:05}"), TODAY)) for code in range(500)}

    assert len(decisions) == 1


@pytest.mark.parametrize("typed", ["ZZ", "GB, US-ZZ", "Bavaria"])
def test_a_registration_is_a_place_that_exists(typed):
    with pytest.raises(ValueError, match="is not a country or a region"):
        TaxRules(registrations=typed)
