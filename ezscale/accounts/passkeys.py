"""Key pairs whose private half stays on the person's device: registered, named, and asked to sign a challenge of ours.

A challenge lies in a step of the database, is answered once, and only at the address at which it was given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, generate_challenge
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ezscale.accounts.history import note_failure
from ezscale.accounts.lockouts import count_try, count_visit, forgive
from ezscale.accounts.oneself import oneself, oneself_confirmed
from ezscale.accounts.second_factors import clean_factor_name, factors_changed
from ezscale.accounts.second_step import SECOND_STEP
from ezscale.accounts.signing_in import SignedIn, begin_session, confirm
from ezscale.accounts.steps import Purpose, StepOver, begin_step, live_step, miss, person_half_way, use_step
from ezscale.kit.database import claimed
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.settings import settings
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Passkey, SignInStep, User

PASSKEY = "passkey"
UNKNOWN = "We do not know this passkey here. Please sign in another way."
MOST = 20  # passkeys of one person

Credential = Mapping[str, Any]  # as the browser gives it
Options = dict[str, Any]  # as the browser wants it


@dataclass(frozen=True, slots=True)
class Site:
    """The address a browser is at: keys belong to its `host`, and what they sign names its `origin`."""

    host: str
    origin: str


def begin_registration(work: Work, site: Site) -> tuple[str, Options]:
    """The secret of a step, and what the browser must be asked to make a new passkey."""
    user = oneself_confirmed(work)
    if len(own := _keys(work, user.id)) >= MOST:
        raise Invalid("Please remove a passkey that you no longer use first.", field="name")
    challenge = generate_challenge()
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=settings().company_name,
        user_id=user.id.bytes,
        user_name=user.email,
        user_display_name=user.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_described(own),
    )
    return begin_step(work, Purpose.REGISTERING, user.id, bytes_to_base64url(challenge)), options_to_json_dict(options)


def register_passkey(work: Work, site: Site, step: str, name: str, credential: Credential, *, token: str) -> None:
    """The new passkey counts from now on, and all sessions but the one of `token` end."""
    user, name = oneself_confirmed(work), clean_factor_name(name)
    begun = live_step(work, step, Purpose.REGISTERING)
    if begun.user_id != user.id:
        raise StepOver
    use_step(work, step)
    try:
        made = verify_registration_response(
            credential=dict(credential),
            expected_challenge=base64url_to_bytes(begun.challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except Exception as error:  # what strangers send goes through many readers: whatever is wrong with it, it is no key
        raise Invalid("This did not work. Please try again.", field="name") from error
    key_id = bytes_to_base64url(made.credential_id)
    if len(key_id) > LONGEST_ID or work.session.exec(select(Passkey.id).where(Passkey.key_id == key_id)).first():
        raise Invalid("This passkey is registered already.", field="name")
    work.session.add(
        Passkey(
            user_id=user.id,
            name=name,
            key_id=key_id,
            public_key=bytes_to_base64url(made.credential_public_key),
            sign_count=made.sign_count,
            transports=_transports(credential),
            backed_up=made.credential_backed_up,
            created_at=work.now,
        )
    )
    factors_changed(work, user, f"The passkey “{name}” was added", token=token)


def passkeys(work: Work) -> list[Passkey]:
    """One's own, oldest first."""
    return _keys(work, oneself(work).id)


def has_passkey(work: Work, user_id: UUID) -> bool:
    """Whether a person can prove who they are with a passkey."""
    return work.session.exec(select(Passkey.id).where(Passkey.user_id == user_id).limit(1)).first() is not None


def rename_passkey(work: Work, passkey_id: UUID, name: str) -> None:
    """Call it something else."""
    _own(work, oneself_confirmed(work), passkey_id).name = clean_factor_name(name)


def remove_passkey(work: Work, passkey_id: UUID, *, token: str) -> None:
    """It opens nothing any more; all sessions but the one of `token` end."""
    user = oneself_confirmed(work)
    key = _own(work, user, passkey_id)
    if not user.password_hash and len(_keys(work, user.id)) == 1:
        raise Invalid("This is your only way to sign in. Set a password first.")
    work.session.delete(key)
    factors_changed(work, user, f"The passkey “{key.name}” was removed", token=token)


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
    keys = _keys(work, user.id)
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
    if not (keys := _keys(work, user.id)):
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


LONGEST_ID = 700


def _request(site: Site, challenge: bytes, keys: list[Passkey], verification: UserVerificationRequirement) -> Options:
    options = generate_authentication_options(
        rp_id=site.host, challenge=challenge, allow_credentials=_described(keys), user_verification=verification
    )
    return options_to_json_dict(options)


def _check(work: Work, site: Site, begun: SignInStep, key: Passkey, credential: Credential, *, verified: bool) -> None:
    """Invalid unless the key has signed the challenge here and now, for this person, once more than the last time."""
    handle = _response(credential).get("userHandle")
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


def _keys(work: Work, user_id: UUID) -> list[Passkey]:
    return list(work.session.exec(select(Passkey).where(Passkey.user_id == user_id).order_by(col(Passkey.id))))


def _own(work: Work, user: User, passkey_id: UUID) -> Passkey:
    own = select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user.id)
    key = work.session.exec(own.with_for_update()).first()
    if key is None:
        raise NotFound("We could not find this passkey.")
    return key


def _described(keys: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    known = {kind.value: kind for kind in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(key.key_id),
            transports=[known[name] for name in key.transports.split() if name in known] or None,
        )
        for key in keys
    ]


def _transports(credential: Credential) -> str:
    """How the browser reaches the device (usb, nfc, hybrid, …), as far as we know these words."""
    told, known = _response(credential).get("transports"), {kind.value for kind in AuthenticatorTransport}
    return " ".join(sorted(known.intersection(told if isinstance(told, list) else ())))


def _response(credential: Credential) -> Mapping[str, Any]:
    response = credential.get("response")
    return response if isinstance(response, dict) else {}
