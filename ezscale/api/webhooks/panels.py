"""The endpoint for panels' hooks: a hint is noted and answered at once; what follows is a task's business."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from ezscale import wiring
from ezscale.api import rates
from ezscale.api.doors import Door, door
from ezscale.api.webhooks.gateways import RawBody
from ezscale.kit.errors import Invalid
from ezscale.kit.rates import NOTICES, network_of
from ezscale.kit.settings import settings
from ezscale.provisioning.hints import Hint, read_virtfusion_hint, take_hint

router = APIRouter(include_in_schema=False)


@door(Door.SIGNATURE)
def virtfusions_hint(request: Request, body: RawBody) -> Hint:
    """A hint that shows the token we share with VirtFusion; Invalid for any other."""
    rates.count(request, NOTICES, NOTICES, network_of(rates.address_of(request)))
    try:
        sent = json.loads(body)
    except ValueError as error:
        raise Invalid("This is no JSON.") from error
    return read_virtfusion_hint(settings().virtfusion_webhook_token.get_secret_value(), request.headers, sent)


@router.post("/webhooks/virtfusion")
def take_virtfusions_hint(hint: Annotated[Hint, Depends(virtfusions_hint)]) -> dict[str, bool]:
    """Note a hint once, however often it comes."""
    with wiring.automation("virtfusion")() as work:
        take_hint(work, "virtfusion", hint, live=not settings().sandbox)
    return {"received": True}
