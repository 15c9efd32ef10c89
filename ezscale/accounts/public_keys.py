"""Reading what somebody pastes as their public SSH key."""

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from ezscale.kit.errors import Invalid
from ezscale.models.ssh_key import LONGEST_LINE

KINDS = (
    *("ssh-ed25519", "ssh-rsa"),
    *("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
)
LEAST_RSA_BITS = 2048
LONGEST_COMMENT = 100
NOT_PRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
EXAMPLE = "It begins with ssh-ed25519, ecdsa-sha2-… or ssh-rsa, and stands in a file that ends in .pub."


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key: its line as OpenSSH writes it, its comment, and the fingerprint by which it is recognised."""

    line: str
    comment: str
    fingerprint: str


def read_public_key(pasted: str) -> PublicKey:
    """The one key in a pasted text. Invalid, saying what is wrong, for anything else; nothing of it is repeated."""
    line = pasted.strip()
    _refuse_private(line)
    if not line:
        raise Invalid(f"Please paste a public key. {EXAMPLE}", field="line")
    if NOT_PRINTABLE.search(line) or len(line) > LONGEST_LINE:
        raise Invalid("Please paste one key, as one line.", field="line")
    kind, body, comment = (*line.split(maxsplit=2), "", "", "")[:3]
    if kind not in KINDS:
        raise Invalid(_why_not(line), field="line")
    blob = _decoded(body)
    _require_good(kind, body, blob)
    comment = comment.strip()[:LONGEST_COMMENT]
    printed = base64.b64encode(sha256(blob).digest()).decode().rstrip("=")
    return PublicKey(f"{kind} {body} {comment}".strip(), comment, f"SHA256:{printed}")


def _refuse_private(text: str) -> None:
    if "PRIVATE KEY" in text.upper() or text.startswith("PuTTY-User-Key-File"):
        raise Invalid(
            "This is the private half, which nobody but you may have: we have not kept it. Please paste the public half, "
            "from the file that ends in .pub.",
            field="line",
        )
    if "SSH2 PUBLIC KEY" in text:
        raise Invalid("Please paste the key as OpenSSH writes it, on one line.", field="line")


def _why_not(line: str) -> str:
    if any(f"{kind} " in line for kind in KINDS):
        return "Please leave out what stands before the key: it has to begin with its type, such as ssh-ed25519."
    if line.startswith("ssh-dss"):
        return "DSA keys are no longer safe, and servers refuse them. Please use Ed25519."
    if line.startswith("sk-"):
        return "Keys on security tokens are not taken here yet. Please use Ed25519, ECDSA or RSA."
    return f"This is no public SSH key. {EXAMPLE}"


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("The key is not complete. Please copy the whole line.", field="line") from None


def _require_good(kind: str, body: str, blob: bytes) -> None:
    length = int.from_bytes(blob[:4], "big")
    if blob[4 : 4 + length] != kind.encode():
        raise Invalid(f"The key says that it is {kind}, and is something else. Please copy it again.", field="line")
    try:
        key = load_ssh_public_key(f"{kind} {body}".encode())
    except (ValueError, UnsupportedAlgorithm):
        raise Invalid("The key is not complete. Please copy the whole line.", field="line") from None
    if isinstance(key, RSAPublicKey) and key.key_size < LEAST_RSA_BITS:
        raise Invalid(
            f"An RSA key of {key.key_size} bits is too weak. Please use {LEAST_RSA_BITS} bits or Ed25519.", field="line"
        )
    if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey):
        raise Invalid(f"This is no public SSH key. {EXAMPLE}", field="line")
