"""Account credit in the portal: what is there, putting some in, and letting it be topped up by itself."""

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx
from reflex_base.event import EventSpec

from ezscale.billing.auto_agreements import Terms, agree_to_top_ups, go_on_with_top_ups, stop_top_ups
from ezscale.kit.errors import Invalid
from ezscale.kit.ids import new_id
from ezscale.kit.work import Work
from ezscale.state.account.credit_views import KEPT, PAGE, CreditView, credit_view, movements
from ezscale.state.account.invoice_views import CreditRow
from ezscale.state.account.paying import ask_gateway, page_for_top_up, top_up_from_kept
from ezscale.state.account.portal import PortalState
from ezscale.state.amounts import typed_money
from ezscale.state.arguments import sent_fields, sent_id


class CreditState(PortalState):
    """One's own credit."""

    loaded: bool = False
    credit: CreditView = CreditView()
    rows: list[CreditRow] = []
    key: str = ""
    going: bool = False
    is_agreeing: bool = False

    @rx.event
    async def load(self) -> AsyncIterator[EventSpec | None]:
        """Show it; of a page that was just paid the gateway is asked first."""
        self.going, self.key = False, new_id().hex
        await self.follow(CreditState.refresh)
        await self._look()
        if (named := self._asked("id")) and self._asked("came"):
            yield None
            top_up_id = sent_id(named)
            await self.converse(lambda open_work: ask_gateway(open_work, top_up_id))
            await self._look()
            yield rx.redirect("/account/credit/", replace=True)

    @rx.event
    async def refresh(self) -> None:
        """Something has happened."""
        await self._look()

    @rx.event
    async def top_up(self, form: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Pay on the gateway's page, or from the method that is charged by default. Sent twice, the form pays once."""
        self.going, self.errors = True, {}
        yield None
        try:
            typed, key, origin = sent_fields(form, "amount", "method", "key"), self.key, self._origin
            amount = typed_money(typed["amount"], self.credit.currency, "amount")
            if typed["method"] == KEPT:
                await self.converse(lambda open_work: top_up_from_kept(open_work, amount, typed["key"] or key))
                self.key = new_id().hex
                self.say("Your payment is on its way. You see here when it has arrived.")
                await self._look()
            else:
                through = "" if typed["method"] == PAGE else typed["method"]
                page = await self.converse(lambda open_work: page_for_top_up(open_work, amount, origin, through))
                yield rx.redirect(page)
        finally:
            self.going = False

    @rx.event
    async def ask(self) -> None:
        """Open the window in which automatic top-ups are agreed to."""
        self.is_agreeing, self.errors = True, {}

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The window was closed."""
        if is_open is not True:
            self.is_agreeing, self.errors = False, {}

    @rx.event
    async def agree(self, form: dict[str, Any]) -> None:
        """Let credit be topped up by itself from now on."""
        typed = sent_fields(form, "below", "each", "monthly_most", "agreed")
        below, each, most = (
            typed_money(typed[name], self.credit.currency, name) for name in ("below", "each", "monthly_most")
        )
        if not typed["agreed"]:
            raise Invalid("Please say that you agree.", field="agreed")
        await self.perform(lambda work: agree_to_top_ups(work, Terms(below, each, most)).id)
        self.is_agreeing = False
        self.say("Your credit is topped up by itself from now on. You have it by mail, too.")
        await self._look()

    @rx.event
    async def go_on(self) -> None:
        """Let what pauses go on."""
        await self.perform(lambda work: go_on_with_top_ups(work).id)
        self.say("Automatic top-ups go on.")
        await self._look()

    @rx.event
    async def stop(self) -> None:
        """Let nothing be taken by itself any more."""
        await self.perform(lambda work: stop_top_ups(work).id)
        self.say("Automatic top-ups are off.")
        await self._look()

    async def _look(self) -> None:
        reader = self._reader

        def reading(work: Work) -> tuple[CreditView, list[CreditRow]]:
            return credit_view(work, reader), movements(work, reader)

        self.credit, self.rows = await self.read(reading)
        self.loaded = True
