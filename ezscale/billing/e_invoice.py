"""The e-invoice inside the PDF: a UN/CEFACT Cross Industry Invoice in the profile EN 16931 of Factur-X and ZUGFeRD.

BT and BR are the terms and the rules of EN 16931. Everything is taken from the issued document, nothing is worked out
anew: sums are to the minor unit those on paper. What the norm cannot say gets none: more than two decimal places,
several taxes on one line, a tax without an id of the seller.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from ezscale.billing.printed import Kind, Printed, PrintedLine
from ezscale.billing.tax import OUTSIDE, REVERSE_CHARGE, percent
from ezscale.kit.money import Money, digits

PROFILE = "urn:cen.eu:en16931:2017"
NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
TYPES = {Kind.INVOICE: "380", Kind.CREDIT_NOTE: "381"}
PIECE = "C62"  # the unit "one"
NOT_ALLOWED = {ord(sign): None for sign in map(chr, range(32)) if sign not in "\t\n\r"} | {0xFFFE: None, 0xFFFF: None}

for _prefix, _uri in NAMESPACES.items():
    register_namespace(_prefix, _uri)


class Category(StrEnum):
    """Why a line carries the tax it does, in the codes of UNTDID 5305."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    OUTSIDE = "O"


@dataclass(frozen=True, slots=True)
class Rate:
    """A category with its rate in parts of a million."""

    category: Category
    rate: int = 0


def e_invoice(printed: Printed) -> bytes | None:
    """The XML of an invoice or a credit note, or None where EN 16931 has no way to say it."""
    if not can_be_said(printed):
        return None
    root = Element(_name("rsm:CrossIndustryInvoice"))
    _context(root, printed)
    deal = _in(root, "rsm:SupplyChainTradeTransaction")
    for place, line in enumerate(printed.lines, start=1):
        _line(deal, place, line, printed)
    _parties(deal, printed)
    _delivery(deal, printed)
    _settlement(deal, printed)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def can_be_said(printed: Printed) -> bool:
    """Whether EN 16931 knows such a document."""
    if printed.kind not in TYPES or digits(printed.currency) > 2 or not printed.lines:
        return False
    if any(len(line.taxes) > 1 for line in printed.lines) or not printed.customer.get("country"):
        return False
    categories = {rate_of(line, printed).category for line in printed.lines}
    if Category.OUTSIDE in categories:
        return len(categories) == 1  # BR-O-11
    if Category.REVERSE_CHARGE in categories and not printed.customer.get("tax_id"):
        return False  # BR-AE-02
    return bool(printed.seller.get("tax_id"))


def rate_of(line: PrintedLine, printed: Printed) -> Rate:
    """What EN 16931 calls the tax on a line."""
    if line.taxes:
        rate = line.taxes[0].rate
        return Rate(Category.STANDARD, rate) if rate else Rate(Category.ZERO)
    if printed.tax_note == REVERSE_CHARGE:
        return Rate(Category.REVERSE_CHARGE)
    if any(each.taxes for each in printed.lines):
        return Rate(Category.EXEMPT)  # BR-O-11: what is outside cannot stand beside what is taxed
    if printed.tax_note and printed.tax_note != OUTSIDE:
        return Rate(Category.EXEMPT)
    return Rate(Category.OUTSIDE)


def _context(root: Element, printed: Printed) -> None:
    guideline = _in(_in(root, "rsm:ExchangedDocumentContext"), "ram:GuidelineSpecifiedDocumentContextParameter")
    _text(guideline, "ram:ID", PROFILE)
    document = _in(root, "rsm:ExchangedDocument")
    _text(document, "ram:ID", printed.number)
    _text(document, "ram:TypeCode", TYPES[printed.kind])
    _day(_in(document, "ram:IssueDateTime"), printed.day)
    for note in filter(None, (printed.tax_note, printed.memo)):
        _text(_in(document, "ram:IncludedNote"), "ram:Content", note)


