"""How a person signs in, and from where: the same screen for customers and for staff."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import reflex as rx
from reflex_base.event import EventSpec

from ezscale import wiring
from ezscale.accounts.authenticators import authenticators, begin_pairing, finish_pairing, remove_authenticator
from ezscale.accounts.changing import ask_for_new_email, keep_email
from ezscale.accounts.history import history
from ezscale.accounts.oneself import oneself
from ezscale.accounts.passkeys import passkeys, remove_passkey, rename_passkey
from ezscale.accounts.recovery import codes_left
from ezscale.accounts.second_factors import renew_recovery_codes
from ezscale.accounts.sessions import end_other_sessions, end_session, is_of, sessions
from ezscale.kit.work import Work
from ezscale.models import Authenticator, LoginSession, Passkey, SignIn
from ezscale.state.arguments import sent_fields, sent_id, sent_text
from ezscale.state.devices import device_name
from ezscale.state.reader import Reader, reader_of
from ezscale.state.session import SessionState
from ezscale.state.turning import PAGE, Turning

NEWS = {
    "password": "Your password is changed. Every other device was signed out.",
    "passkey": "The passkey is added. Every other device was signed out.",
}


@dataclass
class FactorView:
    """An app or a passkey."""

    id: str
    name: str
    added: str
    last_used: str

    @classmethod
    def of(cls, factor: Authenticator | Passkey, reader: Reader) -> Self:
        last_used = reader.moment(factor.last_used_at) or "never"
        return cls(str(factor.id), factor.name, reader.day(factor.created_at), last_used)


@dataclass
class SessionView:
    """A signed-in browser."""

    id: str
    device: str
    address: str
    began: str
    last_seen: str
    is_here: bool

    @classmethod
    def of(cls, session: LoginSession, token: str, reader: Reader) -> Self:
        return cls(
            id=str(session.id),
            device=device_name(session.device),
            address=session.address or "unknown",
            began=reader.moment(session.created_at),
            last_seen=reader.moment(session.last_seen_at),
            is_here=is_of(session, token),
        )


@dataclass
class SignInView:
    """A line of the history."""

    id: str
    at: str
    ok: bool
    how: str
    device: str
    address: str

    @classmethod
    def of(cls, line: SignIn, reader: Reader) -> Self:
        device = device_name(line.device)
        return cls(str(line.id), reader.moment(line.at), line.ok, line.how, device, line.address or "unknown")


@dataclass
class Standing:
    """How somebody signs in now."""

    email: str = ""
    new_email: str = ""
    has_password: bool = False
    is_confirmed: bool = False
    has_second_factor: bool = False
    must_add_one: bool = False
    codes_left: int = 0


class Security(Turning, SessionState, mixin=True):
    loading: bool = True
    standing: Standing = Standing()
    news: str = ""
    apps: list[FactorView] = []
    keys: list[FactorView] = []
    browsers: list[SessionView] = []
    rows: list[SignInView] = []

    pairing: bool = False
    picture: str = ""
    secret: str = ""
    codes: list[str] = []
    renaming: str = ""
    changing_email: bool = False

    _pairing_id: str = ""
    _before_second_factor: ClassVar[bool] = True

    @rx.event
    async def load(self) -> None:
        """Show how the person signs in. Codes that were shown before are not shown again."""
        self.news = NEWS.get(sent_text(self.router.url.query_parameters.get("sent"), 20), "")
        self.codes, self.renaming, self.changing_email = [], "", False
        self._end_pairing()
        self._to_first_page()
        await self._look()
        await self._show()
        self.loading = False

    @rx.event
    async def think_of_pairing(self, is_open: bool) -> None:
        """Show the picture for a new app, or forget it."""
        self._end_pairing()
        self.errors = {}
        if is_open is True:
            vault = wiring.vault()
            begun = await self.perform(lambda work: begin_pairing(work, vault))
            self._pairing_id, self.picture, self.secret = str(begun.authenticator_id), begun.picture, begun.secret
            self.pairing = True

    @rx.event
    async def pair(self, form: dict[str, Any]) -> None:
        """The app shows a code."""
        typed, app_id = sent_fields(form, "name", "code", longest=81), sent_id(self._pairing_id)
        vault, token = wiring.vault(), self._session_token()
        self.codes = await self.perform(
            lambda work: finish_pairing(work, vault, app_id, typed["name"], typed["code"], token=token)
        )
        self._end_pairing()
        await self._look()
        self.say("The app is added. Every other device was signed out.")

    @rx.event
    async def remove_app(self, app_id: str) -> None:
        """An app is gone."""
        row_id, token = sent_id(app_id), self._session_token()
        await self._change(lambda work: remove_authenticator(work, row_id, token=token), "The app is removed.")

    @rx.event
    async def renew_codes(self) -> None:
        """Ten new codes, shown this once."""
        token = self._session_token()
        self.codes = await self.perform(lambda work: renew_recovery_codes(work, token=token))
        await self._look()

    @rx.event
    async def download_codes(self) -> EventSpec | None:
        """The codes as a file."""
        return rx.download(data="\n".join([*self.codes, ""]), filename="recovery-codes.txt") if self.codes else None

    @rx.event
    async def hide_codes(self) -> None:
        """They are written down."""
        self.codes = []

    @rx.event
    async def think_of_renaming(self, key_id: str, is_open: bool) -> None:
        """Open or close the question for a passkey's name."""
        self.renaming, self.errors = sent_text(key_id, 40) if is_open is True else "", {}

    @rx.event
    async def rename(self, form: dict[str, Any]) -> None:
        """Call a passkey something else."""
        row_id, name = sent_id(self.renaming), sent_fields(form, "name", longest=81)["name"]
        await self._change(lambda work: rename_passkey(work, row_id, name), "Renamed.")
        self.renaming = ""

    @rx.event
    async def remove_key(self, key_id: str) -> None:
        """A passkey is gone."""
        row_id, token = sent_id(key_id), self._session_token()
        await self._change(lambda work: remove_passkey(work, row_id, token=token), "The passkey is removed.")

    @rx.event
    async def think_of_email(self, is_open: bool) -> None:
        """Open or close the question for another address; whoever has not proven it for a while, does so first."""
        self.errors = {}
        if is_open is True:
            (await self.actor()).require_confirmed()
        self.changing_email = is_open is True

    @rx.event
    async def change_email(self, form: dict[str, Any]) -> None:
        """Ask for another address."""
        email = sent_fields(form, "email")["email"]
        await self._change(lambda work: ask_for_new_email(work, email), "A link is on its way to the new address.")
        self.changing_email = False

    @rx.event
    async def keep_email(self) -> None:
        """Stay with the address."""
        await self._change(keep_email, "Your address stays as it is.")

    @rx.event
    async def end(self, session_id: str) -> None:
        """Sign out another browser."""
        row_id = sent_id(session_id)
        await self._change(lambda work: end_session(work, row_id), "That device is signed out.")

    @rx.event
    async def end_others(self) -> None:
        """Sign out every browser but this one."""
        token = self._session_token()
        await self._change(lambda work: end_other_sessions(work, token), "Every other device is signed out.")

    async def _change(self, use_case: Callable[[Work], None], said: str) -> None:
        await self.perform(use_case)
        await self._look()
        self.say(said)

    async def _look(self) -> None:
        token, reader = self._session_token(), self._where()
        self.standing, self.apps, self.keys, self.browsers = await self.read(
            lambda work: (
                standing(work),
                [FactorView.of(app, reader) for app in authenticators(work)],
                [FactorView.of(key, reader) for key in passkeys(work)],
                [SessionView.of(session, token, reader) for session in sessions(work)],
            )
        )

    async def _show(self) -> None:
        before, reader = self._before, self._where()
        found = await self.read(lambda work: [SignInView.of(line, reader) for line in history(work, before, PAGE + 1)])
        self.rows = self._cut(found)

    def _where(self) -> Reader:
        """Whoever looks at the screen."""
        return reader_of(self.router.headers.accept_language)

    def _end_pairing(self) -> None:
        self.pairing, self.picture, self.secret, self._pairing_id = False, "", "", ""


def standing(work: Work) -> Standing:
    """How the person signs in now."""
    user = oneself(work)
    return Standing(
        email=user.email,
        new_email=user.new_email,
        has_password=bool(user.password_hash),
        is_confirmed=work.actor.confirmed,
        has_second_factor=user.second_factor_since is not None,
        must_add_one=work.actor.lacks_second_factor,
        codes_left=codes_left(work),
    )
