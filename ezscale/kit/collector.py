"""Python's garbage collector, set for processes that live long and make many rows at once."""

import gc

NEW_OBJECTS = 50_000  # between two looks: a block of a run, instead of a handful of rows


def calm_collector() -> None:
    """What is loaded now is there to stay and is not looked at again; what comes is looked at less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 20)
