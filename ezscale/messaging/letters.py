"""Letters about people, orders and services: one function for each occasion. Rooms beside this one are known by their rows only."""

from datetime import date, datetime, timedelta
from uuid import UUID

from babel.dates import format_date
from sqlmodel import col, func, select

from ezscale.accounts.invitations import new_invitation_secret
from ezscale.accounts.mailed_links import new_link_secret
from ezscale.catalog.cycles import cycle_words
from ezscale.kit.settings import settings
from ezscale.kit.work import Work
from ezscale.messaging.sending import is_written, write_mail
from ezscale.messaging.wording import address_of
from ezscale.models import (
    Cancellation,
    Customer,
    Invitation,
    Membership,
    Offer,
    Order,
    OrderHold,
    PaymentAttempt,
    Plan,
    PriceChange,
    PriceNotice,
    Service,
    Subscription,
    SubscriptionItem,
    Suspension,
    User,
)
from ezscale.models.customer import MemberRole
from ezscale.models.service import SuspensionReason
from ezscale.models.sign_in import TokenPurpose

INVITATION_LASTS = timedelta(days=3)
STANDS_STILL = {
    SuspensionReason.NON_PAYMENT: "service_suspended",
    SuspensionReason.PAUSED: "service_paused",
    SuspensionReason.DISPUTED: "service_disputed",
}


def welcome(work: Work, user_id: UUID) -> None:
    """To somebody who has just made an account."""
    _to_user(work, user_id, "welcome", f"{user_id.hex}", TokenPurpose.VERIFY_EMAIL, "/verify/")


def reset_link(work: Work, user_id: UUID, asked_at: datetime) -> None:
    """To the owner of an account for which a new password was asked; one for each time it was asked."""
    once = f"{user_id.hex}:{asked_at.timestamp():.0f}"
    _to_user(work, user_id, "reset_link", once, TokenPurpose.RESET_PASSWORD, "/reset/")


def password_changed(work: Work, user_id: UUID, at: datetime) -> None:
    """To somebody whose password was changed; one for each time it was."""
    user = work.session.get_one(User, user_id)
    once = f"{user_id.hex}:{at.timestamp():.0f}"
    write_mail(work, "password_changed", user.email, once, {"name": user.name}, link=address_of("/forgotten/"))


def email_change(work: Work, user_id: UUID, asked_at: datetime) -> None:
    """To the new address, with the link that proves it, and to the old one, with what to do if it was somebody else."""
    user = work.session.get_one(User, user_id)
    once = f"{user_id.hex}:{asked_at.timestamp():.6f}"
    if not user.new_email or is_written(work, "email_change", once):
        return  # they have changed their mind, or a new link would end the one that was mailed
    values: dict[str, object] = {"name": user.name, "new_email": user.new_email}
    link = address_of(f"/change-email/?token={new_link_secret(work, user_id, TokenPurpose.CHANGE_EMAIL)}")
    write_mail(work, "email_change", user.new_email, once, values, link=link)
    write_mail(work, "email_change_notice", user.email, once, values, link=address_of("/forgotten/"))


def email_changed(work: Work, user_id: UUID, old_email: str, at: datetime) -> None:
    """To the address that was given up."""
    user = work.session.get_one(User, user_id)
    once = f"{user_id.hex}:{at.timestamp():.6f}"
    write_mail(work, "email_changed", old_email, once, {"name": user.name, "email": settings().company_email})


def second_factor_changed(work: Work, user_id: UUID, what: str, at: datetime) -> None:
    """To somebody to whose ways to prove who they are something was added, or from whose something was taken."""
    user = work.session.get_one(User, user_id)
    once = f"{user_id.hex}:{at.timestamp():.6f}"
    values: dict[str, object] = {"name": user.name, "what": what}
    write_mail(work, "second_factor_changed", user.email, once, values, link=address_of("/forgotten/"))


