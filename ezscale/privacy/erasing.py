"""Forgetting a customer and the people who were theirs alone. What the law needs stays: invoices, payments, the ledger."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Enum, String, Table, Text, cast, delete, or_, select, type_coerce, update
from sqlmodel import SQLModel, col
from sqlmodel import select as choose

from ezscale.accounts.customers import customer
from ezscale.accounts.permissions import ERASE_PEOPLE
from ezscale.billing.credit import credit_balances
from ezscale.kit.audit import ERASED, ERASURE, AuditEntry, AuditSubject, erase_contents
from ezscale.kit.database import table_of
from ezscale.kit.errors import BusinessError, Invalid
from ezscale.kit.ids import fingerprint
from ezscale.kit.jobs import Job
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.witness import WatchedSession
from ezscale.kit.work import OpenWork, Work
from ezscale.models import (
    Customer,
    InboundNotice,
    Invoice,
    LoginAttempt,
    MailMessage,
    Offer,
    Order,
    PaymentAttempt,
    PaymentMethod,
    Service,
    Subscription,
    TopUp,
    User,
)
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.mail import MailStatus
from ezscale.models.payment import LIVE
from ezscale.models.service import ServiceStatus
from ezscale.models.subscription import SubscriptionStatus
from ezscale.privacy.events import CustomerErased
from ezscale.privacy.holdings import CUSTOMER, PERSON, Holdings, holdings_of
from ezscale.privacy.vendors import ask_vendors

RUNS = (ServiceStatus.BUILDING, ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED, ServiceStatus.TERMINATING)
UNPAID = (InvoiceStatus.DRAFT, InvoiceStatus.OPEN)
RENEWS = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)
LONGEST_REASON = 500
SHORTEST_WORD = 4

# Kept as they are: tax law asks for invoices as they were issued, book-keeping for payments and the ledger. Who had an
# address of ours stays without the name.
KEPT = {
    *("invoice", "invoice_line", "invoice_document", "payment", "payment_attempt", "credit_entry", "dunning_step"),
    *("customer_order", "coupon_use", "subscription", "subscription_item", "revenue_movement", "ip_assignment"),
    *("stock_hold", "recorded_payment", "reverse_name"),
}
GONE = (
    *("delegation", "invitation", "credential", "login_session", "one_time_token", "sign_in_step", "sign_in"),
    *("authenticator", "recovery_code", "passkey", "api_token", "impersonation", "membership"),
    *("referral_code", "known_payer", "card_page", "auto_top_up", "panel_exchange"),
)
# What vendors know them by is needed until they have forgotten it, and goes then: see vendors.py.
NOT_SEARCHED = {*KEPT, CUSTOMER, PERSON, "vendor_erasure", "audit_entry", "audit_subject", "audit_head"}


def erase_customer(open_work: OpenWork, customer_id: UUID, reason: str) -> None:
    """Forget a customer for good, and have vendors asked to do the same. May be repeated.

    Refuses while anything runs, is owed, or is on its way.
    """
    with open_work() as work:
        work.actor.require(ERASE_PEOPLE)
        work.actor.require_confirmed()
        why = reason.strip()[:LONGEST_REASON]
        if not why:
            raise Invalid("Please say why: it is all that will tell of it.", field="reason")
        about = customer(work, customer_id)
        _require_nothing_left(work, about)
        ask_vendors(work, about, "" if about.email == nobody(about.id) else about.email)
        _forget(work, holdings_of(work, about))
        work.record("customer erased", (CUSTOMER, customer_id), reason=why)
        work.emit(CustomerErased(customer_id))
    with open_work() as work:
        _forget_the_trail(work, customer_id)


def _require_nothing_left(work: Work, about: Customer) -> None:
    def any_of(wanted: Any) -> bool:
        return work.session.execute(wanted.limit(1)).first() is not None

    if any_of(choose(Service.id).where(Service.customer_id == about.id, col(Service.status).in_(RUNS))):
        raise BusinessError("They still have a service. End it first.")
    renewing = choose(Subscription.id).where(Subscription.customer_id == about.id)
    if any_of(renewing.where(col(Subscription.status).in_(RENEWS))):
        raise BusinessError("A subscription of theirs has not ended yet.")
    unpaid = choose(Invoice.id).where(Invoice.customer_id == about.id, col(Invoice.status).in_(UNPAID))
    if any_of(unpaid):
        raise BusinessError("An invoice of theirs is still open or waits to be paid. Settle or void it first.")
    theirs = or_(
        col(PaymentAttempt.invoice_id).in_(choose(Invoice.id).where(Invoice.customer_id == about.id)),
        col(PaymentAttempt.top_up_id).in_(choose(TopUp.id).where(TopUp.customer_id == about.id)),
    )
    if any_of(choose(PaymentAttempt.id).where(theirs, col(PaymentAttempt.status).in_(LIVE))):
        raise BusinessError("A payment of theirs is still on its way.")
    if credit_balances(work, [about.id]):
        raise BusinessError("They still have credit with us. Pay it out first.")


def _forget(work: Work, found: Holdings) -> None:
    words = words_of(found)
    for table in map(SQLModel.metadata.tables.get, GONE):
        if table is not None and (ids := found.ids(table.name)):
            work.session.execute(delete(table).where(table.c.id.in_(ids)))
    for person in found.people:
        _forget_person(work, person)
    for mail in work.session.exec(choose(MailMessage).where(_mailed_to(found))):
        mail.to, mail.subject, mail.text, mail.html = nobody(mail.id), ERASED, "", ""
        if mail.status is MailStatus.QUEUED:
            mail.status = MailStatus.REFUSED
    _forget_customer(found.customer)
    for service in work.session.exec(choose(Service).where(Service.customer_id == found.customer.id)):
        service.hostname = "erased.invalid"
    _forget_orders(work, found.customer.id)
    for card in work.session.exec(choose(PaymentMethod).where(PaymentMethod.customer_id == found.customer.id)):
        card.brand = card.last4 = card.account = ""
        card.fingerprint = None
        card.gateway_ref, card.removed_at = card.id.hex, card.removed_at or work.now
    work.session.flush()
    for name, rows in found.rows.items():
        if name not in {*NOT_SEARCHED, *GONE, "mail_message"}:
            _blank(work, SQLModel.metadata.tables[name], {row["id"] for row in rows}, words)
    _forget_elsewhere(work, found)


def _forget_orders(work: Work, customer_id: UUID) -> None:
    """From where orders were placed, and what was written on offers; what was agreed stays."""
    for order in work.session.exec(choose(Order).where(Order.customer_id == customer_id)):
        order.address = ""
    for offer in work.session.exec(choose(Offer).where(Offer.customer_id == customer_id)):
        offer.words, offer.answer, offer.answered_by = "", "", ERASED if offer.answered_by else ""
        offer.items = [{**item, "hostname": ""} for item in offer.items]


def _forget_person(work: Work, person: User) -> None:
    tries = col(LoginAttempt.subject).contains(f":{fingerprint(person.email)[:32]}", autoescape=True)
    work.session.execute(delete(LoginAttempt).where(tries))
    person.email, person.name, person.new_email = nobody(person.id), "Erased person", ""
    person.password_hash, person.email_verified_at, person.second_factor_since = "", None, None
    person.suspended_at, person.erased_at = person.suspended_at or work.now, work.now


def _forget_customer(about: Customer) -> None:
    about.name, about.company, about.email = f"Erased customer {about.number}", "", nobody(about.id)
    about.address = about.city = about.postcode = about.tax_id = ""
    about.gateway_ref = None


def _forget_elsewhere(work: Work, found: Holdings) -> None:
    """Vendors' messages, jobs and events that spell out who it is: they belong to nobody by a key."""
    sure = [*emails_of(found), *payer_refs_of(found)]
    for model, column, blank in ((InboundNotice, "payload", "{}"), (Job, "error", ""), (OutboxEvent, "payload", {})):
        table = table_of(model)
        named = or_(*(cast(table.c[column], Text).contains(word, autoescape=True) for word in sure))
        work.session.execute(update(table).where(named).values({column: blank}))
    notices = table_of(InboundNotice)  # a wallet's owner may have another address there than here
    about_them = notices.c.subject_ref.in_(vendor_refs_of(found))
    work.session.execute(update(notices).where(about_them).values(payload="{}"))


