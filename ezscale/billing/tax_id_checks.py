"""Asking the register about customers' tax ids: at once when one is given, later when it does not answer, again in time."""

from uuid import UUID

import structlog
from sqlmodel import col, select

from ezscale.accounts.customers import customer
from ezscale.accounts.events import TaxDetailsChanged
from ezscale.accounts.permissions import MANAGE_TAX, SEE_BILLING, SEE_EVERYTHING
from ezscale.billing.cases import open_case
from ezscale.billing.seller import seller
from ezscale.billing.tax import EU, vat_id
from ezscale.billing.tax_ports import TaxIdAnswer, TaxIdRegister
from ezscale.billing.tax_standing import Standing, standing_of
from ezscale.kit.errors import Invalid, Rejected, TemporaryFailure
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Customer, Invoice, TaxIdCheck
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.tax import TaxIdState

log = structlog.get_logger()

AT_ONCE = 200  # so many are asked about in one go
ENOUGH = 5  # questions in a row that nobody answers
CHARGED_MEANWHILE, REVOKED = "tax_charged_meanwhile", "tax_id_revoked"


def check_tax_id(open_work: OpenWork, register: TaxIdRegister, customer_id: UUID) -> bool:
    """Ask the register about a customer's tax id, if it is time to. False when it did not answer.

    Then it is asked again later: nobody waits for it, and nothing is decided by it.
    """
    with open_work() as work:
        check = _check_to_ask(work, customer_id)
        if check is None or check.ask_at is None or check.ask_at > work.now:
            return True
        check_id, number = check.id, check.number
    try:
        answer = register.look_up(number, asked_by=own_number())
    except (TemporaryFailure, Rejected) as trouble:
        log.info("tax_id_unanswered", number=number, reason=trouble.message)
        with open_work() as work:
            check = _locked(work, check_id)
            check.wait(work.now)
            work.session.add(check)
        return False
    with open_work() as work:
        _take_answer(work, _locked(work, check_id), answer)
    return True


def check_due(open_work: OpenWork, register: TaxIdRegister) -> None:
    """Ask about every tax id whose time has come. A register that does not answer is left alone for now."""
    silent = 0
    with open_work() as work:
        due = due_checks(work)
    while due and silent < ENOUGH:
        for customer_id in due:
            silent = 0 if check_tax_id(open_work, register, customer_id) else silent + 1
            if silent >= ENOUGH:
                break
        with open_work() as work:
            due = due_checks(work)


def due_checks(work: Work, limit: int = AT_ONCE) -> list[UUID]:
    """The customers about whose tax ids the register is to be asked now, those who wait longest first."""
    due = select(TaxIdCheck.customer_id).where(col(TaxIdCheck.ask_at) <= work.now)
    return list(work.session.exec(due.order_by(col(TaxIdCheck.ask_at), col(TaxIdCheck.id)).limit(limit)))


def ask_again(work: Work, customer_id: UUID) -> None:
    """The register is asked once more, now. Invalid for a customer whose tax id no register knows."""
    work.actor.require(MANAGE_TAX)
    who = customer(work, customer_id)
    if not vat_id(who.tax_id, who.country):
        raise Invalid("This customer has no VAT id that the register could know.")
    check = _check_of(work, who)
    if check is not None:
        check.ask_now(work.now)
        work.session.add(check)
    work.emit(TaxDetailsChanged(who.id))


def tax_id_of(work: Work, who: Customer) -> Standing:
    """What is known of the tax id of a customer that the actor may see, for showing."""
    is_own = work.actor.customer_id == who.id and work.actor.may(SEE_BILLING)
    if not is_own:
        work.actor.require(SEE_EVERYTHING)
    return standing_of(work, who)


def own_number() -> str:
    """Our own VAT id, with which the register gives a proof that it was asked; nothing for a seller from elsewhere."""
    own = seller()
    return vat_id(own.tax_id, own.country) if own.country in EU else ""


def _check_to_ask(work: Work, customer_id: UUID) -> TaxIdCheck | None:
    """The check of the tax id that a customer has now, made when it is new. One that they no longer have may rest."""
    who = work.session.get_one(Customer, customer_id, with_for_update=True)
    number = vat_id(who.tax_id, who.country)
    for old in work.session.exec(select(TaxIdCheck).where(TaxIdCheck.customer_id == customer_id)):
        if old.number != number:
            old.rest()
            work.session.add(old)
    if not number:
        return None
    check = _check_of(work, who)
    if check is None:
        check = TaxIdCheck(customer_id=who.id, number=number, asked_at=work.now, ask_at=work.now)
    elif check.ask_at is None:  # they had another one in between
        check.ask_now(work.now)
    work.session.add(check)
    work.session.flush()
    return check


def _check_of(work: Work, who: Customer) -> TaxIdCheck | None:
    theirs = select(TaxIdCheck).where(
        TaxIdCheck.customer_id == who.id, TaxIdCheck.number == vat_id(who.tax_id, who.country)
    )
    return work.session.exec(theirs).first()


def _locked(work: Work, check_id: UUID) -> TaxIdCheck:
    return work.session.get_one(TaxIdCheck, check_id, with_for_update=True, populate_existing=True)


def _take_answer(work: Work, check: TaxIdCheck, answer: TaxIdAnswer) -> None:
    before = check.state
    check.answer(work.now, valid=answer.is_valid, name=answer.name, request_id=answer.request_id)
    work.session.add(check)
    if check.state is TaxIdState.VALID and before is not TaxIdState.VALID:
        _offer_corrections(work, check)
    if check.state is TaxIdState.INVALID and before is TaxIdState.VALID:
        facts = {"number": check.number, "since": work.today.isoformat()}
        open_case(work, REVOKED, f"{check.id.hex}:{work.today}", check.customer_id, facts)


def _offer_corrections(work: Work, check: TaxIdCheck) -> None:
    """Invoices with tax that were issued to this tax id while nobody knew: a person decides about a credit note."""
    who = work.session.get_one(Customer, check.customer_id)
    if who.country == seller().country or who.country not in EU:
        return
    issued = select(Invoice).where(
        Invoice.customer_id == check.customer_id,
        col(Invoice.issued_on) >= check.asked_at.astimezone(work.zone).date(),
        Invoice.tax_minor > 0,
        col(Invoice.status).in_((InvoiceStatus.OPEN, InvoiceStatus.PAID, InvoiceStatus.UNCOLLECTIBLE)),
    )
    for invoice in work.session.exec(issued.order_by(col(Invoice.id))):
        if invoice.created_at >= check.asked_at and vat_id(invoice.billed_to["tax_id"], who.country) == check.number:
            facts = {
                "invoice": invoice.number or "",
                "invoice_id": str(invoice.id),
                "number": check.number,
                "tax": str(invoice.tax),
            }
            open_case(work, CHARGED_MEANWHILE, invoice.id.hex, check.customer_id, facts)
