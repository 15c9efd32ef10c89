from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezscale.billing.invoicing import line_values
from ezscale.billing.lines import Position, price_line
from ezscale.billing.periods import add_months
from ezscale.billing.proration import Part, Point, Proration, Span, give_back, part_left, part_of
from ezscale.billing.remaining import Remaining
from ezscale.billing.tax import Tax, TaxDecision
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.models import Invoice, InvoiceLine
from tests.builders import NO_TAX, an_invoice

VAT = TaxDecision((Tax("VAT 23%", "IE", 230_000),), "IE")
INCLUSIVE = TaxDecision((Tax("VAT 27%", "HU", 270_000),), "HU", inclusive=True)
COMPOUND = TaxDecision((Tax("GST", "CA", 50_000), Tax("QST", "CA-QC", 99_750, compound=True)), "CA")
NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)

prices = st.integers(0, 10_000_000)
currencies = st.sampled_from(["EUR", "JPY", "KWD", "HUF"])
decisions = st.sampled_from([NO_TAX, VAT, INCLUSIVE, COMPOUND])
cycles = st.sampled_from([1, 3, 6, 12, 24, 36])
starts = st.dates(date(2024, 1, 1), date(2027, 12, 31))


def paid(price, decision, span, discount=0) -> tuple[Invoice, Remaining]:
    """A paid line for a whole period, with its invoice."""
    money = Money(price, "EUR") if isinstance(price, int) else price
    position = Position("VPS 2", money, Money(discount, money.currency), new_id(), span.start, span.end)
    line = InvoiceLine(invoice_id=new_id(), **line_values(1, price_line(position, decision)))
    total = line.net_minor + line.tax_minor
    invoice = an_invoice(total_minor=total, currency=money.currency, tax_inclusive=decision.inclusive)
    return invoice, whole(line)


def whole(line):
    """A line of which nothing was taken back."""
    return Remaining(line, line.net, tuple(line.taxes))


def month_from(start, months=1):
    return Span(start, add_months(start, months, start.day))


@given(prices, currencies, decisions, cycles, starts, st.data())
def test_what_is_given_back_never_exceeds_what_was_paid(price, currency, decision, months, start, data):
    span = month_from(start, months)
    left = data.draw(st.integers(0, span.days))
    invoice, rest = paid(Money(price, currency), decision, span, discount=data.draw(st.integers(0, price)))

    back = give_back(invoice, rest, span, Part(left, span.days))

    assert 0 <= -back.gross.minor <= rest.gross.minor
    assert (-back.gross == rest.gross) if left == span.days else True
    assert back.net.currency == currency


@given(prices, currencies, cycles, starts, st.data())
def test_a_period_that_is_split_on_any_day_costs_what_the_whole_costs(price, currency, months, start, data):
    span = month_from(start, months)
    day = start + timedelta(days=data.draw(st.integers(0, span.days)))
    invoice, rest = paid(Money(price, currency), NO_TAX, span)

    left = part_left(span, span.days, Point(day, NOON, UTC), Proration.DAY)
    used = (
        rest.net + give_back(invoice, rest, span.after(day), left).net
    )  # what remains on the books for the days before

    assert left.share + (day - start).days == span.days
    assert used + Money(price, currency).share(left.fraction) == Money(price, currency)


@given(prices, prices, decisions, cycles, starts, st.data())
def test_up_and_down_on_one_day_nets_to_a_minor_unit_a_line_at_most(small, big, decision, months, start, data):
    span = month_from(start, months)
    day = start + timedelta(days=data.draw(st.integers(0, span.days - 1)))
    rest = span.after(day)
    part = part_left(span, span.days, Point(day, NOON, UTC), Proration.DAY)

    def asked(price):
        whole = Position("VPS", Money(price, "EUR"), Money.zero("EUR"), new_id(), rest.start, rest.end)
        return price_line(part_of(whole, part, whole.price, whole.discount), decision)

    old_back = give_back(*paid(small, decision, span), rest, part)
    up, down = asked(big), asked(small)
    stored = InvoiceLine(invoice_id=new_id(), **line_values(1, up))
    total = stored.net_minor + stored.tax_minor
    new_back = give_back(
        an_invoice(total_minor=total, tax_inclusive=decision.inclusive), whole(stored), rest, Part(rest.days, rest.days)
    )

    # The lines: given back, up, given back, down. Each of them has a net and its taxes that are rounded.
    net = old_back.net + up.net + new_back.net + down.net
    assert up.gross + new_back.gross == Money.zero("EUR")
    assert abs(net.minor) <= 1
    assert abs((old_back.gross + down.gross).minor) <= 1 + len(decision.taxes)


@pytest.mark.parametrize(
    ("zone", "night", "hours"), [("Europe/Dublin", date(2026, 3, 29), 23), ("Europe/Dublin", date(2026, 10, 25), 25)]
)
def test_a_night_that_changes_the_clock_has_other_hours(zone, night, hours):
    place = ZoneInfo(zone)
    day = Span(night, night + timedelta(days=1))
    begins = datetime(night.year, night.month, night.day, tzinfo=place)

    by_second = part_left(day, 1, Point(night, begins.astimezone(UTC), place), Proration.SECOND)
    by_day = part_left(day, 1, Point(night, begins.astimezone(UTC), place), Proration.DAY)

    assert by_second == Part(hours * 3600, hours * 3600)
    assert by_day == Part(1, 1)


def test_seconds_are_counted_from_the_instant():
    span = Span(date(2026, 3, 1), date(2026, 4, 1))

    left = part_left(span, 31, Point(NOON.date(), NOON, UTC), Proration.SECOND)

    assert left.fraction == Fraction(31, 62)


def test_what_a_credit_note_took_back_is_not_given_back_again():
    span = Span(date(2026, 3, 1), date(2026, 4, 1))
    invoice, untouched = paid(1100, VAT, span)
    half = Remaining(untouched.line, Money(550, "EUR"), ({**untouched.taxes[0], "minor": 126},))
    nothing = Remaining(untouched.line, Money(0, "EUR"), ({**untouched.taxes[0], "minor": 0},))

    assert give_back(invoice, half, span, Part(31, 31)).gross == -half.gross
    assert not give_back(invoice, nothing, span, Part(31, 31)).gross


def test_a_free_period_gives_nothing_back():
    span = Span(date(2026, 3, 1), date(2026, 4, 1))

    assert not give_back(*paid(1100, VAT, span, discount=1100), span, Part(31, 31)).gross


@pytest.mark.parametrize(
    ("currency", "price", "back"), [("JPY", 1100, -568), ("KWD", 1100, -568), ("HUF", 990000, -510968)]
)
def test_currencies_with_other_digits_are_rounded_to_their_own(currency, price, back):
    span = Span(date(2026, 3, 1), date(2026, 4, 1))

    given_back = give_back(*paid(Money(price, currency), NO_TAX, span), span, Part(16, 31))

    assert given_back.net == Money(back, currency)
