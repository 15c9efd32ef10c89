"""Keys for programs: one's own, and the customer's."""

from ezscale.state.account.portal import PortalState
from ezscale.state.keys import Keys
from ezscale.state.reader import Reader


class TokensState(Keys, PortalState):
    def _key_reader(self) -> Reader:
        return self._reader
