"""An account at the PayPal stand-in, and plain calls to it."""

import httpx
import pytest

from tests.paypal_sandbox import PayPalSandbox


@pytest.fixture
def sandbox() -> PayPalSandbox:
    """An account of its own."""
    return PayPalSandbox()


@pytest.fixture
def api(sandbox: PayPalSandbox) -> httpx.Client:
    """PayPal's HTTP with a good token."""
    return sandbox.api
