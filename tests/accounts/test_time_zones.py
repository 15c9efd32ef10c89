import pytest

from ezscale.accounts.customers import change_time_zone
from ezscale.kit.errors import Invalid, NotAllowed
from ezscale.models import Customer
from ezscale.models.customer import MemberRole
from tests.company import Company


@pytest.fixture
def at(database, clock, tmp_path):
    return Company(database, clock, tmp_path)


def zone_of(at, person):
    with at.robot() as work:
        return work.session.get_one(Customer, person.actor.customer_id).time_zone


def test_owners_choose_where_their_days_begin(at):
    kei = at.signs_up("Kei Ito", country="JP")

    kei.does(lambda work: change_time_zone(work, "Asia/Tokyo"))

    assert zone_of(at, kei) == "Asia/Tokyo"
    kei.does(lambda work: change_time_zone(work, ""))
    assert zone_of(at, kei) == ""


def test_a_zone_that_does_not_exist_is_refused_beside_its_field(at):
    kei = at.signs_up("Kei Ito", country="JP")

    for wrong in ("Mars/Olympus", "../../etc/passwd", "localtime"):
        with pytest.raises(Invalid) as refusal:
            kei.does(lambda work, zone=wrong: change_time_zone(work, zone))
        assert refusal.value.field == "time_zone"
    assert zone_of(at, kei) == ""


def test_only_owners_may(at):
    kei = at.signs_up("Kei Ito", country="JP")
    reader = kei.brings_along("Cy Doyle", MemberRole.READ_ONLY)

    with pytest.raises(NotAllowed):
        reader.does(lambda work: change_time_zone(work, "Asia/Tokyo"))
