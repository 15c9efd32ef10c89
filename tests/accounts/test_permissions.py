import pytest
from sqlmodel import select

from ezscale.accounts.actors import actor_for
from ezscale.accounts.permissions import (
    CANCEL_SERVICES,
    CHANGE_SERVICES,
    EDIT_CUSTOMER,
    MANAGE_CARDS,
    MANAGE_INVOICES,
    MANAGE_PEOPLE,
    MANAGE_TOKENS,
    PAY_INVOICES,
    PLACE_ORDERS,
    REVEAL_LOGINS,
    SEE_BILLING,
    SEE_EVERYTHING,
    SEE_SERVICES,
    STAFF_PERMISSIONS,
    USE_SERVICES,
)
from ezscale.accounts.staff import add_staff
from ezscale.kit.actor import ANONYMOUS, ActorKind, robot
from ezscale.kit.errors import Invalid, NotAllowed
from ezscale.models import Customer, Membership, StaffRole, User
from ezscale.models.customer import MemberRole

OWNER, BILLING, TECHNICAL, READ_ONLY, DELEGATE = MemberRole
MAY = {
    SEE_SERVICES: {OWNER, BILLING, TECHNICAL, READ_ONLY, DELEGATE},
    USE_SERVICES: {OWNER, TECHNICAL, DELEGATE},
    REVEAL_LOGINS: {OWNER, TECHNICAL},
    CANCEL_SERVICES: {OWNER},
    CHANGE_SERVICES: {OWNER},
    SEE_BILLING: {OWNER, BILLING, READ_ONLY},
    PAY_INVOICES: {OWNER, BILLING},
    MANAGE_CARDS: {OWNER, BILLING},
    PLACE_ORDERS: {OWNER, BILLING},
    EDIT_CUSTOMER: {OWNER},
    MANAGE_PEOPLE: {OWNER},
    MANAGE_TOKENS: {OWNER},
}
WHILE_SUSPENDED = {SEE_BILLING, PAY_INVOICES, MANAGE_CARDS}


@pytest.mark.parametrize("suspended", [False, True], ids=["active", "suspended"])
@pytest.mark.parametrize("role", MemberRole)
def test_what_each_member_may_do_for_a_customer(visitor, ada, role, suspended):
    with visitor() as work:
        work.session.exec(select(Membership)).one().role = role
        work.session.exec(select(Customer)).one().suspended_at = work.now if suspended else None

    with visitor() as work:
        actor = actor_for(work, ada.id)

    allowed = {permission for permission, roles in MAY.items() if role in roles}
    assert actor.kind is ActorKind.USER
    assert actor.permissions == (allowed & WHILE_SUSPENDED if suspended else allowed)


def test_somebody_without_a_customer_may_do_nothing(visitor, ada):
    with visitor() as work:
        work.session.delete(work.session.exec(select(Membership)).one())

    with visitor() as work:
        actor = actor_for(work, ada.id)

    assert (actor.is_signed_in, actor.customer_id, actor.permissions) == (True, None, frozenset())


def test_staff_may_do_what_their_role_says_and_nothing_that_no_longer_exists(visitor, ada):
    with visitor() as work:
        role = StaffRole(name="Support", permissions=[SEE_EVERYTHING, "staff.forgotten", PLACE_ORDERS])
        work.session.add(role)
        work.session.flush()
        work.session.get_one(User, ada.id).staff_role_id = role.id

    with visitor() as work:
        actor = actor_for(work, ada.id)

    assert (actor.kind, actor.permissions, actor.customer_id) == (ActorKind.STAFF, frozenset({SEE_EVERYTHING}), None)


def test_the_first_administrator_is_made_on_the_command_line_and_may_everything(database):
    with database.opener(robot("command line"))() as work:
        user = add_staff(work, "Grace Hall", "grace@example.com", "plum orchard lantern 42")

    with database.opener(ANONYMOUS)() as work:
        assert actor_for(work, user.id).permissions == STAFF_PERMISSIONS
        with pytest.raises(NotAllowed):
            add_staff(work, "Eve", "eve@example.com", "plum orchard lantern 42")


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("email", {"email": "grace@example.com"}),
        ("role", {"email": "new@example.com", "role_name": "Nobody's"}),
        ("password", {"email": "new@example.com", "password": "password123"}),
    ],
)
def test_a_colleague_is_refused_at_the_field_that_is_wrong(database, field, given):
    with database.opener(robot("command line"))() as work:
        add_staff(work, "Grace Hall", "grace@example.com", "plum orchard lantern 42")

        with pytest.raises(Invalid) as refusal:
            add_staff(work, **{"name": "New", "password": "plum orchard lantern 42"} | given)

    assert refusal.value.field == field


def test_no_permission_is_both_a_customers_and_a_colleagues():
    assert MANAGE_INVOICES in STAFF_PERMISSIONS
    assert STAFF_PERMISSIONS.isdisjoint(MAY)
