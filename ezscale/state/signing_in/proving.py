"""The pages on which somebody proves who they are once more: which ways are open to them."""

import reflex as rx
from reflex_base.event import EventSpec

from ezscale.accounts.oneself import oneself
from ezscale.accounts.passkeys import has_passkey
from ezscale.accounts.steps import StepOver, person_half_way
from ezscale.kit.cookies import STEP, read_cookie
from ezscale.kit.work import Work
from ezscale.models import User
from ezscale.state.session import SessionState


class ProvingState(SessionState):
    loaded: bool = False
    has_password: bool = False
    has_passkeys: bool = False

    @rx.event
    async def load_confirmation(self) -> None:
        """For somebody who is signed in."""
        self.loaded = False
        self._take(await self.read(lambda work: ways_of(work, oneself(work))))

    @rx.event
    async def load_second_step(self) -> EventSpec | None:
        """For somebody whose password was right; everybody else begins at the beginning."""
        self.loaded = False
        step = read_cookie(self.router.headers.cookie, STEP)
        try:
            self._take(await self.read(lambda work: ways_of(work, person_half_way(work, step))))
        except StepOver:
            return rx.redirect("/login/")
        return None

    def _take(self, ways: tuple[bool, bool]) -> None:
        self.has_password, self.has_passkeys = ways
        self.loaded = True


def ways_of(work: Work, user: User) -> tuple[bool, bool]:
    """Whether somebody has a password, and whether they have a passkey."""
    return bool(user.password_hash), has_passkey(work, user.id)
