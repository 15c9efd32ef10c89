"""What is being done on the panels, what failed there, and the log of it all."""

from dataclasses import dataclass
from typing import Self

import reflex as rx

from ezscale.kit.work import Work
from ezscale.models import ProvisioningJob, ProvisioningLog, Service
from ezscale.models.service import JobAction, ServiceStatus
from ezscale.provisioning.jobs import open_jobs, retry_build
from ezscale.provisioning.logbook import latest_log
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.arguments import sent_id
from ezscale.state.reader import Reader
from ezscale.state.turning import PAGE

MOST_JOBS = 100
CAN_GO_ON = (ServiceStatus.FAILED, ServiceStatus.WAITLISTED)


@dataclass
class JobView:
    """Something that is being done, or could not be done."""

    id: str
    service_id: str
    number: str
    hostname: str
    action: str
    step: str
    tries: str
    trouble: str
    asked: str
    failed: bool
    may_retry: bool

    @classmethod
    def of(cls, job: ProvisioningJob, service: Service, reader: Reader) -> Self:
        """A job with its service. Only the build of a service that failed, or has no room, can be tried again."""
        failed = job.failed_at is not None
        return cls(
            id=str(job.id),
            service_id=str(service.id),
            number=service.number,
            hostname=service.hostname,
            action=job.action.capitalize(),
            step=job.step.capitalize(),
            tries=str(job.tries),
            trouble=job.trouble,
            asked=reader.moment(job.created_at),
            failed=failed,
            may_retry=failed and job.action is JobAction.CREATE and service.status in CAN_GO_ON,
        )


@dataclass
class LogView:
    """A line of the provisioning log."""

    id: str
    at: str
    message: str
    ok: bool
    by: str
    service_id: str
    number: str

    @classmethod
    def of(cls, line: ProvisioningLog, service: Service, reader: Reader) -> Self:
        """A line with the service it is about."""
        return cls(
            str(line.id), reader.moment(line.at), line.message, line.ok, line.by, str(service.id), service.number
        )


class ProvisioningState(Listing, StaffState):
    """The workshop: jobs under way and failed, and the log, newest first."""

    jobs: list[JobView] = []
    rows: list[LogView] = []

    _address = "/admin/provisioning/"

    @rx.event
    async def retry(self, service_id: str) -> None:
        """Let a failed build go on."""
        asked = sent_id(service_id)
        await self.perform(lambda work: retry_build(work, asked))
        await self._show()
        self.say("The build goes on where it stopped.")

    async def _show(self) -> None:
        before, reader = self._before, self._reader()

        def reading(work: Work) -> tuple[list[JobView], list[LogView]]:
            jobs = [JobView.of(job, service, reader) for job, service in open_jobs(work, MOST_JOBS)]
            lines = latest_log(work, before, PAGE + 1)
            return jobs, [LogView.of(line, service, reader) for line, service in lines]

        self.jobs, lines = await self.read(reading)
        self.rows = self._cut(lines)
