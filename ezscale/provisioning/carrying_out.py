"""Doing what a provisioning job says, and what happens when the panel does not play along."""

from uuid import UUID

from ezscale.kit.encryption import Vault
from ezscale.kit.errors import NotNow, Rejected, TemporaryFailure
from ezscale.kit.vendor_lines import silent_lines
from ezscale.kit.work import OpenWork
from ezscale.models.service import JobAction, ServiceStatus
from ezscale.provisioning.building import NotYet, build
from ezscale.provisioning.events import ServiceFailed
from ezscale.provisioning.jobs import Panels, assignment, panel_of
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.resizing import resize
from ezscale.provisioning.stopping import resume, suspend, terminate

MOST_TRIES = 30
DEEDS = {
    JobAction.SUSPEND: suspend,
    JobAction.RESUME: resume,
    JobAction.RESIZE: resize,
    JobAction.TERMINATE: terminate,
}


def carry_out(open_work: OpenWork, panels: Panels, vault: Vault, job_id: UUID) -> None:
    """Do a job, or go on with it. TemporaryFailure means: call again later; a job that cannot succeed is failed.

    No try counts while a panel is silent, or wants to be left alone.
    """
    with open_work() as work:
        task = assignment(work, job_id)
    if task is None:
        return
    try:
        panel = panel_of(panels, task.service.panel)
        if task.job.action is JobAction.CREATE:
            build(open_work, panel, vault, job_id)
        else:
            DEEDS[task.job.action](open_work, panel, job_id)
    except (NotYet, NotNow):
        raise
    except TemporaryFailure as failure:
        if _note_trouble(open_work, job_id, failure.message) >= MOST_TRIES:
            _give_up(open_work, job_id, f"Gave up after {MOST_TRIES} tries: {failure.message}")
            return
        raise
    except Rejected as refusal:
        _give_up(open_work, job_id, refusal.message)


def _note_trouble(open_work: OpenWork, job_id: UUID, message: str) -> int:
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None:
            return 0
        task.job.tries += 0 if silent_lines(work) else 1  # what waits for a silent panel goes on when it is back
        if task.job.trouble != message:
            write_log(work, task.service.id, task.job.action, f"Will be tried again: {message}", job=task.job, ok=False)
        task.job.trouble = message
        return task.job.tries


def _give_up(open_work: OpenWork, job_id: UUID, trouble: str) -> None:
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None:
            return
        task.job.fail(trouble, work.now)
        write_log(work, task.service.id, task.job.action, trouble, job=task.job, ok=False)
        if task.service.status is ServiceStatus.BUILDING:
            task.service.fail()
            work.emit(ServiceFailed(task.service.id, task.service.customer_id))
