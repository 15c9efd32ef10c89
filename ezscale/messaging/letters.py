"""Which words go to whom: one function for each occasion. Rooms beside this one are known by their rows only."""

from datetime import date, datetime, timedelta
from uuid import UUID

from babel.dates import format_date
from sqlmodel import col, func, select

from ezscale.accounts.invitations import new_invitation_secret
from ezscale.accounts.mailed_links import new_link_secret
from ezscale.catalog.cycles import cycle_words
from ezscale.kit.money import Money
from ezscale.kit.settings import settings
from ezscale.kit.work import Work
from ezscale.messaging.sending import is_written, write_mail
from ezscale.models import (
    Cancellation,
    CreditEntry,
    CreditNote,
    Customer,
    DunningStep,
    Invitation,
    Invoice,
    Membership,
    Offer,
    Order,
    OrderHold,
    PayLink,
    Payment,
    PaymentAttempt,
    PaymentMethod,
    Plan,
    PriceChange,
    PriceNotice,
    Referral,
    Refund,
    Service,
    Subscription,
    SubscriptionItem,
    User,
)
from ezscale.models.customer import MemberRole
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.pay_link import payable_by_link
from ezscale.models.sign_in import TokenPurpose

INVITATION_LASTS = timedelta(days=3)


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
    write_mail(work, "password_changed", user.email, once, {"name": user.name}, link=_address("/forgotten/"))


def email_change(work: Work, user_id: UUID, asked_at: datetime) -> None:
    """To the new address, with the link that proves it, and to the old one, with what to do if it was somebody else."""
    user = work.session.get_one(User, user_id)
    once = f"{user_id.hex}:{asked_at.timestamp():.6f}"
    if not user.new_email or is_written(work, "email_change", once):
        return  # they have changed their mind, or a new link would end the one that was mailed
    values: dict[str, object] = {"name": user.name, "new_email": user.new_email}
    link = _address(f"/change-email/?token={new_link_secret(work, user_id, TokenPurpose.CHANGE_EMAIL)}")
    write_mail(work, "email_change", user.new_email, once, values, link=link)
    write_mail(work, "email_change_notice", user.email, once, values, link=_address("/forgotten/"))


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
    write_mail(work, "second_factor_changed", user.email, once, values, link=_address("/forgotten/"))


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
    link = _address(f"/invitation/?token={new_invitation_secret(work, asked)}")
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
        link = _address("/account/people/")
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
    link = f"{settings().staff_url}/login/" if is_staff else _address("/login/")
    write_mail(work, how, user.email, once, {"name": user.name, "words": words}, link=link)


def customer_standing(work: Work, template: str, customer_id: UUID, reason: str, at: datetime) -> None:
    """To a customer who was suspended or brought back."""
    customer = work.session.get_one(Customer, customer_id)
    once = f"{customer_id.hex}:{at.timestamp():.6f}"
    values: dict[str, object] = {"name": customer.name, "words": reason}
    link = _address("/account/invoices/")
    write_mail(work, template, customer.email, once, values, link=link, customer=customer.id)


def invoice_issued(
    work: Work, invoice_id: UUID, card: str = "", charge_on: date | None = None, waits: str = ""
) -> None:
    """With a new invoice. One that was paid at once has a receipt instead.

    `card` is what will be charged, `charge_on` when; `waits` says why it is not to be paid now.
    """
    invoice, customer = _invoice(work, invoice_id)
    if invoice.status is InvoiceStatus.OPEN:
        day, once = _day(charge_on, customer), invoice.id.hex
        write = _about_invoice if card or waits else _ask_for_money
        write(work, "invoice_issued", invoice, customer, once, card=card, charge_on=day, waits=waits)
    invoice.deliver(work.now)
    work.session.add(invoice)


def invoice_again(work: Work, invoice_id: UUID, at: datetime) -> None:
    """With an invoice that somebody here sends once more; one for each time they do."""
    invoice, customer = _invoice(work, invoice_id)
    once = f"{invoice.id.hex}:{at.timestamp():.6f}"
    to_pay = invoice.status is InvoiceStatus.OPEN
    write = _ask_for_money if to_pay else _about_invoice
    write(work, "invoice_again", invoice, customer, once, to_pay=to_pay)


def credit_note(work: Work, note_id: UUID) -> None:
    """With a credit note, and what it means for what is owed."""
    note = work.session.get_one(CreditNote, note_id)
    invoice, customer = _invoice(work, note.invoice_id)
    locale, back = customer.language, _sent_back(work, note)
    _about_invoice(
        work,
        "credit_note",
        invoice,
        customer,
        note.id.hex,
        note=note.number,
        taken_back=note.total.format(locale),
        kept=(note.kept - back).format(locale) if note.kept - back else "",
        back=back.format(locale) if back else "",
        reason=note.reason,
        to_pay=invoice.status is InvoiceStatus.OPEN,
    )
    note.deliver(work.now)
    work.session.add(note)


