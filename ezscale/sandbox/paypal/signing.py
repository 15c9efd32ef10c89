"""Signatures on webhooks: a certificate of a made-up authority, and the check of what it has signed."""

import base64
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from zlib import crc32

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ezscale.sandbox.paypal.account import Account
from ezscale.sandbox.store import Document

ALGORITHM = "SHA256withRSA"
SIGNER = "messageverificationcerts.paypal.com"
LIFETIME = timedelta(days=3650)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Signer:
    """Signs webhooks for one webhook id, with a key that is made when it is first needed and then kept."""

    def __init__(self, account: Account, webhook_id: str) -> None:
        self._account = account
        self.webhook_id = webhook_id

    @property
    def authority(self) -> str:
        """The certificate (PEM) of whom to trust."""
        return str(self._papers()["authority"])

    @property
    def chain(self) -> str:
        """The certificate (PEM) of the key that signs."""
        return str(self._papers()["certificate"])

    def headers(self, body: bytes) -> dict[str, str]:
        """What accompanies a body that is sent now."""
        id, time = f"{secrets.token_hex(4)}-{secrets.token_hex(8)}", self._account.time
        signature = self._key().sign(self._message(id, time, body), padding.PKCS1v15(), hashes.SHA256())
        return {
            "PayPal-Transmission-Id": id,
            "PayPal-Transmission-Time": time,
            "PayPal-Transmission-Sig": base64.b64encode(signature).decode(),
            "PayPal-Cert-Url": f"{self._account.public_url}/v1/notifications/certs/{self._papers()['name']}",
            "PayPal-Auth-Algo": ALGORITHM,
        }

    def has_signed(self, given: Mapping[str, str], body: bytes) -> bool:
        """Whether these values belong to this body."""
        if given["webhook_id"] != self.webhook_id or given["auth_algo"] != ALGORITHM:
            return False
        message = self._message(given["transmission_id"], given["transmission_time"], body)
        try:
            signature = base64.b64decode(given["transmission_sig"], validate=True)
            self._key().public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except (ValueError, InvalidSignature):
            return False
        return True

    def _message(self, id: str, time: str, body: bytes) -> bytes:
        return f"{id}|{time}|{self.webhook_id}|{crc32(body)}".encode()

    def _key(self) -> rsa.RSAPrivateKey:
        key = serialization.load_pem_private_key(str(self._papers()["key"]).encode(), None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("webhooks are signed with RSA")
        return key

    def _papers(self) -> Document:
        with self._account.store.transaction():
            kept = self._account.store.get("signer", "it")
            if kept is None:
                kept = new_papers(self._account.now())
                self._account.store.put("signer", "it", kept)
        return kept


def new_papers(now: datetime, common_name: str = SIGNER) -> Document:
    """An authority, and a key with its certificate; `name` is the last part of the certificate's address."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
    issuer = _name("Sandbox certificate authority")
    of_authority = _certificate(issuer, issuer, authority_key, now).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    usage = dict.fromkeys(_USES, False)
    of_authority = of_authority.add_extension(x509.KeyUsage(**usage | {"key_cert_sign": True}), critical=True)
    identifier = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    authority = of_authority.add_extension(identifier, critical=False).sign(authority_key, hashes.SHA256())
    of_key = _certificate(_name(common_name), issuer, key, now)
    for extension in (
        x509.BasicConstraints(ca=False, path_length=None),
        x509.SubjectAlternativeName([x509.DNSName(common_name)]),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
    ):
        of_key = of_key.add_extension(extension, critical=False)
    certificate = of_key.sign(authority_key, hashes.SHA256())
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "name": f"CERT-{secrets.token_hex(8)}",
        "authority": authority.public_bytes(serialization.Encoding.PEM).decode(),
        "certificate": certificate.public_bytes(serialization.Encoding.PEM).decode(),
        "key": secret.decode(),
    }


_USES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _certificate(subject: x509.Name, issuer: x509.Name, key: Key, now: datetime) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    return builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + LIFETIME)
