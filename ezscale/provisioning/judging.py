"""Whether a server and our records agree: calculations for one of them, the same for the block and for the second look."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from ezscale.models.panel import FindingKind
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.on_record import RUNNING, OnRecord, Relations
from ezscale.provisioning.ports import NOT_TOLD, RemoteServer

GOES_AWAY = timedelta(hours=1)  # a panel may still delete what it has confirmed to delete
UNITS = {
    "cpu_cores": ("cores", ""),
    "memory_mb": ("memory", " MB"),
    "disk_gb": ("disk", " GB"),
    "traffic_gb": ("traffic", " GB"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a server and our records do not agree. `facts` are for people, and the same as long as nothing changes."""

    kind: FindingKind
    remote_id: str | None = None
    service_id: UUID | None = None
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What it is about, within its panel."""
        return f"{self.kind}:{self.remote_id or self.service_id}"


def faults_of(kept: OnRecord, server: RemoteServer | None) -> list[Fault]:
    """What is not as it should be with a service, whose server the panel shows so; None when the panel has not got it.

    Nothing while it is being worked on, and of one that need not run.
    """
    if kept.is_worked_on or kept.status not in RUNNING:
        return []
    if server is None or server.gone:
        return [Fault(FindingKind.MISSING, kept.remote_id, kept.id)]
    found = [(FindingKind.WRONG_OWNER, _owners(kept, server)), (FindingKind.WRONG_SIZE, _sizes(kept, server))]
    faults = [Fault(kind, server.remote_id, kept.id, facts) for kind, facts in found if facts]
    if kept.stands_still is not server.suspended:
        kind = FindingKind.RUNS_THOUGH_SUSPENDED if kept.stands_still else FindingKind.SUSPENDED_THOUGH_PAID
        faults.append(Fault(kind, server.remote_id, kept.id))
    return faults


def is_undecided(relations: Relations, now: datetime) -> bool:
    """Whether a server without a service may be about to get one, or to go away."""
    return any(kept.is_worked_on or _has_just_ended(kept, now) for kept in relations.known)


def fault_of_stranger(server: RemoteServer, relations: Relations, *, twin_is_there: bool) -> Fault:
    """What a server without a service is: one too many, or the second one with a service's number."""
    named, former = relations.named, relations.former
    facts = {"name": server.name, "account": server.owner}
    if named is not None and twin_is_there:
        facts |= {"the other one": named.remote_id or ""}
        return Fault(FindingKind.TWIN, server.remote_id, named.id, _told(facts))
    if former is not None:
        facts |= {"was of": f"{former.number}, which is {former.status}"}
    elif named is not None:
        facts |= {"shows the number of": f"{named.number}, which is {named.status}"}
    facts |= {"may be meant for": ", ".join(kept.number for kept in relations.waiting)}
    about = named or former
    return Fault(FindingKind.ORPHAN, server.remote_id, about.id if about else None, _told(facts))


def _owners(kept: OnRecord, server: RemoteServer) -> dict[str, str]:
    """Nothing where one of the two does not say whose it is."""
    if not kept.account_ref or not server.owner or kept.account_ref == server.owner:
        return {}
    return {"belongs to account": server.owner, "should belong to account": kept.account_ref}


def _sizes(kept: OnRecord, server: RemoteServer) -> dict[str, str]:
    """Only what the panel tells. Where there are options or add-ons a server may be bigger, as a person may have made it so."""
    facts = {}
    if server.package and server.package != kept.package:
        facts["package"] = f"{server.package}, sold {kept.package}"
    if server.ipv4 and len(server.ipv4) <= kept.more_addresses:
        facts["IPv4 addresses"] = f"{len(server.ipv4)}, sold {1 + kept.more_addresses}"
    if server.sizes is None:
        return facts
    sold = asdict(kept.sizes)
    for name, there in asdict(server.sizes).items():
        is_bigger = not there or 0 < sold[name] < there  # 0 is without a limit
        if there not in (sold[name], NOT_TOLD) and not (kept.is_fitted and is_bigger):
            words, unit = UNITS[name]
            facts[words] = f"{_amount(there, unit)}, sold {_amount(sold[name], unit)}"
    return facts


def _amount(number: int, unit: str) -> str:
    return f"{number}{unit}" if number else "no limit"


def _has_just_ended(kept: OnRecord, now: datetime) -> bool:
    return (
        kept.status is ServiceStatus.TERMINATED
        and kept.terminated_at is not None
        and kept.terminated_at > now - GOES_AWAY
    )


def _told(facts: dict[str, str]) -> dict[str, str]:
    return {name: words[:200] for name, words in facts.items() if words}
