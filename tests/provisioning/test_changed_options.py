"""Options and add-ons that are changed later reach the panel by themselves; a person hears of what does not."""

import pytest
from sqlmodel import col, select

from ezscale.billing.cases import open_cases
from ezscale.billing.change_quotes import quote_change
from ezscale.billing.change_wishes import ChangeWish
from ezscale.billing.changes import accept_change
from ezscale.catalog.offering import offer_option
from ezscale.models import Option, PanelFinding, ProvisioningJob
from ezscale.models.service import JobAction
from ezscale.provisioning.comparing import compare_panels
from tests.journeys.records import subscription_of
from tests.ordering.plans import plan_named
from tests.panels import on_panel


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def raises(at, option, field, *plans):
    """An option makes more of this at the panel, and can be had beside these plans."""
    with at.robot() as work:
        row = work.session.exec(select(Option).where(Option.slug == option)).one()
        row.panel_field = field
        work.session.add(row)
        for plan in plans:
            offer_option(work, plan_named(work, plan).id, row.id)


def changes(person, plan, **wish):
    quote = person.does(lambda work: quote_change(work, subscription_of(person).id, ChangeWish(plan=plan, **wish)))
    person.does(lambda work: accept_change(work, quote.id, quote.total_minor))
    person.at.lives(days=0.02)


def cases(at):
    with at.robot() as work:
        return [(case.kind, case.facts["to"]) for case in open_cases(work)]


def resizings(at):
    with at.robot() as work:
        found = select(ProvisioningJob).where(ProvisioningJob.action == JobAction.RESIZE)
        return work.session.exec(found.order_by(col(ProvisioningJob.id))).all()


def memory_of(story, person):
    return story.panel.look(person.service().remote_id).sizes.memory_mb


def faults(at):
    compare_panels(at.house.automation("night"), at.house.panels)
    with at.robot() as work:
        return [finding.facts for finding in work.session.exec(select(PanelFinding)) if finding.is_open]


@pytest.mark.parametrize(("panel", "plan"), [("virtfusion", "vps-2"), ("pterodactyl", "game-4")])
def test_more_and_then_less_of_something_is_there_in_a_moment_and_no_person_is_asked(at, ada, panel, plan):
    story = on_panel(at, panel)
    raises(at, "extra-disk", "memory_mb", *([plan] if panel != "virtfusion" else []))
    story.slug = plan
    story.buys(ada, "ada.example.com")
    at.lives(days=0.01)
    before = memory_of(story, ada)

    changes(ada, plan, options={"extra-disk": 500})
    more = memory_of(story, ada)
    changes(ada, plan, options={"extra-disk": 100})
    at.sleeps(32)  # what becomes less does so with the next cycle

    assert (more, memory_of(story, ada)) == (before + 500, before + 100)
    assert (cases(at), faults(at), ada.service().lacks_options) == ([], [], False)
    assert all(job.finished_at and not job.trouble for job in resizings(at))


def test_what_the_panel_does_not_change_by_itself_is_put_before_a_person_as_before(at, ada):
    on_panel(at, "virtfusion")
    ada.buys("vps-2")

    changes(ada, "vps-2", options={"extra-disk": 100})

    assert (len(cases(at)), resizings(at)) == (1, [])


@pytest.mark.parametrize("trouble", ["none", "lost"])
def test_more_addresses_come_once_and_are_shown_and_none_is_taken_away_without_asking(at, ada, trouble):
    story = on_panel(at, "virtfusion")
    ada.buys("vps-2")
    first = ada.addresses()
    if trouble == "lost":
        story.goes_wrong("lost", method="POST", path="*/ipv4Qty", times=1)

    changes(ada, "vps-2", add_ons={"extra-ipv4": 2})
    at.lives(days=0.1)
    more = ada.addresses()
    asked = cases(at)
    changes(ada, "vps-2", add_ons={"extra-ipv4": 1})
    at.sleeps(32)  # what becomes less does so with the next cycle

    assert (len(first), len(more), first < more, asked) == (1, 3, True, [])
    assert ada.addresses() == more == set(story.panel.look(ada.service().remote_id).ipv4)
    assert (cases(at), faults(at)) == ([("resize_by_hand", "Extra IPv4 address")], [])


def test_where_no_address_is_free_a_person_hears_of_it_and_it_comes_when_there_is_one(at, ada):
    story = on_panel(at, "virtfusion")
    ada.buys("vps-2")
    story.goes_wrong("refuse", path="*/ipv4Qty", times=1, status=422)

    changes(ada, "vps-2", add_ons={"extra-ipv4": 1})
    before = (len(ada.addresses()), cases(at))
    at.sleeps(1.1)

    assert before == (1, [("resize_by_hand", "1 more of ipv4")])
    assert len(ada.addresses()) == 2


@pytest.mark.parametrize("answer", [422, 201], ids=["refuses", "says yes and does nothing"])
def test_what_the_panel_has_not_done_is_told_of_once_and_asked_for_again_until_it_is_there(at, ada, answer):
    story = on_panel(at, "virtfusion")
    raises(at, "extra-disk", "memory_mb")
    ada.buys("vps-2")
    before = memory_of(story, ada)
    story.goes_wrong("refuse", path="*/modify/memory", times=1, status=answer)

    changes(ada, "vps-2", options={"extra-disk": 500})
    refused = (memory_of(story, ada), cases(at), ada.service().lacks_options)
    at.sleeps(1.1)

    assert refused == (before, [("resize_by_hand", "500 more of memory_mb")], True)
    assert (memory_of(story, ada), ada.service().lacks_options) == (before + 500, False)
    assert len(cases(at)) == 1
