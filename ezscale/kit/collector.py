"""Python's garbage collector, set for processes that live long and make many rows at once."""

import gc

NEW_OBJECTS = 200_000  # between two looks: blocks of a run are gone by then, with all that was put together for them


def calm_collector() -> None:
    """What is loaded now is there to stay and is not looked at again; what comes is looked at less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 20)
