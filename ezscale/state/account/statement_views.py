"""A statement of account in words, for both sides of the counter."""

from dataclasses import dataclass, field
from datetime import date
from typing import Self
from uuid import UUID

from ezscale.billing.credit import credit_history
from ezscale.billing.statement import LONGEST, Account, Paper, StatementLine, statement
from ezscale.kit.errors import Invalid
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Customer
from ezscale.state.account.invoice_views import CreditRow
from ezscale.state.arguments import sent_id
from ezscale.state.reader import Reader


@dataclass
class StatementRow:
    """Something that moved the balance."""

    id: str
    day: str
    words: str
    document: str
    paper: str
    charged: str
    paid: str
    balance: str

    @classmethod
    def of(cls, line: StatementLine, reader: Reader) -> Self:
        """A line as a person reads it; what is nothing stays empty."""

        def shown(amount: Money) -> str:
            return reader.money(amount) if amount else ""

        sums = (shown(line.charged), shown(line.paid), reader.money(line.balance))
        return cls(str(line.id), reader.day(line.day), line.words, line.document, _address(line), *sums)


def _address(line: StatementLine) -> str:
    """Where the document behind a line is opened; nothing where there is none."""
    match line.paper:
        case Paper(credit_note_id=UUID() as note_id):
            return f"/api/documents/credit-notes/{note_id}.pdf"
        case Paper(invoice_id=UUID() as invoice_id):
            return f"/api/documents/invoices/{invoice_id}.pdf"
        case _:
            return ""


@dataclass
class AccountView:
    """One currency of a statement."""

    currency: str
    opening: str
    closing: str
    says: str
    lines: list[StatementRow]

    @classmethod
    def of(cls, account: Account, reader: Reader) -> Self:
        """An account with its lines, and what its end means."""
        minor = account.closing.minor
        says = "to pay" if minor > 0 else "in credit" if minor < 0 else "settled"
        opening, closing = reader.money(account.opening), reader.money(account.closing)
        return cls(account.currency, opening, closing, says, [StatementRow.of(line, reader) for line in account.lines])


@dataclass
class StatementView:
    """A statement with the period it is about, and the credit there is."""

    customer_id: str = ""
    name: str = ""
    since: str = ""
    until: str = ""
    period: str = ""
    accounts: list[AccountView] = field(default_factory=list)
    credit: list[CreditRow] = field(default_factory=list)


def statement_view(work: Work, customer_id: str, since: str, until: str, reader: Reader) -> StatementView:
    """The statement that an address asks for: of this year so far, unless it names a period that makes sense."""
    try:
        first, last = period_typed(since, until)
    except Invalid:
        first, last = date(work.today.year, 1, 1), work.today
    found = statement(work, sent_id(customer_id), first, last)
    return StatementView(
        customer_id=str(found.customer.id),
        name=name_of(found.customer),
        since=first.isoformat(),
        until=last.isoformat(),
        period=f"{reader.day(first)} to {reader.day(last)}",
        accounts=[AccountView.of(account, reader) for account in found.accounts],
        credit=[CreditRow.of(entry, reader) for entry in credit_history(work, found.customer.id)],
    )


def period_typed(since: str, until: str) -> tuple[date, date]:
    """The first and the last day of a period as somebody has typed them. Invalid beside its field."""
    first, last = day_typed(since, "since"), day_typed(until, "until")
    if first > last:
        raise Invalid("It begins after it ends.", field="since")
    if last - first > LONGEST:
        raise Invalid("Ten years at most.", field="since")
    return first, last


def day_typed(text: str, name: str) -> date:
    """A day as a browser's date field sends it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("Please write a day.", field=name) from None


def name_of(customer: Customer) -> str:
    """How a customer is called: by their company, if they have one."""
    return customer.company or customer.name
