"""What the house decides about its invoices."""

from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import ClassVar

from pydantic import Field, field_validator

from ezscale.company.rules import Rules
from ezscale.kit.money import Money


class InvoiceRules(Rules):
    """How invoices are issued, and what being late costs."""

    topic: ClassVar[str] = "invoices"
    title: ClassVar[str] = "Invoices and late fees"

    proforma: bool = Field(
        default=False,
        title="Begin with a proforma",
        description="Ask for money with a proforma; the invoice takes its number and its date when the first money comes.",
    )
    due_days: int = Field(
        default=14, ge=0, le=365, title="Days to pay", description="For an invoice that staff have written."
    )
    late_fee: bool = Field(
        default=False, title="Ask for a late fee", description="When an invoice is paid late, once for each."
    )
    late_fee_after_days: int = Field(
        default=14, ge=1, le=365, title="Days until the late fee", description="Counted from the due date."
    )
    late_fee_percent: Decimal = Field(
        default=Decimal(0),
        ge=0,
        le=100,
        decimal_places=2,
        title="Late fee in percent",
        description="A share of what is unpaid, with two decimals at most.",
    )
    late_fee_fixed: str = Field(
        default="",
        max_length=200,
        title="Late fee as a sum",
        description="On top of the share, for each currency, as in: EUR 5.00, USD 6.00.",
    )

    @field_validator("late_fee_fixed")
    @classmethod
    def _sums(cls, typed: str) -> str:
        sums = _read_sums(typed)
        if any(amount.minor < 0 for amount in sums.values()):
            raise ValueError("A fee is never below nothing.")
        return ", ".join(f"{currency} {amount.major}" for currency, amount in sums.items())

    def late_fee_on(self, unpaid: Money) -> Money:
        """What being late costs with so much unpaid."""
        share = unpaid.share(Fraction(self.late_fee_percent) / 100)
        return share + _read_sums(self.late_fee_fixed).get(unpaid.currency, Money.zero(unpaid.currency))

    def late_before(self, today: date) -> date:
        """The last due date for which the fee is asked today."""
        return date.fromordinal(today.toordinal() - self.late_fee_after_days)


def _read_sums(typed: str) -> dict[str, Money]:
    """EUR 5.00, USD 6.00: by currency, which may also stand behind. ValueError, in words, for anything else."""
    sums = {}
    for part in filter(None, (part.strip() for part in typed.split(","))):
        try:
            currency, amount = sorted(part.upper().split(), key=lambda word: not word.isalpha())
            money = Money.of(Decimal(amount), currency)
        except (InvalidOperation, ValueError):
            raise ValueError("Write an amount and its currency, as in: EUR 5.00, USD 6.00.") from None
        sums[money.currency] = money
    return sums
