"""Account credit: what is there, how it moved, and putting some in."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from ezscale import wiring
from ezscale.accounts.permissions import PAY_INVOICES, SEE_BILLING
from ezscale.api.callers import ApiOpenWork, ApiReading, scope
from ezscale.api.v1.shapes import EXAMPLE_ID, REFUSALS, Amount, Before, Limit, Page, next_page
from ezscale.billing.checkout import Return, open_checkout
from ezscale.billing.credit import credit_balance, credit_history
from ezscale.billing.top_ups import ask_for_top_up, top_ups
from ezscale.kit.money import Money
from ezscale.kit.settings import settings
from ezscale.models import CreditEntry, Customer, TopUp
from ezscale.models.top_up import TopUpStatus

router = APIRouter(prefix="/api/v1/credit", tags=["Credit"], responses=REFUSALS)

LARGEST = 10**15


class CreditOut(BaseModel, title="Credit"):
    """What you have with us. It pays your invoices first, before any card."""

    balance: Amount


class MovementOut(BaseModel, title="Movement of credit"):
    """A sum that came in, or one that was spent, sent back or has lapsed."""

    id: UUID = Field(examples=[EXAMPLE_ID])
    at: datetime
    amount: Amount = Field(description="Below nothing for what went out.")
    left: Amount = Field(description="What is still there of a sum that came in.")
    expires_on: date | None = Field(description="The last day on which it can be spent.", examples=[None])
    reason: str = Field(examples=["Top-up TU-000123"])

    @classmethod
    def of(cls, row: CreditEntry) -> Self:
        """As its customer may see it."""
        return cls(
            id=row.id,
            at=row.created_at,
            amount=Amount.of(row.amount),
            left=Amount.of(row.left),
            expires_on=row.expires_on,
            reason=row.reason,
        )


class TopUpOut(BaseModel, title="Top-up"):
    """A sum that you put into your credit, or want to."""

    id: UUID = Field(examples=[EXAMPLE_ID])
    number: str = Field(examples=["TU-000123"])
    status: TopUpStatus = Field(examples=[TopUpStatus.ASKED])
    amount: Amount
    automatic: bool = Field(description="Whether it came by itself, as you have agreed.", examples=[False])
    asked_at: datetime

    @classmethod
    def of(cls, row: TopUp) -> Self:
        """As its customer may see it."""
        return cls(
            id=row.id,
            number=row.number,
            status=row.status,
            amount=Amount.of(row.amount),
            automatic=row.is_automatic,
            asked_at=row.asked_at,
        )


class TopUpIn(BaseModel, title="Top-up to ask for"):
    """How much."""

    minor: int = Field(description="In whole minor units.", gt=0, le=LARGEST, examples=[5000])
    currency: str = Field(description="That of your account.", pattern=r"^[A-Z]{3}$", examples=["EUR"])


class TopUpToPay(TopUpOut, title="Top-up to pay"):
    """A top-up, and where it is paid."""

    url: str = Field(
        description="Our payment provider's page. It is open for a day.", examples=["https://pay.example.com/c/1"]
    )


@router.get("", summary="Read your credit", **scope(SEE_BILLING))
def read_credit(work: ApiReading) -> CreditOut:
    """What you can spend, in the currency of your account."""
    work.actor.require(SEE_BILLING)
    customer = work.session.get_one(Customer, work.actor.own_customer())
    return CreditOut(balance=Amount.of(credit_balance(work, customer.id, customer.currency)))


@router.get("/movements", summary="List movements of credit", **scope(SEE_BILLING))
def list_movements(request: Request, work: ApiReading, limit: Limit = 25, before: Before = None) -> Page[MovementOut]:
    """How your credit has moved, newest first."""
    found = credit_history(work, work.actor.own_customer(), before=before, limit=limit + 1)
    following = next_page(request, limit, [row.id for row in found])
    return Page(items=[MovementOut.of(row) for row in found[:limit]], next=following)


@router.get("/top-ups", summary="List top-ups", **scope(SEE_BILLING))
def list_top_ups(request: Request, work: ApiReading, limit: Limit = 25, before: Before = None) -> Page[TopUpOut]:
    """What you put into your credit, newest first."""
    found = top_ups(work, work.actor.own_customer(), before=before, limit=limit + 1)
    following = next_page(request, limit, [row.id for row in found])
    return Page(items=[TopUpOut.of(row) for row in found[:limit]], next=following)


@router.post("/top-ups", summary="Ask for a top-up", status_code=201, **scope(PAY_INVOICES))
def ask(sent: TopUpIn, open_work: ApiOpenWork) -> TopUpToPay:
    """A page on which the sum is paid into your credit. Asked again before it is paid, it is the same top-up.

    Another sum closes the page of the one before.
    """
    with open_work() as work:
        top_up = ask_for_top_up(work, Money(sent.minor, sent.currency))
    credit = f"{settings().web_url}/account/credit/?id={top_up.id}&came="
    url = open_checkout(open_work, wiring.gateways(), top_up.id, Return(f"{credit}paid", f"{credit}back"))
    return TopUpToPay(**TopUpOut.of(top_up).model_dump(), url=url)
