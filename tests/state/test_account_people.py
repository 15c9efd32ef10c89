"""The pages about people and keys, as an owner, a technical person and a delegate see them."""

import pytest
from sqlmodel import select

from ezscale.accounts.actors import actor_of_key
from ezscale.accounts.api_tokens import create_token
from ezscale.accounts.permissions import SEE_EVERYTHING, SEE_SERVICES
from ezscale.models import LoginSession
from ezscale.models.customer import MemberRole
from ezscale.state.account.overview import OverviewState
from ezscale.state.account.people import PeopleState
from ezscale.state.account.service import ServiceState
from ezscale.state.account.sharing import SharingState
from ezscale.state.account.tokens import TokensState
from ezscale.state.admin.tokens import TokensState as AdminTokensState
from ezscale.state.signing_in.invitation import InvitationState
from tests.security.scene import a_colleague
from tests.state.portal import Screen

OWNER, BILLING, TECHNICAL, READ_ONLY, DELEGATE = MemberRole


@pytest.fixture
def ada(company):
    return company.signs_up("Ada Moreno")


async def test_an_owner_invites_and_sees_who_comes(company, ada):
    screen = Screen(company, PeopleState, ada)
    page = await screen.opens("/account/people/")

    await page.invite({"email": "tom@example.com", "role": "technical"})
    waiting = [(row.email, row.role, row.until, row.is_over) for row in page.invited]
    ada.brings_along("Tom Technical", TECHNICAL)
    page = await screen.opens("/account/people/")

    assert waiting == [("tom@example.com", "technical", "9 Mar 2026", False)]
    assert [(row.name, row.role, row.second_factor, row.is_me) for row in page.people] == [
        ("Ada Moreno", "owner", False, True),
        ("Tom Technical", "technical", False, False),
    ]
    assert list(page.invited) == []


async def test_what_is_wrong_is_said_beside_the_field(company, ada):
    page = await Screen(company, PeopleState, ada).opens("/account/people/")

    await page.invite({"email": "nonsense", "role": "technical"})

    assert "email" in page.errors


async def test_an_owner_changes_roles_and_removes(company, ada):
    ada.brings_along("Tom Technical", TECHNICAL)
    page = await Screen(company, PeopleState, ada).opens("/account/people/")
    _, tom = page.people

    await page.think_of_changing(tom.id)
    asked = (page.changing_name, page.changing_role)
    await page.change({"member": tom.id, "role": "billing"})
    changed = page.people[1].role
    await page.remove(tom.id)

    assert asked == ("Tom Technical", "technical")
    assert changed == "billing"
    assert [row.name for row in page.people] == ["Ada Moreno"]


async def test_whoever_has_not_proven_themself_lately_is_asked_to(company, ada):
    tom = ada.brings_along("Tom Technical", TECHNICAL)
    screen = Screen(company, PeopleState, ada)
    page = await screen.opens("/account/people/")
    with company.robot() as work:
        for session in work.session.exec(select(LoginSession)):
            session.confirmed_at = None

    await screen.does(page.remove(page.people[1].id))

    assert screen.goes_to == "/confirm/?next=%2Faccount%2Fpeople%2F"
    assert tom.actor.customer_id == ada.actor.customer_id


async def test_others_see_themselves_alone_and_may_leave(company, ada):
    tom = ada.brings_along("Tom Technical", TECHNICAL)
    screen = Screen(company, PeopleState, tom)
    page = await screen.opens("/account/people/")
    seen = [row.name for row in page.people]

    await screen.does(page.leave())

    assert (seen, page.may_manage) == (["Tom Technical"], False)
    assert screen.goes_to == "/account/"
    assert tom.actor.customer_id is None


async def test_a_server_is_shared_from_its_page(company, ada):
    service = ada.buys()
    page = await Screen(company, SharingState, ada).opens(f"/account/service/?id={service.id}")

    await page.share({"email": "dan@example.com"})
    waiting = [row.email for row in page.invited]
    await page.withdraw(page.invited[0].id)
    dan = ada.brings_along("Dan Delegate", DELEGATE, service.id)
    await page.load()
    shared_with = [row.name for row in page.delegates]
    await page.end(page.delegates[0].id)

    assert (page.may_share, waiting, shared_with) == (True, ["dan@example.com"], ["Dan Delegate"])
    assert (list(page.delegates), dan.actor.customer_id) == ([], None)


