"""Paper: a sheet laid out as PDF/A-3, with our own fonts and nothing else from the machine it is made on."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final
from unicodedata import bidirectional, category, normalize

import typst

from ezscale.billing.factur_x import say_factur_x

PAPER = Path(__file__).parent / "paper"
FONTS = PAPER / "fonts"
STANDARD: Final = "a-3b"  # as archives want it, and with room for an e-invoice
LOST = "\ufffd"  # stands where no font of ours has the character
JOINERS = "\u200c\u200d"  # invisible, but they shape what stands around them
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
SPACES = re.compile(r"[\t\n\r\u2028\u2029]")
EPOCH = date(1970, 1, 1)
SHARPNESS: Final = 110.0  # dots to an inch: a page is some 900 wide
ONE_AT_A_TIME = Lock()  # the compiler refuses a second thread of the same process
Sayings = Sequence[Callable[[str], str]]


@dataclass(frozen=True, slots=True)
class Print:
    """A file, and the characters in it that could not be printed: there, it shows a sign for what is missing."""

    content: bytes
    lost: str


def typeset(sheet: dict[str, Any], day: date, e_invoice: bytes | None = None, sayings: Sayings | None = None) -> Print:
    """The PDF of a sheet, byte for byte the same each time. What cannot be printed never keeps the rest from being so.

    Should a text be refused although our fonts have all its characters, the next of the `sayings` has its turn.
    """
    problem: typst.TypstError | None = None
    for saying in sayings or (as_written, in_latin_only):
        words = Words(saying)
        inputs = {"sheet": json.dumps(words.of(sheet), ensure_ascii=False)}
        if e_invoice is not None:
            inputs["e_invoice"] = e_invoice.decode()
        try:
            content = _compile(inputs, day)
        except typst.TypstError as refused:
            problem = refused
            continue
        lost = "".join(sorted(words.lost))
        return Print(content if e_invoice is None else say_factur_x(content), lost)
    assert problem is not None  # noqa: S101  # only then does the loop end
    raise problem


def picture(sheet: dict[str, Any], day: date) -> bytes:
    """The first page of a sheet as a PNG, to be looked at on a screen."""
    inputs = {"sheet": json.dumps(Words(as_written).of(sheet), ensure_ascii=False)}
    with ONE_AT_A_TIME:
        made = compiler().compile(format="png", sys_inputs=inputs, timestamp=_seconds(day), ppi=SHARPNESS)
    return bytes(made[0] if isinstance(made, list) else made)  # type: ignore[arg-type]  # one page comes as it is


@cache
def compiler() -> typst.Compiler:
    """One for all documents: it keeps the fonts it has read."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return typst.Compiler(input=str(PAPER / "document.typ"), root=str(PAPER), font_paths=fonts)


class Words:
    """Reads all texts of a sheet through what our fonts can say, and keeps what they cannot."""

    def __init__(self, saying: Callable[[str], str]) -> None:
        self.saying = saying
        self.lost: set[str] = set()

    def of(self, value: Any) -> Any:
        """The same value with texts that can be printed."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {name: self.of(each) for name, each in value.items()}
            case list() | tuple():
                return [self.of(each) for each in value]
            case _:
                return value

    def text(self, text: str) -> str:
        """One text: composed, without what is invisible, and kept apart from its surroundings if it runs from the right."""
        if text.isascii() and text.isprintable():
            return text
        seen = "".join(sign for sign in normalize("NFC", SPACES.sub(" ", text)) if not is_invisible(sign))
        said = self.saying(seen)
        if LOST in said:
            self.lost |= {sign for sign in seen if sign not in said}
        if any(bidirectional(sign) in ("R", "AL") for sign in said):
            return f"{ISOLATE}{said}{END_ISOLATE}"
        return said


def is_invisible(sign: str) -> bool:
    """Whether a character only controls others: left out, so that no name can turn round what stands beside it."""
    return sign not in JOINERS and (category(sign) in ("Cc", "Cf", "Cs") or "\ufe00" <= sign <= "\ufe0f")


def as_written(text: str) -> str:
    """With a sign for each character that none of our fonts has."""
    return uncovered().sub(LOST, text)


def in_latin_only(text: str) -> str:
    """The last resort: Latin letters, punctuation and currencies, which need no other font than the first."""
    kept = (sign if sign < "\u0250" or "\u2000" <= sign <= "\u20cf" else LOST for sign in as_written(text))
    return "".join(kept)


@cache
def uncovered() -> re.Pattern[str]:
    """Finds what none of our fonts has."""
    ranges = (line.split("-") for line in (FONTS / "coverage.txt").read_text().split())
    covered = "".join(f"{re.escape(chr(int(first, 16)))}-{re.escape(chr(int(last, 16)))}" for first, last in ranges)
    return re.compile(f"[^{covered}{JOINERS}]")


def _compile(inputs: dict[str, str], day: date) -> bytes:
    with ONE_AT_A_TIME:
        made = compiler().compile(format="pdf", sys_inputs=inputs, pdf_standards=[STANDARD], timestamp=_seconds(day))
    return bytes(made)  # type: ignore[arg-type]  # one format, no output file


def _seconds(day: date) -> int:
    """The document's own day as the time it was made at, so that the same document is the same file."""
    return (day - EPOCH).days * 86_400
