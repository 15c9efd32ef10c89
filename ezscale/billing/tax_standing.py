"""How customers stand towards the tax: what is known of their tax ids, and who is exempt."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy import select as choose
from sqlmodel import col, select

from ezscale.billing.due import DueCustomer
from ezscale.billing.tax import vat_id
from ezscale.billing.tax_book import Buyer
from ezscale.billing.tax_rules import TaxRules
from ezscale.kit.database import table_of
from ezscale.kit.work import Work
from ezscale.models import Customer, TaxExemption, TaxIdCheck
from ezscale.models.tax import TaxIdState

Known = Customer | DueCustomer


@dataclass(frozen=True, slots=True)
class Standing:
    """A customer's tax id as the register knows it (`number` is empty when no register does), and why they are exempt."""

    number: str = ""
    state: TaxIdState = TaxIdState.PENDING
    checked_at: datetime | None = None
    request_id: str = ""
    name: str = ""
    exemption: str = ""

    def counts(self, decided: TaxRules, now: datetime) -> bool:
        """Whether the tax id makes its owner a business: it was found valid, and not too long ago."""
        if not self.number:
            return False
        if self.state is TaxIdState.VALID and self.checked_at is not None:
            return now - self.checked_at <= timedelta(days=decided.valid_days)
        return self.state is TaxIdState.PENDING and decided.trust_unchecked_ids


NOBODY = Standing()
CHECKS = table_of(TaxIdCheck)
CHECK = [CHECKS.c[name] for name in ("customer_id", "number", "state", "checked_at", "request_id", "name")]


def standings(work: Work, customers: Collection[Known]) -> dict[UUID, Standing]:
    """How each of them stands today. One query for those with a tax id, one for exemptions."""
    numbers = {who.id: number for who in customers if (number := vat_id(who.tax_id, who.country))}
    checks = _checks(work, numbers)
    exempt = _exemptions(work, [who.id for who in customers])
    return {
        who_id: _standing(numbers.get(who_id, ""), checks.get(who_id), exempt.get(who_id, ""))
        for who_id in numbers.keys() | exempt.keys()
    }


def standing_of(work: Work, who: Known) -> Standing:
    """How one customer stands today."""
    return standings(work, [who]).get(who.id, NOBODY)


def buyer(who: Known, standing: Standing, decided: TaxRules, now: datetime) -> Buyer:
    """A customer as the tax sees them. Where no register is asked, a tax id is believed: no tax depends on it."""
    is_business = standing.counts(decided, now) if standing.number else bool(who.tax_id)
    return Buyer(who.country, who.region, who.postcode, is_business, standing.exemption)


def _standing(number: str, check: Row[Any] | None, exemption: str) -> Standing:
    if check is None:
        return Standing(number, exemption=exemption)
    return Standing(number, check.state, check.checked_at, check.request_id, check.name, exemption)


def _checks(work: Work, numbers: dict[UUID, str]) -> dict[UUID, Row[Any]]:
    if not numbers:
        return {}
    theirs = choose(*CHECK).where(CHECKS.c.customer_id.in_(numbers))
    return {
        check.customer_id: check
        for check in work.session.execute(theirs).all()
        if check.number == numbers[check.customer_id]
    }


def _exemptions(work: Work, customer_ids: Collection[UUID]) -> dict[UUID, str]:
    theirs = select(TaxExemption).where(
        col(TaxExemption.customer_id).in_(customer_ids), col(TaxExemption.withdrawn_at).is_(None)
    )
    return {row.customer_id: row.reason for row in work.session.exec(theirs) if row.holds_on(work.today)}
