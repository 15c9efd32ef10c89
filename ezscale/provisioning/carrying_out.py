"""Doing what a provisioning job says, and what happens when the panel does not play along."""

from uuid import UUID

from ezscale.kit.encryption import Vault
from ezscale.kit.errors import NotNow, Rejected, TemporaryFailure
from ezscale.kit.vendor_lines import silent_lines
from ezscale.kit.work import OpenWork, Work
from ezscale.models.service import JobAction, ServiceStatus, Trouble
from ezscale.provisioning.building import NotYet, build
from ezscale.provisioning.events import BuildProgressed, BuildTroubled, ServiceFailed, ServiceWaitlisted
from ezscale.provisioning.jobs import Assignment, Panels, assignment, panel_of
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.ports import OutOfStock
from ezscale.provisioning.resizing import resize
from ezscale.provisioning.stopping import resume, suspend, terminate
from ezscale.provisioning.trouble import told_of_end, told_of_retry

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
    except NotYet:
        raise
    except NotNow as pause:
        if not task.job.trouble:
            _note_silence(open_work, job_id, pause.message)
        raise
    except TemporaryFailure as failure:
        if _note_trouble(open_work, job_id, failure.message) >= MOST_TRIES:
            _give_up(open_work, job_id, f"Gave up after {MOST_TRIES} tries: {failure.message}", Trouble.AWAY)
            return
        raise
    except OutOfStock as refusal:
        _give_up(open_work, job_id, refusal.message, Trouble.FULL)
    except Rejected as refusal:
        _give_up(open_work, job_id, refusal.message, Trouble.REFUSED)


def _note_silence(open_work: OpenWork, job_id: UUID, message: str) -> None:
    """Nobody was asked, because the panel is silent: whoever waits is told all the same. One that wants a rest is no trouble."""
    with open_work() as work:
        is_silent = bool(silent_lines(work))
    if is_silent:
        _note_trouble(open_work, job_id, message)


def _note_trouble(open_work: OpenWork, job_id: UUID, message: str) -> int:
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None:
            return 0
        job, is_first, is_news = task.job, not task.job.trouble, task.job.trouble != message
        # what waits for a silent panel goes on when it is back
        job.stumble(message, Trouble.AWAY, counts=not silent_lines(work))
        if is_news:
            told = told_of_retry(job.action, job.step, Trouble.AWAY)
            line = f"Will be tried again: {message}"
            write_log(work, task.service.id, job.action, line, job=job, ok=False, told=told)
        if job.action is JobAction.CREATE and is_news:
            _tell(work, task, is_first=is_first)
        return job.tries


def _tell(work: Work, task: Assignment, *, is_first: bool) -> None:
    """The first trouble of a build is told by mail, too; what comes after it is seen on the page."""
    happened = BuildTroubled if is_first else BuildProgressed
    work.emit(happened(task.service.id, task.service.customer_id))


def _give_up(open_work: OpenWork, job_id: UUID, trouble: str, kind: Trouble) -> None:
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None:
            return
        job, service = task.job, task.service
        job.fail(trouble, work.now, kind)
        told = told_of_end(job.action, job.step, kind)
        write_log(work, service.id, job.action, trouble, job=job, ok=False, told=told)
        if service.status is not ServiceStatus.BUILDING:
            return
        if kind is Trouble.FULL and service.remote_id is None:
            service.wait_for_stock()
            work.emit(ServiceWaitlisted(service.id, service.customer_id))
        else:
            service.fail()
            work.emit(ServiceFailed(service.id, service.customer_id))
