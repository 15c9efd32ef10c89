"""The endpoint for gateways' webhooks: verify, keep, answer. What follows from a message is a task's business."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from ezscale import wiring
from ezscale.api import rates
from ezscale.api.doors import Door, door
from ezscale.billing.notices import take_notice
from ezscale.billing.ports import BadNotice, Notice
from ezscale.kit.errors import Invalid
from ezscale.kit.rates import NOTICES, network_of
from ezscale.kit.settings import settings

router = APIRouter(include_in_schema=False)


async def raw_body(request: Request) -> bytes:
    """The bytes as they came: the signature is over them."""
    return await request.body()


RawBody = Annotated[bytes, Depends(raw_body)]


@door(Door.SIGNATURE)
def verified_notice(request: Request, vendor: str, body: RawBody) -> Notice:
    """A message that a connected gateway has signed just now; Invalid for any other."""
    rates.count(request, NOTICES, NOTICES, network_of(rates.address_of(request)))
    gateway = wiring.gateways().get(vendor)
    if gateway is None:
        raise Invalid("Nobody of this name sends us messages.")
    try:
        return gateway.read_notice(body, request.headers)
    except BadNotice as error:
        raise Invalid("The signature does not fit this message.") from error


@router.post("/webhooks/{vendor}")
def take_gateway_notice(
    vendor: str, notice: Annotated[Notice, Depends(verified_notice)], body: RawBody
) -> dict[str, bool]:
    """Keep a message once, however often it comes."""
    with wiring.automation(vendor)() as work:
        take_notice(work, vendor, notice, body.decode(), live=not settings().sandbox)
    return {"received": True}
