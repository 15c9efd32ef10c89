"""Paying while the customer is there: on the gateway's own page, where the card is typed and kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from sqlmodel import and_, col, or_, select

from ezscale.accounts.permissions import PAY_INVOICES
from ezscale.billing.approval import Approval, approval_of
from ezscale.billing.collecting import live_attempt, new_attempt
from ezscale.billing.gateways import Gateways, chosen_gateway, gateway_of
from ezscale.billing.payers import payer_ref_of, registered
from ezscale.billing.payments import book_receipt
from ezscale.billing.ports import Charge, ChargeState, PaymentGateway, Receipt
from ezscale.billing.sending import charge_of
from ezscale.billing.small_sums import WAITS
from ezscale.billing.to_pay import ToPay, lock_with_what_it_pays, locked, paid_by, sum_of, to_pay
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.errors import BusinessError, Rejected, UnknownOutcome
from ezscale.kit.money import Money
from ezscale.kit.work import OpenWork, Work
from ezscale.models import PaymentAttempt, TopUp
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import ON_A_PAGE, AttemptStatus, AttemptTrigger

PAGE_LIVES = timedelta(hours=25)  # Stripe closes its pages after 24 hours
OURS_LIVE = timedelta(hours=3)  # pages of which we take the money: automatic charges wait no longer for them
ANSWER_LOST = timedelta(minutes=5)
PAYABLE = (InvoiceStatus.DRAFT, InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)


RESERVED = (
    "The money for this is reserved already, and is taken once we have looked at the order. You need not do anything."
)


class NothingToPay(BusinessError):
    """It is paid already, or asks for nothing."""


class AlreadyPaying(BusinessError):
    """Money for this invoice is on its way; a second payment must wait for the answer."""


@dataclass(frozen=True, slots=True)
class Return:
    """Where the gateway's page sends the customer back to."""

    success_url: str
    cancel_url: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """What makes two pages the same to whoever pays."""

    gateway: str
    way: AttemptTrigger
    amount: Money
    reserves: bool

    @classmethod
    def by(cls, attempt: PaymentAttempt) -> Self:
        return cls(attempt.gateway, attempt.trigger, attempt.amount, attempt.reserves)


def open_checkout(open_work: OpenWork, gateways: Gateways, wanted: UUID, back: Return, through: str = "") -> str:
    """The address of a gateway's page for paying an invoice or a top-up. Asking again gives the same page while it is open.

    Where a person has to approve what is paid for, and the gateway can, the page only reserves the money.
    `through` names the gateway; without it, it is the first. A page of another one is closed before.
    Who pays by a link may be anybody: their page names no customer, so that it shows nothing of them and keeps no card.
    """
    gateway, who = chosen_gateway(gateways, through), _payer_of(open_work, wanted)
    payer_ref = registered(open_work, gateway, who) if who else ""
    open_page = _close_or_reuse(open_work, gateways, gateway, wanted)
    if open_page:
        return open_page
    with open_work() as work:
        charge = _charge_for_page(work, gateway, wanted, payer_ref)
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
    """Ask the gateway what became of a page, take what was approved there, and book it.

    For the return, the webhook and the sweep alike: what is taken is taken once, and nothing of a page that is closed.
    """
    receipt = gateway.read_checkout(checkout_ref)
    if receipt.state is ChargeState.APPROVED and not gateway.pages_take:
        with open_work() as work:
            attempt_id = _begin_taking(work, gateway.name, checkout_ref, receipt)
        if attempt_id is None:
            return
        receipt = _taken(open_work, gateway, checkout_ref, attempt_id)
    with open_work() as work:
        book_receipt(work, gateway.name, receipt)


def confirm_checkouts_of(open_work: OpenWork, gateways: Gateways, wanted: UUID) -> None:
    """The same for whatever page is open for an invoice or a top-up."""
    with open_work() as work:
        attempt = live_attempt(work, wanted)
    if attempt is not None and attempt.checkout_ref:
        confirm_checkout(open_work, gateway_of(gateways, attempt.gateway), attempt.checkout_ref)


def close_page_of(open_work: OpenWork, gateways: Gateways, wanted: UUID) -> None:
    """Let nobody pay any more on the page that is open for an invoice or a top-up, and book what became of it."""
    with open_work() as work:
        attempt = live_attempt(work, wanted)
    if attempt is not None and attempt.checkout_ref:
        _close(open_work, gateway_of(gateways, attempt.gateway), attempt)


def asks_for(work: Work, wanted: ToPay, amount: Money) -> bool:
    """Whether it is still this sum that is to be paid; beside an invoice, small sums may have joined since."""
    if isinstance(wanted, TopUp):
        return wanted.is_asked and wanted.amount == amount
    asked = range(wanted.open_amount.minor, sum_of(work, wanted).minor + 1)
    return wanted.status in PAYABLE and amount.currency == wanted.currency and amount.minor in asked


