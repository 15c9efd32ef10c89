"""Access tokens: asked for with the client's id and secret, and over after some hours."""

import base64
import binascii
import hmac
import secrets
from datetime import timedelta
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ezscale.sandbox.faults import remark
from ezscale.sandbox.paypal.account import Account, read_time, written_time
from ezscale.sandbox.paypal.errors import BadToken, PayPalError

LIFETIME = timedelta(seconds=32_400)


class Tokens:
    """Who may ask: the holders of a token that was issued and is not over."""

    def __init__(self, account: Account, client_id: str, secret: str) -> None:
        self._account = account
        self._client = f"{client_id}:{secret}"

    async def issue(self, request: Request) -> Response:
        """A new token, or OAuth's refusal."""
        given = parse_qs((await request.body()).decode("latin-1"))
        if not self._is_client(request.headers.get("authorization", "")):
            return _refusal(401, "invalid_client", "Client Authentication failed")
        if given.get("grant_type") != ["client_credentials"]:
            return _refusal(400, "unsupported_grant_type", "unsupported grant_type")
        token = f"A21AA{secrets.token_urlsafe(48)}"
        ends = written_time(self._account.now() + LIFETIME)
        self._account.store.put("access_token", token, {"ends": ends})
        remark(request.scope, "a new token")
        return JSONResponse(
            {
                "scope": "https://uri.paypal.com/services/payments/payment https://uri.paypal.com/services/vault",
                "access_token": token,
                "token_type": "Bearer",
                "app_id": "APP-80W284485P519543T",
                "expires_in": int(LIFETIME.total_seconds()),
                "nonce": f"{self._account.time}{secrets.token_hex(8)}",
            }
        )

    def check(self, request: Request) -> None:
        """PayPal's error unless the caller shows a good token."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            raise PayPalError(401)
        kept = self._account.store.get("access_token", token)
        if kept is None or read_time(kept["ends"]) <= self._account.now():
            raise BadToken

    def _is_client(self, header: str) -> bool:
        scheme, _, encoded = header.partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            return False
        return scheme == "Basic" and hmac.compare_digest(given, self._client.encode())


def _refusal(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status)
