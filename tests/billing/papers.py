"""Documents for tests: invoices over what a test says, for somebody who has signed up."""

from ezscale.billing.drafting import Wanted, WantedLine, draft_manual_invoice, issue_draft
from ezscale.billing.payments import settle_from_credit
from ezscale.kit.money import Money
from ezscale.models import Invoice
from tests.company import Company, Person


def euros(minor: int) -> Money:
    """So many cents."""
    return Money(minor, "EUR")


def a_line(minor: int = 1000, description: str = "Help with moving", **more: object) -> WantedLine:
    """Something that staff have done."""
    return WantedLine(description, euros(minor), **more)  # type: ignore[arg-type]  # what a test says


def drafts(at: Company, person: Person, *lines: WantedLine, **more: object) -> Invoice:
    """A draft that staff have written."""
    with at.robot() as work:
        return draft_manual_invoice(work, person.actor.own_customer(), Wanted(lines or (a_line(),), **more))  # type: ignore[arg-type]


def owes(at: Company, person: Person, *lines: WantedLine, **more: object) -> Invoice:
    """An invoice that staff have written and issued: 12.30 EUR unless the test says otherwise."""
    drafted = drafts(at, person, *lines, **more)
    with at.robot() as work:
        return issue_draft(work, drafted.id)


def pays_from_credit(at: Company, invoice: Invoice) -> None:
    """What credit can pay of it is paid."""
    with at.robot() as work:
        settle_from_credit(work, work.session.get_one(Invoice, invoice.id))


def again(at: Company, invoice: Invoice) -> Invoice:
    """The invoice as it is now."""
    with at.robot() as work:
        return work.session.get_one(Invoice, invoice.id)
