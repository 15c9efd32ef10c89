"""The public SSH keys of a panel's users. The panel keeps the same key as often as it is told, so we look first."""

from collections.abc import Sequence

from ezscale.integrations.virtfusion.client import VirtFusionClient, nonsense
from ezscale.integrations.virtfusion.reading import whole
from ezscale.kit.errors import Rejected, UnknownOutcome

LONGEST_NAME = 255


def key_ids(panel: VirtFusionClient, user_id: str, lines: Sequence[str]) -> list[int]:
    """The panel's numbers of a user's keys. Those that it does not have yet are added, each once."""
    wanted = {_text(line): line for line in lines if line.strip()}
    if not wanted:
        return []
    known = _known(panel, user_id)
    missing = [text for text in wanted if text not in known]
    for text in missing:
        _add(panel, user_id, wanted[text])
    known = _known(panel, user_id) if missing else known
    if any(text not in known for text in wanted):
        raise nonsense("GET", "the keys that were just added")
    return [known[text] for text in wanted]


def _known(panel: VirtFusionClient, user_id: str) -> dict[str, int]:
    known: dict[str, int] = {}
    for row in panel.keys_of(user_id):
        id, line = whole(row.get("id")), row.get("publicKey")
        if id is None or not isinstance(line, str):  # a key that cannot be read might be the one that we would double
            raise nonsense("GET", "a user's keys")
        known.setdefault(_text(line), id)
    return known


def _add(panel: VirtFusionClient, user_id: str, line: str) -> None:
    *_, comment = line.split(maxsplit=2) if len(line.split()) > 2 else ("SSH key",)
    key = {"userId": int(user_id), "name": comment[:LONGEST_NAME], "publicKey": line.strip()}
    try:
        panel.add_key(key)
    except (Rejected, UnknownOutcome):
        # It may be there nevertheless: by this call, or by another one a moment ago.
        if _text(line) not in _known(panel, user_id):
            raise


def _text(line: str) -> str:
    """The key itself: its kind and its body, without the comment."""
    return " ".join(line.split()[:2])
