"""Who the customer is: what stands on their invoices."""

from dataclasses import dataclass, fields
from typing import Any, Self

import reflex as rx

from ezscale.accounts.customers import change_address, change_tax_id, change_time_zone, own_customer
from ezscale.accounts.permissions import EDIT_CUSTOMER, SEE_BILLING
from ezscale.accounts.time_zones import ZONES
from ezscale.billing.tax_id_checks import tax_id_of
from ezscale.kit.work import Work
from ezscale.models import Customer
from ezscale.state.account.portal import PortalState
from ezscale.state.arguments import sent_fields
from ezscale.state.reader import Reader, reader_of
from ezscale.state.signing_in.choices import country_name
from ezscale.state.tax_words import standing_words

ADDRESS = ("name", "company", "address", "city", "postcode", "country", "region")


@dataclass
class CustomerView:
    """A customer as they see themselves."""

    number: str = ""
    email: str = ""
    name: str = ""
    company: str = ""
    address: str = ""
    city: str = ""
    postcode: str = ""
    country: str = ""
    region: str = ""
    tax_id: str = ""
    tax_standing: str = ""
    currency: str = ""
    country_name: str = ""
    time_zone: str = ""

    @classmethod
    def of(cls, customer: Customer, tax_standing: str = "") -> Self:
        names = [field.name for field in fields(cls) if hasattr(customer, field.name)]
        known = {name: getattr(customer, name) for name in names}
        return cls(**known, tax_standing=tax_standing, country_name=country_name(customer.country))


class ProfileState(PortalState):
    loaded: bool = False
    missing: bool = False
    customer: CustomerView = CustomerView()
    may_edit: bool = False
    saving: bool = False
    version: int = 0

    @rx.event
    async def load(self) -> None:
        """Show the customer as we know them; nothing to a delegate, and to whoever belongs to none."""
        reader = reader_of(self.router.headers.accept_language)
        shown = await self.read(lambda work: own_view(work, reader))
        self.missing = shown is None
        self.customer, self.may_edit = shown or (CustomerView(), False)
        self.version += 1
        self.loaded = True

    @rx.event
    async def save(self, form: dict[str, Any]) -> None:
        """Change what stands on later invoices."""
        address, tax_id = sent_fields(form, *ADDRESS), sent_fields(form, "tax_id")["tax_id"]
        zone = sent_fields(form, "time_zone", longest=40)["time_zone"]
        reader = reader_of(self.router.headers.accept_language)
        self.customer = await self.perform(lambda work: seen(work, change_all(work, address, tax_id, zone), reader))
        self.version += 1
        self.say("Saved. Later invoices go to this address.")


def change_all(work: Work, address: dict[str, str], tax_id: str, zone: str) -> Customer:
    """The address, the tax id of its country and the time zone, or none of them."""
    change_address(work, **address)
    change_time_zone(work, zone)
    return change_tax_id(work, tax_id)


def time_zones() -> list[tuple[str, str]]:
    """What can be chosen, as (value, text)."""
    return [("", "Where the seller is"), *((name, name.replace("_", " ")) for name in sorted(ZONES))]


def seen(work: Work, own: Customer, reader: Reader) -> CustomerView:
    """A customer, with what is known of their tax id."""
    work.session.flush()
    return CustomerView.of(own, standing_words(tax_id_of(work, own), own.tax_id, reader)[0] if may_see(work) else "")


def may_see(work: Work) -> bool:
    """Whether the person may know about bills."""
    return work.actor.may(SEE_BILLING)


def own_view(work: Work, reader: Reader) -> tuple[CustomerView, bool] | None:
    """The person's customer, and whether they may change it; None when it is not for them to see."""
    if work.actor.customer_id is None or work.actor.services is not None:
        return None
    return seen(work, own_customer(work), reader), work.actor.may(EDIT_CUSTOMER)
