"""What may be sold is what its panel has room for, less what is promised already."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import httpx
import pytest

from ezscale.catalog.panel_stock import stock_readings
from ezscale.catalog.waitlist import join_waitlist
from ezscale.integrations.http import open_http
from ezscale.integrations.virtfusion.adapter import VirtFusionPanel
from ezscale.integrations.virtfusion.client import VirtFusionClient
from ezscale.kit.errors import Invalid, NotAllowed, TemporaryFailure
from ezscale.models import Plan
from ezscale.models.plan import Family
from ezscale.models.service import ServiceStatus
from ezscale.ordering.deciding import reject_order
from ezscale.ordering.placing import ItemRequest, services_of_order
from ezscale.provisioning.stock_reading import choose_stock_source, read_stock, takes_of
from tests.company import PANEL, TOKEN
from tests.ordering.plans import counts_on_panel, has_room, left, plan_named, turns

FIVE_MINUTES = 5.5 / (24 * 60)


class Interrupted(httpx.BaseTransport):
    """A line to a panel on which something happens while one of its answers is on the way."""

    def __init__(self, line, path, happens):
        self.line, self.path, self.happens = line, path, happens

    def handle_request(self, request):
        answer = self.line.handle_request(request)
        answer.read()
        if request.url.path.endswith(self.path) and self.happens is not None:
            happens, self.happens = self.happens, None
            happens()
        return answer


@pytest.fixture
def rounds():
    return True


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def asks(at):
    """The panel is asked again."""
    read_stock(at.house.automation("stock"), at.house.panels)


def asks_while(at, happens):
    """The panel is asked again, and something happens before its answer has come."""
    line = Interrupted(at.lines.panel, "/resources", happens)
    panel = VirtFusionPanel(VirtFusionClient(open_http(PANEL, TOKEN, transport=line)))
    read_stock(at.house.automation("stock"), {"virtfusion": panel})


def readings(at, slug="vps-2"):
    with at.robot() as work:
        found = stock_readings(work, plan_named(work, slug).id)
    return {place.slug: reading for place, reading in found if reading is not None}


def sold(at, slug="vps-2"):
    """Room, what is for sale, and whether it is an old answer, by place."""
    return {
        place: (reading.room, reading.for_sale, bool(reading.trouble)) for place, reading in readings(at, slug).items()
    }


def test_what_may_be_sold_is_what_the_panel_has_room_for_less_the_margin_of_each_place(at):
    has_room(at, 5, elsewhere=1)

    counts_on_panel(at, margin="2")

    assert sold(at) == {"frankfurt": (5, 3, False), "new-york": (0, 0, False), "london": (1, 0, False)}
    assert left(at) == 3
    has_room(at, 9)
    at.lives(FIVE_MINUTES)
    assert left(at) == 7


def test_a_panel_that_does_not_answer_changes_nothing_and_is_told_of_after_hours(at):
    has_room(at, 5)
    counts_on_panel(at)
    at.breaks(at.panel_http, "down", times=0)

    asks(at)
    soon = (left(at), sold(at)["frankfurt"], at.complaints())
    at.clock.move(timedelta(hours=7))
    asks(at)

    assert soon == (5, (5, 5, True), {})
    assert left(at) == 5
    assert "vps-2 in frankfurt: 2026-03-02" in at.complaints()["stock_is_known"][0]
    at.mends(at.panel_http)
    asks(at)
    assert at.complaints() == {}


def test_a_place_that_the_panel_refuses_keeps_what_it_had_and_the_others_are_asked(at):
    has_room(at, 5, elsewhere=2)
    counts_on_panel(at)
    at.breaks(at.panel_http, "refuse", "*/groups/1/resources", status=404)
    has_room(at, 0, elsewhere=4)

    asks(at)

    assert sold(at) == {"frankfurt": (5, 5, True), "new-york": (0, 0, False), "london": (4, 4, False)}
    assert left(at) == 9
    at.mends(at.panel_http)


def test_what_is_ordered_is_promised_until_the_panel_has_it(at, ada):
    has_room(at, 3)
    counts_on_panel(at)

    placed = ada.orders()
    at_once = left(at)
    asks(at)
    promised = (left(at), sold(at)["frankfurt"])
    ada.pays(placed.invoice_id)
    at.lives(FIVE_MINUTES)

    assert (at_once, promised) == (2, (2, (3, 2, False)))
    assert (left(at), sold(at)["frankfurt"]) == (2, (2, 2, False))


def test_two_cannot_have_the_last_one_though_the_panel_still_shows_it(at, ada):
    has_room(at, 1)
    counts_on_panel(at)
    ada.orders()
    asks(at)

    with pytest.raises(Invalid, match="VPS 2 is sold out at the moment"):
        at.signs_up("Ben Orr").orders()

    assert sold(at)["frankfurt"] == (1, 0, False)


def test_a_place_that_is_full_is_refused_where_others_have_room(at, ada):
    has_room(at, 1, elsewhere=2)
    counts_on_panel(at)
    ada.orders()

    one = ItemRequest("vps-2", 1, "london", "debian-13", "a.example.com")
    with pytest.raises(Invalid, match="Server 2: VPS 2 is sold out in Frankfurt") as refusal:
        ada.orders_all(one, replace(one, location="frankfurt", hostname="b.example.com"))

    assert refusal.value.field == "item-2-location"
    assert (left(at), sold(at)["london"]) == (2, (2, 2, False))


def test_what_nobody_pays_is_there_again_with_the_next_answer(at, ada):
    has_room(at, 1)
    counts_on_panel(at)
    placed = ada.orders()

    with at.robot() as work:
        reject_order(work, placed.id, "Not today")
    at_once = left(at)
    at.lives(FIVE_MINUTES)

    assert (at_once, left(at)) == (0, 1)


def test_what_was_built_while_the_panel_was_asked_is_still_taken_off(at, ada):
    has_room(at, 3)
    counts_on_panel(at)
    placed = ada.orders()
    ada.pays(placed.invoice_id)
    asks_while(at, at.works)

    with at.robot() as work:
        assert [each.status for each in services_of_order(work, placed.id)] == [ServiceStatus.ACTIVE]
    assert left(at) == 2


def test_what_is_ordered_and_built_while_the_panel_is_asked_is_taken_off_too(at, ada):
    has_room(at, 3)
    counts_on_panel(at)

    def meanwhile():
        at.clock.move(timedelta(seconds=5))
        ada.pays(ada.orders().invoice_id)
        at.works()

    asks_while(at, meanwhile)

    assert (ada.service().status, left(at)) == (ServiceStatus.ACTIVE, 2)


def test_an_answer_that_comes_after_staff_have_begun_to_count_changes_nothing(at):
    has_room(at, 3)
    counts_on_panel(at)

    def meanwhile():
        with at.robot() as work:
            choose_stock_source(work, at.house.panels, plan_named(work, "vps-2").id, "counted", "")
        turns(at, stock=7)

    asks_while(at, meanwhile)

    assert left(at) == 7


def test_what_the_panel_has_is_for_those_who_wait_and_stays_theirs_when_it_is_asked_again(at, ada):
    has_room(at, 0)
    counts_on_panel(at)
    ada.does(lambda work: join_waitlist(work, "vps-2"))

    has_room(at, 1)
    asks(at)
    at_once = left(at)
    at.works()
    asks(at)

    with pytest.raises(Invalid, match="VPS 2 is sold out at the moment"):
        at.signs_up("Ben Orr").orders()
    assert (at_once, left(at)) == (0, 0)
    assert ada.orders().invoice_id


def test_plans_take_from_the_same_room_by_their_sizes(at, ada):
    has_room(at, 8)
    counts_on_panel(at)
    ada.orders("vps-3", hostname="big.example.com")
    ada.orders("vps-1", hostname="small.example.com")

    asks(at)

    assert left(at) == 8 - 2 - 1


def test_where_machines_are_not_shared_another_plan_takes_nothing_unless_it_is_the_same_machine():
    def machine(slug, settings):
        return Plan(
            slug=slug, name=slug, family=Family.DEDICATED, panel="synergycp", package=slug, panel_settings=settings
        )

    small, large, managed = machine("s", "cpu = A"), machine("l", "cpu = B"), machine("m", "cpu = A")

    assert [takes_of(other, small, shares=False) for other in (small, large, managed)] == [1, 0, 1]


@pytest.mark.all_databases
def test_of_those_who_want_the_last_two_while_the_panel_is_asked_exactly_two_get_one(at):
    has_room(at, 2)
    counts_on_panel(at)
    people = [at.signs_up(f"Visitor{number} Moreno") for number in range(4)] * 3
    told, together = [], Barrier(len(people) + 1)

    def order_at_once(person):
        together.wait()
        while True:
            try:
                told.append(person.orders().status.value)
            except Invalid as refusal:
                told.append(refusal.message)
            except TemporaryFailure:
                continue  # they were in one another's way and press again
            return

    def ask_meanwhile():
        together.wait()
        for _ in range(4):
            with suppress(TemporaryFailure):
                asks(at)

    threads = [Thread(target=order_at_once, args=(person,)) for person in people] + [Thread(target=ask_meanwhile)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == ["VPS 2 is sold out at the moment."] * 10 + ["placed"] * 2
    assert left(at) == 0


def test_only_staff_who_keep_the_catalog_say_where_stock_comes_from_and_only_where_a_panel_can_tell(at, ada):
    with pytest.raises(NotAllowed):
        ada.does(lambda work: choose_stock_source(work, at.house.panels, plan_named(work, "vps-2").id, "panel", ""))
    for panels, source, margin, field in (
        ({}, "panel", "", "source"),
        (at.house.panels, "stars", "", "source"),
        (at.house.panels, "panel", "-1", "margin"),
    ):
        with pytest.raises(Invalid) as refusal, at.robot() as work:
            choose_stock_source(work, panels, plan_named(work, "vps-2").id, source, margin)
        assert refusal.value.field == field
    assert left(at) is None

    counts_on_panel(at)
    with at.robot() as work:
        choose_stock_source(work, at.house.panels, plan_named(work, "vps-2").id, "counted", "")
    turns(at, stock=7)
    at.lives(FIVE_MINUTES)

    assert left(at) == 7
