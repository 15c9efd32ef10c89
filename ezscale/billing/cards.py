"""Cards that the gateway keeps for our customers."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import false, func, update
from sqlmodel import col, or_, select

from ezscale.accounts.permissions import MANAGE_CARDS, SEE_BILLING, SEE_EVERYTHING
from ezscale.billing.disputed import is_questioned
from ezscale.billing.events import CardKept, CardReplaced, CardRevoked
from ezscale.billing.gateways import Gateways, gateway_of
from ezscale.billing.payers import know_payer
from ezscale.billing.ports import Card, PaymentGateway
from ezscale.kit.errors import BusinessError, NotFound
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Customer, PaymentAttempt, PaymentMethod
from ezscale.models.payment import AttemptStatus

MOST_TRIES, IN_DAYS = 15, timedelta(days=30)  # Visa's limit; Mastercard bears 35 in as many days


def cards(work: Work, customer_id: UUID | None = None) -> list[PaymentMethod]:
    """The cards on file, the default first: one's own, or a customer's for staff."""
    on_file = select(PaymentMethod).where(col(PaymentMethod.removed_at).is_(None))
    if work.actor.may(SEE_EVERYTHING) and customer_id is not None:
        on_file = on_file.where(PaymentMethod.customer_id == customer_id)
    elif work.actor.may(SEE_BILLING) and work.actor.customer_id is not None:
        on_file = on_file.where(PaymentMethod.customer_id == work.actor.customer_id)
    else:
        on_file = on_file.where(false())
    by_use = (col(PaymentMethod.is_default).desc(), col(PaymentMethod.is_backup).desc(), col(PaymentMethod.id).desc())
    return list(work.session.exec(on_file.order_by(*by_use)))


def usable_card(work: Work, customer_id: UUID) -> PaymentMethod | None:
    """The card that a charge would go to: the default one, or the backup once the bank has refused that for good.

    A card with which a payment was made that is disputed is not charged before that is decided.
    """
    usable = select(PaymentMethod).where(
        PaymentMethod.customer_id == customer_id,
        or_(col(PaymentMethod.is_default).is_(True), col(PaymentMethod.is_backup).is_(True)),
        col(PaymentMethod.removed_at).is_(None),
        col(PaymentMethod.refused_at).is_(None),
        ~is_questioned(),
    )
    first = (col(PaymentMethod.is_default).desc(), col(PaymentMethod.id).desc())
    return work.session.exec(usable.order_by(*first)).first()


def backup_card(work: Work, customer_id: UUID) -> PaymentMethod | None:
    """The card that the customer lets us charge in the place of the default one, unless it was refused for good, too."""
    backup = select(PaymentMethod).where(
        PaymentMethod.customer_id == customer_id,
        col(PaymentMethod.is_backup).is_(True),
        col(PaymentMethod.removed_at).is_(None),
        col(PaymentMethod.refused_at).is_(None),
        ~is_questioned(),
    )
    return work.session.exec(backup).first()


def is_tried_out(work: Work, card: PaymentMethod) -> bool:
    """Whether a card was asked in vain so often lately that card networks fine whoever asks again."""
    in_vain = select(func.count()).where(
        PaymentAttempt.method_id == card.id,
        PaymentAttempt.created_at > work.now - IN_DAYS,
        PaymentAttempt.status != AttemptStatus.SUCCEEDED,
        col(PaymentAttempt.sent_at).is_not(None),
    )
    return work.session.exec(in_vain).one() >= MOST_TRIES


def keep_card(work: Work, customer_id: UUID, gateway: str, card: Card) -> PaymentMethod:
    """Remember a card as the customer's default. A card we know already is only made the default again.

    The same card typed again, with a new date perhaps, takes the place of the one that was kept before.
    """
    work.session.get_one(Customer, customer_id, with_for_update=True)  # one new card at a time
    know_payer(work, customer_id, gateway, card.payer_ref)
    known = select(PaymentMethod).where(PaymentMethod.gateway == gateway, PaymentMethod.gateway_ref == card.ref)
    method = work.session.exec(known).first()
    if method is not None and method.is_default and method.removed_at is None:
        return method
    work.session.execute(
        update(PaymentMethod).where(col(PaymentMethod.customer_id) == customer_id).values(is_default=False)
    )
    if method is None:
        method = PaymentMethod(
            customer_id=customer_id,
            gateway=gateway,
            gateway_ref=card.ref,
            brand=card.brand,
            last4=card.last4,
            exp_month=card.exp_month,
            exp_year=card.exp_year,
            account=card.account,
            fingerprint=card.fingerprint or None,
            country=card.country[:2],
            added_at=work.now,
        )
    method.is_default, method.is_backup, method.removed_at = True, False, None
    work.session.add(method)
    _replace_older(work, method)
    work.emit(CardKept(customer_id))
    return method


def choose_default(work: Work, method_id: UUID) -> PaymentMethod:
    """Charge one of one's cards from now on, and what is due at once. A backup changes places with the default card."""
    chosen, others = _own_cards(work, method_id)
    if chosen.is_default:
        return chosen
    for other in others:
        if other.is_default:
            other.is_default, other.is_backup = False, chosen.is_backup and other.refused_at is None
    chosen.is_default, chosen.is_backup = True, False
    work.session.add_all([chosen, *others])
    work.emit(CardKept(chosen.customer_id))
    return chosen


