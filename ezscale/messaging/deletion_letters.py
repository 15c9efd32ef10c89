"""Letters about what is going to be deleted: when the day is known, and the day before."""

from datetime import date
from uuid import UUID

from babel.dates import format_date

from ezscale.kit.work import Work
from ezscale.messaging.sending import is_written, write_mail
from ezscale.messaging.wording import address_of
from ezscale.models import Customer, Deletion, Service
from ezscale.models.deletion import DeletionStatus

PLANNED, NEAR = "deletion_planned", "deletion_near"


def deletion_planned(work: Work, deletion_id: UUID, due_on: date) -> None:
    """That a service stands still and will be deleted, on which day, and what can be done until then."""
    _write(work, PLANNED, deletion_id, due_on)


def deletion_near(work: Work, deletion_id: UUID, due_on: date) -> None:
    """That it is deleted tomorrow. Nothing, when somebody has decided otherwise meanwhile."""
    deletion = work.session.get_one(Deletion, deletion_id)
    if deletion.status is DeletionStatus.PLANNED and deletion.due_on == due_on:
        _write(work, NEAR, deletion_id, due_on)


def is_told_of_deletion(work: Work, deletion_id: UUID, due_on: date) -> bool:
    """Whether the customer has been written to of this day: nothing is deleted without."""
    once = _once(deletion_id, due_on)
    return is_written(work, PLANNED, once) or is_written(work, NEAR, once)


def _write(work: Work, template: str, deletion_id: UUID, due_on: date) -> None:
    deletion = work.session.get_one(Deletion, deletion_id)
    service = work.session.get_one(Service, deletion.service_id)
    customer = work.session.get_one(Customer, service.customer_id)
    values: dict[str, object] = {
        "name": customer.name,
        "hostname": service.hostname,
        "day": format_date(due_on, "long", locale=customer.language),
    }
    link = address_of(f"/account/service/?id={service.id}")
    once = _once(deletion_id, due_on)
    write_mail(work, template, customer.email, once, values, link=link, customer=customer.id)


def _once(deletion_id: UUID, due_on: date) -> str:
    return f"{deletion_id.hex}:{due_on}"
