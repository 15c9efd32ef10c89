"""Customers as they see themselves, and as staff see them."""

from dataclasses import dataclass
from uuid import UUID

from pycountry import subdivisions
from sqlalchemy import false
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.events import TaxDetailsChanged
from ezscale.accounts.permissions import EDIT_CUSTOMER, MANAGE_CUSTOMERS, MANAGE_PEOPLE, SEE_EVERYTHING
from ezscale.accounts.signing_up import clean_company, clean_line, clean_name, require_country
from ezscale.accounts.tax_ids import clean_tax_id
from ezscale.accounts.time_zones import ZONES
from ezscale.kit.actor import Actor
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import Customer, Membership, User

PAGE = 25


def visible_customers(actor: Actor) -> SelectOfScalar[Customer]:
    """One's own, or all of them for staff. A delegate uses a service; whose it is, is not for them to see."""
    if actor.may(SEE_EVERYTHING):
        return select(Customer)
    if actor.services is not None:
        return select(Customer).where(false())
    return select(Customer).where(Customer.id == actor.customer_id if actor.customer_id else false())


def customer(work: Work, customer_id: UUID) -> Customer:
    """One customer; NotFound when it is not the actor's to see."""
    found = work.session.exec(visible_customers(work.actor).where(Customer.id == customer_id)).first()
    if found is None:
        raise NotFound("We could not find this customer.")
    return found


def own_customer(work: Work) -> Customer:
    """The customer the actor acts for."""
    return customer(work, work.actor.own_customer())


def search_customers(
    work: Work,
    words: str = "",
    before: UUID | None = None,
    limit: int = PAGE,
    *,
    by_name: bool = False,
    descending: bool = True,
) -> list[Customer]:
    """Newest first; `words` is looked for in number, name, company and e-mail; `before` is the last id of a page."""
    work.actor.require(SEE_EVERYTHING)
    found = visible_customers(work.actor)
    if words := words.strip()[:100]:
        columns = (Customer.number, Customer.name, Customer.company, Customer.email)
        found = found.where(or_(*(col(column).icontains(words, autoescape=True) for column in columns)))
    by = col(Customer.name) if by_name else None
    page = page_of(found, col(Customer.id), before=before, limit=limit, by=by, descending=descending)
    return list(work.session.exec(page))


def people_of(work: Work, customer_id: UUID) -> list[tuple[Membership, User]]:
    """Who signs in for a customer, longest first: for staff, and for whoever may manage its people."""
    customer(work, customer_id)
    if not work.actor.may(SEE_EVERYTHING):
        work.actor.require(MANAGE_PEOPLE)
    people = (
        select(Membership, User)
        .join(User, col(User.id) == Membership.user_id)
        .where(Membership.customer_id == customer_id)
        .order_by(col(Membership.created_at), col(Membership.id))
    )
    return [(membership, user) for membership, user in work.session.exec(people)]


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """What stands on a customer's invoices, as it was typed."""

    name: str
    company: str
    address: str
    city: str
    postcode: str
    country: str
    region: str = ""


def change_address(work: Work, **typed: str) -> Customer:
    """Where one's own later invoices go, by the names of a postal address. Issued ones keep what they were issued to."""
    work.actor.require(EDIT_CUSTOMER)
    return _put_down(work, own_customer(work), PostalAddress(**typed))


def correct_address(work: Work, customer_id: UUID, typed: PostalAddress) -> Customer:
    """The same, by staff for a customer on the telephone."""
    work.actor.require(MANAGE_CUSTOMERS)
    corrected = _put_down(work, customer(work, customer_id), typed)
    work.record("customer's address corrected", ("customer", customer_id))
    return corrected


def _put_down(work: Work, row: Customer, typed: PostalAddress) -> Customer:
    require_country(typed.country)
    moves = (row.country, row.region, row.postcode) != (typed.country, typed.region, typed.postcode)
    row.region = _region(typed.country, typed.region)
    row.name, row.company, row.country = clean_name(typed.name), clean_company(typed.company), typed.country
    row.address = _filled_in(typed.address, "address", 250)
    row.city = _filled_in(typed.city, "city", 100)
    row.postcode = _filled_in(typed.postcode, "postcode", 20)
    if moves:
        work.emit(TaxDetailsChanged(row.id))
    return row


def change_tax_id(work: Work, typed: str) -> Customer:
    """The tax id that decides the tax on later invoices and is printed there; empty for none. Issued ones keep theirs."""
    work.actor.require(EDIT_CUSTOMER)
    own = own_customer(work)
    given = clean_tax_id(typed, own.country)
    if given != own.tax_id:
        work.emit(TaxDetailsChanged(own.id))
    own.tax_id = given
    work.session.add(own)
    return own


def change_time_zone(work: Work, typed: str) -> Customer:
    """Where one's own days begin and end, as far as bills go by them; empty for where the seller is."""
    work.actor.require(EDIT_CUSTOMER)
    if typed and typed not in ZONES:
        raise Invalid("Please choose one from the list.", field="time_zone")
    own = own_customer(work)
    own.time_zone = typed
    work.session.add(own)
    return own


def _region(country: str, typed: str) -> str:
    """What follows the country in ISO 3166-2, from that or from the name of the region; nothing when it is left empty."""
    words = clean_line(typed, "region", 60)
    if not words:
        return ""
    for part in subdivisions.get(country_code=country) or ():  # type: ignore[no-untyped-call]
        code = str(part.code).removeprefix(f"{country}-")
        if words.upper() in (code, part.code) or words.casefold() == str(part.name).casefold():
            return code
    raise Invalid(
        "This country has no such region. Please give its code, such as CA, or leave it empty.", field="region"
    )


def _filled_in(typed: str, field: str, longest: int) -> str:
    line = clean_line(typed, field, longest)
    if not line:
        raise Invalid("Please fill this in: it is printed on your invoices.", field=field)
    return line
