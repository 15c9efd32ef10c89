"""Rows for tests, complete and plain: what a test does not say is of no interest to it."""

from datetime import UTC, date, datetime
from typing import Any

from ezscale.billing.tax import STANDARD_RATES, UK_RATE, TaxDecision, is_vat_id
from ezscale.billing.tax_book import Buyer, TaxBook
from ezscale.billing.tax_rules import TaxRules
from ezscale.company.currencies import CurrencyRules
from ezscale.kit.ids import new_id
from ezscale.models import (
    AutoTopUp,
    Deletion,
    Dispute,
    Invoice,
    Offer,
    Order,
    PaymentAttempt,
    Payout,
    Referral,
    Refund,
    ReverseName,
    Service,
    Subscription,
    SubscriptionChange,
    TaxRate,
    TopUp,
    WaitlistPlace,
)
from ezscale.models.deletion import DeletionStatus
from ezscale.models.dispute import DisputeStatus
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.order import OfferStatus, OrderStatus
from ezscale.models.payment import LIVE, AttemptStatus, AttemptTrigger
from ezscale.models.payout import PayoutStatus
from ezscale.models.referral import ReferralStatus
from ezscale.models.refund import RefundStatus
from ezscale.models.reverse_name import ReverseStatus
from ezscale.models.service import ServiceStatus
from ezscale.models.subscription import ChangeStatus, SubscriptionStatus
from ezscale.models.top_up import AutoTopUpStatus, TopUpStatus
from ezscale.models.waitlist import WaitlistStatus

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
NO_TAX = TaxDecision()


def standard_tax(seller: str, buyer: str, tax_id: str = "") -> TaxDecision:
    """The tax on a sale at the rates that a company is delivered with, to somebody whose tax id, if any, is believed."""
    standard = {**STANDARD_RATES, "GB": UK_RATE}
    rates = [
        TaxRate(country=country, name="VAT", rate=rate * 100, valid_from=TODAY) for country, rate in standard.items()
    ]
    whoever = Buyer(buyer, is_business=is_vat_id(tax_id, buyer))
    return TaxBook(rates, TaxRules(), seller).decide(whoever, TODAY)


OFFERED = CurrencyRules().offered  # what a house sells in whose staff have decided nothing


def an_invoice(status: InvoiceStatus = InvoiceStatus.OPEN, **values: Any) -> Invoice:
    """An invoice over 11.90 EUR."""
    sums = {"net_minor": 1000, "tax_minor": 190, "total_minor": 1190}
    return Invoice(
        **{"customer_id": new_id(), "status": status, "currency": "EUR", "created_at": NOW, **sums, **values}
    )


def a_proforma(status: InvoiceStatus = InvoiceStatus.OPEN, **values: Any) -> Invoice:
    """The same, issued as a proforma."""
    return an_invoice(status, **{"proforma_number": "PF-2026-000001", **values})


def an_attempt(status: AttemptStatus = AttemptStatus.CREATED, **values: Any) -> PaymentAttempt:
    """An attempt to charge 11.90 EUR."""
    invoice_id = new_id()
    row: dict[str, Any] = {
        "invoice_id": invoice_id,
        "live_for": invoice_id if status in LIVE else None,
        "trigger": AttemptTrigger.DUE,
        "gateway": "stripe",
        "key": f"charge:{invoice_id.hex}",
        "status": status,
        "currency": "EUR",
        "amount_minor": 1190,
        "created_at": NOW,
    }
    return PaymentAttempt(**row | values)


def a_subscription(status: SubscriptionStatus = SubscriptionStatus.ACTIVE, **values: Any) -> Subscription:
    """A monthly subscription in EUR."""
    row = {"number": "SUB-000001", "customer_id": new_id(), "currency": "EUR", "months": 1, "created_at": NOW}
    return Subscription(**{**row, "status": status, **values})


def a_change(status: ChangeStatus = ChangeStatus.QUOTED, **values: Any) -> SubscriptionChange:
    """A quote for a bigger plan, over 11.90 EUR."""
    sums = {"currency": "EUR", "months": 1, "total_minor": 1190, "renewal_minor": 2380}
    when = {"effective_on": TODAY, "quoted_at": NOW, "expires_at": NOW}
    row = {"subscription_id": new_id(), "summary": "VPS 2 to VPS 3", "state": "", "quoted_by": "Ada"}
    return SubscriptionChange(**{**sums, **when, **row, "status": status, **values})


