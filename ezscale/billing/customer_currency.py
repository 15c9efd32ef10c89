"""What a customer is billed in: what is offered, and another one only while nothing is left in the old one."""

from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.customers import visible_customers
from ezscale.accounts.permissions import MANAGE_CUSTOMERS
from ezscale.billing.credit import credit_balances
from ezscale.company.currencies import offered_currencies
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.work import Work
from ezscale.models import Customer, Invoice, Subscription
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.subscription import SubscriptionStatus

UNFINISHED = (InvoiceStatus.DRAFT, InvoiceStatus.OPEN)
BILLED = (
    SubscriptionStatus.PENDING,
    SubscriptionStatus.ACTIVE,
    SubscriptionStatus.PAST_DUE,
    SubscriptionStatus.PAUSED,  # it goes on in its own currency
)


def currencies_for(work: Work, customer: Customer | None) -> tuple[str, ...]:
    """What somebody can buy in: what is offered, and their own currency even when it is offered to nobody else."""
    offered = offered_currencies(work)
    own = customer.currency if customer else ""
    return offered if not own or own in offered else (own, *offered)


def change_currency(work: Work, customer_id: UUID, currency: str) -> Customer:
    """What a customer is billed in from now on. Refused, saying why, while something is left in the old currency."""
    work.actor.require(MANAGE_CUSTOMERS)
    theirs = visible_customers(work.actor).where(Customer.id == customer_id).with_for_update()
    who = work.session.exec(theirs.execution_options(populate_existing=True)).first()
    if who is None:
        raise NotFound("We could not find this customer.")
    if currency not in currencies_for(work, who):
        raise Invalid("Please choose a currency that we sell in.", field="currency")
    if currency == who.currency:
        return who
    if left := _left_in_old_currency(work, customer_id):
        raise Invalid(f"This is not possible while there is {left}.", field="currency")
    who.currency = currency
    work.session.add(who)
    work.record("customer's currency changed", ("customer", customer_id))
    return who


def _left_in_old_currency(work: Work, customer_id: UUID) -> str:
    unfinished = select(Invoice.id).where(Invoice.customer_id == customer_id, col(Invoice.status).in_(UNFINISHED))
    if work.session.exec(unfinished.limit(1)).first() is not None:
        return "an invoice that is a draft or still open"
    if credit_balances(work, [customer_id]):
        return "credit that is not used up"
    billed = select(Subscription.id).where(
        Subscription.customer_id == customer_id, col(Subscription.status).in_(BILLED)
    )
    return "a subscription that is still billed" if work.session.exec(billed.limit(1)).first() is not None else ""
