from dataclasses import replace

import pytest

from ezscale.accounts.permissions import REVEAL_LOGINS, USE_SERVICES
from ezscale.kit.errors import BusinessError, NotAllowed, NotConfirmed, NotFound
from ezscale.models.service import SuspensionReason
from ezscale.provisioning.credentials import reveal_login
from ezscale.provisioning.services import service_to_change
from ezscale.provisioning.stopping import wish_suspension
from ezscale.provisioning.using import rename, reset_login, sign_in_to_panel


@pytest.fixture
def ada(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-1")
    return ada


def opener(person, **changes):
    return person.at.house.database.opener(replace(person.actor, **changes))


def resets(person, service, **changes):
    house = person.at.house
    reset_login(opener(person, **changes), house.panels, house.vault, service.id)


def login_of(person, service):
    with opener(person)() as work:
        return reveal_login(work, person.at.house.vault, service.id)


def opens(at, service, login):
    attempt = {"server": int(service.remote_id), "username": login.username, "password": login.password}
    return at.panel_http.post("/_sandbox/sign-in", json=attempt).is_success


def test_a_new_password_opens_the_server_and_the_old_one_does_not(at, ada):
    server, before = ada.service(), login_of(ada, ada.service())

    resets(ada, server)

    after = login_of(ada, server)
    assert (opens(at, server, before), opens(at, server, after)) == (False, True)


def test_a_lost_answer_says_that_the_old_password_may_be_void_and_the_next_try_mends_it(at, ada):
    server = ada.service()
    at.breaks(at.panel_http, "lost", "*resetPassword*", "POST", times=1)

    with pytest.raises(BusinessError, match="may be void"):
        resets(ada, server)
    resets(ada, server)

    assert opens(at, server, login_of(ada, server))


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"confirmed": False}, NotConfirmed),
        ({"permissions": frozenset({USE_SERVICES})}, NotAllowed),
        ({"customer_id": None}, NotFound),
    ],
)
def test_who_may_not_see_a_password_sets_none(at, ada, changes, refused):
    server, before = ada.service(), login_of(ada, ada.service())

    with pytest.raises(refused):
        resets(ada, server, **changes)

    assert opens(at, server, before)


def test_whoever_was_entrusted_with_one_server_does_not_come_into_the_whole_account(at, ada):
    server = ada.service()
    entrusted = {"services": frozenset({server.id}), "permissions": frozenset({USE_SERVICES, REVEAL_LOGINS})}

    with pytest.raises(NotAllowed):
        sign_in_to_panel(opener(ada, **entrusted), at.house.panels, server.id)
    with pytest.raises(NotAllowed):
        resets(ada, server, **entrusted)


def test_nothing_of_it_works_while_a_service_stands_still(at, ada):
    server = ada.service()
    with at.robot() as work:
        wish_suspension(work, service_to_change(work, server.id), SuspensionReason.PAUSED)
    at.works()
    before = at.panel_did()["done"]

    for use in (
        lambda: resets(ada, server),
        lambda: sign_in_to_panel(opener(ada), at.house.panels, server.id),
        lambda: rename(opener(ada), at.house.panels, server.id, "Mine"),
    ):
        with pytest.raises(BusinessError, match="does not work now"):
            use()

    assert at.panel_did()["done"] == before


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_is_neither_empty_nor_long(at, ada, name):
    with pytest.raises(BusinessError, match="characters"):
        rename(opener(ada), at.house.panels, ada.service().id, name)
