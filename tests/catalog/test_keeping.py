"""Plans, options and add-ons come, change and go, and nobody who has one notices."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import col, select

from ezscale.catalog.fitting import Wanted, fit_out, fittings
from ezscale.catalog.offering import offer_add_on, offer_option, offered_with, withdraw_add_on, withdraw_option
from ezscale.catalog.option_keeping import (
    AddOnSheet,
    OptionSheet,
    ValueSheet,
    add_add_on,
    add_option,
    add_value,
    archive_add_on,
    archive_option,
    archive_value,
    change_add_on,
    change_option,
    change_value,
    every_add_on,
    every_option,
    restore_add_on,
    restore_option,
    restore_value,
)
from ezscale.catalog.plan_keeping import PlanSheet, add_plan, archive_plan, change_plan, every_plan, restore_plan
from ezscale.catalog.plans import plan_on_sale, plans_on_sale
from ezscale.catalog.price_list import PLANS, VALUES, PriceWish, set_price
from ezscale.catalog.showing import mark_of_the_shop
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.errors import BusinessError, Invalid, NotFound, NotSignedIn
from ezscale.kit.ids import new_id
from ezscale.models import AddOn, Customer, Option, OptionValue, Plan, SubscriptionItem
from ezscale.models.subscription import ItemKind
from tests.builders import OFFERED, a_subscription

SHEET = PlanSheet(
    "VPS 6",
    "Room for everything.",
    *("12", "65536", "1280", "64000"),
    package="6",
    position="6",
)


def sells(work, plan, *values):
    """Somebody has it, or had it."""
    who = Customer(number="C-1", panel_ref="C-1", name="Ada", email="ada@example.com", country="IE", currency="EUR")
    who.created_at = work.now
    work.session.add(who)
    work.session.flush()
    subscription = a_subscription(customer_id=who.id)
    work.session.add(subscription)
    work.session.flush()
    agreed: dict[str, Any] = {"description": "", "currency": "EUR", "price_minor": 100, "kind": ItemKind.OPTION}
    items = [
        SubscriptionItem(subscription_id=subscription.id, plan_id=plan.id, **agreed, option_value_id=each)
        for each in values
    ]
    work.session.add_all(items)
    work.session.flush()


def slugs(work):
    return [offer.slug for offer in plans_on_sale(work)]


def test_a_plan_is_for_sale_once_it_has_a_price(shop):
    plan = add_plan(shop, " VPS-6 ", "vps", "virtfusion", SHEET)
    before = slugs(shop)

    set_price(shop, PLANS, plan.id, PriceWish("EUR", 1, "150"))

    assert ("vps-6" in before, slugs(shop)[-1]) == (False, "vps-6")
    assert (plan.cpu_cores, plan.memory_mb, plan.disk_gb, plan.traffic_gb) == (12, 65536, 1280, 64000)


def test_a_plan_is_changed_hidden_archived_and_restored(shop, plan):
    change_plan(shop, plan.id, replace(SHEET, name="VPS Mini", position="0", hidden=True, needs_approval=True))
    hidden = (slugs(shop), plan_on_sale(shop, "vps-1"))
    archive_plan(shop, plan.id)
    with pytest.raises(Invalid):
        plan_on_sale(shop, "vps-1")
    restore_plan(shop, plan.id)
    change_plan(shop, plan.id, replace(SHEET, name="VPS Mini", position="0"))

    assert "vps-1" not in hidden[0]
    assert (hidden[1].name, hidden[1].needs_approval) == ("VPS Mini", True)
    assert slugs(shop)[0] == "vps-1"


def test_what_a_panel_has_to_know_is_kept_line_by_line(shop, plan):
    change_plan(shop, plan.id, replace(SHEET, panel_settings=" swap=512 \n\n databases =  2\nSERVER_JARFILE = a=b.jar"))

    assert plan.panel_settings == "swap = 512\ndatabases = 2\nSERVER_JARFILE = a=b.jar"
    assert plan.settings_of_panel == {"swap": "512", "databases": "2", "SERVER_JARFILE": "a=b.jar"}


def test_every_change_that_the_window_shows_asks_for_a_new_build_and_no_other_does(shop, plan):
    sheet = replace(SHEET, name=plan.name, summary=plan.summary, cpu_cores="1", memory_mb="2048", disk_gb="40")
    sheet = replace(sheet, traffic_gb="2000", position="0")
    marks = [mark_of_the_shop(shop, OFFERED)]
    for step in (
        *(replace(sheet, package="9"), replace(sheet, needs_approval=True), replace(sheet, stock="3")),
        *(replace(sheet, stock="0", stock_seen="3"), replace(sheet, stock="0", stock_seen="0", hidden=True)),
    ):
        change_plan(shop, plan.id, step)
        marks.append(mark_of_the_shop(shop, OFFERED))

    assert marks[:4] == [marks[0]] * 4
    assert len(set(marks)) == 3  # as it was, sold out, gone


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": "  "}),
        ("name", {"name": "x" * 81}),
        ("summary", {"summary": "x" * 251}),
        ("cpu_cores", {"cpu_cores": "-1"}),
        ("panel_settings", {"panel_settings": "swap"}),
        ("panel_settings", {"panel_settings": "= 3"}),
        ("panel_settings", {"panel_settings": "swap = 1\nswap = 2"}),
        ("panel_settings", {"panel_settings": f"a = {'x' * 1000}"}),
        ("cpu_cores", {"cpu_cores": "1.5"}),
        ("memory_mb", {"memory_mb": "9" * 13}),
        ("disk_gb", {"disk_gb": "many"}),
        ("traffic_gb", {"traffic_gb": "²"}),
        ("package", {"package": ""}),
        ("position", {"position": "10000"}),
        ("stock", {"stock": "-1"}),
        ("stock", {"stock": "1000001"}),
    ],
)
def test_a_sheet_that_cannot_be_is_refused_beside_its_field(shop, plan, field, changes):
    wrong = replace(SHEET, **changes)

    for step in (
        lambda: add_plan(shop, "vps-6", "vps", "virtfusion", wrong),
        lambda: change_plan(shop, plan.id, wrong),
    ):
        with pytest.raises(Invalid) as refusal:
            step()
        assert refusal.value.field == field


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("slug", ("vps-1", "vps", "virtfusion")),
        ("slug", ("", "vps", "virtfusion")),
        ("slug", ("VPS 6", "vps", "virtfusion")),
        ("slug", ("-vps", "vps", "virtfusion")),
        ("slug", ("x" * 61, "vps", "virtfusion")),
        ("family", ("vps-6", "cloud", "virtfusion")),
        ("panel", ("vps-6", "vps", "nobodys")),
    ],
)
def test_a_plan_has_a_name_of_its_own_and_a_place_to_run(shop, field, names):
    slug, family, panel = names

    with pytest.raises(Invalid) as refusal:
        add_plan(shop, slug, family, panel, SHEET)

    assert refusal.value.field == field


def test_stock_that_was_sold_meanwhile_is_not_written_over(shop, plan):
    change_plan(shop, plan.id, replace(SHEET, stock="5"))
    plan.stock = 4  # somebody ordered one
    shop.session.flush()

    with pytest.raises(Invalid, match="4 left") as refusal:
        change_plan(shop, plan.id, replace(SHEET, stock="10", stock_seen="5"))
    change_plan(shop, plan.id, replace(SHEET, stock="10", stock_seen="4"))

    assert (refusal.value.field, plan.stock) == ("stock", 10)
    change_plan(shop, plan.id, replace(SHEET, stock="", stock_seen="10"))
    assert plan.stock is None


@pytest.fixture
def bare(shop):
    """A plan that is offered with nothing yet."""
    plan = add_plan(shop, "bare", "vps", "virtfusion", SHEET)
    set_price(shop, PLANS, plan.id, PriceWish("EUR", 1, "10"))
    return plan


@pytest.fixture
def panel(shop):
    """A choice between no control panel and two of them."""
    option = add_option(shop, "panel", "choice", OptionSheet("Control panel"))
    for position, slug in enumerate(("none", "plesk", "cpanel")):
        add_value(shop, option.id, slug, ValueSheet(slug.capitalize(), position=str(position)))
    return option


@pytest.fixture
def disk(shop):
    """A slider for more disk: one euro for each ten gigabytes."""
    sheet = OptionSheet("More disk", "GB", "disk_gb", smallest="0", largest="100", step="10")
    option = add_option(shop, "disk", "slider", sheet)
    set_price(shop, VALUES, value(shop, option, "step").id, PriceWish("EUR", 1, "1"))
    return option


def value(work, option, slug):
    return work.session.exec(
        select(OptionValue).where(OptionValue.option_id == option.id, OptionValue.slug == slug)
    ).one()


def chosen(work, plan, options, add_ons=None):
    parts = fit_out(fittings(work, plan.id), Wanted(options, add_ons or {}), "EUR", 1)
    return [(part.description, part.quantity, part.price.minor) for part in parts]


def test_a_slider_is_offered_with_a_plan_and_costs_by_its_steps(shop, bare, disk):
    offer_option(shop, bare.id, disk.id)

    assert chosen(shop, bare, {"disk": 30}) == [("More disk: 30 GB", 3, 100)]
    assert chosen(shop, bare, {}) == []


def test_a_choice_comes_with_its_standard_and_others_cost(shop, bare, panel):
    set_price(shop, VALUES, value(shop, panel, "plesk").id, PriceWish("EUR", 1, "9"))
    offer_option(shop, bare.id, panel.id, value(shop, panel, "none").id)

    assert chosen(shop, bare, {"panel": "none"}) == chosen(shop, bare, {}) == []
    assert chosen(shop, bare, {"panel": "plesk"}) == [("Control panel: Plesk", 1, 900)]


def test_what_needs_a_value_goes_with_that_value_alone_whatever_others_are_called(shop, bare, panel, disk):
    twin = add_option(shop, "backup", "choice", OptionSheet("Backup"))
    for slug in ("none", "plesk"):
        add_value(shop, twin.id, slug, ValueSheet(slug))
    for option in (panel, twin):
        set_price(shop, VALUES, value(shop, option, "plesk").id, PriceWish("EUR", 1, "9"))
        offer_option(shop, bare.id, option.id, value(shop, option, "none").id)
    offer_option(shop, bare.id, disk.id, needs_id=value(shop, panel, "plesk").id)

    assert len(chosen(shop, bare, {"disk": 10, "panel": "plesk"})) == 2
    for without in ({"disk": 10}, {"disk": 10, "backup": "plesk"}):
        with pytest.raises(Invalid, match="only with plesk"):
            chosen(shop, bare, without)


def test_a_slider_at_nothing_is_nothing_that_could_be_needed(shop, bare, panel, disk):
    set_price(shop, VALUES, value(shop, panel, "plesk").id, PriceWish("EUR", 1, "9"))
    offer_option(shop, bare.id, disk.id)
    offer_option(shop, bare.id, panel.id, needs_id=value(shop, disk, "step").id)

    assert len(chosen(shop, bare, {"disk": 10, "panel": "plesk"})) == 2
    with pytest.raises(Invalid, match="only with"):
        chosen(shop, bare, {"disk": 0, "panel": "plesk"})


def test_an_offer_asks_only_for_what_the_plan_has(shop, bare, panel, disk):
    plesk, step = value(shop, panel, "plesk"), value(shop, disk, "step")
    refusals = [
        (lambda: offer_option(shop, bare.id, disk.id, needs_id=plesk.id), "needs"),
        (lambda: offer_option(shop, bare.id, panel.id, needs_id=plesk.id), "needs"),
        (lambda: offer_option(shop, bare.id, panel.id, step.id), "standard"),
        (lambda: offer_option(shop, bare.id, disk.id, step.id), "standard"),
        (lambda: offer_option(shop, bare.id, new_id()), "option"),
        (lambda: offer_add_on(shop, bare.id, new_id()), "add_on"),
    ]

    for step_taken, field in refusals:
        with pytest.raises(Invalid) as refusal:
            step_taken()
        assert refusal.value.field == field
    assert offered_with(shop, bare.id) == []


def test_an_offer_is_changed_and_withdrawn(shop, bare, panel, disk):
    ip = add_add_on(shop, "ip", AddOnSheet("An address", most="8"), recurring=True)
    offer_option(shop, bare.id, panel.id, value(shop, panel, "none").id)
    offer_option(shop, bare.id, panel.id, value(shop, panel, "plesk").id)
    offer_add_on(shop, bare.id, ip.id, value(shop, panel, "plesk").id)

    shown = [
        (each.thing.slug, each.standard and each.standard.slug, each.needs and each.needs.slug)
        for each in offered_with(shop, bare.id)
    ]
    with pytest.raises(BusinessError, match="needs it"):
        withdraw_option(shop, bare.id, panel.id)
    withdraw_add_on(shop, bare.id, ip.id)
    withdraw_option(shop, bare.id, panel.id)

    assert shown == [("panel", "plesk", None), ("ip", None, "plesk")]
    assert offered_with(shop, bare.id) == []
    for gone in (lambda: withdraw_add_on(shop, bare.id, ip.id), lambda: withdraw_option(shop, bare.id, panel.id)):
        with pytest.raises(NotFound):
            gone()


def test_a_value_that_a_plan_leans_on_is_not_archived(shop, bare, panel, disk):
    none, plesk, cpanel = (value(shop, panel, slug) for slug in ("none", "plesk", "cpanel"))
    offer_option(shop, bare.id, panel.id, none.id)
    offer_option(shop, bare.id, disk.id, needs_id=plesk.id)

    archive_value(shop, cpanel.id)
    for leant_on in (none, plesk):
        with pytest.raises(BusinessError, match="Change that first"):
            archive_value(shop, leant_on.id)
    with pytest.raises(BusinessError, match="Change that first"):
        archive_option(shop, panel.id)

    assert [each.slug for each in fittings(shop, bare.id).options[1].values] == ["none", "plesk"]
    restore_value(shop, cpanel.id)
    assert len(fittings(shop, bare.id).options[1].values) == 3


def test_an_archived_option_or_add_on_is_not_offered_and_comes_back_where_it_was(shop, bare, disk):
    ip = add_add_on(shop, "ip", AddOnSheet("An address", most="8"), recurring=True)
    offer_option(shop, bare.id, disk.id)
    offer_add_on(shop, bare.id, ip.id)

    archive_option(shop, disk.id)
    archive_add_on(shop, ip.id)
    gone = fittings(shop, bare.id)
    restore_option(shop, disk.id)
    restore_add_on(shop, ip.id)
    back = fittings(shop, bare.id)

    assert (gone.options, gone.add_ons) == ((), ())
    assert ([each.slug for each in back.options], [each.slug for each in back.add_ons]) == (["disk"], ["ip"])


def test_what_was_sold_keeps_its_measure(shop, bare, panel, disk):
    step, plesk = value(shop, disk, "step"), value(shop, panel, "plesk")
    sells(shop, bare, step.id, plesk.id)

    with pytest.raises(Invalid) as slider:
        change_option(shop, disk.id, OptionSheet("More disk", "GB", "disk_gb", smallest="0", largest="100", step="20"))
    shop.session.refresh(disk)
    change_option(shop, disk.id, OptionSheet("Disk", "GB", "disk_gb", smallest="0", largest="200", step="10"))
    with pytest.raises(Invalid) as choice:
        change_value(shop, plesk.id, ValueSheet("Plesk", adds="5"))
    shop.session.refresh(plesk)
    change_value(shop, plesk.id, ValueSheet("Plesk Obsidian"))

    assert (slider.value.field, choice.value.field) == ("step", "adds")
    assert (disk.largest, plesk.name, plesk.adds) == (200, "Plesk Obsidian", 0)


def test_the_step_of_a_slider_that_nobody_has_can_change_and_its_value_with_it(shop, disk):
    change_option(shop, disk.id, OptionSheet("More disk", "GB", "disk_gb", smallest="0", largest="100", step="20"))

    assert value(shop, disk, "step").adds == 20


@pytest.mark.parametrize(
    ("field", "numbers"),
    [
        ("step", {"smallest": "0", "largest": "100", "step": "0"}),
        ("smallest", {"smallest": "5", "largest": "100", "step": "10"}),
        ("largest", {"smallest": "0", "largest": "105", "step": "10"}),
        ("largest", {"smallest": "100", "largest": "100", "step": "10"}),
        ("largest", {"smallest": "0", "largest": "1000001", "step": "1"}),
    ],
)
def test_a_slider_goes_by_whole_steps(shop, field, numbers):
    with pytest.raises(Invalid) as refusal:
        add_option(shop, "disk", "slider", OptionSheet("More disk", **numbers))

    assert refusal.value.field == field


def test_options_values_and_add_ons_have_names_of_their_own(shop, panel, disk):
    add_add_on(shop, "ip", AddOnSheet("An address"), recurring=True)
    refusals = [
        (lambda: add_option(shop, "panel", "choice", OptionSheet("Another")), "slug"),
        (lambda: add_option(shop, "other", "knob", OptionSheet("Another")), "kind"),
        (lambda: add_option(shop, "other", "choice", OptionSheet("", unit="GB")), "name"),
        (lambda: add_option(shop, "other", "choice", OptionSheet("Another", unit="x" * 21)), "unit"),
        (lambda: add_value(shop, panel.id, "plesk", ValueSheet("Another")), "slug"),
        (lambda: add_value(shop, panel.id, "No Slug", ValueSheet("Another")), "slug"),
        (lambda: add_value(shop, panel.id, "more", ValueSheet("")), "name"),
        (lambda: add_add_on(shop, "ip", AddOnSheet("Another"), recurring=True), "slug"),
        (lambda: add_add_on(shop, "ips", AddOnSheet("Another", most="0"), recurring=True), "most"),
        (lambda: add_add_on(shop, "ips", AddOnSheet("Another", most="1001"), recurring=True), "most"),
    ]

    for step, field in refusals:
        with pytest.raises(Invalid) as refusal:
            step()
        assert refusal.value.field == field
    with pytest.raises(BusinessError, match="no values"):
        add_value(shop, disk.id, "more", ValueSheet("More"))


def test_an_add_on_is_changed_and_everything_is_listed_with_what_is_archived_last(shop, panel, disk):
    ip = add_add_on(shop, "ip", AddOnSheet("An address", most="8"), recurring=True)
    change_add_on(shop, ip.id, AddOnSheet("Address", "One more of them.", "16", "ipv4", "3"))
    add_add_on(shop, "by-hand", AddOnSheet("By hand", position="9"), recurring=False)
    archive_option(shop, disk.id)
    archive_add_on(shop, ip.id)

    assert [each.slug for each in every_add_on(shop) if each.slug in ("ip", "by-hand")] == ["by-hand", "ip"]
    assert every_option(shop)[-1].option.slug == "disk"
    assert (ip.name, ip.most, ip.panel_field) == ("Address", 16, "ipv4")


def test_nobody_but_who_keeps_the_catalog_changes_or_sees_all_of_it(shop, bare, panel, disk):
    ip = add_add_on(shop, "ip", AddOnSheet("An address"), recurring=True)
    plesk = value(shop, panel, "plesk")
    shop.actor = ANONYMOUS
    steps = [
        *(lambda: add_plan(shop, "vps-6", "vps", "virtfusion", SHEET), lambda: change_plan(shop, bare.id, SHEET)),
        *(lambda: archive_plan(shop, bare.id), lambda: restore_plan(shop, bare.id), lambda: every_plan(shop)),
        *(
            lambda: add_option(shop, "o", "choice", OptionSheet("O")),
            lambda: change_option(shop, disk.id, OptionSheet("O")),
        ),
        *(lambda: archive_option(shop, disk.id), lambda: restore_option(shop, disk.id), lambda: every_option(shop)),
        *(
            lambda: add_value(shop, panel.id, "v", ValueSheet("V")),
            lambda: change_value(shop, plesk.id, ValueSheet("V")),
        ),
        *(lambda: archive_value(shop, plesk.id), lambda: restore_value(shop, plesk.id)),
        *(
            lambda: add_add_on(shop, "a", AddOnSheet("A"), recurring=True),
            lambda: change_add_on(shop, ip.id, AddOnSheet("A")),
        ),
        *(lambda: archive_add_on(shop, ip.id), lambda: restore_add_on(shop, ip.id), lambda: every_add_on(shop)),
        *(lambda: offer_option(shop, bare.id, panel.id), lambda: withdraw_option(shop, bare.id, panel.id)),
        *(lambda: offer_add_on(shop, bare.id, ip.id), lambda: withdraw_add_on(shop, bare.id, ip.id)),
        lambda: offered_with(shop, bare.id),
    ]

    for step in steps:
        with pytest.raises(NotSignedIn):
            step()
    assert shop.session.exec(select(Plan).where(col(Plan.archived_at).is_not(None))).first() is None
    assert {each.archived_at for table in (Option, AddOn) for each in shop.session.exec(select(table))} == {None}
