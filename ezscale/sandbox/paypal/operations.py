"""Everything that can be asked of the stand-in, on one page."""

from datetime import timedelta

from ezscale.sandbox.paypal import bodies, captures, disputes, notices, orders, subscriptions, transactions, vault
from ezscale.sandbox.paypal.asking import Operation
from ezscale.sandbox.paypal.signing import Signer
from ezscale.sandbox.webhooks import Webhooks

OF_ORDERS, OF_PAYMENTS = timedelta(hours=6), timedelta(days=45)
OF_SUBSCRIPTIONS, OF_THE_VAULT = timedelta(hours=72), timedelta(hours=3)
PAGING = frozenset({"page", "page_size", "total_required"})
ORDER = "/v2/checkout/orders"
SETUP, TOKENS = "/v3/vault/setup-tokens", "/v3/vault/payment-tokens"
SUBSCRIPTIONS = "/v1/billing/subscriptions"
EVENTS = "/v1/notifications/webhooks-events"


def operations(signer: Signer, webhooks: Webhooks) -> tuple[Operation, ...]:
    """All that one account answers."""
    return *_MONEY, *_VAULT, *_REST, *_notifications(signer, webhooks)


def _notifications(signer: Signer, webhooks: Webhooks) -> tuple[Operation, ...]:
    verify = notices.verification(signer)
    return (
        Operation("POST", "/v1/notifications/verify-webhook-signature", verify, bodies.Verification),
        Operation("GET", EVENTS, notices.index, query=PAGING | {"event_type"}),
        Operation("GET", f"{EVENTS}/{{id}}", notices.retrieve),
        Operation("POST", f"{EVENTS}/{{id}}/resend", notices.resending(webhooks), bodies.Nothing, status=202),
    )


def _paying(path: str, act: orders.Act) -> Operation:
    return Operation("POST", path, act, bodies.Nothing, status=201, remembers=OF_ORDERS, is_brief=True)


_MONEY = (
    Operation("POST", ORDER, orders.create, bodies.NewOrder, status=201, remembers=OF_ORDERS, is_brief=True),
    Operation("GET", f"{ORDER}/{{id}}", orders.retrieve, query=frozenset({"fields"})),
    Operation("PATCH", f"{ORDER}/{{id}}", orders.patch, status=204),
    _paying(f"{ORDER}/{{id}}/capture", orders.capture),
    _paying(f"{ORDER}/{{id}}/authorize", orders.authorize),
    Operation("GET", "/v2/payments/captures/{id}", captures.retrieve),
    Operation(
        "POST",
        "/v2/payments/captures/{id}/refund",
        captures.refund,
        bodies.NewRefund,
        status=201,
        remembers=OF_PAYMENTS,
        is_brief=True,
    ),
    Operation("GET", "/v2/payments/refunds/{id}", captures.retrieve_refund),
)
_VAULT = (
    Operation(
        "POST",
        SETUP,
        vault.create_setup_token,
        bodies.NewSetupToken,
        status=201,
        remembers=OF_THE_VAULT,
        needs_key=True,
        refuses_reuse=True,
    ),
    Operation("GET", f"{SETUP}/{{id}}", vault.retrieve_setup_token),
    Operation(
        "POST",
        TOKENS,
        vault.create_payment_token,
        bodies.NewPaymentToken,
        status=201,
        remembers=OF_THE_VAULT,
        needs_key=True,
        refuses_reuse=True,
    ),
    Operation("GET", TOKENS, vault.list_payment_tokens, query=PAGING | {"customer_id"}),
    Operation("GET", f"{TOKENS}/{{id}}", vault.retrieve_payment_token),
    Operation("DELETE", f"{TOKENS}/{{id}}", vault.delete_payment_token, status=204),
)
_REST = (
    Operation("GET", SUBSCRIPTIONS, subscriptions.index, query=PAGING | {"statuses"}),
    Operation("GET", f"{SUBSCRIPTIONS}/{{id}}", subscriptions.retrieve),
    Operation("POST", f"{SUBSCRIPTIONS}/{{id}}/cancel", subscriptions.cancel, bodies.Reason, status=204),
    Operation("POST", f"{SUBSCRIPTIONS}/{{id}}/suspend", subscriptions.suspend, bodies.Reason, status=204),
    Operation("GET", "/v1/customer/disputes", disputes.index, query=PAGING | {"disputed_transaction_id"}),
    Operation("GET", "/v1/customer/disputes/{id}", disputes.retrieve),
    Operation(
        "GET",
        "/v1/reporting/transactions",
        transactions.search,
        query=PAGING | {"start_date", "end_date", "fields", "transaction_id"},
    ),
)