async def test_a_delegates_pages_hold_the_one_server_and_no_money(company, ada):
    shared, _other = ada.buys(), ada.buys()
    dan = ada.brings_along("Dan Delegate", DELEGATE, shared.id)

    desk = await Screen(company, OverviewState, dan).opens("/account/")
    page = await Screen(company, ServiceState, dan).opens(f"/account/service/?id={shared.id}")
    sharing = await Screen(company, SharingState, dan).opens(f"/account/service/?id={shared.id}")

    assert [row.id for row in desk.services] == [str(shared.id)]
    assert (list(desk.unpaid), list(desk.coming), list(desk.placed), desk.card, desk.owed) == ([], [], [], "", "")
    assert (page.may_press, page.may_reveal, page.may_cancel, page.order_id) == (True, False, False, "")
    assert (page.billing.price, page.billing.next_on, sharing.may_share) == ("", "", False)


async def test_an_invitation_tells_whoever_holds_its_link_what_it_is_about(company, ada):
    secret = ada.invites("tom@example.com", TECHNICAL)

    visitors = await Screen(company, InvitationState).opens(f"/invitation/?token={secret}")
    adas = await Screen(company, InvitationState, ada).opens(f"/invitation/?token={secret}")
    made_up = await Screen(company, InvitationState).opens("/invitation/?token=made-up")

    assert (visitors.offer.customer, visitors.offer.email) == ("Ada Moreno", "tom@example.com")
    assert (visitors.is_for_me, adas.is_for_me) == (False, False)
    assert (made_up.loaded, made_up.is_open, made_up.offer.email) == (True, False, "")


async def test_a_key_is_made_shown_once_replaced_renamed_and_revoked(company, ada):
    screen = Screen(company, TokensState, ada)
    page = await screen.opens("/account/tokens/")

    await page.make({"name": "monitor", "lasts": "30", "whose": "own", "scope:services.see": "on"})
    first, [row] = page.fresh, page.rows
    await page.rotate({"token": row.id, "overlap": "24"})
    second, rows = page.fresh, list(page.rows)
    await page.rename({"token": rows[0].id, "new_name": "watcher"})
    await page.revoke(rows[0].id)
    page = await screen.opens("/account/tokens/")

    with company.robot() as work:
        assert actor_of_key(work, first).permissions == {SEE_SERVICES}
        assert not actor_of_key(work, second).is_signed_in
    assert (row.name, row.scopes, row.until) == ("monitor", ["See servers and how they do"], "1 Apr 2026")
    assert [each.is_replaced for each in rows] == [False, True]
    assert page.fresh == ""
    assert [each.name for each in page.rows] == ["monitor"]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": "", "lasts": "30", "scope:services.see": "on"}, "name"),
        ({"name": "x", "lasts": "30"}, "scopes"),
        ({"name": "x", "lasts": "30", "scope:made.up": "on"}, "scopes"),
        ({"name": "x", "lasts": "31", "scope:services.see": "on"}, "lasts"),
        ({"name": "x", "lasts": "soon", "scope:services.see": "on"}, "lasts"),
    ],
)
async def test_a_key_is_refused_beside_the_field_that_is_wrong(company, ada, form, field):
    page = await Screen(company, TokensState, ada).opens("/account/tokens/")

    await page.make(form)

    assert list(page.errors) == [field]
    assert (page.fresh, list(page.rows)) == ("", [])


async def test_a_technical_person_sees_neither_the_owners_keys_nor_the_accounts(company, ada):
    tom = ada.brings_along("Tom Technical", TECHNICAL)
    ada.does(lambda work: create_token(work, "Ada's own", [SEE_SERVICES]))
    ada.does(lambda work: create_token(work, "The account's", [SEE_SERVICES], for_customer=True))

    adas = await Screen(company, TokensState, ada).opens("/account/tokens/")
    toms = await Screen(company, TokensState, tom).opens("/account/tokens/")

    assert [(row.name, row.is_common) for row in adas.rows] == [("The account's", True), ("Ada's own", False)]
    assert (adas.may_make_common, toms.may_make_common, list(toms.rows)) == (True, False, [])
    assert [choice.name for choice in toms.choices] == ["scope:services.see", "scope:services.use"]


async def test_staff_have_keys_of_their_own_in_the_panel(company):
    grace = a_colleague(company, "Grace Hall", SEE_EVERYTHING)
    page = await Screen(company, AdminTokensState, grace).opens("/admin/tokens/")

    await page.make({"name": "report", "lasts": "", "scope:staff.see": "on"})

    assert [(row.name, row.until, row.is_common) for row in page.rows] == [("report", "never", False)]
    assert [choice.name for choice in page.choices] == ["scope:staff.see"]
