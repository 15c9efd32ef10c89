"""The company's automation as one thing: the engine, with all reactions and the whole schedule known to it."""

from ezscale.tasks import reactions, schedule
from ezscale.tasks.engine import BLOCK, drain, due_jobs, put_back, relay, run, run_jobs, take_over, take_up, tick
from ezscale.tasks.travelling import travel

__all__ = [
    "BLOCK",
    "drain",
    "due_jobs",
    "put_back",
    "reactions",
    "relay",
    "run",
    "run_jobs",
    "schedule",
    "take_over",
    "take_up",
    "tick",
    "travel",
]
