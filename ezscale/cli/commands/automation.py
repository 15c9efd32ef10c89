"""Commands that let the company stand still, and go on."""

from typing import Annotated

import typer

from ezscale.cli.house import open_house
from ezscale.cli.telling import console
from ezscale.company import standstill

app = typer.Typer(no_args_is_help=True, help="Whether anything happens by itself.")


@app.command()
def stop(why: Annotated[str, typer.Argument(help="For colleagues: the doctor says it all the while.")]) -> None:
    """Let nothing happen by itself: no run, no charge, no mail, no server built or stopped. What comes in waits."""
    with open_house().automation("command line")() as work:
        standstill.stand_still(work, why)
    console.print("The company stands still. ezscale automation go-on lets it go on.")


@app.command("go-on")
def go_on() -> None:
    """Let everything that waits happen, and whatever comes."""
    with open_house().automation("command line")() as work:
        standstill.go_on(work)
    console.print("The company goes on.")
