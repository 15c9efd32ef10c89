"""Exactly one server for each paid service, on every panel, whatever breaks while it is built."""

import pytest
from sqlmodel import col, select

from ezscale.models import ProvisioningJob, Service
from ezscale.models.service import ServiceStatus
from tests.company import Company
from tests.panels import PANELS, on_panel, random_trouble
from tests.sizes import all_databases_in_a_soak, figures, size

RUNS = size(4, 67)  # of three services each


@all_databases_in_a_soak
@pytest.mark.parametrize("panel", PANELS)
def test_whatever_breaks_each_paid_service_is_one_server_of_its_owner(database, clock, tmp_path, panel):
    twins = lost = strangers = calls = 0
    company = Company(database, clock, tmp_path)
    story = on_panel(company, panel)
    for seed in range(RUNS):
        ada, bob = (company.signs_up(f"{name}{seed} Moreno") for name in ("Ada", "Bob"))
        random_trouble(story, seed)
        for number, (who, place) in enumerate(((ada, 0), (ada, 0), (bob, 1))):
            story.buys(who, f"server{number}-{seed}.example.com", place)
        story.settles()
        company.mends(story.http)
        story.line.dies_at.clear()
        story.settles()

        with company.robot() as work:
            services = work.session.exec(select(Service).where(Service.status != ServiceStatus.TERMINATED)).all()
        servers = story.servers()
        known = {service.remote_id: service for service in services}
        twins += len(servers) - len(services)
        lost += sum(service.status is not ServiceStatus.ACTIVE for service in services)
        strangers += sum(
            server.owner != known[server.remote_id].account_ref for server in servers if server.remote_id in known
        )
        assert {server.remote_id for server in servers} == known.keys(), f"seed {seed}: {troubles(company)}"
        assert company.complaints() == {}
        calls = story.line.requests
        for service in services:  # machines and rooms are few
            story.panel.terminate(service.remote_id or "")
            gone(company, service)
    figures(
        f"{panel}: {3 * RUNS} services, {calls} calls, {twins} twins, {lost} not built, {strangers} with a wrong owner"
    )
    assert (twins, lost, strangers) == (0, 0, 0)


def troubles(company: Company) -> list[tuple[str, str, str]]:
    """Which services were not built, where their build stands, and why."""
    with company.robot() as work:
        builds = select(Service, ProvisioningJob).join(ProvisioningJob, col(ProvisioningJob.service_id) == Service.id)
        unbuilt = builds.where(col(Service.remote_id).is_(None), Service.status != ServiceStatus.TERMINATED)
        return [(service.status, job.step, job.trouble) for service, job in work.session.exec(unbuilt)]


def gone(company: Company, service: Service) -> None:
    """It is deleted, and leaves our books."""
    with company.robot() as work:
        row = work.session.get_one(Service, service.id)
        row.begin_terminating()
        row.terminate(work.now)
