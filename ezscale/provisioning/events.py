"""What happens to services."""

from dataclasses import dataclass
from datetime import date
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
class ServiceReinstalled(Event):
    """Another system is on it, verified on the panel."""

    job_id: UUID
    service_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class ReinstallFailed(Event):
    """No other system could be installed on it, or nobody knows whether one was."""

    job_id: UUID
    service_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class ServiceTerminated(Event):
    """It is gone, confirmed by the panel."""

    service_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class DeletionPlanned(Event):
    """Its subscription has ended: it will be deleted on a day, or on another day than was said."""

    deletion_id: UUID
    service_id: UUID
    customer_id: UUID
    due_on: date


@dataclass(frozen=True, slots=True)
class DeletionNear(Event):
    """It will be deleted tomorrow."""

    deletion_id: UUID
    service_id: UUID
    customer_id: UUID
    due_on: date


@dataclass(frozen=True, slots=True)
class DeletionCalledOff(Event):
    """It stays for now, though nobody pays for it."""

    deletion_id: UUID
    service_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class MaintenanceAnnounced(Event):
    """Those whom it concerns shall be written to."""

    maintenance_id: UUID
    announced_by: str


@dataclass(frozen=True, slots=True)
class PanelHinted(Event):
    """A panel says that something has happened to a server; nobody believes it before they have looked."""

    panel: str
    remote_id: str


@dataclass(frozen=True, slots=True)
class ConsoleLeft(Event):
    """Nobody sits before a console any more."""

    session_id: UUID


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


@dataclass(frozen=True, slots=True)
class ReverseNameWished(Event):
    """The DNS server shall say something else of an address; the row says what."""

    name_id: UUID
    service_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class ReverseNameWritten(Event):
    """The DNS server says of an address what it shall say, or refuses to."""

    name_id: UUID
    service_id: UUID
    customer_id: UUID
