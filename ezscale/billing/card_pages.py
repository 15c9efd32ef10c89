"""Leaving a card or a wallet for renewals without paying: on a gateway's page that belongs to one customer."""

from datetime import timedelta

from sqlmodel import col, select

from ezscale.accounts.permissions import MANAGE_CARDS
from ezscale.billing.cards import keep_card
from ezscale.billing.checkout import Return
from ezscale.billing.gateways import Gateways, chosen_gateway, gateway_of
from ezscale.billing.payers import registered
from ezscale.billing.ports import PaymentGateway
from ezscale.kit.errors import Rejected
from ezscale.kit.ids import new_id
from ezscale.kit.work import OpenWork
from ezscale.models import CardPage, Customer

PAGE_LIVES = timedelta(days=1)
LATEST = 5


def open_card_page(open_work: OpenWork, gateways: Gateways, back: Return, through: str = "") -> str:
    """The address of the page where a customer leaves a new card, at the gateway of this name or the first."""
    gateway = chosen_gateway(gateways, through)
    with open_work() as work:
        work.actor.require(MANAGE_CARDS)
        customer = work.session.get_one(Customer, work.actor.own_customer())
    payer_ref = registered(open_work, gateway, customer.id)
    with open_work() as work:
        asked = CardPage(
            customer_id=customer.id,
            gateway=gateway.name,
            key=new_id().hex,
            payer_ref=payer_ref,
            opened_at=work.now,
        )
        work.session.add(asked)
        work.session.flush()
    page = gateway.open_card_page(payer_ref, asked.key, back.success_url, back.cancel_url, customer.currency)
    with open_work() as work:
        work.session.get_one(CardPage, asked.id).page_ref = page.ref
    return page.url


def confirm_card_pages(open_work: OpenWork, gateways: Gateways) -> bool:
    """Keep what somebody's own customer has left on the pages that were opened for it; whether there was anything."""
    with open_work() as work:
        work.actor.require(MANAGE_CARDS)
        customer_id = work.actor.own_customer()
        theirs = select(CardPage).where(
            CardPage.customer_id == customer_id,
            CardPage.page_ref != "",
            col(CardPage.finished_at).is_(None),
            col(CardPage.opened_at) > work.now - PAGE_LIVES,
        )
        pages = work.session.exec(theirs.order_by(col(CardPage.id).desc()).limit(LATEST)).all()
    kept = [_confirm(open_work, gateway_of(gateways, page.gateway), page) for page in reversed(pages)]
    return any(kept)


def _confirm(open_work: OpenWork, gateway: PaymentGateway, page: CardPage) -> bool:
    try:
        card = gateway.read_card_page(page.page_ref, page.payer_ref)
    except Rejected:
        return False  # it is too old, and nobody finished it
    if card is None:
        return False
    with open_work() as work:
        own = work.session.get_one(CardPage, page.id, with_for_update=True, populate_existing=True)
        if own.finished_at is None:
            own.finish(work.now)
            keep_card(work, page.customer_id, gateway.name, card)
    return True
