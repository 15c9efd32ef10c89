"""What customers and staff do with a subscription: ask what a change costs, agree, pause, end, pay ahead."""

from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

import reflex as rx
from reflex_base.event import EventSpec

from ezscale.billing.cancelling import cancel_at_period_end, cancel_now, keep_subscription
from ezscale.billing.change_quotes import quote_change
from ezscale.billing.change_wishes import ChangeWish
from ezscale.billing.changes import accept_change, withdraw_change
from ezscale.billing.collecting import live_attempt
from ezscale.billing.extending import renew_early
from ezscale.billing.pausing import end_pause, pause_subscription
from ezscale.billing.subscriptions import items_of
from ezscale.kit.errors import BusinessError, Invalid, NotFound
from ezscale.kit.work import Work
from ezscale.models import Invoice
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.subscription import ChangeStatus, LeavingReason
from ezscale.state.arguments import sent_choice, sent_fields, sent_id, sent_text
from ezscale.state.live import LiveState
from ezscale.state.reader import Reader, reader_of
from ezscale.state.subscription_views import (
    ChangeForm,
    ItemView,
    QuoteView,
    SubscriptionView,
    Told,
    dossier_of,
    quote_of,
)

MOST_FITS = 40


class Changing(LiveState, mixin=True):
    """The page of one subscription, which the address names. `_invoice_page` is where its invoices are shown."""

    loaded: bool = False
    missing: bool = False
    subscription: SubscriptionView = SubscriptionView()
    items: list[ItemView] = []
    form: ChangeForm = ChangeForm()
    quote: QuoteView = QuoteView()
    pending: QuoteView = QuoteView()
    told: list[Told] = []
    may_change: bool = False
    may_cancel: bool = False
    may_cancel_now: bool = False
    gives_back: bool = False
    may_pay: bool = False
    may_give: bool = False
    leaving: bool = False
    pausing: bool = False

    _quoted_total: int = 0
    _picked: str = ""
    _invoice_page = "/account/invoice/"

    @rx.event
    async def load(self) -> None:
        """Show the subscription that the address names, and follow it."""
        self.loaded, self.missing, self.leaving, self.pausing = False, False, False, False
        self.quote, self._picked = QuoteView(), ""
        await self.follow(type(self).refresh)
        await self._look()

    @rx.event
    async def refresh(self) -> None:
        """Something has happened."""
        await self._look()

    @rx.event
    async def pick_plan(self, slug: str) -> None:
        """Another plan is looked at: its cycles, options and add-ons are offered."""
        self._picked, self.quote = sent_text(slug, 60), QuoteView()
        await self._look()

    @rx.event
    async def ask_price(self, form: dict[str, Any]) -> None:
        """What the wish would cost, line by line."""
        wish, subscription_id, reader = sent_wish(form), self._named(), self._habits()

        def quoting(work: Work) -> tuple[QuoteView, int]:
            kept = quote_change(work, subscription_id, wish)
            return quote_of(work, kept.id, reader), kept.total_minor

        self.quote, self._quoted_total = await self.perform(quoting)

    @rx.event
    async def dismiss_quote(self) -> None:
        """They would rather leave it as it is."""
        self.quote = QuoteView()

    @rx.event
    async def accept(self) -> EventSpec | None:
        """Agree to what is shown."""
        change_id, total = sent_id(self.quote.id), self._quoted_total
        try:
            done, unpaid = await self.perform(lambda work: _agreed(work, change_id, total))
        except BusinessError:
            self.quote = QuoteView()
            raise
        self.quote, self._picked = QuoteView(), ""
        await self._look()
        if unpaid is not None:
            return rx.redirect(f"{self._invoice_page}?id={unpaid}")
        words = {ChangeStatus.SCHEDULED: "Agreed. It changes with the next period."}
        self.say(words.get(done, "Agreed. It changes as soon as the payment is through."))
        return None

    @rx.event
    async def withdraw(self) -> None:
        """Take back a change that waits."""
        change_id = sent_id(self.pending.id)
        await self.perform(lambda work: withdraw_change(work, change_id))
        await self._look()
        self.say("The change is withdrawn. Everything stays as it was.")

    @rx.event
    async def think_of_leaving(self, is_open: bool) -> None:
        """Open or close the question whether it shall end."""
        self.leaving = is_open is True

    @rx.event
    async def think_of_pausing(self, is_open: bool) -> None:
        """Open or close the question how long it shall stand still."""
        self.pausing = is_open is True

    @rx.event
    async def cancel(self, form: dict[str, Any]) -> None:
        """End it, with the period that is paid or now."""
        said = sent_fields(form, "reason", "why", "when", longest=500)
        code = sent_choice(said["why"] or LeavingReason.UNSAID, LeavingReason)
        subscription_id, now = self._named(), said["when"] == "now"

        def ending(work: Work) -> None:
            if now:
                cancel_now(work, subscription_id, said["reason"], code)
            else:
                cancel_at_period_end(work, _item_of(work, subscription_id), said["reason"], code)

        await self.perform(ending)
        self.leaving = False
        await self._look()
        self.say("It has ended." if now else f"Cancelled. It runs until {self.subscription.ends_on}.")

    @rx.event
    async def keep(self) -> None:
        """Take the cancellation back."""
        subscription_id = self._named()
        await self.perform(lambda work: keep_subscription(work, _item_of(work, subscription_id)))
        await self._look()
        self.say("The cancellation is taken back. It goes on.")

    @rx.event
    async def pause(self, form: dict[str, Any]) -> None:
        """Let it stand still until a day."""
        day = sent_day(form, "returns_on")
        subscription_id = self._named()
        await self.perform(lambda work: pause_subscription(work, subscription_id, day))
        self.pausing = False
        await self._look()
        self.say(f"Paused. It goes on by itself on {self.subscription.paused_until}.")

    @rx.event
    async def go_on(self) -> None:
        """Let it go on today."""
        subscription_id = self._named()
        await self.perform(lambda work: end_pause(work, subscription_id))
        await self._look()
        self.say("It goes on.")

    @rx.event
    async def pay_ahead(self) -> EventSpec:
        """Go to the invoice for the next period."""
        subscription_id = self._named()
        invoice_id = await self.perform(lambda work: renew_early(work, subscription_id).id)
        return rx.redirect(f"{self._invoice_page}?id={invoice_id}")

    def _named(self) -> UUID:
        return sent_id(self.router.url.query_parameters.get("id"))

    def _habits(self) -> Reader:
        return reader_of(self.router.headers.accept_language)

    async def _look(self) -> None:
        reader, picked = self._habits(), self._picked
        try:
            subscription_id = self._named()
            shown = await self.read(lambda work: dossier_of(work, subscription_id, picked, reader))
        except NotFound:
            self.loaded = self.missing = True
            return
        self.subscription, self.items, self.form, self.told = shown.view, shown.items, shown.form, shown.told
        self.pending, self.may_change, self.may_cancel = shown.pending, shown.may_change, shown.may_cancel
        self.may_cancel_now, self.may_pay, self.may_give = shown.may_cancel_now, shown.may_pay, shown.may_give
        self.gives_back = shown.gives_back
        self.loaded = True


