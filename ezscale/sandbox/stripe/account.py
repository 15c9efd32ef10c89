"""One Stripe account: its objects, their ids, its events."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ezscale.sandbox.store import Document, Store, public
from ezscale.sandbox.stripe.errors import StripeError, no_such

API_VERSION = "2026-10-28.endive"
KIND_BY_PREFIX = {
    "ch": "charge",
    "cs": "checkout.session",
    "cus": "customer",
    "du": "dispute",
    "evt": "event",
    "pi": "payment_intent",
    "pm": "payment_method",
    "po": "payout",
    "re": "refund",
    "seti": "setup_intent",
    "txn": "balance_transaction",
}
LISTING = frozenset({"limit", "starting_after", "ending_before", "expand"})


@dataclass(frozen=True)
class Account:
    """Everything an operation needs: the objects, the time, and which request it serves.

    Fields of an object that start with an underscore are the stand-in's own and never leave it.
    """

    store: Store
    now: Callable[[], datetime]
    public_url: str
    announce: Callable[[Document], None]
    request: Document = field(default_factory=lambda: {"id": None, "idempotency_key": None})

    @property
    def time(self) -> int:
        """Now, as Stripe writes it."""
        return int(self.now().timestamp())

    def make(self, prefix: str, **fields: Any) -> Document:
        """A new object, saved under a fresh id."""
        kind = KIND_BY_PREFIX[prefix.partition("_")[0]]
        doc = {
            "id": f"{prefix}_{secrets.token_hex(12)}",
            "object": kind,
            "created": self.time,
            **({} if kind == "balance_transaction" else {"livemode": False}),  # the one thing that does not say so
            **fields,
        }
        return self.save(doc)

    def save(self, doc: Document) -> Document:
        """Keep an object as it is now."""
        self.store.put(doc["object"], doc["id"], doc)
        return doc

    def find(self, kind: str, id: str, param: str = "id") -> Document:
        """An object by its id; Stripe's error when there is none."""
        doc = self.store.get(kind, id)
        if doc is None:
            raise no_such(kind, id, param)
        return doc

    def emit(self, type: str, doc: Document, before: Document | None = None) -> None:
        """Put an event on record and announce it to the webhook endpoint; `before` is what was otherwise before it."""
        data = {"object": public(doc)} | ({"previous_attributes": before} if before else {})
        event = self.make("evt", type=type, api_version=API_VERSION, request=self.request, data=data)
        self.announce(event)

    def page_of(
        self, kind: str, params: Document, url: str, fits: Callable[[Document], bool] = lambda _doc: True
    ) -> Document:
        """A list as Stripe pages it: newest first; every parameter that is not about paging must be equal."""
        docs = [doc for doc in self._candidates(kind, params) if _matches(doc, params) and fits(doc)][::-1]
        limit = params.get("limit", 10)
        if not 1 <= limit <= 100:
            raise StripeError("Invalid limit: must be between 1 and 100", param="limit")
        places = {doc["id"]: place for place, doc in enumerate(docs)}
        if after := params.get("starting_after"):
            docs = docs[places[self.find(kind, after, "starting_after")["id"]] + 1 :]
        if before := params.get("ending_before"):
            docs = docs[: places[self.find(kind, before, "ending_before")["id"]]][-limit:]
        return {"object": "list", "url": url, "has_more": len(docs) > limit, "data": docs[:limit]}

    def _candidates(self, kind: str, params: Document) -> list[Document]:
        for name in ("customer", "payment_intent", "email"):
            if name in params:
                return self.store.where(kind, name, params[name])
        created = params.get("created")
        if isinstance(created, dict) and "gte" in created:
            return self.store.since(kind, "created", created["gte"])
        return self.store.all(kind)

    def expanded(self, doc: Document, paths: Iterable[str]) -> Document:
        """The object with the named ids replaced by what they stand for."""
        for path in paths:
            names = path.split(".")
            if len(names) > 4:
                raise StripeError("You cannot expand more than 4 levels of a property.", param="expand")
            self._expand(doc, names, path)
        return doc

    def _expand(self, doc: Document, names: list[str], path: str) -> None:
        name, rest = names[0], names[1:]
        value = doc.get(name)
        if isinstance(value, list) and rest:
            for item in value:
                self._expand(item, rest, path)
            return
        if isinstance(value, str) and value.split("_")[0] in KIND_BY_PREFIX and name != "id":
            value = doc[name] = self.find(KIND_BY_PREFIX[value.split("_")[0]], value)
        elif name not in doc or not isinstance(value, dict | None):
            raise StripeError(f"This property cannot be expanded ({path}).", param="expand")
        if isinstance(value, dict) and rest:
            self._expand(value, rest, path)


def merged_metadata(old: dict[str, str], given: Any) -> dict[str, str]:
    """Metadata after an update: an empty value removes its key, an empty whole removes all."""
    if given == "":
        return {}
    for key, value in given.items():
        if len(key) > 40 or not isinstance(value, str) or len(value) > 500:
            raise StripeError("Metadata keys have up to 40 characters, values up to 500.", param=f"metadata[{key}]")
    merged = {key: value for key, value in (old | given).items() if value}
    if len(merged) > 50:
        raise StripeError("Metadata holds up to 50 keys.", param="metadata")
    return merged


def _matches(doc: Document, params: Document) -> bool:
    wanted = {name: value for name, value in params.items() if name not in LISTING}
    return all(_fits(doc.get(name), value) for name, value in wanted.items())


def _fits(value: Any, wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        return bool(value == wanted)
    bounds = {"gt": value > wanted.get("gt", -1), "gte": value >= wanted.get("gte", 0)}
    upper = {"lt": "lt" not in wanted or value < wanted["lt"], "lte": "lte" not in wanted or value <= wanted["lte"]}
    return all((bounds | upper).values())
