"""What staff decide about the nightly runs, and about asking for money."""

from typing import Any, ClassVar

from pydantic import Field, field_validator

from ezscale.company.rules import Rules
from ezscale.kit.money import Money

MOST = 10  # beyond this a smallest charge is a slip of the finger, and nobody would be charged


def _own(period: str) -> Any:
    return Field(
        default=None,
        ge=0,
        le=90,
        title=f"Days before {period}",
        description="Where it has days of its own. Empty: as many as before any other period.",
    )


class RenewalRules(Rules):
    """How renewals become invoices."""

    topic: ClassVar[str] = "renewals"
    title: ClassVar[str] = "Renewals"

    one_invoice_a_day: bool = Field(
        default=False,
        description="Everything of a customer that is billed on the same day stands on one invoice, due when the first "
        "of its periods begins. Otherwise each subscription has an invoice of its own.",
    )
    invoice_days_before: int = Field(
        default=14,
        ge=0,
        le=90,
        title="Days before a period",
        description="An invoice is written so many days before the period begins that it is for.",
    )
    days_before_monthly: int | None = _own("a monthly period")
    days_before_quarterly: int | None = _own("a quarterly period")
    days_before_half_yearly: int | None = _own("a half-yearly period")
    days_before_yearly: int | None = _own("a yearly period")
    days_before_two_years: int | None = _own("a period of two years")
    days_before_three_years: int | None = _own("a period of three years")
    first_period_until: int = Field(
        default=0,
        ge=0,
        le=28,
        title="Day of the month on which new orders renew",
        description="The first invoice of an order is for the days up to this day, and whole periods follow from it on. "
        "0: each order renews on the day on which it began.",
    )
    next_period_below: int = Field(
        default=0,
        ge=0,
        le=28,
        title="Days too few for an invoice of their own",
        description="When fewer days than this are left up to that day, the first invoice of an order is for the next "
        "whole period as well. 0: never.",
    )

    @property
    def own_days(self) -> dict[int, int]:
        """How many days before periods are invoiced whose length has days of its own, by months."""
        typed = {
            1: self.days_before_monthly,
            3: self.days_before_quarterly,
            6: self.days_before_half_yearly,
            12: self.days_before_yearly,
            24: self.days_before_two_years,
            36: self.days_before_three_years,
        }
        return {months: days for months, days in typed.items() if days not in (None, self.invoice_days_before)}


class NightRules(Rules):
    """When a nightly run stops by itself and asks, because it would do far more than it usually does."""

    topic: ClassVar[str] = "night"
    title: ClassVar[str] = "The brake of the nightly runs"

    jump_factor: float = Field(
        default=3,
        ge=1.1,
        le=100,
        title="How many times the usual",
        description="A run stops when it would do more than this many times what is usual.",
    )
    at_least: int = Field(
        default=50,
        ge=1,
        le=1_000_000,
        title="Smallest run that can stop",
        description="A run that would do fewer than this never stops.",
    )
    looks_back: int = Field(
        default=10,
        ge=1,
        le=100,
        title="Reports that say what is usual",
        description="The mean of so many of a run's last reports is what is usual. Without three it never stops.",
    )


class PaymentRules(Rules):
    """How money is asked for."""

    topic: ClassVar[str] = "payments"
    title: ClassVar[str] = "Payments"

    smallest_charge: dict[str, int] = Field(
        default_factory=lambda: {"EUR": 50, "GBP": 50, "USD": 50},
        description="What the gateway charges at least, by currency. Less than that stays open, and is charged together "
        "with the next invoice.",
    )
    card_expiry_notice_days: int = Field(
        default=30,
        ge=0,
        le=90,
        title="Days before a card expires",
        description="So long before, a customer whose card is charged after that is asked for a new one. It is charged "
        "nevertheless: banks often renew a card quietly. 0: nobody is asked.",
    )

    @field_validator("smallest_charge")
    @classmethod
    def _small(cls, typed: dict[str, int]) -> dict[str, int]:
        if any(not 0 <= minor <= Money.of(MOST, currency).minor for currency, minor in typed.items()):
            raise ValueError(f"From nothing to {MOST} of each currency.")
        return typed
