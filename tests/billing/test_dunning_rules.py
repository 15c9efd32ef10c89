"""What staff decide about unpaid invoices holds from then on; what customers were told before holds, too."""

from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from ezscale.billing.dunning_rules import DunningRules, dunning_policy
from ezscale.billing.harsh_steps import harsh_steps_due
from ezscale.billing.policy import USUAL
from ezscale.company.rules import set_rules
from ezscale.kit.errors import Invalid, TemporaryFailure
from ezscale.models import DunningStep, Invoice, MailMessage
from ezscale.models.invoice import InvoiceStatus
from ezscale.ordering.fulfilling import stop_unpaid
from ezscale.reporting.tonight import tonight
from tests.billing.papers import again, owes

DUE = date(2026, 3, 16)  # a Monday


def decides(at, **typed):
    with at.robot() as work:
        set_rules(work, DunningRules, typed)


def story(at):
    """Each step by the day of March or April on which it was taken."""
    with at.robot() as work:
        taken = work.session.exec(select(DunningStep).order_by(col(DunningStep.id))).all()
    return [(row.step, f"{row.taken_at:%d.%m}") for row in taken]


def letters(at, template):
    with at.robot() as work:
        written = select(MailMessage).where(MailMessage.template == template).order_by(col(MailMessage.id))
        return [f"{mail.subject} {mail.text}" for mail in work.session.exec(written)]


def harsh(at):
    with at.robot() as work:
        return harsh_steps_due(work)


def lives_until(at, day):
    at.lives(days=(day - at.clock.now.date()).days)


@pytest.fixture
def unpaid(at):
    """An invoice that is due on the 16th of March, of somebody without a card."""
    return owes(at, at.signs_up("Ada Moreno"))


def test_the_rules_are_the_usual_ones_until_somebody_decides(at):
    with at.robot() as work:
        assert dunning_policy(work) == USUAL


@pytest.mark.all_databases
def test_nothing_stops_before_the_day_that_its_customer_was_told_though_the_rules_are_harsher_by_then(at, unpaid):
    lives_until(at, date(2026, 3, 18))
    decides(at, suspend_after=2, warn_after=4, terminate_after=7)
    before_the_day = harsh(at)
    lives_until(at, date(2026, 3, 21))
    decides(at, warn_after=2, terminate_after=5)
    lives_until(at, date(2026, 3, 22))
    until_then = again(at, unpaid).status
    lives_until(at, date(2026, 3, 26))

    assert story(at) == [
        ("remind-7", "09.03"),
        ("remind+0", "16.03"),
        ("remind+1", "17.03"),
        ("remind+3", "19.03"),
        ("warn+4", "20.03"),
        ("suspend+2", "23.03"),  # as the first reminders had said
        ("terminate+5", "23.03"),  # as the warning had said
    ]
    assert until_then is InvoiceStatus.OPEN
    assert before_the_day == {"suspend": 0, "terminate": 0}
    assert "suspended from March 23, 2026 on" in letters(at, "reminder")[2]
    assert "deleted on March 23, 2026" in letters(at, "final_warning")[0]


def test_who_was_warned_of_a_day_that_is_put_off_is_warned_again_before_the_new_one(at, unpaid):
    decides(at, suspend_after=3, warn_after=4, terminate_after=10)
    lives_until(at, date(2026, 3, 21))
    decides(at, warn_after=5, terminate_after=10)  # says the same of the end: no second warning
    lives_until(at, date(2026, 3, 23))
    decides(at, warn_after=12, terminate_after=15)
    lives_until(at, date(2026, 3, 30))
    on_the_30th = (harsh(at)["terminate"], again(at, unpaid).status)
    lives_until(at, date(2026, 3, 31))

    assert [step for step in story(at) if step[0][0] in "wt"] == [
        ("warn+4", "20.03"),
        ("warn+12", "28.03"),
        ("terminate+15", "31.03"),
    ]
    assert on_the_30th == (0, InvoiceStatus.OPEN)
    assert again(at, unpaid).status is InvoiceStatus.UNCOLLECTIBLE
    assert [mail.partition("deleted on ")[2][:14] for mail in letters(at, "final_warning")] == [
        "March 26, 2026",
        "March 31, 2026",
    ]


def test_nothing_stops_on_weekends_and_holidays_and_letters_name_the_day_after_them(at, unpaid):
    decides(at, suspend_after=5, rest_weekdays=["sat", "Sunday"], holidays=["2026-03-23"])
    lives_until(at, date(2026, 3, 23))
    on_the_holiday = (story(at), harsh(at)["suspend"])
    at.clock.move(timedelta(hours=3))
    with at.robot() as work:
        told_the_evening_before = {str(planned.deed) for planned in tonight(work).planned}
    lives_until(at, date(2026, 3, 24))

    assert "suspend+5" not in dict(on_the_holiday[0])
    assert on_the_holiday[1] == 0
    assert "suspend" in told_the_evening_before
    assert dict(story(at))["suspend+5"] == "24.03"
    assert all("suspended from March 24, 2026 on" in mail for mail in letters(at, "reminder")[2:])


def test_what_was_to_be_suspended_and_comes_late_to_a_day_of_rest_waits_for_its_end(at, unpaid):
    lives_until(at, date(2026, 3, 21))  # a Saturday
    decides(at, rest_weekdays=["Saturday", "Sunday"])
    with at.robot() as work:
        work.session.get_one(Invoice, unpaid.id).deliver(work.now)

        with pytest.raises(TemporaryFailure, match="Nothing is suspended today"):
            stop_unpaid(work, unpaid.id)


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("reminder_days", [1, "soon"], "Please type whole numbers."),
        ("reminder_days", [1, 1], "Please type each day once."),
        ("reminder_days", [-31, 1], "Please type days from -30 to 365."),
        ("charge_days", [], "Please type at least one day."),
        ("charge_days", range(11), "Please type 10 days at most: card networks fine those who try more often."),
        ("charge_days", [-1], "Please type days from 0 to 60."),
        ("suspend_after", 0, "Please type 1 or more."),
        ("warn_after", 28, "Please leave 3 days or more after the last warning."),
        ("terminate_after", 25, "Please leave 3 days or more after the last warning."),
        ("terminate_after", 7, "Please choose a day after the suspension."),
        ("reminder_days", [-7, 0, 8], "Please let a reminder come between the due date and this day."),
        ("rest_weekdays", ["Sat", "Someday"], "Please write weekdays as in: Saturday, Sunday."),
        (
            "rest_weekdays",
            ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "Please leave a day on which something may stop.",
        ),
        ("holidays", ["2026-12-32"], "Please write days as in: 2026-12-25."),
    ],
)
def test_rules_that_cannot_be_are_refused_beside_a_field_and_change_nothing(work, field, typed, words):
    with pytest.raises(Invalid, match=words):
        set_rules(work, DunningRules, {field: typed})

    assert dunning_policy(work) == USUAL
