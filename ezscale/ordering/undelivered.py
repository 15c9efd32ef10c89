"""What was paid and cannot be built: a person hears of it, and the customer waits or has their money back. Never both."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import CANCEL_SERVICES
from ezscale.billing.cancelling import give_up_what_is_unpaid, open_invoices_of
from ezscale.billing.cases import close_by_itself, open_case
from ezscale.billing.changes import drop_pending_change
from ezscale.billing.collecting import live_attempt
from ezscale.billing.credit_notes import GiveBack, issue_credit_note
from ezscale.billing.paid_days import as_house
from ezscale.billing.refunds import could_go_back
from ezscale.billing.remaining import left_to_credit
from ezscale.billing.subscriptions import end_subscription, subscription_of_item, subscription_to_change
from ezscale.catalog.coupons import release_coupon
from ezscale.catalog.stock import give_one_back, release_stock
from ezscale.kit.errors import BusinessError
from ezscale.kit.money import Money, total
from ezscale.kit.work import Work
from ezscale.models import Invoice, InvoiceLine, Order, ProvisioningJob, Service, Subscription, SubscriptionItem
from ezscale.models.base import WrongState
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.order import OrderStatus
from ezscale.models.service import JobAction, ServiceStatus, Trouble
from ezscale.ordering.deciding import open_holds, order_to_change
from ezscale.ordering.fulfilling import SOLD_OUT_CASE
from ezscale.ordering.placing import services_of_order
from ezscale.provisioning.jobs import live_job
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.services import service_overview, service_to_change
from ezscale.provisioning.stopping import wish_termination
from ezscale.provisioning.trouble import told_of_end

UNDELIVERED = (ServiceStatus.FAILED, ServiceStatus.WAITLISTED)
CASES = {ServiceStatus.FAILED: "build_failed", ServiceStatus.WAITLISTED: "no_room"}
WHY = "It could not be built"
REFUSALS: Mapping[ServiceStatus, str] = {
    ServiceStatus.ACTIVE: "It runs now: there is nothing to give back.",
    ServiceStatus.BUILDING: "It is being built just now. Please look again in a few minutes.",
    ServiceStatus.TERMINATING: "The money for it is on its way back already.",
    ServiceStatus.TERMINATED: "The money for it has gone back already.",
}


@dataclass(frozen=True, slots=True)
class MoneyBack:
    """What goes back when somebody does not wait any longer: `whole` in all, of which so much to where it came from."""

    whole: Money
    could_go_back: Money


def report_undelivered(work: Work, service_id: UUID) -> None:
    """Put before staff what could not be built, with what customers are told and what the panel said. Once for each try."""
    service = service_overview(work, service_id).service
    kind = CASES.get(service.status)
    if kind is None:
        return
    job = _last_build(work, service.id)
    told = (
        told_of_end(JobAction.CREATE, job.step, job.trouble_kind or Trouble.REFUSED)
        if job
        else "It waits for its turn."
    )
    about = service.id.hex if kind == "no_room" or job is None else f"{service.id.hex}:{job.id.hex}"
    facts = {"service": service.number, "cause": told, "the panel said": job.trouble[:300] if job else ""}
    open_case(work, kind, about, service.customer_id, facts)


def close_undelivered(work: Work, service_id: UUID, done: str = "It runs.") -> None:
    """Nobody has to look at it any more."""
    for kind in CASES.values():
        close_by_itself(work, kind, service_id.hex, done)


def money_back_for(work: Work, service_id: UUID) -> MoneyBack | None:
    """What the actor would have back for a service that could not be built; None when that is not theirs to ask for."""
    service = service_overview(work, service_id).service
    if service.status not in UNDELIVERED or not work.actor.may(CANCEL_SERVICES):
        return None
    subscription = subscription_of_item(work, service.item_id)
    order = work.session.get(Order, subscription.order_id) if subscription.order_id else None
    if order is None or (order.status is OrderStatus.HELD and len(services_of_order(work, order.id)) > 1):
        return None
    paid = _paid_for(work, subscription)
    zero = Money.zero(subscription.currency)
    sums = [total((rest for _, rest in parts.values()), subscription.currency) for _, parts in paid]
    back = [could_go_back(work, invoice.id, amount) for (invoice, _), amount in zip(paid, sums, strict=True)]
    return MoneyBack(sum(sums, zero), sum(back, zero))


def ask_money_back(work: Work, service_id: UUID, way: GiveBack) -> None:
    """The customer does not wait any longer: they have everything back that they paid for it, and it is never built.

    All in one transaction, with the service locked: whoever builds it at the same moment comes before or after.
    WrongState, in words, when it runs, is being built, or has been given back.
    """
    work.actor.require(CANCEL_SERVICES)
    known = service_overview(work, service_id).service
    order = _order_of(work, known)
    service = service_to_change(work, service_id)
    _require_undelivered(work, service, order)
    subscription = subscription_to_change(work, subscription_of_item(work, service.item_id).id)
    if any(live_attempt(work, invoice_id) is not None for invoice_id in open_invoices_of(work, subscription.id)):
        raise BusinessError("An invoice for it is being paid right now. Please try again in a while.")
    had_room = service.status is ServiceStatus.FAILED
    drop_pending_change(work, subscription)
    give_up_what_is_unpaid(as_house(work), subscription)
    for invoice, parts in _paid_for(work, subscription):
        nets = {line_id: net for line_id, (net, _) in parts.items()}
        issue_credit_note(as_house(work), invoice.id, nets, f"{WHY}: {service.number}", way)
    _let_go(work, order, service, had_room=had_room)
    end_subscription(work, subscription)
    write_log(work, service.id, JobAction.CREATE, "Not built: the money goes back to the customer")
    wish_termination(work, service)
    close_undelivered(work, service.id, "The customer has their money back.")
    close_by_itself(work, SOLD_OUT_CASE, order.number, "The customer has their money back.")
    work.record("money back asked for", ("service", service.id), way=way.value)


def _order_of(work: Work, service: Service) -> Order:
    order_id = subscription_of_item(work, service.item_id).order_id
    if order_id is None:
        raise WrongState("This server was not ordered here. Please write to us.")
    return order_to_change(as_house(work), order_id)


def _require_undelivered(work: Work, service: Service, order: Order) -> None:
    if service.status not in UNDELIVERED:
        raise WrongState(REFUSALS.get(service.status, "It waits for its order. Please write to us."))
    if live_job(work, service.id) is not None:
        raise WrongState(REFUSALS[ServiceStatus.BUILDING])
    if order.status is OrderStatus.HELD and len(services_of_order(as_house(work), order.id)) > 1:
        raise WrongState("Its order holds other servers, too. Please write to us.")


def _paid_for(work: Work, subscription: Subscription) -> list[tuple[Invoice, dict[UUID, tuple[Money, Money]]]]:
    """What is paid for a subscription and not credited yet: for each invoice the net and the gross of each of its lines."""
    items = select(SubscriptionItem.id).where(SubscriptionItem.subscription_id == subscription.id)
    billed = select(InvoiceLine.invoice_id).where(col(InvoiceLine.item_id).in_(items))
    paid = select(Invoice).where(col(Invoice.id).in_(billed), Invoice.status == InvoiceStatus.PAID)
    own = set(work.session.exec(items))
    found = []
    for invoice in work.session.exec(paid.order_by(col(Invoice.id))).all():
        rests = [rest for rest in left_to_credit(work, [invoice]) if rest.line.item_id in own and rest.net]
        if rests:
            found.append((invoice, {rest.line.id: (rest.net, rest.gross) for rest in rests}))
    return found


def _let_go(work: Work, order: Order, service: Service, *, had_room: bool) -> None:
    """What the order kept for it is free; where its panel had no room, the piece that was counted is not there."""
    if order.status is OrderStatus.HELD:
        order.reject()
        for hold in open_holds(as_house(work), order.id):
            hold.end("The customer did not wait any longer", work.actor.name, work.now)
            work.session.add(hold)
        work.session.add(order)
        work.session.flush()
        release_stock(work, [order.id])
        release_coupon(work, order.id)
    elif had_room:
        give_one_back(work, order.id, service.plan_id)


def _last_build(work: Work, service_id: UUID) -> ProvisioningJob | None:
    builds = select(ProvisioningJob).where(
        ProvisioningJob.service_id == service_id, ProvisioningJob.action == JobAction.CREATE
    )
    return work.session.exec(builds.order_by(col(ProvisioningJob.id).desc())).first()
