"""A visitor becomes a customer."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from pycountry import countries
from sqlmodel import select

from ezscale.accounts.events import UserSignedUp
from ezscale.accounts.lockouts import count_try
from ezscale.accounts.passwords import hash_password, require_strong
from ezscale.kit.errors import Invalid
from ezscale.kit.numbering import take_number
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Customer, Membership, User
from ezscale.models.customer import MemberRole

CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
LONGEST_EMAIL = 190


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What somebody types to get an account."""

    name: str
    email: str
    password: str
    country: str
    currency: str = "USD"
    company: str = ""


def sign_up(open_work: OpenWork, person: NewPerson, currencies: Collection[str], address: str = "") -> User:
    """A user who owns a new customer, billed in one of the currencies that are offered.

    Invalid, naming the field, when something is missing, weak or taken.
    """
    name, company, email = clean_name(person.name), clean_company(person.company), clean_email(person.email)
    require_strong(person.password, name, email, person.company)
    require_country(person.country)
    if person.currency not in currencies:
        raise Invalid("Please choose one of our currencies.", field="currency")
    with open_work() as work:
        count_try(work, "sign-up", email, address)
    password_hash = hash_password(person.password)
    with open_work() as work:
        customer = new_customer(work, person, name, company, email)  # its number lets one sign up after the other
        if work.session.exec(select(User.id).where(User.email == email)).first():
            raise Invalid(
                "There is an account with this address already: sign in, or reset its password.", field="email"
            )
        user = User(email=email, name=name, password_hash=password_hash, created_at=work.now)
        work.session.add_all((user, customer))
        work.session.flush()
        work.session.add(
            Membership(user_id=user.id, customer_id=customer.id, role=MemberRole.OWNER, created_at=work.now)
        )
        work.emit(UserSignedUp(user.id))
        return user


def new_customer(work: Work, person: NewPerson, name: str, company: str, email: str) -> Customer:
    """A customer with a number of their own; panels will know them by it."""
    number = f"C-{take_number(work.session, 'customer'):06}"
    return Customer(
        number=number,
        panel_ref=number,
        name=name,
        company=company,
        email=email,
        country=person.country,
        currency=person.currency,
        created_at=work.now,
    )


def clean_name(typed: str) -> str:
    """A person's name, without stray spaces. Invalid when there is none."""
    name = clean_line(typed, "name", 120)
    if not name:
        raise Invalid("Please tell us your name.", field="name")
    return name


def clean_company(typed: str) -> str:
    """A company's name, empty for a person."""
    return clean_line(typed, "company", 120)


def clean_line(typed: str, field: str, longest: int) -> str:
    """Words on one line, without stray spaces. Invalid, on the field, when they are too many or not printable."""
    line = " ".join(typed.split())
    if len(line) > longest or CONTROL_CHARACTERS.search(line):
        raise Invalid(f"Please use at most {longest} letters.", field=field)
    return line


def clean_email(typed: str) -> str:
    """An address in the one form we compare. Invalid when it cannot be one."""
    try:
        email = validate_email(typed.strip(), check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        raise Invalid("This does not look like an e-mail address.", field="email") from None
    if len(email) > LONGEST_EMAIL:
        raise Invalid("This address is too long for us.", field="email")
    return email


def require_country(code: str) -> None:
    """Invalid unless it is a country of ISO 3166."""
    if len(code) != 2 or countries.get(alpha_2=code) is None:
        raise Invalid("Please choose your country.", field="country")
