"""A stand-in for SynergyCP: machines that are always there, handed from client to client, and its API for them."""

from ezscale.sandbox.synergycp.app import synergycp_stand_in
from ezscale.sandbox.synergycp.house import LIFELIKE, STEP_BY_STEP, Pace

__all__ = ["LIFELIKE", "STEP_BY_STEP", "Pace", "synergycp_stand_in"]
