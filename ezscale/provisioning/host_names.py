"""What servers are called."""

import re

from ezscale.kit.errors import Invalid

HOSTNAME = re.compile(r"(?=.{4,190}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


def clean_hostname(typed: str) -> str:
    """A full host name in lower case. Invalid when it is none."""
    name = typed.strip().lower().rstrip(".")
    if not HOSTNAME.fullmatch(name):
        raise Invalid("Please give a full host name, such as web1.example.com.", field="hostname")
    return name
