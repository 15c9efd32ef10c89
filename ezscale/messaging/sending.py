"""Writing mail down, once each, and sending what is written."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_MAIL
from ezscale.kit.database import insert_new, table_of
from ezscale.kit.errors import NotFound, Rejected
from ezscale.kit.settings import settings
from ezscale.kit.work import OpenWork, Work
from ezscale.messaging.composing import compose
from ezscale.messaging.events import MailWritten
from ezscale.messaging.ports import Letter, Mailer
from ezscale.models import MailMessage
from ezscale.models.mail import MailStatus

PAGE = 50


def write_mail(
    work: Work,
    template: str,
    to: str,
    once: str,
    values: dict[str, object],
    *,
    link: str = "",
    customer: UUID | None = None,
) -> None:
    """Write a mail from a template. The same template for the same `once` is written, and sent, once."""
    composed = compose(template, {"company": settings().company_name, **values}, link)
    row = MailMessage(
        once_key=f"{template}:{once}",
        customer_id=customer,
        to=to,
        template=template,
        subject=composed.subject,
        text=composed.text,
        html=composed.html,
        written_at=work.now,
    )
    insert_new(work.session, table_of(MailMessage), [row.model_dump()])
    stored = select(MailMessage.id).where(MailMessage.once_key == row.once_key)
    if work.session.exec(stored).one() == row.id:
        work.emit(MailWritten(row.id))


def is_written(work: Work, template: str, once: str) -> bool:
    """Whether a mail from this template was written for this `once` already."""
    return (
        work.session.exec(select(MailMessage.id).where(MailMessage.once_key == f"{template}:{once}")).first()
        is not None
    )


def send_mail(open_work: OpenWork, mailer: Mailer, mail_id: UUID) -> None:
    """Hand a written mail to its carrier. A mail that is on its way already is left alone."""
    with open_work() as work:
        message = work.session.get(MailMessage, mail_id)
        if message is None or message.status is not MailStatus.QUEUED:
            return
    own = settings()
    letter = Letter(
        message_id=f"<{message.id}@{own.company_email.partition('@')[2]}>",
        sender=f"{own.company_name} <{own.company_email}>",
        to=message.to,
        subject=message.subject,
        text=message.text,
        html=message.html,
    )
    try:
        mailer.send(letter)
    except Rejected:
        with open_work() as work:
            work.session.get_one(MailMessage, mail_id).refused()
        return
    with open_work() as work:
        work.session.get_one(MailMessage, mail_id).sent(work.now)


def unsent(work: Work, limit: int = 200) -> list[UUID]:
    """Mail that should have left a while ago."""
    waiting = select(MailMessage.id).where(
        MailMessage.status == MailStatus.QUEUED, MailMessage.written_at < work.now - timedelta(minutes=30)
    )
    return list(work.session.exec(waiting.order_by(col(MailMessage.id)).limit(limit)))


def mails(
    work: Work, *, customer_id: UUID | None = None, before: UUID | None = None, limit: int = PAGE
) -> list[MailMessage]:
    """What was written, newest first; `before` is the last id of a page. Staff only."""
    work.actor.require(SEE_MAIL)
    found = select(MailMessage)
    if customer_id is not None:
        found = found.where(MailMessage.customer_id == customer_id)
    if before is not None:
        found = found.where(col(MailMessage.id) < before)
    return list(work.session.exec(found.order_by(col(MailMessage.id).desc()).limit(limit)))


def mail(work: Work, mail_id: UUID) -> MailMessage:
    """One mail. Staff only."""
    work.actor.require(SEE_MAIL)
    found = work.session.get(MailMessage, mail_id)
    if found is None:
        raise NotFound("We could not find this mail.")
    return found