def invitation(work: Work, invitation_id: UUID, asked_at: datetime) -> None:
    """To somebody who is asked to join a customer, or to use one of its servers; one for each time they are asked."""
    asked = work.session.get_one(Invitation, invitation_id, with_for_update=True)
    once = f"{invitation_id.hex}:{asked_at.timestamp():.0f}"
    if not asked.is_open(work.now) or is_written(work, "invitation", once):
        return  # a new link would end the one that was mailed
    customer = work.session.get_one(Customer, asked.customer_id)
    values: dict[str, object] = {
        "by": asked.invited_by,
        "account": customer.company or customer.name,
        "role": asked.role.value,
        "hostname": _hostname(work, asked.service_id),
    }
    link = address_of(f"/invitation/?token={new_invitation_secret(work, asked)}")
    write_mail(work, "invitation", asked.email, once, values, link=link, customer=customer.id)


def member_joined(work: Work, user_id: UUID, customer_id: UUID, service_id: UUID | None, at: datetime) -> None:
    """To the owners, when somebody has accepted an invitation."""
    newcomer, customer = work.session.get_one(User, user_id), work.session.get_one(Customer, customer_id)
    owners = (
        select(User)
        .join(Membership, col(Membership.user_id) == User.id)
        .where(Membership.customer_id == customer_id, Membership.role == MemberRole.OWNER, User.id != user_id)
    )
    for owner in work.session.exec(owners.order_by(col(User.id))):
        values: dict[str, object] = {
            "name": owner.name,
            "who": newcomer.name,
            "email": newcomer.email,
            "account": customer.company or customer.name,
            "hostname": _hostname(work, service_id),
        }
        once = f"{owner.id.hex}:{user_id.hex}:{customer_id.hex}:{at.timestamp():.0f}"
        link = address_of("/account/people/")
        write_mail(work, "member_joined", owner.email, once, values, link=link, customer=customer_id)


def member_removed(work: Work, user_id: UUID, customer_id: UUID, service_id: UUID | None, at: datetime) -> None:
    """To somebody who does not belong to a customer any more, or may not use one of its servers any more."""
    user, customer = work.session.get_one(User, user_id), work.session.get_one(Customer, customer_id)
    values: dict[str, object] = {
        "name": user.name,
        "account": customer.company or customer.name,
        "hostname": _hostname(work, service_id),
    }
    once = f"{user_id.hex}:{service_id or customer_id}:{at.timestamp():.0f}"
    write_mail(work, "member_removed", user.email, once, values)


def colleague_invited(work: Work, user_id: UUID, at: datetime) -> None:
    """To somebody who shall work here, with a link to choose a password; one for each time they were invited."""
    once = f"{user_id.hex}:{at.timestamp():.6f}"
    if is_written(work, "colleague_invited", once):
        return  # a new link would end the one that was mailed
    user = work.session.get_one(User, user_id)
    secret = new_link_secret(work, user_id, TokenPurpose.RESET_PASSWORD, lasts=INVITATION_LASTS)
    values: dict[str, object] = {"name": user.name, "days": INVITATION_LASTS.days}
    link = f"{settings().staff_url}/reset/?token={secret}"
    write_mail(work, "colleague_invited", user.email, once, values, link=link)


def access_changed(work: Work, user_id: UUID, how: str, words: str, at: datetime) -> None:
    """To somebody who may do something else now, or nothing any more; `how` is the template."""
    user = work.session.get_one(User, user_id)
    once = f"{user_id.hex}:{at.timestamp():.6f}"
    is_staff = user.staff_role_id is not None
    link = f"{settings().staff_url}/login/" if is_staff else address_of("/login/")
    write_mail(work, how, user.email, once, {"name": user.name, "words": words}, link=link)


def customer_standing(work: Work, template: str, customer_id: UUID, reason: str, at: datetime) -> None:
    """To a customer who was suspended or brought back."""
    customer = work.session.get_one(Customer, customer_id)
    once = f"{customer_id.hex}:{at.timestamp():.6f}"
    values: dict[str, object] = {"name": customer.name, "words": reason}
    link = address_of("/account/invoices/")
    write_mail(work, template, customer.email, once, values, link=link, customer=customer.id)


