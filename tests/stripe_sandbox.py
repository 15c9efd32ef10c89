"""The Stripe stand-in, in this process, with everything a test wants to do to it."""

from typing import Any
from uuid import UUID, uuid5

import httpx

from ezscale.billing.ports import Charge, Payer
from ezscale.integrations.stripe.adapter import StripeGateway, open_gateway
from ezscale.kit.clock import FixedClock, world_now
from ezscale.kit.money import Money
from ezscale.sandbox.faults import Fault, Wrong
from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.store import Store
from ezscale.sandbox.stripe.app import stripe_stand_in
from ezscale.sandbox.stripe.browser import pay_on_page

KEY = "sk_test_sandbox"
SECRET = "whsec_sandbox"
OURS = UUID("0195a000-0000-7000-8000-000000000000")


class StripeSandbox:
    """A Stripe account of its own, our gateway to it, and the webhooks it has sent."""

    def __init__(self, store: Store | None = None) -> None:
        self.clock = FixedClock(world_now())
        self.delivered: list[tuple[bytes, str]] = []
        self.stand_in = stripe_stand_in(
            store or Store(),
            webhook_url="",
            webhook_secret=SECRET,
            api_key=KEY,
            deliver=lambda body, signature: self.delivered.append((body, signature)),
            now=lambda: self.clock.now,
        )
        self.transport = InProcess(self.stand_in)
        self.browser = httpx.Client(transport=self.transport, base_url="http://stripe.test")
        self.api = httpx.Client(
            transport=self.transport, base_url="http://stripe.test/v1", headers={"Authorization": f"Bearer {KEY}"}
        )
        self.gateway = self.open_gateway()

    def open_gateway(self, *, key: str = KEY, retries: int = 0) -> StripeGateway:
        """Our adapter, talking to this account."""
        http = httpx.Client(transport=self.transport)
        return open_gateway(key=key, webhook_secret=SECRET, base_url="http://stripe.test", http=http, retries=retries)

    def goes_wrong(self, wrong: Wrong, path: str = "*", **how: Any) -> None:
        """Order a fault."""
        self.stand_in.faults.add(Fault(wrong=wrong, path=path, **how))

    def state(self) -> dict[str, Any]:
        """What was really done."""
        state: dict[str, Any] = self.browser.get("/_sandbox/state").json()
        return state

    def captures(self, charge: Charge) -> int:
        """How often the money of an invoice was really taken."""
        invoice = self.state()["invoices"].get(str(charge.invoice_id))
        return invoice["captures"] if invoice else 0

    def a_payer(self, name: str = "Ada") -> Payer:
        """A customer whom Stripe has not met."""
        return Payer(uuid5(OURS, name), name, f"{name.lower()}@example.com", "IE")

    def a_charge(self, payer_ref: str, number: int = 1, amount: Money | None = None, card_ref: str = "") -> Charge:
        """An attempt, the same for the same number."""
        return Charge(
            key=f"charge:{number}",
            attempt_id=uuid5(OURS, f"attempt {number}"),
            invoice_id=uuid5(OURS, f"invoice {number}"),
            amount=amount or Money(2397, "EUR"),
            payer_ref=payer_ref,
            description=f"Invoice {number}",
            card_ref=card_ref,
        )

    def a_kept_card(self, payer_ref: str, number: str = "4242424242424242") -> str:
        """A card left by a customer on a card page: its name at Stripe."""
        key = f"card {payer_ref} {number}"
        page = self.gateway.open_card_page(payer_ref, key, "http://shop.test/done", "http://shop.test/back", "EUR")
        assert pay_on_page(self.browser, page.url, number).status_code == 303
        card = self.gateway.read_card_page(page.ref, payer_ref)
        assert card is not None
        return card.ref

    def a_charge_on(self, card_number: str = "4242424242424242", number: int = 1) -> Charge:
        """An attempt on a kept card of a new customer."""
        payer_ref = self.gateway.register(self.a_payer())
        return self.a_charge(payer_ref, number, card_ref=self.a_kept_card(payer_ref, card_number))
