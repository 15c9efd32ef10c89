"""The pages on which somebody proves who they are once more: which ways are open to them."""

from collections.abc import Callable

import reflex as rx

from ezscale.accounts.oneself import oneself
from ezscale.accounts.passkeys import has_passkey
from ezscale.accounts.steps import StepOver, person_half_way
from ezscale.kit.cookies import STEP, read_cookie
from ezscale.kit.errors import NotSignedIn
from ezscale.kit.work import Work
from ezscale.models import User
from ezscale.state.session import SessionState


class ProvingState(SessionState):
    loaded: bool = False
    is_over: bool = False
    has_password: bool = False
    has_passkeys: bool = False

    @rx.event
    async def load_confirmation(self) -> None:
        """For somebody who is signed in."""
        await self._find(oneself)

    @rx.event
    async def load_second_step(self) -> None:
        """For somebody whose password was right."""
        step = read_cookie(self.router.headers.cookie, STEP)
        await self._find(lambda work: person_half_way(work, step))

    async def _find(self, somebody: Callable[[Work], User]) -> None:
        """What somebody can prove it with; nobody begins at the beginning."""
        self.loaded = self.is_over = False
        try:
            self.has_password, self.has_passkeys = await self.read(lambda work: ways_of(work, somebody(work)))
        except (StepOver, NotSignedIn):
            self.is_over = True
        else:
            self.loaded = True


def ways_of(work: Work, user: User) -> tuple[bool, bool]:
    """Whether somebody has a password, and whether they have a passkey."""
    return bool(user.password_hash), has_passkey(work, user.id)
