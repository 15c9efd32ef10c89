from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezscale.billing.policy import POLICY, StepKind, steps_due
from ezscale.messaging import letters

DUE = date(2026, 4, 2)
EVERY_DAY = {
    -7: ["remind-7"],
    0: ["charge+0", "remind+0"],
    1: ["charge+1", "remind+1"],
    3: ["charge+3", "remind+3"],
    5: ["charge+5"],
    7: ["charge+7", "remind+7", "suspend+7"],
    23: ["warn+23"],
    30: ["terminate+30"],
}


def names(day: int, taken: set[str]) -> list[str]:
    return [step.name for step in steps_due(DUE, DUE + timedelta(days=day), taken)]


def lived_through(days: list[int]) -> dict[int, list[str]]:
    taken: set[str] = set()
    seen = {}
    for day in days:
        steps = names(day, taken)
        taken |= set(steps)
        if steps:
            seen[day] = steps
    return seen


@pytest.mark.parametrize("day", range(-10, 36))
def test_what_is_due_on_each_day_of_an_unpaid_invoice(day):
    taken = {name for earlier, steps in EVERY_DAY.items() if earlier < day for name in steps}

    assert names(day, taken) == EVERY_DAY.get(day, [])


@pytest.mark.parametrize(
    ("days", "seen"),
    [
        ([4, 5], {4: ["charge+3", "remind+3"], 5: ["charge+5"]}),
        ([-7, 2], {-7: ["remind-7"], 2: ["charge+1", "remind+1"]}),
        ([6, 8], {6: ["remind+3", "charge+5"], 8: ["charge+7", "remind+7", "suspend+7"]}),
        ([12], {12: ["charge+7", "remind+7", "suspend+7"]}),
        ([35], {35: ["charge+7", "remind+7", "suspend+7", "warn+23", "terminate+30"]}),
    ],
)
def test_after_days_without_a_run_only_the_latest_of_each_kind_is_made_up_for(days, seen):
    assert lived_through(days) == seen


@given(st.lists(st.integers(-12, 60), max_size=60).map(sorted))
def test_on_whatever_days_the_run_happens_no_step_is_taken_twice_or_early_and_every_kind_comes(days):
    seen = lived_through(days)

    taken = [(day, name) for day, steps in seen.items() for name in steps]
    assert len({name for _, name in taken}) == len(taken)
    assert all(int(name[name.rfind("-" if "-" in name else "+") :]) <= day for day, name in taken)
    if days and days[-1] >= 30:
        assert {name.rstrip("+-0123456789") for _, name in taken} == set(StepKind)


def test_nothing_is_deleted_sooner_after_the_last_warning_than_it_says():
    assert POLICY.notice == timedelta(days=letters.NOTICE)
    assert POLICY.suspend_after == letters.SUSPEND_AFTER
    assert POLICY.warn_after + letters.NOTICE == POLICY.terminate_after
