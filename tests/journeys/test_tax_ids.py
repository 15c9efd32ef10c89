"""A company tells its VAT id after it has bought, and owes the tax itself from then on."""

from ezscale.accounts.customers import change_tax_id, own_customer
from ezscale.billing.tax import REVERSE_CHARGE
from ezscale.ordering.quoting import Wish, quote

GERMAN_ID = "DE136695976"


def quoted(person):
    def ask(work):
        own = own_customer(work)
        return quote(work, Wish("vps-2", 1, "EUR", own.country, tax_id=own.tax_id)).sums

    return person.does(ask)


def test_a_vat_id_decides_the_next_quote_and_renewal_and_no_issued_invoice(at):
    gerda = at.signs_up("Gerda Holm", country="DE")
    gerda.buys("vps-2")
    before = quoted(gerda)

    gerda.does(lambda work: change_tax_id(work, " de 136 695 976 "))
    at.works()
    after = quoted(gerda)
    at.sleeps(31)
    second = gerda.orders("vps-2")
    gerda.pays(second.invoice_id)
    at.lives(days=0.01)

    first, *later = gerda.invoices()
    assert (before.tax.minor, after.tax.minor) == (209, 0)
    assert (first.billed_to["tax_id"], first.tax.minor, first.tax_note) == ("", 209, "")
    assert len(later) == 2
    for invoice in later:
        assert (invoice.billed_to["tax_id"], invoice.tax.minor) == (GERMAN_ID, 0)
        assert invoice.tax_note == REVERSE_CHARGE
