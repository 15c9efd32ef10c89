"""Tasks about mail: first it is written down, once; then it is sent."""

from contextlib import suppress

from ezscale.accounts.events import (
    AccessChanged,
    ColleagueInvited,
    CustomerBroughtBack,
    CustomerSuspended,
    EmailChangeAsked,
    EmailChanged,
    MemberJoined,
    MemberRemoved,
    PasswordChanged,
    PasswordResetAsked,
    PersonInvited,
    SecondFactorChanged,
    UserSignedUp,
)
from ezscale.billing.cards import usable_card
from ezscale.billing.credit import credit_balance
from ezscale.billing.dunning import is_charged_again
from ezscale.billing.dunning_rules import first_charge_on
from ezscale.billing.events import (
    AutoTopUpAgreed,
    AutoTopUpHalted,
    CancellationRequested,
    CardExpiresSoon,
    CardRevoked,
    ChargeFailed,
    ChargeNeedsCustomer,
    CreditGranted,
    CreditLapsesSoon,
    CreditNoteIssued,
    InvoiceIssued,
    InvoicePaid,
    InvoiceResent,
    PriceChangeTold,
    PriceChangeWithdrawn,
    ProformaIssued,
    ReferralCredited,
    Refunded,
    ReminderDue,
    TopUpPaid,
)
from ezscale.billing.price_changes import told_of
from ezscale.billing.small_sums import WAITS, to_charge
from ezscale.catalog.events import WaitlistOffered, WaitlistOfferExpired
from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.jobs import Lane
from ezscale.messaging import (
    deletion_letters,
    letters,
    maintenance_letters,
    money_letters,
    sending,
    top_up_letters,
    waiting_letters,
)
from ezscale.messaging.events import MailWritten
from ezscale.models import Customer, Invoice, Maintenance
from ezscale.ordering.events import OfferMade, OrderHeld, OrderRejected, OrderReserved, OrderUnpaidAgain
from ezscale.provisioning.events import (
    BuildTroubled,
    DeletionNear,
    DeletionPlanned,
    MaintenanceAnnounced,
    ReinstallFailed,
    ServiceFailed,
    ServiceReady,
    ServiceReinstalled,
    ServiceResumed,
    ServiceSuspended,
    ServiceTerminated,
    ServiceWaitlisted,
)
from ezscale.provisioning.maintenance import concerned
from ezscale.tasks.registry import task, task_of
from ezscale.wiring import House


@task_of(Lane.VENDORS)
def send(house: House, event: MailWritten) -> None:
    """Hand a mail to its carrier."""
    sending.send_mail(house.automation("mail"), house.mailer, event.mail_id)


@task
def welcome(house: House, event: UserSignedUp) -> None:
    """Say welcome, with a link that proves the address."""
    with house.automation("mail")() as work:
        letters.welcome(work, event.user_id)


@task
def reset_link(house: House, event: PasswordResetAsked) -> None:
    """Send the link for a new password."""
    with house.automation("mail")() as work:
        letters.reset_link(work, event.user_id, event.at)


@task
def password_changed(house: House, event: PasswordChanged) -> None:
    """Tell the owner that the password was changed."""
    with house.automation("mail")() as work:
        letters.password_changed(work, event.user_id, event.at)


@task
def email_change(house: House, event: EmailChangeAsked) -> None:
    """Send the link that proves the new address, and warn the old one."""
    with house.automation("mail")() as work:
        letters.email_change(work, event.user_id, event.at)


@task
def email_changed(house: House, event: EmailChanged) -> None:
    """Tell the address that was given up."""
    with house.automation("mail")() as work:
        letters.email_changed(work, event.user_id, event.old_email, event.at)


@task
def second_factor_changed(house: House, event: SecondFactorChanged) -> None:
    """Tell the owner that their ways to sign in have changed."""
    with house.automation("mail")() as work:
        letters.second_factor_changed(work, event.user_id, event.what, event.at)


