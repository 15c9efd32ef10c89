"""The cookies we set: which browser is signed in, and what was wrong with the form it has just sent."""

import dataclasses
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

from ezscale.kit.settings import settings

SESSION = "ezscale_session"
ACTING = "ezscale_acting"  # the session of a colleague who acts as a customer, beside their own
STEP = "ezscale_step"  # half-way in
THEMSELVES = (
    *("/admin", "/login", "/confirm"),
    *("/api/v1/admin", "/api/exports", "/api/impersonation", "/api/session"),
)  # where a colleague who acts as a customer is still themself
SENT_BY = "ezscale_sent_by"  # the code of the customer's link by which somebody came, until they have an account
SENT_BY_LASTS = 30 * 86_400
ANSWER = "ezscale_answer"
ANSWER_LASTS = 60
LONGEST_ANSWER = 3000
OURS_ALONE = "__Host-"  # browsers take it over TLS only, from this very host: no neighbour's page can plant one


@dataclasses.dataclass(frozen=True, slots=True)
class FormAnswer:
    """What a form that was posted is told on the page it came from: what is wrong, and what had been typed."""

    message: str
    field: str = ""
    typed: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def to_cookie(self) -> str:
        """As a cookie's value. Never put a password into `typed`."""
        text = json.dumps({"message": self.message, "field": self.field, "typed": dict(self.typed)})
        if len(text) > LONGEST_ANSWER:
            text = json.dumps({"message": self.message, "field": self.field, "typed": {}})
        return urlsafe_b64encode(text.encode()).decode()


def session_token(cookie_header: str, path: str = "/") -> str:
    """The secret of the session that a browser presents for a page, or an empty string.

    A colleague who acts as a customer is that customer everywhere but in the admin panel, and where they prove who they
    are.
    """
    acting = "" if path.startswith(THEMSELVES) else read_cookie(cookie_header, ACTING)
    return acting or read_cookie(cookie_header, SESSION)


def form_answer(cookie_header: str) -> FormAnswer | None:
    """What the last posted form was told, if it was a short while ago."""
    try:
        told = json.loads(urlsafe_b64decode(read_cookie(cookie_header, ANSWER)))
        return FormAnswer(str(told["message"]), str(told["field"]), {str(k): str(v) for k, v in told["typed"].items()})
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def is_secure() -> bool:
    """Whether people reach us over TLS."""
    return settings().web_url.startswith("https:")


def full_name(name: str) -> str:
    """What a cookie is called in the browser."""
    return f"{OURS_ALONE}{name}" if is_secure() else name


def read_cookie(cookie_header: str, name: str) -> str:
    """One cookie's value out of a request's header, or an empty string."""
    wanted = full_name(name)
    for pair in cookie_header.split(";"):
        key, _, value = pair.strip().partition("=")
        if key == wanted:
            return value.strip('"')
    return ""


def local_path(address: str, otherwise: str) -> str:
    """An address to go on to, as it came from outside: only ever a path of our own."""
    if not address.startswith("/") or address.startswith("//") or "\\" in address or not address.isprintable():
        return otherwise
    return address
