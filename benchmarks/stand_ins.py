"""The four panels behind real sockets, with room for many, some of whose calls go wrong, and who count all of them."""

import os
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ezscale.cli.processes import LEASH
from ezscale.sandbox import enhance, pterodactyl, synergycp, virtfusion
from ezscale.sandbox.app import VIRTFUSION_PATH
from ezscale.sandbox.faults import Fault, Faults, Unreliable, Wrong, own_path
from ezscale.sandbox.panels import ENHANCE_TOKEN, PATHS, PTERODACTYL_KEYS, SYNERGYCP_KEY
from ezscale.sandbox.store import Store
from tests.reliability.vendors import free_port, wait_until_it_listens

ROOT = Path(__file__).parents[1]
FAULTS, URL = "EZSCALE_BENCH_FAULTS", "EZSCALE_BENCH_URL"
VIRTFUSION_TOKEN = "benchmark"  # noqa: S105  # opens a stand-in, and nothing else
NO_LIMIT = 10**9
ROOM = 120  # machines, and ports of a node, in every place
LATE = (0.5, 6.0)  # seconds: some answers come after nobody waits for them any more
WAYS: tuple[dict[str, object], ...] = (
    {"wrong": Wrong.LATE},
    {"wrong": Wrong.LOST},
    {"wrong": Wrong.LOST, "status": 500},
    {"wrong": Wrong.RATE_LIMITED, "seconds": 1},
    {"wrong": Wrong.REFUSE, "status": 500},
    {"wrong": Wrong.DOWN},
)


@contextmanager
def panels_on_loopback(folder: Path, faults: float) -> Iterator[str]:
    """Where they answer, until the block ends; this share of their calls goes wrong."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    serve = ("-m", "granian", "--interface", "asginl", "--host", "127.0.0.1", "--port", str(port), f"{__name__}:app")
    with (folder / f"stand-ins-{port}.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-IS", str(LEASH), str(os.getpid()), sys.executable, *serve],
            env={**os.environ, FAULTS: str(faults), URL: url},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        wait_until_it_listens(server, port)
        yield url
    finally:
        server.terminate()
        server.wait()


def counted(url: str) -> Counter[str]:
    """How often each call of a panel's was made: "virtfusion POST /servers/*/build"."""
    return Counter(httpx.get(f"{url}/counted", trust_env=False).json())


def mend(url: str) -> None:
    """From now on every call goes right."""
    httpx.delete(f"{url}/faults", trust_env=False).raise_for_status()


class Often(Faults):
    """A share of all calls goes wrong, by chance."""

    def __init__(self, store: Store, share: float, seed: str) -> None:
        super().__init__(store)
        self.share, self._chance = share, random.Random(seed)

    def take(self, method: str, path: str) -> list[Fault]:
        """What to do wrong with this call."""
        if self._chance.random() >= self.share:
            return []
        way = self._chance.choice(WAYS)
        return [Fault.model_validate({"seconds": self._chance.uniform(*LATE), **way})]


class Counting:
    """A panel whose calls are counted."""

    def __init__(self, name: str, app: ASGIApp, calls: Counter[str]) -> None:
        self._name, self._app, self._calls = name, app, calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = re.sub(r"[^/]*[0-9][^/]*", "*", own_path(scope).removeprefix("/api"))
        self._calls[f"{self._name} {scope['method']} {path}"] += 1
        await self._app(scope, receive, send)


def stand_ins() -> ASGIApp:
    """All four, as new, in one app."""
    url, share, calls = os.environ[URL], float(os.environ[FAULTS]), Counter[str]()

    async def told(_request: Request) -> JSONResponse:
        return JSONResponse(calls)

    async def mended(_request: Request) -> JSONResponse:
        for each in faults:
            each.share = 0.0
        return JSONResponse({})

    routes: list[BaseRoute] = [Route("/counted", told), Route("/faults", mended, methods=["DELETE"])]
    faults: list[Often] = []
    for name, (path, panel) in opened(url).items():
        panel.faults = often = Often(Store(), share, name)
        faults.append(often)
        routes.append(Mount(path, Counting(name, panel, calls)))
    return Starlette(routes=routes)


def opened(url: str) -> dict[str, tuple[str, Unreliable]]:
    """Each panel and its path. They ask for no pace of ours: it is our own speed that is measured."""
    servers, games, machines, sites = (Store() for _ in range(4))
    pace = pterodactyl.Pace(install_seconds=8, application_calls=NO_LIMIT, client_calls=NO_LIMIT)
    application, client = PTERODACTYL_KEYS
    found = {
        "virtfusion": (
            VIRTFUSION_PATH,
            virtfusion.virtfusion_stand_in(servers, token=VIRTFUSION_TOKEN, pace=virtfusion.LIFELIKE),
        ),
        "pterodactyl": (
            PATHS["pterodactyl"],
            pterodactyl.pterodactyl_stand_in(
                games, application_key=application, client_key=client, url=url + PATHS["pterodactyl"], pace=pace
            ),
        ),
        "synergycp": (
            PATHS["synergycp"],
            synergycp.synergycp_stand_in(machines, key=SYNERGYCP_KEY, pace=synergycp.LIFELIKE),
        ),
        "enhance": (
            PATHS["enhance"],
            enhance.enhance_stand_in(sites, token=ENHANCE_TOKEN, public_url=f"{url}/enhance", pace=enhance.LIFELIKE),
        ),
    }
    for hypervisor in servers.all("hypervisors"):
        servers.put("hypervisors", str(hypervisor["id"]), hypervisor | dict.fromkeys(SIZES_OF_SERVERS, NO_LIMIT))
    for node in games.all("nodes"):
        games.put("nodes", str(node["id"]), node | {"memory_overallocate": -1, "disk_overallocate": -1})
    more_ports(games)
    more_machines(machines)
    return found


SIZES_OF_SERVERS = ("memory", "cpuCores", "storage")


def more_ports(games: Store) -> None:
    """As many on each node as there is room for."""
    with games.transaction():
        for port in games.where("allocations", "port", 25565):
            for number in range(1, ROOM + 1):
                row = port | {"id": 10_000 * port["node_id"] + number, "port": 30_000 + number}
                games.put("allocations", str(row["id"]), row)


def more_machines(machines: Store) -> None:
    """The same small machine again and again, in each place, and a block of addresses for each."""
    with machines.transaction():
        small = next(row for row in machines.all("servers") if row["parts"]["cpu"] == "ryzen-5950x")
        block = machines.where("entities", "billing_id", "ip-29")[0]
        for place in machines.all("groups"):
            for number in range(ROOM):
                id = 10_000 * place["id"] + number
                machines.put("servers", str(id), small | {"id": id, "groupId": place["id"]})
                first = 8 * number
                full, v6 = f"10.{place['id']}.{first // 256}.{first % 256}/29", f"2001:db8:{place['id']}:{number:x}::"
                machines.put("entities", str(id), block | {"id": id, "groupId": place["id"], "full": full, "v6": v6})


app: ASGIApp | None = stand_ins() if URL in os.environ else None
