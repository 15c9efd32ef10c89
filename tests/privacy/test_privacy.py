"""Everything about a customer can be handed out, and all of it but the books can be forgotten."""

import io
import json
from zipfile import ZipFile

import pytest
from sqlmodel import select

from ezscale.accounts.signing_in import begin_session, sign_in
from ezscale.billing.documents import invoice_pdf
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.audit import broken_links
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotConfirmed, NotFound
from ezscale.models import Customer, Invoice, InvoiceDocument, Membership, User
from ezscale.models.customer import MemberRole
from ezscale.models.sign_in import CONFIRMED_FOR
from ezscale.privacy.erasing import KEPT
from tests.company import PASSWORD
from tests.privacy.conftest import erase, rows, shown


def archive(answer):
    with ZipFile(io.BytesIO(answer.content)) as file:
        return json.loads(file.read("data.json")), {name: file.read(name) for name in file.namelist()}


def test_an_owner_gets_everything_about_them_and_nothing_about_others(at, ada, bob, browser_of):
    bob.buys()
    [invoice] = ada.invoices()
    pdf = ada.does(lambda work: invoice_pdf(work, invoice.id))

    data, files = archive(browser_of(ada).get("/api/privacy/mine.zip"))

    assert (
        [row["email"] for row in data["customer"]] == [row["email"] for row in data["user_account"]] == [ada.user.email]
    )
    assert [row["hostname"] for row in data["service"]] == ["ada.example.com"]
    assert {"invoice", "invoice_line", "payment", "customer_order", "login_session", "mail_message"} <= set(data)
    assert files[f"invoices/{invoice.number}.pdf"] == pdf
    text = files["data.json"].decode()
    assert "Bob" not in text
    assert "bob" not in text
    for secret in ("password_hash", "token_hash", '"secret"'):
        assert secret not in text


def test_every_table_that_speaks_of_the_customer_is_in_it(at, ada, browser_of):
    customer_id, user_id = str(ada.actor.customer_id), str(ada.user.id)

    data, _ = archive(browser_of(ada).get("/api/privacy/mine.zip"))

    speaking = {
        table
        for table, found in rows(at).items()
        for row in found
        if {customer_id, user_id} & {str(value) for value in row.values()}
    }
    unlinked = {table for table in speaking if table.startswith("audit_") or table in ("job", "outbox_event")}
    assert speaking - unlinked <= set(data)


def test_only_a_person_who_has_just_confirmed_gets_it(at, ada, bob, grace, browser_of):
    others = f"/api/privacy/customers/{ada.actor.customer_id}.zip"
    browser, staff = browser_of(ada), browser_of(grace)

    assert browser_of(bob).get(others).status_code == 404
    assert staff.get(others).status_code == 200
    at.clock.move(CONFIRMED_FOR)
    answer = browser.get("/api/privacy/mine.zip")
    assert answer.headers["location"] == "/confirm/?next=%2Fapi%2Fprivacy%2Fmine.zip"
    assert staff.get(others).headers["location"].startswith("/confirm/")


@pytest.mark.all_databases
def test_after_erasing_nothing_but_the_books_tells_who_it_was(at, leaving, grace):
    customer_id, email = leaving.actor.customer_id, leaving.user.email
    before = rows(at)

    erase(at, grace, customer_id)
    at.works()  # vendors have forgotten her, and Stripe tells of it
    at.stripe.webhooks.deliver_due(all=True)
    at.works()

    after = rows(at)
    for word in ("Ada Moreno", email, "Moreno Weaving", "Shuttle Lane", "ada.example.com", "198.51.100.7"):
        told = {table for table, found in after.items() if any(word in shown(row) for row in found)}
        assert told <= KEPT, word
    for table in KEPT - {"ip_assignment"}:
        assert after[table] == before[table], table
    assert after["ledger_entry"] == before["ledger_entry"]
    assert after["posting"] == before["posting"]
    with at.robot() as work:
        assert list(broken_links(work.session)) == []
        assert work.session.get_one(User, leaving.user.id).erased_at == work.now
    assert at.complaints() == {}
    at.lives(days=40)
    assert at.complaints() == {}


def test_the_invoices_and_their_documents_are_byte_for_byte_what_they_were(at, leaving, grace):
    [invoice] = leaving.invoices()
    with at.robot() as work:
        before = work.session.exec(select(InvoiceDocument.sha256)).all()

    erase(at, grace, leaving.actor.customer_id)

    with at.robot() as work:
        assert work.session.exec(select(InvoiceDocument.sha256)).all() == before
        assert work.session.get_one(Invoice, invoice.id).billed_to == invoice.billed_to


def test_who_was_erased_cannot_come_in_and_the_address_is_free_again(at, leaving, grace):
    with at.robot() as work:
        token = begin_session(work, leaving.user).token
    erase(at, grace, leaving.actor.customer_id)

    with pytest.raises(Invalid):
        sign_in(at.house.database.opener(ANONYMOUS), leaving.user.email, PASSWORD)
    assert token
    assert at.signs_up("Ada Again").user.email == leaving.user.email


def test_somebody_who_belongs_to_others_too_only_leaves(at, leaving, bob, grace):
    with at.robot() as work:
        work.session.add(
            Membership(
                user_id=bob.user.id,
                customer_id=leaving.actor.customer_id,
                role=MemberRole.TECHNICAL,
                created_at=work.now,
            )
        )
    erase(at, grace, leaving.actor.customer_id)

    with at.robot() as work:
        known = work.session.get_one(User, bob.user.id)
        assert (known.email, known.erased_at) == (bob.user.email, None)
        memberships = work.session.exec(select(Membership).where(Membership.user_id == bob.user.id)).all()
    assert [row.customer_id for row in memberships] == [bob.actor.customer_id]


def test_nobody_is_erased_while_something_runs_or_is_owed(at, ada, bob, grace):
    with pytest.raises(BusinessError, match="still have a service"):
        erase(at, grace, ada.actor.customer_id)
    bob.orders()
    with pytest.raises(BusinessError, match="invoice of theirs"):
        erase(at, grace, bob.actor.customer_id)

    assert ada.service().hostname == "ada.example.com"
    with at.robot() as work:
        assert not any(user.erased_at for user in work.session.exec(select(User)))


def test_erasing_needs_the_right_a_fresh_confirmation_and_a_reason(at, leaving, bob, grace):
    customer_id = leaving.actor.customer_id
    with pytest.raises(NotConfirmed):
        erase(at, grace, customer_id, confirmed=False)
    with pytest.raises(NotAllowed):
        erase(at, leaving, customer_id)
    with pytest.raises(NotAllowed):
        erase(at, grace, customer_id, permissions=frozenset())
    with pytest.raises(Invalid, match="say why"):
        erase(at, grace, customer_id, reason="  ")
    with pytest.raises(NotFound):
        erase(at, grace, grace.user.id)

    with at.robot() as work:
        assert work.session.get_one(Customer, customer_id).name == "Ada Moreno"


def test_erasing_again_changes_nothing_more(at, leaving, grace):
    customer_id = leaving.actor.customer_id
    erase(at, grace, customer_id)
    with at.robot() as work:
        once = work.session.get_one(Customer, customer_id).model_dump()

    erase(at, grace, customer_id)

    with at.robot() as work:
        assert work.session.get_one(Customer, customer_id).model_dump() == once
        assert list(broken_links(work.session)) == []
