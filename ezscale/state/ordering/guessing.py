"""Codes that somebody tries: a few mistakes are human, more of them is looking for one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import ceil

from ezscale.kit import rates
from ezscale.kit.errors import Invalid
from ezscale.kit.rates import CODES, network_of
from ezscale.kit.work import Work
from ezscale.state.ordering.basket import Basket
from ezscale.state.ordering.window import Window, window_of
from ezscale.state.reader import Reader

COUPON = "coupon"


@contextmanager
def trying(code: str, address: str) -> Iterator[None]:
    """Let a code be tried from an address. Invalid, on the field `coupon`, after too many wrong ones, right or not."""
    caller = network_of(address)
    if code and (wait := rates.test(CODES, caller)):
        raise Invalid(f"Too many codes were tried. Please wait {ceil(wait / 60)} minutes.", field=COUPON)
    try:
        yield
    except Invalid as refusal:
        if code and refusal.field == COUPON:
            rates.hit(CODES, caller)
        raise


def window_for(work: Work, basket: Basket, guess: Basket, reader: Reader, address: str) -> Window:
    """The order page for a basket; a code that may not be tried any more lowers nothing."""
    try:
        with trying(basket.coupon, address):
            window = window_of(work, basket, guess, reader)
            if COUPON in window.errors:
                raise Invalid(window.errors[COUPON], field=COUPON)
            return window
    except Invalid as refusal:
        if refusal.field != COUPON:
            raise
        full = window_of(work, replace(basket, coupon=""), guess, reader)
        kept = replace(full.basket, coupon=basket.coupon)
        return replace(full, basket=kept, errors={**full.errors, COUPON: refusal.message})
