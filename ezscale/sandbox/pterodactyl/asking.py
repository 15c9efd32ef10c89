"""What may be asked in a query, and how lists are answered: filters by parts, sorting, includes, pages."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from ezscale.sandbox.pterodactyl.house import House, Refusal, invalid, refused
from ezscale.sandbox.store import Document

View = dict[str, Any]

USUAL_PAGE = 50
MOST_ON_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, understood. `address` is the list's own, without its query."""

    address: str
    includes: tuple[str, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()
    sort: str = "id"
    page: int = 1
    per_page: int = USUAL_PAGE
    more: tuple[tuple[str, str], ...] = ()

    def value(self, name: str) -> str:
        """One of the other parameters, empty when it was not sent."""
        return dict(self.more).get(name, "")


@dataclass(frozen=True, slots=True)
class Query:
    """What a call takes in its query; everything else is refused. Used as a dependency."""

    includes: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    is_list: bool = False
    most: int = 0

    def __call__(self, request: Request) -> Asked:
        """The query, or 400 and 422 for what is not known."""
        given = request.query_params
        known = {f"filter[{name}]" for name in self.filters} | set(self.more)
        known |= {"include"} if self.includes else set()
        known |= {"page", "per_page"} if self.is_list else set()
        known |= {"sort"} if self.sorts else set()
        if unknown := sorted(set(given) - known):
            raise refused(f"Requested parameter(s) `{', '.join(unknown)}` are not allowed.", "BadRequestHttpException")
        includes = tuple(name for name in given.get("include", "").split(",") if name)
        if strange := sorted(set(includes) - set(self.includes)):
            raise refused(f"Requested include(s) `{', '.join(strange)}` are not allowed.", "BadRequestHttpException")
        sort = given.get("sort", "id")
        if self.sorts and sort.removeprefix("-") not in self.sorts:
            raise refused(f"Requested sort(s) `{sort}` is not allowed.", "BadRequestHttpException")
        return Asked(
            address=request.scope["ezscale.address"],
            includes=includes,
            filters=tuple((name, given[f"filter[{name}]"]) for name in self.filters if f"filter[{name}]" in given),
            sort=sort,
            page=_number("page", given.get("page", "1")),
            per_page=_number("per_page", given.get("per_page", str(USUAL_PAGE)), self.most),
            more=tuple((name, value) for name, value in given.multi_items() if name in self.more),
        )


def one(kind: str, attributes: View, resource: str = "") -> View:
    """A single item; one that was just made also tells its address."""
    return {"object": kind, "attributes": attributes} | ({"meta": {"resource": resource}} if resource else {})


def nothing() -> View:
    """What is included and is not there."""
    return {"object": "null_resource", "attributes": None}


def all_of(kind: str, rows: Iterable[View]) -> View:
    """A list that is never parted into pages."""
    return {"object": "list", "data": [one(kind, row) for row in rows]}


def page_of(asked: Asked, kind: str, rows: Sequence[Document], show: Callable[[Document], View]) -> View:
    """One page of the rows that were asked for."""
    kept = [row for row in rows if all(_holds(row, name, part) for name, part in asked.filters)]
    field = asked.sort.removeprefix("-")
    kept.sort(key=lambda row: (row[field] is not None, row[field]), reverse=asked.sort.startswith("-"))
    shown = kept[(asked.page - 1) * asked.per_page : asked.page * asked.per_page]
    last = max(1, -(-len(kept) // asked.per_page))
    numbers = {"previous": asked.page - 1, "next": asked.page + 1}
    pagination = {
        "total": len(kept),
        "count": len(shown),
        "per_page": asked.per_page,
        "current_page": asked.page,
        "total_pages": last,
        "links": {name: _link(asked, number) for name, number in numbers.items() if 1 <= number <= last},
    }
    return all_of(kind, map(show, shown)) | {"meta": {"pagination": pagination}}


def resource(here: House, path: str) -> str:
    """The address of an item on the application API."""
    return f"{here.url}/api/application/{path}"


def _holds(row: Document, field: str, part: str) -> bool:
    if field == "server_id":
        return str(row[field] or 0) == part
    return part.casefold() in str(row[field] or "").casefold()


def _link(asked: Asked, page: int) -> str:
    query = [(f"filter[{name}]", value) for name, value in asked.filters]
    query += [("include", ",".join(asked.includes))] if asked.includes else []
    query += [("per_page", str(asked.per_page))] if asked.per_page != USUAL_PAGE else []
    query += [("sort", asked.sort)] if asked.sort != "id" else []
    return f"{asked.address}?{urlencode([*query, *asked.more, ('page', str(page))])}"


def _number(name: str, text: str, most: int = 0) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise Refusal(422, invalid(name, "integer", f"The {name} must be an integer of at least 1."))
    return min(int(text), most) if most else int(text)
