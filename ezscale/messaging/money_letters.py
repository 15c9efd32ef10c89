"""Letters about money: invoices, reminders, cards, credit. Rooms beside this one are known by their rows only."""

from datetime import date, datetime
from uuid import UUID

from babel.dates import format_date
from sqlmodel import col, func, select

from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.messaging.sending import is_written, write_mail
from ezscale.messaging.wording import address_of, day_for
from ezscale.models import (
    CreditEntry,
    CreditNote,
    Customer,
    DunningStep,
    Invoice,
    PayLink,
    Payment,
    PaymentAttempt,
    PaymentMethod,
    Referral,
    Refund,
)
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.pay_link import payable_by_link


def invoice_issued(
    work: Work, invoice_id: UUID, card: str = "", charge_on: date | None = None, waits: str = ""
) -> None:
    """With a new invoice. One that was paid at once has a receipt instead.

    `card` is what will be charged, `charge_on` when; `waits` says why it is not to be paid now.
    """
    invoice, customer = _invoice(work, invoice_id)
    if invoice.status is InvoiceStatus.OPEN:
        day, once = day_for(charge_on, customer), invoice.id.hex
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
    link = address_of("/account/invoices/")
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
        "expires_on": day_for(entry.expires_on, customer),
    }
    link = address_of("/account/invoices/")
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
    link = address_of("/account/referrals/")
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
    stops_on = day_for(row.names_day if row else None, customer)
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
        card = _charged(work, attempt_id) or "Your card"
        _ask_for_money(work, "charge_failed", invoice, customer, attempt_id.hex, card=card, hard=hard, again=again)


def card_refused(work: Work, invoice_id: UUID, attempt_id: UUID, instead: str) -> None:
    """After a card was refused for good and another one is charged instead, also when that has paid meanwhile."""
    invoice, customer = _invoice(work, invoice_id)
    values: dict[str, object] = {
        "name": customer.name,
        "number": invoice.shown_number,
        "card": _charged(work, attempt_id),
        "instead": instead,
    }
    link = address_of("/account/cards/")
    write_mail(work, "card_refused", customer.email, attempt_id.hex, values, link=link, customer=customer.id)


def _charged(work: Work, attempt_id: UUID) -> str:
    """What an attempt was charged to, as its customer knows it; nothing for one without a card."""
    asked = select(PaymentMethod).join(PaymentAttempt, col(PaymentAttempt.method_id) == PaymentMethod.id)
    card = work.session.exec(asked.where(PaymentAttempt.id == attempt_id)).first()
    return card.label if card else ""


def card_revoked(work: Work, method_id: UUID) -> None:
    """When a wallet may not be charged any more, because its owner has said so to its gateway."""
    card = work.session.get_one(PaymentMethod, method_id)
    customer = work.session.get_one(Customer, card.customer_id)
    values: dict[str, object] = {"name": customer.name, "card": card.label}
    link = address_of("/account/cards/")
    write_mail(work, "card_revoked", customer.email, card.id.hex, values, link=link, customer=customer.id)


def card_expires(work: Work, method_id: UUID) -> None:
    """Before a card expires that will be charged; once for each card and date."""
    card = work.session.get_one(PaymentMethod, method_id)
    customer = work.session.get_one(Customer, card.customer_id)
    if card.expires_on is None:
        return
    values: dict[str, object] = {
        "name": customer.name,
        "card": card.label,
        "month": format_date(card.expires_on, "MMMM yyyy", locale=customer.language),
    }
    once = f"{card.id.hex}:{card.expires_on}"
    link = address_of("/account/cards/")
    write_mail(work, "card_expires", customer.email, once, values, link=link, customer=customer.id)


def charge_needs_customer(work: Work, invoice_id: UUID, attempt_id: UUID) -> None:
    """When the bank wants to see the customer."""
    invoice, customer = _invoice(work, invoice_id)
    if invoice.status is InvoiceStatus.OPEN:
        _ask_for_money(work, "charge_needs_customer", invoice, customer, attempt_id.hex)


def _ask_for_money(work: Work, template: str, invoice: Invoice, customer: Customer, once: str, **more: object) -> None:
    """With a link by which anybody can pay the invoice; to the portal where none can."""
    if is_written(work, template, once) or not payable_by_link(invoice, work.today):
        _about_invoice(work, template, invoice, customer, once, **more)
        return
    pay_link, secret = PayLink.to(invoice, work.now)
    work.session.add(pay_link)
    values = {**_invoice_in_words(invoice, customer), **more}
    link = address_of(f"/pay/?link={secret}")
    write_mail(work, template, customer.email, once, values, link=link, customer=customer.id)


def _about_invoice(work: Work, template: str, invoice: Invoice, customer: Customer, once: str, **more: object) -> None:
    values = {**_invoice_in_words(invoice, customer), **more}
    link = address_of(f"/account/invoice/?id={invoice.id}")
    write_mail(work, template, customer.email, once, values, link=link, customer=customer.id)


def _invoice_in_words(invoice: Invoice, customer: Customer) -> dict[str, object]:
    locale = customer.language
    return {
        "name": customer.name,
        "number": invoice.shown_number,
        "total": invoice.total.format(locale),
        "open": invoice.open_amount.format(locale),
        "due_on": day_for(invoice.due_on, customer),
    }


def _invoice(work: Work, invoice_id: UUID) -> tuple[Invoice, Customer]:
    invoice = work.session.get_one(Invoice, invoice_id)
    return invoice, work.session.get_one(Customer, invoice.customer_id)


def _sent_back(work: Work, note: CreditNote) -> Money:
    """What of a credit note goes back to where it was paid from."""
    entry = select(CreditEntry.id).where(CreditEntry.once_key == f"credit-kept:{note.id.hex}").scalar_subquery()
    back = select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(Refund.credit_entry_id == entry)
    return Money(int(work.session.exec(back).one()), note.currency)
