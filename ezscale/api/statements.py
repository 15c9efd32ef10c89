"""Statements of account as files, for the customer's own bookkeeping or ours."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from ezscale import wiring
from ezscale.api.doors import Person
from ezscale.api.rates import Heavy
from ezscale.api.sheets import Line, sheet_text
from ezscale.billing.statement import Account, Statement, statement

router = APIRouter(include_in_schema=False)
COLUMNS = ("day", "what", "document", "charged", "paid", "balance", "currency")


@router.get("/api/documents/statements/{customer_id}", response_class=Response, dependencies=[Heavy])
def show_statement(customer_id: UUID, person: Person, since: date, until: date) -> Response:
    """A customer's account from one day to another, as CSV."""
    with wiring.database().reader(person)() as work:
        found = statement(work, customer_id, since, until)
        name, text = f"statement-{found.customer.number}-{since}-{until}.csv", statement_text(found)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def statement_text(found: Statement) -> str:
    """All its currencies, one after the other, each from its opening balance to its closing one."""
    return sheet_text([COLUMNS, *(line for account in found.accounts for line in _lines(found, account))])


def _lines(found: Statement, account: Account) -> list[Line]:
    moved = [
        (
            *(line.day.isoformat(), line.words, line.document),
            *(str(amount.major) for amount in (line.charged, line.paid, line.balance)),
            account.currency,
        )
        for line in account.lines
    ]
    opening, closing = str(account.opening.major), str(account.closing.major)
    return [
        (found.since.isoformat(), "Opening balance", "", "", "", opening, account.currency),
        *moved,
        (found.until.isoformat(), "Closing balance", "", "", "", closing, account.currency),
    ]
