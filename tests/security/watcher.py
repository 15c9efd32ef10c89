"""Looks over a caller's shoulder: what did they hear, what did they change?"""

import re

from tests.security.records import Row, changes
from tests.security.scene import SUSPENDED, Scene

# A suspended customer may look at what they owe and pay it. Everything else of theirs stays as it is.
STANDS_STILL = {
    *("service", "subscription", "subscription_item", "cancellation", "suspension", "customer_order"),
    *("credential", "provisioning_job", "provisioning_log", "reinstall_wish", "ssh_key"),
}
ACTED = "impersonation"  # tells as whom a colleague acts: theirs to begin and to end
QUOTES = re.compile("[\"']")  # between them stands what is said, and said again with every handler
PRESSED = (
    "provisioning_log",
    "panel_exchange",
    "console_session",
    "outbox_event",
)  # what tells that somebody has used a server


class Watcher:
    """Compares what a caller has heard and changed, call by call, with what is theirs."""

    def __init__(self, scene: Scene, who: str) -> None:
        self._scene = scene
        self._who = who
        self._taboo = {*(scene.victims_words - scene.entrusted_words(who)), *scene.hidden_from(who)}
        self._acted = scene.acted_ids(who)
        self._rows = scene.rows()
        self._version = self._scene.reader.version()
        self._harmless: set[str] = set()
        self._said: set[str] = set()

    def harm(self, sent: str, *heard: str) -> list[str]:
        """What went wrong in a call. What the caller has once said themselves is no news to them."""
        said = set(QUOTES.split(sent)) - self._said
        self._said |= said
        self._taboo -= {word for word in self._taboo if any(word in part for part in said)}
        return [*(wrong for each in heard for wrong in self._given_away(each)), *self._changed()]

    def looks_away(self) -> None:
        """What has changed up to now is nobody's doing."""
        version, self._version = self._version, self._scene.reader.version()
        if version != self._version:
            self._rows = self._scene.rows()

    def _given_away(self, heard: str) -> list[str]:
        if heard in self._harmless:  # as it was then, so it is now: there is never more that must not be told
            return []
        found = [f"was told {word!r}" for word in sorted(word for word in self._taboo if word in heard)]
        if not found:
            self._harmless.add(heard)
        return found

    def _changed(self) -> list[str]:
        version, self._version = self._version, self._scene.reader.version()
        if version == self._version:
            return []
        before, self._rows = self._rows, self._scene.rows()
        changed = changes(before, self._rows)
        own = self._scene.own_ids(self._who, before) | self._scene.own_ids(self._who, self._rows) if changed else set()
        return [
            f"changed {key}: {row.text[:300]}" for key, row in changed.items() if not self._may_change(key[0], row, own)
        ]

    def _may_change(self, table: str, row: Row, own: set[str]) -> bool:
        if self._who == SUSPENDED and table in STANDS_STILL:
            return False
        entrusted = self._scene.entrusted_ids(self._who)
        is_theirs = bool(row.ids & own) or (table in PRESSED and bool(row.ids & entrusted))
        others = self._scene.victims_ids if table == ACTED else self._scene.victims_ids | self._acted
        return is_theirs and not row.refers_to & (others - entrusted - own)
