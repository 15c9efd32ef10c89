from dataclasses import replace

import pytest
from sqlmodel import select

from ezscale.accounts.actors import actor_for
from ezscale.accounts.customers import own_customer, people_of
from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.kit.errors import Invalid, TooMany
from ezscale.models import Customer, User
from ezscale.models.customer import MemberRole
from tests.builders import OFFERED

ADA = NewPerson("  Ada   Moreno ", " Ada@Example.com ", "plum orchard lantern 42", "IE", "EUR", " Lanterns Ltd ")


def test_a_visitor_becomes_the_owner_of_a_new_customer(visitor, database):
    user = sign_up(visitor, ADA, OFFERED)

    with visitor() as work:
        actor = actor_for(work, user.id)
    with database.opener(actor)() as work:
        customer = own_customer(work)
        [(membership, member)] = people_of(work, customer.id)
    assert (user.email, user.name, user.email_verified_at) == ("ada@example.com", "Ada Moreno", None)
    assert (customer.number, customer.panel_ref, customer.company) == ("C-000001", "C-000001", "Lanterns Ltd")
    assert (member.id, membership.role) == (user.id, MemberRole.OWNER)
    assert ADA.password not in user.password_hash


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", "   "),
        ("name", "x" * 121),
        ("name", "Ada\x00Moreno"),
        ("company", "Lanterns\x07"),
        ("company", "x" * 121),
        ("email", "ada at example.com"),
        ("email", "ada@localhost"),
        ("email", ""),
        ("email", f"ada@{'x' * 60}.{'x' * 60}.{'x' * 60}.example.com"),
        ("password", "short 1 x"),
        ("password", "x" * 201),
        ("password", "password123"),
        ("password", "moreno2026"),
        ("password", "lanterns2026"),
        ("country", "XX"),
        ("country", "Ireland"),
        ("currency", "BTC"),
    ],
)
def test_a_form_is_refused_at_the_field_that_is_wrong(visitor, field, typed):
    with pytest.raises(Invalid) as refusal:
        sign_up(visitor, replace(ADA, **{field: typed}), OFFERED)

    assert refusal.value.field == field
    with visitor() as work:
        assert work.session.exec(select(User)).all() == []


def test_an_address_has_one_account_however_it_is_written(visitor):
    sign_up(visitor, ADA, OFFERED)

    with pytest.raises(Invalid, match="sign in, or reset") as refusal:
        sign_up(visitor, replace(ADA, email="ADA@EXAMPLE.COM"), OFFERED)

    assert refusal.value.field == "email"
    with visitor() as work:
        assert len(work.session.exec(select(Customer)).all()) == 1


def test_numbers_of_customers_have_no_gap_after_a_refusal(visitor):
    sign_up(visitor, ADA, OFFERED)
    with pytest.raises(Invalid):
        sign_up(visitor, ADA, OFFERED)

    sign_up(visitor, replace(ADA, email="grace@example.com"), OFFERED)

    with visitor() as work:
        assert set(work.session.exec(select(Customer.number))) == {"C-000001", "C-000002"}


def test_nobody_makes_accounts_by_the_dozen_for_one_address(visitor):
    sign_up(visitor, ADA, OFFERED, address="198.51.100.7")
    for _ in range(9):
        with pytest.raises(Invalid):
            sign_up(visitor, ADA, OFFERED, address="198.51.100.7")

    with pytest.raises(TooMany):
        sign_up(visitor, ADA, OFFERED, address="198.51.100.7")
