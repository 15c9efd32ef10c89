"""Nobody is left wondering: what goes wrong with a build is told at once, in plain words, and once by mail."""

from datetime import timedelta

import pytest
from sqlmodel import select

from ezscale.billing.cases import open_cases
from ezscale.integrations.guarding import LineGuard
from ezscale.kit.jobs import Job
from ezscale.kit.pace import Pace
from ezscale.kit.vendor_lines import LOOK_AGAIN, MOST_FAILURES, Breaker, silent_lines
from ezscale.messaging.waiting_letters import build_troubled, service_failed, service_waitlisted
from ezscale.models import MailMessage
from ezscale.models.service import BuildStep, JobAction, ServiceStatus, Trouble
from ezscale.provisioning.carrying_out import MOST_TRIES
from ezscale.provisioning.jobs import retry_build
from ezscale.provisioning.logbook import service_log
from ezscale.provisioning.services import service_overview
from ezscale.provisioning.trouble import CAUSES, STAGES, told_of_end, told_of_retry
from ezscale.tasks.engine import run_jobs
from ezscale.tasks.provisioning import carry_out
from ezscale.tasks.registry import name_of
from tests.panels import on_panel

SECRET = "node7.internal refused /var/lib/virt: quota"


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def orders_and_pays(person):
    placed = person.orders()
    person.pays(placed.invoice_id)
    return placed


def mailed(at, *templates):
    with at.robot() as work:
        written = work.session.exec(select(MailMessage).where(MailMessage.to == "ada@example.com"))
        return [mail for mail in written if mail.template in templates]


def log_for(person):
    return [line.message for line in person.does(lambda work: service_log(work, person.service().id))]


def test_the_first_trouble_of_a_build_is_told_within_a_minute_once_and_without_the_panels_words(at, ada):
    at.breaks(at.panel_http, "down", "/servers", "POST", times=0)
    orders_and_pays(ada)
    paid_at = at.clock.now

    at.lives(timedelta(minutes=1) / timedelta(days=1))
    service = ada.service()
    job = ada.does(lambda work: service_overview(work, service.id).job)
    read, [mail] = log_for(ada), mailed(at, "build_troubled")
    at.lives(timedelta(minutes=20) / timedelta(days=1))

    assert service.status is ServiceStatus.BUILDING
    assert (job.step, job.trouble_kind) == (BuildStep.RESERVE, Trouble.AWAY)
    assert mail.written_at - paid_at <= timedelta(minutes=1)
    assert (
        read[0]
        == "Setting it aside takes longer than usual: what builds it does not answer as it should. We keep trying by ourselves."
    )
    assert len(mailed(at, "build_troubled")) == 1
    assert log_for(ada).count(read[0]) == 1

    at.mends(at.panel_http)
    at.lives(0.02)
    assert ada.service().status is ServiceStatus.ACTIVE
    assert len(mailed(at, "build_troubled", "service_failed")) == 1
    assert len(mailed(at, "service_ready")) == 1


def test_a_letter_about_trouble_that_is_over_is_not_written(at, ada):
    orders_and_pays(ada)
    at.lives(0.01)
    service = ada.service()

    with at.robot() as work:
        for letter in (build_troubled, service_failed, service_waitlisted):
            letter(work, service.id)

    assert service.status is ServiceStatus.ACTIVE
    assert mailed(at, "build_troubled", "service_failed", "service_waitlisted") == []


def test_what_is_refused_is_before_staff_with_its_cause_and_told_to_the_customer_at_once(at, ada):
    at.breaks(at.panel_http, "refuse", "/servers", "POST", status=422, body={"msg": SECRET}, times=1)
    orders_and_pays(ada)
    at.works()

    failed, read = ada.service(), log_for(ada)
    with at.robot() as work:
        [case] = open_cases(work)
        [full, *_] = service_log(work, failed.id)
    assert failed.status is ServiceStatus.FAILED
    assert read[0] == "Setting it aside did not work: what builds it has refused it."
    assert SECRET in full.message
    assert (case.kind, case.facts["cause"]) == ("build_failed", read[0])
    assert SECRET in case.facts["the panel said"]
    assert [mail.template for mail in mailed(at, "build_troubled", "service_failed")] == ["service_failed"]

    with at.robot() as work:
        retry_build(work, failed.id)
    at.lives(0.01)
    with at.robot() as work:
        assert open_cases(work) == []
    assert ada.service().status is ServiceStatus.ACTIVE


