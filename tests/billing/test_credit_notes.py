"""Taking back what was invoiced: never more than that, with the tax that was on it, to the last minor unit."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

from ezscale.accounts.customers import change_address
from ezscale.billing import ledger
from ezscale.billing.credit import credit_balance, grant_credit
from ezscale.billing.credit_notes import credit_note, credit_notes, creditable, issue_credit_note
from ezscale.billing.document_rules import InvoiceRules
from ezscale.billing.drafting import Wanted, draft_manual_invoice
from ezscale.billing.invoicing import draft_invoice, invoice_lines, issue_invoice, mark_uncollectible, void_invoice
from ezscale.billing.lines import Position, price_lines
from ezscale.billing.tax import Tax, TaxDecision
from ezscale.company.rules import set_rules
from ezscale.kit.errors import Invalid, NotAllowed, NotFound
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money, total
from ezscale.models import Customer, Invoice, MailMessage
from ezscale.models.base import WrongState
from ezscale.models.invoice import InvoiceStatus
from tests.accounts.races import at_once
from tests.billing.papers import a_line, again, drafts, euros, owes, pays_from_credit

MONTREAL = TaxDecision((Tax("GST 5%", "CA", 50_000), Tax("QST 9.975%", "CA-QC", 99_750)), "CA")
COMPOUND = TaxDecision((Tax("PST 5%", "CA", 50_000), Tax("X 10%", "CA-X", 100_000, compound=True)), "CA")
INCLUSIVE = TaxDecision((Tax("VAT 20%", "FR", 200_000),), "FR", inclusive=True)
MOVED = {"company": "", "address": "9 Hill", "city": "Bonn", "postcode": "53111", "country": "DE"}


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def takes_back(at, invoice, parts=None, reason="The server stood still"):
    with at.robot() as work:
        return issue_credit_note(work, invoice.id, parts, reason)


def first_line(at, invoice):
    with at.robot() as work:
        return invoice_lines(work, invoice.id)[0].id


def balance(at, account, currency="EUR"):
    with at.robot() as work:
        return ledger.balance(work, account, currency).minor


def credit_of(at, person):
    with at.robot() as work:
        return credit_balance(work, person.actor.own_customer(), "EUR").minor


def test_part_of_an_open_invoice_lowers_what_is_open(at, ada):
    invoice = owes(at, ada, a_line(10_000))

    note = takes_back(at, invoice, {first_line(at, invoice): euros(5_000)})

    assert (note.number, note.net_minor, note.tax_minor, note.total_minor) == ("CN-2026-000001", 5_000, 1_150, 6_150)
    assert note.kept_minor == 0
    left = again(at, invoice)
    assert (left.status, left.open_amount.minor, left.credited_minor) == (InvoiceStatus.OPEN, 6_150, 6_150)
    assert balance(at, ledger.receivable(invoice.customer_id)) == 6_150
    assert balance(at, ledger.revenue(ledger.OTHER)) == -5_000
    assert balance(at, ledger.tax_account("IE")) == -1_150


def test_what_is_taken_back_is_taken_from_the_family_that_earned_it(at, ada):
    ada.buys()
    [invoice] = ada.invoices()
    earned = balance(at, ledger.revenue("vps"))

    takes_back(at, invoice)

    assert (earned, balance(at, ledger.revenue("vps"))) == (-invoice.net_minor, 0)


def test_what_was_booked_before_there_were_families_is_taken_back_from_there(at, ada):
    ada.buys()
    [invoice] = ada.invoices()
    was, is_now = ledger.revenue(ledger.SERVICES), ledger.revenue("vps")
    with at.house.database.engine.begin() as connection:
        connection.execute(text(f"UPDATE posting SET account = '{was}' WHERE account = '{is_now}'"))

    takes_back(at, invoice)

    assert (balance(at, was), balance(at, is_now)) == (0, 0)


def test_a_proforma_earns_for_its_family_when_it_becomes_an_invoice(at, ada):
    with at.robot() as work:
        set_rules(work, InvoiceRules, {"proforma": True})
    ada.buys()
    at.lives(days=20)
    proforma = ada.invoices()[-1]
    before = balance(at, ledger.revenue("vps"))

    ada.pays(proforma.id)

    assert proforma.number is None
    assert balance(at, ledger.revenue("vps")) == before - proforma.net_minor


def test_what_was_paid_already_becomes_credit_and_what_was_open_is_lowered_first(at, ada):
    invoice = owes(at, ada, a_line(10_000))
    with at.robot() as work:
        grant_credit(work, invoice.customer_id, euros(6_000), "For the trouble")
    pays_from_credit(at, invoice)

    note = takes_back(at, invoice)

    assert (note.total_minor, note.kept_minor) == (12_300, 6_000)
    assert again(at, invoice).status is InvoiceStatus.PAID
    assert credit_of(at, ada) == 6_000
    assert balance(at, ledger.receivable(invoice.customer_id)) == 0


def test_an_open_invoice_that_is_credited_whole_is_closed_and_nothing_starts_because_of_it(at, ada):
    invoice = owes(at, ada)

    takes_back(at, invoice)
    at.works()

    closed = again(at, invoice)
    assert (closed.status, closed.settled_minor, closed.open_amount.minor) == (InvoiceStatus.PAID, 0, 0)
    with at.robot() as work:
        sent = set(work.session.exec(select(MailMessage.template)))
    assert "credit_note" in sent
    assert "receipt" not in sent


def test_a_renewal_that_is_credited_whole_is_not_chased_and_its_server_runs_again(at, ada):
    ada.buys()
    ada.leaves_card("4000000000000341")
    at.lives(days=40)
    renewal = ada.invoices()[1]
    assert (renewal.status, ada.service().status) == (InvoiceStatus.OPEN, "suspended")

    takes_back(at, renewal, reason="Our fault")
    at.lives(days=1)

    assert ada.service().status == "active"


def test_voiding_takes_its_credit_notes_down_with_it(at, ada):
    invoice = owes(at, ada, a_line(10_000))
    takes_back(at, invoice, {first_line(at, invoice): euros(1_000)})

    with at.robot() as work:
        void_invoice(work, invoice.id)

    assert [
        balance(at, account) for account in (ledger.receivable(invoice.customer_id), ledger.revenue(ledger.OTHER))
    ] == [0, 0]
    assert balance(at, ledger.tax_account("IE")) == 0


def test_an_uncollectible_invoice_can_be_credited(at, ada):
    invoice = owes(at, ada, a_line(10_000))
    with at.robot() as work:
        mark_uncollectible(work, invoice.id)

    takes_back(at, invoice, {first_line(at, invoice): euros(5_000)})
    assert again(at, invoice).status is InvoiceStatus.UNCOLLECTIBLE
    assert balance(at, ledger.BAD_DEBT) == 6_150
    takes_back(at, invoice)

    assert again(at, invoice).status is InvoiceStatus.PAID
    assert balance(at, ledger.BAD_DEBT) == 0


@pytest.mark.parametrize("net", [10_001, -1, 99_999_999])
def test_more_than_was_invoiced_is_not_taken_back(at, ada, net):
    invoice = owes(at, ada, a_line(10_000))

    with pytest.raises(Invalid, match=r"100\.00 EUR can be taken back"):
        takes_back(at, invoice, {first_line(at, invoice): euros(net)})

    assert again(at, invoice).credited_minor == 0
    with at.robot() as work:
        assert credit_notes(work) == []


def test_lines_that_gave_back_limit_what_the_invoice_gives_back(at, ada):
    invoice = owes(at, ada, a_line(10_000), a_line(-4_000, "Rebate"))

    with pytest.raises(Invalid, match="Of this invoice"):
        takes_back(at, invoice, {first_line(at, invoice): euros(10_000)})

    assert takes_back(at, invoice).total_minor == invoice.total_minor


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_credit_note_says_why(at, ada, reason):
    invoice = owes(at, ada)

    with pytest.raises(Invalid) as refusal:
        takes_back(at, invoice, reason=reason)

    assert refusal.value.field == "reason"


def test_what_is_no_sale_cannot_be_credited(at, ada):
    draft = drafts(at, ada)
    voided = owes(at, ada)
    with at.robot() as work:
        void_invoice(work, voided.id)
        set_rules(work, InvoiceRules, {"proforma": True})
    proforma = owes(at, ada)

    for invoice in (draft, voided, proforma):
        with pytest.raises(WrongState):
            takes_back(at, invoice)


def test_only_a_line_of_the_invoice_can_be_taken_back_and_only_in_its_currency(at, ada):
    invoice, other = owes(at, ada), owes(at, ada)

    with pytest.raises(NotFound):
        takes_back(at, invoice, {first_line(at, other): euros(1)})
    with pytest.raises(Invalid, match="is in EUR"):
        takes_back(at, invoice, {first_line(at, invoice): Money(1, "USD")})
    with pytest.raises(Invalid, match="nothing to take back"):
        takes_back(at, invoice, {first_line(at, invoice): euros(0)})


def test_customers_see_their_own_credit_notes_and_issue_none(at, ada):
    invoice = owes(at, ada)
    note = takes_back(at, invoice)
    eve = at.signs_up("Eve Lang")

    with pytest.raises(NotAllowed):
        ada.does(lambda work: issue_credit_note(work, invoice.id, None, "Please"))
    with pytest.raises(NotAllowed):
        ada.does(lambda work: creditable(work, invoice.id))
    with pytest.raises(NotFound):
        eve.does(lambda work: credit_note(work, note.id))
    assert eve.does(credit_notes) == []
    assert ada.does(lambda work: credit_note(work, note.id)).invoice.number == invoice.number


def test_it_keeps_both_parties_as_the_invoice_has_them(at, ada):
    invoice = owes(at, ada)
    ada.does(lambda work: change_address(work, name="Ada Hall", **MOVED))

    note = takes_back(at, invoice)

    assert (note.billed_to["name"], note.seller) == ("Ada Moreno", invoice.seller)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    decision=st.sampled_from([MONTREAL, COMPOUND, INCLUSIVE]),
    currency=st.sampled_from(["EUR", "JPY", "KWD", "HUF"]),
    prices=st.lists(st.integers(0, 99_999), min_size=1, max_size=4),
    cuts=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 100)), max_size=6),
)
def test_credit_notes_in_any_split_come_to_the_invoice_without_a_residue(at, ada, decision, currency, prices, cuts):
    with at.robot() as work:
        positions = [Position("Part", Money(price, currency), Money.zero(currency)) for price in prices]
        customer = work.session.get_one(Customer, ada.actor.own_customer())
        invoice = draft_invoice(work, customer, price_lines(positions, decision), currency, decision)
        issue_invoice(work, invoice, work.today)
    if not invoice.total:
        return

    for which, percent in cuts:
        with at.robot() as work:
            rest = creditable(work, invoice.id)[which % len(prices)]
        part = Money(rest.net.minor * percent // 100, currency)
        if part:
            takes_back(at, invoice, {rest.line.id: part})
    if again(at, invoice).credited_minor < invoice.total_minor:
        takes_back(at, invoice)

    with at.robot() as work:
        notes = [note for note, _ in credit_notes(work, invoice_id=invoice.id)]
        rests = creditable(work, invoice.id)
        assert total((note.total for note in notes), currency) == invoice.total
        assert total((note.tax for note in notes), currency) == invoice.tax
        assert {tax["minor"] for rest in rests for tax in rest.taxes} | {rest.net.minor for rest in rests} <= {0}
        assert ledger.balance(work, ledger.receivable(customer.id), currency) == Money.zero(currency)
        assert ledger.balance(work, ledger.tax_account("CA-QC"), currency) == Money.zero(currency)


@pytest.mark.all_databases
def test_twenty_at_once_never_take_back_more_than_there_was(at, ada):
    invoice = owes(at, ada, a_line(10_000))
    line = first_line(at, invoice)

    refused = at_once([lambda: takes_back(at, invoice, {line: euros(1_000)})] * 20)

    assert [refusal is None for refusal in refused].count(True) == 10
    with at.robot() as work:
        notes = [note for note, _ in credit_notes(work, limit=50)]
    assert sum(note.total_minor for note in notes) == invoice.total_minor == again(at, invoice).credited_minor
    assert sorted(note.number for note in notes) == [f"CN-2026-{number:06}" for number in range(1, 11)]


def test_a_customer_who_is_not_there_gets_no_draft(at):
    with at.robot() as work, pytest.raises(NotFound):
        draft_manual_invoice(work, new_id(), Wanted([a_line()]))


def test_the_invoice_knows_what_was_taken_back(at, ada):
    invoice = owes(at, ada)
    takes_back(at, invoice)

    with at.robot() as work:
        assert work.session.get_one(Invoice, invoice.id).credited == invoice.total
