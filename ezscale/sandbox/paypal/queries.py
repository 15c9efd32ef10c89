"""Parameters in an address: numbers and moments, or PayPal's error about them."""

from datetime import datetime

from ezscale.sandbox.paypal.errors import PayPalError
from ezscale.sandbox.store import Document


def number(params: Document, name: str, usual: int, largest: int) -> int:
    """A count from 1 to the largest; the usual one when it was not sent."""
    text = params.get(name, str(usual))
    if not text.isdecimal() or not 1 <= int(text) <= largest:
        raise PayPalError(400, "INVALID_PARAMETER_VALUE", field=name)
    return int(text)


def moment(params: Document, name: str) -> datetime:
    """A moment with its zone, which must be sent."""
    if name not in params:
        raise PayPalError(400, "MISSING_REQUIRED_PARAMETER", field=name)
    try:
        read = datetime.fromisoformat(params[name])
    except ValueError:
        raise PayPalError(400, "INVALID_PARAMETER_SYNTAX", field=name) from None
    if read.tzinfo is None:
        raise PayPalError(400, "INVALID_PARAMETER_SYNTAX", field=name)
    return read


def page_of(docs: list[Document], params: Document, usual: int, largest: int) -> list[Document]:
    """The part of a list that was asked for."""
    size, page = number(params, "page_size", usual, largest), number(params, "page", 1, 10_000)
    return docs[(page - 1) * size : page * size]


def pages(docs: list[Document], params: Document, usual: int, largest: int) -> Document:
    """How long the whole list is."""
    return {"total_items": len(docs), "total_pages": -(-len(docs) // number(params, "page_size", usual, largest))}
