"""What people do with a service that runs: measure it, name it, come in. Only what its panel can do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, TypeVar
from uuid import UUID

from ezscale.accounts.permissions import MANAGE_SERVICES, REVEAL_LOGINS, USE_SERVICES
from ezscale.kit.encryption import Vault
from ezscale.kit.errors import (
    BusinessError,
    Invalid,
    NotAllowed,
    NotSignedIn,
    Rejected,
    TemporaryFailure,
    UnknownOutcome,
)
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Customer, Service
from ezscale.models.service import JobAction, ServiceStatus
from ezscale.provisioning.credentials import services_with_this_login, store_login
from ezscale.provisioning.exchanges import About, on_record
from ezscale.provisioning.jobs import Panels, live_job, panel_of
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.maintenance import blames_maintenance
from ezscale.provisioning.panel_skills import (
    CountsTraffic,
    GivesLogins,
    HasPages,
    HostsWebsites,
    IncludesBackups,
    Measures,
    Renames,
    SignsIn,
    TrafficMonth,
    Usage,
    Website,
    able,
)
from ezscale.provisioning.ports import Panel, PanelOwner
from ezscale.provisioning.services import service_overview, service_to_change

LONGEST_NAME = 60
NO_ANSWER = "The panel does not answer just now. Please try again in a minute."
Skill = TypeVar("Skill")
T = TypeVar("T")


def usage_of(open_work: OpenWork, panels: Panels, service_id: UUID) -> Usage | None:
    """What a service uses at this moment; None when it is off, its panel does not count, or does not answer."""
    return _asked(open_work, panels, service_id, Measures, lambda panel, remote_id: panel.usage(remote_id))


def traffic_of(open_work: OpenWork, panels: Panels, service_id: UUID) -> list[TrafficMonth] | None:
    """What it has sent and received, the newest month first; None when its panel does not count or does not answer."""
    return _asked(open_work, panels, service_id, CountsTraffic, lambda panel, remote_id: panel.traffic(remote_id))


def backups_of(open_work: OpenWork, panels: Panels, service_id: UUID) -> int | None:
    """How many backups may be made of it on its panel; None when none are made there, or it does not answer."""
    return _asked(open_work, panels, service_id, IncludesBackups, lambda panel, remote_id: panel.backups(remote_id))


@dataclass(frozen=True, slots=True)
class Sites:
    """The websites of a hosting, and the name servers to which their domains may be handed."""

    websites: list[Website]
    name_servers: list[str]


def sites_of(open_work: OpenWork, panels: Panels, service_id: UUID) -> Sites | None:
    """What a hosting serves at this moment; None when its panel hosts no websites or does not answer."""
    return _asked(
        *(open_work, panels, service_id, HostsWebsites),
        lambda panel, remote_id: Sites(panel.websites(remote_id), panel.name_servers()),
    )


def page_on_panel(open_work: OpenWork, panels: Panels, service_id: UUID) -> str:
    """The address of its page on the panel, behind the customer's own sign-in there; empty when there is none."""
    found = _asked(open_work, panels, service_id, HasPages, lambda panel, remote_id: panel.page(remote_id))
    return found or ""


def sign_in_to_panel(open_work: OpenWork, panels: Panels, service_id: UUID) -> str:
    """Where to send the customer's browser, once and at once: it is let into the panel without a password.

    It opens the customer's account there, so it is for whoever may see its passwords, and not for those who were
    entrusted with single services.
    """
    with open_work() as work:
        _require_keys(work)
        service, remote_id = in_use(work, service_id)
        panel = able(panel_of(panels, service.panel), SignsIn)
        customer = work.session.get_one(Customer, service.customer_id)
        owner = PanelOwner(customer.panel_ref, customer.company or customer.name, customer.email)
        write_log(work, service_id, "sign-in", "Signed in to the panel")
    with on_record(open_work, About(service_id, service.panel)) as recorded:
        try:
            return panel.panel_login(owner, remote_id)
        except (TemporaryFailure, Rejected) as failure:
            _refuse(recorded, service_id, "sign-in", NO_ANSWER, failure)


