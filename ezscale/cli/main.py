"""The command line as a whole."""

import sys
from collections.abc import Sequence
from typing import NoReturn

import typer

from ezscale.cli.commands import (
    audit,
    automation,
    backup,
    clock,
    doing,
    jobs,
    looking,
    running,
    secrets,
    surroundings,
)
from ezscale.cli.processes import DidNotStart
from ezscale.cli.telling import Exit, complain
from ezscale.kit.errors import BusinessError
from ezscale.kit.settings import BadSettings

app = typer.Typer(
    name="ezscale",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The business system of EZSCALE. Commands end with 0 when all is well, 1 when they found something that is "
    "not, and 2 when they were asked for something that cannot be done.",
)
for group in (running.app, looking.app, doing.app, backup.app, surroundings.app):
    app.add_typer(group)
app.add_typer(clock.app, name="clock")
app.add_typer(secrets.app, name="secrets")
app.add_typer(audit.app, name="audit")
app.add_typer(jobs.app, name="jobs")
app.add_typer(automation.app, name="automation")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command, and end with a number that means something."""
    try:
        app(args=arguments, prog_name="ezscale")
    except BadSettings as problem:
        complain(str(problem))
        sys.exit(int(Exit.BAD_INPUT))
    except BusinessError as refusal:
        complain(refusal.message)
        sys.exit(int(Exit.BAD_INPUT))
    except DidNotStart as failure:
        complain(str(failure))
        sys.exit(int(Exit.FINDING))
    sys.exit(0)
