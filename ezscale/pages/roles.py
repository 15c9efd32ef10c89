"""What somebody is to an account, in words."""

from typing import Any

import reflex as rx

ROLES = {
    "owner": "Owner",
    "billing": "Billing",
    "technical": "Technical",
    "read_only": "Read only",
    "delegate": "Single servers",
}


def role_word(role: Any) -> Any:
    """What somebody is to an account."""
    return rx.match(role, *ROLES.items(), "")
