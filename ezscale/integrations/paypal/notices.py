"""Webhooks: what PayPal has signed for us, and lately, is believed.

The signature covers the body only through a checksum that anyone can imitate for another body. A notice therefore
names what to ask PayPal about, and nothing that it says is ever booked.
"""

import base64
import json
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zlib import crc32

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from ezscale.billing.ports import About, BadNotice, Notice
from ezscale.integrations.http import Http, named
from ezscale.kit.clock import world_now
from ezscale.kit.errors import TemporaryFailure

ALGORITHM = "SHA256withRSA"
OWN_NAMES = ".paypal.com"
CERTIFICATES, AUTHORITY = "/v1/notifications/certs/", "/_sandbox/authority"
OWN_HOSTS, CERTIFICATE_NAME = re.compile(r"https://([a-z0-9-]+\.)+paypal\.com"), re.compile(r"[A-Za-z0-9-]+")
OLDEST, NEWEST = timedelta(days=4), timedelta(minutes=5)  # it tries for three days
KEPT = "VAULT.PAYMENT-TOKEN.CREATED"
SALE = "PAYMENT.SALE."  # only subscriptions still make these
ABOUT = {  # the first that fits
    "CHECKOUT.ORDER.": About.PAGE,
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED": About.PAGE,
    "PAYMENT.CAPTURE.REFUNDED": About.REFUND,
    "PAYMENT.CAPTURE.REVERSED": About.DISPUTE,  # PayPal takes it back, and mostly because of one
    "PAYMENT.CAPTURE.": About.PAYMENT,
    "PAYMENT.REFUND.": About.REFUND,
    "CUSTOMER.DISPUTE.": About.DISPUTE,
    "VAULT.PAYMENT-TOKEN.DELET": About.CARD,
    "BILLING.SUBSCRIPTION.": About.OLD_SUBSCRIPTION,
    SALE: About.OLD_SUBSCRIPTION,
}
HEARD_OF_NOWHERE_ELSE = (
    *("PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED", "PAYMENT.REFUND.", "CUSTOMER.DISPUTE."),
    *("VAULT.PAYMENT-TOKEN.", "BILLING.SUBSCRIPTION.", SALE),
)


class NoticeReader:
    """Reads webhooks of one webhook id. `stand_in` is the address of a stand-in, whose certificates `roots` vouch for."""

    def __init__(
        self,
        webhook_id: str,
        http: Http,
        *,
        live: bool,
        roots: Sequence[x509.Certificate] = (),
        stand_in: str = "",
        now: Callable[[], datetime] = world_now,
    ) -> None:
        if not webhook_id:
            raise ValueError("without its webhook id, nothing can be known to be PayPal's")
        self._webhook_id = webhook_id
        self._http = http
        self._live = live
        self._roots = roots
        self._stand_in = stand_in
        self._now = now
        self._keys: dict[str, tuple[x509.Certificate, ...]] = {}

    def read(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """A verified message. BadNotice when it is not PayPal's; TemporaryFailure while its certificate is out of reach."""
        given = {name.lower().removeprefix("paypal-"): value for name, value in headers.items()}
        try:
            self._verify(body, given)
            event = json.loads(body)
            return self.notice_of(event)
        except (KeyError, TypeError, ValueError, AttributeError, InvalidSignature, VerificationError) as error:
            raise BadNotice(f"not a message of PayPal's: {type(error).__name__}") from error

    def notice_of(self, event: Mapping[str, Any]) -> Notice:
        """A message that surely is PayPal's, in our words."""
        kind, resource = event["event_type"], event["resource"]
        about = next((about for start, about in ABOUT.items() if kind.startswith(start)), About.NOTHING)
        if kind == KEPT and "order_id" in resource.get("metadata", {}):  # kept a while after its page was paid
            return Notice(event["id"], kind, About.PAGE, resource["metadata"]["order_id"], live=self._live)
        if kind.startswith(SALE):
            return Notice(event["id"], kind, about, str(resource.get("billing_agreement_id", "")), live=self._live)
        subject = resource.get("id") or resource.get("dispute_id") or resource.get("order_id") or ""
        return Notice(event["id"], kind, about, str(subject), live=self._live)

    def _verify(self, body: bytes, given: Mapping[str, str]) -> None:
        id, time = given["transmission-id"], given["transmission-time"]
        age = self._now() - datetime.fromisoformat(time)
        if not -NEWEST <= age <= OLDEST or given["auth-algo"] != ALGORITHM:
            raise BadNotice("sent too long ago, or signed in another way")
        key = self._certificate(given["cert-url"]).public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise BadNotice("signed with another kind of key")
        message = f"{id}|{time}|{self._webhook_id}|{crc32(body)}".encode()
        signature = base64.b64decode(given["transmission-sig"], validate=True)
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())

    def _certificate(self, url: str) -> x509.Certificate:
        """The certificate at an address of PayPal's own, good today and vouched for."""
        if not self._is_paypals(url):
            raise BadNotice("its certificate lies elsewhere")
        chain = self._keys.get(url) or self._fetched(url)
        signer = chain[0]
        name = str(signer.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
        if not name.endswith(OWN_NAMES):
            raise BadNotice("its certificate is somebody else's")
        policy = PolicyBuilder().store(Store(list(self._authorities()))).time(self._now())
        policy.build_server_verifier(x509.DNSName(name)).verify(signer, list(chain[1:]))
        self._keys[url] = chain
        return signer

    def _authorities(self) -> Sequence[x509.Certificate]:
        """Whom to trust: in the sandbox, the authority that the stand-in itself has made up."""
        if self._stand_in and not self._roots:
            self._roots = self._fetched(f"{self._stand_in}{AUTHORITY}")
        return self._roots or system_roots()

    def _is_paypals(self, url: str) -> bool:
        home, _, name = url.partition(CERTIFICATES)
        is_own = home == self._stand_in if self._stand_in else OWN_HOSTS.fullmatch(home)
        return bool(is_own and CERTIFICATE_NAME.fullmatch(name))

    def _fetched(self, url: str) -> tuple[x509.Certificate, ...]:
        try:
            answer = self._http.get(url)
        except httpx.RequestError as error:
            raise TemporaryFailure(f"PayPal's certificate cannot be fetched: {named(error)}") from error
        if not answer.is_success:
            raise TemporaryFailure(f"PayPal's certificate cannot be fetched ({answer.status_code}).")
        return tuple(x509.load_pem_x509_certificates(answer.content))


@cache
def system_roots() -> tuple[x509.Certificate, ...]:
    """The authorities that our connections trust as well."""
    roots = []
    for each in httpx.create_ssl_context().get_ca_certs(binary_form=True):
        with warnings.catch_warnings(), suppress(ValueError):  # an old one breaks a rule, and will not be read one day
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            roots.append(x509.load_der_x509_certificate(each))
    return tuple(roots)
