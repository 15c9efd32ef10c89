import pytest

from ezscale.billing.cases import close_case, open_case, open_cases
from ezscale.kit.errors import Invalid, NotAllowed, NotFound
from ezscale.kit.ids import new_id


def test_something_is_put_before_a_person_once_until_they_have_seen_to_it(at):
    for _ in range(3):
        with at.robot() as work:
            open_case(work, "surplus", "pi_1", None, {"surplus": "0.47 EUR"})
    with at.robot() as work:
        [case] = open_cases(work)
        close_case(work, case.id, " Refunded by hand ")
        close_case(work, case.id, "Something else")

    with at.robot() as work:
        open_case(work, "surplus", "pi_1", None, {"surplus": "0.47 EUR"})  # the gateway repeats itself
        assert open_cases(work) == []
    assert case.facts == {"surplus": "0.47 EUR", "done": "Refunded by hand (test)"}


@pytest.mark.parametrize("done", ["", "   ", "x" * 501], ids=["empty", "blank", "endless"])
def test_a_case_is_closed_with_a_word_on_what_was_done(at, done):
    with at.robot() as work:
        open_case(work, "surplus", "pi_1", None, {})
        [case] = open_cases(work)

        with pytest.raises(Invalid):
            close_case(work, case.id, done)
        with pytest.raises(NotFound):
            close_case(work, new_id(), "Refunded")


def test_cases_are_for_staff(at):
    ada = at.signs_up("Ada Moreno")

    for look in (open_cases, lambda work: close_case(work, new_id(), "Mine")):
        with pytest.raises(NotAllowed):
            ada.does(look)
