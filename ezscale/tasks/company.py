"""The company's automation as one thing: the engine, with all reactions and the whole schedule known to it."""

from ezscale.tasks import reactions, schedule
from ezscale.tasks.engine import BLOCK, drain, due_jobs, relay, run_jobs, take_over, tick
from ezscale.tasks.travelling import travel

__all__ = ["BLOCK", "drain", "due_jobs", "reactions", "relay", "run_jobs", "schedule", "take_over", "tick", "travel"]
