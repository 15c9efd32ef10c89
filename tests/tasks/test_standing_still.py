"""While the company stands still nothing happens by itself, through whatever part of the engine; then all of it does."""

from datetime import timedelta

import pytest
from sqlmodel import col, func, select

from ezscale.company.standstill import go_on, stand_still
from ezscale.kit.errors import BusinessError, Invalid
from ezscale.kit.jobs import Job, JobStatus
from ezscale.kit.outbox import OutboxEvent
from ezscale.models import MailMessage
from ezscale.reporting.time_machine import ask_to_travel
from ezscale.tasks import company
from tests.company import Company


@pytest.fixture
def at(database, clock, tmp_path):
    """A company with a job that is due and an event that waits, and somebody who has had enough."""
    at = Company(database, clock, tmp_path)
    at.signs_up("Ada Moreno")
    company.relay(at.house)
    at.signs_up("Bob Ferris")
    with at.robot() as work:
        stand_still(work, "Restored.")
    return at


def waiting(at):
    """How many events have no jobs yet, how many jobs are to be done, and how many mails were written."""
    with at.robot() as work:
        events = select(func.count()).where(col(OutboxEvent.relayed_at).is_(None))
        jobs = select(func.count()).where(Job.status == JobStatus.READY)
        return tuple(work.session.exec(each).one() for each in (events, jobs, select(func.count(col(MailMessage.id)))))


def test_nothing_is_entered_relayed_or_run_until_it_goes_on(at):
    before = waiting(at)
    with at.robot() as work:
        job_id = work.session.exec(select(Job.id).where(Job.status == JobStatus.READY)).first()

    company.tick(at.house)
    found = company.relay(at.house), company.due_jobs(at.house)
    company.run_jobs(at.house, [job_id])

    assert (found, waiting(at)) == (([], []), before)
    assert before[0] > 0
    assert before[1] > 0
    with at.robot() as work:
        go_on(work)
    at.lives(days=0.01)
    assert waiting(at) == (0, 0, 2)
    assert at.complaints() == {}


def test_time_does_not_move_over_what_stands_still(at):
    began = at.clock.now

    at.lives(days=30)  # as a journey of the time machine would that is under way

    assert at.clock.now == began
    with at.robot() as work, pytest.raises(BusinessError, match="stands still"):
        ask_to_travel(work, timedelta(days=1))


def test_it_is_said_why_and_goes_on_once(at):
    with at.robot() as work, pytest.raises(Invalid):
        stand_still(work, " ")
    with at.robot() as work:
        go_on(work)
    with at.robot() as work, pytest.raises(BusinessError, match="does not stand still"):
        go_on(work)
