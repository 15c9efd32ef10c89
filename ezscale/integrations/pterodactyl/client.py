"""Pterodactyl's application API and client API, call by call, in its own words."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any
from urllib.parse import quote

from ezscale.integrations.http import Http, Params, ask
from ezscale.kit.errors import TemporaryFailure, UnknownOutcome

Row = Mapping[str, Any]

PAGE = 100
TOLD = "allocations,node,location"  # what is read along with every server


class PterodactylClient:
    """Every call of the two APIs that is of use to us. Both lines lead to the panel's /api; their keys differ."""

    def __init__(self, application: Http, client: Http, *, page: int = PAGE) -> None:
        self._application = application
        self._client = client
        self._page = page

    # Users

    def user_by_external(self, ref: str) -> Row:
        """A user by our reference, which the panel's database compares without regard to capitals; Missing if none."""
        return self._row("GET", f"/application/users/external/{_safe(ref)}")

    def users_by_email(self, email: str) -> list[Row]:
        """The users whose address contains this one."""
        return list(self._pages("/application/users", {"filter[email]": email}))

    def user(self, user_id: str) -> Row:
        """A user; Missing when there is none."""
        return self._row("GET", f"/application/users/{_safe(user_id)}")

    def create_user(self, user: Row) -> Row:
        """A new user. Without a password the panel sends them a mail."""
        return self._row("POST", "/application/users", user)

    def change_user(self, user_id: str, user: Row) -> Row:
        """Other details, or another password. Four fields are wanted every time."""
        return self._row("PATCH", f"/application/users/{_safe(user_id)}", user)

    def delete_user(self, user_id: str) -> None:
        """Delete a user who owns no servers."""
        self._do("DELETE", f"/application/users/{_safe(user_id)}")

    # Servers, as administrators

    def create_server(self, server: Row) -> Row:
        """A new server, which is installed at once. Its external id is unique in the panel."""
        return self._row("POST", "/application/servers", server)

    def server(self, server_id: str) -> Row:
        """A server with its ports and its node; Missing when there is none."""
        return self._row("GET", f"/application/servers/{_safe(server_id)}", params={"include": TOLD})

    def server_by_external(self, key: str) -> Row:
        """A server by our number, which the panel's database compares without regard to capitals; Missing if none."""
        return self._row("GET", f"/application/servers/external/{_safe(key)}", params={"include": TOLD})

    def servers(self) -> Iterator[Row]:
        """Every server, page by page."""
        return self._pages("/application/servers", {"include": TOLD, "sort": "id"})

    def suspend(self, server_id: str) -> None:
        """Suspend a server; nothing happens when it is suspended."""
        self._do("POST", f"/application/servers/{_safe(server_id)}/suspend")

    def unsuspend(self, server_id: str) -> None:
        """Lift a suspension; nothing happens when there is none."""
        self._do("POST", f"/application/servers/{_safe(server_id)}/unsuspend")

    def reinstall(self, server_id: str) -> None:
        """Run the install script again, in whatever state the server is."""
        self._do("POST", f"/application/servers/{_safe(server_id)}/reinstall")

    def change_build(self, server_id: str, build: Row) -> Row:
        """Other limits; the complete set, with the primary port."""
        return self._row("PATCH", f"/application/servers/{_safe(server_id)}/build", build)

    def change_startup(self, server_id: str, startup: Row) -> Row:
        """Another egg, image or values; the complete set. Nothing is installed by it."""
        return self._row("PATCH", f"/application/servers/{_safe(server_id)}/startup", startup)

    def change_details(self, server_id: str, details: Row) -> Row:
        """Another name or owner. An external id that is left out is erased."""
        return self._row("PATCH", f"/application/servers/{_safe(server_id)}/details", details)

    def delete(self, server_id: str) -> None:
        """Delete a server with its files; fails while its node does not answer."""
        self._do("DELETE", f"/application/servers/{_safe(server_id)}")

    def delete_hard(self, server_id: str) -> None:
        """Forget a server whatever its node says, and leave its files there. Only after a person has agreed."""
        self._do("DELETE", f"/application/servers/{_safe(server_id)}/force")

    def reset_database_password(self, server_id: str, database_id: str) -> None:
        """A new password for one of a server's databases."""
        path = f"/application/servers/{_safe(server_id)}/databases/{_safe(database_id)}/reset-password"
        self._do("POST", path)

    # Servers, in their owner's place, by uuid or short identifier

    def seen_servers(self) -> Iterator[Row]:
        """Every server as the client API shows it, page by page."""
        return self._pages("/client", {"type": "admin-all"}, self._client)

    def seen_server(self, name: str) -> Row:
        """A server as its owner sees it, also while it is installed or suspended."""
        return self._row("GET", f"/client/servers/{_safe(name)}", http=self._client)

    def usage(self, name: str) -> Row:
        """What a server uses, up to 20 seconds ago; refused with 409 while it is suspended or installed."""
        return self._row("GET", f"/client/servers/{_safe(name)}/resources", http=self._client)

    def press(self, name: str, signal: str) -> None:
        """Send a signal: start, stop, restart or kill."""
        self._do("POST", f"/client/servers/{_safe(name)}/power", {"signal": signal}, self._client)

    def command(self, name: str, line: str) -> None:
        """Type a line into the console of a server that is on."""
        self._do("POST", f"/client/servers/{_safe(name)}/command", {"command": line}, self._client)

    def console(self, name: str) -> Row:
        """The address of the console's socket, and a token that opens it for ten minutes."""
        path = f"/client/servers/{_safe(name)}/websocket"
        way_in = _dict_of(ask(self._client, "GET", path), "data", "GET", path)
        if not way_in.get("socket") or not way_in.get("token"):
            raise nonsense("GET", path)
        return way_in

    def reinstall_as_owner(self, name: str) -> None:
        """Run the install script again, if the server is in a state for it."""
        self._do("POST", f"/client/servers/{_safe(name)}/settings/reinstall", http=self._client)

    # What there is

    def locations(self) -> list[Row]:
        """The places."""
        return list(self._pages("/application/locations"))

    def nodes(self) -> list[Row]:
        """The nodes, with what was promised on them."""
        return list(self._pages("/application/nodes"))

    def node(self, node_id: str) -> Row:
        """A node; Missing when there is none."""
        return self._row("GET", f"/application/nodes/{_safe(node_id)}")

    def deployable(self, memory: int, disk: int, location_id: int) -> list[Row]:
        """The nodes of a place on which so many MB fit; Rejected as NoViableNodeException when there is none."""
        path = "/application/nodes/deployable"
        params: Params = {"memory": memory, "disk": disk, "location_ids[]": location_id}
        return _rows(ask(self._application, "GET", path, params=params), path)

    def free_ports(self, node_id: str) -> Iterator[Row]:
        """The ports of a node that no server has, page by page."""
        ports = self._pages(f"/application/nodes/{_safe(node_id)}/allocations", {"filter[server_id]": "0"})
        return (port for port in ports if port.get("assigned") is False)

    def add_ports(self, node_id: str, ports: Row) -> None:
        """More ports on a node: its address and ranges."""
        self._do("POST", f"/application/nodes/{_safe(node_id)}/allocations", ports)

    def nests(self) -> list[Row]:
        """The nests: families of games."""
        return list(self._pages("/application/nests"))

    def eggs(self, nest_id: str) -> list[Row]:
        """The eggs of a nest, without their variables."""
        path = f"/application/nests/{_safe(nest_id)}/eggs"
        return _rows(ask(self._application, "GET", path), path)

    def egg(self, nest_id: str, egg_id: str) -> Row:
        """An egg of a nest with its variables; Missing when there is none."""
        path = f"/application/nests/{_safe(nest_id)}/eggs/{_safe(egg_id)}"
        return self._row("GET", path, params={"include": "variables"})

    def _do(self, method: str, path: str, body: Row | None = None, http: Http | None = None) -> None:
        ask(http or self._application, method, path, json=None if body is None else dict(body))

    def _row(
        self,
        method: str,
        path: str,
        body: Row | None = None,
        *,
        params: Params | None = None,
        http: Http | None = None,
    ) -> Row:
        sent = None if body is None else dict(body)
        answer = ask(http or self._application, method, path, json=sent, params=params)
        row = _dict_of(answer, "attributes", method, path)
        if http is None and not row.get("id"):  # whatever the application API shows has a number
            raise nonsense(method, path)
        return row

    def _pages(self, path: str, params: Params | None = None, http: Http | None = None) -> Iterator[Row]:
        for page in count(1):
            query = {**(params or {}), "per_page": self._page, "page": page}
            answer = ask(http or self._application, "GET", path, params=query)
            yield from _rows(answer, path)
            if not _has_next(answer):
                return


def _dict_of(answer: Any, name: str, method: str, path: str) -> Row:
    found = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(found, dict):
        raise nonsense(method, path)
    return found


def _rows(answer: Any, path: str) -> list[Row]:
    items = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(items, list):
        raise nonsense("GET", path)
    return [_dict_of(item, "attributes", "GET", path) for item in items]


def _has_next(answer: Any) -> bool:
    """Whether another page follows. The links are an empty object, or an empty list, where there is a single page."""
    meta = answer.get("meta")
    pagination = meta.get("pagination") if isinstance(meta, dict) else None
    links = pagination.get("links") if isinstance(pagination, dict) else None
    return isinstance(links, dict) and bool(links.get("next"))


def nonsense(method: str, what: str) -> TemporaryFailure:
    """What to raise about an answer that cannot be the panel's."""
    message = f"Pterodactyl answered something else than asked for ({method} {what})"
    return TemporaryFailure(message) if method == "GET" else UnknownOutcome(message)


def _safe(part: str) -> str:
    return quote(part, safe="")