@task
def invitation(house: House, event: PersonInvited) -> None:
    """Ask somebody to join a customer."""
    with house.automation("mail")() as work:
        letters.invitation(work, event.invitation_id, event.at)


@task
def member_joined(house: House, event: MemberJoined) -> None:
    """Tell the owners that somebody has come."""
    with house.automation("mail")() as work:
        letters.member_joined(work, event.user_id, event.customer_id, event.service_id, event.at)


@task
def member_removed(house: House, event: MemberRemoved) -> None:
    """Tell somebody that their access has ended."""
    with house.automation("mail")() as work:
        letters.member_removed(work, event.user_id, event.customer_id, event.service_id, event.at)


@task
def colleague_invited(house: House, event: ColleagueInvited) -> None:
    """Send the link by which a new colleague chooses a password."""
    with house.automation("mail")() as work:
        letters.colleague_invited(work, event.user_id, event.at)


@task
def access_changed(house: House, event: AccessChanged) -> None:
    """Tell a person that they may do something else now."""
    with house.automation("mail")() as work:
        letters.access_changed(work, event.user_id, event.how, event.words, event.at)


@task
def customer_suspended(house: House, event: CustomerSuspended) -> None:
    """Tell a customer that they are suspended, and why."""
    with house.automation("mail")() as work:
        letters.customer_standing(work, "customer_suspended", event.customer_id, event.reason, event.at)


@task
def customer_back(house: House, event: CustomerBroughtBack) -> None:
    """Tell a customer that all is as before."""
    with house.automation("mail")() as work:
        letters.customer_standing(work, "customer_back", event.customer_id, event.reason, event.at)


@task_of(Lane.BULK)
def invoice_issued(house: House, event: InvoiceIssued | ProformaIssued) -> None:
    """Deliver an invoice."""
    with house.automation("mail")() as work:
        invoice = work.session.get_one(Invoice, event.invoice_id)
        waits = "" if to_charge(work, invoice) else WAITS
        card = usable_card(work, invoice.customer_id)
        money_letters.invoice_issued(
            work, invoice.id, card.label if card else "", first_charge_on(work, invoice), waits
        )


@task
def invoice_again(house: House, event: InvoiceResent) -> None:
    """Deliver an invoice once more."""
    with house.automation("mail")() as work:
        money_letters.invoice_again(work, event.invoice_id, event.at)


@task
def credit_note(house: House, event: CreditNoteIssued) -> None:
    """Deliver a credit note."""
    with house.automation("mail")() as work:
        money_letters.credit_note(work, event.credit_note_id)


@task
def refunded(house: House, event: Refunded) -> None:
    """Tell a customer that money is on its way back to them."""
    with house.automation("mail")() as work:
        money_letters.refunded(work, event.refund_id)


@task
def credit_granted(house: House, event: CreditGranted) -> None:
    """Tell a customer that they were given credit."""
    with house.automation("mail")() as work:
        money_letters.about_credit(work, "credit_granted", event.entry_id)


@task_of(Lane.BULK)
def credit_lapses(house: House, event: CreditLapsesSoon) -> None:
    """Tell a customer that credit lapses unless they use it."""
    with house.automation("mail")() as work:
        money_letters.about_credit(work, "credit_lapses", event.entry_id)


@task
def top_up_receipt(house: House, event: TopUpPaid) -> None:
    """Confirm a top-up, with what the customer has by now."""
    with house.automation("mail")() as work:
        customer = work.session.get_one(Customer, event.customer_id)
        balance = credit_balance(work, customer.id, customer.currency).format(customer.language)
        top_up_letters.top_up_receipt(work, event.top_up_id, balance)


@task
def auto_top_up_agreed(house: House, event: AutoTopUpAgreed) -> None:
    """Confirm what a customer has agreed to."""
    with house.automation("mail")() as work:
        top_up_letters.auto_top_up_agreed(work, event.agreement_id, event.at)


@task
def auto_top_up_halted(house: House, event: AutoTopUpHalted) -> None:
    """Tell that nothing is topped up by itself any more, why, and what to do."""
    with house.automation("mail")() as work:
        top_up_letters.auto_top_up_halted(work, event.agreement_id, event.at)