def was_declined(work: Work, invoice_id: UUID) -> bool:
    """Whether what was approved on a page for an invoice was refused when we took it, and nothing was tried since."""
    attempts = select(PaymentAttempt).where(PaymentAttempt.invoice_id == invoice_id)
    latest = work.session.exec(attempts.order_by(col(PaymentAttempt.id).desc()).limit(1)).first()
    return latest is not None and latest.status is AttemptStatus.FAILED and latest.taking_at is not None


def open_checkouts(work: Work, limit: int = 500) -> list[tuple[str, str]]:
    """The pages whose outcome we have not heard of, each with its gateway, for the sweep that heals lost webhooks."""
    waiting = select(PaymentAttempt.gateway, PaymentAttempt.checkout_ref).where(
        col(PaymentAttempt.live_for).is_not(None),
        PaymentAttempt.checkout_ref != "",
        col(PaymentAttempt.reserved_until).is_(None),  # else we have heard, and ask about the money itself
    )
    return list(work.session.exec(waiting.order_by(col(PaymentAttempt.id)).limit(limit)))


def close_old_page(open_work: OpenWork, gateway: PaymentGateway, checkout_ref: str) -> None:
    """Close a page that has been open for hours, where that is ours to do; others close by themselves."""
    with open_work() as work:
        old = select(PaymentAttempt).where(
            PaymentAttempt.gateway == gateway.name,
            PaymentAttempt.checkout_ref == checkout_ref,
            col(PaymentAttempt.live_for).is_not(None),
            PaymentAttempt.created_at < work.now - OURS_LIVE,
        )
        attempt = work.session.exec(old).first()
        if attempt is not None and not gateway.pages_take:
            _closed(work, attempt)


def lost_pages(work: Work, limit: int = 500) -> list[UUID]:
    """Attempts on pages of which we must have heard by now: the page was never told, or the answer to taking its money."""
    lost = select(PaymentAttempt.id).where(
        col(PaymentAttempt.live_for).is_not(None),
        col(PaymentAttempt.trigger).in_(ON_A_PAGE),
        or_(
            and_(PaymentAttempt.checkout_ref == "", PaymentAttempt.created_at < work.now - PAGE_LIVES),
            and_(col(PaymentAttempt.taking_at) < work.now - PAGE_LIVES, col(PaymentAttempt.reserved_until).is_(None)),
        ),
    )
    return list(work.session.exec(lost.order_by(col(PaymentAttempt.id)).limit(limit)))


def settle_lost_page(open_work: OpenWork, gateways: Gateways, attempt_id: UUID) -> None:
    """Book what was paid on such a page, found by our own name for it; otherwise the attempt is over."""
    with open_work() as work:
        attempt = work.session.get_one(PaymentAttempt, attempt_id)
        gateway = gateway_of(gateways, attempt.gateway)
        payer_ref = payer_ref_of(work, paid_by(work, attempt).customer_id, gateway.name)
        was_told = attempt.trigger is not AttemptTrigger.PAY_LINK or attempt.is_being_taken
    sent_at = attempt.taking_at or attempt.sent_at or attempt.created_at
    found = gateway.find_payment(payer_ref, attempt_id, sent_at) if was_told else None  # else nobody could pay there
    with open_work() as work:
        if found is not None and found.state in (ChargeState.SUCCEEDED, ChargeState.PROCESSING, ChargeState.APPROVED):
            book_receipt(work, gateway.name, found)
            return
        paid_by(work, attempt)
        attempt = work.session.get_one(PaymentAttempt, attempt_id, populate_existing=True)
        if attempt.is_live:
            attempt.fail("lost", work.now)


def _payer_of(open_work: OpenWork, wanted: UUID) -> UUID | None:
    """The customer who pays; nobody that we know when it is paid by a link."""
    with open_work() as work:
        work.actor.require(PAY_INVOICES)
        customer_id = _payable(work, wanted).customer_id
        if _way_of(work.actor) is AttemptTrigger.PAY_LINK:
            return None
        return customer_id


def _close_or_reuse(open_work: OpenWork, gateways: Gateways, through: PaymentGateway, wanted: UUID) -> str:
    """The page already open for this very sum and way of paying, or nothing after another one was closed."""
    with open_work() as work:
        attempt = live_attempt(work, wanted)
        asked = _asked(work, through, _payable(work, wanted))
        if attempt is not None and attempt.is_reserved:
            raise AlreadyPaying(RESERVED)
    if attempt is None or not attempt.checkout_ref:
        return ""
    gateway = gateway_of(gateways, attempt.gateway)
    if _Asked.by(attempt) == asked:
        receipt = gateway.read_checkout(attempt.checkout_ref)
        if receipt.state is ChargeState.OPEN:
            return attempt.checkout_url
        if receipt.state is ChargeState.APPROVED:  # and they come for it again: it is what they want
            confirm_checkout(open_work, gateway, attempt.checkout_ref)
            return ""
    _close(open_work, gateway, attempt)
    return ""


