"""Staff say which machine a service gets, and it gets that one or none."""

from threading import Barrier, Thread

import pytest
from sqlmodel import select

from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, TemporaryFailure
from ezscale.models import Plan
from ezscale.models.service import ServiceStatus
from ezscale.ordering.deciding import approve_order
from ezscale.provisioning.assigning import choose_machine, free_machines
from ezscale.provisioning.jobs import retry_build
from tests.panels import minutes, on_panel


@pytest.fixture
def story(at):
    """A company that sells dedicated servers, each approved by a person."""
    story = on_panel(at, "synergycp")
    with at.robot() as work:
        for plan in work.session.exec(select(Plan).where(Plan.panel == "synergycp")):
            plan.needs_approval = True
    return story


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def pays_for_one(story, who, hostname="a.example.com"):
    """An order that is paid and waits for a person, and its service."""
    placed = story.orders(who, hostname)
    who.pays(placed.invoice_id)
    story.at.works()
    return placed, who.service()


def chooses(at, service, machine):
    return choose_machine(at.house.automation("test"), at.house.panels, service.id, machine)


def free(at, service):
    return free_machines(at.house.automation("test"), at.house.panels, service.id)


def approves(at, placed):
    with at.robot() as work:
        approve_order(work, placed.id)
    at.lives(minutes(3))


def test_the_machine_that_was_chosen_is_the_one_that_is_built(at, story, ada):
    placed, service = pays_for_one(story, ada)
    offered = free(at, service)

    chooses(at, service, offered[-1].id)
    approves(at, placed)

    assert [(machine.name, machine.cpu, machine.memory, machine.disks) for machine in offered] == [
        (f"SRV-{number}", "Ryzen 9 5950X", "64 GB", "2 × 480 GB SSD") for number in (122, 123)
    ]
    built = ada.service()
    assert (built.status, built.remote_id) == (ServiceStatus.ACTIVE, f"123/{built.number}")
    assert built.machine_id is None


def test_a_machine_that_is_kept_for_one_service_is_not_taken_for_another(at, story, ada):
    _, first = pays_for_one(story, ada)
    chooses(at, first, "122")
    ben = at.signs_up("Ben Orr")
    other, second = pays_for_one(story, ben, "b.example.com")

    with pytest.raises(Invalid, match=f"{first.number} is to have this machine") as refusal:
        chooses(at, second, "122")
    approves(at, other)

    assert refusal.value.field == "machine"
    assert ben.service().remote_id == f"123/{second.number}"


def test_the_choice_can_be_given_up_again(at, story, ada):
    placed, service = pays_for_one(story, ada)
    chooses(at, service, "123")

    assert chooses(at, service, "") is None
    approves(at, placed)

    assert ada.service().remote_id == f"122/{service.number}"


def test_a_machine_that_somebody_took_meanwhile_is_not_replaced_by_another(at, story, ada):
    placed, service = pays_for_one(story, ada)
    chooses(at, service, "122")
    assert story.http.post("/_sandbox/servers/122", json={"held": True}).status_code == 204

    approves(at, placed)
    failed = ada.service().status
    with pytest.raises(Invalid, match="not free any more"):
        chooses(at, service, "122")
    chooses(at, service, "123")
    with at.robot() as work:
        retry_build(work, service.id)
    at.lives(minutes(3))

    assert failed is ServiceStatus.FAILED
    assert ada.service().remote_id == f"123/{service.number}"


def test_it_cannot_be_chosen_any_more_once_it_is_built_nor_where_panels_know_no_machines(at, story, ada):
    placed, service = pays_for_one(story, ada)
    approves(at, placed)

    with pytest.raises(BusinessError, match="cannot be chosen any more"):
        chooses(at, service, "123")
    with pytest.raises(NotAllowed):
        choose_machine(at.house.database.opener(ada.actor), at.house.panels, service.id, "123")
    _, waiting = pays_for_one(story, ada, "c.example.com")
    story.goes_wrong("down", "/server", times=2)
    with pytest.raises(BusinessError, match="does not answer just now"):
        free(at, waiting)


def test_a_lost_answer_does_not_give_it_a_second_machine(at, story, ada):
    placed, service = pays_for_one(story, ada)
    chooses(at, service, "123")
    story.goes_wrong("lost", "/server/provision", "POST")

    approves(at, placed)

    assert [server.remote_id for server in story.servers()] == [f"123/{service.number}"]


@pytest.mark.all_databases
def test_of_two_colleagues_who_choose_the_same_machine_one_wins_and_the_other_is_told(at, story, ada):
    services = [pays_for_one(story, ada, f"{name}.example.com")[1] for name in "ab"]
    told, together = [], Barrier(2)

    def choose_at_once(service):
        together.wait()
        while True:
            try:
                told.append(chooses(at, service, "122").id)
            except Invalid as refusal:
                told.append(refusal.message.partition(" ")[2])
            except TemporaryFailure:
                continue  # they were in one another's way and press again
            return

    threads = [Thread(target=choose_at_once, args=(service,)) for service in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == ["122", "is to have this machine. Please choose another one."]
