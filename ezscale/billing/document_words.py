"""The words on documents, in the languages that we print. Another language is another dictionary."""

from collections.abc import Mapping
from dataclasses import dataclass

from ezscale.billing.tax import OUTSIDE, REVERSE_CHARGE


@dataclass(frozen=True, slots=True)
class Language:
    """A language of documents: how it writes dates and money, and its words."""

    code: str
    locale: str
    words: Mapping[str, str]
    notes: Mapping[str, str]

    def __getitem__(self, word: str) -> str:
        return self.words[word]

    def note(self, text: str) -> str:
        """A sentence of ours about tax, in this language; what staff wrote themselves stays as it is."""
        return self.notes.get(text, text)


ENGLISH = Language(
    "en",
    "en_IE",
    {
        "invoice": "Invoice",
        "proforma": "Proforma invoice",
        "credit_note": "Credit note",
        "billed_to": "Billed to",
        "seller": "From",
        "issued": "Issued",
        "due": "Due",
        "customer": "Customer",
        "supply": "Supplied",
        "for_invoice": "For invoice",
        "of": "of",
        "vat_id": "VAT id",
        "tax_id": "Tax id",
        "description": "Description",
        "quantity": "Quantity",
        "unit_price": "Unit price",
        "unit_price_with_tax": "Unit price incl. tax",
        "tax": "Tax",
        "amount": "Amount without tax",
        "discount": "Discount",
        "price_without_tax": "Unit price without tax",
        "net": "Total without tax",
        "on": "on",
        "untaxed": "Without tax",
        "total": "Total",
        "credited": "Total credited",
        "prices_with_tax": "Unit prices and discounts include tax.",
        "tax_in": "Tax in {currency}: {amount}, at {rate} {currency} for 1 {foreign}.",
        "reason": "Reason",
        "proforma_note": "This is not an invoice. The invoice follows when the payment has arrived.",
        "transfer": "Bank transfer",
        "transfer_reference": "Reference",
        "page": "Page {page} of {pages}",
    },
    {},
)
GERMAN = Language(
    "de",
    "de_DE",
    {
        "invoice": "Rechnung",
        "proforma": "Proforma-Rechnung",
        "credit_note": "Rechnungskorrektur",
        "billed_to": "Rechnung an",
        "seller": "Von",
        "issued": "Rechnungsdatum",
        "due": "Zahlbar bis",
        "customer": "Kundennummer",
        "supply": "Leistung",
        "for_invoice": "Zu Rechnung",
        "of": "vom",
        "vat_id": "USt-IdNr.",
        "tax_id": "Steuernummer",
        "description": "Beschreibung",
        "quantity": "Menge",
        "unit_price": "Einzelpreis",
        "unit_price_with_tax": "Einzelpreis inkl. Steuer",
        "tax": "Steuer",
        "amount": "Betrag ohne Steuer",
        "discount": "Rabatt",
        "price_without_tax": "Einzelpreis ohne Steuer",
        "net": "Summe ohne Steuer",
        "on": "auf",
        "untaxed": "Ohne Steuer",
        "total": "Gesamtbetrag",
        "credited": "Gutgeschrieben",
        "prices_with_tax": "Einzelpreise und Rabatte enthalten die Steuer.",
        "tax_in": "Steuer in {currency}: {amount}, zu {rate} {currency} für 1 {foreign}.",
        "reason": "Grund",
        "proforma_note": "Dies ist keine Rechnung. Die Rechnung folgt, sobald die Zahlung eingegangen ist.",
        "transfer": "Überweisung",
        "transfer_reference": "Verwendungszweck",
        "page": "Seite {page} von {pages}",
    },
    {
        REVERSE_CHARGE: "Steuerschuldnerschaft des Leistungsempfängers (Art. 196 der Richtlinie 2006/112/EG).",
        OUTSIDE: "Nicht im Anwendungsbereich der EU-Mehrwertsteuer.",
    },
)
LANGUAGES = {language.code: language for language in (ENGLISH, GERMAN)}


def language_of(code: str) -> Language:
    """The language that a customer reads, or English: de, de-AT and de_CH are all German."""
    return LANGUAGES.get(code.replace("_", "-").partition("-")[0].lower(), ENGLISH)
