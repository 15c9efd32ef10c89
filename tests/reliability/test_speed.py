"""The renewal run stays near what the machine can do at best: the benchmark, at its smallest."""

from functools import partial
from pathlib import Path

from benchmarks.measuring import Place, sqlite_file
from benchmarks.renewals import measure


def test_renewals_take_no_more_than_four_times_as_long_as_inserting_their_rows(tmp_path: Path) -> None:
    place = Place("sqlite", partial(sqlite_file, tmp_path))

    results = list(measure(place, 500, rounds=2))

    assert [(result.against, round(result.ratio, 2)) for result in results if not result.passes] == []
