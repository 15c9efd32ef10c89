"""All the automatic behaviour of the company: what follows from what."""

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
from ezscale.billing.events import (
    CancellationRequested,
    CardKept,
    CardReplaced,
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
from ezscale.privacy.events import CustomerErased
from ezscale.provisioning.events import (
    JobRequested,
    ServiceFailed,
    ServiceReady,
    ServiceResumed,
    ServiceSuspended,
    ServiceTerminated,
)
from ezscale.reporting.events import TravelRequested
from ezscale.tasks import billing, housekeeping, messaging, privacy, provisioning
from ezscale.tasks.registry import REACTIONS

REACTIONS |= {
    UserSignedUp: (messaging.welcome,),
    PasswordResetAsked: (messaging.reset_link,),
    PasswordChanged: (messaging.password_changed,),
    EmailChangeAsked: (messaging.email_change,),
    EmailChanged: (messaging.email_changed,),
    SecondFactorChanged: (messaging.second_factor_changed,),
    PersonInvited: (messaging.invitation,),
    MemberJoined: (messaging.member_joined,),
    MemberRemoved: (messaging.member_removed,),
    ColleagueInvited: (messaging.colleague_invited,),
    AccessChanged: (messaging.access_changed,),
    CustomerSuspended: (messaging.customer_suspended,),
    CustomerBroughtBack: (messaging.customer_back,),
    CustomerErased: (privacy.forget_at_vendors,),
    NoticeReceived: (billing.handle_notice,),
    ChargeRequested: (billing.collect,),
    ChargeFailed: (messaging.charge_failed,),
    ChargeNeedsCustomer: (messaging.charge_needs_customer,),
    CardKept: (billing.try_new_card,),
    CardReplaced: (billing.forget_replaced_card,),
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
