"""To the gateway's page and back."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode
from uuid import UUID

from ezscale import wiring
from ezscale.billing.card_pages import confirm_card_pages, open_card_page
from ezscale.billing.checkout import Return, confirm_checkouts_of, open_checkout
from ezscale.billing.not_answering import in_plain_words
from ezscale.billing.top_ups import ask_for_top_up, top_up_from_card
from ezscale.kit.errors import Rejected, TemporaryFailure
from ezscale.kit.money import Money
from ezscale.kit.work import OpenWork
from ezscale.state.other_ways import other_ways

log = logging.getLogger(__name__)

ORDER = "/account/order/"
INVOICE = "/account/invoice/"
CARDS = "/account/cards/"
CREDIT = "/account/credit/"


def checkout_of_order(open_work: OpenWork, order_id: UUID, invoice_id: UUID, origin: str, through: str = "") -> str:
    """The address of the page where an order is paid; it leads back to the order."""
    with said_plainly(open_work, invoice_id):
        return open_checkout(open_work, wiring.gateways(), invoice_id, back_to(origin, ORDER, order_id), through)


def checkout_of_invoice(open_work: OpenWork, invoice_id: UUID, origin: str, through: str = "") -> str:
    """The address of the page where an invoice is paid; it leads back to the invoice."""
    with said_plainly(open_work, invoice_id):
        return open_checkout(open_work, wiring.gateways(), invoice_id, back_to(origin, INVOICE, invoice_id), through)


def page_for_top_up(open_work: OpenWork, amount: Money, origin: str, through: str = "") -> str:
    """The address of the page where a sum is paid into one's credit; it leads back to the credit."""
    with open_work() as work:
        top_up = ask_for_top_up(work, amount)
    with said_plainly(open_work):
        return open_checkout(open_work, wiring.gateways(), top_up.id, back_to(origin, CREDIT, top_up.id), through)


def top_up_from_kept(open_work: OpenWork, amount: Money, form_key: str) -> UUID:
    """The same from the method that is charged by default: what it is called."""
    return top_up_from_card(open_work, wiring.gateways(), amount, form_key).id


def card_page(open_work: OpenWork, origin: str, through: str = "") -> str:
    """The address of the page where a new card or wallet is left; it leads back to the cards."""
    cards = f"{origin}{CARDS}"
    with said_plainly(open_work):
        return open_card_page(open_work, wiring.gateways(), Return(f"{cards}?came=kept", f"{cards}?came=back"), through)


def take_cards(open_work: OpenWork) -> bool:
    """Keep what was left on one's own pages; whether there was anything. No answer is no harm: they may look again."""
    try:
        return confirm_card_pages(open_work, wiring.gateways())
    except TemporaryFailure:
        log.info("A gateway did not say what was left on a page for cards.")
        return False


def ask_gateway(open_work: OpenWork, invoice_id: UUID) -> None:
    """Hear what became of the open page of an invoice or a top-up. No answer is no harm: the gateway will tell us by itself."""
    try:
        confirm_checkouts_of(open_work, wiring.gateways(), invoice_id)
    except (TemporaryFailure, Rejected):
        log.info("The gateway did not say what became of the page for %s.", invoice_id)


@contextmanager
def said_plainly(open_work: OpenWork, invoice_id: UUID | None = None) -> Iterator[None]:
    """Tell whoever wants to pay that this way of paying does not answer right now, and which other way there is."""
    try:
        yield
    except TemporaryFailure as failure:
        log.warning("No page to pay on: %s", failure.message)
        with open_work() as work:
            raise in_plain_words(work, invoice_id, has_other_ways=bool(other_ways())) from failure


def back_to(origin: str, path: str, row_id: UUID) -> Return:
    """Where the gateway sends the customer back to: to the host name at which they are signed in."""

    def address(came: str) -> str:
        return f"{origin}{path}?{urlencode({'id': str(row_id), 'came': came})}"

    return Return(address("paid"), address("back"))
