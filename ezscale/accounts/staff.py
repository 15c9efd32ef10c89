"""People who work here."""

from sqlmodel import select

from ezscale.accounts.passwords import hash_password, require_strong
from ezscale.accounts.permissions import ADMINISTRATOR, STAFF_PERMISSIONS
from ezscale.accounts.signing_up import clean_email, clean_name
from ezscale.kit.actor import ActorKind
from ezscale.kit.errors import Invalid, NotAllowed
from ezscale.kit.work import Work
from ezscale.models import StaffRole, User


def add_staff(work: Work, name: str, email: str, password: str, role_name: str = ADMINISTRATOR) -> User:
    """A new colleague. Only the command line can do this: the first administrator is never made on a page."""
    if work.actor.kind is not ActorKind.ROBOT:
        raise NotAllowed
    email, name = clean_email(email), clean_name(name)
    require_strong(password, name, email)
    if work.session.exec(select(User.id).where(User.email == email)).first():
        raise Invalid("There is an account with this address already.", field="email")
    role = work.session.exec(select(StaffRole).where(StaffRole.name == role_name)).first()
    if role is None:
        if role_name != ADMINISTRATOR:
            raise Invalid(f"There is no role called {role_name}.", field="role")
        role = StaffRole(name=ADMINISTRATOR, permissions=sorted(STAFF_PERMISSIONS))
        work.session.add(role)
        work.session.flush()
    user = User(
        email=email,
        name=name,
        password_hash=hash_password(password),
        email_verified_at=work.now,
        staff_role_id=role.id,
        created_at=work.now,
    )
    work.session.add(user)
    return user
