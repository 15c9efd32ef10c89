"""Tasks about money."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ezscale.billing import cards, checkout, collecting, documents, dunning, notices, renewals
from ezscale.billing.events import CardKept, CardReplaced, ChargeRequested, InvoiceIssued, NoticeReceived
from ezscale.kit.errors import Rejected, TemporaryFailure
from ezscale.privacy import vendors
from ezscale.tasks.registry import task
from ezscale.wiring import House


@task
def collect(house: House, event: ChargeRequested) -> None:
    """Send an attempt to the gateway."""
    collecting.collect(house.automation("billing"), house.payments, event.attempt_id)


@task
def handle_notice(house: House, event: NoticeReceived) -> None:
    """Ask the gateway about what its message was about; of somebody who is erased nothing is kept of it."""
    with house.automation("privacy")() as work:
        vendors.empty_notice(work, event.notice_id)
    notices.handle_notice(house.automation("billing"), house.payments, event.notice_id)


@task
def print_invoice(house: House, event: InvoiceIssued) -> None:
    """Make the PDF that will never change."""
    with house.automation("billing")() as work:
        documents.invoice_pdf(work, event.invoice_id)


@task
def try_new_card(house: House, event: CardKept) -> None:
    """Charge what is due to the new card."""
    with house.automation("billing")() as work:
        dunning.retry_with_new_card(work, event.customer_id)


@task
def forget_replaced_card(house: House, event: CardReplaced) -> None:
    """Let the gateway forget a card that was typed again."""
    cards.forget_replaced(house.automation("billing"), house.payments, event.method_id)


@task
def renew(house: House) -> None:
    """Invoice what comes near."""
    renewals.issue_renewals(house.automation("renewals"))


@task
def chase(house: House) -> None:
    """Charge, remind, warn and stop, for what is not paid."""
    dunning.chase_invoices(house.automation("dunning"))


@task
def end_cancelled(house: House) -> None:
    """End what customers have cancelled."""
    dunning.end_cancelled(house.automation("dunning"))


@task
def find_lost_answers(house: House) -> None:
    """Heal lost webhooks: ask about pages that are still open, and about pages and charges without an answer."""
    open_work = house.automation("billing")
    with open_work() as work:
        pages, lost, charges = checkout.open_checkouts(work), checkout.lost_pages(work), collecting.unanswered(work)
    for checkout_ref in pages:
        with one_of_many():
            checkout.confirm_checkout(open_work, house.payments, checkout_ref)
    for attempt_id in lost:
        with one_of_many():
            checkout.settle_lost_page(open_work, house.payments, attempt_id)
    for attempt_id in charges:
        with one_of_many():
            collecting.collect(open_work, house.payments, attempt_id)


@contextmanager
def one_of_many() -> Iterator[None]:
    """What the gateway does not answer now is asked again in the next round; the others may still be answered."""
    with suppress(Rejected, TemporaryFailure):
        yield
