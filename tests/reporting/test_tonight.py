"""What the night will do is told before, and nothing is done."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.errors import NotAllowed
from ezscale.models import DunningStep, Invoice, OutboxEvent, RunReport
from ezscale.reporting.tonight import Deed, next_night, tonight
from tests.company import DECLINED_LATER, Company


@pytest.fixture
def at(database, clock, tmp_path):
    return Company(database, clock, tmp_path)


def plan(at):
    with at.robot() as work:
        return tonight(work)


def deeds(at):
    return {(planned.deed, planned.customer) for planned in plan(at).planned}


def sizes(at):
    with at.robot() as work:
        return {
            table.__tablename__: work.session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (Invoice, DunningStep, OutboxEvent, RunReport)
        }


def test_a_quiet_night_has_nothing_planned(at):
    at.signs_up("Grace Hall").buys()

    assert plan(at).planned == ()


def test_who_will_be_invoiced_is_told_with_the_sum(at):
    at.signs_up("Grace Hall", "US", "USD").buys("vps-2")
    at.lives(days=16)

    (planned,) = plan(at).planned

    assert (planned.deed, planned.customer, str(planned.amount)) == (Deed.INVOICE, "Grace Hall", "12.00 USD")


def test_telling_changes_nothing(at):
    at.signs_up("Grace Hall").buys()
    at.lives(days=16)
    before = sizes(at)

    first, second = plan(at), plan(at)

    assert first == second
    assert sizes(at) == before


def test_a_late_customer_is_charged_reminded_and_then_suspended(at):
    otto = at.signs_up("Otto Lenz")
    otto.buys()
    otto.leaves_card(DECLINED_LATER)

    seen: Counter[Deed] = Counter()
    at.lives(days=30)
    for _ in range(32):
        seen.update(deed for deed, _ in deeds(at))
        at.lives(days=1)

    assert seen[Deed.CHARGE] == 5
    assert seen[Deed.SUSPEND] == 1
    assert seen[Deed.WARN] == 1
    assert seen[Deed.END] == 1
    assert seen[Deed.REMIND] >= 3


def test_who_has_cancelled_is_told_to_end(at):
    lea = at.signs_up("Lea Roy")
    service = lea.buys()
    lea.does(lambda work: cancel_at_period_end(work, service.item_id, "Moving on"))
    at.lives(days=30)

    assert deeds(at) == {(Deed.END, "Lea Roy")}


def test_the_night_is_the_next_one(at, clock):
    with at.robot() as work:
        night = next_night(work)

    assert timedelta(0) < night - clock.now <= timedelta(days=1)


def test_only_staff_may_look_into_the_night(at):
    customer = Actor(ActorKind.USER, "somebody")
    staff = Actor(ActorKind.STAFF, "Sam", permissions=frozenset({SEE_EVERYTHING}))

    with at.house.database.opener(customer)() as work, pytest.raises(NotAllowed):
        tonight(work)
    with at.house.database.opener(staff)() as work:
        assert tonight(work).planned == ()
