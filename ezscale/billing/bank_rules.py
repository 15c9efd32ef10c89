"""The bank account to which customers can transfer what they owe."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field, field_validator
from stdnum import bic, iban
from stdnum.exceptions import ValidationError

from ezscale.billing.seller import seller
from ezscale.company.rules import Rules, rules
from ezscale.kit.work import Work


class BankRules(Rules):
    """An account, named on invoices that wait for their money; nothing is named without an IBAN."""

    topic: ClassVar[str] = "bank_transfer"
    title: ClassVar[str] = "Bank transfer"

    iban: str = Field(
        default="",
        max_length=50,
        title="IBAN",
        description="Customers see it on what they have to pay, and on paper. Empty: we take no bank transfers.",
    )
    holder: str = Field(
        default="",
        max_length=70,
        title="Account holder",
        description="Whose account it is. Empty: the company, as it stands on invoices.",
    )
    bic: str = Field(default="", max_length=20, title="BIC", description="Transfers from other countries may need it.")
    bank: str = Field(default="", max_length=70, title="Bank", description="What the bank is called.")
    currencies: tuple[str, ...] = Field(
        default=(),
        max_length=30,
        description="In which the account takes transfers, as in EUR, GBP. Empty: in all of them.",
    )

    @field_validator("iban")
    @classmethod
    def _account(cls, typed: str) -> str:
        if not typed.strip():
            return ""
        try:
            return str(iban.validate(typed))
        except ValidationError:
            raise ValueError("There is no such IBAN. Please check its figures.") from None

    @field_validator("bic")
    @classmethod
    def _bank(cls, typed: str) -> str:
        if not typed.strip():
            return ""
        try:
            return str(bic.validate(typed))
        except ValidationError:
            raise ValueError("There is no such BIC. It has 8 or 11 letters and figures.") from None

    @field_validator("currencies")
    @classmethod
    def _codes(cls, typed: tuple[str, ...]) -> tuple[str, ...]:
        codes = tuple(code.strip().upper() for code in typed)
        if any(not (len(code) == 3 and code.isascii() and code.isalpha()) for code in codes):
            raise ValueError("Please type codes of currencies, like EUR, GBP.")
        return codes


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where to transfer money, as people write it."""

    holder: str
    iban: str
    bic: str
    bank: str

    @property
    def parts(self) -> tuple[str, ...]:
        """All of it, for a line of print."""
        named = (self.holder, f"IBAN {self.iban}", f"BIC {self.bic}" if self.bic else "", self.bank)
        return tuple(part for part in named if part)


def account_for(work: Work, currency: str) -> BankAccount | None:
    """Our account for a currency; None where we take no transfers in it."""
    decided = rules(work, BankRules)
    if not decided.iban or (decided.currencies and currency not in decided.currencies):
        return None
    return BankAccount(decided.holder.strip() or seller().name, iban.format(decided.iban), decided.bic, decided.bank)
