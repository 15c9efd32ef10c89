"""The comparison of panels finds every difference between them and our records, and nothing that is none."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import insert, update
from sqlmodel import col, select

from ezscale.kit.database import table_of
from ezscale.kit.ids import new_id
from ezscale.models import PanelFinding, Plan, Service, Suspension
from ezscale.models.panel import FindingKind as F
from ezscale.models.service import ServiceStatus, SuspensionReason
from ezscale.provisioning.comparing import BLOCK, compare_panel
from ezscale.provisioning.services import service_to_change
from ezscale.provisioning.stopping import wish_suspension, wish_termination
from tests.bulk import write_book, write_services
from tests.company import Company
from tests.databases import statements_on
from tests.panel_servers import put_server
from tests.sizes import figures, size

GOOD, BREAKS = size(450, 10_000), 50
AGO = timedelta(days=2)


@pytest.fixture
def at(database, clock, tmp_path):
    return Company(database, clock, tmp_path, webhooks=False)


@pytest.mark.all_databases
def test_every_planted_break_is_found_and_no_good_server_is_told_while_others_are_built(at):
    builds_under_way(at)
    rows = running(at, GOOD + BREAKS)
    planted = plant(at, random.Random(5).sample(rows, BREAKS))

    first = compares(at)
    second = compares(at)

    found = {(finding.kind, finding.remote_id) for finding in open_findings(at)}
    figures("panels", database=at.house.database.engine.dialect.name, good=GOOD, found=len(found))
    assert found == planted
    assert (first.counts, first.set_aside) == (Counter(kind for kind, _ in planted), [])
    assert (second.counts, second.set_aside) == ({}, [])


def test_a_good_panel_takes_a_query_for_each_block_and_not_one_for_each_server(at):
    running(at, 2 * BLOCK)

    with statements_on(at.house.database.engine) as statements:
        compares(at)

    about_services = [words for words in statements if "FROM service" in words.replace("\n", " ")]
    assert len(about_services) == 2 * 2 + 3  # servers and addresses, by block; services, by block and to the end
    assert len(statements) < 25


@pytest.mark.parametrize("moves", ["in front", "behind"])
def test_a_list_that_moves_while_it_is_read_raises_no_alarm(at, moves):
    rows = running(at, 260)  # VirtFusion's pages hold 200
    goes = rows[0 if moves == "in front" else 230]
    panel = at.house.panels["virtfusion"]

    class Moving:
        """The panel, on which a server is deleted between two pages."""

        def __getattr__(self, name):
            return getattr(panel, name)

        def servers(self):
            for place, server in enumerate(panel.servers()):
                if place == 150:
                    with at.robot() as work:
                        wish_termination(work, service_to_change(work, goes["id"]))
                    at.works()
                yield server

    tally = compares(at, Moving())

    with at.robot() as work:
        assert work.session.get_one(Service, goes["id"]).status is ServiceStatus.TERMINATED
    assert (tally.counts, tally.set_aside, open_findings(at)) == ({}, [], [])


def builds_under_way(at):
    """Five customers whose servers are being built, each another step, one that is being stopped and one being deleted."""
    stopped, deleted = at.signs_up("Dora Kim"), at.signs_up("Emil Falk")
    stopped_id, deleted_id = stopped.buys().id, deleted.buys().id
    at.breaks(at.panel_http, "lost", path="/servers", method="POST", times=1)
    at.breaks(at.panel_http, "down", path="/servers/*/*", method="POST", times=0)
    at.breaks(at.panel_http, "down", method="DELETE", times=0)
    for place, name in enumerate(("Ada Moreno", "Bea Lind", "Cleo Park", "Finn Roe", "Gil Sand")):
        person = at.signs_up(name)
        person.pays(person.orders().invoice_id)
        if place < 3:
            at.works()  # the others are only asked for
    with at.robot() as work:
        wish_suspension(work, service_to_change(work, stopped_id), SuspensionReason.PAUSED)
        wish_termination(work, service_to_change(work, deleted_id))
    with at.robot() as work:
        building = work.session.exec(select(Service).where(Service.status == ServiceStatus.BUILDING)).all()
    held = {server["id"] for server in at.panel_did()["servers"]}
    linked = {int(service.remote_id) for service in building if service.remote_id}
    assert len(building) >= 3, [service.status for service in building]
    assert len(held - linked) >= 1, "a server whose answer was lost stands on the panel"


def running(at, count):
    """So many services, with their servers as they should be."""
    engine = at.house.database.engine
    write_book(engine, count, at.clock.now, first=1_001)
    rows = write_services(engine, at.clock.now - AGO)
    with at.robot() as work:
        plan = work.session.get_one(Plan, rows[0]["plan_id"])
    sold = {"cpuCores": plan.cpu_cores, "memory": plan.memory_mb, "storage": plan.disk_gb, "traffic": plan.traffic_gb}
    with at.panel_store.transaction():
        for row in rows:
            put_server(at.panel_store, row["remote_id"], row["account_ref"], name=row["number"], resources=sold)
    return rows


def plant(at, rows):
    """Break each of these in another way; returns what should be found."""
    planted, store = set(), at.panel_store
    ways = (stranger, left_over, lost, stolen, shrunk, runs_on, stands_still, doubled)
    for place, row in enumerate(rows):
        planted.add(ways[place % len(ways)](at, store, row))
    return planted


def stranger(at, store, row):
    """A server beside it that is nobody's."""
    other = str(int(row["remote_id"]) + 500_000)
    put_server(store, other, "99999", name="somebody's test")
    return F.ORPHAN, other


