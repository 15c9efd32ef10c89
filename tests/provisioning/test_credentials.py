from dataclasses import replace

import pytest
from sqlmodel import select

from ezscale.accounts.actors import actor_of_key
from ezscale.accounts.api_tokens import create_token
from ezscale.kit.encryption import CannotDecrypt, Vault
from ezscale.kit.errors import NotAllowed, NotConfirmed, NotFound
from ezscale.models import Credential, Customer, MailMessage, Membership, ProvisioningLog
from ezscale.models.customer import MemberRole
from ezscale.provisioning.credentials import reveal_login, store_login
from ezscale.provisioning.ports import Login
from ezscale.provisioning.services import service_to_change
from ezscale.provisioning.stopping import wish_termination


@pytest.fixture
def ada(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-1")
    return ada


def reveals(person, service=None, **changes):
    actor, service = replace(person.actor, **changes), service or person.service()
    with person.at.house.database.opener(actor)() as work:
        return reveal_login(work, person.at.house.vault, service.id)


def test_the_login_that_is_shown_opens_the_server_and_stands_nowhere_in_clear(at, ada):
    login = reveals(ada)

    inside = {"server": int(ada.service().remote_id), "username": login.username, "password": login.password}
    assert at.panel_http.post("/_sandbox/sign-in", json=inside).status_code == 204
    with at.robot() as work:
        rows = [row for table in (Credential, ProvisioningLog, MailMessage) for row in work.session.exec(select(table))]
        credential = work.session.exec(select(Credential)).one()
        assert work.session.exec(select(ProvisioningLog.message)).all()[-1] == "The root password was shown"
    assert not any(login.password in str(row.model_dump()) for row in rows)
    assert credential.revealed_at == at.clock.now


def test_a_login_is_shown_only_to_who_has_just_entered_their_own_password(at, ada):
    with pytest.raises(NotConfirmed):
        reveals(ada, confirmed=False)


def test_a_program_is_shown_no_login(at, ada):
    _, text = ada.does(lambda work: create_token(work, "deploy"))
    with at.robot() as work:
        program = actor_of_key(work, text)

    with at.house.database.opener(program)() as work, pytest.raises(NotConfirmed):
        reveal_login(work, at.house.vault, ada.service().id)


def test_anothers_login_does_not_exist(at, ada):
    eve = at.signs_up("Eve Lang")

    with pytest.raises(NotFound):
        reveals(eve, ada.service())


@pytest.mark.parametrize("role", [MemberRole.BILLING, MemberRole.READ_ONLY])
def test_who_does_not_run_servers_is_shown_no_login(at, ada, role):
    with at.robot() as work:
        work.session.exec(select(Membership)).one().role = role

    with pytest.raises(NotAllowed):
        reveals(ada)


def test_a_suspended_customer_is_shown_no_login(at, ada):
    service = ada.service()
    with at.robot() as work:
        work.session.exec(select(Customer)).one().suspended_at = work.now

    with pytest.raises(NotAllowed):
        reveals(ada, service)


def test_there_is_no_login_before_the_server_and_none_after_it(at, ada):
    with at.robot() as work:
        wish_termination(work, service_to_change(work, ada.service().id))
    at.works()
    with pytest.raises(NotFound):
        reveals(ada)

    order = ada.orders()

    assert order.invoice_id
    with pytest.raises(NotFound):
        reveals(ada)


def test_a_login_moved_to_another_row_or_kept_under_another_key_does_not_open(at, ada):
    with at.robot() as work:
        work.session.exec(select(Credential)).one().secret = Vault({"k1": b"9" * 32}).seal("guess", "credential:1")

    with pytest.raises(CannotDecrypt):
        reveals(ada)


def test_a_newer_login_takes_the_place_of_the_older(at, ada):
    with at.robot() as work:
        store_login(work, at.house.vault, ada.service().id, Login("root", "fresh one"))

    assert reveals(ada) == Login("root", "fresh one")
