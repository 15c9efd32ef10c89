"""Many look at one machine: its panel is asked once for all of them, and only for those who may see it."""

from datetime import timedelta

import pytest

from ezscale.kit.errors import NotFound
from ezscale.provisioning.panel_skills import PowerAction
from ezscale.provisioning.power import press_power
from ezscale.provisioning.watching import FRESH, Glance, Glances, glance_at


@pytest.fixture
def ada(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-1")
    return ada


def looks(person, service):
    house = person.at.house
    return glance_at(house.database.opener(person.actor), house.panels, house.glances, service.id)


def questions(at, service):
    calls = at.panel_http.get("/_sandbox/calls").json()
    return [call for call in calls if call["path"].startswith(f"/servers/{service.remote_id}?")]


def test_who_looks_within_a_moment_shares_one_answer_and_then_sees_what_is_new(at, ada):
    service, kari = ada.service(), at.signs_up("Kari Lund")
    before = len(questions(at, service))

    first, second = looks(ada, service), looks(ada, service)
    asked = len(questions(at, service)) - before
    press_power(at.house.database.opener(ada.actor), at.house.panels, service.id, PowerAction.POWER_OFF)
    at.clock.move(FRESH)
    third = looks(ada, service)

    assert (first.live.power, third.live.power) == ("running", "shutoff")
    assert first is second
    assert asked == 2  # its figures, and its power
    with pytest.raises(NotFound):
        looks(kari, service)


def test_what_nobody_has_seen_for_a_while_is_looked_at_again(at, ada):
    service, seen, glances = ada.service(), [], Glances()

    def look():
        seen.append(1)
        return Glance(None, None)

    for after in (timedelta(), FRESH / 2, FRESH, 2 * FRESH):
        glances.at(service.id, at.clock.now + after, look)

    assert len(seen) == 3
