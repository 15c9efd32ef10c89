"""Colleagues, roles and a customer's care on the screen, and the tab of a colleague who acts as a customer."""

from typing import ClassVar

import pytest
import reflex as rx
from reflex.istate.data import RouterData
from reflex.state import State
from reflex_base.event import Event
from reflex_base.utils.format import format_event_handler
from sqlmodel import select

from ezscale.accounts.impersonating import begin_impersonation, end_impersonation, take_over
from ezscale.accounts.permissions import MANAGE_STAFF, SEE_EVERYTHING
from ezscale.accounts.signing_in import begin_session
from ezscale.accounts.staff import add_staff
from ezscale.kit.cookies import ACTING, ANSWER, SESSION, FormAnswer
from ezscale.models import Customer, MailMessage, StaffRole, User
from ezscale.state.admin.care import CareState
from ezscale.state.admin.colleagues import NEW, ColleaguesState
from ezscale.state.admin.customer import CustomerState
from ezscale.state.admin.roles import PERMISSIONS, RolesState
from ezscale.state.guard import SessionGuard
from ezscale.state.session import Face, SessionState
from ezscale.state.signing_in.forms import PostedFormState
from tests.company import PASSWORD, Person
from tests.state.conftest import open_tab, state_of, visit
from tests.state.panel import administrator, onlooker
from tests.state.portal import Screen


class DeskState(SessionState):
    """A screen of the account."""

    _face: ClassVar[Face] = "account"

    @rx.event
    def open(self):
        pass


class PanelState(SessionState):
    """A screen of the staff."""

    _face: ClassVar[Face] = "admin"

    @rx.event
    def open(self):
        pass


HYDRATE = Event(name=format_event_handler(State.event_handlers["hydrate"]))
DESK, PANEL = (Event(name=format_event_handler(state.event_handlers["open"])) for state in (DeskState, PanelState))


def said(page):
    return [(message.tone, message.text) for message in page.messages]


def boxes(*ticked):
    return {field: field in ticked for field, _ in PERMISSIONS}


async def test_a_role_is_put_together_changed_and_deleted(company):
    screen = Screen(company, RolesState, administrator(company))
    page = await screen.opens("/admin/roles/")
    await screen.does(page.edit(NEW))

    await screen.does(page.save({"name": "Support", **boxes("staff_see", "staff_mail")}))
    made = next(row for row in page.rows if row.name == "Support")
    await screen.does(page.edit(made.id))
    in_the_window = (page.name, sorted(page.chosen))
    await screen.does(page.save({"name": "Front desk", **boxes("staff_see")}))
    changed = next(row for row in page.rows if row.id == made.id)
    await screen.does(page.delete(made.id))

    assert made.allows == [
        "See every customer, service, order and invoice",
        "Read the mail that customers were sent",
    ]
    assert in_the_window == ("Support", ["staff_mail", "staff_see"])
    assert (changed.name, changed.fields) == ("Front desk", ["staff_see"])
    assert [row.name for row in page.rows] == ["Administrator"]
    assert page.editing == ""


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": "", **boxes("staff_see")}, "name"),
        ({"name": "Empty", **boxes()}, "permissions"),
        ({}, "name"),
        (None, "name"),
    ],
)
async def test_a_role_that_cannot_be_is_refused_beside_what_is_wrong(company, form, field):
    screen = Screen(company, RolesState, administrator(company))
    page = await screen.opens("/admin/roles/")
    await screen.does(page.edit(NEW))

    await screen.does(page.save(form))

    assert field in page.errors or (field == "name" and "permissions" in page.errors)
    assert page.editing == NEW


