"""How Stripe says no."""

from typing import Any

from ezscale.sandbox.store import Document


class StripeError(Exception):
    """An answer in Stripe's error shape. Nothing was changed."""

    def __init__(self, message: str, *, status: int = 400, type: str = "invalid_request_error", **details: Any) -> None:
        super().__init__(message)
        self.status = status
        self.details = {"type": type, "message": message, **details}

    @property
    def body(self) -> Document:
        """The answer's body."""
        return {"error": self.details}


class Declined(StripeError):
    """The bank said no. What was tried stays on record, unlike with other errors."""

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message, status=402, type="card_error", **details)


def no_such(kind: str, id: str, param: str = "id") -> StripeError:
    """Nothing has this id: 404 in the address, 400 in a parameter."""
    status = 404 if param == "id" else 400
    name = {"payment_method": "PaymentMethod", "setup_intent": "setupintent"}.get(kind, kind)
    return StripeError(f"No such {name}: '{id}'", status=status, code="resource_missing", param=param)


def unexpected_state(message: str, intent: Document) -> StripeError:
    """The intent is past (or before) the step that was asked for."""
    kind: str = intent["object"]
    error = StripeError(message, code=f"{kind}_unexpected_state")
    error.details[kind] = intent
    return error


def error_body(status: int, message: str) -> Document:
    """An error that Stripe's edge answers, such as 429 and 503, without looking at the request."""
    kind = "rate_limit_error" if status == 429 else "api_error" if status >= 500 else "invalid_request_error"
    details = {"type": kind, "message": message} | ({"code": "rate_limit"} if status == 429 else {})
    return {"error": details}
