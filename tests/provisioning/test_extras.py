"""Options and add-ons that were paid for are there when the server is."""

import pytest
from sqlmodel import col, select

from ezscale.billing.cases import open_cases
from ezscale.billing.change_quotes import quote_change
from ezscale.billing.change_wishes import ChangeWish
from ezscale.billing.changes import accept_change
from ezscale.catalog.offering import offer_add_on
from ezscale.models import AddOn, Option, ProvisioningLog, SubscriptionItem
from ezscale.ordering.placing import ItemRequest
from ezscale.provisioning.ports import Extras, Sizes
from ezscale.provisioning.specs import extras_of, sizes_of
from tests.journeys.records import subscription_of
from tests.ordering.plans import plan_named
from tests.panels import on_panel


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def raises(at, option, field):
    """From now on an option makes more of something else."""
    with at.robot() as work:
        row = work.session.exec(select(Option).where(Option.slug == option)).one()
        row.panel_field = field
        work.session.add(row)


def buys_fitted(ada, **fitted):
    placed = ada.orders(**fitted)
    ada.pays(placed.invoice_id)
    ada.at.lives(days=0.01)
    return ada.at.house.panels["virtfusion"].look(ada.service().remote_id)


def test_a_server_is_built_with_the_disk_and_the_addresses_that_were_paid_for(at, ada):
    server = buys_fitted(ada, options={"extra-disk": 100}, add_ons={"extra-ipv4": 2})

    assert server.sizes == Sizes(2, 4096, 80 + 100, 4000)
    assert len(server.ipv4) == 3
    with at.robot() as work:
        assert extras_of(work, ada.service().item_id) == Extras(disk_gb=100, ipv4=2)
        assert open_cases(work) == []


def test_what_costs_nothing_at_the_panel_and_what_has_ended_adds_nothing(at, ada):
    buys_fitted(ada, options={"extra-disk": 50, "control-panel": "plesk"}, add_ons={"migration": 1})
    with at.robot() as work:
        for item in work.session.exec(
            select(SubscriptionItem).where(col(SubscriptionItem.option_value_id).is_not(None))
        ):
            item.end(work.today)
            work.session.add(item)

    with at.robot() as work:
        assert extras_of(work, ada.service().item_id) == Extras()


def test_another_plan_does_not_take_away_what_was_bought_beside_it(at, ada):
    raises(at, "extra-disk", "memory_mb")
    before = buys_fitted(ada, options={"extra-disk": 500})

    wish = ChangeWish(plan="vps-3", options={"extra-disk": 500})
    quote = ada.does(lambda work: quote_change(work, subscription_of(ada).id, wish))
    ada.does(lambda work: accept_change(work, quote.id, quote.total_minor))
    at.lives(days=0.02)

    after = at.house.panels["virtfusion"].look(ada.service().remote_id)
    assert (before.sizes.memory_mb, after.sizes.memory_mb) == (4096 + 500, 8192 + 500)
    assert after.sizes.cpu_cores == 4


def test_what_a_panel_does_not_set_by_itself_is_put_before_a_person(at, ada):
    story = on_panel(at, "pterodactyl")
    with at.robot() as work:
        address = work.session.exec(select(AddOn).where(AddOn.slug == "extra-ipv4")).one()
        offer_add_on(work, plan_named(work, story.slug).id, address.id)
    item = ItemRequest(story.slug, 1, story.places[0], story.image, "a.example.com", {}, {"extra-ipv4": 1})

    ada.pays(ada.orders_all(item).invoice_id)
    at.lives(days=0.01)

    with at.robot() as work:
        [case] = open_cases(work)
        told = work.session.exec(select(ProvisioningLog.message).where(col(ProvisioningLog.ok).is_(False))).all()
    assert (case.kind, case.facts["to"]) == ("resize_by_hand", "1 more of ipv4")
    assert told == ["A person has to add: 1 more of ipv4"]


def test_what_has_no_limit_gets_none_by_an_option(at):
    with at.robot() as work:
        plan = plan_named(work, "vps-1")
        plan.traffic_gb = 0
        assert sizes_of(plan, Extras(traffic_gb=100, disk_gb=5)) == Sizes(1, 2048, 45, 0)
        work.session.expunge(plan)
