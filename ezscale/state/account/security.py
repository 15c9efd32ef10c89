"""How a customer's people sign in."""

from ezscale.state.account.portal import PortalState
from ezscale.state.security import Security


class SecurityState(Security, PortalState):
    """One's own way in."""