async def test_a_colleague_is_invited_given_another_role_suspended_brought_back_and_removed(company):
    onlooker(company)
    screen = Screen(company, ColleaguesState, administrator(company))
    page = await screen.opens("/admin/staff/")
    roles = {choice.text: choice.value for choice in page.choices}
    seen = []

    def look():
        row = next((row for row in page.rows if row.email == "nia@example.com"), None)
        seen.append((row.role, row.standing) if row else None)
        return row.id if row else ""

    await screen.does(page.edit(NEW))
    await screen.does(page.invite({"name": "Nia New", "email": "nia@example.com", "role": roles["Support"]}))
    nia = look()
    await screen.does(page.edit(nia))
    await screen.does(page.give({"new_role": roles["Administrator"]}))
    look()
    for step in (page.invite_again, page.suspend, page.bring_back, page.remove):
        await screen.does(step(nia))
        look()

    assert seen == [
        *[("Support", "invited"), ("Administrator", "invited"), ("Administrator", "invited")],
        *[("Administrator", "suspended"), ("Administrator", "invited"), None],
    ]
    assert [tone for tone, _ in said(page)] == ["success"] * 3


async def test_their_link_goes_by_mail_and_so_does_every_change(company):
    onlooker(company)
    screen = Screen(company, ColleaguesState, administrator(company))
    page = await screen.opens("/admin/staff/")
    sam = next(row.id for row in page.rows if row.name == "Sam Quayle")
    await screen.does(page.invite({"name": "Nia New", "email": "nia@example.com", "role": page.choices[0].value}))
    await screen.does(page.suspend(sam))
    company.works()

    mail = kept_mail(company)

    assert "/reset/?token=" in mail["nia@example.com"].text
    assert "suspended" in mail["sam@ezscale.example"].subject


def kept_mail(company):
    """What was written, by whom it went to."""
    with company.robot() as work:
        return {mail.to: mail for mail in work.session.exec(select(MailMessage))}


async def test_whoever_may_not_manage_staff_is_told_so(company):
    screen = Screen(company, ColleaguesState, onlooker(company))

    page = await screen.opens("/admin/staff/")

    assert (page.rows, said(page)) == ([], [("danger", "You are not allowed to do this.")])


async def test_oneself_and_who_stands_higher_cannot_be_changed_on_the_screen(company):
    boss = administrator(company)
    with company.robot() as work:
        work.session.add(StaffRole(name="Lead", permissions=[MANAGE_STAFF, SEE_EVERYTHING]))
        work.session.flush()
        lead = Person(company, add_staff(work, "Lena Lead", "lena@ezscale.example", PASSWORD, "Lead"))
    page = await Screen(company, ColleaguesState, lead).opens("/admin/staff/")

    assert {row.name: row.may_change for row in page.rows} == {boss.user.name: False, lead.user.name: False}
    assert [choice.text for choice in page.choices] == ["Lead"]


async def test_a_customer_is_suspended_corrected_and_brought_back_from_their_file(company):
    ada, boss = company.signs_up("Ada Moreno"), administrator(company)
    address = f"/admin/customer/?id={ada.actor.customer_id}"
    screen = Screen(company, CareState, boss)
    care = await screen.opens(address)

    await screen.does(care.ask("suspend", ""))
    await screen.does(care.decide({"reason": ""}))
    refused = (dict(care.errors), care.question)
    await screen.does(care.decide({"reason": "Chargebacks"}))
    await screen.does(care.ask("suspend", str(ada.user.id)))
    await screen.does(care.decide({"reason": "Shares the password"}))
    home = {"name": "Ada Hall", "company": "", "address": "1 Quay", "city": "Cork", "postcode": "T12", "country": "IE"}
    await screen.does(care.correct(home))
    page = await Screen(company, CustomerState, boss).opens(address)

    assert refused == ({"reason": "Please give a reason."}, "suspend")
    assert (page.customer.suspended, page.customer.name, page.customer.city) == (True, "Ada Hall", "Cork")
    assert [person.suspended for person in page.people] == [True]
    for user_id in ("", str(ada.user.id)):
        await screen.does(care.ask("back", user_id))
        await screen.does(care.decide({"reason": "Cleared up"}))
    with company.robot() as work:
        assert work.session.get_one(Customer, ada.actor.customer_id).suspended_at is None
        assert work.session.get_one(User, ada.user.id).suspended_at is None


