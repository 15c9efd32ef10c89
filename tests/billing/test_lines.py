import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezscale.billing.lines import Position, add_up, discount_on, price_line
from ezscale.billing.tax import STANDARD_RATES
from ezscale.kit.money import Money
from tests.builders import standard_tax

COUNTRIES = st.sampled_from([*sorted(STANDARD_RATES), "US", "GB"])
CURRENCIES = st.sampled_from(["EUR", "USD", "GBP", "HUF", "JPY", "KWD"])
PRICES = st.integers(0, 10**9)


def a_line(price: int, off: int = 0, country: str = "IE", currency: str = "EUR"):
    position = Position("VPS 2", Money(price, currency), Money(off, currency))
    return price_line(position, standard_tax("IE", country))


@pytest.mark.parametrize(
    ("price", "off", "country", "net", "tax"),
    [
        (1100, 0, "IE", 1100, 253),
        (1100, 110, "IE", 990, 228),  # 227.7
        (550, 0, "FI", 550, 140),  # 140.25
        (50, 0, "FR", 50, 10),
        (1, 0, "HU", 1, 0),  # 0.27
        (2, 0, "HR", 2, 1),  # 0.5 goes up
        (1100, 1100, "IE", 0, 0),
        (1100, 0, "US", 1100, 0),
    ],
)
def test_tax_is_taken_after_the_discount_and_rounded_once(price, off, country, net, tax):
    line = a_line(price, off, country)

    assert (line.net.minor, line.tax.minor, line.gross.minor) == (net, tax, net + tax)


@pytest.mark.parametrize(
    ("percent", "fixed", "off"),
    [(0, 0, 0), (10, 0, 110), (100, 0, 1100), (0, 500, 500), (0, 5000, 1100), (50, 900, 1100), (33, 0, 363)],
)
def test_a_coupon_never_takes_more_than_the_price(percent, fixed, off):
    assert discount_on(Money(1100, "EUR"), percent, fixed) == Money(off, "EUR")


@given(
    st.lists(st.tuples(PRICES, st.integers(0, 100), st.integers(0, 10**7)), min_size=1, max_size=20),
    COUNTRIES,
    CURRENCIES,
)
def test_lines_and_tax_make_the_total_of_any_invoice(positions, country, currency):
    lines = []
    for price, percent, fixed in positions:
        off = discount_on(Money(price, currency), percent, fixed).minor
        lines.append(a_line(price, off, country, currency))

    sums = add_up(lines, currency)

    assert sums.net + sums.tax == sums.total
    assert sums.total.minor == sum(line.gross.minor for line in lines)
    assert min(line.net.minor for line in lines) >= 0
    assert min(line.tax.minor for line in lines) >= 0
