"""A colleague acts as a customer's person: by the routes, and for as long as they may."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlmodel import select

from ezscale.accounts.actors import actor_for, actor_of
from ezscale.accounts.api_tokens import create_token
from ezscale.accounts.customers import change_address
from ezscale.accounts.impersonating import (
    LASTS,
    LINK_LASTS,
    acting_as,
    begin_impersonation,
    end_impersonation,
    impersonations,
    take_over,
)
from ezscale.accounts.permissions import (
    CHANGE_AS_CUSTOMER,
    IMPERSONATE,
    LOOKING,
    MANAGE_PEOPLE,
    MANAGE_TOKENS,
    MEMBER_PERMISSIONS,
    REVEAL_LOGINS,
    SEE_EVERYTHING,
)
from ezscale.accounts.signing_in import begin_session, confirm_password, end_sessions, sign_out
from ezscale.accounts.staff import add_staff
from ezscale.accounts.suspending import suspend_person
from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.kit.actor import ANONYMOUS, robot
from ezscale.kit.audit import AuditEntry
from ezscale.kit.clock import FixedClock
from ezscale.kit.cookies import ACTING, SESSION, full_name
from ezscale.kit.errors import Invalid, NotAllowed, NotConfirmed, NotFound, NotSignedIn
from ezscale.kit.ids import new_id
from ezscale.kit.settings import settings
from ezscale.kit.staff_door import MARK
from ezscale.kit.work import Database
from ezscale.models import Cancellation, Customer, Impersonation, Membership, SignIn, StaffRole, User
from ezscale.models.customer import MemberRole
from ezscale.provisioning.credentials import reveal_login
from tests.company import PASSWORD, Company, Person

OWNER = MEMBER_PERMISSIONS[MemberRole.OWNER]
WHY = "Cannot find an invoice, ticket 4711"


class Desk:
    """A colleague, signed in, and what they do as others."""

    def __init__(self, at: Company, colleague: Person) -> None:
        self.at, self.colleague = at, colleague
        with at.robot() as work:
            self.session = begin_session(work, colleague.user).token

    def begins(self, person: Person, reason: str = WHY, *, may_write: bool = False) -> str:
        """The secret of a link."""
        customer_id = person.actor.customer_id
        assert customer_id
        return self.colleague.does(
            lambda work: begin_impersonation(
                work, self.session, customer_id, person.user.id, reason, may_write=may_write
            )
        )

    def takes(self, link: str) -> str:
        """A session that acts."""
        with self.at.house.database.opener(ANONYMOUS)() as work:
            return take_over(work, link)

    def acts_as(self, person: Person, *, may_write: bool = False) -> str:
        return self.takes(self.begins(person, may_write=may_write))

    def who(self, acting: str):
        """Who is behind a session now."""
        with self.at.house.database.reader(ANONYMOUS)() as work:
            return actor_of(work, acting)

    def does(self, acting: str, use_case):
        """Something done in another's name."""
        with self.at.house.database.opener(self.who(acting))() as work:
            return use_case(work)


def a_colleague(at: Company, name: str, *allowed: str) -> Person:
    with at.robot() as work:
        work.session.add(StaffRole(name=name, permissions=sorted({SEE_EVERYTHING, *allowed})))
        work.session.flush()
        return Person(at, add_staff(work, name, f"{name.split(maxsplit=1)[0].lower()}@ezscale.example", PASSWORD, name))


@pytest.fixture
def nora(at: Company) -> Person:
    """A customer's person who has bought nothing yet, under their company's name."""
    nora = at.signs_up("Nora Lindqvist")
    with at.robot() as work:
        work.session.get_one(Customer, nora.actor.customer_id).company = "Fjordline"
    return nora


@pytest.fixture
def sam(at: Company) -> Desk:
    """A colleague who may act as customers, and change nothing."""
    return Desk(at, a_colleague(at, "Sam Quayle", IMPERSONATE))


@pytest.fixture
def alex(at: Company) -> Desk:
    """A colleague who may act as customers and change things."""
    return Desk(at, a_colleague(at, "Alex Harbour", IMPERSONATE, CHANGE_AS_CUSTOMER))


