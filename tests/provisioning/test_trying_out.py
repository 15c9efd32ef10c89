"""A plan is tried out on its panel: what stands against it is told, and nothing is changed."""

import pytest
from sqlmodel import select

from ezscale.kit.errors import BusinessError, NotAllowed
from ezscale.models import Location, Plan, SystemImage
from ezscale.provisioning.trying_out import Trouble, try_plan
from tests.ordering.plans import plan_named, turns
from tests.panels import PANELS, on_panel


def tries(at, slug="vps-2", panels=None):
    with at.robot() as work:
        plan_id = plan_named(work, slug).id
    return try_plan(at.house.automation("test"), at.house.panels if panels is None else panels, plan_id)


@pytest.mark.parametrize("name", PANELS)
def test_a_plan_that_is_set_up_as_its_panel_wants_it_could_be_built_and_nothing_is(at, name):
    story = on_panel(at, name)
    before = story.done

    trial = tries(at, story.slug)

    with at.robot() as work:
        places = work.session.exec(select(Location).where(Location.panel == name)).all()
        images = work.session.exec(select(SystemImage).where(SystemImage.panel == name)).all()
    assert (trial.asked, trial.troubles) == (len(places) + len(images) - 1, ())
    assert story.done == before


def test_what_stands_against_a_plan_is_told_by_field_once_and_with_where_it_was_found(at):
    turns(at, package="99")
    wrong_package = tries(at)
    turns(at, package="2")
    with at.robot() as work:
        for table, slug, ref in ((Location, "london", "77"), (SystemImage, "rocky-10", "88")):
            row = work.session.exec(select(table).where(table.slug == slug)).one()
            row.panel_ref = ref
            work.session.add(row)

    trial = tries(at)

    assert wrong_package.troubles == (Trouble("package", "VirtFusion has no package 99."),)
    assert trial.troubles == (
        Trouble("location", "VirtFusion has no group of hypervisors with the number '77'.", ("London",)),
        Trouble("image", "VirtFusion does not offer template 88 for package 2.", ("Rocky Linux 10",)),
    )


def test_a_place_without_room_is_told(at):
    for hypervisor in ("11", "12"):
        at.panel_http.post(f"/_sandbox/hypervisors/{hypervisor}", json={"memory": 0})

    [trouble] = tries(at).troubles

    assert (trouble.field, trouble.found_with) == ("location", ("Frankfurt",))


def test_nothing_is_said_of_a_plan_whose_panel_does_not_answer_or_cannot_be_asked(at):
    at.breaks(at.panel_http, "down", times=2)

    with pytest.raises(BusinessError, match="does not answer just now"):
        tries(at)
    with pytest.raises(BusinessError, match="No panel is connected"):
        tries(at, panels={})


def test_only_staff_who_keep_the_catalog_may_ask(at):
    ada = at.signs_up("Ada Moreno")
    with at.robot() as work:
        plan_id = work.session.exec(select(Plan.id).limit(1)).one()

    with pytest.raises(NotAllowed):
        try_plan(at.house.database.opener(ada.actor), at.house.panels, plan_id)