@task
def referral_credited(house: House, event: ReferralCredited) -> None:
    """Thank a customer for sending another one."""
    with house.automation("mail")() as work:
        money_letters.referral_credited(work, event.referral_id)


@task_of(Lane.BULK)
def receipt(house: House, event: InvoicePaid) -> None:
    """Confirm a payment."""
    with house.automation("mail")() as work:
        money_letters.receipt(work, event.invoice_id)


@task_of(Lane.BULK)
def reminder(house: House, event: ReminderDue) -> None:
    """Remind of an unpaid invoice, unless it was paid meanwhile."""
    with house.automation("mail")() as work:
        money_letters.reminder(work, event.invoice_id, event.step)


@task
def charge_failed(house: House, event: ChargeFailed) -> None:
    """Tell that the card was declined, and what to do; or that the backup card is charged instead."""
    with house.automation("mail")() as work:
        instead = usable_card(work, event.customer_id)
        if event.hard and instead is not None and instead.is_backup:
            money_letters.card_refused(work, event.invoice_id, event.attempt_id, instead.label)
            return
        again = is_charged_again(work, work.session.get_one(Invoice, event.invoice_id))
        money_letters.charge_failed(work, event.invoice_id, event.attempt_id, hard=event.hard, again=again)


@task
def card_revoked(house: House, event: CardRevoked) -> None:
    """Tell that a wallet may not be charged any more, and ask for another one."""
    with house.automation("mail")() as work:
        money_letters.card_revoked(work, event.method_id)


@task_of(Lane.BULK)
def card_expires(house: House, event: CardExpiresSoon) -> None:
    """Ask for a new card before the old one expires."""
    with house.automation("mail")() as work:
        money_letters.card_expires(work, event.method_id)


@task
def charge_needs_customer(house: House, event: ChargeNeedsCustomer) -> None:
    """Ask the customer to confirm a payment with their bank."""
    with house.automation("mail")() as work:
        money_letters.charge_needs_customer(work, event.invoice_id, event.attempt_id)


@task
def cancellation(house: House, event: CancellationRequested) -> None:
    """Confirm a cancellation."""
    with house.automation("mail")() as work:
        letters.cancellation(work, event.cancellation_id)


@task_of(Lane.BULK)
def price_change(house: House, event: PriceChangeTold) -> None:
    """Tell a customer what they will pay, and from when."""
    with house.automation("mail")() as work:
        letters.price_change(work, event.change_id, event.customer_id)


@task_of(Lane.BULK)
def price_stays(house: House, event: PriceChangeWithdrawn) -> None:
    """Tell everybody who was told of a change that it will not happen."""
    open_work, reached = house.automation("mail"), None
    while True:
        with open_work() as work:
            told = told_of(work, event.change_id, after=reached)
            for customer_id in told:
                letters.price_stays(work, event.change_id, customer_id)
        if not told:
            return
        reached = told[-1]


@task
def order_held(house: House, event: OrderHeld) -> None:
    """Tell that somebody looks at a paid order before it is built."""
    with house.automation("mail")() as work:
        letters.order_held(work, event.order_id)


@task
def order_reserved(house: House, event: OrderReserved) -> None:
    """Tell that the money is reserved, and that somebody looks at the order before it is taken."""
    with house.automation("mail")() as work:
        letters.order_reserved(work, event.order_id, event.attempt_id)


@task
def order_unpaid_again(house: House, event: OrderUnpaidAgain) -> None:
    """Ask for the money of an order anew: nothing was taken."""
    with house.automation("mail")() as work:
        letters.order_unpaid_again(work, event.order_id, event.attempt_id)


@task
def order_rejected(house: House, event: OrderRejected) -> None:
    """Tell why an order is not carried out, and where its money is."""
    with house.automation("mail")() as work:
        letters.order_rejected(work, event.order_id)


