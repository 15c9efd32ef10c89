"""Staff suspend customers and their people, and bring them back."""

import pytest
from sqlmodel import col, select

from ezscale.accounts.actors import actor_for, actor_of
from ezscale.accounts.customers import PostalAddress, correct_address
from ezscale.accounts.events import AccessChanged, CustomerBroughtBack, CustomerSuspended
from ezscale.accounts.permissions import MANAGE_CUSTOMERS, PAYING_ONLY, SEE_EVERYTHING
from ezscale.accounts.signing_in import begin_session, sign_in
from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.accounts.staff import add_staff
from ezscale.accounts.suspending import bring_back_customer, bring_back_person, suspend_customer, suspend_person
from ezscale.kit.actor import ANONYMOUS, robot
from ezscale.kit.audit import AuditEntry
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotFound, NotSignedIn
from ezscale.kit.ids import new_id
from ezscale.models import Customer, Membership, StaffRole, User
from ezscale.models.customer import MemberRole
from tests.builders import OFFERED

PASSWORD = "plum orchard lantern 42"
HOME = PostalAddress("Ada Moreno", "", "1 Quay", "Cork", "T12", "IE")


@pytest.fixture
def customer_id(database, ada):
    with database.opener(robot("test"))() as work:
        return work.session.exec(select(Membership.customer_id).where(Membership.user_id == ada.id)).one()


@pytest.fixture
def as_staff(database):
    """Work of a colleague with these permissions."""

    def as_staff(*allowed):
        with database.opener(robot("test"))() as work:
            name = f"Role {len(allowed)}"
            work.session.add(StaffRole(name=name, permissions=sorted(allowed)))
            work.session.flush()
            user = add_staff(work, "Sam Quayle", f"sam{len(allowed)}@example.com", PASSWORD, name)
        with database.opener(ANONYMOUS)() as work:
            return database.opener(actor_for(work, user.id))

    return as_staff


@pytest.fixture
def caring(as_staff):
    return as_staff(MANAGE_CUSTOMERS, SEE_EVERYTHING)


def test_a_suspended_customers_people_see_and_pay_and_nothing_else_until_they_are_brought_back(
    visitor, caring, ada, customer_id
):
    with caring() as work:
        suspend_customer(work, customer_id, "  Chargebacks  on every invoice ")
        told = work.emitted
    with visitor() as work:
        while_suspended = actor_for(work, ada.id).permissions
    with caring() as work:
        bring_back_customer(work, customer_id, "Cleared up")
        told_later = work.emitted
    with visitor() as work:
        afterwards = actor_for(work, ada.id).permissions

    assert while_suspended == PAYING_ONLY
    assert afterwards > PAYING_ONLY
    assert [(type(event), event.reason) for event in (*told, *told_later)] == [
        (CustomerSuspended, "Chargebacks on every invoice"),
        (CustomerBroughtBack, "Cleared up"),
    ]


def test_a_suspended_person_is_out_at_once_and_comes_back(visitor, caring, ada, customer_id):
    with visitor() as work:
        token = begin_session(work, ada).token

    with caring() as work:
        suspend_person(work, customer_id, ada.id, "Shared their password")
        told = work.emitted
    with visitor() as work:
        signed_in = actor_of(work, token).is_signed_in
    with pytest.raises(Invalid):
        sign_in(visitor, ada.email, PASSWORD)
    with caring() as work:
        bring_back_person(work, customer_id, ada.id, "Has a new one")

    assert not signed_in
    assert [(type(event), event.how, event.words) for event in told] == [
        (AccessChanged, "person_suspended", "Shared their password")
    ]
    assert sign_in(visitor, ada.email, PASSWORD).user_id == ada.id
    with visitor() as work:
        assert not actor_of(work, token).is_signed_in  # what has ended stays so


STEPS = {
    "suspend customer": lambda work, customer_id, _, reason: suspend_customer(work, customer_id, reason),
    "bring back customer": lambda work, customer_id, _, reason: bring_back_customer(work, customer_id, reason),
    "suspend person": suspend_person,
    "bring back person": bring_back_person,
}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_wants_the_permission_and_a_reason(database, visitor, as_staff, caring, ada, customer_id, step):
    with visitor() as work:
        own = database.opener(actor_for(work, ada.id))
    for refusal, opener in ((NotSignedIn, visitor), (NotAllowed, own), (NotAllowed, as_staff(SEE_EVERYTHING))):
        with pytest.raises(refusal), opener() as work:
            STEPS[step](work, customer_id, ada.id, "Because")
    for reason in ("", "   ", "x" * 501):
        with pytest.raises(Invalid) as told, caring() as work:
            STEPS[step](work, customer_id, ada.id, reason)
        assert told.value.field == "reason"
    with pytest.raises(NotFound), caring() as work:
        STEPS[step](work, new_id(), ada.id, "Because")


@pytest.mark.parametrize("step", STEPS)
def test_what_is_so_already_is_said_and_the_reason_is_in_the_audit_trail(visitor, caring, ada, customer_id, step):
    backwards = step.startswith("bring")
    if backwards:
        with visitor() as work:
            work.session.get_one(User, ada.id).suspended_at = work.now
            work.session.get_one(Customer, customer_id).suspended_at = work.now
    with caring() as work:
        STEPS[step](work, customer_id, ada.id, "Because of the weather")

    with pytest.raises(BusinessError, match="is not suspended" if backwards else "suspended already"), caring() as work:
        STEPS[step](work, customer_id, ada.id, "Again")

    with visitor() as work:
        entry = work.session.exec(select(AuditEntry).order_by(col(AuditEntry.seq).desc())).first()
    assert "Because of the weather" in entry.content
    assert "Sam Quayle" in entry.content


def test_a_person_of_another_customer_and_a_colleague_are_out_of_reach(database, visitor, caring, customer_id):
    bob = sign_up(visitor, NewPerson("Bob Ferris", "bob@example.com", PASSWORD, "IE", "EUR"), OFFERED)
    with database.opener(robot("test"))() as work:
        grace = add_staff(work, "Grace Hall", "grace@example.com", PASSWORD)
        work.session.flush()
        member = {"customer_id": customer_id, "role": MemberRole.OWNER, "created_at": work.now}
        work.session.add(Membership(user_id=grace.id, **member))

    for user_id, refusal in ((bob.id, NotFound), (grace.id, NotAllowed)):
        with pytest.raises(refusal), caring() as work:
            suspend_person(work, customer_id, user_id, "Because")


def test_staff_correct_an_address(visitor, as_staff, caring, ada, customer_id):
    with caring() as work:
        correct_address(work, customer_id, HOME)

    with visitor() as work:
        assert work.session.get_one(Customer, customer_id).city == "Cork"
    with pytest.raises(Invalid) as told, caring() as work:
        correct_address(work, customer_id, PostalAddress("Ada", "", "1 Quay", "", "T12", "IE"))
    assert told.value.field == "city"
    for opener in (as_staff(SEE_EVERYTHING), visitor):
        with pytest.raises((NotAllowed, NotSignedIn)), opener() as work:
            correct_address(work, customer_id, HOME)
