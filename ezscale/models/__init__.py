"""The tables, one aggregate in a file. Importing this package knows them all."""

from ezscale.kit.audit import AuditEntry, AuditHead, AuditSubject
from ezscale.kit.clock import ClockShift
from ezscale.kit.jobs import Job
from ezscale.kit.numbering import NumberSeries
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.vendor_lines import VendorLine
from ezscale.models.access import ApiToken, Delegation, Impersonation, Invitation
from ezscale.models.console import ConsoleSession
from ezscale.models.coupon import Coupon, CouponUse
from ezscale.models.credit_note import CreditNote, CreditNoteLine
from ezscale.models.currency import ExchangeRate
from ezscale.models.customer import Customer, KnownPayer, Membership
from ezscale.models.deletion import Deletion
from ezscale.models.dispute import Dispute
from ezscale.models.erasure import VendorErasure
from ezscale.models.frozen import Frozen
from ezscale.models.hold import Hold
from ezscale.models.invoice import Invoice, InvoiceDocument, InvoiceLine, PrintedDocument
from ezscale.models.ledger import LedgerEntry, Posting
from ezscale.models.mail import MailMessage
from ezscale.models.maintenance import Maintenance
from ezscale.models.option import AddOn, AddOnOffer, AddOnPrice, Option, OptionOffer, OptionPrice, OptionValue
from ezscale.models.order import Offer, Order, OrderHold, StockHold
from ezscale.models.panel import PanelComparison, PanelFinding
from ezscale.models.pay_link import PayLink
from ezscale.models.payment import (
    BillingCase,
    CreditEntry,
    DunningStep,
    InboundNotice,
    Payment,
    PaymentAttempt,
)
from ezscale.models.payment_method import CardPage, PaymentMethod
from ezscale.models.payout import GatewayBalance, Payout
from ezscale.models.plan import Location, Plan, Price, SystemImage
from ezscale.models.price_change import PriceChange, PriceNotice
from ezscale.models.recorded_payment import RecordedPayment
from ezscale.models.referral import Referral, ReferralCode
from ezscale.models.refund import Refund
from ezscale.models.reinstall import ReinstallWish
from ezscale.models.report import RevenueMovement, RunReport
from ezscale.models.reverse_name import ReverseName
from ezscale.models.service import (
    Credential,
    IpAssignment,
    PanelExchange,
    ProvisioningJob,
    ProvisioningLog,
    Service,
    Suspension,
)
from ezscale.models.setting import Setting
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
from ezscale.models.ssh_key import SshKey
from ezscale.models.stock import StockReading
from ezscale.models.subscription import (
    Cancellation,
    Extension,
    Pause,
    Subscription,
    SubscriptionChange,
    SubscriptionItem,
)
from ezscale.models.tax import CalculatedRate, TaxExemption, TaxIdCheck, TaxRate
from ezscale.models.top_up import AutoTopUp, TopUp
from ezscale.models.user import StaffRole, User
from ezscale.models.waitlist import WaitlistPlace

__all__ = [
    "AddOn",
    "AddOnOffer",
    "AddOnPrice",
    "ApiToken",
    "AuditEntry",
    "AuditHead",
    "AuditSubject",
    "Authenticator",
    "AutoTopUp",
    "BillingCase",
    "CalculatedRate",
    "Cancellation",
    "CardPage",
    "ClockShift",
    "ConsoleSession",
    "Coupon",
    "CouponUse",
    "Credential",
    "CreditEntry",
    "CreditNote",
    "CreditNoteLine",
    "Customer",
    "Delegation",
    "Deletion",
    "Dispute",
    "DunningStep",
    "ExchangeRate",
    "Extension",
    "Frozen",
    "GatewayBalance",
    "Hold",
    "Impersonation",
    "InboundNotice",
    "Invitation",
    "Invoice",
    "InvoiceDocument",
    "InvoiceLine",
    "IpAssignment",
    "Job",
    "KnownPayer",
    "LedgerEntry",
    "Location",
    "LoginAttempt",
    "LoginSession",
    "MailMessage",
    "Maintenance",
    "Membership",
    "NumberSeries",
    "Offer",
    "OneTimeToken",
    "Option",
    "OptionOffer",
    "OptionPrice",
    "OptionValue",
    "Order",
    "OrderHold",
    "OutboxEvent",
    "PanelComparison",
    "PanelExchange",
    "PanelFinding",
    "Passkey",
    "Pause",
    "PayLink",
    "Payment",
    "PaymentAttempt",
    "PaymentMethod",
    "Payout",
    "Plan",
    "Posting",
    "Price",
    "PriceChange",
    "PriceNotice",
    "PrintedDocument",
    "ProvisioningJob",
    "ProvisioningLog",
    "RecordedPayment",
    "RecoveryCode",
    "Referral",
    "ReferralCode",
    "Refund",
    "ReinstallWish",
    "RevenueMovement",
    "ReverseName",
    "RunReport",
    "Service",
    "Setting",
    "SignIn",
    "SignInStep",
    "SshKey",
    "StaffRole",
    "StockHold",
    "StockReading",
    "Subscription",
    "SubscriptionChange",
    "SubscriptionItem",
    "Suspension",
    "SystemImage",
    "TaxExemption",
    "TaxIdCheck",
    "TaxRate",
    "TopUp",
    "User",
    "VendorErasure",
    "VendorLine",
    "WaitlistPlace",
]
