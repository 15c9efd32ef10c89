"""Proving who one is with a passkey: alone, as the second step of signing in, or again before something dangerous.

A challenge lies in a step of the database, is answered once, and only at the address at which it was given.
"""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from webauthn import generate_authentication_options, verify_authentication_response
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, generate_challenge
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import UserVerificationRequirement

from ezscale.accounts.history import note_failure
from ezscale.accounts.lockouts import count_try, count_visit, forgive
from ezscale.accounts.oneself import oneself
from ezscale.accounts.passkeys import LONGEST_ID, Credential, Options, Site, described, passkeys_of, response_of
from ezscale.accounts.second_step import SECOND_STEP
from ezscale.accounts.signing_in import SignedIn, begin_session, confirm
from ezscale.accounts.steps import Purpose, StepOver, begin_step, live_step, miss, person_half_way, use_step
from ezscale.kit.database import claimed
from ezscale.kit.errors import Invalid
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Passkey, SignInStep, User

PASSKEY = "passkey"
UNKNOWN = "We do not know this passkey here. Please sign in another way."


def begin_passkey_sign_in(work: Work, site: Site, *, address: str = "") -> tuple[str, Options]:
    """The secret of a step, and what the browser must be asked: any passkey it has here, with its owner verified."""
    count_visit(work, PASSKEY, address)
    challenge = generate_challenge()
    step = begin_step(work, Purpose.PASSKEY_ALONE, challenge=bytes_to_base64url(challenge))
    return step, _request(site, challenge, [], UserVerificationRequirement.REQUIRED)


def sign_in_with_passkey(
    open_work: OpenWork, site: Site, step: str, credential: Credential, *, address: str = "", device: str = ""
) -> SignedIn:
    """A session for whoever holds a passkey and has shown their device that it is them."""
    with open_work() as work:
        begun = live_step(work, step, Purpose.PASSKEY_ALONE)
        count_visit(work, PASSKEY, address)
        key = _named(work, credential)
        user = work.session.get_one(User, key.user_id) if key else None
    try:
        with open_work() as work:
            use_step(work, step)
            if key is None or user is None or user.suspended_at is not None:
                raise Invalid(UNKNOWN)
            _check(work, site, begun, key, credential, verified=True)
            return begin_session(work, user, address=address, device=device, how=PASSKEY)
    except Invalid:
        with open_work() as work:
            miss(work, step)
            note_failure(work, user, PASSKEY, address=address, device=device)
        raise


def begin_passkey_step(work: Work, site: Site, step: str) -> Options:
    """What the browser of somebody half-way in must be asked: one of their passkeys."""
    user = person_half_way(work, step)
    keys = passkeys_of(work, user.id)
    if not keys:
        raise Invalid("There is no passkey for this account.")
    challenge = generate_challenge()
    live_step(work, step, Purpose.SECOND_FACTOR).challenge = bytes_to_base64url(challenge)
    return _request(site, challenge, keys, UserVerificationRequirement.PREFERRED)


def finish_with_passkey(
    open_work: OpenWork, site: Site, step: str, credential: Credential, *, address: str = "", device: str = ""
) -> SignedIn:
    """A session for whoever is half-way in and holds one of their passkeys."""
    with open_work() as work:
        user = person_half_way(work, step)
        count_try(work, SECOND_STEP, user.email, address)
        begun = live_step(work, step, Purpose.SECOND_FACTOR)
        key = _named(work, credential)
    try:
        with open_work() as work:
            if key is None or key.user_id != user.id:
                raise Invalid(UNKNOWN)
            _check(work, site, begun, key, credential, verified=False)
            use_step(work, step)
            forgive(work, SECOND_STEP, user.email, address)
            return begin_session(work, user, address=address, device=device, how=f"password, {PASSKEY}")
    except Invalid:
        with open_work() as work:
            miss(work, step)
            note_failure(work, user, PASSKEY, address=address, device=device)
        raise


def begin_passkey_confirmation(work: Work, site: Site) -> tuple[str, Options]:
    """The secret of a step, and what the browser must be asked so that a person proves again that it is them."""
    user, challenge = oneself(work), generate_challenge()
    if not (keys := passkeys_of(work, user.id)):
        raise Invalid("There is no passkey for this account.")
    step = begin_step(work, Purpose.CONFIRMING, user.id, bytes_to_base64url(challenge))
    return step, _request(site, challenge, keys, UserVerificationRequirement.REQUIRED)


def confirm_with_passkey(
    open_work: OpenWork, site: Site, step: str, credential: Credential, *, token: str, address: str = ""
) -> str:
    """The new secret of the session, which is confirmed for a quarter of an hour."""
    with open_work() as work:
        user = oneself(work)
        count_try(work, "confirm", user.email, address)
        begun = live_step(work, step, Purpose.CONFIRMING)
        if begun.user_id != user.id:
            raise StepOver
        key = _named(work, credential)
        use_step(work, step)
    with open_work() as work:
        if key is None or key.user_id != user.id:
            raise Invalid(UNKNOWN)
        _check(work, site, begun, key, credential, verified=True)
        forgive(work, "confirm", user.email, address)
        return confirm(work, token)


def _request(site: Site, challenge: bytes, keys: list[Passkey], verification: UserVerificationRequirement) -> Options:
    options = generate_authentication_options(
        rp_id=site.host, challenge=challenge, allow_credentials=described(keys), user_verification=verification
    )
    return options_to_json_dict(options)


def _check(work: Work, site: Site, begun: SignInStep, key: Passkey, credential: Credential, *, verified: bool) -> None:
    """Invalid unless the key has signed the challenge here and now, for this person, once more than the last time."""
    handle = response_of(credential).get("userHandle")
    try:
        shown = verify_authentication_response(
            credential=dict(credential),
            expected_challenge=base64url_to_bytes(begun.challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
            require_user_verification=verified,
        )
        owner = UUID(bytes=base64url_to_bytes(handle)) if handle else key.user_id
    except (
        Exception
    ) as error:  # what strangers send goes through many readers: whatever is wrong with it, it is no proof
        raise Invalid(UNKNOWN) from error
    count = shown.new_sign_count
    counts_up = col(Passkey.sign_count) < count if count else col(Passkey.sign_count) == 0  # some devices never count
    this = update(Passkey).where(col(Passkey.id) == key.id, counts_up)
    news = {"sign_count": count, "backed_up": shown.credential_backed_up, "last_used_at": work.now}
    if not begun.challenge or owner != key.user_id or not claimed(work.session.execute(this.values(**news))):
        raise Invalid(UNKNOWN)


def _named(work: Work, credential: Credential) -> Passkey | None:
    key_id = credential.get("id")
    if not isinstance(key_id, str) or len(key_id) > LONGEST_ID or not key_id.isascii() or not key_id.isprintable():
        return None
    return work.session.exec(select(Passkey).where(Passkey.key_id == key_id)).first()