def rename(open_work: OpenWork, panels: Panels, service_id: UUID, name: str) -> str:
    """Show it by another name on its panel. Returns the name as it is shown."""
    clean = " ".join(name.split())
    if not clean or len(clean) > LONGEST_NAME:
        raise Invalid(f"Between one and {LONGEST_NAME} characters, please.", field="name")
    with open_work() as work:
        require_use(work)
        service, remote_id = in_use(work, service_id)
        panel = able(panel_of(panels, service.panel), Renames)
    with on_record(open_work, About(service_id, service.panel)) as recorded:
        try:
            panel.rename(remote_id, clean)
        except (TemporaryFailure, Rejected) as failure:
            _refuse(recorded, service_id, "rename", NO_ANSWER, failure)
        with recorded() as work:
            write_log(work, service_id, "rename", f"Named {clean} on the panel")
    return clean


def reset_login(open_work: OpenWork, panels: Panels, vault: Vault, service_id: UUID) -> None:
    """A fresh password, kept sealed. Where it opens the customer's account, all their services there have it from now on."""
    with open_work() as work:
        _require_keys(work)
        service, remote_id = in_use(work, service_id)
        panel = able(panel_of(panels, service.panel), GivesLogins)
        write_log(work, service_id, "password", "Asked the panel for a new password")
        account_ref = service.account_ref
    with on_record(open_work, About(service_id, service.panel)) as recorded:
        try:
            require_owner(panel_of(panels, service.panel), remote_id, account_ref)
            login = panel.new_login(remote_id)
        except UnknownOutcome as failure:
            words = "The panel did not answer, so the old password may be void. Please ask for a new one once more."
            _refuse(recorded, service_id, "password", words, failure)
        except (TemporaryFailure, Rejected) as failure:
            _refuse(recorded, service_id, "password", NO_ANSWER, failure)
        with recorded() as work:
            service = service_to_change(work, service_id)
            for other_id in services_with_this_login(work, service) if panel.opens_account else [service_id]:
                store_login(work, vault, other_id, login)
            write_log(work, service_id, "password", "A new password is set")


def in_use(work: Work, service_id: UUID, otherwise: str = "that does not work now") -> tuple[Service, str]:
    """A service that runs, locked, and its id on the panel; BusinessError in every other state."""
    service = service_to_change(work, service_id)
    job = live_job(work, service_id)
    if job is not None and job.action is JobAction.REINSTALL:
        raise BusinessError(f"This service is being reinstalled: {otherwise}.")
    if service.status is not ServiceStatus.ACTIVE or service.remote_id is None:
        raise BusinessError(f"This service is {service.status}: {otherwise}.")
    return service, service.remote_id


def no_answer(open_work: OpenWork, service_id: UUID) -> BusinessError:
    """What a person is told whose question a panel has not answered, or refused: also that there is maintenance, if so."""
    with open_work() as work:
        return BusinessError(blames_maintenance(work, service_id, NO_ANSWER))


def require_owner(panel: Panel, remote_id: str, account_ref: str) -> None:
    """BusinessError when the server is in somebody else's account on its panel: nobody is let into it."""
    if panel.look(remote_id).owner != account_ref:
        raise BusinessError("On the panel this belongs to somebody else. Please write to us.")


def require_use(work: Work) -> None:
    """Whoever may use a service, as its owner or for the company."""
    if not (work.actor.may(USE_SERVICES) or work.actor.may(MANAGE_SERVICES)):
        raise NotAllowed() if work.actor.is_signed_in else NotSignedIn()


def _require_keys(work: Work) -> None:
    work.actor.require(REVEAL_LOGINS)
    if work.actor.services is not None:
        raise NotAllowed
    work.actor.require_confirmed()


def _asked(
    open_work: OpenWork, panels: Panels, service_id: UUID, skill: type[Skill], question: Callable[[Skill, str], T]
) -> T | None:
    with open_work() as work:
        service = service_overview(work, service_id).service
    panel: Panel | None = panels.get(service.panel)
    if service.status is not ServiceStatus.ACTIVE or service.remote_id is None or not isinstance(panel, skill):
        return None
    try:
        return question(panel, service.remote_id)
    except (TemporaryFailure, Rejected):
        return None


def _refuse(open_work: OpenWork, service_id: UUID, action: str, words: str, failure: Exception) -> NoReturn:
    with open_work() as work:
        write_log(work, service_id, action, f"Not done: {failure}", ok=False)
        words = blames_maintenance(work, service_id, words)
    raise BusinessError(words) from failure