def _close(open_work: OpenWork, gateway: PaymentGateway, attempt: PaymentAttempt) -> None:
    """Close a page. Where its money is ours to take, that is a word in our books; unless it is being taken already."""
    if gateway.pages_take:
        if gateway.read_checkout(attempt.checkout_ref).state is ChargeState.OPEN:
            gateway.close_checkout(attempt.checkout_ref)
    else:
        with open_work() as work:
            if _closed(work, attempt):
                return
    confirm_checkout(open_work, gateway, attempt.checkout_ref)


def _closed(work: Work, attempt: PaymentAttempt) -> bool:
    """Whether nothing of a page is taken any more: under the lock of what it pays, so that nobody begins to in between."""
    paid_by(work, attempt)
    fresh = work.session.get_one(PaymentAttempt, attempt.id, with_for_update=True, populate_existing=True)
    if fresh.is_being_taken:
        return False
    if fresh.is_live:
        fresh.close_page(work.now)
        work.session.flush()
    return True


def _begin_taking(work: Work, gateway: str, checkout_ref: str, receipt: Receipt) -> UUID | None:
    """Write down that we take what was approved on a page: the attempt; nothing for a page that is not wanted any more."""
    found = lock_with_what_it_pays(work, receipt.attempt_id) if receipt.attempt_id else None
    if found is None or found[0].gateway != gateway:
        return None
    attempt, wanted = found
    if not attempt.is_live or attempt.checkout_ref not in ("", checkout_ref):
        return None
    is_wanted = asks_for(work, wanted, attempt.amount)
    is_fresh = attempt.created_at > work.now - PAGE_LIVES  # who agreed so long ago, before an outage, has forgotten it
    if not attempt.is_being_taken and not (is_wanted and is_fresh):
        attempt.fail("not_needed", work.now)
        return None
    attempt.take(work.now)
    attempt.checkout_ref = checkout_ref
    return attempt.id


def _taken(open_work: OpenWork, gateway: PaymentGateway, checkout_ref: str, attempt_id: UUID) -> Receipt:
    try:
        return gateway.take_checkout(checkout_ref)
    except UnknownOutcome:
        with open_work() as work:
            attempt = locked(work, attempt_id)
            if attempt.is_live:
                attempt.lose_sight()
        raise
    except Rejected:
        with open_work() as work:
            attempt = locked(work, attempt_id)
            if attempt.is_live:
                attempt.fail("refused", work.now)
        raise


def _charge_for_page(work: Work, gateway: PaymentGateway, wanted: UUID, payer_ref: str) -> Charge:
    asked = _payable(work, wanted)
    attempt, as_wanted = live_attempt(work, wanted), _asked(work, gateway, asked)
    if attempt is not None and attempt.is_reserved:
        raise AlreadyPaying(RESERVED)
    is_other = attempt is not None and _Asked.by(attempt) != as_wanted
    if attempt is not None and is_other and _is_lost(attempt, work.now):
        attempt.fail("lost", work.now)
        work.session.flush()
        attempt = None
    if attempt is not None and (is_other or attempt.is_being_taken):
        raise AlreadyPaying("A payment for this is being processed. Please look again in a minute.")
    if attempt is None:
        attempt = new_attempt(work, asked, as_wanted.way, gateway.name)
        attempt.reserves = as_wanted.reserves
    attempt.send(work.now)
    return charge_of(attempt, asked, payer_ref)


def _asked(work: Work, gateway: PaymentGateway, wanted: ToPay) -> _Asked:
    reserves = gateway.can_reserve and approval_of(work, wanted.id) is Approval.AWAITED
    return _Asked(gateway.name, _way_of(work.actor), sum_of(work, wanted), reserves)


def _is_lost(attempt: PaymentAttempt, now: datetime) -> bool:
    """Whether an attempt is for a page of which nobody has been told, nor will be: the answer was lost on its way to us."""
    asked_at = attempt.sent_at or attempt.created_at
    return attempt.trigger in ON_A_PAGE and not attempt.checkout_ref and now - asked_at >= ANSWER_LOST


def _way_of(actor: Actor) -> AttemptTrigger:
    return AttemptTrigger.PAY_LINK if actor.kind is ActorKind.LINK else AttemptTrigger.CHECKOUT


def _payable(work: Work, wanted: UUID) -> ToPay:
    found = to_pay(work, wanted)
    if isinstance(found, TopUp):
        if not found.is_asked:
            raise NothingToPay("This top-up is not to be paid any more. Please look at your credit.")
        return found
    if found.status not in PAYABLE or not found.open_amount:
        raise NothingToPay("There is nothing to pay on this invoice.")
    if approval_of(work, found.id) is Approval.REFUSED:
        raise NothingToPay("We cannot carry out this order, and take no money for it.")
    if not sum_of(work, found):
        raise NothingToPay(f"This is too little to be paid by itself. {WAITS}")
    return found
