"""Numbers of documents: 1 to n in each series, whatever crashes and however many write, in the order of their days."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from ezscale.billing.invoicing import draft_invoice, issue_invoice
from ezscale.billing.lines import Position, price_line
from ezscale.billing.numbers import CREDIT_NOTES, INVOICES, PROFORMAS, take_document_numbers
from ezscale.kit.clock import FixedClock
from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.money import Money
from ezscale.kit.numbering import NumberSeries
from ezscale.kit.work import Database
from ezscale.models import CreditNote, Customer, Invoice
from tests.billing.papers import owes
from tests.builders import NO_TAX
from tests.company import Company
from tests.sizes import size

WRITERS, EACH, ROLLED_BACK = 8, size(40, 200), 0.1


class PowerCut(Exception):
    """The transaction is lost."""


@pytest.fixture
def crowd(database: Database, clock: FixedClock, tmp_path: Path) -> Company:
    """A company whose documents are counted here; they are too bare for the doctor."""
    return Company(database, clock, tmp_path, rounds=False)


def bare_note(work, invoice: Invoice) -> None:
    """The smallest credit note."""
    taken = take_document_numbers(work, CREDIT_NOTES)
    work.session.add(
        CreditNote(
            number=taken.numbers[0],
            invoice_id=invoice.id,
            customer_id=invoice.customer_id,
            currency="EUR",
            reason="Counted",
            issued_on=taken.day,
            created_at=work.now,
            net_minor=1,
            tax_minor=0,
            total_minor=1,
        )
    )


def bare_invoice(work, like: Invoice, *, as_proforma: bool = False) -> None:
    """The smallest invoice."""
    customer = work.session.get_one(Customer, like.customer_id)
    line = price_line(Position("One", Money(100, "EUR"), Money.zero("EUR")), NO_TAX)
    issue_invoice(work, draft_invoice(work, customer, [line], "EUR", NO_TAX), work.today, as_proforma=as_proforma)


@pytest.mark.all_databases
@pytest.mark.parametrize(
    ("series", "write", "of"),
    [
        (INVOICES, bare_invoice, (Invoice.number, Invoice.issued_on)),
        (PROFORMAS, lambda work, like: bare_invoice(work, like, as_proforma=True), (Invoice.proforma_number, None)),
        (CREDIT_NOTES, bare_note, (CreditNote.number, CreditNote.issued_on)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_eight_writers_leave_no_gap_and_no_double(crowd, series, write, of):
    number, day = of
    first = owes(crowd, crowd.signs_up("Ada Moreno"))
    before = 1 if series is INVOICES else 0

    def writes(seed):
        chance, written = random.Random(seed), 0
        for _ in range(EACH):
            crash = chance.random() < ROLLED_BACK
            while True:
                try:
                    with crowd.robot() as work:
                        write(work, first)
                        work.session.flush()
                        if crash:
                            raise PowerCut
                except TemporaryFailure:
                    continue
                except PowerCut:
                    break
                written += 1
                break
        return written

    with ThreadPoolExecutor(WRITERS) as pool:
        written = sum(pool.map(writes, range(WRITERS)))

    with crowd.robot() as work:
        numbers = sorted(work.session.exec(select(number).where(col(number).is_not(None))))
        counter = work.session.get_one(NumberSeries, series.of(work.today)).next_number
        days = list(work.session.exec(select(day).order_by(col(number)))) if day is not None else []
    assert written < WRITERS * EACH
    assert numbers == [f"{series.prefix}-2026-{place:06}" for place in range(1, written + before + 1)]
    assert counter == written + before + 1
    assert days == sorted(days)


@pytest.mark.parametrize("backwards", [timedelta(hours=1), timedelta(days=1)])
def test_who_waited_across_midnight_is_dated_like_the_one_before(at, backwards):
    at.clock.now = datetime(2026, 3, 3, 0, 0, 1, tzinfo=UTC)
    ada = at.signs_up("Ada Moreno")
    first = owes(at, ada)
    at.clock.now -= backwards

    second = owes(at, ada)

    assert (first.number, second.number) == ("INV-2026-000001", "INV-2026-000002")
    assert second.issued_on == first.issued_on
    at.clock.now += backwards
    at.works()


def test_each_year_and_each_kind_counts_for_itself(at):
    at.clock.now = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    with at.robot() as work:
        old = [take_document_numbers(work, series).numbers for series in (INVOICES, CREDIT_NOTES, PROFORMAS)]
        work.session.rollback()
    at.clock.now = datetime(2027, 1, 1, 0, 1, tzinfo=UTC)
    with at.robot() as work:
        new = take_document_numbers(work, CREDIT_NOTES, 2).numbers
        work.session.rollback()

    assert old == [["INV-2026-000001"], ["CN-2026-000001"], ["PF-2026-000001"]]
    assert new == ["CN-2027-000001", "CN-2027-000002"]