def sends(browser: httpx.Client, person: Person, **typed: str) -> httpx.Response:
    customer = str(person.actor.customer_id)
    return browser.post(
        "/api/impersonation", data={"customer": customer, "user": str(person.user.id), "why": WHY, **typed}
    )


def test_a_browser_becomes_the_person_sees_what_they_see_and_is_itself_again(ada, bob, grace, browser_of):
    browser, [invoice] = browser_of(grace), ada.invoices()
    pdf = f"/api/documents/invoices/{invoice.id}.pdf"

    begun = sends(browser, bob)
    taken = browser.get(begun.headers["location"])
    as_bob = browser.get(pdf).status_code, browser.get("/api/exports/customers.csv").status_code
    ended = browser.post("/api/impersonation/end")
    as_grace = browser.get(pdf).status_code

    assert begun.status_code == taken.status_code == ended.status_code == 303
    assert urlsplit(begun.headers["location"]).path == "/api/impersonation/take"
    assert taken.headers["location"] == "/account/"
    [cookie] = [each for each in taken.headers.get_list("set-cookie") if each.startswith(ACTING)]
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=1800"} <= set(cookie.split("; "))
    assert as_bob == (404, 200)  # Ada's invoice is none of Bob's; in the panel Grace stays Grace
    assert ended.headers["location"] == f"/admin/customer/?id={bob.actor.customer_id}"
    assert ACTING not in browser.cookies
    assert as_grace == 200


def test_the_link_works_once(bob, grace, browser_of, web):
    link = sends(browser_of(grace), bob).headers["location"]

    first, second = web.get(link), web.get(link)

    assert (first.headers["location"], second.headers["location"]) == ("/account/", "/")
    assert "set-cookie" not in second.headers


def test_where_staff_have_a_host_of_their_own_the_link_leads_to_the_customers(bob, grace, browser_of, monkeypatch):
    monkeypatch.setenv("EZSCALE_ADMIN_HOST", "staff.example")
    monkeypatch.setenv("EZSCALE_PUBLIC_URL", "https://shop.example")
    settings.cache_clear()
    try:
        browser = browser_of(grace)
        refused = sends(browser, bob)
        browser.headers[MARK] = "open"
        begun = sends(browser, bob)
        taken = browser.get(begun.headers["location"].removeprefix("https://shop.example"))
        browser.cookies.set(full_name(ACTING), taken.cookies[full_name(ACTING)])
        ended = browser.post("/api/impersonation/end")
    finally:
        monkeypatch.undo()
        settings.cache_clear()

    assert refused.status_code == 403
    assert begun.headers["location"].startswith("https://shop.example/api/impersonation/take?token=")
    assert "Secure" in taken.headers["set-cookie"]
    assert ended.headers["location"] == f"https://staff.example/admin/customer/?id={bob.actor.customer_id}"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_without_a_reason_the_form_comes_back_with_what_is_wrong(bob, grace, browser_of, reason):
    answer = sends(browser_of(grace), bob, why=reason)

    assert answer.headers["location"] == f"/admin/customer/?again=1&id={bob.actor.customer_id}"
    assert "ezscale_answer" in answer.headers["set-cookie"]


def test_whoever_proved_themself_long_ago_does_so_again_first(at, bob, grace, browser_of):
    browser = browser_of(grace)
    at.clock.move(timedelta(minutes=16))

    answer = sends(browser, bob)

    assert answer.headers["location"] == f"/confirm/?next=%2Fadmin%2Fcustomer%2F%3Fid%3D{bob.actor.customer_id}"
    with at.robot() as work:
        assert work.session.exec(select(Impersonation)).all() == []


def test_logging_out_ends_both(at, bob, grace, browser_of):
    browser = browser_of(grace)
    browser.get(sends(browser, bob).headers["location"])
    own, acting = browser.cookies[SESSION], browser.cookies[ACTING]

    told = browser.post("/api/session/end").headers.get_list("set-cookie")

    assert {line.partition("=")[0] for line in told if "Max-Age=0" in line} == {SESSION, ACTING}
    with at.robot() as work:
        assert not any(actor_of(work, token).is_signed_in for token in (own, acting))
        assert work.session.exec(select(Impersonation)).one().ended_at == at.clock.now


