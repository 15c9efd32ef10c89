"""Invoices by hand: written, changed, thrown away, issued, sent again, copied."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import select

from ezscale.accounts.customers import change_address
from ezscale.billing import ledger
from ezscale.billing.document_rules import InvoiceRules
from ezscale.billing.drafting import (
    Wanted,
    WantedLine,
    change_draft,
    change_memo,
    copy_invoice,
    delete_draft,
    draft_manual_invoice,
    issue_draft,
    wanted_of,
)
from ezscale.billing.invoicing import (
    expect_again,
    invoice,
    invoice_lines,
    invoices,
    mark_uncollectible,
    resend_invoice,
    void_invoice,
)
from ezscale.company.rules import set_rules
from ezscale.kit.errors import Invalid, NotAllowed, NotFound
from ezscale.kit.money import Money
from ezscale.models import Invoice, InvoiceLine, MailMessage
from ezscale.models.base import WrongState
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus
from tests.billing.papers import a_line, again, drafts, euros, owes

TODAY = date(2026, 3, 2)
MOVED = {"company": "", "address": "9 Hill", "city": "Bonn", "postcode": "53111", "country": "DE"}
BY_STAFF = (
    lambda work, row: draft_manual_invoice(work, row.customer_id, Wanted([a_line()])),
    lambda work, row: change_draft(work, row.id, Wanted([a_line()])),
    lambda work, row: change_memo(work, row.id, "Hello"),
    lambda work, row: delete_draft(work, row.id),
    lambda work, row: issue_draft(work, row.id),
    lambda work, row: copy_invoice(work, row.id),
    lambda work, row: resend_invoice(work, row.id),
    lambda work, row: void_invoice(work, row.id),
    lambda work, row: mark_uncollectible(work, row.id),
    lambda work, row: expect_again(work, row.id),
)


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def lines_of(at, row):
    with at.robot() as work:
        return [
            (line.position, line.description, line.net_minor, line.tax_minor) for line in invoice_lines(work, row.id)
        ]


def test_a_draft_is_priced_with_the_customers_taxes_and_lines_without_tax_have_none(at, ada):
    draft = drafts(
        at,
        ada,
        a_line(1_000, "Moving", quantity=3, discount=euros(500)),
        a_line(700, "Postage", taxed=False),
    )

    assert lines_of(at, draft) == [(1, "Moving", 2_500, 575), (2, "Postage", 700, 0)]
    assert (draft.net_minor, draft.tax_minor, draft.total_minor) == (3_200, 575, 3_775)
    assert (draft.status, draft.number, draft.origin) == (InvoiceStatus.DRAFT, None, InvoiceOrigin.MANUAL)


def test_lines_are_added_removed_and_put_in_another_order(at, ada):
    draft = drafts(at, ada, a_line(100, "One"), a_line(200, "Two"), a_line(300, "Three", taxed=False))

    with at.robot() as work:
        said = list(wanted_of(work, draft).lines)
        wanted = Wanted([said[2], said[0], a_line(400, "Four")], TODAY + timedelta(days=7), " Thank you ")
        change_draft(work, draft.id, wanted)

    assert lines_of(at, draft) == [(1, "Three", 300, 0), (2, "One", 100, 23), (3, "Four", 400, 92)]
    changed = again(at, draft)
    assert (changed.total_minor, changed.memo, changed.due_on) == (915, "Thank you", TODAY + timedelta(days=7))


@pytest.mark.parametrize(
    ("lines", "more", "field"),
    [
        ((a_line(description=" "),), {}, "description_0"),
        ((a_line(), a_line(description="x" * 251)), {}, "description_1"),
        ((a_line(quantity=0),), {}, "quantity_0"),
        ((a_line(quantity=100_001),), {}, "quantity_0"),
        ((a_line(discount=euros(1_001)),), {}, "discount_0"),
        ((a_line(discount=euros(-1)),), {}, "discount_0"),
        ((a_line(-1_000, discount=euros(1)),), {}, "discount_0"),
        ((WantedLine("Dollars", Money(100, "USD")),), {}, "price_0"),
        ((a_line(1_000_000_001),), {}, "price_0"),
        ((a_line(1_000_000_000), a_line(1_000_000_000)), {}, "lines"),
        ((a_line(1_000), a_line(-1_001)), {}, "lines"),
        ((a_line(),) * 101, {}, "lines"),
        ((a_line(),), {"due_on": TODAY - timedelta(days=1)}, "due_on"),
        ((a_line(),), {"due_on": TODAY + timedelta(days=367)}, "due_on"),
        ((a_line(),), {"memo": "x" * 1_001}, "memo"),
    ],
)
def test_what_makes_no_sense_is_refused_next_to_its_field_and_changes_nothing(at, ada, lines, more, field):
    draft = drafts(at, ada)
    before = again(at, draft).model_dump(), lines_of(at, draft)

    with pytest.raises(Invalid) as new, at.robot() as work:
        draft_manual_invoice(work, draft.customer_id, Wanted(lines, **more))
    with pytest.raises(Invalid) as changed, at.robot() as work:
        change_draft(work, draft.id, Wanted(lines, **more))

    assert (new.value.field, changed.value.field) == (field, field)
    assert (again(at, draft).model_dump(), lines_of(at, draft)) == before
    with at.robot() as work:
        assert len(work.session.exec(select(Invoice.id)).all()) == 1


def test_issuing_takes_the_taxes_and_the_address_of_today(at, ada):
    draft = drafts(at, ada, a_line(1_000), a_line(500, "Postage", taxed=False))
    ada.does(lambda work: change_address(work, name="Ada Hall", **MOVED))

    with at.robot() as work:
        issued = issue_draft(work, draft.id)
    at.works()

    assert (issued.number, issued.tax_minor, issued.billed_to["country"]) == ("INV-2026-000001", 190, "DE")
    assert issued.due_on == TODAY + timedelta(days=14)
    assert [line[3] for line in lines_of(at, issued)] == [190, 0]
    with at.robot() as work:
        assert ledger.balance(work, ledger.receivable(issued.customer_id), "EUR") == euros(1_690)
        assert list(work.session.exec(select(MailMessage.template).where(MailMessage.template == "invoice_issued")))


def test_one_over_nothing_is_paid_when_it_is_issued_and_one_without_lines_is_not_issued(at, ada):
    free = owes(at, ada, a_line(1_000, discount=euros(1_000)))
    with at.robot() as work:
        empty = draft_manual_invoice(work, free.customer_id, Wanted())

    with pytest.raises(Invalid, match="Write a line first"), at.robot() as work:
        issue_draft(work, empty.id)

    assert again(at, free).status is InvoiceStatus.PAID


def test_a_draft_that_is_thrown_away_leaves_no_gap(at, ada):
    draft = drafts(at, ada)

    with at.robot() as work:
        delete_draft(work, draft.id)

    with pytest.raises(NotFound):
        lines_of(at, draft)
    with at.robot() as work:
        assert work.session.exec(select(InvoiceLine)).all() == []
    assert owes(at, ada).number == "INV-2026-000001"


def test_customers_do_not_see_what_is_only_drafted(at, ada):
    draft = drafts(at, ada)

    with pytest.raises(NotFound):
        ada.does(lambda work: invoice(work, draft.id))
    assert ada.does(lambda work: invoices(work, status="draft")) == []
    with at.robot() as work:
        assert [row.id for row in invoices(work, status="draft")] == [draft.id]


@pytest.mark.parametrize("place", range(len(BY_STAFF)))
def test_customers_write_no_invoices(at, ada, place):
    row = owes(at, ada)
    before = again(at, row).model_dump()

    with pytest.raises(NotAllowed):
        ada.does(lambda work: BY_STAFF[place](work, row))

    assert again(at, row).model_dump() == before


def test_what_was_issued_is_not_edited_issued_or_thrown_away_again(at, ada):
    row = owes(at, ada)

    for deed in (*BY_STAFF[1:5],):
        with pytest.raises(WrongState), at.robot() as work:
            deed(work, row)


def test_the_draft_of_an_order_keeps_its_lines_and_takes_a_memo(at, ada):
    order = ada.orders()
    with at.robot() as work:
        drafted = work.session.get_one(Invoice, order.invoice_id)
        change_memo(work, drafted.id, "Your reference: 12")

    for deed in (BY_STAFF[1], BY_STAFF[3], BY_STAFF[4]):
        with pytest.raises(WrongState, match="order"), at.robot() as work:
            deed(work, drafted)
    ada.pays(order.invoice_id)

    assert again(at, drafted).memo == "Your reference: 12"


def test_it_is_given_up_and_expected_again_as_often_as_staff_change_their_mind(at, ada):
    row = owes(at, ada)

    for _ in range(2):
        with at.robot() as work:
            mark_uncollectible(work, row.id)
        with at.robot() as work:
            lost = ledger.balance(work, ledger.BAD_DEBT, "EUR").minor
            expect_again(work, row.id)
        assert lost == row.total_minor

    with at.robot() as work:
        assert ledger.balance(work, ledger.BAD_DEBT, "EUR") == euros(0)
        void_invoice(work, row.id)


def test_it_is_sent_again_each_time_somebody_asks(at, ada):
    row = owes(at, ada)
    for _ in range(2):
        with at.robot() as work:
            resend_invoice(work, row.id)
        at.clock.move(timedelta(minutes=1))
    at.works()

    with at.robot() as work:
        sent = work.session.exec(select(MailMessage.id).where(MailMessage.template == "invoice_again")).all()
    assert len(sent) == 2
    with at.robot() as work:
        void_invoice(work, row.id)
    with pytest.raises(WrongState), at.robot() as work:
        resend_invoice(work, row.id)


def test_a_copy_is_a_draft_that_says_the_same(at, ada):
    row = owes(at, ada, a_line(1_000, "Moving", quantity=2, discount=euros(100)), a_line(50, "Postage", taxed=False))

    with at.robot() as work:
        copy = copy_invoice(work, row.id)
        said, original = wanted_of(work, copy), wanted_of(work, row)

    assert (copy.status, copy.number, copy.total_minor) == (InvoiceStatus.DRAFT, None, row.total_minor)
    assert replace(said, due_on=None) == replace(original, due_on=None)


def test_the_days_to_pay_are_what_the_house_has_decided(at, ada):
    with at.robot() as work:
        set_rules(work, InvoiceRules, {"due_days": 3})

    assert owes(at, ada).due_on == TODAY + timedelta(days=3)
