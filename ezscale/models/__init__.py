"""The tables, one aggregate in a file. Importing this package knows them all."""

from ezscale.kit.clock import ClockShift
from ezscale.kit.jobs import Job
from ezscale.kit.numbering import NumberSeries
from ezscale.kit.outbox import OutboxEvent
from ezscale.models.customer import Customer, Membership
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
from ezscale.models.subscription import Cancellation, Subscription, SubscriptionItem
from ezscale.models.user import ApiToken, LoginAttempt, LoginSession, OneTimeToken, StaffRole, User

__all__ = [
    "ApiToken",
    "BillingCase",
    "Cancellation",
    "ClockShift",
    "Coupon",
    "CouponUse",
    "Credential",
    "CreditEntry",
    "Customer",
    "DunningStep",
    "InboundNotice",
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
    "Payment",
    "PaymentAttempt",
    "PaymentMethod",
    "Plan",
    "Posting",
    "Price",
    "ProvisioningJob",
    "ProvisioningLog",
    "RevenueMovement",
    "RunReport",
    "Service",
    "StaffRole",
    "Subscription",
    "SubscriptionItem",
    "Suspension",
    "SystemImage",
    "User",
]
