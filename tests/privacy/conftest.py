"""A company in this process, as the API's own tests have it, and a customer who leaves it."""

from dataclasses import replace

import pytest
from sqlalchemy import select as core_select
from sqlmodel import SQLModel

from ezscale.accounts.customers import change_address
from ezscale.accounts.signing_in import begin_session
from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.billing.documents import invoice_pdf
from ezscale.privacy.erasing import erase_customer
from ezscale.tasks import privacy
from tests.api.conftest import ada, at, bob, browser_of, grace, line, moved_into, program_of, web
from tests.company import Person, Rounds

__all__ = ["ada", "at", "bob", "browser_of", "grace", "line", "moved_into", "program_of", "web"]

HOME = {"company": "Moreno Weaving", "address": "7 Shuttle Lane", "city": "Cork", "postcode": "T12", "country": "IE"}


@pytest.fixture
def rounds() -> Rounds:
    """What vendors have not forgotten yet is asked for again."""
    return frozenset({privacy.forget_what_is_left})


@pytest.fixture
def leaving(at, ada):
    """Ada has told us her address, was written to, and has nothing running or owed any more."""
    at.step(("leaves",), lambda: leave(at, ada))
    return ada


def leave(at, ada):
    ada.does(lambda work: change_address(work, name="Ada Moreno", **HOME))
    service = ada.service()
    at.lives(days=1)
    [invoice] = ada.invoices()
    ada.does(lambda work: invoice_pdf(work, invoice.id))
    with at.robot() as work:
        begin_session(work, ada.user, address="198.51.100.7", device="Ada's Firefox")
    ada.does(lambda work: cancel_at_period_end(work, service.item_id, "Ada Moreno is moving on"))
    at.sleeps(days=33)  # nothing happens to anybody in this month
    at.lives(days=7)


def erase(at, by: Person, customer_id, reason="She asked for it.", **changes):
    erase_customer(at.house.database.opener(replace(by.actor, **changes)), customer_id, reason)


def rows(at):
    with at.house.database.engine.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(core_select(table)).mappings()]
            for table in SQLModel.metadata.sorted_tables
        }


def shown(row) -> str:
    return " ".join(value.hex() if isinstance(value, bytes) else str(value) for value in row.values())