def cancellation(work: Work, cancellation_id: UUID) -> None:
    """Confirms a cancellation that still stands."""
    wish = work.session.get_one(Cancellation, cancellation_id)
    if wish.withdrawn_at is not None:
        return
    subscription = work.session.get_one(Subscription, wish.subscription_id)
    customer = work.session.get_one(Customer, subscription.customer_id)
    item = work.session.exec(
        select(SubscriptionItem).where(
            SubscriptionItem.subscription_id == subscription.id, col(SubscriptionItem.ended_on).is_(None)
        )
    ).first()
    values: dict[str, object] = {
        "name": customer.name,
        "item": item.description if item else subscription.number,
        "ends_on": format_date(wish.effective_on, "long", locale=customer.language),
    }
    link = address_of("/account/services/")
    write_mail(work, "cancellation", customer.email, wish.id.hex, values, link=link, customer=customer.id)


def price_change(work: Work, change_id: UUID, customer_id: UUID) -> None:
    """To a customer who will pay another price, once, unless the change was withdrawn meanwhile."""
    if work.session.get_one(PriceChange, change_id).withdrawn_at is None:
        _about_price(work, "price_change", change_id, customer_id)


def price_stays(work: Work, change_id: UUID, customer_id: UUID) -> None:
    """To a customer who was told of a change that will not happen. Who was not mailed of it hears nothing."""
    if is_written(work, "price_change", _once(change_id, customer_id)):
        _about_price(work, "price_stays", change_id, customer_id)


def order_held(work: Work, order_id: UUID) -> None:
    """When an order is paid and a person looks at it before it is built."""
    order, customer = _order(work, order_id)
    _about_order(work, "order_held", order, customer)


def order_reserved(work: Work, order_id: UUID, attempt_id: UUID) -> None:
    """When the money for an order is reserved and a person looks at it before it is taken; once for each time it is."""
    order, customer = _order(work, order_id)
    reserved = work.session.get_one(PaymentAttempt, attempt_id).amount.format(customer.language)
    _about_order(work, "order_reserved", order, customer, once=attempt_id, reserved=reserved)


def order_unpaid_again(work: Work, order_id: UUID, attempt_id: UUID) -> None:
    """When what was reserved for an order is gone and was not taken: why, and where to pay anew."""
    order, customer = _order(work, order_id)
    attempt = work.session.get_one(PaymentAttempt, attempt_id)
    reserved, refused = attempt.amount.format(customer.language), attempt.taking_at is not None
    _about_order(work, "order_unpaid_again", order, customer, once=attempt_id, reserved=reserved, refused=refused)


def order_rejected(work: Work, order_id: UUID) -> None:
    """When an order was refused, with the words of whoever refused it."""
    order, customer = _order(work, order_id)
    latest = select(OrderHold).where(OrderHold.order_id == order_id).order_by(col(OrderHold.id).desc())
    hold = work.session.exec(latest).first()
    paid = order.paid_at is not None and order.total_minor > 0
    let_go = select(PaymentAttempt).where(
        PaymentAttempt.invoice_id == order.invoice_id, col(PaymentAttempt.releasing_at).is_not(None)
    )
    attempt = work.session.exec(let_go.order_by(col(PaymentAttempt.id).desc())).first()
    reserved = attempt.amount.format(customer.language) if attempt else ""
    reason = hold.answer if hold else ""
    _about_order(
        work, "order_rejected", order, customer, reason=reason, paid=paid, let_go=attempt is not None, reserved=reserved
    )


