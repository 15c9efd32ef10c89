"""A run that would do far more than usual stops, asks, and goes on when somebody has allowed it."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from ezscale.accounts.permissions import MANAGE_INVOICES, RUN_THE_COMPANY, SEE_EVERYTHING
from ezscale.billing import brake
from ezscale.billing.brake import Run, allow_run, ask_for_run, jumps, stopped_runs
from ezscale.billing.cases import close_case, open_cases
from ezscale.billing.dunning import chase_invoices
from ezscale.billing.dunning_rules import DunningRules
from ezscale.billing.events import RunAsked
from ezscale.billing.harsh_steps import harsh_steps_due
from ezscale.billing.house_rules import NightRules
from ezscale.billing.renewing import renew
from ezscale.company.rules import set_rules
from ezscale.kit.actor import Actor, ActorKind, robot
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed
from ezscale.kit.ids import new_id
from ezscale.models import Customer, DunningStep, Invoice, RunReport
from ezscale.models.invoice import InvoiceStatus
from ezscale.tasks import billing as tasks
from tests.bulk import write_book

USUAL, MANY = 20, 500


def runs(database):
    return renew(database.opener(robot("renewals")))


def ten_usual_nights(database, clock):
    for night in range(10):
        write_book(database.engine, USUAL, clock.now, first=1 + night * USUAL)
        assert runs(database).counts == {"invoices": USUAL}
        clock.move(timedelta(days=1))


def far_too_many(database, clock, count=MANY):
    write_book(database.engine, count, clock.now, first=10_001)


def names_of_cases(database):
    with database.opener(robot("test"))() as work:
        return [(case.kind, case.facts) for case in open_cases(work)]


@pytest.mark.all_databases
def test_far_more_renewals_than_usual_wait_until_somebody_allows_them(database, clock):
    ten_usual_nights(database, clock)
    far_too_many(database, clock)

    stopped, again = runs(database), runs(database)
    cases = names_of_cases(database)
    with database.opener(robot("Olivia"))() as work:
        allow_run(work, Run.RENEWALS, "A campaign a month ago")
        asked = [event for event in work.emitted if isinstance(event, RunAsked)]
    allowed, done = runs(database), runs(database)

    assert stopped.counts == again.counts == {"stopped": 1, "due_invoices": MANY}
    assert [(kind, facts["run"], facts["would"]) for kind, facts in cases] == [
        ("run_stopped", "renewals", f"{MANY} to invoice, usually {USUAL}")
    ]
    assert asked == [RunAsked("renewals", "Olivia")]
    assert (allowed.counts, done.counts) == ({"invoices": MANY}, {})
    assert names_of_cases(database) == []


def test_what_was_not_allowed_stops_the_next_night_too(database, clock):
    ten_usual_nights(database, clock)
    far_too_many(database, clock)
    runs(database)
    with database.opener(robot("Olivia"))() as work:
        [case] = open_cases(work)
        close_case(work, case.id, "Looked at")  # which allows nothing

    same_day = runs(database)
    clock.move(timedelta(days=1))
    next_day = runs(database)

    assert "stopped" in same_day.counts
    assert "stopped" in next_day.counts
    assert len(names_of_cases(database)) == 1


def test_yesterdays_word_does_not_hold_today(database, clock):
    ten_usual_nights(database, clock)
    far_too_many(database, clock)
    runs(database)
    with database.opener(robot("Olivia"))() as work:
        allow_run(work, Run.RENEWALS, "Right so")

    clock.move(timedelta(days=1))

    assert "stopped" in runs(database).counts
    with database.opener(robot("test"))() as work:
        assert [case.facts["run"] for case in stopped_runs(work)] == ["renewals"]


def test_twice_as_many_on_the_first_of_a_month_are_no_jump(database, clock):
    ten_usual_nights(database, clock)
    far_too_many(database, clock, 59)

    assert runs(database).counts == {"invoices": 59}


def test_a_company_without_a_history_is_never_stopped(database, clock):
    far_too_many(database, clock)

    assert runs(database).counts == {"invoices": MANY}


def test_a_small_company_is_never_stopped(database, clock):
    for night in range(4):
        write_book(database.engine, 1, clock.now, first=1 + night)
        runs(database)
        clock.move(timedelta(days=1))
    far_too_many(database, clock, 49)

    assert runs(database).counts == {"invoices": 49}


def test_staff_decide_what_a_jump_is(database, clock):
    ten_usual_nights(database, clock)
    far_too_many(database, clock, 59)
    with database.opener(robot("test"))() as work:
        set_rules(work, NightRules, {"jump_factor": 2.5})

    assert runs(database).counts == {"stopped": 1, "due_invoices": 59}


def test_a_run_that_was_stopped_says_nothing_about_what_is_usual(database, clock):
    ten_usual_nights(database, clock)
    far_too_many(database, clock)
    for _ in range(12):
        runs(database)

    with database.opener(robot("test"))() as work:
        [jump] = jumps(work, Run.RENEWALS, {"invoices": MANY})
    assert jump.usual == USUAL


def unpaid(database, clock, count, *, since):
    """Delivered invoices that have not been paid since a day."""
    with database.opener(robot("test"))() as work:
        customer = work.session.exec(select(Customer)).first()
        for number in range(count):
            invoice = Invoice(
                number=f"INV-2020-{number:06}",
                customer_id=customer.id,
                status=InvoiceStatus.OPEN,
                currency="EUR",
                net_minor=100,
                total_minor=100,
                issued_on=since,
                due_on=since,
                delivered_at=work.now,
                created_at=work.now,
            )
            work.session.add(invoice)


def dunning_reports(database, count, counts):
    with database.opener(robot("test"))() as work:
        for _ in range(count):
            work.session.add(RunReport(id=new_id(), name="dunning", started_at=work.now, counts=counts))


@pytest.mark.parametrize(
    ("late", "what"),
    [(timedelta(days=8), "suspend"), (timedelta(days=31), "terminate")],
    ids=["suspended", "written off"],
)
def test_far_more_deeds_for_unpaid_invoices_than_usual_wait(database, clock, late, what):
    write_book(database.engine, 1, clock.now)
    unpaid(database, clock, 60, since=clock.now.date() - late)
    dunning_reports(database, 5, {"remind": 4, "suspend": 60 if what == "terminate" else 1, "terminate": 1})
    with database.opener(robot("test"))() as work:
        if what == "terminate":
            for invoice_id in work.session.exec(select(Invoice.id).where(Invoice.status == InvoiceStatus.OPEN)).all():
                for step in ("suspend+7", "warn+23"):
                    work.session.add(
                        DunningStep(invoice_id=invoice_id, step=step, taken_at=work.now - timedelta(days=8))
                    )

    tally = chase_invoices(database.opener(robot("dunning")))

    assert tally.counts["stopped"] == 1
    assert tally.counts[f"due_{what}"] == 60
    with database.opener(robot("test"))() as work:
        assert harsh_steps_due(work)[what] == 60
        assert (
            work.session.exec(select(Invoice.status).where(Invoice.status == InvoiceStatus.UNCOLLECTIBLE)).all() == []
        )


def test_after_days_of_rest_a_run_may_do_what_is_usual_on_as_many_days(database, clock):
    write_book(database.engine, 1, clock.now)
    unpaid(database, clock, 60, since=clock.now.date() - timedelta(days=8))
    dunning_reports(database, 5, {"suspend": 10})
    with database.opener(robot("test"))() as work:
        too_many = jumps(work, Run.DUNNING, harsh_steps_due(work))
        set_rules(work, DunningRules, {"rest_weekdays": ["Saturday", "Sunday"]})

    tally = chase_invoices(database.opener(robot("dunning")))  # on a Monday

    assert [str(jump) for jump in too_many] == ["60 to suspend, usually 10"]
    assert tally.counts["suspend"] == 60


def test_allowing_needs_a_word_a_stopped_run_and_the_permission(database, clock):
    ten_usual_nights(database, clock)
    with database.opener(robot("test"))() as work, pytest.raises(BusinessError, match="was not stopped"):
        allow_run(work, Run.RENEWALS, "Right so")
    far_too_many(database, clock)
    runs(database)
    onlooker = Actor(ActorKind.STAFF, "Sam", permissions=frozenset({SEE_EVERYTHING, MANAGE_INVOICES}))

    with database.opener(onlooker)() as work:
        with pytest.raises(NotAllowed):
            allow_run(work, Run.RENEWALS, "Right so")
        with pytest.raises(NotAllowed):
            ask_for_run(work, Run.RENEWALS)
    for why in (" ", "x" * 501):
        with database.opener(robot("test"))() as work, pytest.raises(Invalid):
            allow_run(work, Run.RENEWALS, why)

    assert "stopped" in runs(database).counts


def test_a_run_that_is_asked_for_begins_at_once(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys()
    at.clock.move(timedelta(days=20))
    staff = Actor(ActorKind.STAFF, "Olivia", permissions=frozenset({SEE_EVERYTHING, RUN_THE_COMPANY}))

    with at.house.database.opener(staff)() as work:
        ask_for_run(work, Run.RENEWALS)
    at.works()

    assert [invoice.due_on for invoice in ada.invoices()] == [date(2026, 3, 2), date(2026, 4, 2)]


def test_every_run_can_be_asked_for(at):
    for run in brake.Run:
        tasks.run_what_is_asked(at.house, RunAsked(run, "Olivia"))