def left_over(at, store, row):
    """Its service has ended, and the server is still there."""
    ended = {"status": ServiceStatus.TERMINATED, "terminated_at": at.clock.now - AGO}
    changes(at, row, **ended, remote_id=None, former_remote_id=row["remote_id"])
    return F.ORPHAN, row["remote_id"]


def lost(at, store, row):
    """The panel has lost the server."""
    store.delete("servers", row["remote_id"])
    return F.MISSING, row["remote_id"]


def stolen(at, store, row):
    """The server is in another account."""
    at_panel(store, row, ownerId=99999)
    return F.WRONG_OWNER, row["remote_id"]


def shrunk(at, store, row):
    """The server has another size than was sold."""
    at_panel(store, row, resources={**store.get("servers", row["remote_id"])["resources"], "memory": 999})
    return F.WRONG_SIZE, row["remote_id"]


def runs_on(at, store, row):
    """The service is suspended, and the server runs."""
    changes(at, row, status=ServiceStatus.SUSPENDED)
    why = {"reason": SuspensionReason.PAUSED, "invoice_id": None, "lifted_at": None, "since": at.clock.now - AGO}
    with at.house.database.engine.begin() as connection:
        connection.execute(insert(Suspension), [{"id": new_id(), "service_id": row["id"], **why}])
    return F.RUNS_THOUGH_SUSPENDED, row["remote_id"]


def stands_still(at, store, row):
    """The server is suspended for no reason of ours."""
    at_panel(store, row, suspended=True)
    return F.SUSPENDED_THOUGH_PAID, row["remote_id"]


def doubled(at, store, row):
    """A second server has the number of the service."""
    other = str(int(row["remote_id"]) + 600_000)
    put_server(store, other, row["account_ref"], name=row["number"])
    return F.TWIN, other


def at_panel(store, row, **values):
    store.put("servers", row["remote_id"], {**store.get("servers", row["remote_id"]), **values})


def changes(at, row, **values):
    with at.house.database.engine.begin() as connection:
        services = table_of(Service)
        connection.execute(update(services).where(services.c.id == row["id"]).values(**values))


def compares(at, panel=None):
    panels = at.house.panels if panel is None else {"virtfusion": panel}
    return compare_panel(at.house.automation("comparison"), panels, "virtfusion")


def open_findings(at):
    with at.robot() as work:
        return list(work.session.exec(select(PanelFinding).where(col(PanelFinding.closed_at).is_(None))))
