"""The tax of any sale, from rates that were read once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import NamedTuple

from ezscale.billing.lines import tax_on
from ezscale.billing.tax import EU, NOTHING, Supply, Tax, TaxDecision, named_tax, place_of_supply
from ezscale.billing.tax_rules import TaxRules
from ezscale.kit.errors import BusinessError
from ezscale.models import CalculatedRate, TaxRate
from ezscale.models.tax import Buyers

MANUAL = "manual"  # the source of a tax that a service should have worked out, and our own table did
Place = tuple[str, str, str]


class NoRate(BusinessError):
    """A place whose tax we must collect has no rate on that day: nothing is charged at zero silently."""


class Buyer(NamedTuple):
    """What the tax depends on. `is_business` is said of somebody whose tax id counts."""

    country: str
    region: str = ""
    postcode: str = ""
    is_business: bool = False
    exemption: str = ""


class TaxBook:
    """Every rate, by place, with what the company has decided. Each kind of buyer is thought about once."""

    def __init__(
        self,
        rates: Iterable[TaxRate],
        rules: TaxRules,
        home: str,
        calculated: Mapping[Place, CalculatedRate] | None = None,
    ) -> None:
        self.rules, self.home = rules, home
        self._registered = rules.places
        self._rates: dict[str, list[TaxRate]] = {}
        for rate in rates:
            self._rates.setdefault(rate.country, []).append(rate)
        self._calculated = calculated
        with_regions = {country for country, own in self._rates.items() if any(rate.region for rate in own)}
        self._by_region = with_regions | {place.partition("-")[0] for place in self._registered if "-" in place}
        self._whole = {
            country for country, own in self._rates.items() if any(not (rate.region or rate.postcode) for rate in own)
        }
        self._by_postcode = {country for country, own in self._rates.items() if any(rate.postcode for rate in own)}
        self.has_categories = any(rate.category for own in self._rates.values() for rate in own)
        self._known: dict[tuple[Buyer, date, str], TaxDecision] = {}

    def decide(self, buyer: Buyer, day: date, category: str = "") -> TaxDecision:
        """Which taxes a sale on that day carries. NoRate where we must collect and do not know how much."""
        key = (self._as_far_as_it_matters(buyer), day, category if self.has_categories else "")
        if key not in self._known:
            self._known[key] = self._decide(*key)
        return self._known[key]

    def _as_far_as_it_matters(self, buyer: Buyer) -> Buyer:
        """Without the town where only the country counts, so that a million customers are a few kinds of buyer."""
        if self._calculates(buyer):
            return buyer
        region = buyer.region if buyer.country in self._by_region else ""
        postcode = buyer.postcode if buyer.country in self._by_postcode else ""
        if (region, postcode) == (buyer.region, buyer.postcode):
            return buyer
        return Buyer(buyer.country, region, postcode, buyer.is_business, buyer.exemption)

    def _decide(self, buyer: Buyer, day: date, category: str) -> TaxDecision:
        if buyer.exemption:
            return self._untaxed(Supply(note=f"Exempt from tax: {buyer.exemption}", label="Exempt"), day, category)
        supply = place_of_supply(
            self.home,
            buyer.country,
            region=buyer.region,
            is_business=buyer.is_business,
            one_stop_shop=self.rules.one_stop_shop,
            registered=self._registered,
        )
        if not supply.country:
            return self._untaxed(supply, day, category)
        there = buyer if supply.country == buyer.country else Buyer(supply.country)
        is_asked = self._calculates(there)
        if is_asked and (found := self._found(there)) is not None:
            return self._calculated_tax(found)
        taxes = self._taxes(there, day, category)
        if not taxes and self._must_collect(there):
            raise NoRate(f"There is no tax rate for {there.country} on {day.isoformat()}. Please add one under Tax.")
        if not taxes:
            return self._untaxed(Supply(), day, category)
        return TaxDecision(
            taxes, supply.country, inclusive=self.rules.prices_include_tax, source=MANUAL if is_asked else ""
        )

    def _untaxed(self, supply: Supply, day: date, category: str) -> TaxDecision:
        """No tax, and the price without the seller's own where prices include it."""
        deducted = NOTHING
        if self.rules.prices_include_tax and self.rules.deduct_tax:
            deducted = tax_on(self._taxes(Buyer(self.home), day, category))
        return TaxDecision(note=supply.note, label=supply.label, deducted=deducted)

    def _must_collect(self, there: Buyer) -> bool:
        is_home = there.country == self.home and (self.home in EU or self.home in self._whole)
        return is_home or there.country in EU or self._is_registered(there)

    def _is_registered(self, there: Buyer) -> bool:
        return there.country in self._registered or f"{there.country}-{there.region}" in self._registered

    def _taxes(self, there: Buyer, day: date, category: str) -> tuple[Tax, ...]:
        """One tax of each level, from the rate that says most about the place, the product and the buyer."""
        candidates = [rate for rate in self._rates.get(there.country, ()) if _fits(rate, there, day, category)]
        chosen = []
        for level in (1, 2):
            rate = max((rate for rate in candidates if rate.level == level), key=_says, default=None)
            if rate is not None:
                chosen.append(named_tax(rate.name, _place_of(rate), rate.rate, compound=rate.compound))
        return tuple(chosen)

    def _calculates(self, buyer: Buyer) -> bool:
        """Whether a tax service is asked about a place: those of the United States where we are registered."""
        return self._calculated is not None and buyer.country == "US" and f"US-{buyer.region}" in self._registered

    def _found(self, there: Buyer) -> CalculatedRate | None:
        """What the service has said of a place. Until it has, our own table is used, and the invoice says so."""
        return (self._calculated or {}).get(place_key(there.country, there.region, there.postcode))

    def _calculated_tax(self, found: CalculatedRate) -> TaxDecision:
        if not found.rate:
            return TaxDecision(label="No tax due", source=found.source)
        tax = named_tax("Sales tax", f"{found.country}-{found.region}", found.rate)
        return TaxDecision((tax,), found.country, inclusive=self.rules.prices_include_tax, source=found.source)


