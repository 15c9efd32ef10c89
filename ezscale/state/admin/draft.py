"""Writing an invoice by hand: a new one for a customer, or a draft that is to say something else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID

import reflex as rx

from ezscale.accounts.customers import customer, search_customers
from ezscale.billing.drafting import Wanted, WantedLine, change_draft, draft_manual_invoice, wanted_of
from ezscale.billing.invoicing import invoice
from ezscale.kit.errors import BusinessError, Invalid, NotFound, TemporaryFailure
from ezscale.kit.work import Work
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus
from ezscale.state.account.statement_views import name_of
from ezscale.state.admin.staff import StaffState
from ezscale.state.amounts import plain_sum, typed_count, typed_day, typed_money
from ezscale.state.arguments import sent_fields, sent_id, sent_text
from ezscale.state.telling import Answer, not_an_event

MOST_LINES = 100
TYPED = ("description", "quantity", "price", "discount")


@dataclass
class DraftLine:
    """A line as it is being written: what was typed, and a key that stays with it wherever it moves."""

    key: int
    place: int
    description: str = ""
    quantity: str = "1"
    price: str = ""
    discount: str = ""
    taxed: bool = True

    @classmethod
    def of(cls, place: int, line: WantedLine) -> Self:
        """A line of a draft, to be changed."""
        discount = plain_sum(line.discount) if line.discount else ""
        return cls(place, place, line.description, str(line.quantity), plain_sum(line.price), discount, line.taxed)

    def wanted(self, currency: str) -> WantedLine:
        """What it asks for. Invalid beside its field."""
        return WantedLine(
            description=self.description,
            price=typed_money(self.price, currency, f"price_{self.place}"),
            quantity=typed_count(self.quantity, f"quantity_{self.place}"),
            discount=typed_money(self.discount, currency, f"discount_{self.place}"),
            taxed=self.taxed,
        )


class DraftState(StaffState):
    """The invoice on the desk."""

    loading: bool = True
    missing: bool = False
    invoice_id: str = ""
    customer_id: str = ""
    customer: str = ""
    currency: str = ""
    lines: list[DraftLine] = []
    due_on: str = ""
    memo: str = ""

    _last_key: int = 0

    @rx.event
    async def load(self) -> AsyncIterator[Answer]:
        """Show the draft that the address names, or an empty one for its customer."""
        self.reset()  # type: ignore[no-untyped-call]
        yield None
        try:
            await self._open()
        except NotFound:
            self.missing = True
        self.loading = False

    @rx.event
    async def find(self, form: dict[str, Any]) -> Answer:
        """Whose invoice it shall be, by number, name or address."""
        words = sent_fields(form, "who", longest=100)["who"]

        def reading(work: Work) -> list[UUID]:
            return [row.id for row in search_customers(work, words, None, 2)]

        found = await self.read(reading) if words else []
        if len(found) != 1:
            said = "Nobody is called so." if not found else "Several are called so: write their number."
            raise Invalid(said, field="who")
        return rx.redirect(f"/admin/draft/?customer={found[0]}")

    @rx.event
    async def write(self, key: int, name: str, text: str) -> None:
        """Something was typed into a line."""
        if name in TYPED:
            self._change(key, **{name: sent_text(text, 260)})

    @rx.event
    async def tax(self, key: int, taxed: bool) -> None:
        """Whether a line carries tax."""
        self._change(key, taxed=taxed is True)

    @rx.event
    async def add(self) -> None:
        """One more line."""
        if len(self.lines) < MOST_LINES:
            self._put([*self.lines, DraftLine(self._next_key(), 0)])

    @rx.event
    async def remove(self, key: int) -> None:
        """A line less."""
        self._put([line for line in self.lines if line.key != key])

    @rx.event
    async def move(self, key: int, by: int) -> None:
        """A line one place up or down."""
        place = next((place for place, line in enumerate(self.lines) if line.key == key), None)
        if place is not None and by in (-1, 1) and 0 <= place + by < len(self.lines):
            lines = list(self.lines)
            lines.insert(place + by, lines.pop(place))
            self._put(lines)

    @rx.event
    async def save(self, form: dict[str, Any]) -> Answer:
        """Keep the draft, and look at it with its taxes."""
        typed = sent_fields(form, "due_on", "memo", longest=1001)
        self.due_on, self.memo, self.errors = typed["due_on"], typed["memo"], {}
        self._put([self._as_sent(line, form) for line in self.lines])
        lines = [line.wanted(self.currency) for line in self.lines]
        wanted = Wanted(lines, typed_day(self.due_on, "due_on"), self.memo)
        draft_id, customer_id = self.invoice_id, self.customer_id

        def keep(work: Work) -> UUID:
            if draft_id:
                return change_draft(work, sent_id(draft_id), wanted).id
            return draft_manual_invoice(work, sent_id(customer_id), wanted).id

        kept = await self.perform(keep)
        return rx.redirect(f"/admin/invoice/?id={kept}")

    @not_an_event
    def refuse(self, refusal: BusinessError | TemporaryFailure) -> Answer:
        """Beside its field. Fields of lines come and go: the browser cannot be told to go to one of them."""
        if isinstance(refusal, Invalid) and refusal.field[-1:].isdigit():
            self.errors = {refusal.field: refusal.message}
            return None
        return super().refuse(refusal)

    async def _open(self) -> None:
        draft_id, customer_id = self._asked("id", 40), self._asked("customer", 40)
        if draft_id:
            await self._show_draft(sent_id(draft_id))
        elif customer_id:
            whose = sent_id(customer_id)
            self.customer_id, self.customer, self.currency = await self.read(lambda work: owner_of(work, whose))
            self._put([DraftLine(self._next_key(), 0)])

    async def _show_draft(self, draft_id: UUID) -> None:
        def reading(work: Work) -> tuple[str, str, str, Wanted]:
            row = invoice(work, draft_id)
            if row.status is not InvoiceStatus.DRAFT or row.origin is not InvoiceOrigin.MANUAL:
                raise NotFound("This is no draft of ours.")
            return (*owner_of(work, row.customer_id), wanted_of(work, row))

        self.customer_id, self.customer, self.currency, wanted = await self.read(reading)
        self.invoice_id = str(draft_id)
        self.due_on, self.memo = wanted.due_on.isoformat() if wanted.due_on else "", wanted.memo
        self._put([DraftLine.of(place, line) for place, line in enumerate(wanted.lines)])
        self._last_key = len(self.lines)

    def _as_sent(self, line: DraftLine, form: dict[str, Any]) -> DraftLine:
        """A line with what stands in its fields now: the one that was typed into last has not been left yet."""
        names = {f"{name}_{line.place}": name for name in TYPED}
        typed: dict[str, Any] = {names[field]: text for field, text in sent_fields(form, *names, longest=260).items()}
        return replace(line, **typed)

    def _change(self, key: int, **values: Any) -> None:
        self.lines = [replace(line, **values) if line.key == key else line for line in self.lines]

    def _put(self, lines: list[DraftLine]) -> None:
        self.lines = [replace(line, place=place) for place, line in enumerate(lines)]

    def _next_key(self) -> int:
        self._last_key += 1
        return self._last_key


def owner_of(work: Work, customer_id: UUID) -> tuple[str, str, str]:
    """Whose invoice it is: their id, their name, and the currency they pay in."""
    row = customer(work, customer_id)
    return str(row.id), name_of(row), row.currency
