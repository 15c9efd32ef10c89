"""What people's accounts need from elsewhere."""

from typing import Protocol


class StaffPasses(Protocol):
    """Whoever stands in front of the staff's side and gives a signed pass to those it has let through."""

    def admit(self, shown: str) -> bool:
        """Whether a pass is genuine, meant for us, and valid now. False when that cannot be found out."""
        ...
