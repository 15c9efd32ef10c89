"""What messaging needs from whoever carries mail."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to go. `message_id` is ours, so that a repeated hand-over is recognised."""

    message_id: str
    sender: str
    to: str
    subject: str
    text: str
    html: str


class Mailer(Protocol):
    """Whoever carries mail."""

    def send(self, letter: Letter) -> None:
        """Hand it over. TemporaryFailure when trying again is right, Rejected when it never will be taken."""
        ...
