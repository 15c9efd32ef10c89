"""Everything that is stored about a customer, found by following the foreign keys, so that no table can be forgotten."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select
from sqlmodel import SQLModel, col
from sqlmodel import select as choose

from ezscale.kit.database import table_of
from ezscale.kit.work import Work
from ezscale.models import Customer, Membership, User

BLOCK = 500
PERSON, CUSTOMER = table_of(User).name, table_of(Customer).name
WORKS_HERE = {("impersonation", "staff_id")}  # these columns name a colleague, who is somebody else


@dataclass
class Holdings:
    """The customer, the people who are theirs alone, and every row about them, by table."""

    customer: Customer
    people: list[User]
    rows: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)

    def ids(self, table: str) -> set[UUID]:
        """The keys of the rows of a table."""
        return {row["id"] for row in self.rows.get(table, [])}


def holdings_of(work: Work, customer: Customer) -> Holdings:
    """Every row about a customer. Rows about people who belong to others as well are theirs, and stay out."""
    found = Holdings(customer, own_people(work, customer.id))
    roots = {CUSTOMER: [customer.id], PERSON: [user.id for user in found.people]}
    for table in SQLModel.metadata.sorted_tables:
        rows = _by_keys(work, table, "id", roots[table.name]) if table.name in roots else _rows(work, table, found)
        if rows:
            found.rows[table.name] = rows
    return found


def own_people(work: Work, customer_id: UUID) -> list[User]:
    """Whoever belongs to this customer and to nobody else, and does not work here."""
    members = choose(Membership.user_id).where(Membership.customer_id == customer_id)
    elsewhere = choose(Membership.user_id).where(Membership.customer_id != customer_id)
    own = choose(User).where(
        col(User.id).in_(members), col(User.id).not_in(elsewhere), col(User.staff_role_id).is_(None)
    )
    return list(work.session.exec(own.order_by(col(User.created_at), col(User.id))))


def _rows(work: Work, table: Table, found: Holdings) -> list[Mapping[str, Any]]:
    """The rows of a table that refer to something that was found already."""
    rows: dict[Any, Mapping[str, Any]] = {}
    for column in table.c:
        for key in column.foreign_keys:
            if (table.name, column.name) not in WORKS_HERE and (ids := found.ids(key.column.table.name)):
                rows |= {row["id"]: row for row in _by_keys(work, table, column.name, sorted(ids))}
    people = found.ids(PERSON)
    return [row for row in rows.values() if _is_theirs(table.name, row, people)]


def _is_theirs(table: str, row: Mapping[str, Any], people: set[UUID]) -> bool:
    """A row about a person is about this customer only when the person is; that somebody belongs to them always is."""
    return table in ("membership", "delegation") or row.get("user_id") is None or row["user_id"] in people


def _by_keys(work: Work, table: Table, column: str, keys: list[UUID]) -> list[Mapping[str, Any]]:
    return list(_in_blocks(work, table, column, keys))


def _in_blocks(work: Work, table: Table, column: str, keys: list[UUID]) -> Iterator[Mapping[str, Any]]:
    for start in range(0, len(keys), BLOCK):
        wanted = select(table).where(table.c[column].in_(keys[start : start + BLOCK]))
        yield from (dict(row) for row in work.session.execute(wanted).mappings())
