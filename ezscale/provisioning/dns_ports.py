"""What provisioning needs from the DNS: to look names up, and to write the names of addresses."""

from typing import Protocol


class Resolves(Protocol):
    """Whoever knows where names point to, as everybody in the world sees it."""

    def addresses(self, host: str, *, ipv6: bool) -> frozenset[str]:
        """The addresses of one kind behind a host name in ASCII; none when it does not exist or has none.

        TemporaryFailure when nobody answers.
        """
        ...


class ReverseZones(Protocol):
    """The zones in which the names of our addresses stand.

    Both calls may be repeated without harm, so that a lost answer is nothing to find out about. TemporaryFailure when
    trying again is right, and Rejected, in words for whoever wants the name, when it never will be.
    """

    def write(self, address: str, host: str) -> None:
        """Let an address answer with this name, in place of any other."""
        ...

    def reset(self, address: str) -> None:
        """Let an address answer as it does when nobody has chosen a name: with the house's own, or with none."""
        ...
