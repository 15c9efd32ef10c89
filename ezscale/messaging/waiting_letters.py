"""Letters to whoever waits: for a build that does not come along, for room, or for their turn on a waitlist."""

from urllib.parse import urlencode
from uuid import UUID

from babel.dates import format_datetime

from ezscale.kit.work import Work
from ezscale.messaging.letters import about_service
from ezscale.messaging.sending import write_mail
from ezscale.messaging.wording import address_of
from ezscale.models import Customer, Location, Plan, Service, WaitlistPlace
from ezscale.models.service import ServiceStatus
from ezscale.models.waitlist import WaitlistStatus


def build_troubled(work: Work, service_id: UUID) -> None:
    """When a build does not come along at once; once for each service, and not when it runs, or is given up, by now."""
    if _stands(work, service_id) is ServiceStatus.BUILDING:
        about_service(work, service_id, "build_troubled", once=service_id.hex)


def service_failed(work: Work, service_id: UUID) -> None:
    """When a build was given up; not when it is tried again, or runs, by now."""
    if _stands(work, service_id) is ServiceStatus.FAILED:
        about_service(work, service_id, "service_failed")


def service_waitlisted(work: Work, service_id: UUID) -> None:
    """When there is no room for what is paid; once for each service, however often room is looked for."""
    if _stands(work, service_id) is ServiceStatus.WAITLISTED:
        about_service(work, service_id, "service_waitlisted", once=service_id.hex)


def service_terminated(work: Work, service_id: UUID) -> None:
    """When a service is gone; the owner of one that never ran knows what became of it."""
    if work.session.get_one(Service, service_id).active_since is not None:
        about_service(work, service_id, "service_terminated")


def waitlist_offer(work: Work, place_id: UUID) -> None:
    """To whoever has waited for a plan, when one is set aside for them; not when they have decided already."""
    place = work.session.get_one(WaitlistPlace, place_id)
    if place.status is WaitlistStatus.OFFERED:
        _about_place(work, place, "waitlist_offer")


def waitlist_expired(work: Work, place_id: UUID) -> None:
    """To somebody who did not order in time what was set aside for them."""
    _about_place(work, work.session.get_one(WaitlistPlace, place_id), "waitlist_expired")


def _stands(work: Work, service_id: UUID) -> ServiceStatus:
    return work.session.get_one(Service, service_id).status


def _about_place(work: Work, place: WaitlistPlace, template: str) -> None:
    plan, customer = work.session.get_one(Plan, place.plan_id), work.session.get_one(Customer, place.customer_id)
    until = (place.offered_until or work.now).astimezone(work.zone)
    words = format_datetime(until, "d MMMM y, H:mm z", locale=customer.language)
    values: dict[str, object] = {"name": customer.name, "plan": plan.name, "until": words}
    there = work.session.get(Location, place.location_id) if place.location_id else None
    wanted = {"plan": plan.slug} | ({"location": there.slug} if there else {})
    link = address_of(f"/order/?{urlencode(wanted)}")
    write_mail(work, template, customer.email, place.id.hex, values, link=link, customer=customer.id)
