from datetime import date

import pytest
from sqlmodel import select

from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.billing.upcoming import upcoming
from ezscale.kit.errors import NotAllowed
from ezscale.models import Coupon, RevenueMovement, SubscriptionItem
from ezscale.reporting.figures import revenue_figure
from ezscale.reporting.happenings import happenings, sums_since
from ezscale.reporting.overview import company_overview
from ezscale.reporting.revenue import monthly_revenue, recurring_revenue
from ezscale.reporting.runs import run_reports


@pytest.fixture
def moved(at):
    """Writes down a change of recurring revenue in euros, as if it had happened earlier."""
    at.signs_up("Ada Moreno").orders()

    def moved(day, minor):
        with at.robot() as work:
            item = work.session.exec(select(SubscriptionItem)).one()
            work.session.add(
                RevenueMovement(
                    once_key=f"{day}:{minor}",
                    day=day,
                    kind="new" if minor > 0 else "ended",
                    subscription_id=item.subscription_id,
                    plan_id=item.plan_id,
                    currency="EUR",
                    monthly_minor=minor,
                )
            )

    return moved


def months(at, currency="EUR", count=4):
    with at.robot() as work:
        frame = monthly_revenue(work, currency, count)
    return [(f"{month:%Y-%m}", mrr, new, lost) for month, mrr, new, lost in frame.itertuples(index=False)]


def test_a_company_that_has_sold_nothing_has_a_frame_of_zeros(at):
    assert months(at) == [(month, 0, 0, 0) for month in ("2025-12", "2026-01", "2026-02", "2026-03")]


@pytest.mark.all_databases
def test_recurring_revenue_is_what_began_less_what_ended(at):
    ada, ben, eve = at.signs_up("Ada Moreno"), at.signs_up("Ben Orr"), at.signs_up("Eve Lang", "US", "USD")
    ada.buys("vps-2")
    ben.buys("vps-1", months=12)
    eve.buys("vps-3")
    with at.robot() as work:
        before = {currency: amount.minor for currency, amount in recurring_revenue(work).items()}

    ada.does(lambda work: cancel_at_period_end(work, ada.service().item_id))
    at.sleeps(31)

    assert before == {"EUR": 1100 + 459, "USD": 2400}  # 55.00 a year is 4.59 a month
    assert months(at, count=2) == [("2026-03", 1559, 1559, 0), ("2026-04", 459, 0, -1100)]
    assert months(at, "USD", 1) == [("2026-04", 2400, 0, 0)]


def mrr_and_what_renewals_ask(at, months):
    """Recurring revenue, and what the next renewals ask without tax (nobody in America pays any), for a month."""
    with at.robot() as work:
        [mrr] = recurring_revenue(work).values()
        asked = sum(-(-period.total.minor // months) for period in upcoming(work) if period.will_be_billed)
    return mrr.minor, asked


@pytest.mark.all_databases
@pytest.mark.parametrize("months", [1, 3])
def test_recurring_revenue_is_what_the_next_renewals_really_ask(at, months):
    eve = at.signs_up("Eve Lang", "US", "USD")
    eve.buys("vps-2", months, coupon="WELCOME10")  # 10 % off three cycles
    seen = [mrr_and_what_renewals_ask(at, months)]
    for _ in range(3):
        at.sleeps(31 * months)
        seen.append(mrr_and_what_renewals_ask(at, months))

    eve.does(lambda work: cancel_at_period_end(work, eve.service().item_id))
    at.sleeps(31 * months)

    assert seen == [(1080, 1080), (1080, 1080), (1200, 1200), (1200, 1200)]
    with at.robot() as work:
        assert [amount.minor for amount in recurring_revenue(work).values()] == [0]


@pytest.mark.parametrize(
    ("coupon", "first", "later"),
    [
        ({"cycles": None}, 1080, 1080),  # for ever
        ({"cycles": 1}, 1200, 1200),  # only what is paid today, which no renewal asks
        ({"cycles": 2, "percent": 50}, 600, 1200),
        ({"cycles": 2, "kind": "fixed", "percent": 0, "amounts": {"USD": 200}}, 1000, 1200),
    ],
    ids=str,
)
def test_a_discount_counts_for_as_long_as_it_runs(at, coupon, first, later):
    with at.robot() as work:
        spring = {"code": "SPRING", "percent": 10, "since": work.now}
        work.session.add(Coupon(**spring | coupon))
    at.signs_up("Eve Lang", "US", "USD").buys("vps-2", coupon="SPRING")

    in_the_beginning = mrr_and_what_renewals_ask(at, 1)
    at.sleeps(20)

    assert (in_the_beginning, mrr_and_what_renewals_ask(at, 1)) == ((first, first), (later, later))


def test_what_began_and_ended_on_one_day_is_counted_both_ways(at, moved):
    for day, minor in ((date(2026, 1, 31), 500), (date(2026, 2, 1), 700), (date(2026, 2, 1), -300)):
        moved(day, minor)

    assert months(at, count=3) == [("2026-01", 500, 500, 0), ("2026-02", 900, 700, -300), ("2026-03", 900, 0, 0)]


def test_the_figure_names_its_sums_as_money(at, moved):
    moved(date(2026, 2, 1), 123456)

    with at.robot() as work:
        figure = revenue_figure(monthly_revenue(work, "EUR", 2), "EUR")

    [line] = figure.data
    assert list(line.customdata) == ["€1,234.56", "€1,234.56"]
    assert list(line.y) == [1234.56, 1234.56]


def test_the_company_at_a_glance(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-2")
    ada.leaves_card("4000000000000341")
    for days in (17, 14, 1):
        at.sleeps(days)

    with at.robot() as work:
        overview = company_overview(work)
        sums = sums_since(work, at.clock.now.replace(month=1))
        words = [happening.words for happening in happenings(work, limit=200)]
        runs = {report.name for report in run_reports(work)}
    assert (overview.customers, overview.services, overview.failed_builds) == (1, {"active": 1}, 0)
    assert {currency: amount.minor for currency, amount in overview.overdue.items()} == {"EUR": 1353}
    assert (overview.overdue_count, overview.open_cases) == (1, 0)
    assert (sums.invoices, sums.payments, sums.declined, sums.suspended) == (2, 1, 2, 0)
    assert words.count("Card declined for INV-2026-000002") == 2
    assert "Reminder about INV-2026-000002" in words
    assert runs >= {"renewals", "dunning"}


@pytest.mark.parametrize(
    "look",
    [
        recurring_revenue,
        company_overview,
        happenings,
        run_reports,
        lambda work: monthly_revenue(work, "EUR"),
        lambda work: sums_since(work, work.now),
    ],
    ids=["mrr", "overview", "happenings", "runs", "months", "sums"],
)
def test_figures_are_for_staff(at, look):
    ada = at.signs_up("Ada Moreno")

    with pytest.raises(NotAllowed):
        ada.does(look)
