"""The tables, one aggregate in a file. Importing this package knows them all."""

from ezscale.kit.audit import AuditEntry, AuditHead, AuditSubject
from ezscale.kit.clock import ClockShift
from ezscale.kit.jobs import Job
from ezscale.kit.numbering import NumberSeries
from ezscale.kit.outbox import OutboxEvent
from ezscale.models.access import ApiToken, Delegation, Impersonation, Invitation
from ezscale.models.customer import Customer, Membership
from ezscale.models.erasure import VendorErasure
from ezscale.models.invoice import Invoice, InvoiceDocument, InvoiceLine
from ezscale.models.ledger import LedgerEntry, Posting
from ezscale.models.mail import MailMessage
from ezscale.models.order import Order
from ezscale.models.payment import (
    BillingCase,
    CreditEntry,
    DunningStep,
    InboundNotice,
    Payment,
    PaymentAttempt,
    PaymentMethod,
)
from ezscale.models.plan import Coupon, CouponUse, Location, Plan, Price, SystemImage
from ezscale.models.report import RevenueMovement, RunReport
from ezscale.models.service import Credential, IpAssignment, ProvisioningJob, ProvisioningLog, Service, Suspension
from ezscale.models.sign_in import (
    Authenticator,
    LoginAttempt,
    LoginSession,
    OneTimeToken,
    Passkey,
    RecoveryCode,
    SignIn,
    SignInStep,
)
from ezscale.models.subscription import Cancellation, Subscription, SubscriptionItem
from ezscale.models.user import StaffRole, User

__all__ = [
    "ApiToken",
    "AuditEntry",
    "AuditHead",
    "AuditSubject",
    "Authenticator",
    "BillingCase",
    "Cancellation",
    "ClockShift",
    "Coupon",
    "CouponUse",
    "Credential",
    "CreditEntry",
    "Customer",
    "Delegation",
    "DunningStep",
    "Impersonation",
    "InboundNotice",
    "Invitation",
    "Invoice",
    "InvoiceDocument",
    "InvoiceLine",
    "IpAssignment",
    "Job",
    "LedgerEntry",
    "Location",
    "LoginAttempt",
    "LoginSession",
    "MailMessage",
    "Membership",
    "NumberSeries",
    "OneTimeToken",
    "Order",
    "OutboxEvent",
    "Passkey",
    "Payment",
    "PaymentAttempt",
    "PaymentMethod",
    "Plan",
    "Posting",
    "Price",
    "ProvisioningJob",
    "ProvisioningLog",
    "RecoveryCode",
    "RevenueMovement",
    "RunReport",
    "Service",
    "SignIn",
    "SignInStep",
    "StaffRole",
    "Subscription",
    "SubscriptionItem",
    "Suspension",
    "SystemImage",
    "User",
    "VendorErasure",
]
