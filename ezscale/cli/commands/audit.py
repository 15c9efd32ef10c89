"""Commands about the audit trail."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ezscale.cli.house import open_house
from ezscale.cli.telling import AsJson, Exit, complain, console, leave, print_json
from ezscale.kit.actor import robot
from ezscale.kit.audit import broken_links, head_of
from ezscale.kit.errors import BusinessError

app = typer.Typer(
    no_args_is_help=True, help="The audit trail: who did what, and whether it is still as it was written."
)
Heads = Annotated[
    Path | None, typer.Option("--heads", help="A file with heads that were printed earlier, one a line.", exists=True)
]


@app.command()
def verify(heads: Heads = None, as_json: AsJson = False) -> None:
    """Follow the whole chain. Ends with 1, and says where, when an entry was edited, removed, swapped or cut off."""
    with open_house().database.reader(robot("audit"))() as work:
        broken = list(broken_links(work.session, known_heads(heads)))
        seq, digest = head_of(work.session)
    if as_json:
        print_json({"entries": seq, "head": digest, "ok": not broken, "broken": broken})
    else:
        for sentence in broken:
            complain(sentence)
        console.print(f"{seq} entries: {'the trail is broken' if broken else 'every one is as it was written'}.")
    if broken:
        raise leave(Exit.FINDING)


@app.command()
def head() -> None:
    """Print where the trail ends, as one line of JSON. Keep it where this machine cannot change it: every day, say."""
    with open_house().database.reader(robot("audit"))() as work:
        seq, digest = head_of(work.session)
        print(json.dumps({"at": work.now.isoformat(), "seq": seq, "hash": digest}))


def known_heads(file: Path | None) -> list[tuple[int, str]]:
    """The heads that were printed into a file. BusinessError for a line that is none."""
    lines = file.read_text("utf-8").splitlines() if file else []
    try:
        return [(int(told["seq"]), str(told["hash"])) for told in map(json.loads, filter(str.strip, lines))]
    except (ValueError, KeyError, TypeError):
        raise BusinessError(f"{file} holds something that ezscale audit head has not printed.") from None
