"""Throwing away what nobody will ask for again. Nothing about money or services is ever deleted here.

What is known of people are old lines of their sign-in history. Who counts as an account's owner when tries are counted
(accounts/lockouts.py) is read from the sessions, which stay.
"""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlmodel import col

from ezscale.kit.jobs import Job, JobStatus
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.work import Work
from ezscale.models import (
    ConsoleSession,
    Invoice,
    LoginAttempt,
    OneTimeToken,
    PanelExchange,
    PayLink,
    SignIn,
    SignInStep,
)
from ezscale.models.pay_link import LASTS_PAST_DUE
from ezscale.provisioning.exchanges import kept_since

KEPT = timedelta(days=14)
SIGN_INS_KEPT = timedelta(days=365)  # whoever looks once a year still sees everybody who came in
WRONG_TRIES_KEPT = timedelta(days=90)  # strangers write these, as many as they like; by then it shows who meant it


def tidy(work: Work) -> None:
    """Delete finished jobs, relayed events, consoles long closed, stale links, sign-ins that were never finished, and old sign-in history."""
    old = work.now - KEPT
    long_due = select(col(Invoice.id)).where(col(Invoice.due_on) < work.today - LASTS_PAST_DUE - KEPT)
    for gone in (
        delete(Job).where(col(Job.status) == JobStatus.DONE, col(Job.finished_at) < old),
        delete(OutboxEvent).where(col(OutboxEvent.relayed_at) < old),
        delete(ConsoleSession).where(col(ConsoleSession.closed_at) < old),
        delete(LoginAttempt).where(col(LoginAttempt.at) < old),
        delete(OneTimeToken).where(col(OneTimeToken.expires_at) < old),
        delete(PayLink).where(col(PayLink.invoice_id).in_(long_due)),
        delete(SignInStep).where(col(SignInStep.expires_at) < old),
        delete(SignIn).where(col(SignIn.ok).is_(True), col(SignIn.at) < work.now - SIGN_INS_KEPT),
        delete(PanelExchange).where(col(PanelExchange.at) < kept_since(work)),
        delete(SignIn).where(col(SignIn.ok).is_(False), col(SignIn.at) < work.now - WRONG_TRIES_KEPT),
    ):
        work.session.execute(gone)
