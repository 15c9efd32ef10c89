"""Who came in, and who tried: the sign-in history that a person sees of their own account."""

from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.oneself import oneself
from ezscale.kit.ids import fingerprint
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import LoginAttempt, SignIn, User

PAGE = 25


def note_sign_in(work: Work, user: User, how: str, *, address: str = "", device: str = "") -> None:
    """They came in."""
    _note(work, user, how, address, device, ok=True)


def note_failure(work: Work, user: User | None, how: str, *, address: str = "", device: str = "") -> None:
    """Somebody did not. Where there is no such account, a row of the same size is written: it takes as long."""
    if user is None:
        work.session.add(LoginAttempt(subject=f"{how}:{fingerprint(address)}"[:100], at=work.now))
    else:
        _note(work, user, how, address, device, ok=False)


def history(work: Work, before: UUID | None = None, limit: int = PAGE) -> list[SignIn]:
    """One's own sign-ins and other people's tries, newest first; `before` is the last id of a page."""
    own = select(SignIn).where(SignIn.user_id == oneself(work).id)
    return list(work.session.exec(page_of(own, col(SignIn.id), before=before, limit=limit)))


def _note(work: Work, user: User, how: str, address: str, device: str, *, ok: bool) -> None:
    line = SignIn(user_id=user.id, at=work.now, ok=ok, how=how[:40], address=address[:64], device=device[:255])
    work.session.add(line)
