"""VirtFusion's admin API v1, call by call, in its own words."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any
from urllib.parse import quote

from ezscale.integrations.http import Http, Params, ask
from ezscale.kit.errors import TemporaryFailure, UnknownOutcome

Row = Mapping[str, Any]

PAGE = 200


class VirtFusionClient:
    """The calls we use. Any 2xx is a yes: success codes differ between its builds."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def user(self, relation: str, params: Params) -> Row:
        """A user by external relation; Missing when there is none."""
        return self._row("GET", f"/users/{quote(relation, safe='')}/byExtRelation", params=params)

    def create_user(self, user: Row) -> Row:
        """A new user, with a password that is shown only here."""
        return self._row("POST", "/users", user)

    def delete_user(self, relation: str, params: Params) -> None:
        """Delete a user by external relation; Missing when there is none."""
        ask(self._http, "DELETE", f"/users/{quote(relation, safe='')}/byExtRelation", params=params)

    def allocate(self, server: Row) -> Row:
        """A new server with its addresses, not yet built. Every call makes one more."""
        return self._row("POST", "/servers", server)

    def build(self, server_id: str, build: Row) -> Row:
        """The server while it is being built; `settings.decryptedPassword` is readable only here."""
        return self._row("POST", f"/servers/{server_id}/build", build)

    def server(self, server_id: str, *, remote_state: bool = False) -> Row:
        """One server; with `remote_state` its hypervisor is asked as well."""
        params = {"remoteState": "true"} if remote_state else None
        return self._row("GET", f"/servers/{server_id}", params=params)

    def servers_of(self, user_id: str) -> list[Row]:
        """A user's servers, all on one page and without their dates."""
        return _rows("GET", ask(self._http, "GET", f"/servers/user/{user_id}"))

    def servers(self) -> Iterator[Row]:
        """Every server, page by page."""
        for page in count(1):
            answer = ask(self._http, "GET", "/servers", params={"type": "full", "results": PAGE, "page": page})
            yield from _rows("GET", answer)
            if not answer.get("next_page_url"):
                return

    def templates(self, server_id: str) -> list[Row]:
        """The systems that can be installed on a server, without their groups."""
        groups = _rows("GET", ask(self._http, "GET", f"/servers/{server_id}/templates"))
        return [template for group in groups for template in group.get("templates") or ()]

    def suspend(self, server_id: str) -> None:
        """Suspend a server."""
        ask(self._http, "POST", f"/servers/{server_id}/suspend")

    def unsuspend(self, server_id: str) -> None:
        """Lift a suspension."""
        ask(self._http, "POST", f"/servers/{server_id}/unsuspend")

    def delete(self, server_id: str) -> None:
        """Delete a server without the grace minutes that the panel would add."""
        ask(self._http, "DELETE", f"/servers/{server_id}", params={"delay": 0})

    def press(self, server_id: str, button: str) -> None:
        """Press a power button: boot, shutdown, restart or poweroff."""
        ask(self._http, "POST", f"/servers/{server_id}/power/{button}")

    def reset_password(self, server_id: str, user: str) -> Row:
        """The password that will be valid when the queue item is finished."""
        return self._row("POST", f"/servers/{server_id}/resetPassword", {"user": user, "sendMail": False})

    def queue_item(self, queue_id: int) -> Row:
        """How far a task in the panel's queue is."""
        return self._row("GET", f"/queue/{queue_id}")

    def _row(self, method: str, path: str, body: Row | None = None, params: Params | None = None) -> Row:
        answer = ask(self._http, method, path, json=None if body is None else dict(body), params=params)
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, dict):
            raise _nonsense(method, path)
        return data


def _rows(method: str, answer: Any) -> list[Row]:
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, list):
        raise _nonsense(method, "a list")
    return data


def _nonsense(method: str, what: str) -> TemporaryFailure:
    message = f"VirtFusion answered something else than asked for ({method} {what})"
    return TemporaryFailure(message) if method == "GET" else UnknownOutcome(message)
