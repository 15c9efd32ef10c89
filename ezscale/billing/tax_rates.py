"""The table of tax rates: reading it, and changing it from a day on without touching what was before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID

from pycountry import countries, subdivisions
from sqlalchemy import ColumnElement
from sqlmodel import col, select

from ezscale.accounts.permissions import MANAGE_TAX, SEE_EVERYTHING
from ezscale.billing.seller import seller
from ezscale.billing.tax import STANDARD_RATES, UK_RATE
from ezscale.billing.tax_book import TaxBook, clashing, place_key
from ezscale.billing.tax_rules import TaxRules
from ezscale.company.rules import rules
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.ids import new_id
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import CalculatedRate, TaxRate
from ezscale.models.plan import Family
from ezscale.models.tax import Buyers

LONG_AGO = date(2020, 1, 1)
POSTCODE_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -*?")
PAGE = 25
KNOWN = "tax_book"  # under this name a transaction keeps the book it has read


@dataclass(frozen=True, slots=True)
class NewRate:
    """A rate as it is typed: `percent` is exact, such as 9.975."""

    country: str
    name: str
    percent: str
    valid_from: date
    region: str = ""
    postcode: str = ""
    level: int = 1
    compound: bool = False
    category: str = ""
    buyers: Buyers = Buyers.EVERYBODY
    valid_to: date | None = None


def tax_book(work: Work) -> TaxBook:
    """Every rate and rule, read once in a transaction."""
    decided, home = rules(work, TaxRules), seller().country
    known: TaxBook | None = work.session.info.get(KNOWN)
    if known is None or known.rules != decided or known.home != home:
        work.session.flush()
        rates = list(work.session.exec(select(TaxRate))) or delivered_rates(work)
        found = work.session.exec(select(CalculatedRate)).all() if decided.us_service else ()
        calculated = {place_key(row.country, row.region, row.postcode): row for row in found}
        known = TaxBook(rates, decided, home, calculated if decided.us_service else None)
        work.session.info[KNOWN] = known
    return known


def stock_tax_rates(work: Work) -> None:
    """The standard rates of the EU and the United Kingdom, where there are no rates yet."""
    if work.session.exec(select(TaxRate.id).limit(1)).first() is None:
        work.session.add_all(delivered_rates(work))
        work.session.flush()
        work.session.info.pop(KNOWN, None)


def delivered_rates(work: Work) -> list[TaxRate]:
    """The rates that a new company starts with; it also goes by them for as long as its table is empty."""
    standard = {**STANDARD_RATES, "GB": UK_RATE}
    return [
        TaxRate(country=country, name="VAT", rate=rate * 100, valid_from=LONG_AGO, created_at=work.now)
        for country, rate in sorted(standard.items())
    ]


def tax_rates(
    work: Work,
    words: str = "",
    *,
    with_past: bool = False,
    before: UUID | None = None,
    limit: int = PAGE,
    by_country: bool = True,
    descending: bool = False,
) -> list[TaxRate]:
    """A page of rates by country, or by when they were added; those that are over only when they are asked for.

    `words` is looked for in the name of the tax and of the country, whose code finds it as well. Staff only.
    """
    work.actor.require(SEE_EVERYTHING)
    found = select(TaxRate)
    if not with_past:
        found = found.where((col(TaxRate.valid_to).is_(None)) | (col(TaxRate.valid_to) > work.today))
    if words := words.strip()[:100]:
        found = found.where(_named(words))
    by = col(TaxRate.country) if by_country else None
    page = page_of(found, col(TaxRate.id), before=before, limit=limit, by=by, descending=descending)
    return list(work.session.exec(page))


def add_rate(work: Work, typed: NewRate) -> TaxRate:
    """A new rate. Invalid, on the field, when it cannot be, or when its days run into those of another one."""
    work.actor.require(MANAGE_TAX)
    stock_tax_rates(work)
    rate = TaxRate(
        country=_country(typed.country),
        region=_region(typed.country, typed.region),
        postcode=_postcode(typed.postcode),
        name=_name(typed.name),
        rate=parts_of_a_million(typed.percent),
        level=_level(typed.level),
        compound=_compound(typed),
        category=_category(typed.category),
        buyers=typed.buyers,
        valid_from=typed.valid_from,
        valid_to=_end(typed.valid_from, typed.valid_to),
        created_at=work.now,
    )
    if (other := clashing(_locked(work, rate.country), rate)) is not None:
        days = f"from {other.valid_from}" + (f" to {other.valid_to}" if other.valid_to else "")
        raise Invalid(f"There is a rate for the same place {days}. Change or end that one.", field="valid_from")
    return _kept(work, rate, "tax rate added")


def change_rate(work: Work, rate_id: UUID, percent: str, valid_from: date) -> TaxRate:
    """Another rate from a day on: the old one ends there, and what was invoiced by it stays as it is."""
    work.actor.require(MANAGE_TAX)
    old = _rate_to_change(work, rate_id)
    rate = parts_of_a_million(percent)
    if valid_from <= old.valid_from:
        raise Invalid(f"This must be after {old.valid_from}, when the present rate began.", field="valid_from")
    if not old.holds_on(valid_from):
        raise Invalid(f"This rate has ended on {old.valid_to}. Please add a new one.", field="valid_from")
    if rate == old.rate:
        raise Invalid("This is the rate it has already.", field="percent")
    copied = old.model_dump(exclude={"id", "rate", "valid_from", "created_at"})
    new = TaxRate(**copied, id=new_id(), rate=rate, valid_from=valid_from, created_at=work.now)
    old.end(valid_from)
    work.session.add(old)
    return _kept(work, new, "tax rate changed")


def end_rate(work: Work, rate_id: UUID, day: date) -> TaxRate:
    """From this day on the place has this rate no more; one that never held is as if it had not been."""
    work.actor.require(MANAGE_TAX)
    rate = _rate_to_change(work, rate_id)
    if rate.valid_to is not None and rate.valid_to < day:
        raise Invalid(f"It ends already on {rate.valid_to}.", field="valid_to")
    rate.end(day)
    return _kept(work, rate, "tax rate ended")


def parts_of_a_million(percent: str) -> int:
    """23, 25.5 or 9.975 percent as parts of a million. Invalid for less than nothing, more than all, or finer parts."""
    try:
        exact = Decimal(percent.strip().removesuffix("%").strip().replace(",", ".")).scaleb(4)
        whole = int(exact)
    except (InvalidOperation, ValueError, OverflowError):
        raise Invalid("Please give a percentage, such as 23 or 9.975.", field="percent") from None
    if whole != exact or not 0 <= whole <= 1_000_000:
        raise Invalid("Please give a percentage from 0 to 100, with at most four decimals.", field="percent")
    return whole


def _named(words: str) -> ColumnElement[bool]:
    """Two letters are a country's code; anything else may be in its name, or in that of the tax."""
    if countries.get(alpha_2=words.upper()) is not None:
        return col(TaxRate.country) == words.upper()
    codes = [each.alpha_2 for each in countries if words.casefold() in each.name.casefold()]
    return col(TaxRate.country).in_(codes) | col(TaxRate.name).icontains(words, autoescape=True)


