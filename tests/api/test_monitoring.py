"""What monitors ask: alive, ready, and figures."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from prometheus_client.parser import text_string_to_metric_families

from ezscale.api import health, metrics
from ezscale.kit import jobs
from ezscale.kit.settings import Settings, settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def broker(monkeypatch):
    """A broker that answers."""
    monkeypatch.setattr(health, "check_broker", lambda: None)


@pytest.fixture
def migrated(engine):
    """A database that says it is at the newest migration."""
    config = Config(ROOT / "alembic.ini")
    config.attributes["url"] = engine.url.render_as_string(hide_password=False)
    command.stamp(config, "head")


def test_a_process_is_alive_whatever_else_is_down(web, monkeypatch):
    monkeypatch.setattr("ezscale.wiring.database", lambda: None)

    assert web.get("/healthz").json() == {"status": "alive"}


def test_it_is_ready_when_everything_answers(at, web, broker, migrated):
    answer = web.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "database": "ok", "migrations": "ok", "broker": "ok"}


def test_it_is_not_ready_before_the_migrations(at, web, broker):
    answer = web.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "database": "ok", "migrations": "failing", "broker": "ok"}


def test_it_is_not_ready_without_the_broker_and_does_not_say_where_that_is(at, web, migrated):
    answer = web.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["broker"] == "failing"
    assert "sock" not in answer.text


def test_figures_count_requests_by_route_and_not_by_address(ada, program_of, web):
    program = program_of(ada)
    before = figures(web)

    for _ in range(2):
        program.get(f"/api/v1/services/{ada.service().id}")
    program.get("/api/v1/services/no-id")

    after = figures(web)
    key = "ezscale_http_requests_total", "GET", "/api/v1/services/{service_id}"
    assert after[*key, "200"] - before.get((*key, "200"), 0) == 2
    assert after[*key, "400"] - before.get((*key, "400"), 0) == 1


def test_figures_show_what_waits_and_what_was_given_up(at, web):
    with at.robot() as work:
        jobs.enqueue(work.session, [jobs.job_row("some.task", {}, f"job {n}", work.now) for n in range(3)])
        jobs.give_up(work.session, jobs.due(work.session, work.now)[0], work.now, "it broke")
    at.signs_up("Bob Ferris")

    shown = figures(web)

    assert shown["ezscale_jobs", "ready"] == 2
    assert shown["ezscale_jobs", "failed"] == 1
    assert shown["ezscale_outbox_waiting",] == 1


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_without_a_token_figures_are_for_this_machine_alone(at, web, header):
    assert web.get("/metrics").status_code == 200
    assert web.get("/metrics", headers={header: "for=127.0.0.1"}).status_code == 403


def test_with_a_token_figures_are_for_whoever_holds_it(at, web, monkeypatch):
    protected = Settings(**{**settings().model_dump(), "metrics_token": "tell me all"})
    monkeypatch.setattr(metrics, "settings", lambda: protected)

    assert web.get("/metrics").status_code == 401
    assert web.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert web.get("/metrics", headers={"Authorization": "Bearer tell me all"}).status_code == 200


def figures(web) -> dict[tuple[str, ...], float]:
    """Every figure by its name and labels."""
    families = text_string_to_metric_families(web.get("/metrics").text)
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}
