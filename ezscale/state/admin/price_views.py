"""Prices as the panel shows them, and how what was typed about them is read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, Self

from ezscale.billing.price_changes import ChangeOverview, PricePoint
from ezscale.catalog.cycles import CYCLES
from ezscale.catalog.price_list import PriceWish, Standing, standing
from ezscale.kit.errors import Invalid
from ezscale.models import AddOnPrice, OptionPrice, Price
from ezscale.state.arguments import sent_fields, sent_text
from ezscale.state.marketing.catalog import cycle_name
from ezscale.state.reader import Reader

AnyPrice = Price | OptionPrice | AddOnPrice
ONCE_NAME = "Once"
CYCLE_CHOICES = tuple((str(months), cycle_name(months)) for months in CYCLES)


@dataclass
class PriceLine:
    """A price in its history. `amount` and `setup` are as a person reads them, `typed` as one types it."""

    id: str
    currency: str
    months: str
    cycle: str
    amount: str
    setup: str
    typed: str
    since: str
    until: str
    standing: str

    @classmethod
    def of(cls, price: AnyPrice, now: datetime, reader: Reader) -> Self:
        """A price as it stands at a moment."""
        stands = standing(price, now)
        return cls(
            id=str(price.id),
            currency=price.currency,
            months=str(price.months),
            cycle=cycle_name(price.months) if price.months else ONCE_NAME,
            amount=reader.money(price.amount),
            setup=reader.money(price.setup) if price.setup else "",
            typed=str(price.amount.major),
            since=reader.moment(price.since),
            until="" if stands is Standing.GIVEN_UP else reader.moment(price.until),
            standing=stands.value,
        )


@dataclass
class PriceCell:
    """What a plan costs in one currency for one cycle: now, and from a moment on that is planned."""

    currency: str
    months: str
    name: str
    amount: str = ""
    setup: str = ""
    planned: str = ""


@dataclass
class CycleRow:
    """A cycle with its prices, a cell for each currency."""

    id: str
    name: str
    cells: list[PriceCell] = field(default_factory=list)


@dataclass
class PointRow:
    """What some subscribers pay by their own agreements. `is_current` when new customers pay the same."""

    id: str
    currency: str
    months: str
    minor: str
    price: str
    cycle: str
    subscribers: str
    current: str
    is_current: bool

    @classmethod
    def of(cls, point: PricePoint, current: dict[tuple[str, int], Any], reader: Reader) -> Self:
        """A point beside today's price, if there is one."""
        key = (point.price.currency, point.months)
        today = current.get(key)
        return cls(
            id=f"{point.price.currency}-{point.months}-{point.price.minor}",
            currency=point.price.currency,
            months=str(point.months),
            minor=str(point.price.minor),
            price=reader.money(point.price),
            cycle=cycle_name(point.months),
            subscribers=str(point.subscribers),
            current=reader.money(today) if today else "",
            is_current=today is None or today == point.price,
        )


@dataclass
class ChangeRow:
    """An announced change of price."""

    id: str
    cycle: str
    old: str
    new: str
    day: str
    told: str
    applied: str
    standing: str
    may_withdraw: bool

    @classmethod
    def of(cls, found: ChangeOverview, reader: Reader) -> Self:
        """A change with whom it has reached."""
        change = found.change
        return cls(
            id=str(change.id),
            cycle=cycle_name(change.months),
            old=reader.money(change.old),
            new=reader.money(change.new),
            day=reader.day(change.effective_on),
            told=str(found.told),
            applied=str(found.applied),
            standing="withdrawn" if change.withdrawn_at else "holds" if change.applied_at else "announced",
            may_withdraw=change.withdrawn_at is None and change.applied_at is None,
        )


def grid_of(prices: Iterable[Price], now: datetime, reader: Reader) -> tuple[list[str], list[CycleRow]]:
    """The currencies in which a plan has or had a price, and its prices of now, cycle by cycle."""
    lines = [(price, standing(price, now)) for price in prices]
    currencies = list(dict.fromkeys(price.currency for price, stands in lines if stands is not Standing.GIVEN_UP))
    rows = [CycleRow(str(months), cycle_name(months)) for months in CYCLES]
    for row in rows:
        for currency in currencies:
            cell = PriceCell(currency, row.id, f"{row.name} in {currency}")
            for price, stands in lines:
                if (price.currency, str(price.months)) != (currency, row.id):
                    continue
                if stands is Standing.CURRENT:
                    cell.amount = reader.money(price.amount)
                    cell.setup = reader.money(price.setup) if price.setup else ""
                elif stands is Standing.PLANNED:
                    cell.planned = f"{reader.money(price.amount)} from {reader.day(price.since.date())}"
            row.cells.append(cell)
    return currencies, rows


def typed_wish(form: Any, zone: tzinfo) -> PriceWish:
    """A price as it was typed. Invalid beside the field for what cannot be read at all."""
    typed = sent_fields(form, "currency", "months", "amount", "setup", "since", longest=30)
    months = typed["months"]
    day = typed_day(typed["since"], "since")
    return PriceWish(
        currency=typed["currency"],
        months=int(months) if months.isascii() and months.isdecimal() and len(months) <= 3 else -1,
        amount=typed["amount"],
        setup=typed["setup"],
        since=datetime.combine(day, time.min, zone).astimezone(UTC) if day else None,
    )


def typed_day(sent: Any, field_name: str) -> date | None:
    """A day as a browser sends it; none when nothing was typed."""
    text = sent_text(sent, 10)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("Please choose a day.", field=field_name) from None
