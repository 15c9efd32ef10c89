"""Whose the public SSH keys of a customer are."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from ezscale.accounts.ssh_keys import MOST_KEYS, add_ssh_key, delete_ssh_key, ssh_keys
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotFound
from ezscale.models import SshKey
from ezscale.models.customer import MemberRole
from tests.accounts.test_public_keys import LINE, line_of


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def test_a_key_is_kept_once_under_a_name_and_forgotten_again(ada):
    key = ada.does(lambda work: add_ssh_key(work, "", LINE))
    with pytest.raises(Invalid, match="here already, as ada@laptop") as twice:
        ada.does(lambda work: add_ssh_key(work, "Another", f"{LINE.rpartition(' ')[0]} desk"))
    with pytest.raises(Invalid, match="a name"):
        ada.does(lambda work: add_ssh_key(work, " ", line_of(ed25519.Ed25519PrivateKey.generate(), "")))

    [kept] = ada.does(ssh_keys)
    assert (kept.name, kept.line, kept.added_by, twice.value.field) == ("ada@laptop", LINE, "Ada Moreno", "line")

    ada.does(lambda work: delete_ssh_key(work, key.id))
    assert ada.does(ssh_keys) == []


def test_keys_belong_to_a_customer_and_to_whoever_uses_all_its_servers(at, ada):
    server = ada.buys("vps-1")
    key = ada.does(lambda work: add_ssh_key(work, "Laptop", LINE))
    rea, tom = (ada.brings_along(*each) for each in (("Rea", MemberRole.READ_ONLY), ("Tom", MemberRole.TECHNICAL)))
    dan, eve = ada.brings_along("Dan", MemberRole.DELEGATE, server.id), at.signs_up("Eve Lang")

    seen = {each.user.name: len(each.does(ssh_keys)) for each in (rea, tom, dan, eve)}
    assert seen == {"Rea": 1, "Tom": 1, "Dan": 0, "Eve Lang": 0}
    for each, refusal in ((rea, NotAllowed), (dan, NotAllowed), (eve, NotFound)):
        with pytest.raises(refusal):
            each.does(lambda work: delete_ssh_key(work, key.id))
    acting = at.house.database.opener(replace(ada.actor, behind_id=eve.user.id))
    with pytest.raises(NotAllowed), acting() as work:
        add_ssh_key(work, "A colleague's", line_of(ed25519.Ed25519PrivateKey.generate()))
    assert len(ada.does(ssh_keys)) == 1


def test_there_is_an_end_to_how_many_are_kept(ada):
    with ada.at.robot() as work:
        for number in range(MOST_KEYS):
            mine = {"customer_id": ada.actor.customer_id, "added_by": "Ada", "added_at": work.now}
            work.session.add(SshKey(name=f"{number}", line=LINE, fingerprint=f"SHA256:{number}", **mine))

    with pytest.raises(BusinessError, match="50 keys already"):
        ada.does(lambda work: add_ssh_key(work, "One more", LINE))
