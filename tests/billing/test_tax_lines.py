"""Taxes to the minor unit: inclusive and exclusive, one and two levels, by line and by invoice, taken and given back."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezscale.billing.lines import Position, Rounding, add_up, discount_on, price_line, price_lines, taxes_by_place
from ezscale.billing.tax import Tax, TaxDecision
from ezscale.kit.money import Money
from ezscale.models.invoice import LineKind

RATES = st.integers(0, 400_000)
MINORS = st.integers(-(10**9), 10**9)
CURRENCIES = st.sampled_from(["EUR", "HUF", "JPY", "KWD"])


def taxes(*rates: float, compound: bool = False, inclusive: bool = False) -> TaxDecision:
    """Taxes at these percents, the second one compound if at all."""
    levels = [
        Tax(f"T{place}", f"P{place}", round(rate * 10_000), compound and place > 0) for place, rate in enumerate(rates)
    ]
    return TaxDecision(tuple(levels), "IE", inclusive=inclusive)


def position(minor: int, currency: str = "EUR", off: int = 0) -> Position:
    kind = LineKind.UNUSED if minor < 0 else LineKind.PERIOD
    return Position("VPS 2", Money(minor, currency), Money(off, currency), kind=kind)


def amounts(line) -> list[int]:
    return [part.amount.minor for part in line.parts]


@pytest.mark.parametrize(
    ("minor", "decision", "net", "parts"),
    [
        (1000, taxes(19), 1000, [190]),
        (1000, taxes(20, inclusive=True), 833, [167]),
        (10000, taxes(5, 9.975), 10000, [500, 998]),
        (10000, taxes(5, 10, compound=True), 10000, [500, 1050]),
        (11550, taxes(5, 10, compound=True, inclusive=True), 10000, [500, 1050]),
        (11500, taxes(5, 10, inclusive=True), 10000, [500, 1000]),
        (50, taxes(23), 50, [12]),  # 11.5
        (-50, taxes(23), -50, [-12]),
        (-1000, taxes(20, inclusive=True), -833, [-167]),
        (1001, taxes(7, 7, inclusive=True), 878, [62, 61]),
        (-1001, taxes(7, 7, inclusive=True), -878, [-62, -61]),
        (1000, taxes(0, 0, inclusive=True), 1000, [0, 0]),
        (30, taxes(5, 10, compound=True), 30, [2, 3]),  # 1.5, and 3.15: from the exact tax of level 1
    ],
)
def test_the_worked_numbers(minor, decision, net, parts):
    line = price_line(position(minor), decision)

    assert (line.net.minor, amounts(line)) == (net, parts)


@pytest.mark.parametrize(
    ("minor", "deducted", "net"),
    [(1230, Fraction(23, 100), 1000), (1230, Fraction(0), 1230), (-1230, Fraction(23, 100), -1000)],
)
def test_who_owes_no_tax_pays_the_price_without_it_or_all_of_it(minor, deducted, net):
    line = price_line(position(minor), TaxDecision(note="Export", deducted=deducted))

    assert (line.net.minor, line.tax.minor) == (net, 0)


def test_three_thirds_are_rounded_each_or_together():
    thirds = [position(333, "KWD")] * 3  # 0.333

    each = price_lines(thirds, taxes(10), Rounding.LINE)
    together = price_lines(thirds, taxes(10), Rounding.INVOICE)

    assert [line.tax.minor for line in each] == [33, 33, 33]
    assert [line.tax.minor for line in together] == [34, 33, 33]  # 99.9 of 999
    assert add_up(together, "KWD").tax.minor == 100


@pytest.mark.parametrize(("currency", "minor", "tax"), [("JPY", 1105, 111), ("KWD", 5550, 555), ("HUF", 549050, 54905)])
def test_a_tenth_in_currencies_of_every_kind(currency, minor, tax):
    line = price_line(position(minor, currency), taxes(10))

    assert line.tax == Money(tax, currency)  # 110.5 yen go up


def test_each_rate_of_an_invoice_is_rounded_by_itself():
    standard, reduced = taxes(23), taxes(9)
    decisions = [standard, reduced, standard]

    lines = price_lines([position(333), position(333), position(333)], decisions, Rounding.INVOICE)

    assert [line.tax.minor for line in lines] == [77, 30, 76]  # 153.18 of 23 %, 29.97 of 9 %
    assert [line.decision for line in lines] == decisions


@given(MINORS, RATES, RATES, st.booleans(), st.booleans(), CURRENCIES)
def test_what_was_taken_and_is_given_back_leaves_nothing(minor, first, second, compound, inclusive, currency):
    decision = taxes(first / 10_000, second / 10_000, compound=compound, inclusive=inclusive)

    there, back = (price_line(position(each, currency), decision) for each in (minor, -minor))

    assert there.gross == -back.gross
    assert amounts(there) == [-each for each in amounts(back)]
    assert there.gross == (Money(minor, currency) if inclusive else there.net + there.tax)


@given(
    st.lists(st.tuples(MINORS, st.integers(0, 2)), min_size=1, max_size=12),
    st.lists(st.tuples(RATES, RATES), min_size=3, max_size=3),
    st.booleans(),
    st.booleans(),
    st.sampled_from(Rounding),
)
def test_lines_taxes_and_places_always_add_up(lines, rates, compound, inclusive, rounding):
    kinds = [taxes(*(rate / 10_000 for rate in pair), compound=compound, inclusive=inclusive) for pair in rates]
    positions = [position(minor) for minor, _ in lines]

    priced = price_lines(positions, [kinds[kind] for _, kind in lines], rounding)

    sums = add_up(priced, "EUR")
    assert sums.net + sums.tax == sums.total
    assert sum(tax.minor for tax in taxes_by_place(priced).values()) == sums.tax.minor
    for line in priced:
        assert (line.gross if inclusive else line.net) == line.position.amount


@given(st.lists(st.integers(1, 10**7), min_size=2, max_size=8), RATES, st.booleans())
def test_rounded_together_the_tax_is_that_of_the_sum_and_no_line_is_a_unit_off(minors, rate, inclusive):
    decision = taxes(rate / 10_000, inclusive=inclusive)

    lines = price_lines([position(minor) for minor in minors], decision, Rounding.INVOICE)

    whole = price_line(position(sum(minors)), decision)
    part = Fraction(decision.rate, 1_000_000)
    part = part / (1 + part) if inclusive else part
    assert add_up(lines, "EUR").tax == whole.tax
    assert all(abs(line.tax.minor - minor * part) < 1 for line, minor in zip(lines, minors, strict=True))


@given(
    st.lists(st.tuples(st.integers(1, 10**7), st.sampled_from([230_000, 90_000, 0])), min_size=1, max_size=8),
    st.integers(0, 100),
)
def test_a_discount_over_mixed_rates_comes_off_before_the_tax_and_leaves_nothing_over(lines, percent):
    positions = [position(minor, off=discount_on(Money(minor, "EUR"), percent, 0).minor) for minor, _ in lines]

    priced = price_lines(positions, [taxes(rate / 10_000) for _, rate in lines])

    sums = add_up(priced, "EUR")
    assert sums.net.minor == sum(minor for minor, _ in lines) - sum(each.discount.minor for each in positions)
    assert sums.total == sums.net + sums.tax
    assert percent < 100 or not sums.total
