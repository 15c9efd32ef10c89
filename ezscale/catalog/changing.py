"""What every change to the catalog shares: who may, and how what was typed is read."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from sqlmodel import SQLModel, col, select

from ezscale.accounts.permissions import MANAGE_CATALOG, SEE_EVERYTHING
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.money import Money, digits
from ezscale.kit.work import Work

Thing = TypeVar("Thing", bound=SQLModel)

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
AMOUNT = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,4}))?")
MOST_MINOR = 10**11  # a price beyond a thousand million is a slip of the finger
MOST_AHEAD = timedelta(days=3 * 365)


def change_catalog(work: Work) -> None:
    """Go on only for whoever may change what is for sale."""
    work.actor.require(SEE_EVERYTHING)
    work.actor.require(MANAGE_CATALOG)


def locked(work: Work, table: type[Thing], row_id: UUID) -> Thing:
    """A thing of the catalog as it is now, until this transaction ends. NotFound for none."""
    row = select(table).where(col(table.id) == row_id).with_for_update()  # type: ignore[attr-defined]  # every row has one
    found = work.session.exec(row.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound
    return found


def clean_slug(work: Work, table: type[Thing], typed: str) -> str:
    """A name for addresses that nothing else of its kind has. Invalid, on the field `slug`, otherwise."""
    slug = typed.strip().lower()
    if len(slug) > 60 or not SLUG.fullmatch(slug):
        raise Invalid("Small letters, digits and hyphens, please: vps-2.", field="slug")
    taken = select(table).where(col(table.slug) == slug)  # type: ignore[attr-defined]  # what has no slug is not asked
    if work.session.exec(taken).first() is not None:
        raise Invalid("There is one with this name already.", field="slug")
    return slug


def clean_name(typed: str, longest: int = 80, field: str = "name") -> str:
    """A line of text that says something."""
    name = " ".join(typed.split())
    if not name:
        raise Invalid("Please give it a name.", field=field)
    if len(name) > longest:
        raise Invalid(f"At most {longest} characters, please.", field=field)
    return name


def whole(typed: str, field: str, most: int, least: int = 0) -> int:
    """A whole number as it was typed; nothing is the least."""
    text = typed.strip()
    if not text:
        return least
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else -1
    if not least <= number <= most:
        raise Invalid(f"A whole number from {least} to {most}, please.", field=field)
    return number


def known_currency(typed: str) -> str:
    """A currency of ISO 4217."""
    code = typed.strip().upper()
    try:
        digits(code)
    except ValueError:
        raise Invalid("This is not a currency. Its three letters, please: EUR.", field="currency") from None
    return code


def amount(typed: str, currency: str, field: str) -> Money:
    """A price as it was typed, with a point and no more decimals than its currency has. Nothing typed is nothing."""
    text = typed.strip()
    if not text:
        return Money.zero(currency)
    found = AMOUNT.fullmatch(text)
    if not found or len(found[2] or "") > digits(currency):
        raise Invalid(
            f"An amount like {_example(currency)}, please: not below nothing, {_decimals(currency)}.", field=field
        )
    money = Money.of(Decimal(text), currency)
    if money.minor > MOST_MINOR:
        raise Invalid("This is more than anything here can cost.", field=field)
    return money


def coming(work: Work, moment: datetime | None) -> datetime:
    """From when a decision holds: now, or a moment that is still to come."""
    if moment is None or moment == work.now:
        return work.now
    if not work.now < moment <= work.now + MOST_AHEAD:
        raise Invalid("Please choose a moment that is still to come, within three years.", field="since")
    return moment


def _decimals(currency: str) -> str:
    return "with a point" if digits(currency) else f"without decimals, for {currency} has none"


def _example(currency: str) -> str:
    places = digits(currency)
    return f"12.{'50000'[:places]}" if places else "1250"
