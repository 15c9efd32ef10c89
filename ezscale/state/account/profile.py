"""Who the customer is: what stands on their invoices."""

from dataclasses import dataclass, fields
from typing import Any, Self

import reflex as rx

from ezscale.accounts.customers import change_address, change_tax_id, own_customer
from ezscale.accounts.permissions import EDIT_CUSTOMER
from ezscale.kit.work import Work
from ezscale.models import Customer
from ezscale.state.account.portal import PortalState
from ezscale.state.arguments import sent_fields
from ezscale.state.signing_in.choices import country_name

ADDRESS = ("name", "company", "address", "city", "postcode", "country")


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
    tax_id: str = ""
    currency: str = ""
    country_name: str = ""

    @classmethod
    def of(cls, customer: Customer) -> Self:
        names = [field.name for field in fields(cls) if hasattr(customer, field.name)]
        return cls(**{name: getattr(customer, name) for name in names}, country_name=country_name(customer.country))


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
        shown = await self.read(own_view)
        self.missing = shown is None
        self.customer, self.may_edit = shown or (CustomerView(), False)
        self.version += 1
        self.loaded = True

    @rx.event
    async def save(self, form: dict[str, Any]) -> None:
        """Change what stands on later invoices."""
        address, tax_id = sent_fields(form, *ADDRESS), sent_fields(form, "tax_id")["tax_id"]
        changed = await self.perform(lambda work: change_both(work, address, tax_id))
        self.customer = CustomerView.of(changed)
        self.version += 1
        self.say("Saved. Later invoices go to this address.")


def change_both(work: Work, address: dict[str, str], tax_id: str) -> Customer:
    """The address and the tax id of its country, or neither."""
    change_address(work, **address)
    return change_tax_id(work, tax_id)


def own_view(work: Work) -> tuple[CustomerView, bool] | None:
    """The person's customer, and whether they may change it; None when it is not for them to see."""
    if work.actor.customer_id is None or work.actor.services is not None:
        return None
    return CustomerView.of(own_customer(work)), work.actor.may(EDIT_CUSTOMER)
