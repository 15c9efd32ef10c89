"""A security key made of software: it makes key pairs and signs challenges as a real one does, and lies when told to."""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, MADE = 0x01, 0x04, 0x40


class SoftwareKey:
    """One key pair, for one host."""

    def __init__(self, host: str = "localhost", origin: str = "http://localhost") -> None:
        self.host, self.origin = host, origin
        self.id = os.urandom(32)
        self.owner = b""
        self.count = 0
        self._private = ec.generate_private_key(ec.SECP256R1())

    def makes(self, options: dict[str, Any]) -> dict[str, Any]:
        """What a browser answers to the options of a registration."""
        self.owner = decoded(options["user"]["id"])
        point = self._private.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        made = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        seen = self._seen(PRESENT | VERIFIED | MADE) + made
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": seen})
        client = self._client("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": text(client), "attestationObject": text(attestation)})

    def signs(
        self, options: dict[str, Any], *, verified: bool = True, counts: bool = True, origin: str = ""
    ) -> dict[str, Any]:
        """What a browser answers to the options of a sign-in."""
        self.count += counts
        seen = self._seen(PRESENT | (VERIFIED if verified else 0))
        client = self._client("webauthn.get", options["challenge"], origin)
        signature = self._private.sign(seen + sha256(client).digest(), ec.ECDSA(SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": seen, "signature": signature, "userHandle": self.owner}
        return self._answer({name: text(part) for name, part in parts.items()})

    def _seen(self, flags: int) -> bytes:
        return sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str, origin: str = "") -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin or self.origin}).encode()

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response}


def text(raw: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(encoded: str) -> bytes:
    """And back."""
    return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
