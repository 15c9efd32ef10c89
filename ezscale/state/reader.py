"""Money and dates as whoever looks at the screen is used to them."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_time
from babel.localedata import exists
from babel.numbers import get_territory_currencies

from ezscale.kit.money import Money
from ezscale.kit.settings import settings

WIDEST = 200  # of what is looked at in a header that anybody can write


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody in a country. Our words are English; numbers and dates follow the habits of the country."""

    country: str = ""

    @property
    def locale(self) -> str:
        """English as it is written there."""
        if not self.country:
            return "en_US"
        return f"en_{self.country}" if exists(f"en_{self.country}") else "en_001"

    def money(self, amount: Money) -> str:
        """$11.00, or 11,00 €."""
        return amount.format(self.locale)

    def day(self, day: date | None) -> str:
        """2 Mar 2026, or Mar 2, 2026; nothing for no day."""
        return format_date(day, "medium", locale=self.locale) if day else ""

    def moment(self, moment: datetime | None) -> str:
        """A day with its time, where the seller is; nothing for no moment."""
        if moment is None:
            return ""
        there = moment.astimezone(settings().zone)
        return f"{self.day(there)}, {format_time(there, 'short', locale=self.locale)} {there.tzname()}"

    def hour(self, moment: datetime | None) -> str:
        """The time alone, where the seller is: 14:32, or 2:32 PM; nothing for no moment."""
        return format_time(moment.astimezone(settings().zone), "short", locale=self.locale) if moment else ""

    def currency(self, offered: tuple[str, ...]) -> str:
        """The currency of the country when it is offered, otherwise the first that is."""
        usual = get_territory_currencies(self.country) if self.country else []
        return next((code for code in usual if code in offered), offered[0])


def reader_of(accept_language: str) -> Reader:
    """Whoever sent this header: "de-CH,de;q=0.9" lives in Switzerland, "de" most likely in Germany."""
    first = re.split("[,;]", accept_language[:WIDEST], maxsplit=1)[0]
    try:
        language = Locale.parse(first.strip(), sep="-")
    except (UnknownLocaleError, ValueError):
        return Reader()
    likely = language.territory or get_global("likely_subtags").get(language.language, "").rpartition("_")[2]
    return Reader(likely if re.fullmatch("[A-Z]{2}", likely) else "")
