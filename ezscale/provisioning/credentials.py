"""How to get into a service: stored encrypted, shown only to whoever has just proven who they are."""

from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from ezscale.accounts.permissions import REVEAL_LOGINS
from ezscale.kit.encryption import Vault
from ezscale.kit.errors import NotFound
from ezscale.kit.ids import new_id
from ezscale.kit.sealing import binding
from ezscale.kit.work import Work
from ezscale.models import Credential
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.ports import Login
from ezscale.provisioning.services import service_to_change

CREDENTIALS = "credential"  # the table, to whose rows the logins are bound


def store_login(work: Work, vault: Vault, service_id: UUID, login: Login) -> None:
    """Keep a login, sealed and bound to its row; an older one of the service is gone."""
    forget_login(work, service_id)
    row_id = new_id()
    work.session.add(
        Credential(
            id=row_id,
            service_id=service_id,
            username=login.username,
            secret=vault.seal(login.password, binding(CREDENTIALS, row_id)),
            stored_at=work.now,
        )
    )


def has_login(work: Work, service_id: UUID) -> bool:
    """Whether a login is kept."""
    return work.session.exec(select(Credential.id).where(Credential.service_id == service_id)).first() is not None


def reveal_login(work: Work, vault: Vault, service_id: UUID) -> Login:
    """The login of one's own service. NotConfirmed unless they have just proven that it is them."""
    work.actor.require(REVEAL_LOGINS)
    service = service_to_change(work, service_id)
    work.actor.require_confirmed()
    kept = work.session.exec(select(Credential).where(Credential.service_id == service_id)).first()
    if kept is None or service.status not in (ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED):
        raise NotFound("There is no login for this service yet.")
    kept.revealed_at = work.now
    write_log(work, service_id, "reveal", "The root password was shown")
    return Login(kept.username, vault.open(kept.secret, binding(CREDENTIALS, kept.id)))


def forget_login(work: Work, service_id: UUID) -> None:
    """The login is of no use any more."""
    work.session.execute(delete(Credential).where(col(Credential.service_id) == service_id))
