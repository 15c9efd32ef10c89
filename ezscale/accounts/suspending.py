"""Customers and their people, suspended and brought back by staff, always with a reason that the person is told."""

from uuid import UUID

from sqlmodel import select

from ezscale.accounts.customers import customer
from ezscale.accounts.ending import end_access
from ezscale.accounts.events import AccessChanged, CustomerBroughtBack, CustomerSuspended
from ezscale.accounts.permissions import MANAGE_CUSTOMERS
from ezscale.accounts.signing_up import clean_line
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotFound
from ezscale.kit.work import Work
from ezscale.models import Customer, Membership, User

LONGEST_REASON = 500


def suspend_customer(work: Work, customer_id: UUID, reason: str) -> None:
    """The customer's people can sign in, see invoices and pay them from now on, and nothing else."""
    why, row = clean_reason(reason), _customer_to_change(work, customer_id)
    if row.suspended_at is not None:
        raise BusinessError("This customer is suspended already.")
    row.suspended_at = work.now
    work.record("customer suspended", ("customer", row.id), reason=why)
    work.emit(CustomerSuspended(row.id, why, work.now))


def bring_back_customer(work: Work, customer_id: UUID, reason: str) -> None:
    """The customer's people can do again what their roles allow."""
    why, row = clean_reason(reason), _customer_to_change(work, customer_id)
    if row.suspended_at is None:
        raise BusinessError("This customer is not suspended.")
    row.suspended_at = None
    work.record("customer brought back", ("customer", row.id), reason=why)
    work.emit(CustomerBroughtBack(row.id, why, work.now))


def suspend_person(work: Work, customer_id: UUID, user_id: UUID, reason: str) -> None:
    """One of a customer's people cannot sign in any more; whatever they are signed in with ends at once."""
    why, person = clean_reason(reason), _person_to_change(work, customer_id, user_id)
    if person.suspended_at is not None:
        raise BusinessError(f"{person.name} is suspended already.")
    person.suspended_at = work.now
    end_access(work, person.id)
    work.record("person suspended", ("user_account", person.id), ("customer", customer_id), reason=why)
    work.emit(AccessChanged(person.id, "person_suspended", why, work.now))


def bring_back_person(work: Work, customer_id: UUID, user_id: UUID, reason: str) -> None:
    """A suspended person may sign in again."""
    why, person = clean_reason(reason), _person_to_change(work, customer_id, user_id)
    if person.suspended_at is None:
        raise BusinessError(f"{person.name} is not suspended.")
    person.suspended_at = None
    work.record("person brought back", ("user_account", person.id), ("customer", customer_id), reason=why)
    work.emit(AccessChanged(person.id, "person_back", why, work.now))


def clean_reason(typed: str) -> str:
    """Why something is done to somebody. Invalid when nothing is said."""
    reason = clean_line(typed, "reason", LONGEST_REASON)
    if not reason:
        raise Invalid("Please give a reason.", field="reason")
    return reason


def _customer_to_change(work: Work, customer_id: UUID) -> Customer:
    work.actor.require(MANAGE_CUSTOMERS)
    customer(work, customer_id)
    return work.session.get_one(Customer, customer_id, with_for_update=True)


def _person_to_change(work: Work, customer_id: UUID, user_id: UUID) -> User:
    work.actor.require(MANAGE_CUSTOMERS)
    customer(work, customer_id)
    belongs = select(Membership.id).where(Membership.customer_id == customer_id, Membership.user_id == user_id)
    if work.session.exec(belongs).first() is None:
        raise NotFound("We could not find this person.")
    person = work.session.get_one(User, user_id, with_for_update=True)
    if person.staff_role_id is not None:
        raise NotAllowed(f"{person.name} works here: see Colleagues.")
    return person