def test_there_are_words_for_every_stage_and_every_cause():
    assert set(STAGES) == set(BuildStep)
    assert set(CAUSES) == set(Trouble)
    for step in BuildStep:
        for kind in Trouble:
            assert told_of_retry(JobAction.CREATE, step, kind).endswith("We keep trying by ourselves.")
            assert CAUSES[kind] in told_of_end(JobAction.CREATE, step, kind)


def test_who_pays_while_the_panel_is_known_to_be_silent_is_told_as_fast(at, ada):
    pace = Pace("virtfusion", 10_000, None)
    story = on_panel(at, "virtfusion", guard=LineGuard(Breaker(at.house.database, "virtfusion"), pace, pace))
    story.goes_wrong("down", times=0)
    for number in range(MOST_FAILURES):
        story.buys(at.signs_up(f"Visitor{number} Moreno"), f"web{number}.example.com")
    at.lives(0.002)
    with at.robot() as work:
        [line] = silent_lines(work)
        line.next_try_at = work.now + LOOK_AGAIN  # somebody has just looked whether it is back
        work.session.add(line)
    asked = story.line.requests

    story.buys(ada, "ada.example.com")
    at.works()
    asked_meanwhile = story.line.requests - asked
    at.mends(story.http)

    assert asked_meanwhile == 0
    assert len(mailed(at, "build_troubled")) == 1
    assert log_for(ada)[0].endswith("We keep trying by ourselves.")
    story.settles()


def test_failures_count_while_they_follow_one_another_and_not_across_answers(at, ada):
    at.breaks(at.panel_http, "lost", "/servers/*/build", "POST", times=1)
    orders_and_pays(ada)
    at.works()
    [task] = at.panel_store.all("queue")
    at.panel_store.put("queue", str(task["id"]), {**task, "looks": 1000})
    waits = []

    for _ in range(MOST_TRIES + 1):
        runs_again(at)  # it is still at it
        at.breaks(at.panel_http, "down", "/servers/*", "GET", times=2)
        job = runs_again(at)
        waits.append((job.run_at - at.clock.now).total_seconds())
    at.panel_store.put("queue", str(task["id"]), {**task, "looks": 0})
    at.lives(days=0.01)

    assert 0 < min(waits) <= max(waits) < 3
    assert ada.service().status is ServiceStatus.ACTIVE


def runs_again(at):
    """The job of the build runs when it is due, and waits for the next time."""
    with at.robot() as work:
        job = work.session.exec(select(Job).where(Job.task == name_of(carry_out))).one()
    at.clock.now = max(job.run_at, at.clock.now)
    run_jobs(at.house, [job.id])
    with at.robot() as work:
        return work.session.get_one(Job, job.id)


def test_that_another_vendor_is_silent_is_no_excuse(at, ada):
    gateway = Breaker(at.house.database, "stripe")
    for _ in range(MOST_FAILURES):
        gateway.failed("no answer")
    at.breaks(at.panel_http, "down", "/servers", "POST", times=0)
    orders_and_pays(ada)
    at.works()
    with at.robot() as work:
        job_id = work.session.exec(select(Job.id).where(Job.task == name_of(carry_out))).one()

    for _ in range(MOST_TRIES):
        at.clock.move(timedelta(minutes=30))
        run_jobs(at.house, [job_id])

    assert ada.service().status is ServiceStatus.FAILED
    assert log_for(ada)[0] == "Setting it aside did not work: what builds it does not answer as it should."
    gateway.answered()
