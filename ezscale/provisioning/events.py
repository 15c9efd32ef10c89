"""What happens to services."""

from dataclasses import dataclass
from uuid import UUID

from ezscale.kit.events import Event


@dataclass(frozen=True, slots=True)
class JobRequested(Event):
    """Something shall be done on a panel; the job row says what."""

    job_id: UUID
    service_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class BuildProgressed(Event):
    """A build has come a step further."""

    service_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class ServiceReady(Event):
    """It runs, verified on the panel."""

    service_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class ServiceFailed(Event):
    """It could not be built; a person has to look."""

    service_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class ServiceSuspended(Event):
    """It stands still, confirmed by the panel."""

    service_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class ServiceResumed(Event):
    """It runs again, confirmed by the panel."""

    service_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class ServiceTerminated(Event):
    """It is gone, confirmed by the panel."""

    service_id: UUID
    customer_id: UUID