async def test_the_form_to_act_comes_back_open_with_what_was_typed(company):
    ada = company.signs_up("Ada Moreno")
    screen = Screen(company, CareState, administrator(company))
    told = FormAnswer("Please give a reason.", "why", {"user": str(ada.user.id), "why": " "})
    visit(screen.tab, screen.token, f"/admin/customer/?id={ada.actor.customer_id}&again=1")
    screen.tab.router_data["headers"]["cookie"] += f"; {ANSWER}={told.to_cookie()}"
    screen.tab.router = RouterData.from_router_data(screen.tab.router_data)
    care = await state_of(screen.tab, CareState)

    await care.load()

    assert (care.question, care.user_id) == ("act", str(ada.user.id))
    assert (care.typed, care.errors) == (" ", {"why": "Please give a reason."})


@pytest.fixture
def acting(company):
    """Olivia's own session, and the one in which she is Nora."""
    nora, olivia = company.signs_up("Nora Lindqvist"), administrator(company)
    with company.robot() as work:
        work.session.get_one(Customer, nora.actor.customer_id).company = "Fjordline"
        own = begin_session(work, olivia.user).token
    customer_id = nora.actor.customer_id
    link = olivia.does(lambda work: begin_impersonation(work, own, customer_id, nora.user.id, "Ticket 4711"))
    with company.robot() as work:
        return own, take_over(work, link)


@pytest.fixture
def guard():
    return SessionGuard()


def browse(tab, cookies, at):
    """The tab connects with both cookies."""
    own, acting = cookies
    visit(tab, own, at)
    tab.router_data["headers"]["cookie"] = f"{SESSION}={own}; {ACTING}={acting}"
    tab.router = RouterData.from_router_data(tab.router_data)


async def test_the_tab_of_whoever_acts_is_the_customers_with_a_bar_and_the_panel_stays_theirs(guard, acting):
    tab = open_tab()
    browse(tab, acting, "/account/")

    at_the_desk = await guard.preprocess(None, tab, DESK)
    session = await state_of(tab, SessionState)
    bar, person = session.acting_as, session.person
    in_the_panel_from_there = await guard.preprocess(None, tab, PANEL)
    browse(tab, acting, "/admin/")
    await guard.preprocess(None, tab, HYDRATE)
    in_the_panel = await guard.preprocess(None, tab, PANEL)

    assert at_the_desk is None
    assert bar == "Nora Lindqvist of Fjordline, read-only, until 9:30\u202fAM"
    assert person == "Olivia Harbour for Nora Lindqvist"
    assert [event.payload["path"] for event in in_the_panel_from_there.events] == ["/account/"]
    assert (in_the_panel, session.acting_as, session.person) == (None, "", "Olivia Harbour")


async def test_the_tab_is_nobodys_with_the_next_event_after_it_has_ended(guard, company, acting):
    tab = open_tab()
    browse(tab, acting, "/account/")
    await guard.preprocess(None, tab, DESK)
    with company.robot() as work:
        end_impersonation(work, acting[1])

    answer = await guard.preprocess(None, tab, DESK)

    assert answer.events[0].payload["path"].startswith("/login/")
    assert (await state_of(tab, SessionState)).acting_as == ""


async def test_whoever_acted_and_comes_to_the_login_is_led_to_the_panel_not_in_a_circle(company, acting):
    own, token = acting
    with company.robot() as work:
        end_impersonation(work, token)
    tab = open_tab()
    browse(tab, acting, "/login/?next=/account/")
    session, form = await state_of(tab, SessionState), await state_of(tab, PostedFormState)
    await session.bind(own, await form.actor())

    answer = form.load_for_visitors()

    assert "/admin/" in str(answer[0].args)
