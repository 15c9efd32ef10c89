"""For our own programs: every customer and every service."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from ezscale.accounts.customers import search_customers
from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.api.callers import ApiReading, scope
from ezscale.api.v1.services import ServiceOut
from ezscale.api.v1.shapes import EXAMPLE_ID, REFUSALS, Before, Limit, Page, next_page
from ezscale.models import Customer
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.services import ServiceOverview, services

router = APIRouter(prefix="/api/v1/admin", tags=["Administration"], responses=REFUSALS)

Words = Annotated[
    str, Query(max_length=100, pattern=r"^[^\x00]*$", description="To look for in numbers, names and addresses.")
]


class CustomerOut(BaseModel, title="Customer"):
    """A customer as staff see them."""

    id: UUID = Field(examples=[EXAMPLE_ID])
    number: str = Field(examples=["C-000042"])
    name: str = Field(examples=["Ada Example"])
    company: str = Field(examples=["Example Ltd"])
    email: str = Field(examples=["ada@example.com"])
    country: str = Field(description="ISO 3166 code.", examples=["IE"])
    currency: str = Field(examples=["EUR"])
    created_at: datetime
    suspended_at: datetime | None = Field(examples=[None])

    @classmethod
    def of(cls, customer: Customer) -> Self:
        """Without what no program needs."""
        return cls.model_validate(customer, from_attributes=True)


class OwnedServiceOut(ServiceOut, title="Service of a customer"):
    """A service and whose it is."""

    customer_id: UUID = Field(examples=[EXAMPLE_ID])
    customer_number: str = Field(examples=["C-000042"])

    @classmethod
    def of(cls, overview: ServiceOverview) -> Self:
        """As staff see it."""
        own = ServiceOut.of(overview).model_dump()
        return cls(**own, customer_id=overview.customer.id, customer_number=overview.customer.number)


@router.get("/customers", summary="List customers", **scope(SEE_EVERYTHING))
def list_customers(
    request: Request, work: ApiReading, search: Words = "", limit: Limit = 25, before: Before = None
) -> Page[CustomerOut]:
    """Every customer, newest first. For staff only."""
    found = search_customers(work, search, before, limit + 1)
    following = next_page(request, limit, [customer.id for customer in found])
    return Page(items=[CustomerOut.of(customer) for customer in found[:limit]], next=following)


@router.get("/services", summary="List all services", **scope(SEE_EVERYTHING))
def list_all_services(
    request: Request,
    work: ApiReading,
    search: Words = "",
    status: Annotated[ServiceStatus | None, Query(description="Only those with this status.")] = None,
    customer_id: Annotated[UUID | None, Query(description="Only those of this customer.")] = None,
    limit: Limit = 25,
    before: Before = None,
) -> Page[OwnedServiceOut]:
    """Every customer's services, newest first. For staff only."""
    found = services(work, customer_id=customer_id, status=status or "", words=search, before=before, limit=limit + 1)
    ids = [overview.service.id for overview in found]
    return Page(items=[OwnedServiceOut.of(overview) for overview in found[:limit]], next=next_page(request, limit, ids))
