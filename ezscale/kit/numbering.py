"""Numbers that people see: 1, 2, 3 … without a gap, whatever fails in between."""

from typing import ClassVar

from sqlalchemy import NullPool, create_engine
from sqlmodel import Field, Session, SQLModel, select

from ezscale.kit.database import insert_new, table_of


class NumberSeries(SQLModel, table=True):
    """The next number of a series. Locked until the transaction ends, so a number that was rolled back is used again."""

    __tablename__ = "number_series"
    __unaudited__: ClassVar[str] = "the number is told with what it was given to"

    name: str = Field(max_length=40, primary_key=True)
    next_number: int = 1


def take_numbers(session: Session, series: str, count: int) -> range:
    """The next `count` numbers of a series. Take them late: others of the same series wait for the commit."""
    locked = select(NumberSeries).where(NumberSeries.name == series).with_for_update()
    row = session.exec(locked.execution_options(populate_existing=True)).first()
    if row is None:
        _begin(session, series)
        row = session.exec(locked).one()
    first, row.next_number = row.next_number, row.next_number + count
    session.add(row)
    session.flush()
    return range(first, first + count)


def take_number(session: Session, series: str) -> int:
    """The next number of a series."""
    return take_numbers(session, series, 1)[0]


def _begin(session: Session, series: str) -> None:
    """Make a series that was never used, whatever becomes of the transaction that asks for its first number.

    Its own transaction makes it: in MariaDB, those who wait for a key that is taken back end in a deadlock. And its own
    connection, because whoever holds one of the pool must not wait for another.
    """
    row = {"name": series, "next_number": 1}
    engine = session.get_bind().engine
    if engine.dialect.name == "sqlite":  # one writer at a time: we are it, and nobody waits for our key
        insert_new(session, table_of(NumberSeries), [row])
        return
    with Session(create_engine(engine.url, poolclass=NullPool)) as own:
        insert_new(own, table_of(NumberSeries), [row])
        own.commit()