def test_a_customer_cannot_begin_and_nonsense_breaks_nothing(ada, bob, grace, browser_of, web):
    assert sends(browser_of(ada), bob).headers["location"].startswith("/admin/customer/?again=1")
    assert sends(web, bob).status_code == 401
    for typed in ({"customer": "x"}, {"user": "' OR 1=1"}, {"customer": ""}):
        assert "again=1" in sends(browser_of(grace), bob, **typed).headers["location"]
    assert web.get("/api/impersonation/take").headers["location"] == "/"
    assert web.post("/api/impersonation/end").headers["location"] == "/"


@pytest.mark.parametrize("may_write", [False, True], ids=["read-only", "with changes"])
def test_what_is_left_to_whoever_acts(alex, nora, may_write):
    actor = alex.who(alex.acts_as(nora, may_write=may_write))

    assert actor.permissions == (OWNER - {REVEAL_LOGINS, MANAGE_TOKENS, MANAGE_PEOPLE} if may_write else LOOKING)
    assert (actor.customer_id, actor.user_id) == (nora.actor.customer_id, nora.user.id)
    assert (actor.behind_id, actor.behind_name) == (alex.colleague.user.id, "Alex Harbour")
    assert (actor.name, actor.confirmed) == ("Alex Harbour for Nora Lindqvist", False)


def test_what_is_done_is_recorded_and_shown_with_both_names(at, alex, ada):
    acting, item = alex.acts_as(ada, may_write=True), ada.service().item_id
    alex.does(acting, lambda work: cancel_at_period_end(work, item))

    with at.robot() as work:
        wish = work.session.exec(select(Cancellation)).one()
        entries = work.session.exec(select(AuditEntry).where(AuditEntry.behind_id == alex.colleague.user.id)).all()
        begun = work.session.exec(select(AuditEntry).where(AuditEntry.action == "impersonation begun")).one()
    assert wish.requested_by == "Alex Harbour for Ada Moreno"
    assert [(entry.user_id, entry.customer_id) for entry in entries] == [(ada.user.id, ada.actor.customer_id)]
    assert '"behind":"Alex Harbour"' in entries[0].content
    assert (begun.user_id, WHY in begun.content) == (alex.colleague.user.id, True)


def test_read_only_changes_nothing(sam, ada):
    acting, item = sam.acts_as(ada), ada.service().item_id
    home = {"company": "", "address": "1 Quay", "city": "Cork", "postcode": "T12", "country": "IE"}

    for change in (
        lambda work: cancel_at_period_end(work, item),
        lambda work: change_address(work, name="Eve", **home),
        lambda work: create_token(work, "back door"),
    ):
        with pytest.raises(NotAllowed):
            sam.does(acting, change)


def test_secrets_and_whatever_would_outlive_the_acting_stay_closed_even_with_changes(at, alex, ada):
    acting, service = alex.acts_as(ada, may_write=True), ada.service()
    opener = at.house.database.opener(alex.who(acting))

    with pytest.raises(NotAllowed):
        confirm_password(opener, acting, PASSWORD)

    assert not alex.who(acting).confirmed
    with pytest.raises(NotAllowed):
        alex.does(acting, lambda work: reveal_login(work, at.house.vault, service.id))
    with pytest.raises(NotAllowed):
        alex.does(acting, lambda work: create_token(work, "back door"))
    with pytest.raises(NotAllowed):
        replace(alex.who(acting), confirmed=True).require_confirmed()


def loses_a_permission(desk: Desk, person: Person) -> None:
    with desk.at.robot() as work:
        role = work.session.exec(select(StaffRole).where(StaffRole.name == "Alex Harbour")).one()
        role.permissions = [SEE_EVERYTHING, CHANGE_AS_CUSTOMER]


