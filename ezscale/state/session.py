"""What every screen's state can do: work as the person who is signed in, and tell them what went wrong."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Literal, TypeVar, cast
from urllib.parse import urlencode

import reflex as rx
from reflex.istate.data import ReflexURL
from reflex.istate.proxy import StateProxy
from reflex.state import BaseState, OnLoadInternalState, State
from reflex_base.event import EventHandler

from ezscale import wiring
from ezscale.accounts.actors import actor_of
from ezscale.accounts.impersonating import acting_as
from ezscale.accounts.members import own_customers
from ezscale.kit import rates
from ezscale.kit.actor import ANONYMOUS, Actor, ActorKind, Permission
from ezscale.kit.cookies import session_token
from ezscale.kit.errors import BusinessError, NotConfirmed, NotSignedIn, TemporaryFailure, TooMany
from ezscale.kit.ids import fingerprint
from ezscale.kit.network_country import country_of
from ezscale.kit.rates import EVENTS_CHANGING, EVENTS_READING, Rate, network_of
from ezscale.kit.work import OpenWork, Work
from ezscale.state.reader import reader_of
from ezscale.state.telling import Answer, not_an_event, told_to_the_person
from ezscale.ui import Message

T = TypeVar("T")
Face = Literal["public", "account", "admin"]

SORRY = "Something went wrong on our side. Nothing was changed; please try again."
LATER = "This did not work just now. Please try again in a minute."
SHOWN_AT_ONCE = 3
PRIVATE = ("/account", "/admin")
CONVERSATIONS = ThreadPoolExecutor(16, "conversation")


@dataclass
class CustomerChoice:
    """A customer that the person can act for, and what they are there."""

    id: str
    name: str
    role: str
    is_chosen: bool


class SessionState(rx.State):
    """The root of all our states. Its vars are the tab's: who is signed in, and what they are being told.

    A subclass names its `_face`: events of "account" come only from signed-in people, those of "admin" only from staff
    (the guard sees to it). What a person may do beyond that is the use case's business. `_before_second_factor` is said of
    the screens on which a colleague who may do nothing yet gets a second factor.
    """

    signed_in: bool = False
    is_staff: bool = False
    is_delegate: bool = False
    person: str = ""
    may: list[str] = []
    acts_for: str = ""
    role: str = ""
    customers: list[CustomerChoice] = []
    acting_as: str = ""
    errors: dict[str, str] = {}
    messages: list[Message] = []

    _bound_to: str | None = None  # nobody has used the tab yet
    _shown_up_to: int = 0
    _face: ClassVar[Face] = "public"
    _before_second_factor: ClassVar[bool] = False

    @not_an_event
    def __init_subclass__(cls, **kwargs: Any) -> None:
        if not isinstance(cls._face, str):  # a mere default would be a var, and the guard would not see it
            raise TypeError(f"{cls.__name__}._face must be declared as a ClassVar")
        super().__init_subclass__(**kwargs)

    @not_an_event
    async def perform(self, use_case: Callable[[Work], T]) -> T:
        """What a use case returns, run as the signed-in person in one transaction. Old errors are taken away first."""
        return await asyncio.to_thread(self._as_person(lambda open_work: in_one_transaction(open_work, use_case)))

    @not_an_event
    async def converse(self, use_case: Callable[[OpenWork], T]) -> T:
        """The same for a use case that opens its own transactions, because it talks to a vendor in between.

        It has threads of its own: those that wait for a vendor who hangs are not missing elsewhere.
        """
        talking = partial(copy_context().run, self._as_person(use_case))
        return await asyncio.get_running_loop().run_in_executor(CONVERSATIONS, talking)

    def _as_person(self, use_case: Callable[[OpenWork], T]) -> Callable[[], T]:
        if self.errors and not isinstance(self, StateProxy):
            self.errors = {}
        token, address = self._session_token(), self.router.session.client_ip
        network = country_of(self.router.headers.raw_headers)

        def changing() -> T:
            actor = actor_behind(token).came_by("web", address, network)
            count(EVENTS_CHANGING, actor, address)
            return use_case(wiring.work_of(actor))

        return changing

    @not_an_event
    async def read(self, reading: Callable[[Work], T]) -> T:
        """What a reading returns, as the signed-in person sees it. It never waits for a writer."""
        token, address = self._session_token(), self.router.session.client_ip

        def as_seen() -> T:
            actor = actor_behind(token)
            count(EVENTS_READING, actor, address)
            return in_one_transaction(wiring.database().reader(actor), reading)

        return await asyncio.to_thread(as_seen)

    @not_an_event
    async def actor(self) -> Actor:
        """Who is signed in right now, or ANONYMOUS."""
        return await asyncio.to_thread(actor_behind, self._session_token())

    @not_an_event
    def say(self, text: str, tone: Literal["success", "danger"] = "success") -> None:
        """Tell the person something in a corner of the page. Bad news stays until they close it."""
        number = 1 + max((message.id for message in self.messages), default=self._shown_up_to)
        self.messages = [*self.messages, Message(number, tone, text)][-SHOWN_AT_ONCE:]

    @not_an_event
    def turn_page(self) -> None:
        """Another page: what was said on the one before is over, unless it was said on the way here."""
        newest = max((message.id for message in self.messages), default=self._shown_up_to)
        unseen = [message for message in self.messages if message.id > self._shown_up_to]
        if unseen != self.messages:
            self.messages = unseen
        self._shown_up_to = newest
        if self.errors:
            self.errors = {}

    @rx.event
    def dismiss(self, message_id: int) -> None:
        """The person has read a message."""
        self.messages = [message for message in self.messages if message.id != message_id]

    @rx.event
    def apologise(self) -> None:
        """Say that it was our fault."""
        self.say(SORRY, "danger")

    @rx.event
    def begin_anew(self) -> Answer:
        """What this person may see has changed, or they are gone: the guard has wiped the tab, and its page is loaded."""
        if not self.signed_in and self.router.url.path.startswith(PRIVATE):
            return rx.redirect(login_address(self.router.url))
        return cast("EventHandler", OnLoadInternalState.on_load_internal)

    @not_an_event
    async def bind(self, token: str, actor: Actor) -> bool:
        """Let the tab's values belong to this login, acting for this customer, with these rights.

        Those of another one, or of somebody who might do more, are forgotten before anything is sent. True when the tab
        belonged to somebody else signed in, to the same person for another customer, or with rights they have lost: what
        is on its screen is not what they may see.
        """
        bound_to = binding(token, actor)
        may: list[str] = sorted(actor.permissions)
        is_fresh = self._bound_to is None
        if (self._bound_to or "") == bound_to and set(self.may) <= actor.permissions:
            if is_fresh:
                self._bound_to = bound_to
            if self.may != may:  # they may do more than before: nothing on the screen is wrong
                self.may = may
            return False
        was_anothers = bool(self._bound_to and bound_to)
        if not is_fresh:  # a fresh one holds nothing, and its browser is told everything before anything else
            for state_class in our_states(State):
                (await self.get_state(state_class)).reset()  # type: ignore[no-untyped-call]
        self._bound_to = bound_to
        self.signed_in = actor.is_signed_in
        self.is_staff = actor.kind is ActorKind.STAFF
        self.is_delegate = actor.services is not None
        self.person = actor.name if actor.is_signed_in else ""
        self.may = may
        if actor.kind is ActorKind.USER:
            self.customers = await asyncio.to_thread(choices_of, actor)
            self.acts_for, self.role = next(((own.name, own.role) for own in self.customers if own.is_chosen), ("", ""))
        self.acting_as = await self._acting_words(token) if actor.behind_id else ""
        return was_anothers

    @not_an_event
    def refuse(self, refusal: BusinessError | TemporaryFailure) -> Answer:
        """Show a refusal: beside its field, in a message, or as the page to sign in."""
        if isinstance(refusal, NotSignedIn):
            return rx.redirect(login_address(self.router.url))
        if isinstance(refusal, NotConfirmed):
            return rx.redirect(login_address(self.router.url, "/confirm/"))
        if isinstance(refusal, BusinessError) and refusal.field:
            self.errors = {refusal.field: refusal.message}
            return rx.set_focus(refusal.field)
        self.say(refusal.message if isinstance(refusal, BusinessError) else LATER, "danger")
        return None

    async def _acting_words(self, token: str) -> str:
        """Whom a colleague is at the moment, for the bar that says so on every page."""
        found = await asyncio.to_thread(
            in_one_transaction, wiring.database().reader(ANONYMOUS), lambda work: acting_as(work, token)
        )
        if found is None:
            return ""
        whom = found.person if found.customer == found.person else f"{found.person} of {found.customer}"
        until = reader_of(self.router.headers.accept_language).hour(found.until)
        return f"{whom}, {'with changes' if found.may_write else 'read-only'}, until {until}"

    def _session_token(self) -> str:
        return session_token(self.router.headers.cookie, self.router.url.path)

    @classmethod
    @not_an_event
    def _create_event_handler(cls, fn: Any, *args: Any, **kwargs: Any) -> EventHandler:
        handler: EventHandler = super()._create_event_handler(told_to_the_person(fn), *args, **kwargs)
        return handler


def binding(token: str, actor: Actor) -> str:
    """What a tab's values belong to, as one word: the login, and whom it acts for."""
    return fingerprint(f"{fingerprint(token)} {standing_of(actor).who}") if actor.is_signed_in else ""


