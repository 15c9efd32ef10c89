"""Paying while the customer is there: on the gateway's own page, where the card is typed and kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import MANAGE_CARDS, PAY_INVOICES
from ezscale.billing.cards import keep_card
from ezscale.billing.collecting import charge_of, live_attempt, new_attempt
from ezscale.billing.gateways import Gateways, chosen_gateway, gateway_of
from ezscale.billing.invoicing import invoice_to_change
from ezscale.billing.payments import book_receipt
from ezscale.billing.ports import Charge, ChargeState, Payer, PaymentGateway, Receipt
from ezscale.billing.small_sums import WAITS, to_charge
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.errors import BusinessError, Rejected, UnknownOutcome
from ezscale.kit.ids import new_secret
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Customer, Invoice, PaymentAttempt
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import ON_A_PAGE, AttemptTrigger

PAGE_LIVES = timedelta(hours=25)  # Stripe closes its pages after 24 hours
ANSWER_LOST = timedelta(minutes=5)
PAYABLE = (InvoiceStatus.DRAFT, InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)


class NothingToPay(BusinessError):
    """It is paid already, or asks for nothing."""


class AlreadyPaying(BusinessError):
    """Money for this invoice is on its way; a second payment must wait for the answer."""


@dataclass(frozen=True, slots=True)
class Return:
    """Where the gateway's page sends the customer back to."""

    success_url: str
    cancel_url: str


def open_checkout(open_work: OpenWork, gateways: Gateways, invoice_id: UUID, back: Return, through: str = "") -> str:
    """The address of a gateway's page for paying an invoice. Asking again gives the same page while it is open.

    `through` names the gateway; without it, it is the first. A page of another one is closed before.
    Who pays by a link may be anybody: their page names no customer, so that it shows nothing of them and keeps no card.
    """
    gateway, who = chosen_gateway(gateways, through), _payer_of(open_work, invoice_id)
    payer_ref = registered(open_work, gateway, who) if who else ""
    open_page = _close_or_reuse(open_work, gateways, gateway.name, invoice_id)
    if open_page:
        return open_page
    with open_work() as work:
        charge = _charge_for_page(work, gateway, invoice_id, payer_ref)
    try:
        page = gateway.open_checkout(charge, back.success_url, back.cancel_url)
    except UnknownOutcome:
        raise  # the attempt stays: the next click repeats the same key and gets the same page
    except Rejected:
        with open_work() as work:
            work.session.get_one(PaymentAttempt, charge.attempt_id).fail("refused", work.now)
        raise
    with open_work() as work:
        attempt = work.session.get_one(PaymentAttempt, charge.attempt_id)
        attempt.checkout_ref, attempt.checkout_url = page.ref, page.url
    return page.url


def confirm_checkout(open_work: OpenWork, gateway: PaymentGateway, checkout_ref: str) -> None:
    """Ask the gateway what became of a page, and book it. For the return, the webhook and the sweep alike."""
    receipt = gateway.read_checkout(checkout_ref)
    with open_work() as work:
        book_receipt(work, gateway.name, receipt)


def confirm_checkouts_of(open_work: OpenWork, gateways: Gateways, invoice_id: UUID) -> None:
    """The same for whatever page is open for an invoice."""
    with open_work() as work:
        attempt = live_attempt(work, invoice_id)
    if attempt is not None and attempt.checkout_ref:
        confirm_checkout(open_work, gateway_of(gateways, attempt.gateway), attempt.checkout_ref)


def close_page_of(open_work: OpenWork, gateways: Gateways, invoice_id: UUID) -> None:
    """Let nobody pay any more on the page that is open for an invoice, and book what became of it."""
    with open_work() as work:
        attempt = live_attempt(work, invoice_id)
    if attempt is not None and attempt.checkout_ref:
        gateway = gateway_of(gateways, attempt.gateway)
        _close(open_work, gateway, attempt.checkout_ref, gateway.read_checkout(attempt.checkout_ref))


def open_checkouts(work: Work, limit: int = 500) -> list[tuple[str, str]]:
    """The pages whose outcome we have not heard of, each with its gateway, for the sweep that heals lost webhooks."""
    waiting = select(PaymentAttempt.gateway, PaymentAttempt.checkout_ref).where(
        col(PaymentAttempt.live_for).is_not(None), PaymentAttempt.checkout_ref != ""
    )
    return list(work.session.exec(waiting.order_by(col(PaymentAttempt.id)).limit(limit)))


def lost_pages(work: Work, limit: int = 500) -> list[UUID]:
    """Attempts whose page was asked for, but never heard of, so long ago that nobody can pay on it any more."""
    lost = select(PaymentAttempt.id).where(
        col(PaymentAttempt.live_for).is_not(None),
        col(PaymentAttempt.trigger).in_(ON_A_PAGE),
        PaymentAttempt.checkout_ref == "",
        PaymentAttempt.created_at < work.now - PAGE_LIVES,
    )
    return list(work.session.exec(lost.order_by(col(PaymentAttempt.id)).limit(limit)))


def settle_lost_page(open_work: OpenWork, gateways: Gateways, attempt_id: UUID) -> None:
    """Book what was paid on such a page, found by our own name for it; otherwise the attempt is over."""
    with open_work() as work:
        attempt = work.session.get_one(PaymentAttempt, attempt_id)
        gateway = gateway_of(gateways, attempt.gateway)
        invoice = work.session.get_one(Invoice, attempt.invoice_id)
        payer_ref = work.session.get_one(Customer, invoice.customer_id).gateway_ref or ""
        by_link = attempt.trigger is AttemptTrigger.PAY_LINK  # no customer's, so there is nothing to look it up by,
    sent_at = attempt.sent_at or attempt.created_at  # and nobody was told where it is
    found = None if by_link else gateway.find_payment(payer_ref, attempt_id, sent_at)
    with open_work() as work:
        if found is not None and found.state in (ChargeState.SUCCEEDED, ChargeState.PROCESSING):
            book_receipt(work, gateway.name, found)
            return
        invoice_to_change(work, invoice.id)
        attempt = work.session.get_one(PaymentAttempt, attempt_id, populate_existing=True)
        if attempt.is_live:
            attempt.fail("lost", work.now)