def loses_the_changes(desk: Desk, person: Person) -> None:
    with desk.at.robot() as work:
        role = work.session.exec(select(StaffRole).where(StaffRole.name == "Alex Harbour")).one()
        role.permissions = [SEE_EVERYTHING, IMPERSONATE]


def signs_out(desk: Desk, person: Person) -> None:
    with desk.at.robot() as work:
        sign_out(work, desk.session)


def all_sessions_end(desk: Desk, person: Person) -> None:
    with desk.at.robot() as work:
        end_sessions(work, desk.colleague.user.id)


def is_suspended(desk: Desk, person: Person) -> None:
    with desk.at.robot() as work:
        work.session.get_one(User, desk.colleague.user.id).suspended_at = work.now


def works_here_no_more(desk: Desk, person: Person) -> None:
    with desk.at.robot() as work:
        work.session.get_one(User, desk.colleague.user.id).staff_role_id = None


def person_is_suspended(desk: Desk, person: Person) -> None:
    customer_id = person.actor.own_customer()
    with desk.at.robot() as work:
        suspend_person(work, customer_id, person.user.id, "Because")


def person_leaves_the_customer(desk: Desk, person: Person) -> None:
    with desk.at.robot() as work:
        work.session.delete(work.session.exec(select(Membership).where(Membership.user_id == person.user.id)).one())


def person_is_hired(desk: Desk, person: Person) -> None:
    with desk.at.robot() as work:
        work.session.get_one(User, person.user.id).staff_role_id = work.session.exec(select(StaffRole.id)).first()


def half_an_hour_passes(desk: Desk, person: Person) -> None:
    desk.at.clock.move(LASTS)


def another_one_begins(desk: Desk, person: Person) -> None:
    desk.begins(person)


def it_is_ended(desk: Desk, person: Person) -> None:
    with desk.at.robot() as work:
        work.session.exec(select(Impersonation)).one().end(work.now)


ENDS = (
    *(loses_a_permission, loses_the_changes, signs_out, all_sessions_end, is_suspended, works_here_no_more),
    *(person_is_suspended, person_leaves_the_customer, person_is_hired),
    *(half_an_hour_passes, another_one_begins, it_is_ended),
)


@pytest.mark.parametrize("what", ENDS, ids=lambda what: what.__name__)
def test_it_ends_when(alex, nora, what):
    acting = alex.acts_as(nora, may_write=True)
    assert alex.who(acting).is_signed_in

    what(alex, nora)

    assert alex.who(acting) == ANONYMOUS


def test_it_lasts_for_half_an_hour_of_the_companys_time(at, alex, nora):
    acting = alex.acts_as(nora)

    at.clock.move(LASTS - timedelta(seconds=1))

    assert alex.who(acting).is_signed_in


@pytest.mark.parametrize(
    ("allowed", "may_write", "refusal"),
    [
        ((IMPERSONATE,), False, None),
        ((IMPERSONATE,), True, NotAllowed),
        ((IMPERSONATE, CHANGE_AS_CUSTOMER), True, None),
        ((CHANGE_AS_CUSTOMER,), False, NotAllowed),
        ((), False, NotAllowed),
    ],
)
def test_who_may_begin_and_how(at, nora, allowed, may_write, refusal):
    desk = Desk(at, a_colleague(at, "Kim Vale", *allowed))

    with pytest.raises(refusal) if refusal else nullcontext():
        desk.begins(nora, may_write=may_write)


def test_it_wants_a_fresh_proof_and_ones_own_session(at, sam, alex, nora, grace):
    customer_id, user_id = nora.actor.customer_id, nora.user.id

    def begins(actor, token):
        with at.house.database.opener(actor)() as work:
            begin_impersonation(work, token, customer_id, user_id, WHY)

    with pytest.raises(NotConfirmed):
        begins(replace(sam.colleague.actor, confirmed=False), sam.session)
    for token in ("", "made up", alex.session, sam.acts_as(nora)):
        with pytest.raises(NotSignedIn):
            begins(sam.colleague.actor, token)


