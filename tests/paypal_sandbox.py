"""The PayPal stand-in, in this process, with everything a test wants to do to it."""

from collections.abc import Mapping
from itertools import count
from typing import Any
from uuid import UUID, uuid5

import httpx

from ezscale.billing.ports import Card, Charge, Payer, WantedRefund
from ezscale.integrations.http import open_http
from ezscale.integrations.paypal.adapter import PayPalGateway, open_gateway
from ezscale.integrations.paypal.receipts import our_names
from ezscale.kit.clock import FixedClock, world_now
from ezscale.kit.money import Money
from ezscale.sandbox.faults import Fault, Wrong
from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.paypal.app import paypal_stand_in
from ezscale.sandbox.paypal.browser import answer_on_page
from ezscale.sandbox.store import Store

HOST = "http://paypal.test"
CLIENT = ("client", "secret")
WEBHOOK = "WH-OURS"
OURS = UUID("0195a000-0000-7000-8000-000000000000")
DONE, BACK = "http://shop.test/paid?invoice=1", "http://shop.test/invoice"


class PayPalSandbox:
    """A PayPal account of its own, our gateway to it, and the webhooks it has sent."""

    def __init__(self, store: Store | None = None) -> None:
        self.clock = FixedClock(world_now().replace(microsecond=0))
        self.delivered: list[tuple[bytes, Mapping[str, str]]] = []
        self.stand_in = paypal_stand_in(
            store or Store(),
            client=CLIENT,
            webhook_id=WEBHOOK,
            deliver=lambda body, headers: self.delivered.append((body, headers)),
            now=lambda: self.clock.now,
        )
        self.transport = InProcess(self.stand_in)
        self.browser = httpx.Client(transport=self.transport, base_url=HOST)
        self.gateway = self.open_gateway()
        self._numbers = count(1)

    def open_gateway(self, **given: Any) -> PayPalGateway:
        """Our adapter, talking to this account."""
        known: dict[str, Any] = {"client_id": CLIENT[0], "secret": CLIENT[1], "webhook_id": WEBHOOK, "stand_in": HOST}
        http = open_http(HOST, transport=self.transport)
        return open_gateway(**known | {"http": http, "now": lambda: self.clock.now} | given)

    @property
    def api(self) -> httpx.Client:
        """PayPal's HTTP with a good token."""
        token = self.browser.post("/v1/oauth2/token", data={"grant_type": "client_credentials"}, auth=CLIENT).json()
        headers = {"Authorization": f"Bearer {token['access_token']}", "Prefer": "return=representation"}
        return httpx.Client(transport=self.transport, base_url=HOST, headers=headers)

    def goes_wrong(self, wrong: Wrong, path: str = "*", **how: Any) -> None:
        """Order a fault."""
        self.stand_in.faults.add(Fault(wrong=wrong, path=path, **how))

    def does(self, kind: str, id: str, deed: str) -> dict[str, Any]:
        """Let PayPal or a customer do something by themselves."""
        answer = self.browser.post(f"/_sandbox/{kind}/{id}/{deed}")
        assert answer.status_code == 200, answer.text
        doc: dict[str, Any] = answer.json()
        return doc

    def state(self) -> dict[str, Any]:
        """What was really done."""
        state: dict[str, Any] = self.browser.get("/_sandbox/state").json()
        return state

    def captures(self, charge: Charge) -> int:
        """How often the money of an attempt was really taken."""
        line = self.state()["names"].get(our_names(charge))
        return line["captures"] if line else 0

    def a_payer(self, gateway_ref: str = "") -> Payer:
        """A customer."""
        return Payer(uuid5(OURS, "Ada"), "Ada", "ada@example.com", "IE", gateway_ref)

    def a_charge(self, number: int = 1, amount: Money | None = None, wallet: Card | None = None) -> Charge:
        """An attempt, the same for the same number."""
        return Charge(
            key=f"charge:{number}",
            attempt_id=uuid5(OURS, f"attempt {number}"),
            invoice_id=uuid5(OURS, f"invoice {number}"),
            amount=amount or Money(2397, "EUR"),
            payer_ref=wallet.payer_ref if wallet else "",
            description=f"Invoice {number}",
            card_ref=wallet.ref if wallet else "",
            keeps_card=wallet is None,
        )

    def a_kept_wallet(self, name: str = "good") -> Card:
        """A wallet that a new customer left on a page."""
        page = self.gateway.open_card_page("", f"{name} {next(self._numbers)}", DONE, BACK, "EUR")
        assert answer_on_page(self.browser, page.url, name).status_code == 303
        wallet = self.gateway.read_card_page(page.ref, "")
        assert wallet is not None
        return wallet

    def a_charge_on(self, name: str = "good", number: int = 1) -> Charge:
        """An attempt on a kept wallet of a new customer."""
        return self.a_charge(number, wallet=self.a_kept_wallet(name))

    def an_approved_page(self, charge: Charge, wallet: str = "good") -> str:
        """The name of a page on which the customer has agreed."""
        page = self.gateway.open_checkout(charge, DONE, BACK)
        assert answer_on_page(self.browser, page.url, wallet).status_code == 303
        return page.ref

    def a_refund(self, payment_ref: str, amount: Money, number: int = 1) -> WantedRefund:
        """Money that shall go back, the same for the same number."""
        return WantedRefund(f"refund:{number}", uuid5(OURS, f"refund {number}"), payment_ref, amount)
