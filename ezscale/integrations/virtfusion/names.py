"""Our number of a service in the name that the panel shows, the only place it has for it.

It is the name itself, or stands in brackets behind the customer's own: "Shop [S-000012]". The owner can write any name
on the panel, so a number found there is a hint: whoever acts on it compares the owner as well.
"""

import re

NUMBER = r"[A-Z]{1,8}-[0-9]{1,16}"
BARE = re.compile(NUMBER)
BEHIND = re.compile(rf"(?s)(.*?)\s*\[({NUMBER})\]\s*")
LONGEST_NAME = 255


def parts_of_name(name: str) -> tuple[str, str]:
    """What the customer reads, and our number; the latter is empty in a name that does not carry it."""
    if found := BEHIND.fullmatch(name):
        return found[1] or found[2], found[2]
    return name, name if BARE.fullmatch(name) else ""


def name_with(shown: str, number: str) -> str:
    """A name that carries our number, whatever its customer writes. A long one is cut, the number never."""
    if not number or shown in ("", number):
        return (number or shown)[:LONGEST_NAME]
    behind = f" [{number}]"
    return shown[: LONGEST_NAME - len(behind)].rstrip() + behind
