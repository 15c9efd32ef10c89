"""What currencies are worth in one another: from a feed or by hand, for the day on which something is issued."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from typing import ClassVar

from babel.numbers import get_territory_currencies
from pydantic import Field, field_validator
from sqlmodel import col, select

from ezscale.accounts.permissions import MANAGE_TAX, SEE_EVERYTHING
from ezscale.company.ports import RateFeed
from ezscale.company.rules import Rules, rules
from ezscale.kit.database import insert_new, table_of
from ezscale.kit.errors import Invalid
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money, circulating, digits, half_up
from ezscale.kit.settings import settings
from ezscale.kit.work import OpenWork, Work
from ezscale.models import ExchangeRate

BY_HAND = "by hand"
PRECISE = Context(prec=12, rounding=ROUND_HALF_UP)
LOOKS_BACK = timedelta(days=400)  # older rates are history
KNOWN = "exchange_rates"
MOST_OFFERED = 12  # the stylesheet of the public pages knows as many places


class CurrencyRules(Rules):
    """In which currencies the company sells, and in which one it counts."""

    topic: ClassVar[str] = "currency"
    title: ClassVar[str] = "Currencies"

    offered: tuple[str, ...] = Field(
        default=("USD", "EUR", "GBP"),
        title="Currencies we sell in",
        description="Codes of ISO 4217 in the order in which they are shown. A plan is sold in those that it has a price in. "
        "One that is taken away is no longer offered; whoever is billed in it already keeps it. "
        "Not payable by card: HUF, IQD, ISK, LYD, MGA, TWD, UGX.",
    )
    reporting: str = Field(
        default="",
        max_length=3,
        title="Currency of reports",
        description="The currency of reports and of the tax; empty for that of the seller's country.",
    )
    stale_after_days: int = Field(
        default=5,
        ge=1,
        le=60,
        title="Days until a rate is old",
        description="After how many days a rate is too old to be relied on.",
    )

    @field_validator("offered")
    @classmethod
    def _sellable_currencies(cls, typed: tuple[str, ...]) -> tuple[str, ...]:
        codes = tuple(each.strip().upper() for each in typed)
        if not codes:
            raise ValueError("Please name at least one currency.")
        if len(codes) > MOST_OFFERED:
            raise ValueError(f"Please name {MOST_OFFERED} currencies at most.")
        for place, code in enumerate(codes):
            if code not in circulating():
                raise ValueError(f"{typed[place].strip()} is not a currency of ISO 4217 that people pay in.")
            if code in codes[:place]:
                raise ValueError(f"{code} is there twice.")
        return codes

    @field_validator("reporting")
    @classmethod
    def _known_currency(cls, typed: str) -> str:
        code = typed.strip().upper()
        if code and not _is_currency(code):
            raise ValueError(f"{code} is not a currency of ISO 4217.")
        return code


@dataclass(frozen=True, slots=True)
class Worth:
    """What one unit of a currency is worth in another, as an exact decimal, and since when that is so."""

    rate: str
    as_of: date
    source: str

    def of(self, amount: Money, currency: str) -> Money:
        """An amount in the other currency."""
        return convert(amount, self.rate, currency)


class Rates:
    """The newest rate of each pair on a day. What is missing is worked out: backwards, or by way of a third currency."""

    def __init__(self, rows: Iterable[ExchangeRate]) -> None:
        self._direct: dict[tuple[str, str], ExchangeRate] = {}
        for row in rows:
            self._direct.setdefault((row.base, row.quote), row)
        self._between = sorted({base for base, _ in self._direct} | {quote for _, quote in self._direct})
        self._known: dict[tuple[str, str], Worth | None] = {}

    def worth(self, base: str, quote: str) -> Worth | None:
        """What one unit of `base` is worth in `quote`; None when nobody has said."""
        if (base, quote) not in self._known:
            self._known[base, quote] = self._worth(base, quote)
        return self._known[base, quote]

    def _worth(self, base: str, quote: str) -> Worth | None:
        if base == quote:
            return Worth("1", date.max, "")
        steps = self._step(base, quote)
        if steps is None:
            ways = [
                (first, second)
                for other in self._between
                if (first := self._step(base, other)) and (second := self._step(other, quote))
            ]
            if not ways:
                return None
            first, second = max(ways, key=lambda way: min(way[0][1].as_of, way[1][1].as_of))
            steps = first[0] * second[0], min(first[1], second[1], key=lambda row: row.as_of)
        exact, row = steps
        return Worth(_written(exact), row.as_of, row.source)

    def _step(self, base: str, quote: str) -> tuple[Fraction, ExchangeRate] | None:
        """The newer of a rate and the opposite one turned round."""
        there, back = self._direct.get((base, quote)), self._direct.get((quote, base))
        if there is not None and (back is None or there.as_of >= back.as_of):
            return there.exact, there
        return (1 / back.exact, back) if back is not None else None


def convert(amount: Money, rate: str, currency: str) -> Money:
    """An amount in another currency, of which one unit of its own is worth `rate`; rounded half-up once."""
    scale = Fraction(10) ** (digits(currency) - digits(amount.currency))
    return Money(half_up(amount.minor * Fraction(rate) * scale), currency)


def offered_currencies(work: Work) -> tuple[str, ...]:
    """The currencies in which the company sells to somebody new, in the order in which they are shown."""
    return rules(work, CurrencyRules).offered


def reporting_currency(work: Work) -> str:
    """The currency in which the company counts."""
    return rules(work, CurrencyRules).reporting or home_currency(settings().company_country)


def home_currency(country: str) -> str:
    """What is paid with in a country."""
    return next(iter(get_territory_currencies(country)), "EUR")


def exchange_rates(work: Work) -> Rates:
    """What holds today, read once in a transaction."""
    known: tuple[date, Rates] | None = work.session.info.get(KNOWN)
    if known is None or known[0] != work.today:
        work.session.flush()
        known = work.today, Rates(_newest_first(work, work.today))
        work.session.info[KNOWN] = known
    return known[1]


def report_columns(work: Work, currency: str) -> tuple[str, str]:
    """The currency of reports and the rate into it, as an invoice keeps them; nothing while no rate is known."""
    reporting = reporting_currency(work)
    worth = exchange_rates(work).worth(currency, reporting)
    return (reporting, worth.rate) if worth else ("", "")


def together(work: Work, sums: Mapping[str, Money]) -> Money | None:
    """Sums of several currencies as one, in that of reports; None when one of them has no rate."""
    reporting, rates = reporting_currency(work), exchange_rates(work)
    whole = Money.zero(reporting)
    for currency, amount in sums.items():
        worth = rates.worth(currency, reporting)
        if worth is None:
            return None
        whole += worth.of(amount, reporting)
    return whole


def enter_rate(work: Work, base: str, quote: str, rate: str, as_of: date) -> ExchangeRate:
    """A rate by hand. Invalid, on its field, when it cannot be. A second one for the same day takes the first one's place."""
    work.actor.require(MANAGE_TAX)
    base, quote = _currency(base.upper(), "base"), _currency(quote.upper(), "quote")
    if base == quote:
        raise Invalid("Please choose two different currencies.", field="quote")
    if as_of > work.today:
        raise Invalid("This day is still to come.", field="as_of")
    written = _written_by_hand(rate)
    same_day = select(ExchangeRate).where(
        ExchangeRate.base == base,
        ExchangeRate.quote == quote,
        ExchangeRate.as_of == as_of,
        ExchangeRate.source == BY_HAND,
    )
    row = work.session.exec(same_day.with_for_update()).first()
    row = row or ExchangeRate(base=base, quote=quote, rate="", as_of=as_of, source=BY_HAND, created_at=work.now)
    row.rate, row.created_at = written, work.now
    work.session.add(row)
    work.session.flush()
    work.session.info.pop(KNOWN, None)
    return row


