"""What a backup says of itself: when it was taken and of what, and how each part is recognised."""

import json
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from ezscale.kit.errors import BusinessError
from ezscale.kit.plain_rows import PlainColumn

FORMAT: Final = 1
MANIFEST, KEYS = "manifest.json", "keys.json"
TABLES, FILES = "tables/", "files/"


class Damaged(BusinessError):
    """The file is not as it was written; the message says where."""


class Part(BaseModel):
    """One entry of the file: its SHA-256, its size in bytes, and how many rows it holds."""

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: str
    size: int
    rows: int = 0


class TableAtCut(BaseModel):
    """A table as it was at the cut."""

    model_config = ConfigDict(frozen=True)

    name: str
    columns: tuple[PlainColumn, ...]
    rows: int

    def holds(self, part: str) -> bool:
        """Whether a part's rows are this table's."""
        return part.startswith(f"{TABLES}{self.name}/")


class Manifest(BaseModel):
    """The last entry of a backup. `tables` stand in the order in which they refer to one another.

    `company_time` is the moment of the cut as the company's clock has it, `taken_at` as the world has it.
    """

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    release: str
    revision: str
    database: str
    taken_at: datetime
    company_time: datetime
    tables: tuple[TableAtCut, ...]
    parts: tuple[Part, ...]

    @property
    def rows(self) -> int:
        """How many rows there were in all."""
        return sum(table.rows for table in self.tables)

    @property
    def has_keys(self) -> bool:
        """Whether the keys lie beside what they seal."""
        return any(part.name == KEYS for part in self.parts)


def read_manifest(text: bytes) -> Manifest:
    """A manifest from its text. Damaged when it is none; BusinessError when it is of a newer format than this."""
    try:
        told = json.loads(text)
        if told["format"] > FORMAT:
            raise BusinessError(f"This backup is in format {told['format']}: only a newer release can read it.")
        return Manifest.model_validate(told)
    except (ValueError, KeyError, TypeError, ValidationError):
        raise Damaged("The manifest of this backup cannot be read.") from None
