"""Counting requests, and saying in HTTP's words when there were too many."""

from typing import Any, NoReturn

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from ezscale.kit import rates
from ezscale.kit.cookies import session_token
from ezscale.kit.errors import TooMany
from ezscale.kit.ids import fingerprint
from ezscale.kit.rates import CALLS, EXPORTS, FORMS, GUESSES, OPEN, PLACES, WRONG_TOKENS, Rate, network_of

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def address_of(request: Request) -> str:
    """The network address that a request came from."""
    return request.client.host if request.client else ""


def count(request: Request, reading: Rate, changing: Rate, caller: str) -> None:
    """Note a request as one class or the other, by its method; TooMany after too many."""
    rate = reading if request.method in READING_METHODS else changing
    if wait := rates.hit(rate, caller):
        refuse(wait)


async def count_visitor(request: Request) -> None:
    """Note a request of somebody unknown. Reading is counted here and now, so that a probe waits for nothing and nobody."""
    address = network_of(address_of(request))
    if request.method not in READING_METHODS:
        await run_in_threadpool(count, request, OPEN, FORMS, address)
    elif wait := rates.hit(OPEN, address, alone=True):
        refuse(wait)


def count_call(request: Request, caller: str) -> None:
    """Note a program's call, and tell it how many are left; TooMany after too many within a minute."""
    refused = rates.hit(CALLS, caller)
    remaining, wait = rates.left(CALLS, caller)
    request.state.headers |= {
        "X-RateLimit-Limit": str(CALLS.amount),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(wait),
    }
    if refused:
        refuse(wait)


def count_wrong_token(key: str, address: str) -> None:
    """Note that a token which does not exist was tried: from an address, and at the key that begins like it."""
    rates.hit(WRONG_TOKENS, network_of(address))
    rates.hit(GUESSES, key)


def remember_place(key: str, address: str) -> None:
    """A key has been used from an address: guesses from elsewhere shall not lock it out there."""
    place = f"{key}@{network_of(address)}"
    if place not in _known_places:
        rates.hit(PLACES, place)
        _known_places.add(place)


def refuse_guesser(key: str, address: str) -> None:
    """TooMany for an address from which too many wrong tokens came within a minute; and for a key at which too many
    guesses were made within an hour, except where it has been used before.
    """
    place = network_of(address)
    if wait := rates.test(WRONG_TOKENS, place):
        refuse(wait)
    if (wait := rates.test(GUESSES, key)) and not rates.test(PLACES, f"{key}@{place}"):
        refuse(wait)


_known_places: set[str] = set()  # so that not every call asks for it


def refuse(wait: int) -> NoReturn:
    """Say no, and when to come back."""
    raise TooMany(f"Too many requests. Please wait {wait} seconds.", wait=wait)


def heavy(request: Request) -> None:
    """For whole lists and documents, which cost more than a page: counted for each session, or each address."""
    token = session_token(request.headers.get("cookie", ""), request.url.path)
    caller = fingerprint(token) if token else network_of(address_of(request))
    if wait := rates.hit(EXPORTS, caller):
        refuse(wait)


Heavy: Any = Depends(heavy)
