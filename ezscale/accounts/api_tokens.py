"""Keys for programs: a person's own, and those of a customer, which outlive the people who come and go."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import false, update
from sqlmodel import and_, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.actors import KEY_MARK
from ezscale.accounts.permissions import MANAGE_TOKENS
from ezscale.accounts.scopes import chosen_scopes
from ezscale.accounts.signing_up import clean_line
from ezscale.kit.actor import Actor
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotFound, NotSignedIn
from ezscale.kit.ids import fingerprint, new_secret
from ezscale.kit.work import Work
from ezscale.models import ApiToken

PREFIX = 12  # letters by which a key is recognised
LONGEST_NAME = 80
LIVES = (30, 90, 365)  # days
OVERLAPS = (0, 1, 24, 168)  # hours
USE_IS_NOTED_EVERY = timedelta(minutes=1)


def create_token(
    work: Work,
    name: str,
    scopes: Iterable[str] | None = None,
    *,
    lasts: int | None = None,
    for_customer: bool = False,
) -> tuple[ApiToken, str]:
    """A key, and its text, which is shown once.

    It acts as whoever makes it, or as their customer itself; it may do what `scopes` name (None: all that its maker may
    do now), for `lasts` days or for good.
    """
    _require_maker(work.actor, for_customer=for_customer)
    allowed: list[str] = sorted(work.actor.permissions) if scopes is None else chosen_scopes(work.actor, scopes)
    if lasts is not None and lasts not in LIVES:
        raise Invalid("Please choose how long the token shall work.", field="lasts")
    token = ApiToken(
        user_id=None if for_customer else work.actor.user_id,
        customer_id=work.actor.customer_id,
        name=_clean_name(name),
        scopes=allowed,
        created_by=work.actor.name,
        created_at=work.now,
        expires_at=work.now + timedelta(days=lasts) if lasts is not None else None,
        prefix="",
        token_hash="",
    )
    return token, _give_text(work, token)


def tokens(work: Work) -> list[ApiToken]:
    """The keys that still work, newest first: the actor's own for this customer, and the customer's for an owner."""
    if work.actor.user_id is None:
        raise NotSignedIn
    in_time = or_(col(ApiToken.expires_at).is_(None), col(ApiToken.expires_at) > work.now)
    alive = visible_tokens(work.actor).where(col(ApiToken.revoked_at).is_(None), in_time)
    return list(work.session.exec(alive.order_by(col(ApiToken.id).desc())))


def visible_tokens(actor: Actor) -> SelectOfScalar[ApiToken]:
    """Never another person's: one's own keys for the customer one acts for, and that customer's for its owners."""
    if actor.user_id is None:
        return select(ApiToken).where(false())
    own = and_(col(ApiToken.user_id) == actor.user_id, col(ApiToken.customer_id) == actor.customer_id)
    if actor.customer_id is None:
        own = and_(col(ApiToken.user_id) == actor.user_id, col(ApiToken.customer_id).is_(None))
    if actor.customer_id is None or not actor.may(MANAGE_TOKENS):
        return select(ApiToken).where(own)
    common = and_(col(ApiToken.user_id).is_(None), col(ApiToken.customer_id) == actor.customer_id)
    return select(ApiToken).where(or_(own, common))


def rotate_token(work: Work, token_id: UUID, overlap: int = 24) -> tuple[ApiToken, str]:
    """A new key in place of another, which works for `overlap` hours more; returns the new one and its text.

    The new one may do the same, and lasts as long as the old one did in all.
    """
    old = _token_to_change(work, token_id)
    _require_maker(work.actor, for_customer=old.user_id is None)
    if overlap not in OVERLAPS:
        raise Invalid("Please choose how long the old token shall go on working.", field="overlap")
    if old.replaced_at is not None:
        raise BusinessError("A newer token has taken this one's place already.")
    if not set(old.scopes) <= work.actor.permissions:
        raise NotAllowed("A token cannot do more than you may do yourself.")
    fresh = ApiToken(
        user_id=old.user_id,
        customer_id=old.customer_id,
        name=old.name,
        scopes=old.scopes or sorted(work.actor.permissions),
        created_by=work.actor.name,
        created_at=work.now,
        expires_at=work.now + (old.expires_at - old.created_at) if old.expires_at else None,
        prefix="",
        token_hash="",
    )
    old.replace(work.now, work.now + timedelta(hours=overlap))
    return fresh, _give_text(work, fresh)


def rename_token(work: Work, token_id: UUID, name: str) -> None:
    """It is called otherwise; nothing else changes."""
    token = _token_to_change(work, token_id)
    token.name = _clean_name(name)


def revoke_token(work: Work, token_id: UUID) -> None:
    """The key stops working at once."""
    _token_to_change(work, token_id).revoke(work.now)


def revoke_tokens(work: Work, user_id: UUID, *, customer_id: UUID | None = None) -> None:
    """All keys of a person stop working at once, or those for one customer."""
    theirs = update(ApiToken).where(col(ApiToken.user_id) == user_id, col(ApiToken.revoked_at).is_(None))
    if customer_id is not None:
        theirs = theirs.where(col(ApiToken.customer_id) == customer_id)
    work.session.execute(theirs.values(revoked_at=work.now))


def is_use_to_note(work: Work, text: str) -> bool:
    """Whether a key's last use was noted so long ago that this one is worth noting."""
    noted = work.session.exec(select(ApiToken.last_used_at).where(ApiToken.token_hash == fingerprint(text))).first()
    return noted is None or noted <= work.now - USE_IS_NOTED_EVERY


def note_use(work: Work, text: str) -> None:
    """A key was used just now. Of many calls at once, one writes."""
    long_ago: datetime = work.now - USE_IS_NOTED_EVERY
    noted = col(ApiToken.last_used_at)
    work.session.execute(
        update(ApiToken)
        .where(col(ApiToken.token_hash) == fingerprint(text), or_(noted.is_(None), noted <= long_ago))
        .values(last_used_at=work.now)
    )


def _require_maker(actor: Actor, *, for_customer: bool) -> None:
    """Go on only for a person who makes a key with their own hands, and has proven that it is them."""
    if actor.user_id is None:
        raise NotSignedIn
    if for_customer:
        actor.own_customer()
        actor.require(MANAGE_TOKENS)
    _require_own_hands(actor)
    actor.require_confirmed()


def _require_own_hands(actor: Actor) -> None:
    if actor.behind_id is not None:
        raise NotAllowed("Whoever acts as a customer leaves their keys alone.")


def _token_to_change(work: Work, token_id: UUID) -> ApiToken:
    if work.actor.user_id is None:
        raise NotSignedIn
    _require_own_hands(work.actor)
    wanted = visible_tokens(work.actor).where(ApiToken.id == token_id, col(ApiToken.revoked_at).is_(None))
    found = work.session.exec(wanted.with_for_update().execution_options(populate_existing=True)).first()
    if found is None or not found.is_live(work.now):
        raise NotFound("We could not find this token.")
    return found


def _clean_name(typed: str) -> str:
    if not (name := clean_line(typed, "name", LONGEST_NAME)):
        raise Invalid("Please give the token a name that you will recognise.", field="name")
    return name


def _give_text(work: Work, token: ApiToken) -> str:
    text = KEY_MARK + new_secret()
    token.prefix, token.token_hash = text[:PREFIX], fingerprint(text)
    work.session.add(token)
    work.session.flush()
    return text
