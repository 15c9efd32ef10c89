"""The panel's hooks: what an administrator lets it tell us, with VirtFusion's headers and its token."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from ezscale.kit.ids import new_id
from ezscale.sandbox.store import Document, Store
from ezscale.sandbox.webhooks import NotTaken, Webhooks

HOOK_ID = "1"
Send = Callable[[bytes, Mapping[str, str]], object]


class Hooks:
    """Tells an endpoint of servers, each event with an id of its own."""

    def __init__(self, store: Store, token: str, send: Send) -> None:
        self._store, self._token, self._send = store, token, send
        self.webhooks = Webhooks(store, self._deliver)

    def tell(self, event: str, server: Document, *, status: str = "success") -> None:
        """Owe the endpoint an event about a server."""
        id = new_id().hex
        shown = {"id": server["id"], "name": server["name"], "hostname": server["hostname"], "state": server["state"]}
        self._store.put("event", id, {"id": id, "type": event, "status": status, "data": {"server": shown}})
        self.webhooks.announce({"id": id})

    def _deliver(self, body: bytes) -> None:
        event = json.loads(body)
        said: dict[str, Any] = {
            "event": event["type"],
            "hookId": HOOK_ID,
            "hookEventId": event["id"],
            "eventStatus": event["status"],
            "data": event["data"],
        }
        headers = {
            "Authorization": f"Bearer {b64encode(self._token.encode()).decode()}",
            "X-VirtFusion-Hook": HOOK_ID,
            "X-VirtFusion-Hook-Event": event["id"],
            "X-VirtFusion-Event": event["type"],
            "X-VirtFusion-Event-Status": event["status"],
            "User-Agent": "VirtFusion-Hookshot/1.0",
        }
        self._send(json.dumps(said).encode(), headers)


def hook_token(panel_token: str) -> str:
    """The token of the stand-in's hook, which follows from the panel's own."""
    return f"hook-{panel_token}"


def posting_to(url: str) -> Send:
    """Deliver over the network."""

    def post(body: bytes, headers: Mapping[str, str]) -> None:
        answer = httpx.post(
            url, content=body, headers={"Content-Type": "application/json", **headers}, timeout=5, trust_env=False
        )
        if not answer.is_success:
            raise NotTaken(f"{answer.status_code}")

    return post