def open_card_page(open_work: OpenWork, gateways: Gateways, back: Return, through: str = "") -> str:
    """The address of the page where a customer leaves a new card, at the gateway of this name or the first."""
    gateway = chosen_gateway(gateways, through)
    with open_work() as work:
        work.actor.require(MANAGE_CARDS)
        customer = work.session.get_one(Customer, work.actor.own_customer())
    payer_ref = registered(open_work, gateway, payer(customer))
    page = gateway.open_card_page(payer_ref, new_secret(), back.success_url, back.cancel_url, customer.currency)
    return page.url


def confirm_card_page(open_work: OpenWork, gateways: Gateways, page_ref: str, through: str = "") -> bool:
    """Keep the card that its customer has left on a page. False while nobody has finished it."""
    gateway = chosen_gateway(gateways, through)
    with open_work() as work:
        work.actor.require(MANAGE_CARDS)
        customer = work.session.get_one(Customer, work.actor.own_customer())
    card = gateway.read_card_page(page_ref, customer.gateway_ref) if customer.gateway_ref else None
    if card is None:
        return False
    with open_work() as work:
        keep_card(work, customer.id, gateway.name, card)
    return True


def registered(open_work: OpenWork, gateway: PaymentGateway, who: Payer) -> str:
    """The gateway's name for a customer, asked for once and kept."""
    if who.gateway_ref:
        return who.gateway_ref
    ref = gateway.register(who)
    with open_work() as work:
        customer = work.session.get_one(Customer, who.customer_id)
        customer.gateway_ref = customer.gateway_ref or ref
        return customer.gateway_ref


def payer(customer: Customer) -> Payer:
    """A customer in the gateway's terms."""
    name = customer.company or customer.name
    return Payer(customer.id, name, customer.email, customer.country, customer.gateway_ref or "")


def _payer_of(open_work: OpenWork, invoice_id: UUID) -> Payer | None:
    """The customer who pays; nobody that we know when it is paid by a link."""
    with open_work() as work:
        work.actor.require(PAY_INVOICES)
        invoice = _payable(work, invoice_id)
        if _way_of(work.actor) is AttemptTrigger.PAY_LINK:
            return None
        return payer(work.session.get_one(Customer, invoice.customer_id))


def _close_or_reuse(open_work: OpenWork, gateways: Gateways, through: str, invoice_id: UUID) -> str:
    """The page already open for this very sum and way of paying, or nothing after another one was closed."""
    with open_work() as work:
        attempt = live_attempt(work, invoice_id)
        wanted, way = to_charge(work, _payable(work, invoice_id)), _way_of(work.actor)
    if attempt is None or not attempt.checkout_ref:
        return ""
    gateway = gateway_of(gateways, attempt.gateway)
    receipt = gateway.read_checkout(attempt.checkout_ref)
    as_wanted = (attempt.gateway, attempt.amount, attempt.trigger) == (through, wanted, way)
    if receipt.state is ChargeState.OPEN and as_wanted:
        return attempt.checkout_url
    _close(open_work, gateway, attempt.checkout_ref, receipt)
    return ""


def _close(open_work: OpenWork, gateway: PaymentGateway, checkout_ref: str, receipt: Receipt) -> None:
    if receipt.state is ChargeState.OPEN:
        gateway.close_checkout(checkout_ref)
    confirm_checkout(open_work, gateway, checkout_ref)


def _charge_for_page(work: Work, gateway: PaymentGateway, invoice_id: UUID, payer_ref: str) -> Charge:
    invoice = _payable(work, invoice_id)
    attempt, wanted = live_attempt(work, invoice_id), (gateway.name, _way_of(work.actor))
    is_other = attempt is not None and (attempt.gateway, attempt.trigger) != wanted
    if attempt is not None and is_other and _is_lost(attempt, work.now):
        attempt.fail("lost", work.now)
        work.session.flush()
        attempt = None
    if attempt is not None and is_other:
        raise AlreadyPaying("A payment for this invoice is being processed. Please look again in a minute.")
    if attempt is None:
        attempt = new_attempt(work, invoice, wanted[1], gateway.name)
    attempt.send(work.now)
    charge = charge_of(attempt, invoice, work.session.get_one(Customer, invoice.customer_id))
    return Charge(charge.key, charge.attempt_id, charge.invoice_id, charge.amount, payer_ref, charge.description)


def _is_lost(attempt: PaymentAttempt, now: datetime) -> bool:
    """Whether an attempt is for a page of which nobody has been told, nor will be: the answer was lost on its way to us."""
    asked_at = attempt.sent_at or attempt.created_at
    return attempt.trigger in ON_A_PAGE and not attempt.checkout_ref and now - asked_at >= ANSWER_LOST


def _way_of(actor: Actor) -> AttemptTrigger:
    return AttemptTrigger.PAY_LINK if actor.kind is ActorKind.LINK else AttemptTrigger.CHECKOUT


def _payable(work: Work, invoice_id: UUID) -> Invoice:
    invoice = invoice_to_change(work, invoice_id)
    if invoice.status not in PAYABLE or not invoice.open_amount:
        raise NothingToPay("There is nothing to pay on this invoice.")
    if not to_charge(work, invoice):
        raise NothingToPay(f"This is too little to be paid by itself. {WAITS}")
    return invoice