def a_service(status: ServiceStatus = ServiceStatus.ACTIVE, **values: Any) -> Service:
    """A service on the panel."""
    ids = {name: new_id() for name in ("customer_id", "item_id", "plan_id", "location_id", "image_id")}
    row = {"number": "S-000001", "panel": "virtfusion", "hostname": "web1.example.com", "created_at": NOW}
    return Service(**{**ids, **row, "status": status, **values})


def a_deletion(status: DeletionStatus = DeletionStatus.PLANNED, **values: Any) -> Deletion:
    """The deletion of a service whose subscription has ended today."""
    row = {"service_id": new_id(), "ended_on": TODAY, "due_on": TODAY, "planned_at": NOW}
    return Deletion(**{**row, "status": status, **values})


def an_order(status: OrderStatus = OrderStatus.PLACED, **values: Any) -> Order:
    """An order over 11.90 EUR."""
    row = {"number": "O-000001", "customer_id": new_id(), "currency": "EUR", "total_minor": 1190}
    times = {"placed_at": NOW, "expires_at": NOW}
    return Order(**{**row, **times, "invoice_id": new_id(), "status": status, **values})


def an_offer(status: OfferStatus = OfferStatus.OFFERED, **values: Any) -> Offer:
    """An offer in EUR."""
    row = {"number": "Q-000001", "customer_id": new_id(), "currency": "EUR", "made_by": "Sam"}
    return Offer(**{**row, "made_at": NOW, "valid_until": NOW, "status": status, **values})


def a_place(status: WaitlistStatus = WaitlistStatus.WAITING, **values: Any) -> WaitlistPlace:
    """A place on the waitlist of a plan."""
    row = {"plan_id": new_id(), "customer_id": new_id(), "joined_at": NOW, "offered_until": NOW}
    return WaitlistPlace(**{**row, "status": status, **values})


def a_referral(status: ReferralStatus = ReferralStatus.CAME, **values: Any) -> Referral:
    """A customer who came by another one's link."""
    row = {"referrer_id": new_id(), "referred_id": new_id(), "came_at": NOW}
    return Referral(**{**row, "status": status, **values})


def a_refund(status: RefundStatus = RefundStatus.CREATED, **values: Any) -> Refund:
    """A refund of 11.90 EUR."""
    ids = {"payment_id": new_id(), "customer_id": new_id(), "key": f"refund:{new_id().hex}"}
    row = {"gateway": "stripe", "currency": "EUR", "amount_minor": 1190, "reason": "It stood still", "created_at": NOW}
    return Refund(**{**ids, **row, "status": status, **values})


def a_payout(status: PayoutStatus = PayoutStatus.UNDER_WAY, **values: Any) -> Payout:
    """A payout of 11.90 EUR."""
    row = {
        "gateway": "stripe",
        "gateway_ref": "po_1",
        "currency": "EUR",
        "amount_minor": 1190,
        "arrives_on": NOW.date(),
    }
    return Payout(**{**row, "booked_at": NOW, "status": status, **values})


def a_reverse_name(**values: Any) -> ReverseName:
    """The name of an address, which is being set."""
    row = {"address": "192.0.2.77", "service_id": new_id(), "name": "fjord.example", "status": ReverseStatus.WISHED}
    return ReverseName(**{**row, "wished_at": NOW, **values})


def a_dispute(status: DisputeStatus = DisputeStatus.WARNING, **values: Any) -> Dispute:
    """A dispute about 11.90 EUR."""
    ids = {"payment_id": new_id(), "customer_id": new_id(), "gateway": "stripe", "gateway_ref": "dp_1"}
    return Dispute(**{**ids, "currency": "EUR", "amount_minor": 1190, "opened_at": NOW, "status": status, **values})


def a_top_up(status: TopUpStatus = TopUpStatus.ASKED, **values: Any) -> TopUp:
    """A top-up of 11.90 EUR."""
    row = {"number": "TU-000001", "customer_id": new_id(), "currency": "EUR", "amount_minor": 1190}
    return TopUp(**{**row, "asked_by": "Ada", "asked_at": NOW, "status": status, **values})


def an_auto_top_up(status: AutoTopUpStatus = AutoTopUpStatus.ON, **values: Any) -> AutoTopUp:
    """An agreement that credit is topped up by itself, by 11.90 EUR a month."""
    sums = {"currency": "EUR", "below_minor": 500, "amount_minor": 1190, "monthly_most_minor": 1190}
    row = {"customer_id": new_id(), "agreed_at": NOW, "agreed_by": "Ada", **sums}
    return AutoTopUp(**{**row, "status": status, **values})
