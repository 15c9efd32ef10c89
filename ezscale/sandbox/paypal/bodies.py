"""What PayPal takes in a request's body. A field that it does not know, or that is not imitated here, is refused."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ezscale.sandbox.paypal.errors import PayPalError
from ezscale.sandbox.store import Document

UsagePattern = Literal[
    "IMMEDIATE",
    "DEFERRED",
    "RECURRING_PREPAID",
    "RECURRING_POSTPAID",
    "SUBSCRIPTION_PREPAID",
    "SUBSCRIPTION_POSTPAID",
    "THRESHOLD_PREPAID",
    "THRESHOLD_POSTPAID",
    "UNSCHEDULED_PREPAID",
    "UNSCHEDULED_POSTPAID",
    "INSTALLMENT_PREPAID",
    "INSTALLMENT_POSTPAID",
]
Text127 = Annotated[str, Field(min_length=1, max_length=127)]
Url = Annotated[str, Field(pattern=r"^https?://\S+$", max_length=4000)]
ISSUES = {
    "missing": "MISSING_REQUIRED_PARAMETER",
    "literal_error": "INVALID_PARAMETER_VALUE",
    "string_too_long": "INVALID_STRING_LENGTH",
    "string_too_short": "INVALID_STRING_LENGTH",
    "too_long": "INVALID_ARRAY_MAX_ITEMS",
    "too_short": "INVALID_ARRAY_MIN_ITEMS",
    "extra_forbidden": "INVALID_PARAMETER",
    "json_invalid": "MALFORMED_REQUEST_JSON",
}


class Body(BaseModel):
    """A strict object: no unknown fields, no number where a string belongs."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Amount(Body):
    """A sum of money: a currency and a number as text."""

    currency_code: Annotated[str, Field(min_length=3, max_length=3)]
    value: Annotated[str, Field(min_length=1, max_length=32)]


class Breakdown(Body):
    """What a sum is made of."""

    item_total: Amount | None = None
    tax_total: Amount | None = None


class OrderAmount(Amount):
    """What an order costs."""

    breakdown: Breakdown | None = None


class PurchaseUnit(Body):
    """What is paid for, and our names for it."""

    reference_id: Annotated[str, Field(min_length=1, max_length=256)] = "default"
    amount: OrderAmount
    custom_id: Text127 | None = None
    invoice_id: Text127 | None = None
    description: Text127 | None = None
    soft_descriptor: Annotated[str, Field(min_length=1, max_length=22)] | None = None


class CustomerId(Body):
    """A customer by PayPal's own name."""

    id: Annotated[str, Field(pattern=r"^[0-9a-zA-Z_-]+$", max_length=22)]


class Vault(Body):
    """That the wallet is kept once it has paid."""

    store_in_vault: Literal["ON_SUCCESS"]
    usage_type: Literal["MERCHANT", "PLATFORM"]
    customer_type: Literal["CONSUMER", "BUSINESS"] = "CONSUMER"
    usage_pattern: UsagePattern | None = None
    permit_multiple_payment_tokens: bool = False


class Attributes(Body):
    """Whose wallet it is, and whether it is kept."""

    customer: CustomerId | None = None
    vault: Vault | None = None


class Experience(Body):
    """What the approval page shows and where it leads."""

    return_url: Url
    cancel_url: Url
    user_action: Literal["PAY_NOW", "CONTINUE"] = "CONTINUE"
    shipping_preference: Literal["NO_SHIPPING", "GET_FROM_FILE", "SET_PROVIDED_ADDRESS"] = "GET_FROM_FILE"
    payment_method_preference: Literal["IMMEDIATE_PAYMENT_REQUIRED", "UNRESTRICTED"] = "UNRESTRICTED"
    brand_name: Text127 | None = None
    locale: Annotated[str, Field(max_length=10)] | None = None


class StoredCredential(Body):
    """Who starts the payment, and for what."""

    payment_initiator: Literal["CUSTOMER", "MERCHANT"]
    usage: Literal["FIRST", "SUBSEQUENT", "DERIVED"] = "DERIVED"
    usage_pattern: UsagePattern | None = None


class PayPalWallet(Body):
    """A wallet that is asked on a page, or that is kept."""

    experience_context: Experience | None = None
    attributes: Attributes | None = None
    vault_id: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    stored_credential: StoredCredential | None = None


class Source(Body):
    """What pays."""

    paypal: PayPalWallet


class NewOrder(Body):
    """An order to make."""

    intent: Literal["CAPTURE", "AUTHORIZE"]
    purchase_units: Annotated[list[PurchaseUnit], Field(min_length=1, max_length=1)]
    payment_source: Source | None = None


class Nothing(Body):
    """A call that says no more than its address."""


class NewRefund(Body):
    """How much goes back; all that is left, when no amount is named."""

    amount: Amount | None = None
    invoice_id: Text127 | None = None
    custom_id: Text127 | None = None
    note_to_payer: Annotated[str, Field(min_length=1, max_length=255)] | None = None


class SetupExperience(Body):
    """Where the page of a wallet that is only kept leads."""

    return_url: Url
    cancel_url: Url
    vault_instruction: Literal["ON_CREATE_PAYMENT_TOKENS", "ON_PAYER_APPROVAL"] = "ON_CREATE_PAYMENT_TOKENS"
    shipping_preference: Literal["NO_SHIPPING", "GET_FROM_FILE", "SET_PROVIDED_ADDRESS"] = "GET_FROM_FILE"


class SetupWallet(Body):
    """A wallet to keep without a purchase."""

    usage_type: Literal["MERCHANT", "PLATFORM"]
    customer_type: Literal["CONSUMER", "BUSINESS"] = "CONSUMER"
    usage_pattern: UsagePattern | None = None
    permit_multiple_payment_tokens: bool = False
    description: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    experience_context: SetupExperience


class SetupSource(Body):
    """What is kept."""

    paypal: SetupWallet


class NewSetupToken(Body):
    """A page on which a wallet is kept."""

    payment_source: SetupSource
    customer: CustomerId | None = None


class SetupTokenRef(Body):
    """A setup token by id."""

    id: Annotated[str, Field(min_length=1, max_length=36)]
    type: Literal["SETUP_TOKEN"]


class TokenSource(Body):
    """What a kept wallet is made from."""

    token: SetupTokenRef


class NewPaymentToken(Body):
    """A wallet to keep for good."""

    payment_source: TokenSource


class Reason(Body):
    """Why something ends."""

    reason: Annotated[str, Field(min_length=1, max_length=128)]


class Verification(Body):
    """The headers and the body of a webhook, to be checked."""

    auth_algo: str
    cert_url: str
    transmission_id: str
    transmission_sig: str
    transmission_time: str
    webhook_id: str
    webhook_event: dict[str, Any]


def read_body(shape: type[Body], raw: bytes) -> Document:
    """A body with its defaults, or PayPal's error about the first thing that is wrong with it."""
    try:
        return shape.model_validate_json(raw or b"{}").model_dump(exclude_none=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        issue = ISSUES.get(first["type"], "INVALID_PARAMETER_SYNTAX")
        field = "/" + "/".join(str(step) for step in first["loc"])
        raise PayPalError(400, issue, first["msg"], field) from None
