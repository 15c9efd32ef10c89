"""Apps that show six digits: paired by a picture, asked for a code, each code accepted once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import segno
from pyotp import TOTP, random_base32
from pyotp.utils import strings_equal
from sqlalchemy import delete, update
from sqlmodel import col, select

from ezscale.accounts.oneself import oneself, oneself_confirmed
from ezscale.accounts.recovery import fresh_codes, plain_code
from ezscale.accounts.second_factors import clean_factor_name, factors_changed
from ezscale.kit.clock import world_now
from ezscale.kit.database import claimed
from ezscale.kit.encryption import Vault
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.settings import settings
from ezscale.kit.work import Work
from ezscale.models import Authenticator

INTERVAL = 30  # seconds a code is shown for
WRONG_CODE = "This code is not the one. Codes change every half minute, and each works once."


@dataclass(frozen=True, slots=True)
class Pairing:
    """What an app must be shown: a picture to scan, or the secret to type."""

    authenticator_id: UUID
    secret: str
    picture: str


def begin_pairing(work: Work, vault: Vault) -> Pairing:
    """A new app that counts for nothing until it has shown a right code; one that was begun earlier is forgotten."""
    user = oneself_confirmed(work)
    begun = (col(Authenticator.user_id) == user.id, col(Authenticator.confirmed_at).is_(None))
    work.session.execute(delete(Authenticator).where(*begun))
    secret = random_base32()
    app = Authenticator(user_id=user.id, name="", secret="", created_at=work.now)
    app.secret = vault.seal(secret, _binding(app.id))
    work.session.add(app)
    address = TOTP(secret).provisioning_uri(name=user.email, issuer_name=settings().company_name)
    picture = segno.make_qr(address, error="m").svg_data_uri(scale=5, border=3, light="white")
    return Pairing(app.id, secret, picture)


def finish_pairing(work: Work, vault: Vault, authenticator_id: UUID, name: str, code: str, *, token: str) -> list[str]:
    """The app has shown a right code: it counts from now on, and all sessions but the one of `token` end.

    Returns the recovery codes when this is the person's first second factor; they are shown once.
    """
    user = oneself_confirmed(work)
    app = _own(work, user.id, authenticator_id)
    if app.confirmed_at is not None:
        raise NotFound("This authenticator is set up already.")
    app.name = clean_factor_name(name)
    step = matching_step(vault.open(app.secret, _binding(app.id)), plain_code(code), world_now())
    if step is None:
        raise Invalid(WRONG_CODE, field="code")
    app.last_step, app.confirmed_at = step, work.now
    is_first = factors_changed(work, user, f"The authenticator app “{app.name}” was added", token=token)
    return fresh_codes(work, user.id) if is_first else []


def authenticators(work: Work) -> list[Authenticator]:
    """One's own apps, oldest first."""
    own = select(Authenticator).where(
        Authenticator.user_id == oneself(work).id, col(Authenticator.confirmed_at).is_not(None)
    )
    return list(work.session.exec(own.order_by(col(Authenticator.id))))


def remove_authenticator(work: Work, authenticator_id: UUID, *, token: str) -> None:
    """Its codes open nothing any more; all sessions but the one of `token` end."""
    user = oneself_confirmed(work)
    app = _own(work, user.id, authenticator_id)
    work.session.delete(app)
    factors_changed(work, user, f"The authenticator app “{app.name}” was removed", token=token)


def use_app_code(work: Work, vault: Vault, user_id: UUID, code: str) -> bool:
    """Whether one of the person's apps shows this code now. It never works again, for whoever tries at the same time."""
    apps = select(Authenticator).where(Authenticator.user_id == user_id, col(Authenticator.confirmed_at).is_not(None))
    for app in work.session.exec(apps.order_by(col(Authenticator.id))):
        step = matching_step(vault.open(app.secret, _binding(app.id)), code, world_now())
        if step is not None:
            unused = update(Authenticator).where(col(Authenticator.id) == app.id, col(Authenticator.last_step) < step)
            return claimed(work.session.execute(unused.values(last_step=step, last_used_at=work.now)))
    return False


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The half minute to which a code belongs: this one, or a neighbour, since clocks differ. None for a wrong code."""
    app, present = TOTP(secret), int(now.timestamp()) // INTERVAL
    steps = (present, present - 1, present + 1)
    fitting = [step for step in steps if strings_equal(code, app.generate_otp(step))]
    return fitting[0] if fitting else None


def _own(work: Work, user_id: UUID, authenticator_id: UUID) -> Authenticator:
    own = select(Authenticator).where(Authenticator.id == authenticator_id, Authenticator.user_id == user_id)
    app = work.session.exec(own.with_for_update()).first()
    if app is None:
        raise NotFound("We could not find this authenticator.")
    return app


def _binding(authenticator_id: UUID) -> str:
    return f"authenticator:{authenticator_id.hex}"
