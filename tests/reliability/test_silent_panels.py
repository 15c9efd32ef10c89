"""A panel that hangs, or has had enough: nobody else waits for it, nothing is given up, and afterwards all is made up for."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlmodel import col, select

from ezscale import wiring
from ezscale.integrations.guarding import LineGuard
from ezscale.kit.clock import FixedClock
from ezscale.kit.errors import NotNow
from ezscale.kit.jobs import Job
from ezscale.kit.pace import Pace
from ezscale.kit.vendor_lines import MOST_FAILURES, Breaker, silent_lines
from ezscale.kit.work import Database, OpenWork
from ezscale.models import ProvisioningJob
from ezscale.models.service import JobAction, ServiceStatus, SuspensionReason, Trouble
from ezscale.provisioning.carrying_out import MOST_TRIES
from ezscale.provisioning.power import live_state
from ezscale.provisioning.services import service_overview, service_to_change
from ezscale.provisioning.stopping import wish_suspension
from ezscale.tasks import engine
from ezscale.tasks.provisioning import carry_out
from ezscale.tasks.registry import name_of
from tests.company import Company, Person
from tests.panels import PANELS, OnPanel, on_panel
from tests.reliability.silence import THREADS, HangingLine, crowd_of, worst
from tests.sizes import SOAK, all_databases_in_a_soak, figures, size

MINUTE, MINUTES = timedelta(minutes=1), size(3, 10)
MANY = size(1, 9)
MACHINES = size(1, 2)  # SynergyCP's stand-in has no more of a kind beside the first
FAR_MORE = MOST_TRIES + 2 * MOST_FAILURES
LONGEST_QUESTION = 5  # seconds


class Story:
    """A company with one panel, which it asks through a guard, as the real one does."""

    def __init__(self, company: Company, name: str) -> None:
        self.at, self.pace = company, Pace(name, 10_000, None)
        guard = LineGuard(Breaker(company.house.database, name), self.pace, self.pace)
        lines: list[HangingLine] = []

        def hanging(line: httpx.BaseTransport) -> HangingLine:
            lines.append(HangingLine(line, company.clock))
            return lines[-1]

        self.on: OnPanel = on_panel(company, name, guard=guard, way=hanging)
        [self.line] = lines

    def buys(self, name: str, place: int = 0) -> Person:
        """Somebody orders the smallest server, and pays."""
        person = self.at.signs_up(f"{name} Moreno")
        self.on.buys(person, f"{name.lower()}.example.com", place)
        return person

    def works_with_many_hands(self, minutes: int) -> None:
        """Minute by minute everything that is due is done, by several threads at once."""
        for _ in range(minutes):
            with ThreadPoolExecutor(THREADS) as hands:
                while engine.relay(self.at.house) or (due := engine.due_jobs(self.at.house)):
                    due = engine.due_jobs(self.at.house)
                    list(hands.map(lambda job_id: engine.run_jobs(self.at.house, [job_id]), due))
            self.at.clock.move(MINUTE)


@pytest.fixture
def company(database: Database, clock: FixedClock, tmp_path: Path) -> Company:
    return Company(database, clock, tmp_path)


@all_databases_in_a_soak
@pytest.mark.parametrize("panel", PANELS)
def test_it_hangs_for_a_while_in_which_there_is_much_to_do(company: Company, panel: str) -> None:
    story = Story(company, panel)
    first = story.buys("Ada")
    story.works_with_many_hands(minutes=2)
    built = first.service()

    story.line.hangs()
    with company.robot() as work:
        wish_suspension(work, service_to_change(work, built.id), SuspensionReason.PAUSED)
    many = MACHINES if panel == "synergycp" else MANY
    others = [story.buys(f"Bo{number}", number % 2) for number in range(many)]
    story.works_with_many_hands(minutes=MINUTES)
    asked = [call.at for call in story.line.calls]
    questions = [call.patience for call in story.line.calls if call.request.method == "GET"]
    with company.robot() as work:
        silent = [line.name for line in silent_lines(work)]
    company.clock.move(timedelta(hours=1))
    told = company.complaints()
    story.line.answers()
    story.works_with_many_hands(minutes=size(5, 20))

    figures(f"{panel} hangs", builds=many, minutes=MINUTES, calls=len(asked), at_first=asked.count(asked[0]))
    assert built.status is ServiceStatus.ACTIVE
    assert silent == [panel]
    assert max(questions) <= LONGEST_QUESTION
    assert asked.count(asked[0]) <= MOST_FAILURES + THREADS - 1 < 10
    assert len(asked) <= 10 + 2 * MINUTES
    assert "vendors_answer" in told
    assert first.service().status is ServiceStatus.SUSPENDED
    assert [each.service().status for each in others] == [ServiceStatus.ACTIVE] * many
    assert_one_server_each(story, [first, *others])


@pytest.mark.parametrize("panel", PANELS)
def test_what_it_answers_429_to_is_asked_again_when_it_said(company: Company, panel: str) -> None:
    story = Story(company, panel)
    story.on.goes_wrong("rate_limited", seconds=1)

    with pytest.raises(NotNow) as told:
        list(story.on.panel.servers())
    list(story.on.panel.servers())

    first, second, *_ = [call.moment for call in story.line.calls]
    assert told.value.retry_after == 1
    assert second - first >= 1


@pytest.mark.parametrize("how", ["it hangs", "it has enough to do"])
def test_nothing_is_given_up_however_long_it_takes(company: Company, how: str) -> None:
    story = Story(company, PANELS[0])
    if how == "it hangs":
        story.line.hangs()
    else:
        story.pace.hold(300)

    ada = story.buys("Ada")
    company.works()
    with company.robot() as work:
        job_id = work.session.exec(select(Job.id).where(Job.task == name_of(carry_out))).one()
    for _ in range(FAR_MORE):
        company.clock.move(timedelta(minutes=10))
        engine.run_jobs(company.house, [job_id])

    built = ada.does(lambda work: service_overview(work, ada.service().id).job)
    assert ada.service().status is ServiceStatus.BUILDING
    assert len(story.line.calls) == (1 + FAR_MORE if how == "it hangs" else 0)
    assert built is not None
    assert built.trouble_kind is (Trouble.AWAY if how == "it hangs" else None)  # a moment's rest is no trouble


@pytest.mark.asyncio
@pytest.mark.parametrize("panel", PANELS if SOAK else PANELS[:1])
async def test_other_pages_are_there_while_everybody_waits_for_it(company: Company, panel: str) -> None:
    story = Story(company, panel)
    ada = story.buys("Ada")
    company.lives(days=0.01)
    async with crowd_of(company, ada, looking_at(ada)) as crowd:
        story.line.hangs()
        story.line.part = 1
        still_hung = await crowd.reads_while_all_wait(story.line, pages=20)

    assert still_hung >= THREADS


@pytest.mark.asyncio
@pytest.mark.parametrize("panel", PANELS if SOAK else PANELS[:1])
async def test_soon_nobody_waits_for_it(company: Company, panel: str) -> None:
    story = Story(company, panel)
    ada = story.buys("Ada")
    company.lives(days=0.01)
    async with crowd_of(company, ada, looking_at(ada)) as crowd:
        story.line.part = 0.1
        before = await crowd.browses(seconds=size(1, 30))
        story.line.hangs()
        meanwhile = await crowd.browses(seconds=size(1, 30))

    figures(f"pages while {panel} hangs", p99_before=worst(before), p99_meanwhile=worst(meanwhile), pages=len(before))
    assert len(story.line.calls) <= MOST_FAILURES + THREADS
    assert not SOAK or worst(meanwhile) < worst(before) * 1.2


def looking_at(person: Person) -> Callable[[OpenWork], object]:
    """They look at their service."""
    service_id = person.service().id
    return lambda opener: live_state(opener, wiring.panels(), service_id)


def assert_one_server_each(story: Story, people: list[Person]) -> None:
    """What was done for each service was done in the order in which it was asked for, and there is nothing else."""
    services = [person.service() for person in people]
    assert {server.remote_id: server.owner for server in story.on.servers()} == {
        service.remote_id: service.account_ref for service in services
    }
    with story.at.robot() as work:
        jobs = work.session.exec(select(ProvisioningJob).order_by(col(ProvisioningJob.id))).all()
    assert [job.action for job in jobs if job.failed_at] == []
    for service in services:
        own = [job for job in jobs if job.service_id == service.id]
        assert own[0].action is JobAction.CREATE
        assert [job.id for job in own] == [job.id for job in sorted(own, key=lambda job: str(job.finished_at))]
