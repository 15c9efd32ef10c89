"""Webhooks as Stripe signs them: one header with the time and a shared secret's hash."""

from collections.abc import Callable

import httpx
from stripe import WebhookSignature

from ezscale.sandbox.store import Store
from ezscale.sandbox.webhooks import Webhooks, poster

Deliver = Callable[[bytes, str], object]


def signed_webhooks(store: Store, secret: str, deliver: Deliver) -> Webhooks:
    """What is owed to the endpoint; `deliver` hands over a body and its signature, or raises."""

    def send(body: bytes) -> object:
        return deliver(body, WebhookSignature.generate_signature_header(body.decode(), secret))

    return Webhooks(store, send)


def over_http(url: str, transport: httpx.BaseTransport | None = None) -> Deliver:
    """Delivery by a POST to an endpoint."""
    post = poster(url, transport)
    return lambda body, signature: post(body, {"Stripe-Signature": signature})
