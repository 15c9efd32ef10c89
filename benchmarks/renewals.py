"""The renewal run, against inserting the very same rows with the bare driver: executemany, or COPY on PostgreSQL."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, Table, func, select
from sqlmodel import SQLModel

from benchmarks.measuring import Place, Result, Watch, peak_mb
from ezscale.billing.renewal_rows import WRITTEN
from ezscale.billing.renewals import BLOCK, issue_renewals
from ezscale.billing.tax_rates import stock_tax_rates
from ezscale.kit import bulk
from ezscale.kit.actor import robot
from ezscale.kit.clock import FixedClock
from ezscale.kit.database import READING, table_of
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.work import Database
from ezscale.models import Invoice, InvoiceLine, LedgerEntry, Posting
from tests.bulk import write_book

SIZES = (1_000, 10_000, 100_000, 1_000_000)
AS_LONG_AT_MOST = {"sqlite": 4.0, "mariadb": 4.0, "postgres": 8.0}  # COPY asks for less than any insert
MOST_MB = 300
A_FEW = 1_000
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Rows = list[dict[str, Any]]


def measure(place: Place, size: int, rounds: int = 0) -> Iterator[Result]:
    """Rounds of both on copies of the same book, one after the other."""
    worker, book = place.database(), place.database()
    fill(worker, A_FEW)
    issue(worker)  # warm up
    fill(book, size)
    ours, nothing_due, driver = (Watch(place.kind) for _ in range(3))
    peak = 0.0
    for _ in range(rounds or (1 if size >= 100_000 else 3 if size >= 10_000 else 5)):
        billed = place.another(worker, book)
        before = counts(billed)
        with ours.running():
            issue(billed)
        peak = peak or peak_mb()
        with nothing_due.running():
            issue(billed)
        check(billed, before, size)
        copy = place.database(book)
        for rows in blocks(billed, copy):
            with_driver(copy, rows, driver)
        assert counts(copy) == counts(billed)
        copy.dispose()
        for watch in (ours, nothing_due, driver):
            watch.next_round()
    limit = AS_LONG_AT_MOST[place.kind]
    yield Result("renewals", size, place.kind, ours.median, driver.median, "s", peak, "bare driver", limit, MOST_MB)
    yield Result("renewals, nothing due", size, place.kind, nothing_due.median, ours.median, "s", peak, "the run", 0.05)


def fill(engine: Engine, count: int) -> None:
    """A book of subscriptions, and the tax rates that a company has."""
    write_book(engine, count, NOW)
    with Database(engine, FixedClock(NOW)).opener(robot("benchmark"))() as work:
        stock_tax_rates(work)


def issue(engine: Engine) -> None:
    """The run itself."""
    issue_renewals(Database(engine, FixedClock(NOW)).opener(robot("benchmark")))


def check(engine: Engine, before: dict[str, int], size: int) -> None:
    """Everybody was billed once, the numbers have no gap, and the ledger adds up to nothing."""
    grown = {name: count - before[name] for name, count in counts(engine).items()}
    invoices, postings = table_of(Invoice), table_of(Posting)
    with engine.connect() as connection:
        sums = connection.execute(select(func.sum(postings.c.amount_minor)).group_by(postings.c.currency)).scalars()
        last = connection.execute(select(invoices.c.id).where(invoices.c.number == f"INV-2026-{size:06}")).first()
        assert all(int(sum_) == 0 for sum_ in sums)
    assert grown["invoice"] == size
    assert grown["invoice_line"] == size + (size + 1) // 2
    assert grown["outbox_event"] >= size
    assert last is not None  # so many numbers, and the last of them: none was left out


def counts(engine: Engine) -> dict[str, int]:
    """How many rows the tables hold that a run writes to."""
    with engine.connect() as connection:
        return {
            table.name: int(connection.execute(select(func.count()).select_from(table)).scalar() or 0)
            for table in map(table_of, WRITTEN)
        }


def blocks(source: Engine, target: Engine) -> Iterator[dict[Table, Rows]]:
    """The written rows, an invoice with all that belongs to it in one block, in the run's own order of tables."""
    tables = {model: table_of(model) for model in WRITTEN}
    invoices, outbox = tables[Invoice], tables[OutboxEvent]
    with target.connect() as connection:
        known = {model: set(connection.execute(select(table.c.id)).scalars()) for model, table in tables.items()}
    with source.connect() as connection:

        def read(model: type[SQLModel], column: str, values: Sequence[Any]) -> Rows:
            table = tables[model]
            found: Rows = []
            for start in range(0, len(values), 200):
                wanted = select(table).where(table.c[column].in_(values[start : start + 200]))
                found += [dict(row) for row in connection.execute(wanted).mappings() if row["id"] not in known[model]]
            return found

        ids = connection.execute(select(invoices.c.id).order_by(invoices.c.number)).scalars().all()
        events = connection.execute(select(outbox.c.id).order_by(outbox.c.id)).scalars().all()
        a_block = -(-len(events) * BLOCK // len(ids))
        for number, start in enumerate(range(0, len(ids), BLOCK)):
            block = ids[start : start + BLOCK]
            keys = [f"{kind}:{invoice_id.hex}{end}" for invoice_id in block for kind, end in ENTRIES]
            entry_rows = read(LedgerEntry, "once_key", keys)
            rows = {
                Invoice: read(Invoice, "id", block),
                InvoiceLine: read(InvoiceLine, "invoice_id", block),
                LedgerEntry: entry_rows,
                Posting: read(Posting, "entry_id", [row["id"] for row in entry_rows]),
                OutboxEvent: read(OutboxEvent, "id", events[number * a_block : (number + 1) * a_block]),
            }
            rows |= {model: read(model, "once_key", keys) for model in WRITTEN if model not in rows}
            yield {tables[model]: rows[model] for model in WRITTEN if rows[model]}


ENTRIES = (("invoice", ""), ("credit", ":0"))


def with_driver(engine: Engine, rows: dict[Table, Rows], watch: Watch) -> None:
    """Insert as the driver itself does, with values that are in its own form already."""
    raw = engine.raw_connection()
    cursor: Any = raw.cursor()
    ready = [(table, list(values[0]), in_drivers_form(engine, table, values)) for table, values in rows.items()]
    with watch.running():
        if engine.dialect.name == "sqlite":
            cursor.execute("BEGIN IMMEDIATE")
        for table, names, values in ready:
            columns = f"{table.name} ({', '.join(names)})"
            if engine.dialect.name == "postgresql":
                with cursor.copy(f"COPY {columns} FROM STDIN") as copy:
                    for value in values:
                        copy.write_row(value)
            else:
                mark = "?" if engine.dialect.name == "sqlite" else "%s"
                marks = ", ".join([mark] * len(names))
                cursor.executemany(f"INSERT INTO {columns} VALUES ({marks})", values)  # noqa: S608  # names of our own
        raw.commit()
    raw.close()


def in_drivers_form(engine: Engine, table: Table, rows: Rows) -> list[tuple[Any, ...]]:
    """The rows as the driver takes them."""
    with engine.execution_options(**{READING: True}).connect() as connection:
        return bulk.in_drivers_form(connection, table, rows)
