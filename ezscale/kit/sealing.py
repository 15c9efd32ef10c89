"""Every sealed column there is, and sealing what is in them anew while the company works."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import String, type_coerce
from sqlmodel import SQLModel, select

from ezscale.kit.columns import Sealed
from ezscale.kit.database import all_models, table_of
from ezscale.kit.encryption import CannotDecrypt, Vault
from ezscale.kit.work import OpenWork

BLOCK = 200


@dataclass
class Resealed:
    """How many secrets are sealed with the newest key now, and which could not be opened."""

    count: int = 0
    set_aside: list[str] = field(default_factory=list)


def binding(table: str, row_id: UUID) -> str:
    """What a secret in a row is bound to."""
    return f"{table}:{row_id.hex}"


def sealed_columns() -> list[tuple[type[SQLModel], str]]:
    """Each model with a sealed column, and the column's name."""
    found = [
        (model, column.name)
        for model in all_models()
        for column in table_of(model).c
        if isinstance(column.type, Sealed)
    ]
    return sorted(found, key=lambda each: (table_of(each[0]).name, each[1]))


def reseal(open_work: OpenWork, vault: Vault) -> Resealed:
    """Seal everything with the newest key, block by block. Whoever reads meanwhile finds the old or the new text."""
    done = Resealed()
    for model, name in sealed_columns():
        after = UUID(int=0)
        while found := _reseal_block(open_work, vault, model, name, after, done):
            after = found
    return done


def unreadable(open_work: OpenWork, vault: Vault | None) -> dict[str, tuple[int, int]]:
    """For each sealed column that holds anything: how many secrets cannot be opened, and of how many; all without a vault."""
    found = {}
    for model, name in sealed_columns():
        table, text = table_of(model).name, type_coerce(getattr(model, name), String)
        with open_work() as work:
            sealed = work.session.exec(select(model.id, text).where(text != "")).all()  # type: ignore[attr-defined]
        closed = sum(not _opens(vault, each, binding(table, row_id)) for row_id, each in sealed)
        if sealed:
            found[f"{table}.{name}"] = closed, len(sealed)
    return found


def names_in_use(open_work: OpenWork) -> set[str]:
    """The names of all keys with which something is sealed."""
    with open_work() as work:
        return {text.partition(":")[0] for text in _all_sealed(work)}


def _reseal_block(
    open_work: OpenWork, vault: Vault, model: type[Any], name: str, after: UUID, done: Resealed
) -> UUID | None:
    text, current = type_coerce(getattr(model, name), String), vault.current
    with open_work() as work:
        older = select(model).where(model.id > after, text != "", ~text.startswith(f"{current}:"))
        rows = work.session.exec(older.order_by(model.id).limit(BLOCK).with_for_update()).all()
        for row in rows:
            bound_to = binding(table_of(model).name, row.id)
            try:
                setattr(row, name, vault.seal(vault.open(getattr(row, name), bound_to), bound_to))
            except CannotDecrypt:
                done.set_aside.append(bound_to)
                continue
            done.count += 1
        return rows[-1].id if rows else None


def _all_sealed(work: Any) -> Iterator[str]:
    for model, name in sealed_columns():
        text = type_coerce(getattr(model, name), String)
        yield from work.session.exec(select(text).where(text != ""))


def _opens(vault: Vault | None, sealed: str, bound_to: str) -> bool:
    try:
        return vault is not None and bool(vault.open(sealed, bound_to))
    except CannotDecrypt:
        return False
