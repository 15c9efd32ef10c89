"""Everything that can be asked of the stand-in, on one page."""

from stripe import params as p
from stripe.params import checkout as cp

from ezscale.sandbox.stripe import (
    balance,
    charges,
    checkout,
    customers,
    disputes,
    events,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    setup_intents,
)
from ezscale.sandbox.stripe.account import LISTING
from ezscale.sandbox.stripe.asking import Operation


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split()) | {"expand"}


CUSTOMER = _names("email name address phone metadata invoice_settings tax_exempt description preferred_locales")
INTENT = _names("payment_method off_session return_url")
SESSION = _names(
    "mode customer client_reference_id success_url cancel_url expires_at locale metadata submit_type ui_mode currency"
    " allowed_payment_method_types saved_payment_method_options line_items payment_intent_data setup_intent_data"
)

OPERATIONS = (
    Operation("POST", "/v1/customers", customers.create, p.CustomerCreateParams, CUSTOMER),
    Operation("GET", "/v1/customers", customers.index, p.CustomerListParams, LISTING | {"email", "created"}),
    Operation("GET", "/v1/customers/{id}", customers.retrieve, p.CustomerRetrieveParams, _names("")),
    Operation("POST", "/v1/customers/{id}", customers.update, p.CustomerUpdateParams, CUSTOMER),
    Operation("DELETE", "/v1/customers/{id}", customers.delete, p.CustomerDeleteParams),
    Operation("POST", "/v1/checkout/sessions", checkout.create, cp.SessionCreateParams, SESSION),
    Operation(
        "GET",
        "/v1/checkout/sessions",
        checkout.index,
        cp.SessionListParams,
        LISTING | {"customer", "payment_intent", "status", "created"},
    ),
    Operation("GET", "/v1/checkout/sessions/{id}", checkout.retrieve, cp.SessionRetrieveParams, _names("")),
    Operation("POST", "/v1/checkout/sessions/{id}/expire", checkout.expire, cp.SessionExpireParams, _names("")),
    Operation(
        "POST",
        "/v1/payment_intents",
        payment_intents.create,
        p.PaymentIntentCreateParams,
        INTENT | payment_intents.MAKING | {"confirm"},
    ),
    Operation(
        "GET",
        "/v1/payment_intents",
        payment_intents.index,
        p.PaymentIntentListParams,
        LISTING | {"customer", "created"},
    ),
    Operation("GET", "/v1/payment_intents/{id}", payment_intents.retrieve, p.PaymentIntentRetrieveParams, _names("")),
    Operation(
        "POST", "/v1/payment_intents/{id}/confirm", payment_intents.confirm, p.PaymentIntentConfirmParams, INTENT
    ),
    Operation(
        "POST",
        "/v1/payment_intents/{id}/cancel",
        payment_intents.cancel,
        p.PaymentIntentCancelParams,
        _names("cancellation_reason"),
    ),
    Operation(
        "POST",
        "/v1/payment_intents/{id}/capture",
        payment_intents.capture,
        p.PaymentIntentCaptureParams,
        _names("amount_to_capture"),
    ),
    Operation("GET", "/v1/setup_intents/{id}", setup_intents.retrieve, p.SetupIntentRetrieveParams, _names("")),
    Operation(
        "GET", "/v1/payment_methods", payment_methods.index, p.PaymentMethodListParams, LISTING | {"customer", "type"}
    ),
    Operation("GET", "/v1/payment_methods/{id}", payment_methods.retrieve, p.PaymentMethodRetrieveParams, _names("")),
    Operation(
        "POST",
        "/v1/payment_methods/{id}/attach",
        payment_methods.attach,
        p.PaymentMethodAttachParams,
        _names("customer"),
    ),
    Operation(
        "POST", "/v1/payment_methods/{id}/detach", payment_methods.detach, p.PaymentMethodDetachParams, _names("")
    ),
    Operation(
        "POST",
        "/v1/refunds",
        refunds.create,
        p.RefundCreateParams,
        _names("payment_intent charge amount reason metadata"),
    ),
    Operation(
        "GET", "/v1/refunds", refunds.index, p.RefundListParams, LISTING | {"payment_intent", "charge", "created"}
    ),
    Operation("GET", "/v1/refunds/{id}", refunds.retrieve, p.RefundRetrieveParams, _names("")),
    Operation("GET", "/v1/balance", balance.retrieve, p.BalanceRetrieveParams, _names("")),
    Operation(
        "GET",
        "/v1/balance_transactions",
        balance.index_entries,
        p.BalanceTransactionListParams,
        LISTING | {"type", "currency", "source", "created"},
    ),
    Operation(
        "GET",
        "/v1/balance_transactions/{id}",
        balance.retrieve_entry,
        p.BalanceTransactionRetrieveParams,
        _names(""),
    ),
    Operation("GET", "/v1/payouts", payouts.index, p.PayoutListParams, LISTING | {"status", "created", "arrival_date"}),
    Operation("GET", "/v1/payouts/{id}", payouts.retrieve, p.PayoutRetrieveParams, _names("")),
    Operation("GET", "/v1/charges/{id}", charges.retrieve, p.ChargeRetrieveParams, _names("")),
    Operation(
        "GET", "/v1/disputes", disputes.index, p.DisputeListParams, LISTING | {"payment_intent", "charge", "created"}
    ),
    Operation("GET", "/v1/disputes/{id}", disputes.retrieve, p.DisputeRetrieveParams, _names("")),
    Operation("POST", "/v1/disputes/{id}", disputes.update, p.DisputeUpdateParams, _names("evidence metadata submit")),
    Operation("POST", "/v1/disputes/{id}/close", disputes.close, p.DisputeCloseParams, _names("")),
    Operation("GET", "/v1/events", events.index, p.EventListParams, LISTING | {"type", "types", "created"}),
    Operation("GET", "/v1/events/{id}", events.retrieve, p.EventRetrieveParams, _names("")),
)
