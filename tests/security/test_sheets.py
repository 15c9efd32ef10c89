"""No spreadsheet calculates what somebody has typed: every list that leaves as a file, found from the routes."""

import csv
import json
from functools import cache
from io import StringIO

from sqlalchemy import JSON, Connection, Enum, String, text
from sqlmodel import SQLModel, col, select

from ezscale.api.app import create_api
from ezscale.api.sheets import SHEETS
from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.billing.credit_notes import issue_credit_note
from ezscale.billing.holds import hold
from ezscale.billing.top_ups import new_top_up
from ezscale.kit import rates
from ezscale.kit.money import Money
from ezscale.models import Subscription, SubscriptionItem
from ezscale.models.hold import Deed
from tests.builders import a_payout, a_referral
from tests.security.entrances import entrances

FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "=HYPERLINK(1)", "＝1+1", "\n=1+1"]
BEGINNINGS = tuple("=+-@\t\r\n＝＋－＠")
PLANTED = {
    "customer",
    "user_account",
    "service",
    "customer_order",
    "invoice",
    "invoice_line",
    "credit_note",
    "plan",
    "location",
    "system_image",
    "hold",
    "top_up",
    "payout",
}


@cache
def files() -> list[str]:
    """Every list that a route hands out as CSV."""
    paths = [route.path for route in entrances(create_api()) if route.path.endswith(".csv") and route.method == "GET"]
    return sorted({path.replace("{name}", name) for path in paths for name in SHEETS})


def plant(at, words: str) -> None:
    """The text in every column that holds words, wherever that leaves the row what it is."""
    with at.house.database.engine.begin() as connection:
        for name in PLANTED:
            table = SQLModel.metadata.tables[name]
            for column in table.c:
                kind = getattr(column.type, "impl_instance", column.type)
                if isinstance(kind, JSON) and column.name == "billed_to":
                    put(connection, name, column.name, json.dumps({"number": words, "name": words}))
                elif (
                    isinstance(kind, String)
                    and not isinstance(kind, Enum)
                    and not column.unique
                    and (kind.length or 0) > 10
                    and not column.name.endswith(("_hash", "_ref", "_id"))
                ):
                    put(connection, name, column.name, words)


def put(connection: Connection, table: str, column: str, value: str) -> None:
    """In the bare words of the database: of our own statements, those that change an issued invoice are refused."""
    connection.execute(text(f"UPDATE {table} SET {column} = :value"), {"value": value})  # names of our own


def test_no_cell_of_any_list_begins_a_formula(at, ada, grace, browser_of):
    browser, [invoice], another = browser_of(grace), ada.invoices(), at.signs_up("Bob Ferris")
    came = {"referrer_id": ada.actor.own_customer(), "referred_id": another.actor.own_customer()}
    with at.robot() as work:
        issue_credit_note(work, invoice.id, None, "So that there is one")
        held, item = work.session.exec(
            select(Subscription.id, SubscriptionItem.id).join(
                SubscriptionItem, col(SubscriptionItem.subscription_id) == Subscription.id
            )
        ).all()[0]
        hold(work, Deed.INVOICE, held, "a word")
        work.session.add(a_referral(**came, reason="a word"))
        work.session.add(a_payout())
        cancel_at_period_end(work, item, "a word")
        new_top_up(work, came["referrer_id"], Money(5000, "EUR"))
    ada.orders(coupon="WELCOME10")

    for formula in FORMULAS:
        plant(at, formula)
        rates.start_over()  # whole lists are asked for more seldom than this
        seen = 0
        for path in files():
            asked = {"q": "WELCOME10"} if "redemptions" in path else {}
            lines = list(csv.reader(StringIO(browser.get(path, params=asked).text, newline="")))
            assert len(lines) > 1, path
            cells = [cell for line in lines for cell in line]
            seen += sum(formula in cell for cell in cells)
            assert [cell for cell in cells if cell.startswith(BEGINNINGS)] == [], (path, formula)
        assert seen > 10, formula


def test_every_list_was_looked_at():
    assert {path.rpartition("/")[2] for path in files()} >= {*(f"{name}.csv" for name in SHEETS), "audit.csv"}
