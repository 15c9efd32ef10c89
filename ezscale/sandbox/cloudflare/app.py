"""Cloudflare Access as far as an application behind it can see: its keys, and the assertions it signs with them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ezscale.kit.clock import world_now
from ezscale.sandbox.faults import Unreliable
from ezscale.sandbox.store import Store

CERTS = "/cdn-cgi/access/certs"
SESSION = timedelta(hours=24)
KEY_SIZE = 2048


class AccessStandIn:
    """One team. As with the real one, two keys are served: the present one, and the one before it."""

    def __init__(self, team: str, audience: str, now: Callable[[], datetime] = world_now) -> None:
        self.team, self.audience = team, audience
        self._now = now
        self._keys = [_new_key(), _new_key()]
        routes = [Route(CERTS, self._certs, methods=["GET"])]
        self.front = Unreliable(Starlette(routes=routes), Store(), _error_body, lambda: {"keys": len(self._keys)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve as an ASGI app."""
        await self.front(scope, receive, send)

    @property
    def current(self) -> RSAKey:
        """The key that signs now."""
        return self._keys[0]

    def rotate(self) -> None:
        """A new key signs from now on; the last one is still served, the one before it is not."""
        self._keys = [_new_key(), self._keys[0]]

    def assertion(self, email: str = "olivia@ezscale.example", **claims: Any) -> str:
        """What Access sends along for somebody who has signed in. `claims` stand in the place of the usual ones."""
        now = int(self._now().timestamp())
        usual = {
            "type": "app",
            "aud": [self.audience],
            "email": email,
            "iss": f"https://{self.team}",
            "sub": str(uuid4()),
            "iat": now,
            "nbf": now,
            "exp": now + int(SESSION.total_seconds()),
            "identity_nonce": uuid4().hex[:16],
            "country": "IE",
        }
        said = {name: value for name, value in (usual | claims).items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": self.current.kid or ""}, said, self.current, algorithms=["RS256"])

    async def _certs(self, request: Request) -> Response:
        if request.headers.get("host", "").partition(":")[0] != self.team:
            return JSONResponse(_error_body(404, "Unknown team."), 404)
        keys = [{**key.as_dict(private=False), "alg": "RS256", "use": "sig"} for key in self._keys]
        pems = [{"kid": key.kid, "cert": key.as_pem(private=False).decode()} for key in self._keys]
        return JSONResponse({"keys": keys, "public_cert": pems[0], "public_certs": pems})


def _new_key() -> RSAKey:
    key = RSAKey.generate_key(KEY_SIZE, private=True)
    key.ensure_kid()
    return key


def _error_body(status: int, message: str) -> dict[str, Any]:
    return {"success": False, "errors": [{"code": status, "message": message}]}
