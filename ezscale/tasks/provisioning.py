"""Tasks about services."""

from functools import partial

from ezscale.billing import fitting_by_hand
from ezscale.billing.cases import open_case
from ezscale.billing.events import (
    DisputeLost,
    DisputeTaken,
    DisputeWon,
    GraceUsedUp,
    InvoiceClosed,
    InvoicePaid,
    InvoiceVoided,
    MoneyReserved,
    ReservationOver,
    SubscriptionBack,
    SubscriptionChanged,
    SubscriptionEnded,
    SubscriptionPaused,
)
from ezscale.billing.subscriptions import items_of
from ezscale.catalog.events import StockFreed
from ezscale.kit.jobs import Lane
from ezscale.ordering import deleting, fulfilling, offering, reserved_orders, rooms, undelivered, waiting_line
from ezscale.provisioning import (
    carrying_out,
    comparing,
    consoles,
    hints,
    resizing,
    reverse_dns,
    stock_reading,
    stopping,
)
from ezscale.provisioning.events import (
    ComparisonAsked,
    ConsoleLeft,
    ExtrasMissing,
    JobRequested,
    PanelHinted,
    ReverseNameWished,
    ServiceFailed,
    ServiceReady,
    ServiceReinstalled,
    ServiceResized,
    ServiceResumed,
    ServiceSuspended,
    ServiceTerminated,
    ServiceWaitlisted,
    StockWanted,
)
from ezscale.provisioning.services import service_overview, services_of_items
from ezscale.tasks.registry import name_of, task, task_of
from ezscale.wiring import House

LONGEST_SUBJECT = 100  # of a case, in characters


@task
def fulfil(house: House, event: InvoicePaid) -> None:
    """Build what is paid, and let run again what stood still."""
    with house.observation("orders")() as work:
        is_awaited = fulfilling.is_awaited(work, event.invoice_id)
    if is_awaited:
        with house.automation("orders")() as work:
            fulfilling.fulfil_paid_invoice(work, event.invoice_id)


@task
def heed_reserved(house: House, event: MoneyReserved) -> None:
    """Let an order wait whose money is reserved, or do what was said about it."""
    with house.automation("orders")() as work:
        reserved_orders.heed_reserved(work, event.invoice_id)


@task
def ask_again_for_money(house: House, event: ReservationOver) -> None:
    """Let an order be paid anew whose reserved money is gone."""
    with house.automation("orders")() as work:
        reserved_orders.ask_again(work, event.invoice_id, event.attempt_id)


@task
def warn_of_reserved(house: House) -> None:
    """Put before staff which reserved money is soon gone."""
    with house.automation("orders")() as work:
        reserved_orders.warn_of_ending(work)


@task
def let_run_again(house: House, event: InvoiceVoided | InvoiceClosed) -> None:
    """Let run again what stood still for an invoice that is gone."""
    with house.automation("orders")() as work:
        fulfilling.let_run_again(work, event.invoice_id)


@task_of(Lane.VENDORS)
def carry_out(house: House, event: JobRequested) -> None:
    """Do on the panel what a job says."""
    carrying_out.carry_out(house.automation("provisioning"), house.panels, house.vault, event.job_id)


@task
def stop_unpaid(house: House, event: GraceUsedUp) -> None:
    """Suspend what stays unpaid."""
    with house.automation("dunning")() as work:
        fulfilling.stop_unpaid(work, event.invoice_id)


@task
def heed_disputes(house: House, event: DisputeTaken | DisputeWon | DisputeLost) -> None:
    """Suspend what a bank has the payment of, where the house wants it so, and let it run again afterwards."""
    if event.invoice_id is not None:
        with house.automation("orders")() as work:
            fulfilling.heed_disputes(work, event.invoice_id)


@task
def stand_still(house: House, event: SubscriptionPaused) -> None:
    """Suspend what is paused."""
    with house.automation("orders")() as work:
        fulfilling.stand_still(work, event.subscription_id)


@task
def run_again(house: House, event: SubscriptionBack) -> None:
    """Resume what was paused."""
    with house.automation("orders")() as work:
        fulfilling.run_again(work, event.subscription_id)


@task
def take_down(house: House, event: SubscriptionEnded) -> None:
    """Let stand still what is no longer paid for, until it is deleted."""
    with house.automation("orders")() as work:
        deleting.take_down(work, event.subscription_id)


@task
def delete_what_is_due(house: House) -> None:
    """Remind of what is deleted tomorrow, and delete that whose day has come."""
    deleting.delete_what_is_due(house.automation("orders"))


@task_of(Lane.VENDORS)
def follow_plan(house: House, event: SubscriptionChanged) -> None:
    """Let what runs for a subscription become what it is sold as; put before staff what has to be done by hand."""
    with house.automation("provisioning")() as work:
        fitting_by_hand.ask_for_resize(work, event.change_id, partial(resizing.follow_options, work, house.panels))
        items = [item.id for item in items_of(work, event.subscription_id)]
        resizing.follow_plans(work, [service.id for service in services_of_items(work, items)])


