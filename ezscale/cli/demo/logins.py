"""The demo's logins: known passwords for made-up people, kept in the data folder of a demo and nowhere else."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from ezscale.accounts.actors import actor_for
from ezscale.accounts.api_tokens import create_token
from ezscale.cli.surroundings import write_secret
from ezscale.kit.actor import robot
from ezscale.kit.work import Database

PASSWORDS = {
    "admin": "harbour lantern at noon",
    "support": "quiet ledger and tea",
    "fjordline": "northern lights 42 boats",
    "whitaker": "seven slates on a roof",
    "kuzey": "blue ferry to the north",
    "kari": "salt wind over the pier",
    "jonas": "borrowed ladder by moonlight",
}
STORIES = {
    "fjordline": "Two servers, everything paid",
    "whitaker": "The card is declined, the server stands still",
    "kuzey": "Has cancelled; the server runs until the paid period ends",
}


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """How to be somebody in the demo."""

    role: str
    name: str
    email: str
    password: str
    api_token: str
    about: str


def new_login(database: Database, user_id: UUID, role: str, email: str, password: str, about: str) -> DemoLogin:
    """A login with a token for the API, which is shown only now."""
    with database.opener(robot("demo"))() as work:
        actor = actor_for(work, user_id, confirmed=True)
    with database.opener(actor)() as work:
        _, token = create_token(work, "Demo")
    return DemoLogin(role, actor.name, email, password, token, about)


def keep(folder: Path, logins: list[DemoLogin]) -> None:
    """Write the logins down for the operator."""
    path = folder / "demo.json"
    path.unlink(missing_ok=True)
    write_secret(path, [asdict(login) for login in logins])


def kept(folder: Path) -> list[DemoLogin]:
    """The logins of a demo; none when the data folder holds no demo."""
    try:
        return [DemoLogin(**login) for login in json.loads((folder / "demo.json").read_text("utf-8"))]
    except FileNotFoundError:
        return []
