"""Documents that were issued stay as they are: whatever would change or remove one is refused before it reaches the database.

It looks at the statements themselves, so it holds for rows that are changed one by one and for updates of many alike.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Delete, Engine, Insert, Table, Update, event, select
from sqlalchemy.sql import ColumnElement

from ezscale.kit.database import table_of
from ezscale.kit.errors import BusinessError
from ezscale.models.credit_note import CreditNote, CreditNoteLine
from ezscale.models.invoice import Invoice, InvoiceLine, InvoiceStatus


class Frozen(BusinessError):
    """The document has been issued: it is corrected by another one, never changed."""


INVOICE, LINE = table_of(Invoice), table_of(InvoiceLine)
NOTE, NOTE_LINE = table_of(CreditNote), table_of(CreditNoteLine)
# What goes on happening to a document after it was issued.
STILL_MOVES = {
    INVOICE.name: {"status", "settled_minor", "credited_minor", "paid_at", "delivered_at"},
    LINE.name: set(),
    NOTE.name: {"delivered_at"},
    NOTE_LINE.name: set(),
}
TAKEN_ONCE = {"number", "issued_on"}  # by a proforma, with its first money
WORDS = "This document has been issued and never changes. Correct it with a credit note."
Values = Mapping[str, Any]


@event.listens_for(Engine, "before_execute")
def refuse_to_change_documents(
    connection: Connection, statement: Any, many: Sequence[Values], one: Values, _options: Values
) -> None:
    """Frozen for a statement that would change, remove or add to what was issued."""
    if not isinstance(statement, Update | Delete | Insert) or not isinstance(statement.table, Table):
        return
    table, rows = statement.table, list(many) or [one]
    if table.name not in STILL_MOVES:
        return
    match statement:
        case Insert() if table is LINE:
            _refuse(connection, _added_to(statement, rows))
        case Delete():
            _refuse_where(connection, statement, table, rows)
        case Update():
            changed = _columns_set(statement, table, rows) - STILL_MOVES[table.name]
            if table is LINE and "invoice_id" in changed:
                _refuse(connection, _added_to(statement, rows))
            if changed:
                free = INVOICE.c.number.is_(None) if table is INVOICE and changed <= TAKEN_ONCE else None
                _refuse_where(connection, statement, table, rows, free)
        case _:
            pass


def _columns_set(statement: Update, table: Table, rows: Sequence[Values]) -> set[str]:
    named = {str(getattr(column, "key", column)) for column in statement._values or {}}  # noqa: SLF001  # what it sets
    return named | {name for row in rows for name in row if name in table.c}


def _added_to(statement: Insert | Update, rows: Sequence[Values]) -> ColumnElement[bool]:
    given = [getattr(value, "value", value) for value in _inline(statement, "invoice_id")]
    invoices = {*given, *(row["invoice_id"] for row in rows if "invoice_id" in row)}
    return INVOICE.c.id.in_(invoices) & (INVOICE.c.status != InvoiceStatus.DRAFT)


def _inline(statement: Insert | Update, name: str) -> list[Any]:
    blocks = statement._multi_values if isinstance(statement, Insert) else ()  # noqa: SLF001  # rows within the statement
    several = [row for block in blocks for row in block]
    rows: list[Any] = [statement._values or {}, *several]  # noqa: SLF001
    return [value for row in rows for column, value in row.items() if getattr(column, "key", column) == name]


def _refuse_where(
    connection: Connection,
    statement: Update | Delete,
    table: Table,
    rows: Sequence[Values],
    free: ColumnElement[bool] | None = None,
) -> None:
    where = statement.whereclause
    hit = select(table.c.id)
    if where is not None:
        hit = hit.where(where)
    if table is INVOICE:
        hit = hit.where(INVOICE.c.status != InvoiceStatus.DRAFT)
    if table is LINE:
        hit = hit.join(INVOICE, INVOICE.c.id == LINE.c.invoice_id).where(INVOICE.c.status != InvoiceStatus.DRAFT)
    if free is not None:
        hit = hit.where(~free)
    for row in rows:
        if connection.execute(hit.limit(1), row).first() is not None:
            raise Frozen(WORDS)


def _refuse(connection: Connection, issued: ColumnElement[bool]) -> None:
    if connection.execute(select(INVOICE.c.id).where(issued).limit(1)).first() is not None:
        raise Frozen(WORDS)
