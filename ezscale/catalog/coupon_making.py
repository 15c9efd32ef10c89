"""Making codes that lower a price, one or many at a time, and ending them. What was used never changes its value."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import MANAGE_COUPONS
from ezscale.accounts.signing_up import clean_line
from ezscale.catalog.cycles import CYCLES
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Coupon, CouponUse, Plan
from ezscale.models.coupon import CouponKind

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,38}[A-Z0-9]")
PREFIX = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is read for another
RANDOM = 8  # letters of a single code: too many to try
MOST_AT_ONCE = 1000
HUGE = 10**12  # minor units: no price comes near
SAME = "This code has been used: what it gives stays. End it, and make another one."


@dataclass(frozen=True, slots=True)
class Terms:
    """What a coupon gives, to whom, and for how long. `until` is the last day; what is None or empty has no limit."""

    kind: CouponKind = CouponKind.PERCENT
    percent: int = 0
    amounts: Mapping[str, int] = field(default_factory=dict)
    cycles: int | None = 1
    plans: Sequence[str] = ()
    months: Sequence[int] = ()
    new_customers_only: bool = False
    referred_only: bool = False
    max_uses: int | None = None
    uses_each: int | None = None
    since: date | None = None
    until: date | None = None
    note: str = ""


def make_coupon(work: Work, code: str, terms: Terms) -> Coupon:
    """A new code. Invalid, on the first field that cannot be, otherwise."""
    work.actor.require(MANAGE_COUPONS)
    clean = code.strip().upper()
    if not CODE.fullmatch(clean):
        raise Invalid("Please use 4 to 40 letters, digits and hyphens.", field="code")
    if work.session.exec(select(Coupon.id).where(Coupon.code == clean)).first():
        raise Invalid("There is such a code already.", field="code")
    coupon = Coupon(code=clean, **_columns(work, terms))
    work.session.add(coupon)
    work.session.flush()
    return coupon


def make_codes(work: Work, prefix: str, number: int, terms: Terms) -> list[Coupon]:
    """So many codes that begin alike, each for one use. Invalid, on the first field that cannot be, otherwise."""
    work.actor.require(MANAGE_COUPONS)
    begin = prefix.strip().upper().rstrip("-")
    if not PREFIX.fullmatch(begin):
        raise Invalid("Please use up to 20 letters, digits and hyphens.", field="prefix")
    if not 1 <= number <= MOST_AT_ONCE:
        raise Invalid(f"From 1 to {MOST_AT_ONCE} at a time.", field="number")
    columns = _columns(work, replace(terms, max_uses=1))
    coupons = [Coupon(code=code, **columns) for code in _free_codes(work, begin, number)]
    work.session.add_all(coupons)
    work.session.flush()
    return coupons


def change_coupon(work: Work, coupon_id: UUID, terms: Terms) -> Coupon:
    """Other terms for a code; of one that was used only its end, how often it may be used, and the note.

    Invalid, on the first field that cannot be, otherwise.
    """
    coupon = coupon_to_change(work, coupon_id)
    before = terms_of(work, coupon)
    columns = _columns(work, terms, begun=coupon.since if terms.since == before.since else None)
    if was_used(work, coupon.id):
        for name in _given(before, terms):
            raise Invalid(SAME, field=name)
    if coupon.max_uses is not None and terms.max_uses is not None and terms.max_uses < coupon.used:
        raise Invalid(f"It has been used {coupon.used} times.", field="max_uses")
    for name, value in columns.items():
        setattr(coupon, name, value)
    work.session.add(coupon)
    return coupon


def end_coupon(work: Work, coupon_id: UUID) -> Coupon:
    """Nobody can use a code any more; whoever has keeps what it gave them."""
    coupon = coupon_to_change(work, coupon_id)
    coupon.end(work.now)
    work.session.add(coupon)
    return coupon


def terms_of(work: Work, coupon: Coupon) -> Terms:
    """A coupon as it was typed."""
    zone = work.zone
    return Terms(
        kind=coupon.kind,
        percent=coupon.percent,
        amounts=dict(coupon.amounts or {}),
        cycles=coupon.cycles,
        plans=tuple(coupon.plans or ()),
        months=tuple(coupon.months or ()),
        new_customers_only=coupon.new_customers_only,
        referred_only=coupon.referred_only,
        max_uses=coupon.max_uses,
        uses_each=coupon.uses_each,
        since=coupon.since.astimezone(zone).date(),
        until=(coupon.until - timedelta(microseconds=1)).astimezone(zone).date() if coupon.until else None,
        note=coupon.note,
    )


def coupon_to_change(work: Work, coupon_id: UUID) -> Coupon:
    """One coupon, locked until the transaction ends and read afresh. NotFound when there is none."""
    work.actor.require(MANAGE_COUPONS)
    locked = select(Coupon).where(Coupon.id == coupon_id).with_for_update()
    coupon = work.session.exec(locked.execution_options(populate_existing=True)).first()
    if coupon is None:
        raise NotFound("We could not find this coupon.")
    return coupon


def was_used(work: Work, coupon_id: UUID) -> bool:
    """Whether any order has ever counted against it."""
    return work.session.exec(select(CouponUse.id).where(CouponUse.coupon_id == coupon_id).limit(1)).first() is not None


def amounts_typed(text: str) -> dict[str, int]:
    """Sums as people write them, "EUR 5, USD 6.50", as minor units by currency. Invalid, on `amounts`, otherwise."""
    amounts: dict[str, int] = {}
    for part in filter(None, (piece.strip() for piece in re.split(r"[,;\n]", text))):
        words = part.upper().split()
        if len(words) != 2 or words[0] in amounts:
            raise Invalid("Please write one sum for each currency: EUR 5, USD 6.50", field="amounts")
        try:
            amounts[words[0]] = Money.of(words[1], words[0]).minor
        except (ValueError, ArithmeticError):
            raise Invalid(f"We cannot read “{part[:30]}” as a currency and a sum.", field="amounts") from None
    return amounts


def _columns(work: Work, terms: Terms, begun: datetime | None = None) -> dict[str, Any]:
    """The columns of a coupon with these terms. What its kind has no use for stays out."""
    percent, amounts = _value(terms)
    _require_limits(work, terms)
    zone = work.zone
    since = begun or (datetime.combine(terms.since, time(), zone) if terms.since else work.now)
    until = datetime.combine(terms.until + timedelta(days=1), time(), zone) if terms.until else None
    if until is not None and until <= since:
        raise Invalid("It would end before it begins.", field="until")
    only = next(iter(amounts.items())) if terms.kind is CouponKind.FIXED and len(amounts) == 1 else ("", 0)
    return {
        "kind": terms.kind,
        "percent": percent,
        "amounts": amounts or None,
        "currency": only[0],  # this and the next are for the release before
        "amount_minor": only[1],
        "cycles": 1 if terms.kind is CouponKind.FREE_SETUP else terms.cycles,
        "plans": list(terms.plans) or None,
        "months": list(terms.months) or None,
        "new_customers_only": terms.new_customers_only,
        "referred_only": terms.referred_only,
        "max_uses": terms.max_uses,
        "uses_each": terms.uses_each,
        "since": since,
        "until": until,
        "note": clean_line(terms.note, "note", 200),
    }


def _value(terms: Terms) -> tuple[int, dict[str, int]]:
    match terms.kind:
        case CouponKind.PERCENT:
            if not 1 <= terms.percent <= 100:
                raise Invalid("From 1 to 100.", field="percent")
            return terms.percent, {}
        case CouponKind.FREE_SETUP:
            return 0, {}
        case CouponKind.FIXED | CouponKind.OVERRIDE:
            lowest = 0 if terms.kind is CouponKind.OVERRIDE else 1
            if not terms.amounts:
                raise Invalid("Please give a sum for at least one currency.", field="amounts")
            for currency, minor in terms.amounts.items():
                if not lowest <= minor < HUGE:
                    raise Invalid(f"This cannot be a sum in {currency}.", field="amounts")
            return 0, dict(terms.amounts)


def _require_limits(work: Work, terms: Terms) -> None:
    if terms.kind is CouponKind.OVERRIDE and len(terms.months) != 1:
        raise Invalid("Another price is for one billing cycle: please choose it.", field="months")
    if any(months not in CYCLES for months in terms.months):
        raise Invalid("Please choose from the list.", field="months")
    known = set(work.session.exec(select(Plan.slug).where(col(Plan.slug).in_(terms.plans)))) if terms.plans else set()
    if set(terms.plans) - known:
        raise Invalid("Please choose from the list.", field="plans")
    for name, value in (("cycles", terms.cycles), ("max_uses", terms.max_uses), ("uses_each", terms.uses_each)):
        if value is not None and not 1 <= value <= 1_000_000:
            raise Invalid("Please give a number from 1 on, or leave it empty.", field=name)


def _given(before: Terms, after: Terms) -> list[str]:
    """What two terms do not have in common, of that which stays once somebody has used it."""
    stays = ("kind", "percent", "amounts", "cycles", "plans", "months")
    whose = ("new_customers_only", "referred_only", "uses_each", "since")
    return [name for name in (*stays, *whose) if _plain(getattr(before, name)) != _plain(getattr(after, name))]


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list | tuple) else value


def _free_codes(work: Work, prefix: str, number: int) -> list[str]:
    """Codes that nobody can guess and that are not there yet."""
    codes: set[str] = set()
    while len(codes) < number:
        fresh = {f"{prefix}-{_random()}" for _ in range(number - len(codes))}
        taken: set[str] = set(work.session.exec(select(Coupon.code).where(col(Coupon.code).in_(fresh))))
        codes |= fresh - taken
    return sorted(codes)


def _random() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(RANDOM))
