"""What happens to what we know."""

from dataclasses import dataclass
from uuid import UUID

from ezscale.kit.events import Event


@dataclass(frozen=True, slots=True)
class CustomerErased(Event):
    """A customer and the people who were theirs alone are forgotten."""

    customer_id: UUID
