"""What customers of the demo do, through the very use cases that pages call."""

import re
from collections.abc import Sequence
from random import Random
from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.actors import actor_for
from ezscale.accounts.customers import change_address, own_customer
from ezscale.accounts.mailed_links import verify_email
from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.billing import cancelling, checkout
from ezscale.billing.card_pages import confirm_card_pages, open_card_page
from ezscale.billing.checkout import Return
from ezscale.cli.demo.people import Person
from ezscale.cli.demo.simulation import Simulation
from ezscale.company.currencies import offered_currencies
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.ids import new_secret
from ezscale.kit.work import OpenWork
from ezscale.models import Invoice, MailMessage
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.subscription import LeavingReason
from ezscale.ordering.deciding import hold_order
from ezscale.ordering.placing import ItemRequest, OrderRequest, place_order, services_of_order
from ezscale.ordering.quoting import quote_basket
from ezscale.sandbox.paypal.browser import answer_on_page
from ezscale.sandbox.stripe.browser import pay_on_page

GOOD = "4242424242424242"
MASTERCARD = "5555555555554444"
AUTHENTICATED_ONCE = "4000002500003155"
DECLINED_LATER = "4000000000000341"
VERIFY_LINK = re.compile(r"/verify/\?(?:\w+=)?([\w.-]{20,})")
BACK = Return("https://shop.example/?came=kept", "https://shop.example/")


class Customer:
    """A person of the demo, once they have an account."""

    def __init__(self, company: Simulation, person: Person, chance: Random, password: str = "") -> None:
        self.company = company
        self.person = person
        self.chance = chance
        self.password = password or new_secret()
        self.user_id: UUID | None = None
        self.items: list[UUID] = []
        self.order_id: UUID | None = None

    @property
    def open_work(self) -> OpenWork:
        """Transactions of this person, with the rights they have at this moment."""
        if self.user_id is None:
            return self.company.house.database.opener(ANONYMOUS)
        with self.company.house.automation("demo")() as work:
            actor = actor_for(work, self.user_id)
        return self.company.house.database.opener(actor)

    def sign_up(self) -> None:
        """Make an account."""
        who = self.person
        new = NewPerson(who.name, who.email, self.password, who.country, who.currency, who.company)
        with self.open_work() as work:
            currencies = offered_currencies(work)
        self.user_id = sign_up(self.open_work, new, currencies, f"demo-{who.domain}").id
        self.company.settle()

    def prove_address(self) -> None:
        """Follow the link in the mail of welcome."""
        with self.company.house.automation("demo")() as work:
            mails = select(MailMessage.text).where(MailMessage.to == self.person.email).order_by(col(MailMessage.id))
            found = VERIFY_LINK.search("\n".join(work.session.exec(mails)))
        if found is None:
            raise LookupError(f"{self.person.email} was sent no link")
        with self.company.house.database.opener(ANONYMOUS)() as work:
            verify_email(work, found[1])

    def tell_address(self) -> None:
        """Fill in where invoices go."""
        who = self.person
        with self.open_work() as work:
            change_address(
                work,
                name=who.name,
                company=who.company,
                address=who.address,
                city=who.city,
                postcode=who.postcode,
                country=who.country,
            )

    def order(self, plan: str, months: int = 1, coupon: str = "", host: str = "web") -> UUID:
        """Order a server; returns its invoice."""
        return self.order_all((plan,), months, coupon, host)

    def order_all(self, plans: Sequence[str], months: int = 1, coupon: str = "", host: str = "web") -> UUID:
        """Order several servers at once; returns their invoice."""
        who = self.person
        location = {"US": "new-york", "GB": "london"}.get(who.country, "frankfurt")
        image = self.chance.choice(("debian-13", "debian-13", "ubuntu-24-04", "almalinux-10"))
        with self.open_work() as work:
            first = len(self.items) + 1
            items = tuple(
                ItemRequest(plan, months, location, image, f"{host}{number}.{who.domain}.example")
                for number, plan in enumerate(plans, start=first)
            )
            basket, buyer = [item.item for item in items], own_customer(work)
            shown = quote_basket(work, basket, who.currency, buyer, coupon).sums.total.minor
            placed = place_order(work, OrderRequest(items, who.currency, shown, coupon))
            invoice_id, self.order_id = placed.invoice_id, placed.id
            self.items += [service.item_id for service in services_of_order(work, placed.id)]
        self.company.settle()
        return invoice_id

    def is_doubted(self, why: str) -> None:
        """A colleague holds their latest order: once it is paid, it waits for a person."""
        if self.order_id is None:
            raise LookupError(f"{self.person.email} has ordered nothing")
        with self.company.house.automation("demo")() as work:
            hold_order(work, self.order_id, why)
        self.company.settle()

    def pay(self, invoice_id: UUID, card: str = GOOD) -> None:
        """Pay on the gateway's page, as a browser does, and come back."""
        gateways, open_work = self.company.house.gateways, self.open_work
        url = checkout.open_checkout(open_work, gateways, invoice_id, BACK)
        pay_on_page(self.company.browser, url, card)
        checkout.confirm_checkouts_of(self.open_work, gateways, invoice_id)
        self.company.settle()

    def pay_by_paypal(self, invoice_id: UUID, wallet: str = "good") -> None:
        """Approve on PayPal's page, and come back; the wallet is kept for renewals."""
        gateways, open_work = self.company.house.gateways, self.open_work
        url = checkout.open_checkout(open_work, gateways, invoice_id, BACK, "paypal")
        answer_on_page(self.company.browser, url, wallet)
        checkout.confirm_checkouts_of(self.open_work, gateways, invoice_id)
        self.company.settle()

    def leave_card(self, card: str) -> None:
        """Put another card on file."""
        gateways = self.company.house.gateways
        url = open_card_page(self.open_work, gateways, BACK)
        pay_on_page(self.company.browser, url, card)
        confirm_card_pages(self.open_work, gateways)
        self.company.settle()

    def unpaid(self) -> list[UUID]:
        """The invoices that are due and unpaid."""
        with self.open_work() as work:
            late = select(Invoice.id).where(
                Invoice.customer_id == work.actor.customer_id,
                Invoice.status == InvoiceStatus.OPEN,
                col(Invoice.due_on) <= work.today,
            )
            return list(work.session.exec(late.order_by(col(Invoice.due_on))))

    def pay_what_is_due(self, card: str = GOOD) -> None:
        """Settle everything that is due."""
        for invoice_id in self.unpaid():
            self.pay(invoice_id, card)

    def cancel(self, why: LeavingReason, reason: str) -> None:
        """Ask for the latest server to end with its paid period."""
        with self.open_work() as work:
            cancelling.cancel_at_period_end(work, self.items[-1], reason, why)
        self.company.settle()

    def keep(self) -> None:
        """Take that back."""
        with self.open_work() as work:
            cancelling.keep_subscription(work, self.items[-1])
        self.company.settle()
