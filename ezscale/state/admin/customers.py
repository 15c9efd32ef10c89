"""The list of customers."""

from dataclasses import dataclass
from uuid import UUID

from ezscale.accounts.customers import search_customers
from ezscale.kit.work import Work
from ezscale.models import Customer
from ezscale.provisioning.services import running_counts
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.reader import Reader
from ezscale.state.turning import PAGE


@dataclass
class CustomerRow:
    """A customer in the list."""

    id: str
    number: str
    name: str
    company: str
    email: str
    country: str
    services: str
    since: str
    suspended: bool

    @classmethod
    def of(cls, customer: Customer, running: dict[UUID, int], reader: Reader) -> "CustomerRow":
        """A customer with how many services run for them."""
        return cls(
            id=str(customer.id),
            number=customer.number,
            name=customer.name,
            company=customer.company,
            email=customer.email,
            country=customer.country,
            services=str(running.get(customer.id, 0)),
            since=reader.day(customer.created_at.date()),
            suspended=customer.suspended_at is not None,
        )


class CustomersState(Listing, StaffState):
    """Everybody who has an account, newest first or by name."""

    rows: list[CustomerRow] = []

    _address = "/admin/customers/"

    async def _show(self) -> None:
        words, before, by_name, reader = self.words, self._before, self.by == "name", self._reader()
        descending = self.descending

        def reading(work: Work) -> list[CustomerRow]:
            found = search_customers(work, words, before, PAGE + 1, by_name=by_name, descending=descending)
            running = running_counts(work, [customer.id for customer in found])
            return [CustomerRow.of(customer, running, reader) for customer in found]

        self.rows = self._cut(await self.read(reading))
