"""Power buttons."""

from dataclasses import dataclass
from uuid import UUID

from ezscale.kit.errors import BusinessError, Rejected, TemporaryFailure
from ezscale.kit.work import OpenWork
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.exchanges import About, on_record
from ezscale.provisioning.jobs import Panels, panel_of
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.maintenance import blames_maintenance
from ezscale.provisioning.panel_skills import PowerAction, Powers, able
from ezscale.provisioning.services import service_overview
from ezscale.provisioning.using import in_use, require_use

WORDS = {
    PowerAction.BOOT: "Started",
    PowerAction.SHUTDOWN: "Shut down",
    PowerAction.RESTART: "Restarted",
    PowerAction.POWER_OFF: "Switched off",
}


@dataclass(frozen=True, slots=True)
class LiveState:
    """What the panel says about a machine right now. `power` is empty when the machine did not answer."""

    power: str
    busy: bool
    suspended: bool


def press_power(open_work: OpenWork, panels: Panels, service_id: UUID, action: PowerAction) -> None:
    """Start, stop or restart a running service; refused in every other state, and by the panel while it is busy."""
    with open_work() as work:
        require_use(work)
        service, remote_id = in_use(work, service_id, "its power buttons do not work now")
        panel = able(panel_of(panels, service.panel), Powers)
        if action not in panel.buttons:
            raise BusinessError("This kind of service has no such button.")
        write_log(work, service_id, "power", f"Asked the panel: {action.replace('_', ' ')}")
    with on_record(open_work, About(service_id, service.panel)) as recorded:
        try:
            panel.power(remote_id, action)
        except TemporaryFailure as failure:
            raise _refused(
                recorded, service_id, "The panel is busy with this server. Please try again shortly.", failure.message
            ) from failure
        except Rejected as refusal:
            raise _refused(recorded, service_id, "The panel refused this.", refusal.message) from refusal
        with recorded() as work:
            write_log(work, service_id, "power", WORDS[action])


def live_state(open_work: OpenWork, panels: Panels, service_id: UUID) -> LiveState | None:
    """Ask the panel about one's own service; None when there is nothing to ask or no answer."""
    with open_work() as work:
        service = service_overview(work, service_id).service
    if service.remote_id is None or service.status is ServiceStatus.TERMINATED:
        return None
    try:
        remote = panel_of(panels, service.panel).look(service.remote_id, with_power=True)
    except (TemporaryFailure, Rejected):
        return None
    return LiveState(remote.power, remote.busy, remote.suspended)


def _refused(open_work: OpenWork, service_id: UUID, words: str, reason: str) -> BusinessError:
    with open_work() as work:
        write_log(work, service_id, "power", f"Not done: {reason}", ok=False)
        words = blames_maintenance(work, service_id, words)
    return BusinessError(words)
