"""Documents that were issued: whatever way somebody takes to change or remove one, it is refused, and nothing has changed."""

import pytest
from sqlalchemy import delete, insert, update
from sqlmodel import col, select

from ezscale.billing.credit_notes import issue_credit_note
from ezscale.billing.document_rules import InvoiceRules
from ezscale.billing.numbers import become_invoice
from ezscale.company.rules import set_rules
from ezscale.kit.database import table_of
from ezscale.kit.ids import new_id
from ezscale.models import CreditNote, CreditNoteLine, Frozen, Invoice, InvoiceLine
from ezscale.models.frozen import STILL_MOVES
from tests.billing.papers import a_line, drafts, owes

FROZEN = (Invoice, InvoiceLine, CreditNote, CreditNoteLine)


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


@pytest.fixture
def issued(at, ada):
    """An invoice with two lines, and a credit note on part of it."""
    invoice = owes(at, ada, a_line(10_000), a_line(5_000, "A second thing"))
    with at.robot() as work:
        line = work.session.exec(select(InvoiceLine)).first()
        issue_credit_note(work, invoice.id, {line.id: line.net}, "Not done")
    at.works()
    return invoice


def everything(at):
    with at.robot() as work:
        return [[row.model_dump() for row in work.session.exec(select(model))] for model in FROZEN]


def another(value):
    """Something else of the same kind."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return f"{value[:-1]}~" if value else "~"
        case dict() | list():
            return [{"name": "Bob"}]
    return None


def changed(at, model, name):
    """The row with another value in one column, as somebody would write it."""
    with at.robot() as work:
        row = work.session.exec(select(model)).first()
        value = getattr(row, name)
        if value is None:
            value = {"number": "INV-1", "proforma_number": "PF-1"}.get(name)
        return new_id() if value is None or name.endswith("_id") else another(value)


def refused(at, *deeds):
    """Each of them is, in a transaction of its own."""
    for deed in deeds:
        with pytest.raises(Frozen), at.robot() as work:
            deed(work)


def one(work, model):
    return work.session.exec(select(model)).first()


@pytest.mark.parametrize("model", FROZEN)
def test_no_column_of_an_issued_document_changes_row_by_row_or_in_bulk(at, issued, model):
    before, table = everything(at), table_of(model)
    frozen = set(table.c.keys()) - STILL_MOVES[table.name] - {"id"}

    def ways(name, value):
        def by_row(work):
            setattr(one(work, model), name, value)
            work.session.flush()

        return (
            by_row,
            lambda work: work.session.execute(update(model).values({name: value})),
            lambda work: work.session.connection().execute(update(table).values({name: value})),
            lambda work: work.session.connection().execute(update(table).ordered_values((name, value))),
            lambda work: work.session.bulk_update_mappings(model, [{"id": one(work, model).id, name: value}]),
        )

    for name in sorted(frozen):
        refused(at, *ways(name, changed(at, model, name)))

    assert len(frozen) >= 8
    assert everything(at) == before


@pytest.mark.all_databases
@pytest.mark.parametrize("model", FROZEN)
def test_no_issued_document_is_deleted(at, issued, model):
    before, table = everything(at), table_of(model)

    def by_row(work):
        work.session.delete(one(work, model))
        work.session.flush()

    refused(
        at,
        by_row,
        lambda work: work.session.execute(delete(model)),
        lambda work: work.session.connection().execute(delete(table).where(table.c.id == one(work, model).id)),
    )

    assert everything(at) == before


@pytest.mark.all_databases
def test_nothing_is_added_to_an_issued_invoice(at, issued):
    before, table = everything(at), table_of(InvoiceLine)
    with at.robot() as work:
        line = one(work, InvoiceLine).model_dump() | {"position": 3}

    def by_row(work):
        work.session.add(InvoiceLine(**line | {"id": new_id()}))
        work.session.flush()

    refused(at, by_row)
    for many in ([line | {"id": new_id()}], [line | {"id": new_id()}, line | {"id": new_id()}]):
        refused(
            at,
            lambda work, many=many: work.session.connection().execute(insert(table), many),
            lambda work, many=many: work.session.connection().execute(insert(table).values(many)),
        )

    assert everything(at) == before


def test_a_line_does_not_move_from_a_draft_to_an_issued_invoice(at, ada, issued):
    drafted = col(InvoiceLine.invoice_id) == drafts(at, ada).id

    def by_row(work):
        work.session.exec(select(InvoiceLine).where(drafted)).one().invoice_id = issued.id
        work.session.flush()

    refused(
        at, by_row, lambda work: work.session.execute(update(InvoiceLine).where(drafted).values(invoice_id=issued.id))
    )


def test_a_proforma_takes_its_number_once_and_keeps_everything_else(at, ada):
    with at.robot() as work:
        set_rules(work, InvoiceRules, {"proforma": True})
    proforma = owes(at, ada)

    for name, value in (("total_minor", 1), ("memo", "~"), ("proforma_number", "PF-9"), ("due_on", None)):
        with pytest.raises(Frozen), at.robot() as work:
            work.session.execute(update(Invoice).values({name: value}))
    with at.robot() as work:
        become_invoice(work, work.session.get_one(Invoice, proforma.id))
    with pytest.raises(Frozen), at.robot() as work:
        work.session.execute(update(Invoice).values(number="INV-2026-000002"))


def test_what_goes_on_happening_to_a_document_still_can(at, issued):
    with at.robot() as work:
        row = work.session.get_one(Invoice, issued.id)
        row.deliver(work.now)
        row.status = row.status
        work.session.flush()

    assert {name for moving in STILL_MOVES.values() for name in moving} == {
        *("status", "settled_minor", "credited_minor", "paid_at", "delivered_at")
    }
