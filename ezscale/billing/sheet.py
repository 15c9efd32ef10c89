"""What stands on the paper of a document, word for word, ready to be laid out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from pycountry import countries

from ezscale.billing.bank_rules import BankAccount
from ezscale.billing.document_words import Language
from ezscale.billing.printed import Kind, Printed, PrintedLine, tax_sums
from ezscale.billing.tax import STANDARD_RATES, percent
from ezscale.kit.money import Money

Sheet = dict[str, Any]
NONE, RANGE = "\u2013", " \u2013 "
GLUED = re.compile(r"([A-Za-z])(?=\d)")  # a code that stands in for a currency's sign: KWD 1.099, and US$1.10


@dataclass(frozen=True, slots=True)
class Look:
    """How documents are laid out, and the account that those name which wait for their money."""

    design: str
    accent: str
    footer: str = ""
    account: BankAccount | None = None

    def naming(self, account: BankAccount | None) -> "Look":
        """The same, with the account that money is transferred to."""
        return replace(self, account=account)


def sheet_of(printed: Printed, language: Language, look: Look) -> Sheet:
    """Every word and figure of a document."""
    return Writer(printed, language, look).sheet()


@dataclass(frozen=True)
class Writer:
    """Writes one document in one language."""

    printed: Printed
    language: Language
    look: Look

    def sheet(self) -> Sheet:
        """All of it."""
        it, words = self.printed, self.language
        return {
            "design": self.look.design,
            "accent": self.look.accent,
            "on_accent": readable_on(self.look.accent),
            "language": words.code,
            "title": words[it.kind],
            "number": it.number,
            "seller": {"label": words["seller"], "name": it.seller.get("name", ""), "lines": self.seller()},
            "customer": {"label": words["billed_to"], **self.customer()},
            "facts": self.facts(),
            "columns": self.columns(),
            "lines": [self.line(line) for line in it.lines],
            "sums": self.sums(),
            "total": [words["credited" if it.kind is Kind.CREDIT_NOTE else "total"], self.money(it.total)],
            "notes": self.notes(),
            "foot": self.foot(),
            "page": self.page(),
        }

    def seller(self) -> list[str]:
        """Who sells, under their name."""
        seller = self.printed.seller
        country = country_name(seller.get("country", ""))
        address = seller.get("address", "")
        return [
            *_some(address, "" if country in address else country),
            *_some(self.tax_id(seller)),
            *_some(seller.get("email", "")),
        ]

    def customer(self) -> Sheet:
        """Who is billed: the company before the person, the address, the VAT id."""
        customer = self.printed.customer
        company, name = customer.get("company", ""), customer.get("name", "")
        city = " ".join(_some(customer.get("postcode", ""), customer.get("city", ""), customer.get("region", "")))
        country = country_name(customer.get("country", ""))
        lines = _some(name if company else "", customer.get("address", ""), city, country, self.tax_id(customer))
        return {"name": company or name, "lines": lines}

    def tax_id(self, party: Mapping[str, str]) -> str:
        """A tax id with what it is."""
        name = "vat_id" if party.get("country") in {*STANDARD_RATES, "GB"} else "tax_id"
        return f"{self.language[name]} {party['tax_id']}" if party.get("tax_id") else ""

    def facts(self) -> list[tuple[str, str]]:
        """The days, and what it refers to."""
        it, words = self.printed, self.language
        found = [(words["issued"], self.day(it.day))]
        if it.named:
            number, day = it.named
            found += [(words["for_invoice"], number), (words["of"], self.day(day))]
        else:
            found.append((words["supply"], self.days(*it.supplied)))
        if it.due_on and it.kind is not Kind.CREDIT_NOTE:
            found.append((words["due"], self.day(it.due_on)))
        if it.customer.get("number"):
            found.append((words["customer"], it.customer["number"]))
        return found

    def columns(self) -> list[str]:
        """The headings of the positions."""
        price = "unit_price_with_tax" if self.printed.with_tax else "unit_price"
        if self.printed.kind is Kind.CREDIT_NOTE:
            return [self.language[name] for name in ("description", "tax", "amount")]
        return [self.language[name] for name in ("description", "quantity", price, "tax", "amount")]

    def line(self, line: PrintedLine) -> Sheet:
        """A position: its words, what stands small below them, and its figures."""
        words, details = self.language, []
        if line.start and line.last_day:
            details.append(self.days(line.start, line.last_day))
        if line.discount:
            details.append(f"{words['discount']} {self.money(-line.discount)}")
        if self.printed.with_tax and line.quantity > 1:
            details.append(f"{words['price_without_tax']} {self.money(_without_tax(line))}")
        tax = " + ".join(f"{percent(tax.rate)} %" for tax in line.taxes) or NONE
        if self.printed.kind is Kind.CREDIT_NOTE:
            figures = [tax, self.money(line.net)]
        else:
            figures = [str(line.quantity), self.money(line.price), tax, self.money(line.net)]
        return {"text": line.description, "details": details, "figures": figures}

    def sums(self) -> list[tuple[str, str, str]]:
        """The net, and each tax with what it is taken of."""
        words = self.language
        found = [(words["net"], "", self.money(self.printed.net))]
        for tax in tax_sums(self.printed):
            base = f"{words['on']} {self.money(tax.base)}"
            found.append((tax.name or words["untaxed"], base, self.money(tax.amount)))
        return found

    def notes(self) -> list[str]:
        """What is said about taxes, and whatever else people wrote."""
        it, words = self.printed, self.language
        found = [words["proforma_note"]] if it.kind is Kind.PROFORMA else []
        if it.tax_note:
            found.append(words.note(it.tax_note))
        if it.with_tax:
            found.append(words["prices_with_tax"])
        if (reported := it.reported_tax) is not None:
            amount, rate = self.money(reported), self.decimal(it.report_rate)
            told = {"currency": it.report_currency, "amount": amount, "rate": rate, "foreign": it.currency}
            found.append(words["tax_in"].format_map(told))
        if it.memo:
            found.append(f"{words['reason']}: {it.memo}" if it.kind is Kind.CREDIT_NOTE else it.memo)
        if self.look.account and it.waits_for_money:
            account = " · ".join(self.look.account.parts)
            found.append(f"{words['transfer']}: {account}. {words['transfer_reference']}: {it.number}")
        return found

    def foot(self) -> list[str]:
        """What stands at the end of each page."""
        seller = self.printed.seller
        own = " · ".join(_some(seller.get("name", ""), seller.get("address", ""), self.tax_id(seller)))
        return [*_some(*self.look.footer.splitlines()), own]

    def page(self) -> list[str]:
        """The words around the number of a page and the number of pages."""
        before, _, rest = self.language["page"].partition("{page}")
        between, _, after = rest.partition("{pages}")
        return [before, between, after]

    def day(self, day: date) -> str:
        """A day as that language writes it."""
        return format_date(day, "long", locale=self.language.locale)

    def days(self, first: date, last: date) -> str:
        """A day, or from one to another."""
        if first >= last:
            return self.day(first)
        return RANGE.join(format_date(day, "medium", locale=self.language.locale) for day in (first, last))

    def decimal(self, number: str) -> str:
        """A number with all its places."""
        return str(format_decimal(Decimal(number), locale=self.language.locale, decimal_quantization=False))

    def money(self, amount: Money) -> str:
        """An amount as that language writes it."""
        return GLUED.sub("\\1\u00a0", amount.format(self.language.locale))


def readable_on(colour: str) -> str:
    """Black or white, whichever can be read on a colour (relative luminance as WCAG has it)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return "#ffffff" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.179 else "#0b1020"


def country_name(code: str) -> str:
    """A country's name, or its code where nobody knows it."""
    known = countries.get(alpha_2=code) if code else None
    return str(getattr(known, "common_name", known.name)) if known else code


def _some(*texts: str) -> list[str]:
    return [text for text in texts if text]


def _without_tax(line: PrintedLine) -> Money:
    """The price of one, without the taxes it holds."""
    gross = line.net.minor + sum(tax.amount.minor for tax in line.taxes)
    return line.price.share(Fraction(line.net.minor, gross)) if gross else line.price
