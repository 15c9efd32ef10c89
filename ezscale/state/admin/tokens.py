"""A colleague's own keys for programs."""

from ezscale.state.admin.staff import StaffState
from ezscale.state.keys import Keys
from ezscale.state.reader import Reader


class TokensState(Keys, StaffState):
    def _key_reader(self) -> Reader:
        return self._reader()
