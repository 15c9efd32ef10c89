"""Enhance's API, call by call, in its own words."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ezscale.integrations.http import Http, Params, ask
from ezscale.kit.errors import Rejected, TemporaryFailure, UnknownOutcome

Row = Mapping[str, Any]

PAGE = 100
MOST_PAGES = 1_000  # a list that goes on for longer says nothing new


class EnhanceClient:
    """The calls of a hosting company. Any 2xx is a yes, and answers have no envelope.

    `master` is the organisation that sells. `changing` is a line that waits longer than `asking`: what changes something
    is carried out before it is answered.
    """

    def __init__(self, asking: Http, changing: Http, master: str) -> None:
        self.address = asking.base_url
        self.master = master
        self._asking = asking
        self._changing = changing

    # How the panel is

    def version(self) -> str:
        """The release, as 12.3.0."""
        return self._text("/version")

    def status(self) -> str:
        """`ready` when it is up."""
        return self._text("/status")

    def licence(self) -> Row:
        """Whether the panel itself is paid for."""
        return self._row("GET", "/licence")

    def branding(self) -> Row:
        """How our company shows itself there, with its name servers."""
        return self._row("GET", "/branding", params={"orgId": self.master})

    # What there is

    def plans(self) -> Iterator[Row]:
        """What is sold."""
        return self._list(f"/orgs/{self.master}/plans")

    def server_groups(self) -> Iterator[Row]:
        """The places."""
        return self._list("/servers/groups")

    def servers(self) -> Iterator[Row]:
        """The servers."""
        return self._list("/servers")

    # Customers

    def customers(self) -> Iterator[Row]:
        """All customers, deleted ones too."""
        return self._list(f"/orgs/{self.master}/customers")

    def create_customer(self, name: str) -> str:
        """A new organisation's id. Every call makes one more."""
        return self._id(f"/orgs/{self.master}/customers", {"name": name})

    def organisation(self, org: str) -> Row:
        """One organisation."""
        return self._row("GET", f"/orgs/{org}")

    def change_organisation(self, org: str, changes: Row) -> None:
        """What is not named stays as it is. `isSuspended` stops all that the customer has."""
        self._order("PATCH", f"/orgs/{org}", changes)

    def delete_organisation(self, org: str) -> None:
        """Delete a customer with everything it has."""
        self._order("DELETE", f"/orgs/{org}", params={"force": "true"})

    def create_token(self, org: str, roles: list[str], name: str) -> Row:
        """A new token, shown only here."""
        return self._row("POST", f"/orgs/{org}/access_tokens", {"roles": roles, "friendlyName": name})

    # People

    def create_login(self, org: str, email: str, password: str, name: str) -> str:
        """A new login's id; `org` says only in which realm. It is a member of nothing yet."""
        body = {"email": email, "password": password, "name": name}
        with unsaid(password):
            return self._id("/logins", body, {"orgId": org})

    def customers_logins(self) -> Iterator[Row]:
        """The logins of all customers."""
        return self._list(f"/v2/orgs/{self.master}/customers/logins")

    def logins(self) -> Iterator[Row]:
        """All logins, those that are a member of nothing too."""
        return self._list("/logins")

    def logins_of(self, org: str) -> Iterator[Row]:
        """The logins of an organisation."""
        return self._list(f"/orgs/{org}/logins")

    def set_password(self, login: str, password: str) -> None:
        """Another password for a login, in every organisation that it belongs to."""
        with unsaid(password):
            self._order("PUT", f"/v2/logins/{login}/password", {"newPassword": password})

    def mail_recovery(self, email: str) -> None:
        """Mail a link for a new password. A yes does not say that there is such a login."""
        self._order("PUT", "/login/password-recovery", {"email": email})

    def add_member(self, org: str, login: str, roles: list[str]) -> str:
        """Let a login into an organisation: the member's id, which is not the login's."""
        return self._id(f"/orgs/{org}/members", {"loginId": login, "roles": roles})

    def owners(self, org: str) -> Iterator[Row]:
        """The members of an organisation who own it."""
        return self._list(f"/orgs/{org}/members", {"role": "Owner"})

    def sign_in(self, org: str, member: str) -> str:
        """An address that lets a member in once: a secret. Asking for it is an act, so it is never asked again by itself."""
        return self._text(f"/orgs/{org}/members/{member}/sso", is_act=True)

    def sign_in_to_wordpress(self, org: str, website: str, app: str, user: str) -> str:
        """An address that lets a user of a WordPress in once, as above."""
        return self._text(f"/orgs/{org}/websites/{website}/apps/{app}/wordpress/users/{user}/sso", is_act=True)

    # Subscriptions

    def create_subscription(self, org: str, plan: int, name: str) -> int:
        """A new subscription's number. Every call makes one more."""
        path = f"/orgs/{self.master}/customers/{org}/subscriptions"
        number = self._made(path, {"planId": plan, "friendlyName": name})
        if not isinstance(number, int) or isinstance(number, bool):
            raise _nonsense("POST", path)
        return number

    def subscriptions(self, org: str) -> Iterator[Row]:
        """A customer's subscriptions, deleted ones too."""
        return self._list(f"/orgs/{self.master}/customers/{org}/subscriptions")

    def subscription(self, org: str, number: int) -> Row:
        """One subscription; a deleted one can still be read until it is wiped."""
        return self._row("GET", f"/orgs/{org}/subscriptions/{number}")

    def change_subscription(self, org: str, number: int, changes: Row) -> None:
        """`isSuspended`, `planId`, `friendlyName` or `status`; what is not named stays as it is."""
        self._order("PATCH", f"/orgs/{org}/subscriptions/{number}", changes)

    def wipe_subscription(self, org: str, number: int) -> None:
        """Delete a subscription with its websites and their data."""
        self._order("DELETE", f"/orgs/{org}/subscriptions/{number}", params={"force": "true"})

    def recount(self, org: str, number: int) -> list[Row]:
        """What a subscription uses, counted now, which is slow."""
        path = f"/orgs/{org}/subscriptions/{number}/calculate-resource-usage"
        return _items("PUT", path, ask(self._changing, "PUT", path))

    def bandwidth(self, org: str, number: int) -> int:
        """Bytes of this month, up to twelve hours old."""
        path = f"/orgs/{org}/subscriptions/{number}/bandwidth"
        answer = ask(self._asking, "GET", path)
        if isinstance(answer, bool) or not isinstance(answer, int | float) or answer < 0:
            raise _nonsense("GET", path)
        return int(answer)

    # Websites

    def create_website(self, org: str, website: Row) -> str:
        """A new website's id."""
        return self._id(f"/orgs/{org}/websites", website, {"kind": "normal"})

    def websites(self, org: str, number: int) -> Iterator[Row]:
        """The websites of a subscription, without those that were deleted."""
        return self._list(f"/orgs/{org}/websites", {"subscriptionId": number, "showDeleted": "false"})

    def website(self, org: str, website: str) -> Row:
        """One website."""
        return self._row("GET", f"/orgs/{org}/websites/{website}")

    def change_website(self, org: str, website: str, changes: Row) -> None:
        """`phpVersion`, `status`, `isSuspended` or `tags`, which take the place of all tags."""
        self._order("PATCH", f"/orgs/{org}/websites/{website}", changes)

    def wipe_website(self, org: str, website: str) -> None:
        """Delete a website with its data."""
        self._order("DELETE", f"/orgs/{org}/websites/{website}", params={"force": "true"})

    def metrics(self, org: str, website: str, start: str, end: str) -> list[Row]:
        """A website's traffic, day by day."""
        path = f"/orgs/{org}/websites/{website}/metrics"
        days = {"start": start, "end": end, "granularity": "day"}
        return _items("GET", path, ask(self._asking, "GET", path, params=days))

    def _row(self, method: str, path: str, body: Row | None = None, params: Params | None = None) -> Row:
        http = self._asking if method == "GET" else self._changing
        answer = ask(http, method, path, json=None if body is None else dict(body), params=params)
        if not isinstance(answer, dict):
            raise _nonsense(method, path)
        return answer

    def _made(self, path: str, body: Row, params: Params | None = None) -> Any:
        return self._row("POST", path, body, params).get("id")

    def _id(self, path: str, body: Row, params: Params | None = None) -> str:
        id = self._made(path, body, params)
        if not isinstance(id, str) or not id:
            raise _nonsense("POST", path)
        return id

    def _text(self, path: str, *, is_act: bool = False) -> str:
        answer = ask(self._asking, "GET", path, is_act=is_act)
        if not isinstance(answer, str):
            raise _nonsense("GET", path)
        return answer

    def _order(self, method: str, path: str, body: Row | None = None, params: Params | None = None) -> None:
        ask(self._changing, method, path, json=None if body is None else dict(body), params=params)

    def _list(self, path: str, params: Params | None = None) -> Iterator[Row]:
        """A whole list, page by page, whatever the greatest page is."""
        read = 0
        for _ in range(MOST_PAGES):
            answer = ask(self._asking, "GET", path, params={**(params or {}), "offset": read, "limit": PAGE})
            rows = _items("GET", path, answer)
            yield from rows
            read += len(rows)
            if not rows or read >= _total(answer, read + 1):
                return
        raise TemporaryFailure(f"Enhance's list does not end ({path})")


@contextmanager
def unsaid(secret: str) -> Iterator[None]:
    """Whatever goes wrong in the block is told without the secret: a refusal may repeat what it refuses."""
    try:
        yield
    except (Rejected, TemporaryFailure) as failure:
        failure.message = failure.message.replace(secret, "***")
        failure.args = (failure.message,)
        raise


def _items(method: str, path: str, answer: Any) -> list[Row]:
    rows = answer.get("items") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _nonsense(method, path)
    return rows


def _total(answer: Row, otherwise: int) -> int:
    total = answer.get("total")
    return total if isinstance(total, int) else otherwise


def _nonsense(method: str, path: str) -> TemporaryFailure:
    message = f"Enhance answered something else than asked for ({method} {path})"
    return TemporaryFailure(message) if method == "GET" else UnknownOutcome(message)