def _line(deal: Element, place: int, line: PrintedLine, printed: Printed) -> None:
    item = _in(deal, "ram:IncludedSupplyChainTradeLineItem")
    _text(_in(item, "ram:AssociatedDocumentLineDocument"), "ram:LineID", str(place))
    _text(_in(item, "ram:SpecifiedTradeProduct"), "ram:Name", line.description)
    price, basis, quantity, discount = _priced(line, with_tax=printed.with_tax)
    net_price = _in(_in(item, "ram:SpecifiedLineTradeAgreement"), "ram:NetPriceProductTradePrice")
    _money(net_price, "ram:ChargeAmount", price)
    if basis != 1:
        _text(net_price, "ram:BasisQuantity", str(basis), unitCode=PIECE)
    _text(_in(item, "ram:SpecifiedLineTradeDelivery"), "ram:BilledQuantity", str(quantity), unitCode=PIECE)
    settlement = _in(item, "ram:SpecifiedLineTradeSettlement")
    _tax(_in(settlement, "ram:ApplicableTradeTax"), rate_of(line, printed))
    if line.start and line.last_day:
        _period(settlement, line.start, line.last_day)
    if discount:
        allowance = _in(settlement, "ram:SpecifiedTradeAllowanceCharge")
        _text(_in(allowance, "ram:ChargeIndicator"), "udt:Indicator", "false")
        _money(allowance, "ram:ActualAmount", discount)
        _text(allowance, "ram:Reason", "Discount")
    _money(_in(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation"), "ram:LineTotalAmount", line.net)


def _priced(line: PrintedLine, *, with_tax: bool) -> tuple[Money, int, int, Money]:
    """Price, for how many it is, quantity and discount, such that they make the net (BR-27: no price is below zero).

    A price that holds the tax, or a discount that takes nothing off, is said as the net of all that is billed.
    """
    nothing = Money.zero(line.net.currency)
    plain = not with_tax and line.price * line.quantity - line.discount == line.net and line.discount.minor >= 0
    price, basis, discount = (line.price, 1, line.discount) if plain else (line.net, line.quantity, nothing)
    if price.minor < 0:
        return -price, basis, -line.quantity, discount
    return price, basis, line.quantity, discount


def _parties(deal: Element, printed: Printed) -> None:
    agreement = _in(deal, "ram:ApplicableHeaderTradeAgreement")
    outside = all(rate_of(line, printed).category is Category.OUTSIDE for line in printed.lines)
    seller, customer = printed.seller, printed.customer
    trade = _in(agreement, "ram:SellerTradeParty")
    if outside:  # BR-O-02: no VAT ids; BR-CO-26: but something to know the seller by
        _text(trade, "ram:ID", seller.get("tax_id") or seller.get("email", ""))
    _party(trade, seller.get("name", ""), seller, (seller.get("address", ""), "", ""))
    _vat_id(trade, "" if outside else seller.get("tax_id", ""))
    trade = _in(agreement, "ram:BuyerTradeParty")
    _text(trade, "ram:ID", customer.get("number", ""))
    name = customer.get("company") or customer.get("name", "")
    address = tuple(customer.get(part, "") for part in ("address", "city", "postcode"))
    _party(trade, name, customer, (address[0], address[1], address[2]))
    _vat_id(trade, "" if outside else customer.get("tax_id", ""))


def _party(trade: Element, name: str, party: Mapping[str, str], address: tuple[str, str, str]) -> None:
    street, city, postcode = address
    _text(trade, "ram:Name", name)
    where = _in(trade, "ram:PostalTradeAddress")
    for tag, said in (("PostcodeCode", postcode), ("LineOne", street), ("CityName", city)):
        _text(where, f"ram:{tag}", said)
    _text(where, "ram:CountryID", party.get("country", ""))
    if party.get("email"):
        _text(_in(trade, "ram:URIUniversalCommunication"), "ram:URIID", party["email"], schemeID="EM")


def _vat_id(trade: Element, vat_id: str) -> None:
    if vat_id:
        compact = vat_id.replace(" ", "").upper()
        _text(_in(trade, "ram:SpecifiedTaxRegistration"), "ram:ID", compact, schemeID="VA")


def _delivery(deal: Element, printed: Printed) -> None:
    delivery = _in(deal, "ram:ApplicableHeaderTradeDelivery")
    supplied = _in(delivery, "ram:ActualDeliverySupplyChainEvent")
    _day(_in(supplied, "ram:OccurrenceDateTime"), printed.supplied[1])


def _settlement(deal: Element, printed: Printed) -> None:
    settlement = _in(deal, "ram:ApplicableHeaderTradeSettlement")
    reported = printed.reported_tax
    if reported is not None:
        _text(settlement, "ram:TaxCurrencyCode", reported.currency)
    _text(settlement, "ram:InvoiceCurrencyCode", printed.currency)
    for rate, base, tax in _rates(printed):
        _breakdown(settlement, rate, base, tax, printed)
    if any(line.start for line in printed.lines):
        _period(settlement, *printed.supplied)
    terms = _in(settlement, "ram:SpecifiedTradePaymentTerms")
    if printed.due_on:
        _day(_in(terms, "ram:DueDateDateTime"), printed.due_on)
    else:
        _text(terms, "ram:Description", "Set against what is owed.")
    _sums(_in(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation"), printed, reported)
    if printed.named:
        number, day = printed.named
        reference = _in(settlement, "ram:InvoiceReferencedDocument")
        _text(reference, "ram:IssuerAssignedID", number)
        _date_string(_in(reference, "ram:FormattedIssueDateTime"), "qdt:DateTimeString", day)


def _rates(printed: Printed) -> Iterable[tuple[Rate, Money, Money]]:
    found: dict[Rate, tuple[Money, Money]] = {}
    nothing = Money.zero(printed.currency)
    for line in printed.lines:
        rate = rate_of(line, printed)
        base, tax = found.get(rate, (nothing, nothing))
        found[rate] = base + line.net, sum((each.amount for each in line.taxes), tax)
    return [(rate, base, tax) for rate, (base, tax) in found.items()]


def _breakdown(settlement: Element, rate: Rate, base: Money, tax: Money, printed: Printed) -> None:
    part = _in(settlement, "ram:ApplicableTradeTax")
    _money(part, "ram:CalculatedAmount", tax)
    _text(part, "ram:TypeCode", "VAT")
    if rate.category not in (Category.STANDARD, Category.ZERO):
        _text(part, "ram:ExemptionReason", printed.tax_note or "Not subject to VAT.")
    _money(part, "ram:BasisAmount", base)
    _text(part, "ram:CategoryCode", rate.category)
    if rate.category is not Category.OUTSIDE:
        _text(part, "ram:RateApplicablePercent", percent(rate.rate))


def _tax(part: Element, rate: Rate) -> None:
    _text(part, "ram:TypeCode", "VAT")
    _text(part, "ram:CategoryCode", rate.category)
    if rate.category is not Category.OUTSIDE:
        _text(part, "ram:RateApplicablePercent", percent(rate.rate))


def _sums(summation: Element, printed: Printed, reported: Money | None) -> None:
    _money(summation, "ram:LineTotalAmount", printed.net)
    _money(summation, "ram:TaxBasisTotalAmount", printed.net)
    for tax in [printed.tax] if reported is None else [printed.tax, reported]:
        _text(summation, "ram:TaxTotalAmount", _figure(tax), currencyID=tax.currency)
    _money(summation, "ram:GrandTotalAmount", printed.total)
    _money(summation, "ram:DuePayableAmount", printed.total)


def _period(parent: Element, first: date, last: date) -> None:
    period = _in(parent, "ram:BillingSpecifiedPeriod")
    _day(_in(period, "ram:StartDateTime"), first)
    _day(_in(period, "ram:EndDateTime"), last)


def _day(parent: Element, day: date) -> None:
    _date_string(parent, "udt:DateTimeString", day)


def _date_string(parent: Element, tag: str, day: date) -> None:
    _text(parent, tag, f"{day:%Y%m%d}", format="102")


def _money(parent: Element, tag: str, amount: Money) -> None:
    _text(parent, tag, _figure(amount))


def _figure(amount: Money) -> str:
    return f"{Decimal(amount.major):f}"


def _text(parent: Element, tag: str, text: str, **attributes: str) -> None:
    if text:
        _in(parent, tag, **attributes).text = text.translate(NOT_ALLOWED)


def _in(parent: Element, tag: str, **attributes: str) -> Element:
    return SubElement(parent, _name(tag), attributes)


def _name(tag: str) -> str:
    prefix, _, name = tag.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{name}"
