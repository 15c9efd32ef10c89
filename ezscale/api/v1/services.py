"""Services: what runs, its power buttons, and stopping it."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, Field

from ezscale import wiring
from ezscale.accounts.permissions import (
    CANCEL_SERVICES,
    MANAGE_SERVICES,
    SEE_EVERYTHING,
    SEE_SERVICES,
    USE_SERVICES,
)
from ezscale.api.callers import ApiOpenWork, ApiReading, ApiWork, scope
from ezscale.api.v1.shapes import EXAMPLE_ID, REFUSALS, Before, Limit, Page, next_page
from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.panel_skills import PowerAction
from ezscale.provisioning.power import press_power
from ezscale.provisioning.services import ServiceOverview, service_overview, services

router = APIRouter(prefix="/api/v1/services", tags=["Services"], responses=REFUSALS)


class ServiceOut(BaseModel, title="Service"):
    """A server, and where it stands."""

    id: UUID = Field(examples=[EXAMPLE_ID])
    number: str = Field(description="How invoices and our staff call it.", examples=["S-000042"])
    hostname: str = Field(examples=["web1.example.com"])
    status: ServiceStatus = Field(examples=[ServiceStatus.ACTIVE])
    plan: str = Field(description="The plan's name.", examples=["VPS 2"])
    location: str = Field(examples=["Frankfurt"])
    system: str = Field(description="The operating system it was built with.", examples=["Debian 13"])
    ipv4: str | None = Field(description="Null until it is built.", examples=["192.0.2.10"])
    ipv6: str | None = Field(examples=["2001:db8:1::/64"])
    created_at: datetime
    active_since: datetime | None

    @classmethod
    def of(cls, overview: ServiceOverview) -> Self:
        """As its owner may see it."""
        service = overview.service
        return cls(
            id=service.id,
            number=service.number,
            hostname=service.hostname,
            status=service.status,
            plan=overview.plan.name,
            location=overview.location.name,
            system=overview.image.name,
            ipv4=service.ipv4 or None,
            ipv6=service.ipv6 or None,
            created_at=service.created_at,
            active_since=service.active_since,
        )


class PowerIn(BaseModel, title="Power button"):
    """Which button to press."""

    action: PowerAction


class PowerOut(BaseModel, title="Pressed button"):
    """The panel has taken the order; the machine obeys within seconds."""

    service_id: UUID = Field(examples=[EXAMPLE_ID])
    action: PowerAction


class CancelIn(BaseModel, title="Wish to cancel"):
    """A word on why, if you like."""

    reason: str = Field("", max_length=500, pattern=r"^[^\x00]*$", examples=["The project has ended."])


class CancellationOut(BaseModel, title="Cancellation"):
    """The service runs until the end of what is paid, then stands still, and is deleted some days later."""

    service_id: UUID = Field(examples=[EXAMPLE_ID])
    effective_on: date = Field(description="The first day without it.", examples=["2026-12-01"])
    requested_at: datetime
    reason: str = Field(examples=["The project has ended."])


@router.get("", summary="List services", **scope(SEE_SERVICES, SEE_EVERYTHING))
def list_services(
    request: Request,
    work: ApiReading,
    status: Annotated[ServiceStatus | None, Query(description="Only those with this status.")] = None,
    limit: Limit = 25,
    before: Before = None,
) -> Page[ServiceOut]:
    """Your services, newest first."""
    found = services(work, status=status or "", before=before, limit=limit + 1)
    ids = [overview.service.id for overview in found]
    return Page(items=[ServiceOut.of(overview) for overview in found[:limit]], next=next_page(request, limit, ids))


@router.get("/{service_id}", summary="Read a service", **scope(SEE_SERVICES, SEE_EVERYTHING))
def read_service(service_id: UUID, work: ApiReading) -> ServiceOut:
    """One of your services."""
    return ServiceOut.of(service_overview(work, service_id))


@router.post(
    "/{service_id}/power", status_code=202, summary="Press a power button", **scope(USE_SERVICES, MANAGE_SERVICES)
)
def power(service_id: UUID, press: PowerIn, open_work: ApiOpenWork) -> PowerOut:
    """Start, shut down, restart or switch off an active service. Refused while it is suspended or being built."""
    press_power(open_work, wiring.panels(), service_id, press.action)
    return PowerOut(service_id=service_id, action=press.action)


@router.post("/{service_id}/cancel", summary="Cancel at the end of the paid period", **scope(CANCEL_SERVICES))
def cancel(service_id: UUID, work: ApiWork, wish: Annotated[CancelIn | None, Body()] = None) -> CancellationOut:
    """Nothing more is billed, and the service is deleted on the day it is paid until. Asking twice is asking once."""
    service = service_overview(work, service_id).service
    cancellation = cancel_at_period_end(work, service.item_id, wish.reason if wish else "")
    return CancellationOut(
        service_id=service_id,
        effective_on=cancellation.effective_on,
        requested_at=cancellation.requested_at,
        reason=cancellation.reason,
    )
