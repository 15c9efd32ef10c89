"""How people who work here sign in."""

from ezscale.state.admin.staff import StaffState
from ezscale.state.security import Security


class SecurityState(Security, StaffState):
    """One's own way in; a colleague who must have a second factor gets it here before anything else."""
