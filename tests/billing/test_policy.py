from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezscale.billing.policy import ONCE, USUAL, DunningPolicy, Step, StepKind, steps_due

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
    return [step.name for step in steps_due(DUE, DUE + timedelta(days=day), taken, USUAL)]


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


FRIDAY = date(2026, 4, 10)
WITH_REST = DunningPolicy(suspend_after=8, rest_weekdays=frozenset({5, 6}), holidays=frozenset({date(2026, 4, 13)}))


@pytest.mark.parametrize(
    ("day", "rests", "next_one", "days"),
    [
        (FRIDAY, False, FRIDAY, 1),
        (date(2026, 4, 11), True, date(2026, 4, 14), 1),
        (date(2026, 4, 13), True, date(2026, 4, 14), 3),
        (date(2026, 4, 14), False, date(2026, 4, 14), 4),
    ],
)
def test_what_would_stop_on_a_day_of_rest_stops_on_the_next_other_day(day, rests, next_one, days):
    assert WITH_REST.rests_on(day) is rests
    assert WITH_REST.works_from(day) == next_one
    assert WITH_REST.days_made_up_for(day) == days
    assert (StepKind.SUSPEND in {step.kind for step in steps_due(DUE, day, set(), WITH_REST)}) == (
        not rests and day >= DUE + timedelta(days=8)
    )


def test_letters_name_the_day_on_which_something_really_stops():
    assert WITH_REST.suspends_on(DUE, DUE + timedelta(days=9)) == date(2026, 4, 14)
    assert WITH_REST.deletes_on(DUE, DUE + timedelta(days=23)) == date(2026, 5, 4)  # the 2nd is a Saturday


def test_without_an_end_nobody_is_warned_of_one():
    kinds = {step.kind for step in DunningPolicy(terminate_after=None).steps()}

    assert kinds == {StepKind.CHARGE, StepKind.REMIND, StepKind.SUSPEND}


DAYS = st.lists(st.integers(0, 40), min_size=1, max_size=6, unique=True).map(sorted).map(tuple)
POLICIES = st.builds(
    DunningPolicy,
    DAYS,
    DAYS,
    st.integers(1, 20),
    st.integers(5, 25),
    st.none() | st.integers(28, 45),
    st.frozensets(st.integers(0, 6), max_size=5),
)


@given(st.lists(st.tuples(st.integers(-2, 60), POLICIES), max_size=30))
def test_whenever_the_rules_change_nothing_is_done_twice_and_no_step_follows_a_later_one(story):
    taken: list[Step] = []
    for late, policy in sorted(story, key=lambda each: each[0]):
        steps = steps_due(DUE, DUE + timedelta(days=late), {step.name for step in taken}, policy)
        assert len({step.kind for step in steps}) == len(steps)
        for step in steps:
            earlier = [known.day for known in taken if known.kind is step.kind]
            assert step.day <= late
            assert step.day > max(earlier, default=-99)
            assert not (step.kind in ONCE and (earlier or policy.rests_on(DUE + timedelta(days=late))))
        taken += steps