def refunded(work: Work, refund_id: UUID) -> None:
    """After money was sent back to where it came from."""
    refund = work.session.get_one(Refund, refund_id)
    payment = work.session.get_one(Payment, refund.payment_id)
    customer = work.session.get_one(Customer, refund.customer_id)
    invoice = work.session.get_one(Invoice, payment.invoice_id) if payment.invoice_id else None
    values: dict[str, object] = {
        "name": customer.name,
        "amount": refund.amount.format(customer.language),
        "number": invoice.shown_number if invoice else "",
        "reason": refund.reason if refund.asked_by else "",
        "paid_on": format_date(payment.received_at.astimezone(work.zone), "long", locale=customer.language),
    }
    link = _address("/account/invoices/")
    write_mail(work, "refunded", customer.email, refund.id.hex, values, link=link, customer=customer.id)


def about_credit(work: Work, template: str, entry_id: UUID) -> None:
    """About credit that a customer was given, or that lapses soon unless they spend it."""
    entry = work.session.get_one(CreditEntry, entry_id)
    if not entry.left_minor:
        return
    customer = work.session.get_one(Customer, entry.customer_id)
    locale = customer.language
    values: dict[str, object] = {
        "name": customer.name,
        "amount": entry.amount.format(locale),
        "left": entry.left.format(locale),
        "reason": entry.reason,
        "expires_on": _day(entry.expires_on, customer),
    }
    link = _address("/account/invoices/")
    write_mail(work, template, customer.email, entry.id.hex, values, link=link, customer=customer.id)


def referral_credited(work: Work, referral_id: UUID) -> None:
    """To whoever sent us a customer and has been thanked for it. Whom they sent is not said: that is told to nobody."""
    referral = work.session.get_one(Referral, referral_id)
    if referral.reward is None:
        return
    customer = work.session.get_one(Customer, referral.referrer_id)
    values: dict[str, object] = {
        "name": customer.name,
        "amount": referral.reward.format(customer.language),
        "came_on": format_date(referral.came_at.astimezone(work.zone), "long", locale=customer.language),
    }
    link = _address("/account/referrals/")
    write_mail(work, "referral_credited", customer.email, referral.id.hex, values, link=link, customer=customer.id)


def receipt(work: Work, invoice_id: UUID) -> None:
    """After a payment."""
    invoice, customer = _invoice(work, invoice_id)
    _about_invoice(work, "receipt", invoice, customer, invoice.id.hex)


def reminder(work: Work, invoice_id: UUID, step: str) -> None:
    """About an invoice that is still unpaid now; the last one before deletion says so. Each names its step's day."""
    invoice, customer = _invoice(work, invoice_id)
    if invoice.status is not InvoiceStatus.OPEN or invoice.due_on is None:
        return
    days = (work.today - invoice.due_on).days
    template = "final_warning" if step.startswith("warn") else "reminder"
    once = f"{invoice.id.hex}:{step}{_chased_anew(work, invoice.id)}"
    taken = select(DunningStep).where(DunningStep.invoice_id == invoice.id, DunningStep.step == step)
    row = work.session.exec(taken).first()
    stops_on = _day(row.names_day if row else None, customer)
    _ask_for_money(work, template, invoice, customer, once, days=days, stops_on=stops_on)


def _chased_anew(work: Work, invoice_id: UUID) -> str:
    """Who seemed to have paid, because of a payment that was taken back, is reminded and warned another time."""
    mistaken = select(func.count()).where(Payment.invoice_id == invoice_id, col(Payment.taken_back_at).is_not(None))
    times = work.session.exec(mistaken).one()
    return f":{times}" if times else ""


def charge_failed(work: Work, invoice_id: UUID, attempt_id: UUID, *, hard: bool, again: bool = False) -> None:
    """After a declined card, unless the invoice was paid otherwise meanwhile; `again` if it is tried once more."""
    invoice, customer = _invoice(work, invoice_id)
    if invoice.status is InvoiceStatus.OPEN:
        _ask_for_money(work, "charge_failed", invoice, customer, attempt_id.hex, hard=hard, again=again)


def card_refused(work: Work, invoice_id: UUID, attempt_id: UUID, instead: str) -> None:
    """After a card was refused for good and another one is charged instead, also when that has paid meanwhile."""
    invoice, customer = _invoice(work, invoice_id)
    asked = select(PaymentMethod).join(PaymentAttempt, col(PaymentAttempt.method_id) == PaymentMethod.id)
    card = work.session.exec(asked.where(PaymentAttempt.id == attempt_id)).one().label
    values: dict[str, object] = {
        "name": customer.name,
        "number": invoice.shown_number,
        "card": card,
        "instead": instead,
    }
    link = _address("/account/cards/")
    write_mail(work, "card_refused", customer.email, attempt_id.hex, values, link=link, customer=customer.id)


def card_expires(work: Work, method_id: UUID) -> None:
    """Before a card expires that will be charged; once for each card and date."""
    card = work.session.get_one(PaymentMethod, method_id)
    customer = work.session.get_one(Customer, card.customer_id)
    values: dict[str, object] = {
        "name": customer.name,
        "card": card.label,
        "month": format_date(card.expires_on, "MMMM yyyy", locale=customer.language),
    }
    once = f"{card.id.hex}:{card.expires_on}"
    link = _address("/account/cards/")
    write_mail(work, "card_expires", customer.email, once, values, link=link, customer=customer.id)