def _blank(work: Work, table: Table, ids: set[UUID], words: Iterable[str]) -> None:
    """Whatever text in these rows holds one of the words is forgotten as a whole."""
    for column in table.c:
        kind = getattr(column.type, "impl_instance", column.type)  # SQLModel wraps its strings
        if isinstance(kind, Enum) or not isinstance(kind, String | JSON):
            continue
        text = type_coerce(cast(column, Text), Text)
        named = or_(*(text.contains(word, autoescape=True) for word in words))
        empty: Any = {} if isinstance(kind, JSON) else ERASED[: getattr(kind, "length", None) or len(ERASED)]
        work.session.execute(update(table).where(table.c.id.in_(ids), named).values({column.name: empty}))


def _forget_the_trail(work: Work, customer_id: UUID) -> None:
    """The contents of every entry of the audit trail that is about them, or was made by them; the chain still holds."""
    people = choose(User.id).where(col(User.erased_at).is_not(None))
    told = select(col(AuditSubject.seq)).where(
        or_(
            (col(AuditSubject.kind) == CUSTOMER) & (col(AuditSubject.subject_id) == str(customer_id)),
            (col(AuditSubject.kind) == PERSON)
            & col(AuditSubject.subject_id).in_([str(row) for row in work.session.exec(people)]),
        )
    )
    theirs = or_(
        col(AuditEntry.seq).in_(told), col(AuditEntry.user_id).in_(people), col(AuditEntry.customer_id) == customer_id
    )
    entries = choose(AuditEntry.seq).where(theirs, col(AuditEntry.content) != ERASED, col(AuditEntry.action) != ERASURE)
    numbers = list(work.session.exec(entries))
    if numbers and isinstance(work.session, WatchedSession):
        erase_contents(work.session, numbers)


