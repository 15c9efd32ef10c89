"""A stand-in for Pterodactyl: its application and client API, as strict as the real panel and with nodes that go away."""

from ezscale.sandbox.pterodactyl.app import pterodactyl_stand_in
from ezscale.sandbox.pterodactyl.console import wings_door
from ezscale.sandbox.pterodactyl.house import LIFELIKE, STEP_BY_STEP, Pace

__all__ = ["LIFELIKE", "STEP_BY_STEP", "Pace", "pterodactyl_stand_in", "wings_door"]
