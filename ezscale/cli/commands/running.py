"""Commands that keep something running."""

import os
import sys
from typing import Annotated

import typer

from ezscale.cli import programs
from ezscale.cli.processes import Program
from ezscale.cli.running import front_end_built, run_company
from ezscale.cli.schema import bring_up_to_date
from ezscale.cli.surroundings import settle
from ezscale.cli.telling import Steps, console

app = typer.Typer()


@app.command()
def run(
    demo: Annotated[bool, typer.Option(help="Found the demo company where there is nobody yet.")] = True,
) -> None:
    """Start the whole company on this machine and keep it running: web, worker, beat, broker, stand-in vendors."""
    run_company(settle(), with_demo=demo)


@app.command()
def web(
    workers: Annotated[int, typer.Option(min=1, help="Processes; more than one needs EZSCALE_REDIS_URL.")] = 1,
) -> None:
    """Serve pages, API and webhooks from the finished front end."""
    become(programs.web(settle(), workers))


@app.command()
def worker() -> None:
    """Do the company's jobs. Start as many as you like, on as many machines."""
    become(programs.worker(settle()))


@app.command()
def beat() -> None:
    """Wake the workers every two seconds. More than one does no harm."""
    become(programs.beat(settle()))


@app.command()
def migrate() -> None:
    """Create the database's tables, or bring them up to date."""
    bring_up_to_date(settle().database)
    console.print("The database is up to date.")


@app.command()
def build() -> None:
    """Build the front end, when something it is made of has changed."""
    with Steps().shown() as steps, front_end_built(settle(), steps):
        pass
    console.print("The front end is up to date.")


def become(program: Program) -> None:
    """Go on as that program, in this very process."""
    sys.stdout.flush()
    os.chdir(program.folder)
    os.execvpe(program.command[0], program.command, {**os.environ, **program.environment})  # noqa: S606  # our own