def fetch_rates(open_work: OpenWork, feed: RateFeed) -> int:
    """Ask the feed for its newest rates, and keep those that are news. Returns how many it has sent."""
    published = feed.latest()
    with open_work() as work:
        rows = [
            {
                "id": new_id(),
                "base": published.base,
                "quote": currency,
                "rate": rate,
                "as_of": published.as_of,
                "source": feed.name,
                "created_at": work.now,
            }
            for currency, rate in published.rates.items()
            if _is_currency(currency) and len(rate) <= 32
        ]
        insert_new(work.session, table_of(ExchangeRate), rows)
        work.record("exchange rates fetched", written={"exchange_rate": len(rows)}, as_of=published.as_of.isoformat())
        work.session.info.pop(KNOWN, None)
    return len(rows)


@dataclass(frozen=True, slots=True)
class CurrencyRow:
    """A currency as staff see it: what one unit of the reporting currency is worth in it, and how old that is."""

    code: str
    worth: Worth | None
    is_stale: bool


def currencies_now(work: Work, used: Iterable[str] = ()) -> list[CurrencyRow]:
    """The rates that hold now, of every currency that has one or is used. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    reporting, rates, decided = reporting_currency(work), exchange_rates(work), rules(work, CurrencyRules)
    pairs = set(work.session.exec(select(ExchangeRate.base))) | set(work.session.exec(select(ExchangeRate.quote)))
    oldest = work.today - timedelta(days=decided.stale_after_days)
    found = []
    for code in sorted((pairs | set(used)) - {reporting}):
        worth = rates.worth(reporting, code)
        found.append(CurrencyRow(code, worth, worth is None or worth.as_of < oldest))
    return found


def entered_rates(work: Work, limit: int = 25) -> list[ExchangeRate]:
    """The rates that were entered by hand, newest first. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    by_hand = select(ExchangeRate).where(ExchangeRate.source == BY_HAND)
    return list(
        work.session.exec(by_hand.order_by(col(ExchangeRate.as_of).desc(), col(ExchangeRate.id).desc()).limit(limit))
    )


def _newest_first(work: Work, day: date) -> list[ExchangeRate]:
    """The rates of the last year; of two for one day the one that came last."""
    held = select(ExchangeRate).where(ExchangeRate.as_of <= day, col(ExchangeRate.as_of) > day - LOOKS_BACK)
    order = (col(ExchangeRate.as_of).desc(), col(ExchangeRate.created_at).desc(), col(ExchangeRate.id).desc())
    return list(work.session.exec(held.order_by(*order)))


def _written(exact: Fraction) -> str:
    """As a decimal of twelve digits at most, without an exponent."""
    return f"{PRECISE.divide(Decimal(exact.numerator), Decimal(exact.denominator)).normalize():f}"


def _written_by_hand(typed: str) -> str:
    try:
        rate = Decimal(typed.strip().replace(",", "."))
    except InvalidOperation:
        raise Invalid("Please give a number, such as 1.0832.", field="rate") from None
    if (
        not rate.is_finite()
        or not Decimal("0.0000001") <= rate <= Decimal(10_000_000)
        or len(rate.as_tuple().digits) > 15
    ):
        raise Invalid("Please give a number above nothing, such as 1.0832.", field="rate")
    return f"{rate.normalize():f}"


def _currency(code: str, field: str) -> str:
    if not _is_currency(code):
        raise Invalid("Please choose a currency of ISO 4217, such as EUR.", field=field)
    return code


def _is_currency(code: str) -> bool:
    try:
        digits(code)
    except ValueError:
        return False
    return code.isupper()
