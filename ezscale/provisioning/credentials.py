"""How to get into a service: stored encrypted, shown only to whoever has just proven who they are."""

import secrets
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from ezscale.accounts.permissions import REVEAL_LOGINS
from ezscale.kit.encryption import Vault
from ezscale.kit.errors import NotFound
from ezscale.kit.ids import new_id
from ezscale.kit.sealing import binding
from ezscale.kit.work import Work
from ezscale.models import Credential, Service
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.ports import Login
from ezscale.provisioning.services import service_to_change

LENGTH = 18  # bytes of chance in a password of ours
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


def choose_login(work: Work, vault: Vault, service_id: UUID, username: str) -> str:
    """The first password of a service, made by us; the same one, however often it is asked for."""
    if (kept := _kept(work, service_id)) is not None:
        return _opened(vault, kept).password
    chosen = Login(username, secrets.token_urlsafe(LENGTH))
    store_login(work, vault, service_id, chosen)
    return chosen.password


def services_with_this_login(work: Work, service: Service) -> list[UUID]:
    """A service, and those beside it in the same account on the same panel."""
    there = select(Service.id).where(
        Service.customer_id == service.customer_id,
        Service.panel == service.panel,
        Service.account_ref == service.account_ref,
        col(Service.remote_id).is_not(None),
    )
    return list(work.session.exec(there.order_by(col(Service.id)).with_for_update()))


def share_login(work: Work, vault: Vault, service: Service) -> bool:
    """Keep for a service what opens the customer's account on its panel, if another service of theirs there has it."""
    others = (
        select(Credential)
        .join(Service, col(Service.id) == Credential.service_id)
        .where(Service.customer_id == service.customer_id, Service.panel == service.panel)
        .where(Service.account_ref == service.account_ref, Service.id != service.id)
        .order_by(col(Credential.stored_at).desc())
    )
    known = work.session.exec(others).first()
    if known is None:
        return False
    store_login(work, vault, service.id, _opened(vault, known))
    return True


def has_login(work: Work, service_id: UUID) -> bool:
    """Whether a login is kept."""
    return _kept(work, service_id) is not None


def reveal_login(work: Work, vault: Vault, service_id: UUID) -> Login:
    """The login of one's own service. NotConfirmed unless they have just proven that it is them."""
    work.actor.require(REVEAL_LOGINS)
    service = service_to_change(work, service_id)
    work.actor.require_confirmed()
    kept = _kept(work, service_id)
    if kept is None or service.status not in (ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED):
        raise NotFound("There is no password for it yet. Please set a new one.")
    kept.revealed_at = work.now
    write_log(work, service_id, "reveal", "The root password was shown")
    return _opened(vault, kept)


def forget_login(work: Work, service_id: UUID) -> None:
    """The login is of no use any more."""
    work.session.execute(delete(Credential).where(col(Credential.service_id) == service_id))


def _kept(work: Work, service_id: UUID) -> Credential | None:
    return work.session.exec(select(Credential).where(Credential.service_id == service_id)).first()


def _opened(vault: Vault, kept: Credential) -> Login:
    return Login(kept.username, vault.open(kept.secret, binding(CREDENTIALS, kept.id)))