def _rate_to_change(work: Work, rate_id: UUID) -> TaxRate:
    rate = work.session.get(TaxRate, rate_id, with_for_update=True)
    if rate is None:
        raise NotFound("We could not find this tax rate.")
    return rate


def _locked(work: Work, country: str) -> Sequence[TaxRate]:
    """The rates of a country, held so that two people cannot add the same one."""
    return work.session.exec(select(TaxRate).where(TaxRate.country == country).with_for_update()).all()


def _kept(work: Work, rate: TaxRate, said: str) -> TaxRate:
    work.session.add(rate)
    work.session.flush()
    work.session.info.pop(KNOWN, None)
    work.record(said, ("tax_rate", rate.id))
    return rate


def _country(code: str) -> str:
    if countries.get(alpha_2=code) is None:
        raise Invalid("Please choose a country.", field="country")
    return code


def _region(country: str, typed: str) -> str:
    region = typed.strip().upper().removeprefix(f"{country}-")
    if region and subdivisions.get(code=f"{country}-{region}") is None:  # type: ignore[no-untyped-call]
        raise Invalid("This country has no such region in ISO 3166-2, such as QC or CA.", field="region")
    return region


def _postcode(typed: str) -> str:
    pattern = typed.strip().upper()
    if len(pattern) > 20 or not set(pattern) <= POSTCODE_LETTERS:
        raise Invalid("A postcode, or a pattern such as 35*, of letters, digits, * and ?.", field="postcode")
    return pattern


def _name(typed: str) -> str:
    name = " ".join(typed.split())
    if not name or len(name) > 30:
        raise Invalid("Please give the name that is printed on invoices, such as VAT.", field="name")
    return name


def _level(level: int) -> int:
    if level not in (1, 2):
        raise Invalid("A place has one or two levels of tax.", field="level")
    return level


def _compound(typed: NewRate) -> bool:
    if typed.compound and typed.level != 2:
        raise Invalid("Only a tax of level 2 can be taken from the one of level 1 as well.", field="compound")
    return typed.compound


def _category(typed: str) -> str:
    if typed and typed not in list(Family):
        raise Invalid("Please choose one from the list.", field="category")
    return typed


def _end(valid_from: date, valid_to: date | None) -> date | None:
    if valid_to is not None and valid_to <= valid_from:
        raise Invalid("This must be after the first day.", field="valid_to")
    return valid_to
