"""A company that sells what one of the four panels builds."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

import httpx
from sqlalchemy import update
from sqlmodel import col, select

from ezscale.catalog.other_families import RANGES, stock_other_families
from ezscale.integrations.enhance import adapter as enhance
from ezscale.integrations.http import Guard, open_http
from ezscale.integrations.pterodactyl import adapter as pterodactyl
from ezscale.integrations.synergycp import adapter as synergycp
from ezscale.integrations.virtfusion.adapter import VirtFusionPanel
from ezscale.integrations.virtfusion.client import VirtFusionClient
from ezscale.kit.clock import world_now
from ezscale.kit.jobs import Job
from ezscale.models import Order, Plan, ProvisioningJob
from ezscale.ordering.placing import ItemRequest
from ezscale.provisioning.ports import Panel, RemoteServer
from ezscale.sandbox.enhance import MASTER, enhance_stand_in
from ezscale.sandbox.enhance import Pace as SitesPace
from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.panels import ENHANCE_TOKEN, PTERODACTYL_KEYS, SYNERGYCP_KEY
from ezscale.sandbox.pterodactyl import Pace as GamesPace
from ezscale.sandbox.pterodactyl import pterodactyl_stand_in
from ezscale.sandbox.store import Store
from ezscale.sandbox.synergycp import STEP_BY_STEP, synergycp_stand_in
from ezscale.sandbox.virtfusion import Pace, virtfusion_stand_in
from tests.company import TOKEN, Company, Person

URL = "https://panel.test"
PANELS = ("virtfusion", "pterodactyl", "synergycp", "enhance")
# How each panel is asked to make something: the call after which a second one would make a second server.
MAKING = {
    "virtfusion": "/servers",
    "pterodactyl": "/api/application/servers",
    "synergycp": "/server/provision",
    "enhance": "*/subscriptions",
}


class Died(BaseException):
    """The process is gone in the middle of a call."""


class Deadly(httpx.BaseTransport):
    """A line to a panel on which the asking process can die: before a request has left it, or when the answer comes."""

    def __init__(self, line: httpx.BaseTransport) -> None:
        self._line = line
        self.dies_at: dict[int, str] = {}
        self.requests = 0
        self.bodies: list[bytes] = []  # everything that went over it, both ways

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The panel's answer, if anybody lives to hear it."""
        self.requests += 1
        how = "" if "/_sandbox/" in request.url.path else self.dies_at.pop(self.requests, "")
        if how == "before":
            raise Died
        answer = self._line.handle_request(request)
        self.bodies += [request.read(), answer.read()]
        if how == "after":
            raise Died
        return answer


@dataclass
class OnPanel:
    """A company with one panel, how to break it, and how to order what it builds."""

    at: Company
    name: str
    panel: Panel
    http: httpx.Client
    line: Deadly
    slug: str
    places: tuple[str, str]
    image: str

    def orders(self, who: Person, hostname: str, place: int = 0) -> Order:
        """Somebody orders the smallest of it, in one of two places."""
        return who.orders_all(ItemRequest(self.slug, 1, self.places[place], self.image, hostname))

    def buys(self, who: Person, hostname: str, place: int = 0) -> None:
        """They order it, and pay."""
        who.pays(self.orders(who, hostname, place).invoice_id)

    def goes_wrong(self, wrong: str, path: str = "*", method: str = "*", times: int = 1, **how: object) -> None:
        """Let the panel fail at the next calls."""
        self.at.breaks(self.http, wrong, path, method, times=times, **how)

    def settles(self, rounds: int = 40) -> None:
        """Workers work, die, and are followed by others, until everything is done that can be."""
        for _ in range(rounds):
            try:
                self.at.lives(minutes(3))
            except Died:
                with self.at.robot() as work:  # two minutes of the world's time later
                    work.session.execute(update(Job).values(lease_until=None))
                continue
            with self.at.robot() as work:
                under_way = select(ProvisioningJob.id).where(col(ProvisioningJob.live_for).is_not(None))
                if work.session.exec(under_way).first() is None:
                    return

    def servers(self) -> list[RemoteServer]:
        """What the panel holds of ours."""
        return [server for server in self.panel.servers() if server.owner and not server.gone]

    @property
    def done(self) -> dict[str, int]:
        """What the stand-in counts as really done."""
        done: dict[str, int] = self.http.get("/_sandbox/state").json()["done"]
        return done


