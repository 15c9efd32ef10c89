"""What runs: servers on panels, and every step of building and stopping them."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Column, Index, UniqueConstraint, false
from sqlmodel import Field

from ezscale.kit.columns import LongText, Sealed, word
from ezscale.models.base import Row, maybe_moment, moment, require_status


class ServiceStatus(StrEnum):
    """Where a service stands."""

    WAITING = "waiting"
    HELD = "held"
    WAITLISTED = "waitlisted"
    EXPIRED = "expired"
    BUILDING = "building"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    FAILED = "failed"
    TERMINATING = "terminating"
    TERMINATED = "terminated"


UNBUILT = (ServiceStatus.WAITING, ServiceStatus.EXPIRED)
KEPT_BACK = (ServiceStatus.HELD, ServiceStatus.WAITLISTED)


class Service(Row, table=True):
    """What a customer bought and a panel runs. `account_ref` and `remote_id` are the panel's own ids.

    `port` is the one it answers on, where it shares its address with others; 0 elsewhere.

    `installed` names what is on it where that was installed later and is none of our images.

    `sized_as` is the plan whose size it has on its panel; `keeps_more` says that the panel could not take away everything
    that a bigger one had given it; `lacks_options` that what is agreed on beside its plan was changed, and is not on the
    panel yet. `machine_id` is the one that staff have chosen for it, until it has it.
    Once it is gone, `former_remote_id` keeps what it was: a machine that is given back is another service's next time.
    """

    __table_args__ = (
        UniqueConstraint("panel", "remote_id"),
        UniqueConstraint("machine_id", "panel"),
        Index("ix_service_customer", "customer_id", "id"),
        Index("ix_service_former", "panel", "former_remote_id"),
        Index("ix_service_account", "panel", "account_ref"),
    )
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        ServiceStatus.EXPIRED: "nobody has paid for it",
        ServiceStatus.ACTIVE: "it runs",
        ServiceStatus.SUSPENDED: "it stands still as long as a suspension says why, which is checked",
        ServiceStatus.TERMINATED: "it is gone",
    }

    number: str = Field(max_length=24, unique=True)
    customer_id: UUID = Field(foreign_key="customer.id")
    item_id: UUID = Field(foreign_key="subscription_item.id", unique=True)
    plan_id: UUID = Field(foreign_key="plan.id", index=True)
    location_id: UUID = Field(foreign_key="location.id")
    image_id: UUID = Field(foreign_key="system_image.id")
    panel: str = Field(max_length=40)
    account_ref: str = Field(default="", max_length=60)
    remote_id: str | None = Field(default=None, max_length=60)
    machine_id: str | None = Field(default=None, max_length=60)
    sized_as: UUID | None = None
    keeps_more: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    lacks_options: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    former_remote_id: str | None = Field(default=None, max_length=60)
    hostname: str = Field(max_length=190)
    installed: str = Field(default="", max_length=120, sa_column_kwargs={"server_default": ""})
    status: ServiceStatus = Field(default=ServiceStatus.WAITING, sa_type=word(ServiceStatus), index=True)
    ipv4: str = Field(default="", max_length=60)
    ipv6: str = Field(default="", max_length=60)
    port: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    created_at: datetime = moment()
    active_since: datetime | None = maybe_moment()
    terminated_at: datetime | None = maybe_moment()

    def begin_building(self) -> None:
        """It is paid, in time or late: work on it starts."""
        require_status("service", self.status, *UNBUILT, ServiceStatus.FAILED)
        self.status = ServiceStatus.BUILDING

    def expire(self) -> None:
        """Nobody paid for it in time; it is built all the same if the money comes after all."""
        require_status("service", self.status, ServiceStatus.WAITING)
        self.status, self.machine_id = ServiceStatus.EXPIRED, None

    def hold(self) -> None:
        """It is paid, and a person has to say yes before it is built."""
        require_status("service", self.status, *UNBUILT)
        self.status = ServiceStatus.HELD

    def wait_for_stock(self) -> None:
        """It is paid, and there is none left to build, or its panel has no room for it; staff know."""
        require_status("service", self.status, *UNBUILT, ServiceStatus.BUILDING)
        self.status = ServiceStatus.WAITLISTED

    def release(self) -> None:
        """What kept it back is gone: it may be built."""
        require_status("service", self.status, *KEPT_BACK)
        self.status = ServiceStatus.WAITING

    def choose_machine(self, machine_id: str | None) -> None:
        """Staff say which machine it is to have; None lets its panel choose."""
        require_status("service", self.status, ServiceStatus.WAITING, ServiceStatus.FAILED, *KEPT_BACK)
        self.machine_id = machine_id

    def take_server(self, remote_id: str) -> None:
        """The panel has set a server aside for it."""
        require_status("service", self.status, ServiceStatus.BUILDING)
        self.remote_id, self.machine_id = remote_id, None

    def go_live(self, now: datetime) -> None:
        """It runs and has an owner, verified on the panel."""
        require_status("service", self.status, ServiceStatus.BUILDING, ServiceStatus.FAILED)
        self.status = ServiceStatus.ACTIVE
        self.active_since = now

    def fail(self) -> None:
        """It could not be built; staff know."""
        require_status("service", self.status, ServiceStatus.BUILDING)
        self.status = ServiceStatus.FAILED

    def follow(self, item_id: UUID, plan_id: UUID) -> None:
        """It is billed by another agreement from now on, and is to be what that says."""
        self.item_id, self.plan_id = item_id, plan_id

    def become(self, plan_id: UUID, *, keeps_more: bool = False, lacks_options: bool = False) -> None:
        """It has the size of this plan and of what is beside it, as far as its panel could make it so."""
        self.sized_as, self.keeps_more, self.lacks_options = plan_id, keeps_more, lacks_options

    def lack_options(self) -> None:
        """What is agreed on beside its plan is another thing from now on."""
        self.lacks_options = True

    def reinstalled(self, image_id: UUID | None, image_name: str, hostname: str) -> None:
        """Another system is on it, one of our images or another one."""
        require_status("service", self.status, ServiceStatus.ACTIVE)
        self.image_id, self.installed = image_id or self.image_id, "" if image_id else image_name
        self.hostname = hostname

    def suspend(self) -> None:
        """It stands still, confirmed by the panel."""
        require_status("service", self.status, ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED)
        self.status = ServiceStatus.SUSPENDED

    def resume(self) -> None:
        """It runs again, confirmed by the panel."""
        require_status("service", self.status, ServiceStatus.SUSPENDED, ServiceStatus.ACTIVE)
        self.status = ServiceStatus.ACTIVE

    def adopt(self, remote_id: str) -> None:
        """A server that the panel has already is its server from now on, in the place of one that is not there."""
        require_status("service", self.status, ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED, ServiceStatus.FAILED)
        self.remote_id, self.former_remote_id = remote_id, self.remote_id or self.former_remote_id

    def begin_terminating(self) -> None:
        """It is going to be deleted."""
        require_status(
            "service",
            self.status,
            *(*UNBUILT, *KEPT_BACK),
            *(ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED, ServiceStatus.FAILED, ServiceStatus.TERMINATING),
        )
        self.status = ServiceStatus.TERMINATING

    def terminate(self, now: datetime) -> None:
        """It is gone, confirmed by the panel."""
        require_status("service", self.status, ServiceStatus.TERMINATING)
        self.status = ServiceStatus.TERMINATED
        self.remote_id, self.former_remote_id, self.machine_id = None, self.remote_id, None
        self.terminated_at = now


class SuspensionReason(StrEnum):
    """Why a service stands still."""

    NON_PAYMENT = "non_payment"
    PAUSED = "paused"
    DISPUTED = "disputed"
    ENDED = "ended"


class Suspension(Row, table=True):
    """Why a service stands still, from when to when."""

    service_id: UUID = Field(foreign_key="service.id", index=True)
    reason: str = Field(max_length=40)
    invoice_id: UUID | None = Field(default=None, foreign_key="invoice.id", index=True)
    since: datetime = moment()
    lifted_at: datetime | None = maybe_moment()

    def lift(self, now: datetime) -> None:
        """The reason is gone."""
        self.lifted_at = self.lifted_at or now


class JobAction(StrEnum):
    """What a provisioning job is about."""

    CREATE = "create"
    SUSPEND = "suspend"
    RESUME = "resume"
    RESIZE = "resize"
    REINSTALL = "reinstall"
    TERMINATE = "terminate"


class BuildStep(StrEnum):
    """How far a job has come; written before the step is tried, so that a crash is picked up there."""

    ACCOUNT = "account"
    RESERVE = "reserve"
    BUILD = "build"
    WAIT = "wait"
    CONFIRM = "confirm"
    DONE = "done"


class Trouble(StrEnum):
    """Why a job does not come along, as far as a customer needs to know."""

    AWAY = "away"
    FULL = "full"
    REFUSED = "refused"


class ProvisioningJob(Row, table=True):
    """What we are about to do on a panel. `live_for` is the service while it lives: one job at a time for each.

    `asked_at` is when the panel was last asked to reserve a server, for as long as its answer is not known. `trouble` is
    what the panel said, for staff; `trouble_kind` is set while this step has any. `percent` is how far an installation is,
    where the panel tells.
    """

    __tablename__ = "provisioning_job"
    __unaudited__: ClassVar[str] = "the provisioning log tells its steps"
    __table_args__ = (Index("ix_provisioning_job_open", "finished_at", "created_at"),)

    service_id: UUID = Field(foreign_key="service.id", index=True)
    live_for: UUID | None = Field(default=None, unique=True)
    action: JobAction = Field(sa_type=word(JobAction))
    step: BuildStep = Field(default=BuildStep.ACCOUNT, sa_type=word(BuildStep))
    step_began_at: datetime | None = maybe_moment()
    asked_at: datetime | None = maybe_moment()
    tries: int = 0
    percent: int | None = None
    trouble: str = Field(default="", sa_column=Column(LongText, nullable=False))
    trouble_kind: Trouble | None = Field(default=None, sa_type=word(Trouble))
    created_at: datetime = moment()
    finished_at: datetime | None = maybe_moment()
    failed_at: datetime | None = maybe_moment()

    def begin(self, step: BuildStep, now: datetime) -> None:
        """From here on the panel may have acted on this step. Beginning it again keeps the first moment."""
        if self.step is not step or self.step_began_at is None:
            self.step, self.step_began_at, self.trouble_kind, self.percent = step, now, None, None

    def get_to(self, percent: int | None) -> None:
        """The panel tells how far it is, or tells it no more."""
        self.percent = None if percent is None else min(max(percent, 0), 100)

    def ask(self, now: datetime) -> None:
        """The panel is being asked for a server: until its answer is known, there may be one that we do not know."""
        self.asked_at = now

    def hear(self) -> None:
        """The answer is known."""
        self.asked_at = None

    def finish(self, now: datetime) -> None:
        """Everything is done and verified."""
        self.step, self.finished_at, self.live_for, self.trouble = (BuildStep.DONE, now, None, "")
        self.trouble_kind = None

    def stumble(self, trouble: str, kind: Trouble, *, counts: bool = True) -> None:
        """It did not work this time, and is tried again; a try counts unless it was none."""
        self.tries += int(counts)
        self.trouble, self.trouble_kind = trouble, kind

    def be_answered(self) -> None:
        """The panel is at it, and says so: failures are counted anew."""
        self.tries = 0

    def fail(self, trouble: str, now: datetime, kind: Trouble = Trouble.REFUSED) -> None:
        """It cannot go on without a person, or before there is room."""
        self.trouble, self.trouble_kind, self.failed_at, self.live_for = trouble, kind, now, None


class ProvisioningLog(Row, table=True):
    """What was done on a panel, or what it said, in words without secrets. `told` is what customers read of what failed."""

    __tablename__ = "provisioning_log"
    __unaudited__: ClassVar[str] = "it is a log itself"
    __table_args__ = (Index("ix_provisioning_log_service", "service_id", "id"),)

    service_id: UUID = Field(foreign_key="service.id")
    job_id: UUID | None = Field(default=None, foreign_key="provisioning_job.id")
    at: datetime = moment()
    action: str = Field(max_length=30)
    message: str = Field(max_length=500)
    told: str = Field(default="", max_length=250, sa_column_kwargs={"server_default": ""})
    ok: bool = True
    by: str = Field(default="", max_length=120)


class PanelExchange(Row, table=True):
    """What was said to a panel about a service and what it answered, as JSON without secrets.

    `code` is None where no answer came; `ok` that it was a yes.
    """

    __tablename__ = "panel_exchange"
    __unaudited__: ClassVar[str] = "it is a log itself"
    __table_args__ = (
        Index("ix_panel_exchange_service", "service_id", "id"),
        Index("ix_panel_exchange_panel", "panel", "id"),
        Index("ix_panel_exchange_ok", "ok", "id"),
        Index("ix_panel_exchange_at", "at"),
    )

    service_id: UUID = Field(foreign_key="service.id")
    job_id: UUID | None = Field(default=None, foreign_key="provisioning_job.id")
    panel: str = Field(max_length=40)
    at: datetime = moment()
    method: str = Field(max_length=10)
    path: str = Field(max_length=700)
    code: int | None = None
    ok: bool = True
    milliseconds: int = 0
    sent: str = Field(default="", sa_column=Column(LongText, nullable=False))
    got: str = Field(default="", sa_column=Column(LongText, nullable=False))
    trouble: str = Field(default="", max_length=500)


class Credential(Row, table=True):
    """How to get into a service. `secret` is sealed, bound to this row."""

    service_id: UUID = Field(foreign_key="service.id", unique=True)
    username: str = Field(max_length=60)
    secret: str = Field(sa_type=Sealed)
    stored_at: datetime = moment()
    revealed_at: datetime | None = maybe_moment()


class IpAssignment(Row, table=True):
    """Which service held an address, from when to when."""

    __tablename__ = "ip_assignment"

    service_id: UUID = Field(foreign_key="service.id", index=True)
    address: str = Field(max_length=60, index=True)
    since: datetime = moment()
    until: datetime | None = maybe_moment()
