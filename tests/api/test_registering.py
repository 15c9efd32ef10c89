"""The sign-up form as a browser posts it."""

from sqlmodel import select

from ezscale.company.currencies import CurrencyRules
from ezscale.company.rules import set_rules
from ezscale.kit.cookies import form_answer
from ezscale.models import Customer
from tests.company import PASSWORD

KEI = {"name": "Kei Ito", "email": "kei@example.com", "password": PASSWORD, "country": "JP", "currency": "JPY"}


def customers(at):
    with at.robot() as work:
        return [(customer.name, customer.currency) for customer in work.session.exec(select(Customer))]


def test_somebody_new_is_billed_in_a_currency_that_staff_have_just_offered(at, web):
    refused = web.post("/api/register", data=KEI)
    told = form_answer(refused.headers["set-cookie"].partition(";")[0])
    before = customers(at)
    with at.robot() as work:
        set_rules(work, CurrencyRules, {"offered": ["EUR", "JPY"]})

    taken = web.post("/api/register", data=KEI)

    assert refused.headers["location"].startswith("/register/?again=1")
    assert told is not None
    assert (told.field, told.typed["currency"], before) == ("currency", "JPY", [])
    assert (taken.headers["location"], customers(at)) == ("/account/", [("Kei Ito", "JPY")])