def choose_backup(work: Work, method_id: UUID) -> PaymentMethod:
    """Let one of one's cards be charged when the bank refuses the default one for good, instead of any other backup."""
    chosen, others = _own_cards(work, method_id)
    if chosen.is_default:
        raise BusinessError("This card is charged already. Please choose another one for the case that it is refused.")
    for other in others:
        other.is_backup = False
    chosen.is_backup = True
    work.session.add_all([chosen, *others])
    return chosen


def give_up_backup(work: Work, method_id: UUID) -> PaymentMethod:
    """Let no other card be charged than the default one."""
    chosen, _ = _own_cards(work, method_id, also_refused=True)
    chosen.is_backup = False
    work.session.add(chosen)
    return chosen


def refuse_card(work: Work, method_id: UUID | None) -> None:
    """The bank said never to try this card again."""
    if method_id is not None:
        work.session.get_one(PaymentMethod, method_id).refuse(work.now)


def look_at_card(open_work: OpenWork, gateway: PaymentGateway, card_ref: str) -> None:
    """Take over what the gateway says of a kept card: its bank may have renewed it.

    One that it keeps no longer, because its owner has said so there, is charged no more, and they are told.
    """
    with open_work() as work:
        known = select(PaymentMethod).where(
            PaymentMethod.gateway == gateway.name,
            PaymentMethod.gateway_ref == card_ref,
            col(PaymentMethod.removed_at).is_(None),
        )
        found = work.session.exec(known).first()
    if found is None:
        return
    card = gateway.read_card(card_ref)
    with open_work() as work:
        method = work.session.get_one(PaymentMethod, found.id, with_for_update=True)
        if card is not None:
            take_over(work, method, card)
        elif method.refused_at is None and method.removed_at is None:
            method.refuse(work.now)
            work.emit(CardRevoked(method.id, method.customer_id))


def take_over(work: Work, method: PaymentMethod, card: Card) -> bool:
    """A kept card is what the gateway says of it today; returns whether its date or its number is another one.

    Of a wallet there is nothing to follow.
    """
    if not card.last4 or method.removed_at is not None:
        return False
    fingerprint = card.fingerprint or method.fingerprint
    is_renewed = method.renew(card.last4, (card.exp_month, card.exp_year), fingerprint)
    work.session.add(method)
    return is_renewed


def remove_card(open_work: OpenWork, gateways: Gateways, method_id: UUID) -> None:
    """The customer does not want a card used any more; the gateway forgets it too."""
    with open_work() as work:
        work.actor.require(MANAGE_CARDS)
        method = {card.id: card for card in cards(work)}.get(method_id)
        if method is None:
            raise NotFound("We could not find this card.")
        method.remove(work.now)
    gateway_of(gateways, method.gateway).forget_card(method.gateway_ref)


def forget_replaced(open_work: OpenWork, gateways: Gateways, method_id: UUID) -> None:
    """Let the gateway forget a card that another copy has replaced, unless it is in use again."""
    with open_work() as work:
        method = work.session.get_one(PaymentMethod, method_id)
    if method.removed_at is not None:
        gateway_of(gateways, method.gateway).forget_card(method.gateway_ref)


def _own_cards(work: Work, method_id: UUID, *, also_refused: bool = False) -> tuple[PaymentMethod, list[PaymentMethod]]:
    """One of one's own cards, and the others; one choice at a time."""
    work.actor.require(MANAGE_CARDS)
    work.session.get_one(Customer, work.actor.own_customer(), with_for_update=True)
    on_file = cards(work)
    chosen = next((card for card in on_file if card.id == method_id), None)
    if chosen is None:
        raise NotFound("We could not find this card.")
    if chosen.refused_at is not None and not also_refused:
        raise BusinessError("The bank has refused this card for good. Please add another one.")
    return chosen, [card for card in on_file if card is not chosen]


def _replace_older(work: Work, kept: PaymentMethod) -> None:
    """The other copies of the same card are removed; the gateway is told after the commit."""
    if kept.fingerprint is None:
        return
    copies = select(PaymentMethod).where(
        PaymentMethod.customer_id == kept.customer_id,
        PaymentMethod.gateway == kept.gateway,
        PaymentMethod.fingerprint == kept.fingerprint,
        PaymentMethod.id != kept.id,
        col(PaymentMethod.removed_at).is_(None),
    )
    for older in work.session.exec(copies):
        older.remove(work.now)
        work.emit(CardReplaced(older.id, older.customer_id))
