"""Every change leaves an entry, and no entry can be touched without being found out."""

import json
import random
from uuid import UUID

import pytest
from sqlalchemy import delete, text, update
from sqlmodel import Session, col, select

from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.kit.actor import ANONYMOUS, robot
from ezscale.kit.audit import (
    AuditEntry,
    AuditHead,
    AuditSubject,
    broken_links,
    erase_contents,
    head_of,
)
from ezscale.kit.errors import NotFound
from ezscale.models import Customer, Location, User
from tests.builders import OFFERED
from tests.sizes import figures, size

PASSWORD = "plum orchard lantern 42"


def entries(database):
    with Session(database.engine) as session:
        return list(session.exec(select(AuditEntry).order_by(col(AuditEntry.seq))))


def content(entry):
    return json.loads(entry.content)


@pytest.fixture
def ada(database) -> User:
    return sign_up(
        database.opener(ANONYMOUS.came_by("web", "203.0.113.7")),
        NewPerson("Ada", "ada@example.com", PASSWORD, "IE"),
        OFFERED,
    )


def test_an_entry_says_who_did_what_from_where(database, ada):
    [entry] = entries(database)

    assert (entry.kind, entry.door, entry.action) == ("anonymous", "web", "user signed up")
    assert content(entry)["address"] == "203.0.113.7"
    assert {row["table"] for row in content(entry)["rows"]} == {"customer", "user_account", "membership"}


def test_secrets_are_masked_and_yet_seen_to_change(database, ada):
    with database.opener(robot("test"))() as work:
        work.session.get_one(User, ada.id).password_hash = "another hash"

    [row] = content(entries(database)[-1])["rows"]
    assert row["before"]["password_hash"].startswith("•••")
    assert row["before"]["password_hash"] != row["after"]["password_hash"]
    assert "another hash" not in entries(database)[-1].content
    assert ada.password_hash not in entries(database)[0].content


@pytest.mark.all_databases
def test_a_statement_about_many_rows_is_told_row_by_row(database, ada):
    with database.opener(robot("test"))() as work:
        work.session.execute(update(Customer).values(city="Cork"))
        work.session.execute(update(Customer).where(col(Customer.city) == "Cork").values(city="Galway"))

    [row] = content(entries(database)[-1])["rows"]
    assert (row["table"], row["before"], row["after"]) == ("customer", {"city": ""}, {"city": "Galway"})


def test_what_is_gone_is_told_as_it_was(database):
    with database.opener(robot("test"))() as work:
        work.session.add(Location(slug="x", name="X", country="IE", panel="p", panel_ref="1"))
    with database.opener(robot("test"))() as work:
        work.session.execute(delete(Location))

    [row] = content(entries(database)[-1])["rows"]
    assert (row["after"], row["before"]["name"]) == (None, "X")


def test_nothing_changed_leaves_nothing_behind(database, ada):
    with database.opener(robot("test"))() as work:
        work.session.get_one(User, ada.id).name = ada.name
    with pytest.raises(NotFound):
        changes_and_fails(database, ada)

    assert len(entries(database)) == 1


def test_a_rehearsal_that_is_rolled_back_did_not_happen(database, ada):
    with database.opener(robot("test"))() as work:
        rehearsal = work.session.begin_nested()
        work.session.get_one(User, ada.id).name = "Somebody else"
        work.record("rehearsed")
        work.session.flush()
        rehearsal.rollback()

    assert len(entries(database)) == 1


def test_what_rows_do_not_tell_can_be_said(database, ada):
    with database.opener(robot("test"))() as work:
        work.record("password revealed", ("service", UUID(int=7)), reason="asked by phone", token="abc")

    told = content(entries(database)[-1])
    assert (entries(database)[-1].action, told["facts"]) == (
        "password revealed",
        {"reason": "asked by phone", "token": "•••"},
    )
    with Session(database.engine) as session:
        assert session.get(AuditSubject, (2, "service", str(UUID(int=7)))) is not None


def changes_and_fails(database, person):
    with database.opener(robot("test"))() as work:
        work.session.get_one(User, person.id).name = "Somebody else"
        raise NotFound


def a_trail(database, length):
    """Entries about nothing much."""
    for number in range(length):
        with database.opener(robot("test"))() as work:
            work.record("counted", ("number", UUID(int=number)), number=number)


TAMPERING = {
    "edit what was done": "UPDATE audit_entry SET action = 'nothing' WHERE seq = {seq}",
    "edit who did it": "UPDATE audit_entry SET door = 'api' WHERE seq = {seq}",
    "edit what it changed": "UPDATE audit_entry SET content = replace(content, 'number', 'digit') WHERE seq = {seq}",
    "edit it with its digest": "UPDATE audit_entry SET content = '{{}}', digest = '00' WHERE seq = {seq}",
    "empty it": "UPDATE audit_entry SET content = 'erased' WHERE seq = {seq}",
    "delete": "DELETE FROM audit_entry WHERE seq = {seq}",
    "delete from its index": "DELETE FROM audit_subject WHERE seq = {seq}",
    "truncate": "DELETE FROM audit_entry WHERE seq >= {seq}",
    "swap": "UPDATE audit_entry SET seq = -1 WHERE seq = {seq}; "
    "UPDATE audit_entry SET seq = {seq} WHERE seq = {seq} + 1; UPDATE audit_entry SET seq = {seq} + 1 WHERE seq = -1",
}


def test_whatever_is_done_to_the_trail_by_hand_is_found(database):
    length, tries, chance = size(200, 10_000), size(40, 200), random.Random(14)
    a_trail(database, length)
    ways, found = list(TAMPERING), 0

    with Session(database.engine) as session:
        untouched = list(broken_links(session))
        for number in range(tries):
            seq = chance.randrange(1, length)
            for statement in TAMPERING[ways[number % len(ways)]].format(seq=seq).split("; "):
                session.connection().execute(text(statement))
            found += bool(list(broken_links(session)))
            session.rollback()

    figures("tampering with the audit trail", entries=length, tried=tries, found=found)
    assert untouched == []
    assert found == tries


def test_an_end_that_was_cut_off_with_its_head_is_known_by_an_exported_head(database):
    a_trail(database, 5)
    with Session(database.engine) as session:
        exported = head_of(session)
        session.execute(text("DELETE FROM audit_entry WHERE seq > 3"))
        kept = session.exec(select(AuditEntry).where(AuditEntry.seq == 3)).one()
        head = session.get_one(AuditHead, 1)
        head.seq, head.hash = kept.seq, kept.hash
        session.execute(text("DELETE FROM audit_subject WHERE seq > 3"))
        session.flush()

        assert list(broken_links(session)) == []
        assert list(broken_links(session, [exported])) == ["the trail ends at entry 3, but entry 5 was exported"]


def test_contents_are_forgotten_by_name_and_the_chain_holds(database, ada):
    with database.opener(robot("test"))() as work:
        erase_contents(work.session, [1])

    with Session(database.engine) as session:
        assert list(broken_links(session)) == []
    assert "ada@example.com" not in "".join(entry.content for entry in entries(database))


def test_the_watch_over_all_tests_notices_a_change_that_goes_untold(database, ada, nothing_goes_untold):
    with database.opener(robot("test"))() as work:
        work.session.connection().execute(update(Customer).values(city="Cork"))
    with database.opener(robot("test"))() as work:
        work.session.get_one(User, ada.id).name = "Ada Moreno"

    assert nothing_goes_untold == ["customer"]
    nothing_goes_untold.clear()