def offer_made(work: Work, offer_id: UUID) -> None:
    """When we offer something."""
    offer = work.session.get_one(Offer, offer_id)
    customer = work.session.get_one(Customer, offer.customer_id)
    values: dict[str, object] = {
        "name": customer.name,
        "number": offer.number,
        "items": ", ".join(str(item["name"]) for item in offer.items),
        "valid_until": format_date(offer.valid_until.date(), "long", locale=customer.language),
    }
    link = address_of(f"/account/offer/?id={offer.id}")
    write_mail(work, "offer_made", customer.email, offer.id.hex, values, link=link, customer=customer.id)


def about_service(work: Work, service_id: UUID, template: str, once: str = "") -> None:
    """When a service has come into another state; once for each day on which it does, or for what `once` names."""
    service, plan, customer = work.session.execute(
        select(Service, Plan, Customer)
        .join(Plan, col(Plan.id) == Service.plan_id)
        .join(Customer, col(Customer.id) == Service.customer_id)
        .where(Service.id == service_id)
    ).one()
    values: dict[str, object] = {
        "name": customer.name,
        "hostname": service.hostname,
        "plan": plan.name,
        "ipv4": service.ipv4,
    }
    once = once or f"{service.id.hex}:{work.today}"
    link = address_of(f"/account/service/?id={service.id}")
    write_mail(work, template, customer.email, once, values, link=link, customer=customer.id)


def service_stands_still(work: Work, service_id: UUID) -> None:
    """When a service has been suspended: why. What runs again by now needs no letter."""
    standing = select(Suspension).where(Suspension.service_id == service_id, col(Suspension.lifted_at).is_(None))
    newest = work.session.exec(standing.order_by(col(Suspension.id).desc())).first()
    if newest is not None and newest.reason != SuspensionReason.ENDED:  # of which a letter of its own tells
        about_service(work, service_id, STANDS_STILL[SuspensionReason(newest.reason)])


def _to_user(work: Work, user_id: UUID, template: str, once: str, purpose: TokenPurpose, path: str) -> None:
    user = work.session.get_one(User, user_id)
    if is_written(work, template, once):
        return  # a new link would end the one that was mailed
    link = address_of(f"{path}?token={new_link_secret(work, user_id, purpose)}")
    write_mail(work, template, user.email, once, {"name": user.name}, link=link)


def _about_price(work: Work, template: str, change_id: UUID, customer_id: UUID) -> None:
    change, customer = work.session.get_one(PriceChange, change_id), work.session.get_one(Customer, customer_id)
    told = select(func.max(PriceNotice.from_day)).where(
        PriceNotice.change_id == change_id, PriceNotice.customer_id == customer_id
    )
    from_day: date | None = work.session.exec(told).one()
    locale = customer.language
    values: dict[str, object] = {
        "name": customer.name,
        "plan": work.session.get_one(Plan, change.plan_id).name,
        "cycle": cycle_words(change.months),
        "old": change.old.format(locale),
        "new": change.new.format(locale),
        "from_day": format_date(from_day or change.effective_on, "long", locale=locale),
    }
    once = _once(change_id, customer_id)
    link = address_of("/account/services/")
    write_mail(work, template, customer.email, once, values, link=link, customer=customer.id)


def _once(change_id: UUID, customer_id: UUID) -> str:
    return f"{change_id.hex}:{customer_id.hex}"


def _about_order(
    work: Work, template: str, order: Order, customer: Customer, once: UUID | None = None, **more: object
) -> None:
    total = order.total.format(customer.language)
    values: dict[str, object] = {"name": customer.name, "number": order.number, "total": total, **more}
    link = address_of(f"/account/order/?id={order.id}")
    write_mail(work, template, customer.email, (once or order.id).hex, values, link=link, customer=customer.id)


def _order(work: Work, order_id: UUID) -> tuple[Order, Customer]:
    order = work.session.get_one(Order, order_id)
    return order, work.session.get_one(Customer, order.customer_id)


def _hostname(work: Work, service_id: UUID | None) -> str:
    service = work.session.get(Service, service_id) if service_id else None
    return service.hostname if service else ""
