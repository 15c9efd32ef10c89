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

    @property
    def address(self) -> str:
        """Where the panel is found, without a slash at the end."""
        return str(self._http.base_url).rstrip("/")

    def user(self, relation: str, params: Params) -> Row:
        """A user by external relation; Missing when there is none."""
        return self._row("GET", f"/users/{quote(relation, safe='')}/byExtRelation", params=params)

    def create_user(self, user: Row) -> Row:
        """A new user, with a password that is shown only here."""
        return self._row("POST", "/users", user)

    def delete_user(self, relation: str, params: Params) -> None:
        """Delete a user by external relation; Missing when there is none."""
        ask(self._http, "DELETE", f"/users/{quote(relation, safe='')}/byExtRelation", params=params)

    def sign_in(self, relation: str, server_id: str, params: Params) -> Row:
        """One-time tokens that open one server, and where a browser takes them."""
        path = f"/users/{quote(relation, safe='')}/serverAuthenticationTokens/{server_id}"
        authentication = self._row("POST", path, params=params).get("authentication")
        if not isinstance(authentication, dict):
            raise nonsense("POST", path)
        return authentication

    def keys_of(self, user_id: str) -> list[Row]:
        """A user's public SSH keys."""
        return _rows("GET", ask(self._http, "GET", f"/ssh_keys/user/{user_id}"))

    def add_key(self, key: Row) -> None:
        """Keep one more key, whether or not it is there already. What is answered is not written anywhere."""
        ask(self._http, "POST", "/ssh_keys", json=dict(key))

    def allocate(self, server: Row) -> Row:
        """A new server with its addresses, not yet built. Every call makes one more."""
        return self._row("POST", "/servers", server)

    def try_allocate(self, server: Row) -> None:
        """Ask for a place without taking it; Rejected when there is none."""
        ask(self._http, "POST", "/servers", json=dict(server), params={"dryRun": "true"})

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
        return self._pages("/servers", type="full")

    def one_server(self) -> Row | None:
        """Any server, in short; None while there is not a single one."""
        rows = _rows("GET", ask(self._http, "GET", "/servers", params={"type": "simple", "results": 1}))
        return rows[0] if rows else None

    def template_groups(self, server_id: str) -> list[Row]:
        """The systems that can be installed on a server, in their groups."""
        return _rows("GET", ask(self._http, "GET", f"/servers/{server_id}/templates"))

    def template_groups_of_package(self, package_id: int) -> list[Row]:
        """The systems that a package can be built with, in their groups."""
        return _rows("GET", ask(self._http, "GET", f"/media/templates/fromServerPackageSpec/{package_id}"))

    def package(self, package_id: int) -> Row:
        """A package; Missing when there is none."""
        return self._row("GET", f"/packages/{package_id}")

    def groups(self) -> Iterator[Row]:
        """The groups of hypervisors, page by page."""
        return self._pages("/compute/hypervisors/groups")

    def resources(self, group_id: int) -> Iterator[Row]:
        """The room of a group, hypervisor by hypervisor; the figure of IPv4 addresses is the group's on each row."""
        return self._pages(f"/compute/hypervisors/groups/{group_id}/resources")

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

    def rename(self, server_id: str, name: str) -> None:
        """Show a server by another name."""
        ask(self._http, "PUT", f"/servers/{server_id}/modify/name", json={"name": name})

    def change_package(self, server_id: str, package_id: int) -> list[str]:
        """Make a server what another package says. Sentences about what was left as it was; older builds say none."""
        path = f"/servers/{server_id}/package/{package_id}"
        answer = ask(self._http, "PUT", path)
        if answer is None:
            return []
        info = answer.get("info") or [] if isinstance(answer, dict) else None
        if not isinstance(info, list):
            raise nonsense("PUT", path)
        return [str(sentence) for sentence in info]

    def change_size(self, server_id: str, name: str, size: int) -> None:
        """Another memory, cpuCores or traffic than the package says."""
        field = "cores" if name == "cpuCores" else name
        ask(self._http, "PUT", f"/servers/{server_id}/modify/{name}", json={field: size})

    def add_ipv4(self, server_id: str, quantity: int) -> None:
        """So many more IPv4 addresses on a server's first interface, whichever are free."""
        ask(self._http, "POST", f"/servers/{server_id}/ipv4Qty", json={"interface": "primary", "quantity": quantity})

    def switch_console(self, server_id: str, action: str) -> Row:
        """Enable or disable the console; it is so when the queue item is finished."""
        return self._row("POST", f"/servers/{server_id}/vnc", {"action": action})

    def traffic(self, server_id: str) -> list[Row]:
        """What went over the wire, month by month."""
        path = f"/servers/{server_id}/traffic"
        monthly = self._row("GET", path).get("monthly")
        if not isinstance(monthly, list):
            raise nonsense("GET", path)
        return monthly

    def queue_item(self, queue_id: int) -> Row:
        """How far a task in the panel's queue is."""
        return self._row("GET", f"/queue/{queue_id}")

    def _pages(self, path: str, **query: str) -> Iterator[Row]:
        for page in count(1):
            answer = ask(self._http, "GET", path, params={**query, "results": PAGE, "page": page})
            yield from _rows("GET", answer)
            if not answer.get("next_page_url"):
                return

    def _row(self, method: str, path: str, body: Row | None = None, params: Params | None = None) -> Row:
        answer = ask(self._http, method, path, json=None if body is None else dict(body), params=params)
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, dict):
            raise nonsense(method, path)
        return data


def nonsense(method: str, what: str) -> TemporaryFailure:
    """What to raise when an answer is not what was asked for."""
    message = f"VirtFusion answered something else than asked for ({method} {what})"
    return TemporaryFailure(message) if method == "GET" else UnknownOutcome(message)


def _rows(method: str, answer: Any) -> list[Row]:
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise nonsense(method, "a list")
    return data
