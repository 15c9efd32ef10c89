"""Coming by a customer's link: one cookie of our own, no longer than until there is an account."""

import httpx
import pytest
from sqlmodel import select
from starlette.responses import PlainTextResponse

from ezscale.api.edge import Edge, Site
from ezscale.billing.referrals import ReferralRules, make_code
from ezscale.company.rules import set_rules
from ezscale.kit.cookies import SENT_BY, full_name
from ezscale.models import Customer, Referral
from ezscale.sandbox.in_process import InProcess
from tests.company import PASSWORD

NEW = {"name": "Ben Orr", "email": "ben@example.com", "password": PASSWORD, "country": "IE", "currency": "EUR"}


@pytest.fixture
def code(at, bob):
    """The code of Bob's link, in a house that thanks for new customers."""
    with at.robot() as work:
        set_rules(work, ReferralRules, {"enabled": True})
    return bob.does(make_code)


def kept(web):
    return web.cookies.get(full_name(SENT_BY))


def test_whoever_comes_by_a_link_and_signs_up_was_sent(at, web, code, bob):
    answer = web.get("/api/sent", params={"code": code.lower(), "next": "/pricing/?currency=EUR"})
    assert (answer.status_code, answer.headers["location"], kept(web)) == (303, "/pricing/?currency=EUR", code)
    told = answer.headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=lax" in told

    assert web.post("/api/register", data=NEW).status_code == 303

    assert kept(web) is None
    by = bob.actor.customer_id
    with at.robot() as work:
        referral = work.session.exec(select(Referral)).one()
        ben = work.session.exec(select(Customer).where(Customer.email == "ben@example.com")).one()
        assert (referral.referrer_id, referral.referred_id) == (by, ben.id)


def test_a_link_that_leads_to_nothing_leaves_nothing(at, web, browser_of, code, bob):
    for asked in ("", "NOSUCHXY", "x" * 500):
        assert web.get("/api/sent", params={"code": asked, "next": "/"}).headers["location"] == "/"
    assert kept(web) is None
    known = browser_of(bob)
    known.get("/api/sent", params={"code": code, "next": "/"})
    assert kept(known) is None  # they are a customer already

    with at.robot() as work:
        set_rules(work, ReferralRules, {"enabled": False})
    web.get("/api/sent", params={"code": code, "next": "/"})
    assert kept(web) is None


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "evil"])
def test_a_link_never_leads_to_another_house(web, code, elsewhere):
    assert web.get("/api/sent", params={"code": code, "next": elsewhere}).headers["location"] == "/"


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/?ref=ABC23456", "/api/sent?code=ABC23456&next=%2F"),
        ("/vps/?ref=ABC23456&currency=EUR", "/api/sent?code=ABC23456&next=%2Fvps%2F%3Fcurrency%3DEUR"),
        ("/?ref=", None),
        ("/?href=ABC23456", None),
        ("/api/session?ref=ABC23456", None),
        ("/logo.svg?ref=ABC23456", None),
    ],
)
def test_only_a_page_with_a_code_takes_the_way_round(address, leads_to):
    edge = Edge(PlainTextResponse("the page"), Site(frozenset({"ezscale.test"})))
    answer = httpx.Client(transport=InProcess(edge), base_url="http://ezscale.test").get(address)

    assert answer.headers.get("location") == leads_to
    assert answer.status_code == (303 if leads_to else 200)