@task
def ask_again(house: House) -> None:
    """Try again what panels did not do when they were asked."""
    with house.automation("provisioning")() as work:
        stopping.ask_again(work)
    with house.automation("provisioning")() as work:
        resizing.follow_plans(work, resizing.still_of_another_size(work))
    with house.automation("provisioning")() as work:
        reverse_dns.ask_again(work)


@task
def expire_orders(house: House) -> None:
    """Give back what unpaid orders hold; let offers end that nobody answered."""
    with house.automation("orders")() as work:
        fulfilling.expire_orders(work)
    with house.automation("orders")() as work:
        offering.expire_offers(work)


@task
def report_undelivered(house: House, event: ServiceFailed | ServiceWaitlisted) -> None:
    """Put before staff what could not be built."""
    with house.automation("orders")() as work:
        undelivered.report_undelivered(work, event.service_id)


@task
def close_undelivered(house: House, event: ServiceReady) -> None:
    """Close what staff were told of a build that has succeeded after all."""
    with house.automation("orders")() as work:
        undelivered.close_undelivered(work, event.service_id)


@task
def look_for_room(house: House) -> None:
    """Build what waits for room, if there is some."""
    rooms.look_for_room(house.automation("orders"))


@task
def go_on_with_line(house: House, event: ServiceReady | ServiceTerminated) -> None:
    """Build what waits for room where there may be some now."""
    rooms.look_for_room(house.automation("orders"), event.service_id)


@task
def serve_line(house: House, event: StockFreed) -> None:
    """Give what is free of a plan to whoever waits for it."""
    waiting_line.serve_line(house.automation("orders"), event.plan_id)


@task
def tend_waitlist(house: House) -> None:
    """End the offers that nobody took in time, and go on to whoever is next."""
    waiting_line.serve_all(house.automation("orders"))


@task_of(Lane.VENDORS)
def close_console(house: House, event: ConsoleLeft) -> None:
    """Close what nobody sits before any more."""
    consoles.close_left_console(house.automation("consoles"), house.panels, event.session_id)


@task_of(Lane.VENDORS)
def close_left_consoles(house: House) -> None:
    """Close the consoles whose page has gone without a word."""
    consoles.close_left_consoles(house.automation("consoles"), house.panels)


@task_of(Lane.VENDORS)
def compare_panels(house: House) -> None:
    """Compare every panel with our records. Whichever is away is asked again by a job of its own."""
    open_work = house.automation("comparison")
    tallies = comparing.compare_panels(open_work, house.panels)
    if away := [name for name, tally in tallies.items() if comparing.AWAY in tally.counts]:
        with open_work() as work:
            comparing.ask_for_comparison(work, house.panels, away)


@task_of(Lane.VENDORS)
def compare_panel(house: House, event: ComparisonAsked) -> None:
    """Compare a panel with our records."""
    comparing.compare_panel(house.automation("comparison"), house.panels, event.panel)


@task_of(Lane.VENDORS)
def heed_hint(house: House, event: PanelHinted) -> None:
    """Look at a server of which a panel says something."""
    open_work = house.automation("comparison")
    hints.heed_hint(open_work, house.panels, event.panel, event.remote_id, carries_out=name_of(carry_out))


@task_of(Lane.VENDORS)
def look_again(
    house: House,
    event: ServiceReady | ServiceReinstalled | ServiceResized | ServiceSuspended | ServiceResumed | ServiceTerminated,
) -> None:
    """Close what was found of a service, and is over."""
    comparing.look_again(house.automation("comparison"), house.panels, event.service_id)


@task_of(Lane.VENDORS)
def read_stock(house: House) -> None:
    """Ask panels how much room they have, where they count what may be sold."""
    stock_reading.read_stock(house.automation("stock"), house.panels)


@task_of(Lane.VENDORS)
def read_stock_of(house: House, event: StockWanted) -> None:
    """Ask one panel."""
    stock_reading.read_stock_of(house.automation("stock"), house.panels, event.panel)


@task
def ask_for_extras(house: House, event: ExtrasMissing) -> None:
    """Put before staff what was bought and no panel sets by itself."""
    with house.automation("provisioning")() as work:
        number = service_overview(work, event.service_id).service.number
        facts = {"service": number, "from": "as its plan says", "to": event.missing}
        about = f"{event.service_id.hex}:{event.missing}"[:LONGEST_SUBJECT]
        open_case(work, "resize_by_hand", about, event.customer_id, facts)


@task_of(Lane.VENDORS)
def write_reverse_name(house: House, event: ReverseNameWished) -> None:
    """Let the DNS server say of an address what its holder wants."""
    reverse_dns.write_wished_name(house.automation("reverse dns"), house.reverse_zones, event.name_id)
