"""Which life each person of the demo leads, and when it begins."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ezscale.billing.periods import add_months
from ezscale.cli.demo.acts import MASTERCARD, Customer
from ezscale.cli.demo.lives import (
    ALWAYS_ASKS,
    Life,
    arriving,
    buying,
    buying_by_paypal,
    doubted,
    equipping,
    forgetting,
    growing,
    hesitating,
    leaving,
    unlucky,
    vanishing,
    wondering,
)
from ezscale.models.subscription import LeavingReason


@dataclass(frozen=True, slots=True)
class Part:
    """The day on which somebody comes to us, seen from today, and the life that begins then.

    With `hours_ago`, it begins so many hours before now, whatever the time of day.
    """

    begins: Callable[[date], date]
    life: Callable[[Customer], Life]
    hours_ago: int = 0


def ago(days: int) -> Callable[[date], date]:
    """So many days before today."""
    return lambda today: today - timedelta(days=days)


def due(days_ago: int, months: int) -> Callable[[date], date]:
    """So that the renewal after so many months was due so many days before today."""

    def begins(today: date) -> date:
        due_on = today - timedelta(days=days_ago)
        return add_months(due_on, -months, due_on.day)

    return begins


CAST: Mapping[str, Part] = {
    # They have been with us for long, and are content.
    "fjordline": Part(ago(721), lambda me: growing(me, "vps-2", "vps-3", after=260)),
    "schneider": Part(ago(716), lambda me: buying(me, "vps-3", 12)),
    "moreau": Part(ago(702), lambda me: buying(me, "vps-1", coupon="WELCOME10")),
    "okafor": Part(ago(688), lambda me: growing(me, "vps-3", "vps-4", after=190)),
    "azulejo": Part(ago(671), lambda me: buying(me, "vps-2", 3)),
    "oconnor": Part(ago(655), lambda me: hesitating(me, "vps-1", after=220)),
    "huerta": Part(ago(640), lambda me: buying(me, "vps-2", card=MASTERCARD)),
    "norrsken": Part(ago(611), lambda me: growing(me, "vps-2", "vps-2", after=150)),
    "cohenlegal": Part(ago(598), lambda me: buying(me, "vps-2", 12)),
    "byrne": Part(ago(566), lambda me: buying(me, "vps-1", 3, "WELCOME10")),
    "spielwiese": Part(ago(541), lambda me: growing(me, "vps-4", "vps-5", after=300)),
    "clarke": Part(ago(520), lambda me: buying_by_paypal(me, "vps-1")),
    "prairie": Part(ago(489), lambda me: buying(me, "vps-3", card=MASTERCARD)),
    "claes": Part(ago(463), lambda me: buying_by_paypal(me, "vps-1")),
    "adria": Part(ago(430), lambda me: equipping(me, "vps-2", "vps-1", months=12)),
    "saari": Part(ago(398), lambda me: growing(me, "vps-3", "vps-2", after=120, months=3)),
    "dubois": Part(ago(371), lambda me: buying(me, "vps-1", coupon="WELCOME10")),
    "havnen": Part(ago(333), lambda me: buying(me, "vps-1")),
    "lotus": Part(ago(290), lambda me: buying_by_paypal(me, "vps-2")),
    "gintaro": Part(ago(246), lambda me: growing(me, "vps-2", "vps-4", after=90)),
    "adams": Part(ago(201), lambda me: buying(me, "vps-2", 3)),
    "weberei": Part(ago(158), lambda me: buying(me, "vps-1", coupon="WELCOME10")),
    "alvarez": Part(ago(117), lambda me: buying_by_paypal(me, "vps-1")),
    "drina": Part(ago(74), lambda me: equipping(me, "vps-3", "vps-1", "vps-1")),
    "fraser": Part(ago(33), lambda me: buying(me, "vps-2", coupon="WELCOME10")),
    # They forgot to pay once, and made good for it: after a reminder, or after their server stood still.
    "bursztyn": Part(ago(648), lambda me: forgetting(me, "vps-2", after=160, late_by=4)),
    "pastaromano": Part(ago(577), lambda me: forgetting(me, "vps-1", after=240, late_by=11)),
    "crescent": Part(ago(412), lambda me: forgetting(me, "vps-2", after=70, late_by=2)),
    # They have left, or were let go.
    "hughes": Part(
        ago(630), lambda me: leaving(me, "vps-1", 130, LeavingReason.NO_LONGER_NEEDED, "The project is over.")
    ),
    "kritiko": Part(
        ago(505),
        lambda me: leaving(me, "vps-2", 200, LeavingReason.ANOTHER_PROVIDER, "We moved to a dedicated server."),
    ),
    "studiorossi": Part(
        ago(352), lambda me: leaving(me, "vps-1", 95, LeavingReason.MISSING_FEATURE, "Too small for us now.")
    ),
    "evans": Part(ago(445), lambda me: vanishing(me, "vps-1", after=110)),
    "noahfischer": Part(ago(300), lambda me: vanishing(me, "vps-2", after=50)),
    # They are on their way out, in trouble, or waiting: what staff see today.
    "kuzey": Part(
        due(22, 7),
        lambda me: leaving(me, "vps-3", 224, LeavingReason.NO_LONGER_NEEDED, "We are closing our shop in the summer."),
    ),
    "whitaker": Part(due(10, 13), lambda me: vanishing(me, "vps-2", after=380)),
    "protea": Part(due(3, 8), lambda me: vanishing(me, "vps-3", after=230)),
    "bakker": Part(due(25, 5), lambda me: vanishing(me, "vps-1", after=135)),
    "mendoza": Part(due(1, 11), lambda me: vanishing(me, "vps-2", after=315)),
    "hoshi": Part(due(2, 4), lambda me: vanishing(me, "vps-2", after=105, card=ALWAYS_ASKS)),
    "monsoon": Part(ago(1), lambda me: unlucky(me, "vps-4"), hours_ago=6),  # staff have a day to look at it
    "jizera": Part(ago(1), lambda me: wondering(me, "vps-1")),
    "brooks": Part(ago(20), lambda me: wondering(me, "vps-2")),
    "turner": Part(ago(5), arriving),
    "carpat": Part(ago(1), lambda me: doubted(me, "vps-3", "Two servers at once from somebody new: telephone first.")),
}
