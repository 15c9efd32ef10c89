"""The stand-ins of the panels beside VirtFusion, as a demo has them: where they answer, and what they hold."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.routing import Mount
from starlette.types import ASGIApp

from ezscale.kit.clock import world_now
from ezscale.sandbox import enhance, pterodactyl, synergycp
from ezscale.sandbox.enhance import MASTER
from ezscale.sandbox.faults import Unreliable
from ezscale.sandbox.store import Store

# They open stand-ins, and nothing else.
PTERODACTYL_KEYS = ("ptla_sandbox", "ptlc_sandbox")
SYNERGYCP_KEY = "sandbox".ljust(50, "0")
ENHANCE_TOKEN = "enhance-sandbox"  # noqa: S105
PATHS = {"pterodactyl": "/pterodactyl", "synergycp": "/synergycp", "enhance": "/enhance/api"}
WINGS_DOOR = "/wings"
ENHANCE_DOOR = "/enhance/sso"


@dataclass(frozen=True, slots=True)
class PanelStandIn:
    """One of them, with what it remembers and what else a browser finds at its address."""

    name: str
    app: Unreliable
    store: Store
    doors: Mapping[str, ASGIApp]

    @property
    def routes(self) -> list[Mount]:
        """What answers for it."""
        return [Mount(path, app) for path, app in ({PATHS[self.name]: self.app} | dict(self.doors)).items()]


def panel_stand_ins(
    folder: Path,
    sandbox_url: str,
    *,
    web_origins: Collection[str] = (),
    at_once: bool = False,
    now: Callable[[], datetime] = world_now,
) -> list[PanelStandIn]:
    """All three, remembering in a folder. Game consoles answer to pages of `web_origins`. Their installations take a while, unless everything shall be done at once."""
    base = sandbox_url.rstrip("/")
    games, machines, sites = (Store(folder / f"{name}.db") for name in PATHS)
    paces: Any = {
        "games": pterodactyl.Pace() if at_once else pterodactyl.LIFELIKE,
        "machines": synergycp.STEP_BY_STEP if at_once else synergycp.LIFELIKE,
        "sites": enhance.Pace() if at_once else enhance.LIFELIKE,
    }
    application_key, client_key = PTERODACTYL_KEYS
    return [
        PanelStandIn(
            "pterodactyl",
            pterodactyl.pterodactyl_stand_in(
                games,
                application_key=application_key,
                client_key=client_key,
                url=base + PATHS["pterodactyl"],
                wings=base.replace("http", "ws", 1) + WINGS_DOOR,
                pace=paces["games"],
                now=now,
            ),
            games,
            {WINGS_DOOR: pterodactyl.wings_door(games, web_origins, now)},
        ),
        PanelStandIn(
            "synergycp",
            synergycp.synergycp_stand_in(machines, key=SYNERGYCP_KEY, pace=paces["machines"], now=now),
            machines,
            {},
        ),
        PanelStandIn(
            "enhance",
            enhance.enhance_stand_in(
                sites, token=ENHANCE_TOKEN, public_url=base + "/enhance", pace=paces["sites"], now=now
            ),
            sites,
            {ENHANCE_DOOR: enhance.panel_door(sites, now)},
        ),
    ]


def panel_urls(sandbox_url: str) -> dict[str, dict[str, str]]:
    """Where each answers, and the key that it accepts."""
    base = sandbox_url.rstrip("/")
    keys = {
        "pterodactyl": " ".join(PTERODACTYL_KEYS),
        "synergycp": SYNERGYCP_KEY,
        "enhance": f"{ENHANCE_TOKEN} {MASTER}",
    }
    return {name: {"url": base + path, "key": keys[name]} for name, path in PATHS.items()}
