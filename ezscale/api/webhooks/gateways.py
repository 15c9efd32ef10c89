"""The endpoints for gateways' webhooks: verify, keep, answer. What follows from a message is a task's business."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from ezscale import wiring
from ezscale.api import rates
from ezscale.api.doors import Door, door
from ezscale.api.webhooks.intake import Intake
from ezscale.billing.ports import BadNotice, Notice
from ezscale.kit.errors import Invalid
from ezscale.kit.rates import NOTICES, network_of

INTAKES = {vendor: Intake(vendor) for vendor in ("stripe", "paypal")}

router = APIRouter(include_in_schema=False)


async def raw_body(request: Request) -> bytes:
    """The bytes as they came: the signature is over them."""
    return await request.body()


RawBody = Annotated[bytes, Depends(raw_body)]


def sent_by(vendor: str) -> Callable[[Request, bytes], Notice]:
    """A message that a gateway of this name has signed just now; Invalid for any other, and while it is not connected."""

    @door(Door.SIGNATURE)
    def verified_notice(request: Request, body: RawBody) -> Notice:
        rates.count(request, NOTICES, NOTICES, network_of(rates.address_of(request)))
        gateway = wiring.gateways().get(vendor)
        if gateway is None:
            raise Invalid("Nobody of this name sends us messages.")
        try:
            return gateway.read_notice(body, request.headers)
        except BadNotice as error:
            raise Invalid("The signature does not fit this message.") from error

    return verified_notice


StripesNotice = Annotated[Notice, Depends(sent_by("stripe"))]
PayPalsNotice = Annotated[Notice, Depends(sent_by("paypal"))]


@router.post("/webhooks/stripe")
async def take_stripes_notice(notice: StripesNotice, body: RawBody) -> dict[str, bool]:
    """Keep a message once, however often it comes."""
    return await _kept("stripe", notice, body)


@router.post("/webhooks/paypal")
async def take_paypals_notice(notice: PayPalsNotice, body: RawBody) -> dict[str, bool]:
    """Keep a message once, however often it comes."""
    return await _kept("paypal", notice, body)


async def _kept(vendor: str, notice: Notice, body: bytes) -> dict[str, bool]:
    await INTAKES[vendor].take(notice, body.decode())
    return {"received": True}
