"""People who work here, in front of the staff panel."""

from ezscale.accounts.staff import add_staff
from ezscale.models import StaffRole
from tests.company import DECLINED_LATER, PASSWORD, Company, Person


def administrator(company: Company) -> Person:
    """Olivia, who may do everything."""
    with company.robot() as work:
        return Person(company, add_staff(work, "Olivia Harbour", "olivia@ezscale.example", PASSWORD))


def onlooker(company: Company) -> Person:
    """Sam, who sees everything and changes nothing."""
    with company.robot() as work:
        work.session.add(StaffRole(name="Support", permissions=["staff.see", "staff.mail"]))
        work.session.flush()
        return Person(company, add_staff(work, "Sam Quayle", "sam@ezscale.example", PASSWORD, "Support"))


def cannot_renew(company: Company, name: str, country: str = "US", currency: str = "USD") -> Person:
    """Somebody with a server, whose bank declines from now on."""
    person = company.signs_up(name, country, currency)
    person.buys()
    person.leaves_card(DECLINED_LATER)
    return person
