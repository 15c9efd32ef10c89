"""No spreadsheet calculates what somebody has typed: every list that leaves as a file, found from the routes."""

import csv
from io import StringIO

import pytest
from sqlalchemy import JSON, Enum, String, update
from sqlmodel import SQLModel

from ezscale.api.app import create_api
from ezscale.api.sheets import SHEETS
from tests.security.entrances import entrances

FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "=HYPERLINK(1)", "＝1+1", "\n=1+1"]
BEGINNINGS = tuple("=+-@\t\r\n＝＋－＠")
PLANTED = {"customer", "user_account", "service", "customer_order", "invoice", "plan", "location", "system_image"}


def files() -> list[str]:
    """Every list that a route hands out as CSV."""
    paths = [route.path for route in entrances(create_api()) if route.path.endswith(".csv") and route.method == "GET"]
    return sorted({path.replace("{name}", name) for path in paths for name in SHEETS})


def plant(at, text: str) -> None:
    """The text in every column that holds words, wherever that leaves the row what it is."""
    with at.house.database.engine.begin() as connection:
        for name in PLANTED:
            table = SQLModel.metadata.tables[name]
            for column in table.c:
                kind = getattr(column.type, "impl_instance", column.type)
                if isinstance(kind, JSON) and column.name == "billed_to":
                    connection.execute(update(table).values({column.name: {"number": text, "name": text}}))
                elif (
                    isinstance(kind, String)
                    and not isinstance(kind, Enum)
                    and not column.unique
                    and (kind.length or 0) > 10
                    and not column.name.endswith(("_hash", "_ref"))
                ):
                    connection.execute(update(table).values({column.name: text}))


@pytest.mark.parametrize("formula", FORMULAS, ids=ascii)
def test_no_cell_of_any_list_begins_a_formula(at, ada, grace, browser_of, formula):
    browser = browser_of(grace)
    plant(at, formula)
    seen = 0

    for path in files():
        lines = list(csv.reader(StringIO(browser.get(path).text, newline="")))
        assert len(lines) > 1, path
        cells = [cell for line in lines for cell in line]
        seen += sum(formula in cell for cell in cells)
        assert [cell for cell in cells if cell.startswith(BEGINNINGS)] == [], path

    assert seen > 10


def test_every_list_was_looked_at():
    assert {path.rpartition("/")[2] for path in files()} >= {*(f"{name}.csv" for name in SHEETS), "audit.csv"}
