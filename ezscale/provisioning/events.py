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
class BuildTroubled(Event):
    """A build does not come along for the first time; it is tried again."""

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
class ServiceWaitlisted(Event):
    """It is paid, and its panel has no room for it; it is built when there is."""

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
class ServiceResized(Event):
    """It has the size of another plan, as far as its panel could make it so."""

    service_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class ServiceTerminated(Event):
    """It is gone, confirmed by the panel."""

    service_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class ComparisonAsked(Event):
    """A panel shall be compared with our records now."""

    panel: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class PanelCompared(Event):
    """A panel was compared with our records, or did not let itself be compared."""

    panel: str


@dataclass(frozen=True, slots=True)
class FindingSettled(Event):
    """Somebody has seen to a finding."""

    finding_id: UUID
    settled_by: str


@dataclass(frozen=True, slots=True)
class ExtrasMissing(Event):
    """A server was built without something that was bought beside its plan, because its panel does not do that."""

    service_id: UUID
    customer_id: UUID
    missing: str


@dataclass(frozen=True, slots=True)
class StockWanted(Event):
    """A panel shall be asked how much room it has."""

    panel: str
