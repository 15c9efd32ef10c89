"""Sharing one service: its power, and nothing else of its owner."""

from pathlib import Path

import pytest
from sqlmodel import select

from ezscale.accounts.customers import own_customer, people_of
from ezscale.accounts.delegates import delegates, end_delegation, share_service
from ezscale.accounts.invitations import accept_invitation, invite, unused_invitations
from ezscale.accounts.members import members
from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.billing.cards import cards
from ezscale.billing.invoicing import invoices
from ezscale.billing.subscriptions import subscription_of_item
from ezscale.billing.upcoming import upcoming
from ezscale.kit.clock import FixedClock
from ezscale.kit.errors import Invalid, NotAllowed, NotFound
from ezscale.kit.work import Database
from ezscale.models import MailMessage, Service
from ezscale.models.customer import MemberRole
from ezscale.ordering.placing import orders
from ezscale.provisioning.credentials import reveal_login
from ezscale.provisioning.logbook import latest_log, service_log
from ezscale.provisioning.panel_skills import PowerAction
from ezscale.provisioning.power import live_state, press_power
from ezscale.provisioning.services import services
from tests.company import Company, Person

DELEGATE, TECHNICAL = MemberRole.DELEGATE, MemberRole.TECHNICAL


@pytest.fixture
def at(database: Database, clock: FixedClock, tmp_path: Path) -> Company:
    return Company(database, clock, tmp_path)


@pytest.fixture
def ada(at: Company) -> Person:
    """A customer with a server."""
    ada = at.signs_up("Ada Moreno")
    ada.buys()
    return ada


@pytest.fixture
def shared(ada: Person) -> Service:
    """The server that is shared."""
    return ada.service()


@pytest.fixture
def other(ada: Person, shared: Service) -> Service:
    """Another server of the same customer."""
    return ada.buys()


@pytest.fixture
def dan(ada: Person, shared: Service, other: Service) -> Person:
    """A delegate for the shared server."""
    return ada.brings_along("Dan Delegate", DELEGATE, shared.id)


def press(person: Person, service: Service) -> None:
    opener = person.at.house.database.opener(person.actor)
    press_power(opener, person.at.house.panels, service.id, PowerAction.RESTART)


def test_a_delegate_sees_and_presses_the_one_server_alone(at, dan, shared, other):
    press(dan, shared)

    assert [seen.service.id for seen in dan.does(services)] == [shared.id]
    assert live_state(at.house.database.opener(dan.actor), at.house.panels, shared.id) is not None
    assert {service.id for _, service in dan.does(latest_log)} == {shared.id}
    assert dan.does(lambda work: service_log(work, other.id)) == []
    with pytest.raises(NotFound):
        press(dan, other)
    with pytest.raises(NotFound):
        live_state(at.house.database.opener(dan.actor), at.house.panels, other.id)


def test_a_delegate_sees_no_money_and_nothing_of_the_customer(dan, shared):
    assert dan.does(invoices) == []
    assert dan.does(orders) == []
    assert dan.does(cards) == []
    assert dan.does(upcoming) == []
    for look in (
        own_customer,
        lambda work: people_of(work, work.actor.own_customer()),
        lambda work: subscription_of_item(work, shared.item_id),
    ):
        with pytest.raises(NotFound):
            dan.does(look)
    assert [each.user.name for each in dan.does(members)] == ["Dan Delegate"]


def test_a_delegate_does_nothing_but_press(at, dan, shared):
    for deed in (
        lambda work: reveal_login(work, at.house.vault, shared.id),
        lambda work: cancel_at_period_end(work, shared.item_id),
        lambda work: share_service(work, shared.id, "friend@example.com"),
        lambda work: delegates(work, shared.id),
    ):
        with pytest.raises(NotAllowed):
            dan.does(deed)
    with pytest.raises((NotAllowed, NotFound)):
        dan.orders()


def test_a_technical_person_sees_no_prices_either(ada):
    tom = ada.brings_along("Tom Technical", TECHNICAL)

    assert tom.does(upcoming) == []
    assert ada.does(upcoming) != []


def test_several_servers_shared_with_one_person_add_up_and_the_last_one_taken_away_ends_it(at, ada, dan, shared, other):
    secret = ada.invites(dan.user.email, DELEGATE, other.id)
    dan.does(lambda work: accept_invitation(work, secret))
    assert dan.actor.services == {shared.id, other.id}

    for server in (shared, other):
        [(delegation, _)] = ada.does(lambda work, server=server: delegates(work, server.id))
        ada.does(lambda work, delegation=delegation: end_delegation(work, delegation.id))
        at.works()
        assert server.id not in (dan.actor.services or ())

    assert dan.actor.customer_id is None
    assert [each.user.name for each in ada.does(members)] == ["Ada Moreno"]
    with at.robot() as work:
        told = work.session.exec(select(MailMessage).where(MailMessage.template == "member_removed")).all()
    assert [mail.to for mail in told] == [dan.user.email] * 2
    assert shared.hostname in told[0].subject


def test_the_owner_sees_with_whom_a_server_is_shared(ada, dan, shared, other):
    assert [user.name for _, user in ada.does(lambda work: delegates(work, shared.id))] == ["Dan Delegate"]
    assert ada.does(lambda work: delegates(work, other.id)) == []
    [seen] = [each for each in ada.does(members) if each.services]
    assert [service.id for service in seen.services] == [shared.id]


def test_only_a_server_of_ones_own_that_is_there_is_shared(at, ada, shared):
    eve = at.signs_up("Eve Stranger")
    with pytest.raises(NotFound):
        eve.does(lambda work: share_service(work, shared.id, "friend@example.com"))

    with at.robot() as work:
        service = work.session.get_one(Service, shared.id)
        service.begin_terminating()
    with pytest.raises(NotFound):
        ada.does(lambda work: share_service(work, shared.id, "friend@example.com"))


def test_nobody_takes_away_what_another_has_shared(at, ada, dan, shared):
    eve = at.signs_up("Eve Stranger")
    [(delegation, _)] = ada.does(lambda work: delegates(work, shared.id))

    with pytest.raises(NotFound):
        eve.does(lambda work: end_delegation(work, delegation.id))
    with pytest.raises(NotFound):
        eve.does(lambda work: delegates(work, shared.id))


def test_a_server_is_shared_with_strangers_and_delegates_alone(ada, dan, shared, other):
    tom = ada.brings_along("Tom Technical", TECHNICAL)

    for email, server in ((tom.user.email, shared), (dan.user.email, shared)):
        with pytest.raises(Invalid) as refusal:
            ada.does(lambda work, email=email, server=server: share_service(work, server.id, email))
        assert refusal.value.field == "email"
    with pytest.raises(Invalid):
        ada.does(lambda work: invite(work, "friend@example.com", DELEGATE))
    ada.does(lambda work: share_service(work, other.id, dan.user.email))

    assert [each.email for each in ada.does(lambda work: unused_invitations(work, other.id))] == [dan.user.email]
