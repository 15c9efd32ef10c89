"""How PayPal says no."""

import secrets

from ezscale.sandbox.store import Document

MESSAGES = {
    "AUTHENTICATION_FAILURE": "Authentication failed due to a missing or invalid header.",
    "INTERNAL_SERVER_ERROR": "Something went wrong on our side.",
    "INVALID_REQUEST": "The request is not well formed or breaks the schema.",
    "NOT_AUTHORIZED": "This account may not do that.",
    "RATE_LIMIT_REACHED": "Too many requests.",
    "RESOURCE_CONFLICT": "Something else is being done to this resource.",
    "RESOURCE_NOT_FOUND": "There is no such resource.",
    "SERVICE_UNAVAILABLE": "The service is unavailable.",
    "UNPROCESSABLE_ENTITY": "The request is well formed and cannot be done.",
    "UNSUPPORTED_MEDIA_TYPE": "Send JSON.",
}
NAMES = {
    400: "INVALID_REQUEST",
    401: "AUTHENTICATION_FAILURE",
    403: "NOT_AUTHORIZED",
    404: "RESOURCE_NOT_FOUND",
    409: "RESOURCE_CONFLICT",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "UNPROCESSABLE_ENTITY",
    429: "RATE_LIMIT_REACHED",
    503: "SERVICE_UNAVAILABLE",
}


class PayPalError(Exception):
    """An answer in PayPal's error shape. Nothing was changed."""

    def __init__(self, status: int, issue: str = "", description: str = "", field: str = "") -> None:
        super().__init__(issue or NAMES[status])
        self.status = status
        self.issue = issue
        self.body = error_body(status, "")
        if issue:
            detail = {"issue": issue, "description": description or issue.replace("_", " ").capitalize() + "."}
            self.body["details"] = [detail | ({"field": field, "location": "body"} if field else {})]


class BadToken(PayPalError):
    """An access token that is unknown or over: said in OAuth's shape, not in PayPal's own."""

    def __init__(self) -> None:
        super().__init__(401)
        self.body = {"error": "invalid_token", "error_description": "Token signature verification failed"}


class Refused(PayPalError):
    """The customer's money was refused. An order that they had approved stays approved, for another wallet."""

    def __init__(self, issue: str) -> None:
        super().__init__(422, issue, field="/payment_source")


def unprocessable(issue: str, description: str = "", field: str = "") -> PayPalError:
    """Well formed, and against the rules."""
    return PayPalError(422, issue, description, field)


def error_body(status: int, message: str) -> Document:
    """An error that needs no look at the request, such as 429 and 503."""
    name = NAMES.get(status, "INTERNAL_SERVER_ERROR")
    links = [{"href": f"https://paypal.test/help/{name}", "rel": "information_link", "method": "GET"}]
    return {"name": name, "message": message or MESSAGES[name], "debug_id": secrets.token_hex(6), "links": links}
