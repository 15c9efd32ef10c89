"""SynergyCP's API, call by call, in its own words. The hardware record of a machine is never deleted through it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ezscale.integrations.http import Http, Params, ask, lost
from ezscale.integrations.synergycp.hiding import KEY, hide, hide_keys_in_logs
from ezscale.kit.errors import Rejected, TemporaryFailure

Row = Mapping[str, Any]

PAGE = 100
MOST_PAGES = 1000  # of a list that seems to have no end
SECRETS = ("password", "license_key")
IGNORED = "ignored"  # our word for what the panel does not let a machine decide


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, and how many there are of them on all pages. `per_page` is how many a full page has."""

    rows: tuple[Row, ...]
    total: int
    per_page: int


class SynergyCpClient:
    """The calls that the vendor's own integrations make. An answer whose `error` is anything but false is a refusal."""

    def __init__(self, http: Http) -> None:
        hide_keys_in_logs()
        self._http = http

    def clients(self, query: Params) -> Iterator[Row]:
        """Clients with this `billing_id`, or this `email`."""
        return self._list("/client", query)

    def create_client(self, client: Row) -> Row:
        """A new client; an empty password is none."""
        return self._row("POST", "/client", client)

    def change_client(self, client_id: str, changes: Row) -> None:
        """Another number, address or name."""
        self._call("PATCH", f"/client/{client_id}", changes)

    def welcome(self, client_id: str) -> None:
        """Let the panel send its welcome mail."""
        self._call("POST", f"/client/{client_id}/email", {"type": "client-account-created"})

    def make_key(self, client_id: int) -> Row:
        """A key of a client; `key` is readable only here."""
        return self._row("POST", "/key", {"owner_id": client_id, "owner_type": "client"})

    def sign_on_address(self, base: str, key: str, server_id: str) -> str:
        """Where a browser is signed in with a client's key. `base` is the panel's address, or empty for the API's own."""
        query = urlencode({KEY: key, "view_type": "server", "view_id": server_id})
        return f"{(base or str(self._http.base_url)).rstrip('/')}/auth/sso?{query}"

    def servers(self, query: Params) -> Iterator[Row]:
        """Machines, page by page."""
        return self._list("/server", query)

    def some_servers(self, query: Params, most: int) -> Page:
        """The first few machines, and how many there really are."""
        return self._page("/server", {**query, "page": 1, "per_page": most, "force_refresh_count": True})

    def entities(self, query: Params) -> Iterator[Row]:
        """Blocks of addresses."""
        return self._list("/entity", query)

    def some_entities(self, query: Params, most: int) -> Page:
        """The first few blocks of addresses, and how many there are."""
        return self._page("/entity", {**query, "page": 1, "per_page": most, "force_refresh_count": True})

    def parts(self, kind: str) -> Iterator[Row]:
        """Parts of a kind: cpu, mem, disk, add-on."""
        return self._list("/part", {"part_type": kind})

    def groups(self) -> Iterator[Row]:
        """The places where machines stand."""
        return self._list("/group", {"inventory": True})

    def port_speeds(self) -> Iterator[Row]:
        """How fast a port can be."""
        return self._list("/port-speed")

    def profiles(self) -> Iterator[Row]:
        """What can be installed."""
        return self._list("/pxe/profile")

    def editions(self, iso_id: str) -> Iterator[Row]:
        """The editions of a system like Windows."""
        return self._list(f"/pxe/iso/{iso_id}/edition", {"is_enabled": True})

    def integrations(self) -> Iterator[Row]:
        """Who may use the API."""
        return self._list("/integration")

    def provision(self, order: Row) -> bool:
        """Give a machine to a client and start its first installation. False when nothing matched the order."""
        return bool(self._call("POST", "/server/provision", order))

    def server(self, server_id: str) -> Row:
        """One machine."""
        return self._row("GET", f"/server/{server_id}")

    def change_server(self, server_id: str, changes: Row) -> None:
        """Another nickname, or another limit of bandwidth."""
        self._call("PATCH", f"/server/{server_id}", changes)

    def wipe(self, server_id: str) -> None:
        """Take a machine from its client and put it back on the shelf. What is on its disks stays there."""
        self._call("PATCH", f"/server/{server_id}", {"wiped": True, "auto": True})

    def accesses(self, server_id: str, *, primary: bool) -> Iterator[Row]:
        """The client whose machine it is, or those whom that client has let in."""
        return self._list(f"/server/{server_id}/access", {"is_primary": primary})

    def grant(self, server_id: str, access: Row) -> Row:
        """Let one more client in."""
        return self._row("POST", f"/server/{server_id}/access", access)

    def suspend(self, server_id: str, access_id: str, reason: str) -> None:
        """Suspend an access: the port is off, the machine runs on. A machine decides, so some clients are spared."""
        changes = {"is_active": False, "suspension_reason": reason, "auto": True}
        self._call("PATCH", f"/server/{server_id}/access/{access_id}", changes)

    def resume(self, server_id: str, access_id: str) -> None:
        """Lift the suspension of an access."""
        self._call("PATCH", f"/server/{server_id}/access/{access_id}", {"is_active": True})

    def unassign(self, server_id: str, access_id: str) -> None:
        """Let a client in no more."""
        self._call("DELETE", f"/server/{server_id}/access/{access_id}")

    def installs(self, server_id: str) -> Iterator[Row]:
        """What is being installed on a machine. Nothing: it is finished, or has failed."""
        return self._list(f"/server/{server_id}/install")

    def all_installs(self) -> Iterator[Row]:
        """What is being installed on any machine."""
        return self._list("/server/*/install")

    def install(self, server_id: str, wish: Row) -> None:
        """Install a system, which wipes the disks without any question."""
        self._call("POST", f"/server/{server_id}/install", wish)

    def cancel_install(self, server_id: str, install_id: str, *, restart: bool) -> None:
        """End an installation, and reboot the machine or not."""
        self._call("DELETE", f"/server/{server_id}/install/{install_id}", {"restart": restart})

    def controls(self, server_id: str) -> Iterator[Row]:
        """What a machine can be switched with."""
        return self._list(f"/server/{server_id}/control")

    def command(self, server_id: str, control_id: str, order: Row, key: str = "") -> None:
        """Press a switch: `power` on, off, reset or soft; `pxe_boot`, `reset_bmc`, `add_user`, `delete_user`.

        With a key of the client's it is pressed in their name.
        """
        as_client = {KEY: key} if key else None
        self._call("POST", f"/server/{server_id}/control/{control_id}/command", order, as_client)

    def ipmi(self, server_id: str) -> Row:
        """What the management board said last; not on every panel."""
        return self._row("GET", f"/server/{server_id}/ipmi")

    def ports(self, server_id: str) -> Iterator[Row]:
        """The switch ports that a machine is plugged into."""
        return self._list(f"/server/{server_id}/port")

    def switch_port(self, server_id: str, port_id: str, *, on: bool) -> None:
        """Plug a cable in or out; takes up to half a minute."""
        command = "power-on" if on else "power-off"
        self._call("POST", f"/server/{server_id}/port/{port_id}/command", {"command": command})

    def switch_port_of_older_panel(self, server_id: str, port_id: str, *, on: bool) -> None:
        """The same on panels before there were commands."""
        self._call("PATCH", f"/server/{server_id}/port/{port_id}", {"power": "on" if on else "off"})

    def bandwidth(self, server_id: str, port_id: str, start: int, end: int) -> Row:
        """What a port carried between two moments in seconds, as samples for a graph."""
        return self._row("GET", f"/server/{server_id}/port/{port_id}/bandwidth", query={"start": start, "end": end})

    def usage(self, server_id: str, port_id: str) -> Iterator[Row]:
        """What a port carried in its cycles, in bits."""
        return self._list(f"/server/{server_id}/port/{port_id}/bandwidth/usage")

    def _list(self, path: str, query: Params | None = None) -> Iterator[Row]:
        # The totals may be old ones, so the last page is known by its not being full.
        for number in range(1, MOST_PAGES + 1):
            page = self._page(path, {**(query or {}), "page": number, "per_page": PAGE})
            yield from page.rows
            if len(page.rows) < page.per_page:
                return

    def _page(self, path: str, query: Params) -> Page:
        data = self._call("GET", path, query=query)
        if isinstance(data, dict) and not isinstance(data.get("data"), list) and "id" in data:
            data = [data]  # where there can be only one, it may come without a list around it
        rows = data.get("data") if isinstance(data, dict) else data
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise _nonsense("GET", path)
        if not isinstance(data, dict):
            return Page(tuple(rows), len(rows), len(rows) + 1)  # without pages, a list is whole
        total, full = data.get("total"), str(data.get("per_page") or "")
        return Page(
            tuple(rows),
            total if isinstance(total, int) else len(rows),
            int(full) if full.isdecimal() else int(query["per_page"]),
        )

    def _row(self, method: str, path: str, body: Row | None = None, query: Params | None = None) -> Row:
        data = self._call(method, path, body, query)
        if not isinstance(data, dict):
            raise _nonsense(method, path)
        return data

    def _call(self, method: str, path: str, body: Row | None = None, query: Params | None = None) -> Any:
        try:
            answer = ask(self._http, method, path, json=None if body is None else dict(body), params=query)
            return _data(method, path, answer)
        except (Rejected, TemporaryFailure) as failure:
            keys = (self._http.params.get(KEY), (query or {}).get(KEY))
            secrets = [*keys, *((body or {}).get(name) for name in SECRETS)]
            hide(failure, [str(secret) for secret in secrets if secret])
            raise


def _data(method: str, path: str, answer: Any) -> Any:
    """What is in the envelope, if it says yes."""
    if answer is None and method != "GET":
        return None
    if not isinstance(answer, dict) or "error" not in answer:
        raise _nonsense(method, path)
    if answer["error"] is not False:
        raise Rejected(f"{_reason(answer)} (SynergyCP, {method} {path})", status=200, code=_code(answer))
    return answer.get("data")


def _reason(answer: Row) -> str:
    messages = answer.get("messages")
    texts = [str(message.get("text") or "") for message in messages or () if isinstance(message, dict)]
    error = answer["error"]
    return next((text for text in texts if text), error if isinstance(error, str) else "It gave no reason")


def _code(answer: Row) -> str:
    data = answer.get("data")
    if isinstance(data, dict) and data.get("ignored") is True:
        return IGNORED
    return "" if isinstance(answer["error"], bool) else str(answer["error"])


def _nonsense(method: str, path: str) -> TemporaryFailure:
    return lost(method, f"SynergyCP answered something else than asked for ({method} {path})")
