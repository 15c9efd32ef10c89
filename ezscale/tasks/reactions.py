"""All the automatic behaviour of the company: what follows from what."""

from ezscale.accounts.events import (
    AccessChanged,
    ColleagueInvited,
    CustomerBroughtBack,
    CustomerSuspended,
    PasswordChanged,
    PasswordResetAsked,
    UserSignedUp,
)
from ezscale.billing.events import (
    CancellationRequested,
    CardKept,
    ChargeFailed,
    ChargeNeedsCustomer,
    ChargeRequested,
    GraceUsedUp,
    InvoiceIssued,
    InvoicePaid,
    InvoiceVoided,
    NoticeReceived,
    ReminderDue,
    SubscriptionEnded,
)
from ezscale.messaging.events import MailWritten
from ezscale.provisioning.events import (
    JobRequested,
    ServiceFailed,
    ServiceReady,
    ServiceResumed,
    ServiceSuspended,
    ServiceTerminated,
)
from ezscale.reporting.events import TravelRequested
from ezscale.tasks import billing, housekeeping, messaging, provisioning
from ezscale.tasks.registry import REACTIONS

REACTIONS |= {
    UserSignedUp: (messaging.welcome,),
    PasswordResetAsked: (messaging.reset_link,),
    PasswordChanged: (messaging.password_changed,),
    ColleagueInvited: (messaging.colleague_invited,),
    AccessChanged: (messaging.access_changed,),
    CustomerSuspended: (messaging.customer_suspended,),
    CustomerBroughtBack: (messaging.customer_back,),
    NoticeReceived: (billing.handle_notice,),
    ChargeRequested: (billing.collect,),
    ChargeFailed: (messaging.charge_failed,),
    ChargeNeedsCustomer: (messaging.charge_needs_customer,),
    CardKept: (billing.try_new_card,),
    InvoiceIssued: (billing.print_invoice, messaging.invoice_issued),
    InvoicePaid: (provisioning.fulfil, messaging.receipt),
    InvoiceVoided: (provisioning.let_run_again,),
    ReminderDue: (messaging.reminder,),
    GraceUsedUp: (provisioning.stop_unpaid,),
    CancellationRequested: (messaging.cancellation,),
    SubscriptionEnded: (provisioning.take_down,),
    JobRequested: (provisioning.carry_out,),
    ServiceReady: (messaging.service_ready,),
    ServiceFailed: (messaging.service_failed,),
    ServiceSuspended: (messaging.service_suspended,),
    ServiceResumed: (messaging.service_resumed,),
    ServiceTerminated: (messaging.service_terminated,),
    MailWritten: (messaging.send,),
    TravelRequested: (housekeeping.travel,),
}
