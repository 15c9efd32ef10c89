"""One customer, with everything staff want to know on the telephone."""

from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from ezscale.accounts.customers import customer, people_of
from ezscale.accounts.impersonating import PastImpersonation, impersonations
from ezscale.accounts.permissions import (
    CHANGE_AS_CUSTOMER,
    ERASE_PEOPLE,
    EXPORT_DATA,
    IMPERSONATE,
    MANAGE_CUSTOMERS,
    MANAGE_ORDERS,
    SEE_MAIL,
)
from ezscale.billing.cards import cards
from ezscale.billing.cases import open_cases
from ezscale.billing.credit import credit_balance
from ezscale.billing.holds import standing_holds
from ezscale.billing.invoicing import invoices
from ezscale.billing.payers import known_as
from ezscale.kit.work import Work
from ezscale.messaging.sending import mails
from ezscale.models import Customer, MailMessage, Membership, PaymentMethod, User, VendorErasure
from ezscale.privacy.vendors import vendor_erasures
from ezscale.provisioning.services import services
from ezscale.state.admin.cases import CaseView
from ezscale.state.admin.holds import HoldView
from ezscale.state.admin.rows import InvoiceRow, ServiceRow
from ezscale.state.admin.staff import Record, StaffState
from ezscale.state.families import PANEL_NAMES
from ezscale.state.reader import Reader
from ezscale.state.signing_in.choices import countries

SHOWN = 10


@dataclass
class CustomerView:
    """Who they are."""

    id: str = ""
    number: str = ""
    name: str = ""
    company: str = ""
    email: str = ""
    address: list[str] = field(default_factory=list)
    tax_id: str = ""
    currency: str = ""
    credit: str = ""
    since: str = ""
    panel_ref: str = ""
    gateway_ref: str = ""
    suspended: bool = False
    street: str = ""
    city: str = ""
    postcode: str = ""
    country: str = ""
    region: str = ""

    @classmethod
    def of(cls, row: Customer, credit: str, known_as: str, reader: Reader) -> Self:
        """A customer with what is left of their credit, in words, and what gateways call them."""
        town = f"{row.postcode} {row.city}".strip()
        return cls(
            id=str(row.id),
            number=row.number,
            name=row.name,
            company=row.company,
            email=row.email,
            address=[line for line in (row.address, town, dict(countries()).get(row.country, row.country)) if line],
            tax_id=row.tax_id,
            currency=row.currency,
            credit=credit,
            since=reader.day(row.created_at),
            panel_ref=row.panel_ref,
            gateway_ref=known_as,
            suspended=row.suspended_at is not None,
            street=row.address,
            city=row.city,
            postcode=row.postcode,
            country=row.country,
            region=row.region,
        )


@dataclass
class PersonView:
    """Somebody who signs in for them."""

    id: str
    name: str
    email: str
    role: str
    verified: bool
    suspended: bool = False
    works_here: bool = False

    @classmethod
    def of(cls, membership: Membership, user: User) -> Self:
        """A person in their role."""
        return cls(
            id=str(user.id),
            name=user.name,
            email=user.email,
            role=membership.role.replace("_", " ").capitalize(),
            verified=user.email_verified_at is not None,
            suspended=user.suspended_at is not None,
            works_here=user.staff_role_id is not None,
        )


@dataclass
class ActingLine:
    """A time when one of us acted as one of their people."""

    id: str
    who: str
    reason: str
    when: str
    is_live: bool

    @classmethod
    def of(cls, past: PastImpersonation, reader: Reader) -> Self:
        """Both names, why, and from when to when."""
        row = past.row
        until = reader.hour(min(row.ended_at or row.ends_at, row.ends_at))
        wrote = "could change things" if row.may_write else "read-only"
        when = f"{reader.moment(row.began_at)} until {until}, {wrote}"
        return cls(str(row.id), f"{past.colleague} as {past.person}", row.reason, when, past.is_live)


@dataclass
class CardView:
    """A card on file."""

    id: str
    label: str
    expires: str
    is_default: bool
    is_backup: bool
    refused: bool

    @classmethod
    def of(cls, card: PaymentMethod) -> Self:
        """As much of a card as a receipt shows."""
        return cls(str(card.id), card.label, card.expiry, card.is_default, card.is_backup, card.refused_at is not None)