def on_panel(
    company: Company,
    name: str,
    *,
    guard: Guard | None = None,
    way: Callable[[Deadly], httpx.BaseTransport] | None = None,
) -> OnPanel:
    """The company sells what this panel builds; people need nobody's approval.

    It is reached through a guard if there is one, and on a way that may be broken.
    """
    line, http, open_guarded = OPENED[name](company)
    panel = open_guarded(way(line) if way else line, guard)
    panel.settles = timedelta(0)
    company.house = replace(company.house, panels={name: panel})
    if name == "virtfusion":
        return OnPanel(company, name, panel, http, line, "vps-1", ("frankfurt", "london"), "debian-13")
    with company.robot() as work:
        stock_other_families(work, [name])
        for plan in work.session.exec(select(Plan).where(Plan.panel == name)):
            plan.needs_approval = False
    each = next(known for known in RANGES if known.panel == name)
    return OnPanel(
        company, name, panel, http, line, each.models[0].slug, (each.places[0][0], each.places[2][0]), each.images[0][0]
    )


def random_trouble(story: OnPanel, seed: int) -> None:
    """What can go wrong while something is built: answers lost, panels that are away, workers that die."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 3)):
        match chance.choice(("lost", "lost as 500", "garbage", "down", "limited", "dies")):
            case "lost":
                story.goes_wrong("lost", chance.choice(("*", MAKING[story.name])), chance.choice(("*", "POST")))
            case "lost as 500":
                story.goes_wrong("lost", MAKING[story.name], "POST", status=500)
            case "garbage":
                story.goes_wrong("garbage", chance.choice(("*", MAKING[story.name])), chance.choice(("*", "POST")))
            case "down":
                story.goes_wrong("down", times=chance.randint(1, 3))
            case "limited":
                story.goes_wrong("rate_limited", seconds=1)
            case "dies":
                at = story.line.requests + chance.randint(1, 12)
                story.line.dies_at[at] = chance.choice(("before", "after"))


def minutes(count: float) -> float:
    """So many minutes, in days."""
    return count / (24 * 60)


def _ticking() -> Callable[[], datetime]:
    """A clock that goes on by a second whenever it is looked at: no two installations end at the same time."""
    looks = count()
    return lambda: world_now() + timedelta(seconds=next(looks))


Opened = tuple[Deadly, httpx.Client, Callable[[httpx.BaseTransport, Guard | None], Panel]]


def _virtfusion(company: Company) -> Opened:
    line = Deadly(InProcess(virtfusion_stand_in(Store(), token=TOKEN, pace=Pace(build_looks=1), now=_ticking())))

    def panel(way: httpx.BaseTransport, guard: Guard | None) -> Panel:
        http = open_http(URL, TOKEN, guard=guard, transport=way)
        return VirtFusionPanel(VirtFusionClient(http), pause=lambda _seconds: None)

    return line, open_http(URL, TOKEN, transport=line), panel


def _pterodactyl(company: Company) -> Opened:
    keys = PTERODACTYL_KEYS
    pace = GamesPace(install_looks=1, application_calls=10**6, client_calls=10**6)
    stand_in = pterodactyl_stand_in(
        Store(), application_key=keys[0], client_key=keys[1], url=URL, pace=pace, now=_ticking()
    )
    line = Deadly(InProcess(stand_in))

    def panel(way: httpx.BaseTransport, guard: Guard | None) -> Panel:
        return pterodactyl.open_panel(URL, *keys, guard=guard, transport=way)

    return line, open_http(URL, keys[0], transport=line), panel


def _synergycp(company: Company) -> Opened:
    line = Deadly(InProcess(synergycp_stand_in(Store(), key=SYNERGYCP_KEY, pace=STEP_BY_STEP)))
    query = {"key": SYNERGYCP_KEY}

    def panel(way: httpx.BaseTransport, guard: Guard | None) -> Panel:
        http = open_http(URL, query=query, guard=guard, transport=way)
        return synergycp.open_panel(URL, SYNERGYCP_KEY, http=http)

    return line, open_http(URL, query=query, transport=line), panel


def _enhance(company: Company) -> Opened:
    line = Deadly(
        InProcess(enhance_stand_in(Store(), token=ENHANCE_TOKEN, public_url=URL, pace=SitesPace(build_looks=1)))
    )

    def panel(way: httpx.BaseTransport, guard: Guard | None) -> Panel:
        return enhance.open_panel(URL, ENHANCE_TOKEN, MASTER, guard=guard, transport=way)

    return line, open_http(URL, ENHANCE_TOKEN, transport=line), panel


OPENED: dict[str, Callable[[Company], Opened]] = {
    "virtfusion": _virtfusion,
    "pterodactyl": _pterodactyl,
    "synergycp": _synergycp,
    "enhance": _enhance,
}
