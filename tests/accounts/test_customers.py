from dataclasses import replace

import pytest

from ezscale.accounts.actors import actor_for
from ezscale.accounts.customers import (
    change_address,
    change_tax_id,
    customer,
    own_customer,
    people_of,
    search_customers,
)
from ezscale.accounts.permissions import SEE_BILLING
from ezscale.accounts.signing_up import sign_up
from ezscale.kit.actor import robot
from ezscale.kit.errors import Invalid, NotAllowed, NotFound
from tests.accounts.conftest import ADA
from tests.builders import OFFERED

HOME = {
    "name": "Ada Moreno",
    "company": "Lanterns Ltd",
    "address": "1 Quay",
    "city": "Cork",
    "postcode": "T12",
    "country": "IE",
}


@pytest.fixture
def as_ada(visitor, database, ada):
    with visitor() as work:
        actor = actor_for(work, ada.id)
    return database.opener(actor)


def test_a_customer_changes_where_invoices_go(as_ada):
    with as_ada() as work:
        change_address(work, **HOME | {"name": " Ada  Hall ", "country": "DE"})

    with as_ada() as work:
        own = own_customer(work)
    assert (own.name, own.company, own.address, own.country) == ("Ada Hall", "Lanterns Ltd", "1 Quay", "DE")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("company", "x" * 121),
        ("address", " "),
        ("address", "x" * 251),
        ("city", "Cork\x00"),
        ("postcode", "x" * 21),
        ("country", "XX"),
    ],
)
def test_an_address_is_refused_at_the_field_that_is_wrong(as_ada, field, typed):
    with as_ada() as work, pytest.raises(Invalid) as refusal:
        change_address(work, **HOME | {field: typed})

    assert refusal.value.field == field


def test_a_tax_id_must_be_one_of_the_customers_country(as_ada):
    with as_ada() as work:
        change_tax_id(work, "6388047V")
    with as_ada() as work, pytest.raises(Invalid) as refusal:
        change_tax_id(work, "DE136695976")

    assert refusal.value.field == "tax_id"
    with as_ada() as work:
        assert own_customer(work).tax_id == "IE6388047V"


def test_only_who_may_edit_the_customer_changes_the_tax_id(visitor, database, ada):
    with visitor() as work:
        actor = replace(actor_for(work, ada.id), permissions=frozenset({SEE_BILLING}))

    with database.opener(actor)() as work, pytest.raises(NotAllowed):
        change_tax_id(work, "IE6388047V")


def test_others_customers_do_not_exist(visitor, as_ada):
    eve = sign_up(visitor, replace(ADA, name="Eve", email="eve@example.com"), OFFERED)
    with visitor() as work:
        foreign_id = actor_for(work, eve.id).own_customer()

    with as_ada() as work:
        for look in (customer, people_of):
            with pytest.raises(NotFound):
                look(work, foreign_id)
        with pytest.raises(NotAllowed):
            search_customers(work)


@pytest.mark.parametrize("words", ["C-000001", "moreno", "ADA@example", "lanterns"])
def test_staff_find_a_customer_by_number_name_company_or_address(database, visitor, words):
    sign_up(visitor, replace(ADA, company="Lanterns Ltd"), OFFERED)
    sign_up(visitor, replace(ADA, name="Eve", email="eve@example.com"), OFFERED)

    with database.opener(robot("staff"))() as work:
        assert [found.number for found in search_customers(work, words)] == ["C-000001"]
        assert search_customers(work, "%") == []
        assert len(search_customers(work)) == 2
