"""Doing what a provisioning job says, and what happens when the panel does not play along."""

from uuid import UUID

from ezscale.kit.encryption import Vault
from ezscale.kit.errors import NotNow, NotYet, Rejected, TemporaryFailure
from ezscale.kit.vendor_lines import silent_lines
from ezscale.kit.work import OpenWork, Work
from ezscale.models.service import JobAction, ServiceStatus, Trouble
from ezscale.provisioning.building import build
from ezscale.provisioning.events import (
    BuildProgressed,
    BuildTroubled,
    ExtrasMissing,
    ReinstallFailed,
    ServiceFailed,
    ServiceWaitlisted,
)
from ezscale.provisioning.exchanges import About, on_record
from ezscale.provisioning.jobs import Assignment, Panels, assignment, panel_of
from ezscale.provisioning.logbook import write_log
from ezscale.provisioning.ports import OutOfStock
from ezscale.provisioning.reinstalling import reinstall
from ezscale.provisioning.resizing import resize
from ezscale.provisioning.specs import in_words
from ezscale.provisioning.stopping import resume, suspend, terminate
from ezscale.provisioning.trouble import told_of_end, told_of_retry

MOST_TRIES = 30  # in a row
WITH_LOGIN = {JobAction.CREATE: build, JobAction.REINSTALL: reinstall}
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
    with on_record(open_work, About(task.service.id, task.service.panel, job_id)) as recorded:
        _do(recorded, panels, vault, task)


def _do(open_work: OpenWork, panels: Panels, vault: Vault, task: Assignment) -> None:
    job_id = task.job.id
    try:
        panel = panel_of(panels, task.service.panel)
        if task.job.action in WITH_LOGIN:
            WITH_LOGIN[task.job.action](open_work, panel, vault, job_id)
        else:
            DEEDS[task.job.action](open_work, panel, job_id)
    except NotYet:
        _note_answer(open_work, task)
        raise
    except NotNow as failure:
        _note_silence(open_work, job_id, failure.message)
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


def _note_answer(open_work: OpenWork, task: Assignment) -> None:
    if not task.job.tries:
        return
    with open_work() as work:
        if (still := assignment(work, task.job.id)) is not None:
            still.job.be_answered()


def _note_trouble(open_work: OpenWork, job_id: UUID, message: str) -> int:
    with open_work() as work:
        task = assignment(work, job_id)
        if task is None:
            return 0
        counts = not _is_silent(work, task.service.panel)  # what waits for it goes on when it is back
        _stumble(work, task, message, counts=counts)
        return task.job.tries


def _note_silence(open_work: OpenWork, job_id: UUID, message: str) -> None:
    """Nobody asks a silent panel, and whoever waits for it is told all the same; a moment's rest is no trouble."""
    with open_work() as work:
        task = assignment(work, job_id)
        if task is not None and task.job.trouble_kind is None and _is_silent(work, task.service.panel):
            _stumble(work, task, message, counts=False)


def _stumble(work: Work, task: Assignment, message: str, *, counts: bool) -> None:
    job, is_first, is_news = task.job, not task.job.trouble, task.job.trouble != message
    job.stumble(message, Trouble.AWAY, counts=counts)
    if not is_news:
        return
    told = told_of_retry(job.action, job.step, Trouble.AWAY)
    write_log(work, task.service.id, job.action, f"Will be tried again: {message}", job=job, ok=False, told=told)
    if job.action is JobAction.CREATE:
        # The first trouble is told by mail, too; what comes after it is seen on the page.
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
        if job.action is JobAction.REINSTALL:
            work.emit(ReinstallFailed(job_id, service.id, service.customer_id))
        if job.action is JobAction.RESIZE and service.lacks_options:
            work.emit(ExtrasMissing(service.id, service.customer_id, in_words(task.spec.extras)))
        if service.status is not ServiceStatus.BUILDING:
            return
        if kind is Trouble.FULL and service.remote_id is None:
            service.wait_for_stock()
            work.emit(ServiceWaitlisted(service.id, service.customer_id))
        else:
            service.fail()
            work.emit(ServiceFailed(service.id, service.customer_id))


def _is_silent(work: Work, panel: str) -> bool:
    return any(line.name.partition(",")[0] == panel for line in silent_lines(work))
