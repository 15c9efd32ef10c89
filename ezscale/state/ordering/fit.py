"""What a server is fitted with: as text in an address, and made possible where it is not."""

from ezscale.catalog.fitting import ONCE, FittableAddOn, FittableOption, Fitting, Fittings, Wanted
from ezscale.models.option import OptionKind

ADD_ON = "+"
MOST_DIGITS = 6


def fit_of(text: str) -> Wanted:
    """From an address: `memory:8,panel:cpanel,+backups:2`. What cannot be read is left out."""
    options: dict[str, str | int] = {}
    add_ons: dict[str, int] = {}
    for piece in text.split(","):
        name, colon, value = piece.partition(":")
        if not colon or not value:
            continue
        if name.startswith(ADD_ON):
            add_ons[name.removeprefix(ADD_ON)] = _number(value)
        else:
            options[name] = value
    return Wanted(options, add_ons)


def text_of(wanted: Wanted) -> str:
    """Into an address."""
    options = [f"{name}:{value}" for name, value in wanted.options.items()]
    add_ons = [f"{ADD_ON}{name}:{count}" for name, count in wanted.add_ons.items() if count]
    return ",".join([*options, *add_ons])


def possible_fit(offered: Fittings, wanted: Wanted, currency: str, months: int) -> Wanted:
    """What of a wish can be had: the rest gives way without a word, as it does with everything else on the page."""
    options = {
        option.slug: value
        for option in available_options(offered, wanted, currency, months)
        if (value := _possible_value(option, wanted.options.get(option.slug))) is not None
    }
    taken = Wanted(options, wanted.add_ons)
    add_ons = {
        add_on.slug: min(count, add_on.most)
        for add_on in available_add_ons(offered, taken, currency, months)
        if (count := max(0, wanted.add_ons.get(add_on.slug, 0)))
    }
    return Wanted(options, add_ons)


def available_options(offered: Fittings, wanted: Wanted, currency: str, months: int) -> list[FittableOption]:
    """The options that can be had for this cycle beside what is chosen already."""
    taken = _taken(offered, wanted)
    return [
        option
        for option in offered.options
        if (not option.needs or option.needs in taken)
        and any(value.is_standard or price_of(value.prices, currency, months) for value in option.values)
    ]


def available_add_ons(offered: Fittings, wanted: Wanted, currency: str, months: int) -> list[FittableAddOn]:
    """The same for add-ons."""
    taken = _taken(offered, wanted)
    return [
        add_on
        for add_on in offered.add_ons
        if (not add_on.needs or add_on.needs in taken)
        and price_of(add_on.prices, currency, months if add_on.recurring else ONCE)
    ]


def price_of(prices: tuple[Fitting, ...], currency: str, months: int) -> Fitting | None:
    """What it costs for this cycle, if it is offered for it."""
    return next((price for price in prices if (price.currency, price.months) == (currency, months)), None)


def _possible_value(option: FittableOption, chosen: str | int | None) -> str | int | None:
    if option.kind is OptionKind.SLIDER:
        number = _number(str(chosen)) if chosen is not None else 0
        fits = option.smallest <= number <= option.largest and (number - option.smallest) % option.step == 0
        return number if number and fits else None
    return chosen if any(value.slug == chosen and not value.is_standard for value in option.values) else None


def _taken(offered: Fittings, wanted: Wanted) -> set[str]:
    """The values that are chosen, or come with the plan."""
    taken = set()
    for option in offered.options:
        chosen = wanted.options.get(option.slug)
        by_name = {value.slug for value in option.values if value.slug == chosen}
        taken |= by_name or {value.slug for value in option.values if value.is_standard}
        if option.kind is OptionKind.SLIDER and chosen:
            taken |= {value.slug for value in option.values}
    return taken


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else 0
