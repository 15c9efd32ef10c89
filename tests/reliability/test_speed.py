"""The renewal run stays as near to what the machine can do at best as it was when it was measured last."""

import json
from functools import partial
from pathlib import Path

from benchmarks.__main__ import RESULTS
from benchmarks.measuring import Place, sqlite_file
from benchmarks.renewals import measure
from tests.sizes import size

RUN = size(1_000, 10_000)
WORSE = 1.25  # as many times as long, beside the same reference, is a step back


def test_the_renewal_run_has_not_become_slower_beside_the_bare_driver(tmp_path: Path) -> None:
    place = Place("sqlite", partial(sqlite_file, tmp_path))

    run, nothing_due = measure(place, RUN, rounds=3)

    assert run.ratio <= WORSE * ratio_when_measured()
    assert nothing_due.passes


def ratio_when_measured() -> float:
    """How many times as long as the reference it took then (`make bench`)."""
    (known,) = [
        line["ratio"]
        for line in json.loads(RESULTS.read_text("utf-8"))
        if (line["name"], line["database"], line["size"]) == ("renewals", "sqlite", RUN)
        and line["against"] == "bare driver"
    ]
    return float(known)
