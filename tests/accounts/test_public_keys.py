"""What is taken for a public SSH key."""

import base64
import struct

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from ezscale.accounts.public_keys import read_public_key
from ezscale.kit.errors import Invalid


def line_of(key, comment="ada@laptop"):
    return f"{key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()} {comment}"


def private_half(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(b"7" * 32)
LINE = line_of(ED25519)
BODY = LINE.split()[1]
GOOD = [
    LINE,
    f"\n  {LINE}\r\n",
    line_of(ED25519, comment=""),
    line_of(ec.generate_private_key(ec.SECP256R1())),
    line_of(ec.generate_private_key(ec.SECP521R1())),
    line_of(rsa.generate_private_key(65537, 2048)),
]
WEAK = line_of(rsa.generate_private_key(65537, 1024))  # noqa: S505  # that is the point
RENAMED = base64.b64encode(struct.pack(">I", 7) + b"ssh-rsa" + base64.b64decode(BODY)[15:]).decode()
BAD = {
    "": "Please paste a public key",
    "hello": "This is no public SSH key",
    private_half(ED25519): "private half",
    "PuTTY-User-Key-File-3: ssh-ed25519": "private half",
    "---- BEGIN SSH2 PUBLIC KEY ----": "on one line",
    f"{LINE}\n{LINE}": "one line",
    f"{LINE}\u2028command": "one line",
    f'command="rm -rf /" {LINE}': "leave out what stands before",
    f"no-pty,{LINE} ": "leave out what stands before",
    f"ssh-rsa {BODY}": "is something else",
    f"ssh-rsa {RENAMED}": "not complete",
    f"ssh-ed25519 {BODY[:-8]}": "not complete",
    f"ssh-ed25519 {BODY[:-4]}!!!!": "not complete",
    "ssh-ed25519": "is something else",
    WEAK: "1024 bits is too weak",
    f"ssh-dss {BODY}": "DSA",
    f"sk-ssh-ed25519@openssh.com {BODY}": "security tokens",
    f"{LINE} {'x' * 4000}": "one line",
}


@pytest.mark.parametrize("pasted", GOOD)
def test_what_ssh_keygen_writes_is_taken(pasted):
    key = read_public_key(pasted)

    assert (key.line, key.fingerprint[:7]) == (pasted.strip(), "SHA256:")


@pytest.mark.parametrize(("pasted", "words"), BAD.items())
def test_anything_else_is_refused_beside_its_field_and_not_repeated(pasted, words):
    with pytest.raises(Invalid, match=words) as refusal:
        read_public_key(pasted)

    assert refusal.value.field == "line"
    assert BODY not in refusal.value.message


def test_the_fingerprint_is_the_one_that_ssh_keygen_shows():
    github = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"

    assert read_public_key(github).fingerprint == "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"
