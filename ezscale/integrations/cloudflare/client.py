"""Cloudflare Access, in its own words: the keys by which its assertions are known."""

from collections.abc import Mapping
from typing import Any

from ezscale.integrations.http import Http, ask
from ezscale.kit.errors import TemporaryFailure

Jwk = Mapping[str, Any]


class AccessClient:
    """The one call we use, on the team's own domain."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def keys(self) -> list[Jwk]:
        """The public keys in use: the present one, and the one before it or after it."""
        answer = ask(self._http, "GET", "/cdn-cgi/access/certs")
        keys = answer.get("keys") if isinstance(answer, dict) else None
        if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
            raise TemporaryFailure("Cloudflare Access answered something else than its keys")
        return keys
