"""Key pairs whose private half stays on the person's device: registered, named and removed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from webauthn import generate_registration_options, verify_registration_response
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, generate_challenge
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ezscale.accounts.oneself import oneself, oneself_confirmed
from ezscale.accounts.second_factors import clean_factor_name, factors_changed
from ezscale.accounts.steps import Purpose, StepOver, begin_step, live_step, use_step
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.settings import settings
from ezscale.kit.work import Work
from ezscale.models import Passkey, User

MOST = 20  # passkeys of one person
LONGEST_ID = 700

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
    if len(own := passkeys_of(work, user.id)) >= MOST:
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
        exclude_credentials=described(own),
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
    return passkeys_of(work, oneself(work).id)


def has_passkey(work: Work, user_id: UUID) -> bool:
    """Whether a person can prove who they are with a passkey."""
    return work.session.exec(select(Passkey.id).where(Passkey.user_id == user_id).limit(1)).first() is not None


def passkeys_of(work: Work, user_id: UUID) -> list[Passkey]:
    """Somebody's, oldest first."""
    return list(work.session.exec(select(Passkey).where(Passkey.user_id == user_id).order_by(col(Passkey.id))))


def rename_passkey(work: Work, passkey_id: UUID, name: str) -> None:
    """Call it something else."""
    _own(work, oneself_confirmed(work), passkey_id).name = clean_factor_name(name)


def remove_passkey(work: Work, passkey_id: UUID, *, token: str) -> None:
    """It opens nothing any more; all sessions but the one of `token` end."""
    user = oneself_confirmed(work)
    key = _own(work, user, passkey_id)
    if not user.password_hash and len(passkeys_of(work, user.id)) == 1:
        raise Invalid("This is your only way to sign in. Set a password first.")
    work.session.delete(key)
    factors_changed(work, user, f"The passkey “{key.name}” was removed", token=token)


def described(keys: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    """Keys as a browser is told of them."""
    known = {kind.value: kind for kind in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(key.key_id),
            transports=[known[name] for name in key.transports.split() if name in known] or None,
        )
        for key in keys
    ]


def response_of(credential: Credential) -> Mapping[str, Any]:
    """The part of a credential that holds what the device has signed."""
    response = credential.get("response")
    return response if isinstance(response, dict) else {}


def _own(work: Work, user: User, passkey_id: UUID) -> Passkey:
    own = select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user.id)
    key = work.session.exec(own.with_for_update()).first()
    if key is None:
        raise NotFound("We could not find this passkey.")
    return key


def _transports(credential: Credential) -> str:
    """How the browser reaches the device (usb, nfc, hybrid, …), as far as we know these words."""
    told, known = response_of(credential).get("transports"), {kind.value for kind in AuthenticatorTransport}
    return " ".join(sorted(known.intersection(told if isinstance(told, list) else ())))