def place_key(country: str, region: str, postcode: str) -> Place:
    """A place as a tax service knows it: American postcodes by their first five digits."""
    return country, region, postcode.strip().upper()[: 5 if country == "US" else None]


def clashing(rates: Sequence[TaxRate], new: TaxRate) -> TaxRate | None:
    """The rate for the very same place, product and buyers whose days run into those of a new one."""
    for rate in rates:
        before_it_ends = rate.valid_to is None or new.valid_from < rate.valid_to
        before_new_ends = new.valid_to is None or rate.valid_from < new.valid_to
        if rate.id != new.id and _subject(rate) == _subject(new) and before_it_ends and before_new_ends:
            return rate
    return None


def _subject(rate: TaxRate) -> tuple[object, ...]:
    return rate.country, rate.region, rate.postcode, rate.level, rate.category, rate.buyers


def _fits(rate: TaxRate, there: Buyer, day: date, category: str) -> bool:
    if not rate.holds_on(day) or (rate.region and rate.region != there.region):
        return False
    if rate.category and rate.category != category:
        return False
    if rate.postcode and not fnmatchcase(_compact(there.postcode), _compact(rate.postcode)):
        return False
    return rate.buyers is Buyers.EVERYBODY or (rate.buyers is Buyers.BUSINESSES) is there.is_business


def _says(rate: TaxRate) -> tuple[object, ...]:
    """How much a rate says: a postcode says more than a region, then the product, then the buyer; the newest last."""
    exactly = len(_compact(rate.postcode).replace("*", "").replace("?", ""))
    return (
        bool(rate.postcode),
        exactly,
        bool(rate.region),
        bool(rate.category),
        rate.buyers is not Buyers.EVERYBODY,
        rate.valid_from,
    )


def _compact(postcode: str) -> str:
    return postcode.replace(" ", "").upper()


def _place_of(rate: TaxRate) -> str:
    return f"{rate.country}-{rate.region}" if rate.region else rate.country
