"""What currencies are worth: from the feed or by hand, directly or by way of a third one, and how old that is."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.company.currencies import (
    CurrencyRules,
    Rates,
    convert,
    currencies_now,
    enter_rate,
    exchange_rates,
    fetch_rates,
    offered_currencies,
    report_columns,
    reporting_currency,
    together,
)
from ezscale.company.ports import PublishedRates
from ezscale.company.rules import rules as decided
from ezscale.company.rules import set_rules
from ezscale.integrations.stripe.amounts import stripe_amount
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.errors import Invalid, NotAllowed, Rejected
from ezscale.kit.money import Money, circulating, digits
from ezscale.models import ExchangeRate
from tests.builders import NOW, TODAY

YESTERDAY = TODAY - timedelta(days=1)


class Bank:
    """A feed that says what a test wants it to say."""

    name = "Bank"

    def __init__(self, as_of: date = YESTERDAY, **rates: str) -> None:
        self.published = PublishedRates("EUR", as_of, rates)

    def latest(self) -> PublishedRates:
        return self.published


def rates(*rows: tuple[str, str, str, date]) -> Rates:
    held = [
        ExchangeRate(base=base, quote=quote, rate=rate, as_of=as_of, source="Bank", created_at=NOW)
        for base, quote, rate, as_of in rows
    ]
    return Rates(sorted(held, key=lambda row: row.as_of, reverse=True))


def rate_of(held: Rates, base: str, quote: str) -> str:
    worth = held.worth(base, quote)
    return worth.rate if worth else ""


@pytest.mark.parametrize(
    ("base", "quote", "rate", "as_of"),
    [
        ("EUR", "USD", "1.25", TODAY),
        ("USD", "EUR", "0.8", TODAY),  # backwards
        ("USD", "GBP", "0.64", YESTERDAY),  # by way of the euro, as old as the older of both
        ("GBP", "USD", "1.5625", YESTERDAY),
    ],
)
def test_a_rate_is_found_directly_backwards_or_across(base, quote, rate, as_of):
    found = rates(("EUR", "USD", "1.25", TODAY), ("EUR", "GBP", "0.8", YESTERDAY)).worth(base, quote)

    assert found is not None
    assert (found.rate, found.as_of) == (rate, as_of)


def test_the_newest_of_a_pair_counts_whichever_way_round_it_is():
    held = rates(("EUR", "USD", "1.25", YESTERDAY), ("USD", "EUR", "0.5", TODAY))

    assert [rate_of(held, "EUR", quote) for quote in ("USD", "EUR", "HUF")] == ["2", "1", ""]


@pytest.mark.parametrize(
    ("amount", "rate", "currency", "minor"),
    [
        (Money(1000, "EUR"), "162.45", "JPY", 1625),  # 1624.5
        (Money(1625, "JPY"), "0.00615574", "EUR", 1000),
        (Money(1050, "KWD"), "3.2", "EUR", 336),
        (Money(100, "EUR"), "0.3125", "KWD", 313),  # 312.5 fils
        (Money(-1000, "EUR"), "162.45", "JPY", -1625),
    ],
)
def test_an_amount_is_converted_between_all_kinds_of_minor_units_and_rounded_once(amount, rate, currency, minor):
    assert convert(amount, rate, currency) == Money(minor, currency)


@given(st.integers(-(10**9), 10**9), st.sampled_from(["EUR", "JPY", "KWD"]), st.integers(1, 10**6))
def test_a_conversion_is_never_more_than_half_a_unit_off(minor, currency, millionths):
    rate = Fraction(millionths, 1000)

    converted = convert(Money(minor, "USD"), str(rate), currency)

    exact = Fraction(minor, 100) * rate * 10 ** digits(currency)
    assert abs(converted.minor - exact) <= Fraction(1, 2)


@pytest.mark.all_databases
def test_the_feed_is_kept_by_day_and_asking_twice_changes_nothing(work, open_work):
    fetch_rates(open_work, Bank(USD="1.25", XXX="1", HUF="400"))
    fetch_rates(open_work, Bank(USD="1.25", HUF="400"))
    fetch_rates(open_work, Bank(TODAY, USD="1.30"))

    assert rate_of(exchange_rates(work), "EUR", "USD") == "1.3"
    assert rate_of(exchange_rates(work), "EUR", "HUF") == "400"
    assert report_columns(work, "USD") == ("EUR", "0.769230769231")
    assert report_columns(work, "JPY") == ("", "")  # nobody has said; nothing waits for it
    assert report_columns(work, "EUR") == ("EUR", "1")


def test_a_rate_by_hand_takes_the_place_of_the_feeds_and_of_itself(work, open_work):
    fetch_rates(open_work, Bank(TODAY, USD="1.25"))
    work.now += timedelta(minutes=1)

    enter_rate(work, "EUR", "USD", "1,2", TODAY)
    second = enter_rate(work, "eur", "usd", "1.1", TODAY)

    assert rate_of(exchange_rates(work), "EUR", "USD") == "1.1"
    assert second.source == "by hand"
    work.now -= timedelta(days=1)
    assert exchange_rates(work).worth("EUR", "USD") is None  # yesterday nobody knew


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (("ZZZ", "USD", "1", TODAY), "base"),
        (("EUR", "US1", "1", TODAY), "quote"),
        (("EUR", "EUR", "1", TODAY), "quote"),
        (("EUR", "USD", "0", TODAY), "rate"),
        (("EUR", "USD", "-1", TODAY), "rate"),
        (("EUR", "USD", "nan", TODAY), "rate"),
        (("EUR", "USD", "1e99", TODAY), "rate"),
        (("EUR", "USD", "abc", TODAY), "rate"),
        (("EUR", "USD", "1", TODAY + timedelta(days=1)), "as_of"),
    ],
)
def test_a_rate_that_cannot_be_is_refused_beside_its_field(work, typed, field):
    with pytest.raises(Invalid) as refused:
        enter_rate(work, *typed)

    assert refused.value.field == field


def test_old_and_missing_rates_are_named(work, open_work):
    fetch_rates(open_work, Bank(TODAY - timedelta(days=6), USD="1.25"))
    fetch_rates(open_work, Bank(TODAY, GBP="0.8"))

    found = {row.code: (row.worth is not None, row.is_stale) for row in currencies_now(work, ["KWD"])}

    assert found == {"GBP": (True, False), "USD": (True, True), "KWD": (False, True)}


def test_sums_of_several_currencies_are_one_in_that_of_reports(work, open_work):
    fetch_rates(open_work, Bank(TODAY, USD="1.25", GBP="0.8"))
    sums = {"USD": Money(1250, "USD"), "EUR": Money(100, "EUR"), "GBP": Money(80, "GBP")}

    assert together(work, sums) == Money(1200, "EUR")
    assert together(work, sums | {"JPY": Money(1, "JPY")}) is None
    set_rules(work, CurrencyRules, {"reporting": "usd"})
    assert reporting_currency(work) == "USD"
    assert together(work, sums) == Money(1500, "USD")


def test_only_whoever_may_change_taxes_enters_rates(work):
    work.actor = Actor(ActorKind.STAFF, "Sam", permissions=frozenset({SEE_EVERYTHING}))

    with pytest.raises(NotAllowed):
        enter_rate(work, "EUR", "USD", "1.1", TODAY)


def test_staff_decide_what_is_sold_in_and_in_which_order(work):
    assert offered_currencies(work) == ("USD", "EUR", "GBP")

    set_rules(work, CurrencyRules, {"offered": [" jpy", "KWD", "EUR"]})

    assert offered_currencies(work) == ("JPY", "KWD", "EUR")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ([], "at least one"),
        ([""], "not a currency"),
        (["EUR", "ZZZ"], "ZZZ is not a currency"),
        (["XXX"], "not a currency"),  # none at all
        (["XAU"], "not a currency"),  # gold
        (["CLF"], "not a currency"),  # a unit of account
        (["DEM"], "not a currency"),  # of yesterday
        (["EUR", "USD", "eur"], "EUR is there twice"),
        (sorted(circulating())[:13], "12 currencies at most"),
        ("EUR", "valid tuple"),
    ],
)
def test_what_nobody_could_pay_in_is_refused_beside_its_field_and_nothing_changes(work, typed, words):
    before = decided(work, CurrencyRules)

    with pytest.raises(Invalid, match=words) as refused:
        set_rules(work, CurrencyRules, {"offered": typed})

    assert refused.value.field == "offered"
    assert decided(work, CurrencyRules) == before


def test_the_rule_names_every_currency_that_cards_cannot_pay_in():
    words = CurrencyRules.model_fields["offered"].description or ""
    named = set(words.rpartition(": ")[2].rstrip(".").split(", "))

    assert named == {code for code in circulating() if not is_charged(code)}


def is_charged(code: str) -> bool:
    try:
        return stripe_amount(Money(1000, code)) == 1000
    except Rejected:
        return False