@dataclass
class MailLine:
    """A mail they were sent."""

    id: str
    subject: str
    written: str

    @classmethod
    def of(cls, mail: MailMessage, reader: Reader) -> Self:
        """A mail by its subject."""
        return cls(str(mail.id), mail.subject, reader.moment(mail.written_at))


@dataclass
class ErasureLine:
    """A vendor that was asked to forget them."""

    id: str
    vendor: str
    said: str
    trouble: str
    done: bool
    stuck: bool

    @classmethod
    def of(cls, row: VendorErasure, reader: Reader) -> Self:
        """Whether it has, and since when."""
        done, asked = reader.moment(row.done_at), reader.moment(row.asked_at)
        said = f"Forgotten there {done}" if done else f"Asked {asked}, not forgotten yet"
        return cls(
            str(row.id),
            PANEL_NAMES.get(row.vendor, row.vendor.capitalize()),
            said,
            row.trouble,
            row.done_at is not None,
            row.stuck_at is not None,
        )


@dataclass
class File:
    """Everything on one customer, as a screen shows it."""

    customer: CustomerView
    people: list[PersonView]
    services: list[ServiceRow]
    invoices: list[InvoiceRow]
    cards: list[CardView]
    mails: list[MailLine]
    cases: list[CaseView]
    held: list[HoldView]
    acting: list[ActingLine]
    erasures: list[ErasureLine]
    rights: dict[str, bool]


class CustomerState(Record, StaffState):
    """The file of one customer."""

    customer: CustomerView = CustomerView()
    people: list[PersonView] = []
    services: list[ServiceRow] = []
    invoices: list[InvoiceRow] = []
    cards: list[CardView] = []
    mails: list[MailLine] = []
    cases: list[CaseView] = []
    held: list[HoldView] = []
    acting: list[ActingLine] = []
    erasures: list[ErasureLine] = []
    rights: dict[str, bool] = {
        "care": False,
        "act": False,
        "write": False,
        "export": False,
        "erase": False,
        "offer": False,
    }

    async def _show(self, row_id: UUID) -> None:
        reader = self._reader()
        file = await self.read(lambda work: file_of(work, row_id, reader))
        self.customer, self.people, self.cards = file.customer, file.people, file.cards
        self.services, self.invoices, self.mails, self.cases = (file.services, file.invoices, file.mails, file.cases)
        self.held = file.held
        self.acting, self.erasures, self.rights = file.acting, file.erasures, file.rights


def file_of(work: Work, customer_id: UUID, reader: Reader) -> File:
    """Everything on a customer; the latest of what there may be much of."""
    row = customer(work, customer_id)
    credit = credit_balance(work, customer_id, row.currency)
    return File(
        customer=CustomerView.of(row, reader.money(credit) if credit else "", known_as(work, customer_id), reader),
        people=[PersonView.of(membership, user) for membership, user in people_of(work, customer_id)],
        services=[ServiceRow.of(found, reader) for found in services(work, customer_id=customer_id, limit=SHOWN)],
        invoices=[
            InvoiceRow.of(invoice, work.today, reader)
            for invoice in invoices(work, customer_id=customer_id, limit=SHOWN)
        ],
        cards=[CardView.of(card) for card in cards(work, customer_id)],
        mails=[MailLine.of(mail, reader) for mail in latest_mail(work, customer_id)],
        cases=[CaseView.of(case, reader) for case in open_cases(work, customer_id=customer_id)],
        held=[
            HoldView.of(held, subject, "", work, reader)
            for held, _, subject in standing_holds(work, customer_id=customer_id)
        ],
        acting=[ActingLine.of(past, reader) for past in impersonations(work, customer_id)],
        erasures=[ErasureLine.of(row, reader) for row in vendor_erasures(work, customer_id)],
        rights={
            "care": work.actor.may(MANAGE_CUSTOMERS),
            "act": work.actor.may(IMPERSONATE),
            "write": work.actor.may(CHANGE_AS_CUSTOMER),
            "export": work.actor.may(EXPORT_DATA),
            "erase": work.actor.may(ERASE_PEOPLE),
            "offer": work.actor.may(MANAGE_ORDERS),
        },
    )


def latest_mail(work: Work, customer_id: UUID) -> list[MailMessage]:
    """What they were sent last, for whoever may read mail."""
    return mails(work, customer_id=customer_id, limit=SHOWN) if work.actor.may(SEE_MAIL) else []
