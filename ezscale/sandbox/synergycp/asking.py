"""How lists are asked for: which page of them, and which of their rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query, Request

from ezscale.sandbox.store import Document, Store
from ezscale.sandbox.synergycp.house import House
from ezscale.sandbox.synergycp.stock import by_billing_id, has_parts, is_available
from ezscale.sandbox.synergycp.views import View, said

TOTALS_KEPT = 60  # seconds for which a list remembers its total


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of a list is asked for, and whether its total is counted anew."""

    request: Request
    page: Annotated[int, Query(ge=1)] = 1
    per_page: Annotated[int, Query(ge=1, le=500)] = 20
    force_refresh_count: bool = False

    def page_of(self, here: House, rows: Sequence[View], *, counted: bool = False) -> View:
        """The page in Laravel's paginator, inside the envelope. Its total may be a minute old, unless it is `counted`."""
        url = self.request.url
        query = [
            (name, value) for name, value in self.request.query_params.multi_items() if name not in ("key", "page")
        ]
        fresh = counted or self.force_refresh_count
        total = _total(here, f"{url.path}?{urlencode(query)}", len(rows), fresh=fresh)
        last, before = max(1, -(-total // self.per_page)), (self.page - 1) * self.per_page
        shown = rows[before : before + self.per_page]

        def address(page: int) -> str | None:
            if not 1 <= page <= last:
                return None
            return f"{url.scheme}://{url.netloc}{url.path}?{urlencode([*query, ('page', str(page))])}"

        return said(
            {
                "total": total,
                "per_page": self.per_page,
                "current_page": self.page,
                "last_page": last,
                "from": before + 1 if shown else None,
                "to": before + len(shown) if shown else None,
                "next_page_url": address(self.page + 1),
                "prev_page_url": address(self.page - 1),
                "data": list(shown),
            }
        )


Paged = Annotated[Paging, Depends()]


@dataclass(frozen=True, slots=True)
class ServerFilter:
    """Which machines: those on the shelf, with certain parts, in certain places, or with a number."""

    available: bool | None = None
    exactly: Annotated[bool, Query(alias="parts[exact]")] = False
    cpu_billing: str | None = None
    mem_billing: str | None = None
    disks: Annotated[list[str] | None, Query(alias="disks_billing[]")] = None
    addons: Annotated[list[str] | None, Query(alias="addons_billing[]")] = None
    groups: Annotated[list[str] | None, Query(alias="ip_group_billing[]")] = None
    billing_id: str | None = None
    integration_id: str | None = None

    def takes(self, store: Store, server: Document) -> bool:
        """Whether a machine is one of those."""
        return (
            self.billing_id in (None, (server["billing"] or {}).get("id"))
            and (self.integration_id is None or _is_sold_by(server, self.integration_id))
            and self._has_parts(server)
            and (self.groups is None or server["groupId"] in places_of(store, self.groups))
            and (self.available is None or self.available is is_available(store, server))
        )

    def _has_parts(self, server: Document) -> bool:
        wanted: dict[str, Any] = {
            "cpu": self.cpu_billing,
            "mem": self.mem_billing,
            "disks": self.disks or [],
            "addons": self.addons or [],
        }
        return has_parts(server, wanted, exactly=self.exactly and any(wanted.values()))


@dataclass(frozen=True, slots=True)
class EntityFilter:
    """Which blocks of addresses: those of a size, in certain places, of a machine or of `none`."""

    groups: Annotated[list[str] | None, Query(alias="group[billing][]")] = None
    billing_id: str | None = None
    server: str | None = None

    def takes(self, store: Store, entity: Document) -> bool:
        """Whether a block is one of those."""
        holder = "none" if entity["serverId"] is None else str(entity["serverId"])
        return (
            self.billing_id in (None, entity["billing_id"])
            and self.server in (None, holder)
            and (self.groups is None or entity["groupId"] in places_of(store, self.groups))
        )


def places_of(store: Store, codes: Sequence[str]) -> list[int]:
    """The ids of places by their billing ids."""
    return [place["id"] for code in codes if (place := by_billing_id(store, "groups", code))]


def _is_sold_by(server: Document, integration_id: str) -> bool:
    seller = ((server["billing"] or {}).get("integration") or {}).get("id")
    return seller is not None and integration_id in ("me", str(seller))


def _total(here: House, question: str, counted: int, *, fresh: bool) -> int:
    now = here.now().timestamp()
    kept = here.store.get("totals", question)
    if kept is not None and not fresh and now - kept["at"] < TOTALS_KEPT:
        return int(kept["total"])
    here.store.put("totals", question, {"total": counted, "at": now})
    return counted
