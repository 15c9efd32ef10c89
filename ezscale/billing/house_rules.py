"""What staff decide about the nightly runs."""

from typing import ClassVar

from pydantic import Field

from ezscale.company.rules import Rules


class RenewalRules(Rules):
    """How renewals become invoices."""

    topic: ClassVar[str] = "renewals"
    title: ClassVar[str] = "Renewals"

    one_invoice_a_day: bool = Field(
        default=False,
        description="Everything of a customer that is billed on the same day stands on one invoice, due when the first "
        "of its periods begins. Otherwise each subscription has an invoice of its own.",
    )


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
        default=50, ge=1, le=1_000_000, description="A run that would do fewer than this never stops."
    )
    looks_back: int = Field(
        default=10,
        ge=1,
        le=100,
        title="Reports that say what is usual",
        description="The mean of so many of a run's last reports is what is usual. Without three it never stops.",
    )
