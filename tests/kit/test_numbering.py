import pytest

from ezscale.kit.numbering import take_number, take_numbers


@pytest.mark.all_databases
def test_a_number_that_was_rolled_back_is_used_again(open_work):
    def take_and_fail():
        with open_work() as work:
            take_number(work.session, "invoice-2026")
            raise RuntimeError("no invoice after all")

    taken = []
    for attempt in range(6):
        if attempt % 2:
            with pytest.raises(RuntimeError):
                take_and_fail()
        else:
            with open_work() as work:
                taken.append(take_number(work.session, "invoice-2026"))

    assert taken == [1, 2, 3]


@pytest.mark.all_databases
def test_a_block_of_numbers_follows_the_last_and_each_series_counts_for_itself(open_work):
    with open_work() as work:
        first = take_number(work.session, "order")
        block = take_numbers(work.session, "order", 3)
        other = take_number(work.session, "service")

    assert (first, list(block), other) == (1, [2, 3, 4], 1)