def words_of(found: Holdings) -> list[str]:
    """What tells who they are, wherever it stands in a text."""
    person = [word for user in found.people for word in (user.name, user.email, user.new_email)]
    of_customer = [getattr(found.customer, name) for name in ("name", "company", "email", "address", "tax_id")]
    hosts = [row["hostname"] for row in found.rows.get("service", [])]
    every = {word.strip() for word in (*person, *of_customer, *hosts, *payer_refs_of(found))}
    return sorted(word for word in every if len(word) >= SHORTEST_WORD)


def payer_refs_of(found: Holdings) -> list[str]:
    """What gateways call them."""
    return [row["ref"] for row in found.rows.get("known_payer", [])]


def vendor_refs_of(found: Holdings) -> list[str]:
    """What gateways call everything that is theirs: pages, payments, refunds, disputes and cards."""
    columns = {
        "payment_attempt": ("checkout_ref", "payment_ref"),
        **dict.fromkeys(("payment", "refund", "dispute", "payment_method"), ("gateway_ref",)),
        "card_page": ("page_ref",),
    }
    refs = {row[name] for table, names in columns.items() for row in found.rows.get(table, []) for name in names}
    return sorted(filter(None, refs))


def emails_of(found: Holdings) -> list[str]:
    """Their addresses, which are nobody else's."""
    rows = [*found.rows.get(PERSON, []), *found.rows.get(CUSTOMER, [])]
    return sorted({row["email"] for row in rows})


def nobody(row_id: UUID) -> str:
    """An address that is nobody's, and nobody else's."""
    return f"{row_id.hex}@erased.invalid"


def _was(found: Holdings, column: str) -> str:
    return str(found.rows[CUSTOMER][0][column] or "")


def _mailed_to(found: Holdings) -> Any:
    return or_(col(MailMessage.customer_id) == found.customer.id, col(MailMessage.to).in_(emails_of(found)))
