"""Tasks about money."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from ezscale.accounts.events import TaxDetailsChanged
from ezscale.billing import (
    auto_agreements,
    auto_top_ups,
    balances,
    cards,
    changes,
    checkout,
    collecting,
    comparing,
    credit,
    documents,
    dunning,
    expiring_cards,
    holds,
    kept_methods,
    late_fees,
    notices,
    old_subscriptions,
    pausing,
    payouts,
    referral_rewards,
    refunding,
    renewing,
    reserving,
    sending,
    tax_id_checks,
    tax_places,
    top_ups,
)
from ezscale.billing.brake import Run
from ezscale.billing.events import (
    CardKept,
    CardReplaced,
    ChargeFailed,
    ChargeRequested,
    CreditNoteIssued,
    CreditSpent,
    InvoiceIssued,
    InvoicePaid,
    InvoiceVoided,
    NoticeReceived,
    PriceChangeAnnounced,
    ProformaIssued,
    RefundAsked,
    ReservationDecided,
    ReservationOver,
    RunAsked,
    TopUpPaid,
)
from ezscale.billing.gateways import gateway_of
from ezscale.billing.ports import PaymentGateway
from ezscale.company import currencies
from ezscale.kit.errors import Rejected, TemporaryFailure
from ezscale.kit.jobs import Claim, Lane
from ezscale.privacy import vendors
from ezscale.tasks.registry import prepared_by, task, task_of
from ezscale.wiring import House


def send_together(house: House, events: Sequence[ChargeRequested]) -> list[sending.Going | None]:
    """Write down at once that several attempts go to their gateways."""
    going = sending.send_together(house.automation("billing"), house.gateways, [each.attempt_id for each in events])
    return [going.get(each.attempt_id) for each in events]


@task_of(Lane.GATEWAY)
@prepared_by(send_together)
def collect(house: House, event: ChargeRequested, job: Claim) -> None:
    """Send an attempt to the gateway."""
    open_work = house.automation("billing")
    collecting.collect(open_work, house.gateways, event.attempt_id, job.prepared, lambda work: job.end(work.session))


@task_of(Lane.GATEWAY)
def settle_reserved(house: House, event: ReservationDecided) -> None:
    """Take, or let go, what is reserved, as it was decided."""
    reserving.settle_reserved(house.automation("billing"), house.gateways, event.attempt_id)


@task_of(Lane.GATEWAY)
def forget_unkept_card(house: House, event: ReservationOver) -> None:
    """Let the gateway forget a card of which nothing was taken."""
    reserving.forget_unkept_card(house.automation("billing"), house.gateways, event.attempt_id)


@task_of(Lane.GATEWAY)
def send_refund(house: House, event: RefundAsked) -> None:
    """Send money back."""
    refunding.send_refund(house.automation("billing"), house.gateways, event.refund_id)


@task_of(Lane.GATEWAY)
def handle_notice(house: House, event: NoticeReceived) -> None:
    """Ask the gateway about what its message was about; of somebody who is erased nothing is kept of it."""
    with house.automation("privacy")() as work:
        vendors.empty_notice(work, event.notice_id)
    notices.handle_notice(house.automation("billing"), house.gateways, event.notice_id)


@task_of(Lane.BULK)
def print_invoice(house: House, event: InvoiceIssued) -> None:
    """Make the PDF that will never change."""
    with house.automation("billing")() as work:
        documents.invoice_pdf(work, event.invoice_id)


@task_of(Lane.BULK)
def print_proforma(house: House, event: ProformaIssued) -> None:
    """Make the PDF of what asks for money before it is an invoice."""
    with house.automation("billing")() as work:
        documents.invoice_pdf(work, event.invoice_id)


@task_of(Lane.BULK)
def print_credit_note(house: House, event: CreditNoteIssued) -> None:
    """Make the PDF of what was taken back."""
    with house.automation("billing")() as work:
        documents.credit_note_pdf(work, event.credit_note_id)


@task
def try_new_card(house: House, event: CardKept) -> None:
    """Charge what is due to the new card."""
    with house.automation("billing")() as work:
        dunning.retry_with_new_card(work, event.customer_id)


@task
def try_backup_card(house: House, event: ChargeFailed) -> None:
    """Charge the backup card in the place of one that was refused for good."""
    if event.hard:
        with house.automation("billing")() as work:
            dunning.try_backup(work, event.attempt_id)


@task
def top_up_if_low(house: House, event: CreditSpent) -> None:
    """Top up credit by itself where that is agreed to and there is little left."""
    with house.automation("top-ups")() as work:
        auto_top_ups.top_up_if_low(work, event.customer_id)


@task
def resume_top_ups(house: House, event: CardKept) -> None:
    """Let automatic top-ups that pause go on with the new card."""
    with house.automation("top-ups")() as work:
        auto_agreements.resume_with_new_card(work, event.customer_id)


@task
def use_credit(house: House, event: TopUpPaid) -> None:
    """Pay from fresh credit what is due already."""
    with house.automation("billing")() as work:
        dunning.pay_due_from_credit(work, event.customer_id)


@task_of(Lane.GATEWAY)
def forget_replaced_card(house: House, event: CardReplaced) -> None:
    """Let the gateway forget a card that was typed again."""
    cards.forget_replaced(house.automation("billing"), house.gateways, event.method_id)


@task_of(Lane.BULK)
def tell_of_price_change(house: House, event: PriceChangeAnnounced) -> None:
    """Find whom a change of price concerns."""
    renewing.tell_subscribers(house.automation("price changes"), event.change_id)


@task
def apply_change(house: House, event: InvoicePaid) -> None:
    """Put in force what is paid for."""
    with house.observation("changes")() as work:
        is_awaited = changes.is_change_awaited(work, event.invoice_id)
    if is_awaited:
        with house.automation("changes")() as work:
            changes.apply_paid_change(work, event.invoice_id)


@task
def forget_change(house: House, event: InvoiceVoided) -> None:
    """Drop a change whose invoice is gone."""
    with house.automation("changes")() as work:
        changes.forget_voided_change(work, event.invoice_id)


@task
def renew(house: House) -> None:
    """Agree anew where that is due, and invoice what comes near: one task, so that they keep in step.

    Before that we ask which tax ids are registered, to know it as well as can be. What was held until today is done.
    """
    check_tax_ids(house)
    with house.automation("renewals")() as work:
        holds.lift_those_over(work)
    pausing.return_paused(house.automation("changes"))
    changes.settle_changes(house.automation("changes"))
    renewing.renew(house.automation("renewals"))


@task
def chase(house: House) -> None:
    """Charge, remind, warn and stop, for what is not paid."""
    dunning.chase_invoices(house.automation("dunning"))


@task
def end_cancelled(house: House) -> None:
    """End what customers have cancelled."""
    dunning.end_cancelled(house.automation("dunning"))


@task
def settle_referrals(house: House) -> None:
    """Credit customers for those whom they sent."""
    referral_rewards.settle_referrals(house.automation("referrals"))


@task
def charge_late_fees(house: House) -> None:
    """Ask for what being late costs, where the house has decided so."""
    late_fees.charge_late_fees(house.automation("late fees"))


@task
def tell_of_expiring_cards(house: House) -> None:
    """Ask for a new card where the old one expires soon."""
    expiring_cards.tell_of_expiring_cards(house.automation("cards"))


@task
def tend_credit(house: House) -> None:
    """Book credit that has lapsed, and warn of what lapses soon."""
    credit.tend_credit(house.automation("credit"))


@task
def top_up_all_low(house: House) -> None:
    """Top up by itself what was missed: the same as after credit was spent, for everybody who has agreed to it."""
    auto_top_ups.top_up_all_low(house.automation("top-ups"))


@task
def run_what_is_asked(house: House, event: RunAsked) -> None:
    """One of the nightly runs, now, because somebody wants it."""
    {Run.RENEWALS: renew, Run.CANCELLATIONS: end_cancelled, Run.DUNNING: chase}[Run(event.run)](house)


@task_of(Lane.GATEWAY)
def find_lost_answers(house: House) -> None:
    """Heal lost webhooks: ask about pages that are still open, and about pages, charges, reserved money and refunds without
    an answer.

    Top-ups that nobody has paid within a day are given up.
    """
    open_work = house.automation("billing")
    with open_work() as work:
        pages, lost, charges = checkout.open_checkouts(work), checkout.lost_pages(work), collecting.unanswered(work)
        refunds, unpaid = refunding.unanswered_refunds(work), top_ups.unpaid_top_ups(work)
        reserved = reserving.unsettled(work)
    for name, checkout_ref in pages:
        with one_of_many():
            checkout.confirm_checkout(open_work, gateway_of(house.gateways, name), checkout_ref)
        with one_of_many():
            checkout.close_old_page(open_work, gateway_of(house.gateways, name), checkout_ref)
    for attempt_id in lost:
        with one_of_many():
            checkout.settle_lost_page(open_work, house.gateways, attempt_id)
    for attempt_id in charges:
        with one_of_many():
            collecting.collect(open_work, house.gateways, attempt_id)
    for attempt_id in reserved:
        with one_of_many():
            reserving.settle_reserved(open_work, house.gateways, attempt_id)
    for refund_id in refunds:
        with one_of_many():
            refunding.send_refund(open_work, house.gateways, refund_id)
    for top_up_id in unpaid:
        with one_of_many():
            top_ups.abandon_top_up(open_work, house.gateways, top_up_id)


@task_of(Lane.GATEWAY)
def poll_gateway(house: House) -> None:
    """Take what gateways tell by webhook alone, and whose webhook was lost."""
    open_work = house.automation("billing")
    for_each_gateway(house, lambda gateway: notices.poll_notices(open_work, gateway))


@task_of(Lane.GATEWAY)
def compare_payments(house: House) -> None:
    """Compare our payments of the last days with what each gateway has taken."""
    open_work = house.automation("comparison")
    for_each_gateway(house, lambda gateway: comparing.compare_payments(open_work, gateway))


@task_of(Lane.GATEWAY)
def book_payouts(house: House) -> None:
    """Book what each gateway has paid out and kept, and compare what it still holds with what our books say."""
    open_work = house.automation("payouts")

    def settle(gateway: PaymentGateway) -> None:
        payouts.book_payouts(open_work, gateway)
        balances.compare_balances(open_work, gateway)

    for_each_gateway(house, settle)


@task_of(Lane.GATEWAY)
def stop_old_subscriptions(house: House) -> None:
    """End what an earlier system has left at a gateway, and what still bills our customers there."""
    open_work = house.automation("comparison")
    for_each_gateway(house, lambda gateway: old_subscriptions.stop_old_subscriptions(open_work, gateway))


@task_of(Lane.GATEWAY)
def compare_kept_methods(house: House) -> None:
    """Compare what each gateway keeps for our customers with what we know, for a part of them."""
    open_work = house.automation("comparison")
    for_each_gateway(house, lambda gateway: kept_methods.compare_kept_methods(open_work, gateway))


@task_of(Lane.VENDORS)
def look_up_tax_details(house: House, event: TaxDetailsChanged) -> None:
    """Ask the register about a tax id, and the tax service about the place."""
    open_work = house.automation("tax")
    if house.tax_ids is not None:
        tax_id_checks.check_tax_id(open_work, house.tax_ids, event.customer_id)
    if house.tax_calculator is not None:
        tax_places.learn_place_of(open_work, house.tax_calculator, event.customer_id)


@task_of(Lane.VENDORS)
def check_tax_ids(house: House) -> None:
    """Ask the register about tax ids that still wait for an answer, or whose answer will soon be too old."""
    if house.tax_ids is not None:
        tax_id_checks.check_due(house.automation("tax"), house.tax_ids)


@task_of(Lane.VENDORS)
def learn_tax_places(house: House) -> None:
    """Ask the tax service about the places of customers, so that no run has to wait for it."""
    open_work = house.automation("tax")
    if house.tax_calculator is None:
        return
    with open_work() as work:
        places = tax_places.places_to_learn(work)
    for place in places:
        if not tax_places.learn_place(open_work, house.tax_calculator, place):
            return


@task_of(Lane.VENDORS)
def fetch_exchange_rates(house: House) -> None:
    """Get the day's exchange rates."""
    if house.rates is not None:
        currencies.fetch_rates(house.automation("exchange rates"), house.rates)


@contextmanager
def one_of_many() -> Iterator[None]:
    """What the gateway does not answer now is asked again in the next round; the others may still be answered."""
    with suppress(Rejected, TemporaryFailure):
        yield


def for_each_gateway(house: House, ask: Callable[[PaymentGateway], object]) -> None:
    """Ask every gateway, also when one is down; what it did not answer is asked of it again, and of the others, too."""
    failures: list[Rejected | TemporaryFailure] = []
    for gateway in house.gateways.values():
        try:
            ask(gateway)
        except (Rejected, TemporaryFailure) as failure:
            failures.append(failure)
    if failures:
        raise next((each for each in failures if isinstance(each, TemporaryFailure)), failures[0])
