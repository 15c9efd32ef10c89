"""No card number is anywhere in what we keep or say, however it was paid (row 21)."""

import io
import json
import re

import structlog
from pypdf import PdfReader
from sqlalchemy import select
from sqlmodel import SQLModel

from ezscale.kit.logs import configure_logs
from tests.company import DECLINED_LATER, GOOD_CARD
from tests.sizes import figures

DIGITS = re.compile(r"(?<![\w.])(?:\d[ -]?){12,18}\d(?![\w.])")
BEGINNINGS = re.compile(r"4|5[1-5]|2[2-7]|3[47]|3[068]|6(?:011|22|4[4-9]|5)|35")


def card_numbers(text: str) -> list[str]:
    """Everything in a text that could be a card's number: long enough, of a known network, with a right last digit."""
    found = (re.sub(r"[ -]", "", each) for each in DIGITS.findall(text))
    return [number for number in found if BEGINNINGS.match(number) and is_luhn(number)]


def is_luhn(number: str) -> bool:
    """Whether the last digit fits the others."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0


def test_the_search_finds_cards_and_leaves_other_numbers_alone():
    text = f'{{"a": "{GOOD_CARD}", "b": "4000 0000 0000 0341", "c": "3782-822463-10005"}}'

    assert card_numbers(text) == ["4242424242424242", "4000000000000341", "378282246310005"]
    assert card_numbers("2026-03-02 09:00:00.123456, 4242424242424241, 42424242, INV-2026-000123") == []


def test_after_sales_renewals_and_failures_nothing_we_keep_or_log_holds_a_card(at, capsys, monkeypatch):
    line = io.StringIO()
    monkeypatch.setattr("sys.stderr", line)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(line))
    configure_logs()
    ada, bob = at.signs_up("Ada Moreno"), at.signs_up("Bob Byrne", "US", "USD")
    ada.buys()
    bob.buys()
    bob.leaves_card(DECLINED_LATER)
    at.lives(days=45)
    bob.leaves_card(GOOD_CARD)
    at.lives(days=10)

    kept = dump(at)
    told = f"{line.getvalue()}{capsys.readouterr()}"
    figures("cards looked for", kept_bytes=len(kept), logged_bytes=len(told), found=len(card_numbers(kept + told)))
    assert "4242" in kept  # the last four stand on a receipt
    assert len(kept) > 100_000
    assert card_numbers(kept) == []
    assert card_numbers(told) == []


def dump(at) -> str:
    """Every row of every table, and every mail that went out."""
    with at.house.database.engine.connect() as connection:
        rows = [
            json.dumps(dict(row), default=shown)
            for table in SQLModel.metadata.sorted_tables
            for row in connection.execute(select(table)).mappings()
        ]
    return "\n".join(rows)


def shown(value: object) -> str:
    """A value in words; of a document what a reader sees."""
    if isinstance(value, bytes):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(value)).pages)
    return str(value)