def charge_needs_customer(work: Work, invoice_id: UUID, attempt_id: UUID) -> None:
    """When the bank wants to see the customer."""
    invoice, customer = _invoice(work, invoice_id)
    if invoice.status is InvoiceStatus.OPEN:
        _ask_for_money(work, "charge_needs_customer", invoice, customer, attempt_id.hex)


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
    link = _address("/account/services/")
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


def order_rejected(work: Work, order_id: UUID) -> None:
    """When an order was refused, with the words of whoever refused it."""
    order, customer = _order(work, order_id)
    latest = select(OrderHold).where(OrderHold.order_id == order_id).order_by(col(OrderHold.id).desc())
    hold = work.session.exec(latest).first()
    paid = order.paid_at is not None and order.total_minor > 0
    _about_order(work, "order_rejected", order, customer, reason=hold.answer if hold else "", paid=paid)


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
    link = _address(f"/account/offer/?id={offer.id}")
    write_mail(work, "offer_made", customer.email, offer.id.hex, values, link=link, customer=customer.id)


def about_service(work: Work, service_id: UUID, template: str) -> None:
    """When a service has come into another state; once for each time it does."""
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
    once = f"{service.id.hex}:{work.today}"
    link = _address(f"/account/service/?id={service.id}")
    write_mail(work, template, customer.email, once, values, link=link, customer=customer.id)


def _to_user(work: Work, user_id: UUID, template: str, once: str, purpose: TokenPurpose, path: str) -> None:
    user = work.session.get_one(User, user_id)
    if is_written(work, template, once):
        return  # a new link would end the one that was mailed
    link = _address(f"{path}?token={new_link_secret(work, user_id, purpose)}")
    write_mail(work, template, user.email, once, {"name": user.name}, link=link)


def _ask_for_money(work: Work, template: str, invoice: Invoice, customer: Customer, once: str, **more: object) -> None:
    """With a link by which anybody can pay the invoice; to the portal where none can."""
    if is_written(work, template, once) or not payable_by_link(invoice, work.today):
        _about_invoice(work, template, invoice, customer, once, **more)
        return
    pay_link, secret = PayLink.to(invoice, work.now)
    work.session.add(pay_link)
    values = {**_invoice_in_words(invoice, customer), **more}
    link = _address(f"/pay/?link={secret}")
    write_mail(work, template, customer.email, once, values, link=link, customer=customer.id)


def _about_invoice(work: Work, template: str, invoice: Invoice, customer: Customer, once: str, **more: object) -> None:
    values = {**_invoice_in_words(invoice, customer), **more}
    link = _address(f"/account/invoice/?id={invoice.id}")
    write_mail(work, template, customer.email, once, values, link=link, customer=customer.id)


def _invoice_in_words(invoice: Invoice, customer: Customer) -> dict[str, object]:
    locale = customer.language
    return {
        "name": customer.name,
        "number": invoice.shown_number,
        "total": invoice.total.format(locale),
        "open": invoice.open_amount.format(locale),
        "due_on": _day(invoice.due_on, customer),
    }


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
    link = _address("/account/services/")
    write_mail(work, template, customer.email, once, values, link=link, customer=customer.id)


def _once(change_id: UUID, customer_id: UUID) -> str:
    return f"{change_id.hex}:{customer_id.hex}"


def _about_order(work: Work, template: str, order: Order, customer: Customer, **more: object) -> None:
    total = order.total.format(customer.language)
    values: dict[str, object] = {"name": customer.name, "number": order.number, "total": total, **more}
    link = _address(f"/account/order/?id={order.id}")
    write_mail(work, template, customer.email, order.id.hex, values, link=link, customer=customer.id)


def _order(work: Work, order_id: UUID) -> tuple[Order, Customer]:
    order = work.session.get_one(Order, order_id)
    return order, work.session.get_one(Customer, order.customer_id)


def _invoice(work: Work, invoice_id: UUID) -> tuple[Invoice, Customer]:
    invoice = work.session.get_one(Invoice, invoice_id)
    return invoice, work.session.get_one(Customer, invoice.customer_id)


def _hostname(work: Work, service_id: UUID | None) -> str:
    service = work.session.get(Service, service_id) if service_id else None
    return service.hostname if service else ""


def _day(day: date | None, customer: Customer) -> str:
    """A day as the customer writes it; nothing for none."""
    return format_date(day, "long", locale=customer.language) if day else ""


def _address(path: str) -> str:
    return settings().web_url + path


def _sent_back(work: Work, note: CreditNote) -> Money:
    """What of a credit note goes back to where it was paid from."""
    entry = select(CreditEntry.id).where(CreditEntry.once_key == f"credit-kept:{note.id.hex}").scalar_subquery()
    back = select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(Refund.credit_entry_id == entry)
    return Money(int(work.session.exec(back).one()), note.currency)
