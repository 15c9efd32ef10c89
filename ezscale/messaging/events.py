"""What happens to mail."""

from dataclasses import dataclass
from uuid import UUID

from ezscale.kit.events import Event


@dataclass(frozen=True, slots=True)
class MailWritten(Event):
    """A mail is ready to be sent."""

    mail_id: UUID
