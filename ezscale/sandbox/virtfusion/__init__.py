"""A stand-in for VirtFusion: its admin API v1, as strict as the real one and as forgetful of who asked twice."""

from ezscale.sandbox.virtfusion.app import panel_door, virtfusion_stand_in
from ezscale.sandbox.virtfusion.house import LIFELIKE, STEP_BY_STEP, Pace
from ezscale.sandbox.virtfusion.vnc import console_door

__all__ = ["LIFELIKE", "STEP_BY_STEP", "Pace", "console_door", "panel_door", "virtfusion_stand_in"]
