"""What migrations do to rows that are there already."""

import pytest
from alembic import command
from sqlalchemy import text
from sqlmodel import select

from ezscale.kit.database import open_engine
from ezscale.kit.money import Money
from ezscale.kit.work import Database
from ezscale.models import RevenueMovement, Service, Subscription
from ezscale.models.service import ServiceStatus
from ezscale.models.subscription import SubscriptionStatus
from ezscale.reporting.revenue import recurring_revenue
from tests.company import Company
from tests.databases import KINDS
from tests.migrations.test_migrations import alembic


@pytest.fixture
def at(databases, request, clock, tmp_path):
    """A company in a database that migrations have made."""
    url = databases.make(request.param, f"_{request.function.__name__[5:35]}")
    command.upgrade(alembic(url), "head")
    engine = open_engine(url)
    yield Company(Database(engine, clock), clock, tmp_path)
    engine.dispose()


@pytest.mark.parametrize("at", KINDS, indirect=True)
def test_discounts_that_still_run_are_taken_off_recurring_revenue(at):
    url = at.house.database.engine.url.render_as_string(hide_password=False)
    at.signs_up("Ada Moreno", "US", "USD").buys("vps-2", coupon="WELCOME10")
    at.signs_up("Bruno Costa", "US", "USD").buys("vps-2")
    at.signs_up("Carla Vogt", "US", "USD").buys("vps-2", 3, coupon="WELCOME10")
    with at.robot() as work:  # as the release before has written it
        for began in work.session.exec(select(RevenueMovement)):
            began.monthly_minor = 1200

    command.downgrade(alembic(url), "0004")
    command.upgrade(alembic(url), "head")

    with at.robot() as work:
        assert recurring_revenue(work) == {"USD": Money(1080 + 1200 + 1080, "USD")}
    at.sleeps(31)
    at.sleeps(31)
    with at.robot() as work:
        assert recurring_revenue(work) == {"USD": Money(1200 + 1200 + 1080, "USD")}


@pytest.mark.parametrize("at", KINDS, indirect=True)
def test_services_of_orders_that_expired_long_ago_wait_no_longer(at):
    for name in ("Ada Moreno", "Bruno Costa"):
        at.signs_up(name).orders()
        at.sleeps(3)
    at.signs_up("Carla Vogt").orders()
    url = at.house.database.engine.url.render_as_string(hide_password=False)

    command.downgrade(alembic(url), "0001")
    with at.house.database.engine.connect() as connection:
        before = sorted(connection.scalars(text("SELECT status FROM service")))
        subscriptions_before = sorted(connection.scalars(text("SELECT status FROM subscription")))
    command.upgrade(alembic(url), "head")

    with at.robot() as work:
        services = sorted(work.session.exec(select(Service.status)))
        subscriptions = sorted(work.session.exec(select(Subscription.status)))
    assert (before, subscriptions_before) == (["waiting"] * 3, ["pending"] * 3)
    assert services == [ServiceStatus.EXPIRED, ServiceStatus.EXPIRED, ServiceStatus.WAITING]
    assert subscriptions == [SubscriptionStatus.EXPIRED, SubscriptionStatus.EXPIRED, SubscriptionStatus.PENDING]
