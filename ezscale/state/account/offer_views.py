"""What was offered, in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ezscale.ordering.offering import KeptItem, OfferedItem
from ezscale.ordering.quoting import Quote
from ezscale.state.account.service_views import cycle
from ezscale.state.ordering.choices import QuoteLine, lines_of
from ezscale.state.reader import Reader


@dataclass
class OfferedServer:
    """A server of an offer. `named` is the input for its host name."""

    place: int
    named: str
    plan: str
    where: str
    hostname: str
    renewal: str
    lines: list[QuoteLine] = field(default_factory=list)


def servers_of(items: Sequence[KeptItem], priced: Quote, reader: Reader) -> list[OfferedServer]:
    """The servers of an offer with their prices."""
    places = [f"{item.system}, {item.place}" for item in items]
    return _servers(priced, places, [item.hostname for item in items], reader)


def shown_items(items: Sequence[OfferedItem], priced: Quote, reader: Reader) -> list[OfferedServer]:
    """The same for an offer that is not made yet."""
    places = [f"{item.image}, {item.location}" for item in items]
    return _servers(priced, places, [item.hostname for item in items], reader)


def field_of(place: int) -> str:
    """The name of the input in which a server of an offer is named."""
    return f"hostname-{place}"


def _servers(priced: Quote, places: Sequence[str], names: Sequence[str], reader: Reader) -> list[OfferedServer]:
    return [
        OfferedServer(
            place=number,
            named=field_of(number),
            plan=item.plan,
            where=where,
            hostname=name,
            renewal=f"{reader.money(item.renewal)} {cycle(item.months)}",
            lines=[line for each in item.lines for line in lines_of(each, "", reader)],
        )
        for number, (item, where, name) in enumerate(zip(priced.items, places, names, strict=True), start=1)
    ]
