"""Throwing away what nobody will ask for again. Nothing about money, people or services is ever deleted here."""

from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import col

from ezscale.kit.jobs import Job, JobStatus
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.work import Work
from ezscale.models import LoginAttempt, OneTimeToken, SignInStep

KEPT = timedelta(days=14)


def tidy(work: Work) -> None:
    """Delete finished jobs, relayed events, old tries to sign in, stale links and sign-ins that were never finished."""
    old = work.now - KEPT
    for gone in (
        delete(Job).where(col(Job.status) == JobStatus.DONE, col(Job.finished_at) < old),
        delete(OutboxEvent).where(col(OutboxEvent.relayed_at) < old),
        delete(LoginAttempt).where(col(LoginAttempt.at) < old),
        delete(OneTimeToken).where(col(OneTimeToken.expires_at) < old),
        delete(SignInStep).where(col(SignInStep.expires_at) < old),
    ):
        work.session.execute(gone)
