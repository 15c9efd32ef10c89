"""What waits for a person: billing cases, and saying what was done about one."""

from dataclasses import dataclass
from typing import Any, Self

import reflex as rx

from ezscale.billing.cases import close_case
from ezscale.models import BillingCase
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_fields, sent_id
from ezscale.state.reader import Reader

TITLES = {
    "surplus": "More was paid than asked",
    "wrong_amount": "Another amount came than was asked",
    "stray_money": "Money came that belongs to no invoice",
    "charge_refused": "The gateway refused a charge",
    "reservation_ends": "Reserved money is soon gone, and its order still waits",
    "reservation_over": "Reserved money is gone, and its order is unpaid",
    "release_refused": "The gateway would not let go reserved money",
    "sold_out": "A paid order waits for stock: raise it, or talk to the customer",
    "build_failed": "What was paid could not be built: find the cause and retry, or talk to the customer",
    "no_room": "A panel has no room for what was paid: make room, and it is built by itself",
    "refund_failed": "A refund did not arrive: it is credit again",
    "refund_unexplained": "Money was given back at the gateway: write the credit note that it was for",
    "stray_refund": "Money was given back at the gateway that we know no payment of",
    "disputed": "A bank takes a payment back, or asks about it: send evidence in time",
    "dispute_turned": "A dispute that was decided is decided otherwise: book it by hand",
    "stray_dispute": "A payment is disputed that we do not know",
    "wrong_dispute": "More is disputed than is left of a payment, or another sum than before",
    "wrong_refund": "Another amount was given back than was asked",
    "wrong_sum": "We have booked another sum than the gateway has taken: correct it by a credit note or a refund",
    "payment_without_money": "We have booked a payment that the gateway knows nothing of: ask it, then credit or void",
    "payout_failed": "A payout did not reach our bank: see at the gateway what account it is sent to",
    "wrong_payout": "A payout is not booked: it has no sum, or another one than we have booked. Ask the gateway",
    "wrong_fee": "A gateway has given back a fee, or kept one in no currency that we know: it is not booked",
    "balance_differs": "A gateway holds another sum than our books say: find out what is missing",
    "still_kept": "The gateway still kept a payment method that we had removed: it was forgotten once more",
    "kept_for_nobody": "A payment method is kept of somebody who has had nothing of ours for long",
    "old_subscription": "An earlier system's subscription still billed this customer at the gateway",
    "old_subscription_of_nobody": "A subscription that is not ours bills somebody at the gateway",
    "unprintable": "A document has characters that no font of ours has",
    "wrong_mode": "A vendor's notice came from the wrong mode",
    "run_stopped": "A nightly run was stopped: it would have done far more than usual",
    "part_of_invoice_ended": "Part of an open invoice is for a subscription that has ended: credit that part",
    "not_erased": "An erased customer is still known to a vendor: delete them there by hand, then close this",
    "tax_charged_meanwhile": "A tax id is valid after all: this invoice carries tax that can be credited",
    "tax_id_revoked": "A tax id is not registered any more: tax is charged again",
    "places_contradict": "What we know of a customer's place does not agree",
    "tax_changed_since_order": "The tax has changed between an order and its payment",
}


@dataclass
class CaseView:
    """A billing case in words."""

    id: str
    title: str
    facts: str
    opened: str
    customer_id: str

    @classmethod
    def of(cls, case: BillingCase, reader: Reader) -> Self:
        """A case with what is known of it."""
        return cls(
            id=str(case.id),
            title=TITLES.get(case.kind, case.kind.replace("_", " ").capitalize()),
            facts=" · ".join(f"{name}: {value}" for name, value in case.facts.items() if value),
            opened=reader.moment(case.opened_at),
            customer_id=str(case.customer_id or ""),
        )


class CaseState(StaffState):
    """The window in which a case is closed."""

    closing: str = ""

    @rx.event
    async def open(self, case_id: str) -> None:
        """Ask what was done about a case."""
        self.closing = str(sent_id(case_id))

    @rx.event
    async def show(self, shown: bool) -> None:
        """The window was closed without an answer."""
        if not shown:
            self.closing = ""

    @rx.event
    async def close(self, form: dict[str, Any]) -> None:
        """Note what was done; the case is off everybody's list."""
        case_id, done = sent_id(self.closing), sent_fields(form, "done", longest=501)["done"]
        await self.perform(lambda work: close_case(work, case_id, done))
        self.closing = ""
        self.say("Case closed.")
