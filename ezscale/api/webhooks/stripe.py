"""Stripe's webhook endpoint: verify, keep, answer. What follows from a message is a task's business."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from ezscale import wiring
from ezscale.api import rates
from ezscale.api.doors import Door, door
from ezscale.api.webhooks.intake import Intake
from ezscale.billing.gateways import gateway_of
from ezscale.billing.ports import BadNotice, Notice
from ezscale.kit.errors import Invalid
from ezscale.kit.rates import NOTICES, network_of

VENDOR = "stripe"

INTAKE = Intake(VENDOR)

router = APIRouter(include_in_schema=False)


async def raw_body(request: Request) -> bytes:
    """The bytes as they came: the signature is over them."""
    return await request.body()


RawBody = Annotated[bytes, Depends(raw_body)]


@door(Door.SIGNATURE)
def verified_notice(request: Request, body: RawBody) -> Notice:
    """A message that Stripe has signed just now; Invalid for any other."""
    rates.count(request, NOTICES, NOTICES, network_of(rates.address_of(request)))
    try:
        return gateway_of(wiring.gateways(), VENDOR).read_notice(body, request.headers)
    except BadNotice as error:
        raise Invalid("The signature does not fit this message.") from error


@router.post("/webhooks/stripe")
def take_stripe_notice(notice: Annotated[Notice, Depends(verified_notice)], body: RawBody) -> dict[str, bool]:
    """Keep a message once, however often it comes."""
    INTAKE.take(notice, body.decode())
    return {"received": True}
