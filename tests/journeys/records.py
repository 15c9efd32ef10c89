"""What the company has written down, as a story reads it."""

from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.credit import credit_balance
from ezscale.models import (
    BillingCase,
    DunningStep,
    Invoice,
    MailMessage,
    PaymentAttempt,
    Subscription,
    SubscriptionItem,
    Suspension,
)
from ezscale.models.payment import AttemptStatus, AttemptTrigger
from ezscale.reporting.revenue import recurring_revenue
from tests.company import Company, Person


def steps_on(at: Company, invoice: Invoice) -> dict[int, list[str]]:
    """The dunning steps that were taken, by the day counted from the due date."""
    assert invoice.due_on is not None
    days: dict[int, list[str]] = {}
    with at.robot() as work:
        taken = select(DunningStep).where(DunningStep.invoice_id == invoice.id).order_by(col(DunningStep.id))
        for step in work.session.exec(taken):
            days.setdefault((step.taken_at.date() - invoice.due_on).days, []).append(step.step)
    return {day: sorted(names) for day, names in days.items()}


def attempts_on(at: Company, invoice: Invoice) -> list[tuple[AttemptTrigger, AttemptStatus]]:
    """Every time the invoice's money was asked for, oldest first."""
    with at.robot() as work:
        asked = select(PaymentAttempt).where(PaymentAttempt.invoice_id == invoice.id)
        return [(row.trigger, row.status) for row in work.session.exec(asked.order_by(col(PaymentAttempt.id)))]


def mails_to(person: Person, *templates: str) -> list[str]:
    """The mail that was written, oldest first: all of it, or that of some templates."""
    with person.at.robot() as work:
        written = select(MailMessage).where(MailMessage.to == person.user.email).order_by(col(MailMessage.id))
        return [row.template for row in work.session.exec(written) if not templates or row.template in templates]


def latest_mail(person: Person, template: str) -> MailMessage:
    """The latest mail of a template."""
    with person.at.robot() as work:
        written = select(MailMessage).where(MailMessage.to == person.user.email, MailMessage.template == template)
        return work.session.exec(written.order_by(col(MailMessage.id).desc()).limit(1)).one()


def subscription_of(person: Person) -> Subscription:
    """What bills their (latest) service."""
    with person.at.robot() as work:
        item = work.session.get_one(SubscriptionItem, person.service().item_id)
        return work.session.get_one(Subscription, item.subscription_id)


def credit_of(person: Person, currency: str = "EUR") -> int:
    """Their account credit in minor units."""
    with person.at.robot() as work:
        return credit_balance(work, person.actor.own_customer(), currency).minor


def cases(at: Company) -> list[str]:
    """What waits for a person."""
    with at.robot() as work:
        return sorted(work.session.exec(select(BillingCase.kind).where(col(BillingCase.closed_at).is_(None))))


def monthly_revenue(at: Company) -> dict[str, int]:
    """Monthly recurring revenue in minor units."""
    with at.robot() as work:
        return {currency: amount.minor for currency, amount in recurring_revenue(work).items()}


def suspensions_of(at: Company, service_id: UUID) -> list[Suspension]:
    """Every time a service stood still, oldest first."""
    with at.robot() as work:
        stood = select(Suspension).where(Suspension.service_id == service_id)
        return list(work.session.exec(stood.order_by(col(Suspension.id))))
