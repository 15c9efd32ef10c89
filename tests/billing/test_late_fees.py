"""Late fees: asked for where the house wants them, once for each invoice, on an invoice of their own."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from ezscale.billing.document_rules import InvoiceRules
from ezscale.billing.invoicing import invoice_lines, void_invoice
from ezscale.billing.late_fees import charge_late_fee, charge_late_fees
from ezscale.billing.tax_rules import TaxRules
from ezscale.company.rules import set_rules
from ezscale.kit.errors import Invalid
from ezscale.kit.money import Money
from ezscale.models import Invoice
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus, LineKind
from ezscale.tasks import billing
from tests.accounts.races import at_once
from tests.billing.papers import a_line, again, owes

FEES = {"late_fee": True, "late_fee_after_days": 10, "late_fee_percent": "5", "late_fee_fixed": "2.00 EUR, 3.00 USD"}


@pytest.fixture
def rounds():
    return frozenset({billing.charge_late_fees})


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def decides(at, **typed):
    with at.robot() as work:
        return set_rules(work, InvoiceRules, FEES | typed)


def fees(at):
    with at.robot() as work:
        asked = select(Invoice).where(Invoice.origin == InvoiceOrigin.LATE_FEE)
        return list(work.session.exec(asked.order_by(col(Invoice.id))))


def runs(at):
    return charge_late_fees(at.house.automation("late fees")).counts


def test_nothing_is_asked_for_unless_the_house_wants_it(at, ada):
    owes(at, ada)

    at.lives(days=60)

    assert fees(at) == []


def test_a_fee_is_asked_for_once_on_its_own_invoice_and_the_late_one_stays_as_it_was(at, ada):
    late = owes(at, ada, a_line(10_000))
    decides(at)

    at.lives(days=23)
    assert fees(at) == []
    at.lives(days=40)

    [fee] = fees(at)
    assert (fee.net_minor, fee.total_minor, fee.fee_for_id) == (815, 815, late.id)  # 5 % of 123.00, and 2.00
    with at.robot() as work:
        [line] = invoice_lines(work, fee.id)
    assert (line.description, line.kind) == ("Late fee for invoice INV-2026-000001", LineKind.LATE_FEE)
    assert again(at, late).total_minor == late.total_minor
    assert runs(at) == {}


@pytest.mark.parametrize(("taxed", "tax", "place"), [(True, 46, "IE"), (False, 0, "")])
def test_no_fee_for_what_is_voided_or_no_sale_and_tax_on_it_only_where_it_is_a_sale(at, ada, taxed, tax, place):
    voided, late = owes(at, ada), owes(at, ada)
    with at.robot() as work:
        void_invoice(work, voided.id)
        set_rules(work, InvoiceRules, {"proforma": True})
    owes(at, ada)
    decides(at, late_fee_percent="0")
    with at.robot() as work:
        set_rules(work, TaxRules, {"tax_late_fees": taxed})
    at.lives(days=30)

    [fee] = fees(at)
    assert (fee.fee_for_id, fee.tax_minor, fee.total_minor, fee.tax_country) == (late.id, tax, 200 + tax, place)


def test_a_currency_without_a_sum_pays_the_share_alone(at):
    bob = at.signs_up("Bob Byrne", currency="GBP")
    decides(at)
    with at.robot() as work:
        rules_now = set_rules(work, InvoiceRules, {})

    assert bob.user
    assert rules_now.late_fee_on(Money(1_000, "GBP")) == Money(50, "GBP")
    assert rules_now.late_fee_on(Money(1_000, "USD")) == Money(350, "USD")


@pytest.mark.parametrize("typed", ["2.00 EUR, 3.00 USD", "eur 2, usd 3.00"])
def test_the_currency_of_a_fee_stands_before_or_behind_it(at, typed):
    assert decides(at, late_fee_fixed=typed).late_fee_fixed == "EUR 2.00, USD 3.00"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("late_fee_percent", "101"),
        ("late_fee_percent", "-1"),
        ("late_fee_fixed", "five euros"),
        ("late_fee_fixed", "-5 EUR"),
        ("late_fee_fixed", "5 XXZ"),
        ("late_fee_fixed", "EUR 5 6"),
        ("late_fee_fixed", "NaN EUR"),
        ("late_fee_fixed", "5.001 EUR"),
        ("late_fee_after_days", 0),
        ("due_days", -1),
    ],
)
def test_rules_that_make_no_sense_are_refused(at, field, typed):
    with pytest.raises(Invalid) as refusal:
        decides(at, **{field: typed})

    assert refusal.value.field == field


@pytest.mark.all_databases
def test_eight_runs_at_once_ask_for_one_fee(at, ada):
    late = owes(at, ada)
    at.lives(days=30)
    decides(at)

    at_once([lambda: runs(at)] * 8)

    assert [fee.fee_for_id for fee in fees(at)] == [late.id]


@pytest.mark.all_databases
def test_the_database_refuses_a_second_fee(at, ada):
    late, first, second = owes(at, ada), owes(at, ada), owes(at, ada)
    with at.robot() as work:
        drafts = [Invoice(**again(at, each).model_dump() | {"status": InvoiceStatus.DRAFT}) for each in (first, second)]

    def ask_for_two(work):
        for place, draft in enumerate(drafts):
            copied = draft.model_dump(exclude={"id", "number"}) | {"fee_for_id": late.id, "memo": str(place)}
            work.session.add(Invoice(**copied))
            work.session.flush()

    with pytest.raises(IntegrityError), at.robot() as work:
        ask_for_two(work)

    with at.robot() as work:
        assert charge_late_fee(work, late.id) is None
