"""Comparing what panels hold with what we have on record: each night, and whenever somebody asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel import select

from ezscale.accounts.permissions import RUN_THE_COMPANY, SEE_EVERYTHING
from ezscale.company.runs import Tally, reported
from ezscale.kit.database import insert_new, table_of
from ezscale.kit.errors import NotFound, Rejected, TemporaryFailure
from ezscale.kit.ids import new_id
from ezscale.kit.paging import in_blocks
from ezscale.kit.work import OpenWork, Work
from ezscale.models import PanelComparison, Service
from ezscale.provisioning.addresses import follow_addresses, with_other_addresses
from ezscale.provisioning.events import ComparisonAsked, PanelCompared
from ezscale.provisioning.findings import close_if_over, is_told, open_findings, tell
from ezscale.provisioning.jobs import Panels, panel_of
from ezscale.provisioning.judging import Fault, faults_of
from ezscale.provisioning.on_record import by_remote_id, running_after
from ezscale.provisioning.ports import Panel, RemoteServer
from ezscale.provisioning.second_look import faults_behind, faults_of_server, faults_of_service, look_if_there

RUN = "panels"
AWAY = "away"  # counted by a run whose panel did not let itself be gone through
BLOCK = 500


@dataclass
class Comparison:
    """One going through a panel. Of all its servers only the ids are kept, of everything else one block.

    `believed` are the faults that were seen twice, by their keys.
    """

    open_work: OpenWork
    name: str
    panel: Panel
    tally: Tally
    seen: set[str] = field(default_factory=set)
    believed: set[str] = field(default_factory=set)

    def believe(self, faults: Iterable[Fault] | None) -> None:
        """Put on record what a second look has confirmed."""
        for fault in faults or ():
            self.believed.add(fault.key)
            with self.open_work() as work:
                if tell(work, self.name, fault):
                    self.tally.count(fault.kind)


def compare_panel(open_work: OpenWork, panels: Panels, name: str) -> Tally:
    """Compare one panel. Running it again finds nothing more, and closes what is over.

    Nothing is changed on the panel. A panel that does not answer is noted with what it said, and its findings stay as
    they are; the failure goes on to the caller.
    """
    with reported(open_work, RUN) as tally:
        run = Comparison(open_work, name, panels[name], tally)
        try:
            _read_servers(run)
            _look_for_missing(run)
            _close_what_is_over(run)
        except Exception as failure:
            tally.count(AWAY)
            tally.put_aside(name, failure)
            with open_work() as work:
                _noted(work, name).fail(str(failure), work.now)
                work.emit(PanelCompared(name))
            raise
        with open_work() as work:
            _noted(work, name).succeed(len(run.seen), work.now)
            work.emit(PanelCompared(name))
    return tally


def compare_panels(open_work: OpenWork, panels: Panels) -> dict[str, Tally]:
    """Compare them all, also when one does not answer, which its tally tells. By name."""
    tallies = {}
    for name in panels:
        try:
            tallies[name] = compare_panel(open_work, panels, name)
        except (Rejected, TemporaryFailure) as failure:
            tallies[name] = Tally({AWAY: 1})
            tallies[name].put_aside(name, failure)
    return tallies


def ask_for_comparison(work: Work, panels: Panels, names: Sequence[str]) -> None:
    """Let these panels be compared soon, each by itself."""
    work.actor.require(SEE_EVERYTHING)
    work.actor.require(RUN_THE_COMPANY)
    if not set(names) <= panels.keys():
        raise NotFound("There is no such panel.")
    for name in names:
        work.emit(ComparisonAsked(name, work.actor.name))
    work.record("comparison of panels asked for", panels=list(names))


def look_again(open_work: OpenWork, panels: Panels, service_id: UUID) -> None:
    """Something was done to a service: what was found of it, and is over, is closed."""
    with open_work() as work:
        name = work.session.get_one(Service, service_id).panel
        told = open_findings(work, name, service_id)
    for finding in told:
        faults = faults_behind(open_work, panel_of(panels, name), finding)
        if faults is not None:
            with open_work() as work:
                close_if_over(work, finding.id, faults)


def _read_servers(run: Comparison) -> None:
    for block in in_blocks(run.panel.servers(), BLOCK):
        there = [server for server in block if not server.gone]
        run.seen.update(server.remote_id for server in there)
        _follow_addresses(run, there)
        for remote_id in _suspects(run, there):
            with run.tally.apart(remote_id):
                run.believe(faults_of_server(run.open_work, run.name, run.panel, remote_id))


def _follow_addresses(run: Comparison, servers: list[RemoteServer]) -> None:
    """Only the panel gives addresses and takes them: what a second look confirms is what we say from now on."""
    with run.open_work() as work:
        found = with_other_addresses(work, run.name, servers)
    for moved in found:
        with run.tally.apart(moved.remote_id):
            server = look_if_there(run.panel, moved.remote_id)
            with run.open_work() as work:
                if server is not None and follow_addresses(work, moved, server):
                    run.tally.count("addresses")


def _suspects(run: Comparison, servers: list[RemoteServer]) -> list[str]:
    """Those that a second look is worth."""
    with run.open_work() as work:
        kept = by_remote_id(work, run.name, [server.remote_id for server in servers])
    return [
        server.remote_id for server in servers if (own := kept.get(server.remote_id)) is None or faults_of(own, server)
    ]


def _look_for_missing(run: Comparison) -> None:
    """A server that is not in the list may have slipped through it: it is asked for by name."""
    after: UUID | None = None
    is_last = False
    while not is_last:
        with run.open_work() as work:
            block = running_after(work, run.name, after, BLOCK)
        for kept in block:
            if kept.remote_id not in run.seen and not kept.is_worked_on:
                with run.tally.apart(kept.number):
                    run.believe(faults_of_service(run.open_work, run.panel, kept.id))
        is_last = len(block) < BLOCK
        after = None if is_last else block[-1].id


def _close_what_is_over(run: Comparison) -> None:
    with run.open_work() as work:
        told = [finding for finding in open_findings(work, run.name) if not is_told(finding, run.believed)]
    for finding in told:
        with run.tally.apart(str(finding.id)):
            faults = faults_behind(run.open_work, run.panel, finding)
            if faults is None:
                continue
            with run.open_work() as work:
                if close_if_over(work, finding.id, faults):
                    run.tally.count("closed")


def _noted(work: Work, name: str) -> PanelComparison:
    row = {"id": new_id(), "panel": name, "tried_at": work.now, "servers": 0, "trouble": ""}
    insert_new(work.session, table_of(PanelComparison), [row])
    noted = select(PanelComparison).where(PanelComparison.panel == name).with_for_update()
    return work.session.exec(noted).one()
