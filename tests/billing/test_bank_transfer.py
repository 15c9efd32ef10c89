"""The bank account that customers are told of: typed with care, named where money is waited for."""

import io

import pytest
from pypdf import PdfReader

from ezscale.billing.bank_rules import BankRules, account_for
from ezscale.billing.documents import invoice_pdf
from ezscale.company.rules import set_rules
from ezscale.kit.errors import Invalid
from ezscale.models import Customer
from tests.billing.papers import again, owes

IBAN = "ie29 aibk 9311 5212 3456 78"


def decides(at, **typed):
    with at.robot() as work:
        return set_rules(work, BankRules, typed)


def printed(at, invoice):
    with at.robot() as work:
        pages = PdfReader(io.BytesIO(invoice_pdf(work, invoice.id))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u00a0", " ").split())


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("iban", "IE29 AIBK 9311 5212 3456 87"),
        ("iban", "4711"),
        ("bic", "AIBK"),
        ("currencies", ("Euro",)),
    ],
)
def test_an_account_that_cannot_be_is_refused_beside_its_field(at, field, typed):
    decides(at, iban=IBAN)

    with pytest.raises(Invalid) as refusal:
        decides(at, **{field: typed})

    assert refusal.value.field == field
    with at.robot() as work:
        account = account_for(work, "EUR")
    assert account is not None
    assert (account.iban, account.holder, account.bic) == ("IE29 AIBK 9311 5212 3456 78", "EZSCALE", "")


def test_it_is_named_for_the_currencies_that_it_takes(at):
    decides(at, iban=IBAN, currencies=("eur", "GBP"))

    with at.robot() as work:
        assert [account_for(work, each) is not None for each in ("EUR", "GBP", "USD")] == [True, True, False]


def test_it_stands_on_paper_where_an_invoice_waits_and_is_kept_as_it_was_printed(at):
    ada = at.signs_up("Ada Moreno")
    with at.robot() as work:
        work.session.get_one(Customer, ada.actor.own_customer()).language = "de"
    decides(at, iban=IBAN, holder="EZSCALE Hosting", bic="AIBKIE2D", bank="AIB")

    waiting = owes(at, ada)
    before = printed(at, waiting)
    ada.buys()
    decides(at, iban="")
    later = owes(at, ada)

    account = "EZSCALE Hosting · IBAN IE29 AIBK 9311 5212 3456 78 · BIC AIBKIE2D · AIB"
    assert f"Überweisung: {account}. Verwendungszweck: {waiting.number}" in before
    assert printed(at, again(at, waiting)) == before
    assert "Überweisung" not in printed(at, ada.invoices()[1])  # what was ordered is paid already
    assert "Überweisung" not in printed(at, later)
