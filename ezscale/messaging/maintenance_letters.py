"""The letter about maintenance: to each whom it concerns, once."""

from uuid import UUID

from babel.dates import format_datetime

from ezscale.kit.settings import settings
from ezscale.kit.work import Work
from ezscale.messaging.sending import write_mail
from ezscale.messaging.wording import address_of
from ezscale.models import Customer, Maintenance


def maintenance(work: Work, about: Maintenance, customer_id: UUID) -> None:
    """What is worked on, from when to when. Nothing, when it is over or was cancelled before it was written."""
    if about.is_over(work.now):
        return
    customer = work.session.get_one(Customer, customer_id)
    begins, ends = (
        format_datetime(moment.astimezone(settings().zone), "d MMMM y, HH:mm zzz", locale=customer.language)
        for moment in (about.begins_at, about.ends_at)
    )
    values: dict[str, object] = {
        "name": customer.name,
        "title": about.title,
        "text": about.text,
        "begins": begins,
        "ends": ends,
    }
    once = f"{about.id.hex}:{customer_id.hex}"
    write_mail(
        work, "maintenance", customer.email, once, values, link=address_of("/account/services/"), customer=customer.id
    )
