"""The renewal run stays as near to what the machine can do at best as it was when it was measured last."""

import json
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks.__main__ import RESULTS
from benchmarks.measuring import Place, Result, sqlite_file
from benchmarks.renewals import measure
from tests.sizes import size

RUN = size(1_000, 10_000)
MORE_TRIES = 2
WORSE = 1.25  # as many times as long, beside the same reference, is a step back


def test_the_renewal_run_has_not_become_slower_beside_the_bare_driver(tmp_path: Path) -> None:
    limit = WORSE * ratio_when_measured()
    with get_context("spawn").Pool(1) as alone:  # nobody watches its statements there, nor fills its memory
        run, nothing_due = alone.apply(measured, [tmp_path])
        for _ in range(MORE_TRIES):  # whatever else the machine does can only make it look worse
            if run.ratio > limit:
                run, nothing_due = alone.apply(measured, [tmp_path])

    assert run.ratio <= limit
    assert nothing_due.passes


def measured(folder: Path) -> list[Result]:
    """The run and what it is compared with, and the same when nothing is due."""
    return list(measure(Place("sqlite", partial(sqlite_file, folder)), RUN, rounds=3))


def ratio_when_measured() -> float:
    """How many times as long as the reference it took then (`make bench`)."""
    (known,) = [
        line["ratio"]
        for line in json.loads(RESULTS.read_text("utf-8"))
        if (line["name"], line["database"], line["size"]) == ("renewals", "sqlite", RUN)
        and line["against"] == "bare driver"
    ]
    return float(known)
