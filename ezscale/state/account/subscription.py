"""One subscription: what it consists of, what it will cost, and changing it."""

from ezscale.state.account.portal import PortalState
from ezscale.state.changing import Changing


class SubscriptionState(Changing, PortalState):
    """A customer's own."""