def test_nobody_acts_as_a_colleague_a_suspended_person_or_somebody_elses(at, sam, grace, nora, bob):
    customer_id = nora.actor.customer_id
    with at.robot() as work:
        member = {"customer_id": customer_id, "role": MemberRole.OWNER, "created_at": work.now}
        work.session.add(Membership(user_id=grace.user.id, **member))

    def begins(user_id, of=customer_id):
        sam.colleague.does(lambda work: begin_impersonation(work, sam.session, of, user_id, WHY))

    with pytest.raises(NotAllowed, match="colleague"):
        begins(grace.user.id)
    for stranger in (bob.user.id, new_id()):
        with pytest.raises(NotFound):
            begins(stranger)
    with pytest.raises(NotFound):
        begins(nora.user.id, of=new_id())
    person_is_suspended(sam, nora)
    with pytest.raises(NotAllowed, match="suspended"):
        begins(nora.user.id)


def test_the_link_is_good_for_a_minute(at, sam, nora):
    early, late = sam.begins(nora), None
    at.clock.move(LINK_LASTS - timedelta(seconds=1))
    assert sam.who(sam.takes(early)).is_signed_in

    late = sam.begins(nora)
    at.clock.move(LINK_LASTS)

    with pytest.raises(Invalid):
        sam.takes(late)


@pytest.mark.all_databases
def test_a_link_that_two_browsers_bring_at_once_opens_one(database: Database, clock: FixedClock, tmp_path, moved_into):
    at = moved_into(Company(database, clock, tmp_path))
    desk, nora = Desk(at, a_colleague(at, "Sam Quayle", IMPERSONATE)), at.signs_up("Nora Lindqvist")
    link, together = desk.begins(nora), Barrier(4)

    def take(_: int) -> bool:
        together.wait()
        try:
            return bool(desk.takes(link))
        except Invalid:
            return False

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(take, range(4))) == 1


def test_the_person_finds_it_in_their_sign_in_history(at, sam, nora):
    sam.begins(nora)

    with at.robot() as work:
        line = work.session.exec(select(SignIn).where(SignIn.user_id == nora.user.id)).one()
    assert (line.how, line.device, line.ok) == ("staff", "Sam Quayle, EZSCALE staff", True)


def test_the_bar_and_the_customers_file_say_who_is_whom(at, sam, alex, nora):
    acting = sam.acts_as(nora)
    alex.begins(nora, may_write=True)
    with at.robot() as work:
        told = acting_as(work, acting)
        end_impersonation(work, acting)
        after, nobody = acting_as(work, acting), acting_as(work, sam.session)
    lines = sam.colleague.does(lambda work: impersonations(work, nora.actor.customer_id))

    assert told is not None
    assert (told.person, told.customer, told.may_write) == ("Nora Lindqvist", "Fjordline", False)
    assert told.until == at.clock.now + LASTS
    assert (after, nobody) == (None, None)
    assert [(line.colleague, line.person, line.is_live, line.row.reason) for line in lines] == [
        ("Alex Harbour", "Nora Lindqvist", True, WHY),
        ("Sam Quayle", "Nora Lindqvist", False, WHY),
    ]
    with pytest.raises(NotAllowed):
        nora.does(lambda work: impersonations(work, nora.actor.customer_id))


def test_two_long_names_fit_where_they_are_stored(at, nora):
    desk = Desk(at, a_colleague(at, f"Al {'x' * 50}", IMPERSONATE))
    with at.robot() as work:
        work.session.get_one(User, nora.user.id).name = "N" * 120

    assert len(desk.who(desk.acts_as(nora)).name) == 120
    with at.house.database.opener(robot("test"))() as work:
        assert actor_for(work, nora.user.id).name == "N" * 120


def test_nothing_in_the_link_or_the_cookie_is_kept_as_it_is(at, sam, nora):
    link = sam.begins(nora)
    acting = sam.takes(link)

    with at.robot() as work:
        kept = str([work.session.exec(select(table)).all() for table in (Impersonation, AuditEntry, SignIn)])
    assert link not in kept
    assert acting not in kept
    assert parse_qs(f"token={link}")["token"] == [link]
