import pytest
from sqlmodel import col, select

from ezscale.kit.jobs import Job, enqueue, job_row
from ezscale.kit.paging import page_of

TASKS = ("b", "a", "c", "a", "b", "a", "c")


@pytest.fixture
def written(open_work):
    """Jobs in the order of their ids; several of them have the same task."""
    with open_work() as work:
        rows = [job_row(task, {}, f"job {place}", work.now) for place, task in enumerate(TASKS)]
        enqueue(work.session, rows)
    with open_work() as work:
        return work.session.exec(select(Job.id, Job.task).order_by(col(Job.id))).all()


def turned(open_work, **how):
    """All rows, read two at a time as a person turns pages."""
    seen: list[Job] = []
    before = None
    while True:
        with open_work() as work:
            page = work.session.exec(page_of(select(Job), col(Job.id), before=before, limit=2, **how)).all()
        if not page:
            return [(job.id, job.task) for job in seen]
        seen += page
        before = page[-1].id


@pytest.mark.all_databases
@pytest.mark.parametrize("descending", [True, False])
def test_every_row_stands_on_one_page_in_the_order_of_its_id(open_work, written, descending):
    seen = turned(open_work, descending=descending)

    assert seen == sorted(written, reverse=descending)


@pytest.mark.all_databases
@pytest.mark.parametrize("descending", [True, False])
def test_rows_that_are_equal_in_the_column_they_are_sorted_by_are_neither_lost_nor_repeated(
    open_work, written, descending
):
    seen = turned(open_work, by=col(Job.task), descending=descending)

    assert seen == sorted(written, key=lambda row: (row[1], row[0]), reverse=descending)


def test_after_a_row_that_does_not_exist_there_is_nothing_to_sort_by(open_work, written):
    unknown = type(written[0][0])(int=0)

    with open_work() as work:
        page = page_of(select(Job), col(Job.id), before=unknown, limit=2, by=col(Job.task))
        found = work.session.exec(page).all()

    assert found == []