def choices_of(actor: Actor) -> list[CustomerChoice]:
    """The customers that a person can act for."""

    def reading(work: Work) -> list[CustomerChoice]:
        return [
            CustomerChoice(
                id=str(customer.id),
                name=customer.company or customer.name,
                role=membership.role.value,
                is_chosen=customer.id == actor.customer_id,
            )
            for membership, customer in own_customers(work)
        ]

    return in_one_transaction(wiring.database().reader(actor), reading)


def our_states(state_class: type[BaseState]) -> list[type[BaseState]]:
    """Every state class of ours below this one."""
    found = []
    for child in state_class.get_substates():
        found += [child] if child.is_user_defined() else []
        found += our_states(child)
    return found


def in_one_transaction(open_work: OpenWork, use_case: Callable[[Work], T]) -> T:
    """What a use case returns, committed."""
    with open_work() as work:
        return use_case(work)


def actor_behind(token: str) -> Actor:
    """Who a session's secret belongs to right now."""
    if not token:
        return ANONYMOUS
    return in_one_transaction(wiring.database().reader(ANONYMOUS), lambda work: actor_of(work, token))


def count(rate: Rate, actor: Actor, address: str) -> None:
    """Note that somebody asks: TooMany, in words for their screen, after too many within a minute."""
    caller = str(actor.behind_id or actor.user_id) if actor.is_signed_in else network_of(address)
    if wait := rates.hit(rate, caller):
        raise TooMany(f"That was a lot within a minute. Please wait {wait} seconds.", wait=wait)


@dataclass(frozen=True, slots=True)
class Standing:
    """Who somebody is, whom they act for, and what they may do."""

    who: str = ""
    may: frozenset[Permission] = frozenset()

    def lets_see(self, shown_to: "Standing") -> bool:
        """Whether they may still see what was shown to them as they stood before: they may do more now, but not less."""
        return self.who == shown_to.who and shown_to.may <= self.may


def standing_of(actor: Actor) -> Standing:
    """How somebody stands now; nobody stands for nothing."""
    if not actor.is_signed_in:
        return Standing()
    entrusted = None if actor.services is None else sorted(str(service) for service in actor.services)
    who = (actor.kind.value, actor.user_id, actor.customer_id, actor.behind_id)
    return Standing(repr((*map(str, who), entrusted)), actor.permissions)


def login_address(page: ReflexURL, by: str = "/login/") -> str:
    """The page to sign in (or to confirm that it is still them), which leads back to the page it was asked for on."""
    here = f"{page.path}?{page.query}" if page.query else page.path
    return f"{by}?{urlencode({'next': here})}"
