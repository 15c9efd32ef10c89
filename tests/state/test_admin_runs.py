import pytest

from ezscale.kit import jobs
from ezscale.kit.jobs import Job, JobStatus, job_row
from ezscale.state.admin.runs import RunsState
from tests.state.panel import administrator, onlooker
from tests.state.portal import Screen


@pytest.fixture
def job_id(company):
    """A task that was given up."""
    with company.robot() as work:
        row = job_row("billing.renew", {}, "given up", work.now)
        jobs.enqueue(work.session, [row])
        jobs.give_up(work.session, row["id"], work.now, "KeyError: 'frankfurt'")
    return row["id"]


def status_of(company, job_id):
    with company.robot() as work:
        return work.session.get_one(Job, job_id).status


async def test_what_was_given_up_is_shown_with_its_error_and_tried_again(company, job_id):
    screen = Screen(company, RunsState, administrator(company))
    page = await screen.opens("/admin/runs/")
    shown = [(row.task, row.error, row.at) for row in page.given_up]

    await screen.does(page.try_again(str(job_id)))

    assert shown == [("billing.renew", "KeyError: 'frankfurt'", "2 Mar 2026, 09:00 UTC")]
    assert page.may_run
    assert list(page.given_up) == []
    assert status_of(company, job_id) is JobStatus.READY


async def test_what_is_put_aside_needs_a_word_which_is_asked_for_beside_the_field(company, job_id):
    screen = Screen(company, RunsState, administrator(company))
    page = await screen.opens("/admin/runs/")
    await screen.does(page.ask_why(str(job_id)))

    await screen.does(page.dismiss({"why": " "}))
    without = (dict(page.errors), page.dismissing, status_of(company, job_id))
    await screen.does(page.dismiss({"why": "The location is gone."}))

    assert without == ({"why": "Please say in a few words why it needs no further try."}, str(job_id), JobStatus.FAILED)
    assert (page.dismissing, list(page.given_up)) == ("", [])
    assert status_of(company, job_id) is JobStatus.DISMISSED


async def test_whoever_only_looks_on_has_no_buttons_and_presses_them_in_vain(company, job_id):
    screen = Screen(company, RunsState, onlooker(company))
    page = await screen.opens("/admin/runs/")

    await screen.does(page.try_again(str(job_id)))
    await screen.does(page.ask_why(str(job_id)))
    await screen.does(page.dismiss({"why": "mine"}))

    assert not page.may_run
    assert [row.id for row in page.given_up] == [str(job_id)]
    assert status_of(company, job_id) is JobStatus.FAILED
