"""Numbers that people see: 1, 2, 3 … without a gap, whatever fails in between."""

from typing import ClassVar

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
        insert_new(session, table_of(NumberSeries), [{"name": series, "next_number": 1}])
        row = session.exec(locked).one()
    first, row.next_number = row.next_number, row.next_number + count
    session.add(row)
    session.flush()
    return range(first, first + count)


def take_number(session: Session, series: str) -> int:
    """The next number of a series."""
    return take_numbers(session, series, 1)[0]
