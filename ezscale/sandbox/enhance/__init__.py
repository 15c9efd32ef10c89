"""A stand-in for Enhance: the calls of its panel's API that a hosting company makes, as strict as the real one."""

from ezscale.sandbox.enhance.app import enhance_stand_in, panel_door
from ezscale.sandbox.enhance.house import LIFELIKE, STEP_BY_STEP, Pace
from ezscale.sandbox.enhance.stock import MASTER

__all__ = ["LIFELIKE", "MASTER", "STEP_BY_STEP", "Pace", "enhance_stand_in", "panel_door"]
