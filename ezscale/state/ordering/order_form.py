"""The order page: choosing, seeing the price, ordering."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from reflex_base.event import EventSpec

from ezscale.accounts.customers import change_address
from ezscale.billing.referrals import welcome_code
from ezscale.catalog.fitting import Wanted
from ezscale.company.currencies import offered_currencies
from ezscale.kit.cookies import SENT_BY, read_cookie
from ezscale.kit.errors import Invalid
from ezscale.kit.settings import settings
from ezscale.kit.work import Work
from ezscale.ordering.placing import OrderRequest, PriceChanged, is_payable, order, place_order
from ezscale.ordering.quoting import MOST_ITEMS
from ezscale.provisioning.host_names import clean_hostname
from ezscale.state.account.paying import ORDER, checkout_of_order
from ezscale.state.account.profile import ADDRESS, CustomerView
from ezscale.state.arguments import sent_fields, sent_text
from ezscale.state.families import FamilyWords
from ezscale.state.ordering.basket import LONGEST, ROOM, Basket
from ezscale.state.ordering.choices import (
    CycleOption,
    FamilyOption,
    Option,
    ParkedItem,
    PlaceOption,
    PlanOption,
    QuoteView,
)
from ezscale.state.ordering.fitting_out import FittingOut
from ezscale.state.ordering.guessing import trying, window_for
from ezscale.state.ordering.waiting import Waiting
from ezscale.state.ordering.window import errors_of
from ezscale.state.reader import Reader, reader_of
from ezscale.state.session import SessionState

CHOOSABLE = ("plan", "months", "currency", "location", "image", "country", "coupon")
AGREE = "Please agree, so that your server can be renewed."


class OrderState(Waiting, FittingOut, SessionState):
    loaded: bool = False
    plans: list[PlanOption] = []
    cycles: list[CycleOption] = []
    currencies: list[Option] = []
    places: list[PlaceOption] = []
    systems: list[Option] = []
    parked: list[ParkedItem] = []
    is_full: bool = False
    price: QuoteView = QuoteView()
    words: FamilyWords = FamilyWords()
    families: list[FamilyOption] = []
    priced: bool = False
    price_note: str = ""
    has_customer: bool = False
    needs_address: bool = False
    customer: CustomerView = CustomerView()
    login_address: str = ""
    register_address: str = ""
    ordering: bool = False

    _shown_minor: int = 0
    _last_request: str = ""
    _last_order: str = ""

    @rx.event
    async def load(self) -> None:
        """Show the choice that the address asks for, and whatever was chosen here before."""
        self.ordering, self.price_note = False, ""
        basket = self.basket.with_asked(self.router.url.query_parameters)
        if self._last_order:  # what was ordered is not ordered again by coming back
            self._last_request, self._last_order = "", ""
            basket = replace(basket, others=sent_text(self.router.url.query_parameters.get("others"), ROOM["others"]))
        self.visits += 1
        welcome = "" if basket.coupon else await self._welcome()
        await self._look(replace(basket, coupon=basket.coupon or welcome))
        if welcome and "coupon" in self.errors:  # it is for something else: they have not asked for it
            await self._look(basket)

    @rx.event
    async def choose(self, name: str, value: str) -> None:
        """Choose one of something, or use a code; the price follows."""
        if name in CHOOSABLE:
            self.price_note = ""
            await self._look(self.basket.with_asked({name: sent_text(value, LONGEST)}))

    @rx.event
    async def park(self) -> None:
        """Put this server aside, and choose another one in the same order."""
        hostname = clean_hostname(self.basket.hostname)
        parked = self.basket.parked
        if len(parked) + 1 >= MOST_ITEMS:
            raise Invalid(f"One order can hold {MOST_ITEMS} servers.", field="plan")
        if hostname in [item.hostname for item in parked]:
            raise Invalid("Another server of this order has this name.", field="hostname")
        this = replace(self.basket, hostname=hostname)
        self.visits += 1
        await self._look(replace(this, hostname="", fit="").with_parked([*parked, this]))

    @rx.event
    async def take_up(self, place: int) -> None:
        """Go on choosing a server that was put aside; the present one is put in its place."""
        parked, at = self.basket.parked, sent_place(place)
        if 0 <= at < len(parked):
            chosen, parked[at] = parked[at], self.basket
            self.visits += 1
            await self._look(chosen.with_parked(parked))

    @rx.event
    async def leave_out(self, place: int) -> None:
        """Do without a server that was put aside."""
        parked, at = self.basket.parked, sent_place(place)
        if 0 <= at < len(parked):
            del parked[at]
            await self._look(self.basket.with_parked(parked))

    @rx.event
    async def leave_this_out(self) -> None:
        """Do without the server that is being chosen: the last that was put aside takes its place."""
        if parked := self.basket.parked:
            self.visits += 1
            await self._look(parked[-1].with_parked(parked[:-1]))

    @rx.event
    async def name_server(self, hostname: str) -> None:
        """Take the host name, and say so at once when it is none."""
        typed = sent_text(hostname, LONGEST)
        self._keep(replace(self.basket, hostname=typed))
        wrong = {name: text for name, text in self.errors.items() if name != "hostname"}
        try:
            clean_hostname(typed)
        except Invalid as refusal:
            wrong |= {"hostname": refusal.message} if typed else {}
        self.errors = wrong

    @rx.event
    async def submit(self, form: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Order and go to pay; or first to the account that this needs, from where the way leads back here."""
        basket = self.basket.with_asked(sent_fields(form, "hostname", "coupon", longest=LONGEST))
        self._keep(basket)
        if not self.signed_in:
            yield rx.redirect(self.register_address)
            return
        self.ordering = True
        yield None
        try:
            yield rx.redirect(await self._order(basket, form))
        except PriceChanged:
            before = self.price.total
            await self._look(basket)
            self.price_note = f"It was {before} when you looked, and is {self.price.total} now. Please order again."
        finally:
            self.ordering = False

    async def _order(self, basket: Basket, form: dict[str, Any]) -> str:
        """Place the order, once however often it is asked for; the address where it goes on."""
        if not isinstance(form, dict) or not form.get("consent"):
            raise Invalid(AGREE, field="consent")
        address = sent_fields(form, *ADDRESS) | {"country": basket.country} if self.needs_address else {}
        items = tuple(item.request for item in (*basket.parked, basket))
        request = OrderRequest(items, basket.currency, self._shown_minor, basket.coupon)
        before = self._last_order if self._last_request == repr(request) else ""
        came_from = self.router.session.client_ip

        def placing(work: Work) -> Placed:
            with trying(request.coupon, came_from):
                return place_once(work, request, address, before)

        try:
            placed = await self.perform(placing)
        except Invalid as refusal:
            if refusal.field.rpartition("-")[2] in ("plan", "location"):  # what is left is not what they chose from
                await self._look(basket)
                self._keep(replace(self.basket, location=basket.location))
            [(field, words)] = errors_of(refusal, len(basket.parked)).items()
            raise Invalid(words, field=field) from None
        self._last_request, self._last_order = repr(request), str(placed.order_id)
        if not placed.is_payable:
            return f"{ORDER}?{urlencode({'id': str(placed.order_id)})}"
        origin = self.router.headers.origin or settings().web_url
        return await self.converse(
            lambda open_work: checkout_of_order(open_work, placed.order_id, placed.invoice_id, origin)
        )

    async def _fit(self, wanted: Wanted) -> None:
        self.price_note = ""
        await super()._fit(wanted)

    async def _welcome(self) -> str:
        """The code for somebody who came by a customer's link."""
        link = read_cookie(self.router.headers.cookie, SENT_BY)
        if not (self.signed_in or link):
            return ""
        return await self.read(lambda work: welcome_code(work, link))

    async def _look(self, basket: Basket) -> None:
        reader = reader_of(self.router.headers.accept_language)
        address = self.router.session.client_ip
        window = await self.read(lambda work: window_for(work, basket, guess_of(work, reader), reader, address))
        self._keep(window.basket)
        self.families = window.families
        self.plans, self.cycles, self.currencies = window.plans, window.cycles, window.currencies
        self.places, self.systems, self.words = window.places, window.systems, window.words
        self.priced, self.price, self._shown_minor = (
            window.price is not None,
            window.price or QuoteView(),
            window.total_minor,
        )
        self.has_customer, self.needs_address = window.customer is not None, window.needs_address
        self.customer = window.customer or CustomerView()
        self.options, self.add_ons, self.parked = window.options, window.add_ons, window.parked
        self.waiting = window.waiting
        self.is_full = len(window.parked) + 1 >= MOST_ITEMS
        self.errors = window.errors
        self.loaded = True

    def _keep(self, basket: Basket) -> None:
        self.basket = basket
        onwards = urlencode({"next": basket.address})
        self.login_address, self.register_address = f"/login/?{onwards}", f"/register/?{onwards}"


@dataclass(frozen=True, slots=True)
class Placed:
    """An order, and whether it waits for its money (one that costs nothing does not)."""

    order_id: UUID
    invoice_id: UUID
    is_payable: bool


def guess_of(work: Work, reader: Reader) -> Basket:
    """What somebody will most likely choose who has chosen nothing yet."""
    currency = reader.currency(offered_currencies(work))
    return Basket(currency=currency, country=reader.country or settings().company_country)


def sent_place(sent: Any) -> int:
    """The place of something in a list, counted from nothing; one that is nobody's for what is no place."""
    return sent - 1 if isinstance(sent, int) and not isinstance(sent, bool) else -1


def place_once(work: Work, request: OrderRequest, address: dict[str, str], before: str) -> Placed:
    """The order asked for. The one placed `before` for the very same, when it still waits for its money."""
    if before and is_payable(work, known := order(work, UUID(before))):
        return Placed(known.id, known.invoice_id, is_payable=True)
    if address:
        change_address(work, **address)
    placed = place_order(work, request)
    return Placed(placed.id, placed.invoice_id, is_payable(work, placed))
