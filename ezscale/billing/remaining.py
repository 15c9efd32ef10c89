"""What can still be taken back of the lines of issued invoices."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.lines import PricedLine
from ezscale.kit.errors import Invalid
from ezscale.kit.money import Money, total
from ezscale.kit.work import Work
from ezscale.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine


@dataclass(frozen=True, slots=True)
class Remaining:
    """What can still be taken back of a line: its net and each of its taxes, as the notes before have left them."""

    line: InvoiceLine
    net: Money
    taxes: tuple[dict[str, Any], ...]

    @property
    def tax(self) -> Money:
        """All its taxes together."""
        return Money(sum(tax["minor"] for tax in self.taxes), self.net.currency)

    @property
    def gross(self) -> Money:
        """What the customer gets back for it."""
        return self.net + self.tax

    def part(self, net: Money) -> list[dict[str, Any]]:
        """The taxes to take back with so much of the net. The last part takes all that is left, to the minor unit."""
        if net == self.net:
            return list(self.taxes)
        taken = Fraction(self.line.net_minor - self.net.minor + net.minor, self.line.net_minor)
        return [
            {**tax, "minor": Money(whole["minor"], net.currency).share(taken).minor - whole["minor"] + tax["minor"]}
            for tax, whole in zip(self.taxes, taxes_of(self.line), strict=True)
        ]

    def taxes_as_in(self, given: PricedLine) -> list[dict[str, Any]]:
        """The taxes that a line gives back, as a credit note keeps them. Invalid for more than is left of one."""
        back = [-part.amount.minor for part in given.parts]
        taxes = [{**tax, "minor": minor} for tax, minor in zip(self.taxes, back, strict=True)]
        if any(minor > tax["minor"] for tax, minor in zip(self.taxes, back, strict=True)):
            raise Invalid(f"Of {self.line.description}, {self.gross} can be taken back and no more.", field="parts")
        return taxes


def remaining(work: Work, invoices: Sequence[Invoice]) -> list[Remaining]:
    """What is left of every line of these invoices, in the order of their lines. Two queries."""
    known = {invoice.id: invoice for invoice in invoices}
    taken: dict[UUID, list[CreditNoteLine]] = {}
    before = (
        select(CreditNoteLine)
        .join(CreditNote, col(CreditNote.id) == CreditNoteLine.credit_note_id)
        .where(col(CreditNote.invoice_id).in_(known))
    )
    for note_line in work.session.exec(before):
        taken.setdefault(note_line.invoice_line_id, []).append(note_line)
    lines = select(InvoiceLine).where(col(InvoiceLine.invoice_id).in_(known))
    in_order = work.session.exec(lines.order_by(col(InvoiceLine.invoice_id), col(InvoiceLine.position)))
    return [_rest(line, taken.get(line.id, []), known[line.invoice_id]) for line in in_order]


def taxes_of(line: InvoiceLine) -> list[dict[str, Any]]:
    """The taxes on a line, as it keeps them. Lines of the release before kept one tax for all."""
    if line.taxes is not None:
        return line.taxes
    return [{"name": line.tax_name, "place": "", "rate": line.tax_rate * 100, "minor": line.tax_minor}]


def _rest(line: InvoiceLine, taken: Sequence[CreditNoteLine], invoice: Invoice) -> Remaining:
    net = line.net - total((each.net for each in taken), line.currency)
    taxes = tuple(
        {
            **tax,
            "place": tax["place"] or invoice.tax_country,
            "minor": tax["minor"] - sum(each.taxes[place]["minor"] for each in taken),
        }
        for place, tax in enumerate(taxes_of(line))
    )
    return Remaining(line, net, taxes)
