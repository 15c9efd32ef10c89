"""The ways in which something can go wrong, in words that a door can pass on."""

from enum import StrEnum


class Kind(StrEnum):
    """What sort of no it is. A door turns it into its own language: a status code, a toast, an exit code."""

    INVALID = "invalid"
    NOT_SIGNED_IN = "not_signed_in"
    NOT_ALLOWED = "not_allowed"
    NOT_CONFIRMED = "not_confirmed"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    DECLINED = "declined"
    TOO_MANY = "too_many"


class BusinessError(Exception):
    """A refusal in words fit for the person who asked. Nothing was changed."""

    kind = Kind.CONFLICT

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Invalid(BusinessError):
    """What was typed or sent cannot be used; `field` names the input."""

    kind = Kind.INVALID


class NotSignedIn(BusinessError):
    """Somebody unknown asked for something that needs a signed-in person."""

    kind = Kind.NOT_SIGNED_IN

    def __init__(self, message: str = "Please sign in first.") -> None:
        super().__init__(message)


class NotAllowed(BusinessError):
    """A known person asked for something that their role does not include."""

    kind = Kind.NOT_ALLOWED

    def __init__(self, message: str = "You are not allowed to do this.") -> None:
        super().__init__(message)


class NotConfirmed(BusinessError):
    """A known person asked for something dangerous, and must first prove again that it is them."""

    kind = Kind.NOT_CONFIRMED

    def __init__(self, message: str = "Please confirm that it is you first.") -> None:
        super().__init__(message)


class NotFound(BusinessError):
    """It does not exist, or it belongs to somebody else: both sound the same on purpose."""

    kind = Kind.NOT_FOUND

    def __init__(self, message: str = "We could not find this.") -> None:
        super().__init__(message)


class TooMany(BusinessError):
    """The same thing was tried too often; `message` says when to try again, and `wait` in how many seconds."""

    kind = Kind.TOO_MANY

    def __init__(self, message: str, *, wait: int = 60) -> None:
        super().__init__(message)
        self.wait = wait


class TemporaryFailure(Exception):
    """Somebody else's computer did not do its part this time. Trying again later is right."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


class NotNow(TemporaryFailure):
    """It does not want to be asked now, or does not answer these days: nothing happened, and this was no try."""


class NotYet(TemporaryFailure):
    """It answered, and is still at it: look again in `retry_after` seconds. What failed before it answered counts no more."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message, retry_after=retry_after)


class UnknownOutcome(TemporaryFailure):
    """The other side may or may not have acted: find out before asking again."""


class Rejected(Exception):
    """Somebody else's computer understood the request and refused it; the same request will be refused again.


    `status` is the one of HTTP, and `code` the vendor's own word for the reason, where there is one.
    """

    def __init__(self, message: str, *, status: int = 0, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code


class Missing(Rejected):
    """The other side itself says that it has no such record."""
