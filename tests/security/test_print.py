"""Whatever a customer is called, their mail and their invoices only show it (row 18)."""

import io
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader
from sqlmodel import select

from ezscale.billing.documents import invoice_pdf
from ezscale.models import Customer, MailMessage, User
from tests.browser.test_payloads import PAYLOADS
from tests.sizes import size

ACTIVE = re.compile(rb"/(JavaScript|JS|OpenAction|AA|Launch|RichMedia)\b")


class Harm(HTMLParser):
    """Finds what could run in a mail."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """A tag with something to run in it."""
        if tag in ("script", "iframe", "object", "form", "svg", "math", "video", "input", "details", "base"):
            self.found.append(tag)
        for name, value in attributes:
            if name.startswith("on") or re.match(r"\s*(javascript|data):", value or "", re.IGNORECASE):
                self.found.append(f"{tag} {name}={value}")


def harm_in(html: str) -> list[str]:
    reader = Harm()
    reader.feed(html)
    return reader.found


def test_the_search_for_harm_finds_it():
    assert harm_in("<p onclick=x()>") == ["p onclick=x()"]
    assert harm_in("<script>1</script>") == ["script"]
    assert harm_in('<a href=" javascript:x">') == ["a href= javascript:x"]


@pytest.mark.parametrize("number", range(0, len(PAYLOADS), size(8, 1)))
def test_mail_and_paper_show_a_payload_as_text(at, number):
    payload = PAYLOADS[number].replace("\t", " ")[:120]
    ada = at.signs_up("Ada Moreno")
    customer_id = ada.actor.customer_id
    with at.robot() as work:
        work.session.get_one(User, ada.user.id).name = payload
        customer = work.session.get_one(Customer, customer_id)
        customer.name = customer.company = customer.address = customer.city = payload
    ada.buys()
    [invoice] = ada.invoices()

    pdf = ada.does(lambda work: invoice_pdf(work, invoice.id))
    with at.robot() as work:
        mails = work.session.exec(select(MailMessage)).all()

    assert len(mails) >= 2
    assert [harm for mail in mails for harm in harm_in(mail.html)] == []
    assert any("__xss" in mail.html or "7*7" in mail.html for mail in mails) or "__xss" not in payload
    assert not any("49" in mail.subject for mail in mails)
    reader = PdfReader(io.BytesIO(pdf))
    [data] = reader.attachments["factur-x.xml"]
    assert len(reader.attachments) == 1
    root = ET.fromstring(data)  # noqa: S314  # our own
    assert payload.strip() in [text.strip() for text in root.itertext()]
    assert b"<!" not in data
    assert ACTIVE.search(pdf.replace(data, b"")) is None
    told = "".join(page.extract_text() for page in reader.pages)
    assert letters(payload) in letters(told)


def letters(text: str) -> str:
    """A text without what a printer breaks lines at."""
    return re.sub(r"[\s\u2010\u2013\u2014-]", "", text)