def sent_wish(form: Any) -> ChangeWish:
    """What a form asks for. Numbers that are none become something that is offered nowhere."""
    sent = dict(list(form.items())[:MOST_FITS]) if isinstance(form, dict) else {}
    said = sent_fields(sent, "plan", "months", "when", longest=60)
    names = [name for name in sent if isinstance(name, str)]
    options: dict[str, str | int] = {
        name.removeprefix("option-")[:60]: sent_text(sent[name], 60) for name in names if name.startswith("option-")
    }
    add_ons = {
        name.removeprefix("add-on-")[:60]: sent_number(sent[name]) for name in names if name.startswith("add-on-")
    }
    months = sent_number(said["months"]) if said["months"] else 0
    return ChangeWish(said["plan"], months, options, add_ons, said["when"] == "renewal")


def sent_number(sent: Any) -> int:
    """A small whole number; -1, which is offered nowhere, for what is none."""
    text = sent_text(sent, 6)
    return int(text) if text.isascii() and text.isdecimal() else 0 if not text else -1


def sent_day(form: Any, name: str) -> date:
    """A day as browsers send it. Invalid, on its field, when it is none."""
    with suppress(ValueError):
        return date.fromisoformat(sent_fields(form, name)[name])
    raise Invalid("Please choose a day.", field=name)


def _agreed(work: Work, change_id: UUID, total_minor: int) -> tuple[ChangeStatus, UUID | None]:
    """What became of it, and the invoice that nobody is charged for by itself."""
    done = accept_change(work, change_id, total_minor)
    invoice = work.session.get(Invoice, done.invoice_id) if done.invoice_id else None
    if invoice is None or invoice.status is not InvoiceStatus.OPEN:
        return done.status, None
    return done.status, None if _is_being_paid(work, invoice.id) else invoice.id


def _is_being_paid(work: Work, invoice_id: UUID) -> bool:
    return live_attempt(work, invoice_id) is not None


def _item_of(work: Work, subscription_id: UUID) -> UUID:
    items = items_of(work, subscription_id)
    if not items:
        raise NotFound("We could not find this subscription.")
    return items[0].id
