"""Keys for programs."""

from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.actors import KEY_MARK
from ezscale.kit.errors import Invalid, NotAllowed, NotFound, NotSignedIn
from ezscale.kit.ids import fingerprint, new_secret
from ezscale.kit.work import Work
from ezscale.models import ApiToken


def create_token(work: Work, name: str) -> tuple[ApiToken, str]:
    """A key with the rights of its owner, and its text, which is shown once."""
    if work.actor.user_id is None:
        raise NotSignedIn
    if work.actor.behind_id is not None:
        raise NotAllowed("A token would outlive the acting: the customer makes it.")
    if not (name := name.strip()) or len(name) > 80:
        raise Invalid("Please give the token a name that you will recognise.", field="name")
    text = KEY_MARK + new_secret()
    token = ApiToken(
        user_id=work.actor.user_id,
        customer_id=work.actor.customer_id,
        name=name,
        prefix=text[:12],
        token_hash=fingerprint(text),
        created_at=work.now,
    )
    work.session.add(token)
    return token, text


def tokens(work: Work) -> list[ApiToken]:
    """The actor's own keys that still work, newest first."""
    if work.actor.user_id is None:
        raise NotSignedIn
    own = select(ApiToken).where(ApiToken.user_id == work.actor.user_id, col(ApiToken.revoked_at).is_(None))
    return list(work.session.exec(own.order_by(col(ApiToken.id).desc())))


def revoke_token(work: Work, token_id: UUID) -> None:
    """The key stops working at once."""
    own = {token.id: token for token in tokens(work)}
    if token_id not in own:
        raise NotFound("We could not find this token.")
    own[token_id].revoked_at = work.now
