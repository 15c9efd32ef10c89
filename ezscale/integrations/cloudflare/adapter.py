"""Cloudflare Access as whoever stands in front of the staff's side."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import structlog
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from ezscale.integrations.cloudflare.client import AccessClient, Jwk
from ezscale.integrations.http import Http, open_http
from ezscale.kit.clock import world_now
from ezscale.kit.errors import Rejected, TemporaryFailure

log = structlog.get_logger()

ALGORITHM = "RS256"  # the only one that Access signs with; the assertion itself has no say in it
SKEW = 60  # seconds that two clocks may differ
LONGEST = 8_000
ASK_AT_MOST_EVERY = timedelta(minutes=1)
KEYS_ARE_FRESH_FOR = timedelta(hours=1)


class AccessPasses:
    """Reads the assertions that Access sends along. Its keys are fetched when they are needed, and kept.

    Keys that were there stay good while the team's domain does not answer; without any, nobody is let in.
    """

    def __init__(self, client: AccessClient, team: str, audience: str, now: Callable[[], datetime] = world_now) -> None:
        self._client, self._issuer, self._audience, self._now = client, f"https://{team}", audience, now
        self._keys: dict[str, RSAKey] = {}
        self._asked_at: datetime | None = None
        self._fetched_at: datetime | None = None
        self._asking = Lock()

    def admit(self, shown: str) -> bool:
        """Whether an assertion was signed by our team for our application, and is valid now."""
        if len(shown) > LONGEST:
            return False
        try:
            header = jws.extract_compact(shown.encode()).headers()
            key = self._key(header.get("kid")) if header.get("alg") == ALGORITHM else None
            return key is not None and self._is_for_us(jwt.decode(shown, key, algorithms=[ALGORITHM]).claims)
        except (JoseError, ValueError):
            return False

    def _is_for_us(self, claims: Mapping[str, Any]) -> bool:
        audience = claims.get("aud")
        meant_for = audience if isinstance(audience, list) else [audience]
        is_ours = claims.get("iss") == self._issuer and self._audience in meant_for
        return is_ours and is_valid(self._now().timestamp(), claims.get("nbf", 0), claims.get("exp"))

    def _key(self, kid: object) -> RSAKey | None:
        if not isinstance(kid, str):
            return None
        with self._asking:
            now = self._now()
            is_stale = self._fetched_at is None or now - self._fetched_at > KEYS_ARE_FRESH_FOR
            may_ask = self._asked_at is None or now - self._asked_at >= ASK_AT_MOST_EVERY
            if may_ask and (is_stale or kid not in self._keys):
                self._fetch(now)
            return self._keys.get(kid)

    def _fetch(self, now: datetime) -> None:
        self._asked_at = now
        try:
            self._keys = usable(self._client.keys())
            self._fetched_at = now
        except (TemporaryFailure, Rejected) as trouble:
            log.warning("access_keys_not_fetched", reason=trouble.message, kept=len(self._keys))


def open_passes(team: str, audience: str, *, http: Http | None = None) -> AccessPasses:
    """The reader of a team's assertions for one application."""
    return AccessPasses(AccessClient(http or open_http(f"https://{team}")), team, audience)


def usable(keys: list[Jwk]) -> dict[str, RSAKey]:
    """The RSA keys by their names; whatever else there may be is of no use to us."""
    found = {}
    for key in keys:
        if key.get("kty") == "RSA" and isinstance(key.get("kid"), str) and key.get("alg", ALGORITHM) == ALGORITHM:
            try:
                found[str(key["kid"])] = RSAKey.import_key({name: key[name] for name in ("kty", "n", "e", "kid")})
            except (JoseError, KeyError, ValueError):
                log.warning("access_key_not_usable", kid=key["kid"])
    return found


def is_valid(now: float, since: object, until: object) -> bool:
    """Whether an assertion's time has come and is not over. True and False are no moments."""
    if isinstance(since, bool) or isinstance(until, bool):
        return False
    if not isinstance(since, int | float) or not isinstance(until, int | float):
        return False
    return since - SKEW <= now < until + SKEW
