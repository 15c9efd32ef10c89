"""Services in words, as the portal shows them."""

from dataclasses import dataclass
from typing import Self

from ezscale.billing.upcoming import Upcoming
from ezscale.models import ProvisioningJob, ProvisioningLog, Service
from ezscale.models.service import KEPT_BACK, UNBUILT, BuildStep, ServiceStatus
from ezscale.provisioning.services import ServiceOverview
from ezscale.state.reader import Reader

REACHED = {
    BuildStep.ACCOUNT: 1,
    BuildStep.RESERVE: 2,
    BuildStep.BUILD: 3,
    BuildStep.WAIT: 3,
    BuildStep.CONFIRM: 4,
    BuildStep.DONE: 5,
}
CYCLES = {
    1: "a month", 3: "a quarter", 6: "every half-year", 12: "a year", 24: "every two years", 36: "every three years"
}  # fmt: skip


@dataclass
class ServiceRow:
    """A service on one line."""

    id: str
    number: str
    hostname: str
    plan: str
    place: str
    system: str
    address: str
    status: str

    @classmethod
    def of(cls, seen: ServiceOverview) -> Self:
        service = seen.service
        return cls(
            id=str(service.id),
            number=service.number,
            hostname=service.hostname,
            plan=seen.plan.name,
            place=seen.location.name,
            system=service.installed or seen.image.name,
            address=address_of(service),
            status=service.status.value,
        )


@dataclass
class ServiceView:
    """All that can be said about a service. `done` counts the finished steps of its build."""

    id: str = ""
    number: str = ""
    hostname: str = ""
    plan: str = ""
    size: str = ""
    place: str = ""
    system: str = ""
    address: str = ""
    has_port: bool = False
    ipv6: str = ""
    status: str = ""
    since: str = ""
    done: int = 0
    backups: str = ""

    @classmethod
    def of(cls, seen: ServiceOverview, reader: Reader) -> Self:
        service, plan = seen.service, seen.plan
        return cls(
            id=str(service.id),
            number=service.number,
            hostname=service.hostname,
            plan=plan.name,
            size=f"{plan.cpu_cores} vCPU, {plan.memory_mb / 1024:g} GB memory, {plan.disk_gb} GB disk",
            place=seen.location.name,
            system=service.installed or seen.image.name,
            address=address_of(service),
            has_port=service.port > 0,
            ipv6=service.ipv6,
            status=service.status.value,
            since=reader.day(service.active_since.date()) if service.active_since else "",
            done=steps_done(service, seen.job),
            backups=plan.backups,
        )


@dataclass
class LogLine:
    """A line of a service's log."""

    id: str
    at: str
    text: str
    ok: bool

    @classmethod
    def of(cls, line: ProvisioningLog, reader: Reader) -> Self:
        return cls(str(line.id), reader.moment(line.at), line.message, line.ok)


@dataclass
class BillingView:
    """What a service costs and when next. `ends_on` is set when it was cancelled."""

    price: str = ""
    next_on: str = ""
    ends_on: str = ""

    @classmethod
    def of(cls, coming: Upcoming | None, reader: Reader) -> Self:
        if coming is None:
            return cls()
        return cls(
            price=f"{reader.money(coming.total)} {cycle(coming.months)}",
            next_on=reader.day(coming.starts_on) if coming.will_be_billed else "",
            ends_on=reader.day(coming.ends_on),
        )


def address_of(service: Service) -> str:
    """Where it answers, with its port where it shares its address with others."""
    return f"{service.ipv4}:{service.port}" if service.port and service.ipv4 else service.ipv4


def steps_done(service: Service, job: ProvisioningJob | None) -> int:
    """How many of the five steps of a build (paid, account, reserved, installed, ready) lie behind a service."""
    if service.status in UNBUILT:
        return 0
    if service.status in KEPT_BACK:
        return 1
    if service.status is not ServiceStatus.BUILDING:
        return REACHED[BuildStep.DONE]
    return REACHED[job.step] if job else 1


def cycle(months: int) -> str:
    """How often a price is asked for, in words."""
    return CYCLES.get(months, f"every {months} months")
