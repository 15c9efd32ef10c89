"""Rows for tests, complete and plain: what a test does not say is of no interest to it."""

from datetime import UTC, date, datetime
from typing import Any

from ezscale.kit.ids import new_id
from ezscale.models import Invoice, Order, PaymentAttempt, Service, Subscription
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.order import OrderStatus
from ezscale.models.payment import LIVE, AttemptStatus, AttemptTrigger
from ezscale.models.service import ServiceStatus
from ezscale.models.subscription import SubscriptionStatus

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


def an_invoice(status: InvoiceStatus = InvoiceStatus.OPEN, **values: Any) -> Invoice:
    """An invoice over 11.90 EUR."""
    sums = {"net_minor": 1000, "tax_minor": 190, "total_minor": 1190}
    return Invoice(
        **{"customer_id": new_id(), "status": status, "currency": "EUR", "created_at": NOW, **sums, **values}
    )


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


def a_service(status: ServiceStatus = ServiceStatus.ACTIVE, **values: Any) -> Service:
    """A service on the panel."""
    ids = {name: new_id() for name in ("customer_id", "item_id", "plan_id", "location_id", "image_id")}
    row = {"number": "S-000001", "panel": "virtfusion", "hostname": "web1.example.com", "created_at": NOW}
    return Service(**{**ids, **row, "status": status, **values})


def an_order(status: OrderStatus = OrderStatus.PLACED, **values: Any) -> Order:
    """An order over 11.90 EUR."""
    row = {"number": "O-000001", "customer_id": new_id(), "currency": "EUR", "total_minor": 1190}
    times = {"placed_at": NOW, "expires_at": NOW}
    return Order(**{**row, **times, "invoice_id": new_id(), "status": status, **values})