@task
def offer_made(house: House, event: OfferMade) -> None:
    """Send an offer."""
    with house.automation("mail")() as work:
        letters.offer_made(work, event.offer_id)


@task
def service_ready(house: House, event: ServiceReady) -> None:
    """Tell that the server runs, with a link and no secret."""
    with house.automation("mail")() as work:
        letters.about_service(work, event.service_id, "service_ready")


@task
def service_failed(house: House, event: ServiceFailed) -> None:
    """Tell that it could not be built, and what can be done."""
    with house.automation("mail")() as work:
        waiting_letters.service_failed(work, event.service_id)


@task
def build_troubled(house: House, event: BuildTroubled) -> None:
    """Tell that the build takes longer, and is tried again."""
    with house.automation("mail")() as work:
        waiting_letters.build_troubled(work, event.service_id)


@task
def service_waitlisted(house: House, event: ServiceWaitlisted) -> None:
    """Tell that there is no room yet, and what can be done."""
    with house.automation("mail")() as work:
        waiting_letters.service_waitlisted(work, event.service_id)


@task
def waitlist_offer(house: House, event: WaitlistOffered) -> None:
    """Tell whose turn it is that one is set aside for them."""
    with house.automation("mail")() as work:
        waiting_letters.waitlist_offer(work, event.place_id)


@task
def waitlist_expired(house: House, event: WaitlistOfferExpired) -> None:
    """Tell somebody that their turn is over."""
    with house.automation("mail")() as work:
        waiting_letters.waitlist_expired(work, event.place_id)


@task
def service_suspended(house: House, event: ServiceSuspended) -> None:
    """Explain why the server stands still, and how it runs again."""
    with house.automation("mail")() as work:
        letters.service_stands_still(work, event.service_id)


@task
def service_reinstalled(house: House, event: ServiceReinstalled) -> None:
    """Say that another system is on a server."""
    with house.automation("mail")() as work:
        letters.about_service(work, event.service_id, "service_reinstalled", once=event.job_id.hex)


@task
def reinstall_failed(house: House, event: ReinstallFailed) -> None:
    """Say that no other system could be installed."""
    with house.automation("mail")() as work:
        letters.about_service(work, event.service_id, "reinstall_failed", once=event.job_id.hex)


@task
def service_resumed(house: House, event: ServiceResumed) -> None:
    """Tell that the server runs again."""
    with house.automation("mail")() as work:
        letters.about_service(work, event.service_id, "service_resumed")


@task
def deletion_planned(house: House, event: DeletionPlanned) -> None:
    """Tell on which day a server will be deleted."""
    with house.automation("mail")() as work:
        deletion_letters.deletion_planned(work, event.deletion_id, event.due_on)


@task
def deletion_near(house: House, event: DeletionNear) -> None:
    """Tell that a server is deleted tomorrow."""
    with house.automation("mail")() as work:
        deletion_letters.deletion_near(work, event.deletion_id, event.due_on)


@task_of(Lane.BULK)
def tell_of_maintenance(house: House, event: MaintenanceAnnounced) -> None:
    """Write to everybody whose services are where something is worked on, a block at a time."""
    after = None
    while True:
        with house.automation("mail")() as work:
            row = work.session.get_one(Maintenance, event.maintenance_id)
            block = concerned(work, row, after)
            for customer_id in block:
                maintenance_letters.maintenance(work, row, customer_id)
        if not block:
            return
        after = block[-1]


@task
def service_terminated(house: House, event: ServiceTerminated) -> None:
    """Say goodbye to a server."""
    with house.automation("mail")() as work:
        waiting_letters.service_terminated(work, event.service_id)


@task_of(Lane.VENDORS)
def send_what_was_left(house: House) -> None:
    """Mail whose carrier was away for long gets another chance."""
    with house.automation("mail")() as work:
        waiting = sending.unsent(work)
    for mail_id in waiting:
        with suppress(TemporaryFailure):  # the next round tries again; the others may still be taken
            sending.send_mail(house.automation("mail"), house.mailer, mail_id)
