"""Commands around the company's clock."""

import re
import time
from datetime import timedelta
from typing import Annotated

import typer

from ezscale.cli.house import open_house
from ezscale.cli.programs import answers
from ezscale.cli.telling import AsJson, Steps, console, print_json
from ezscale.kit.errors import BusinessError
from ezscale.kit.settings import settings
from ezscale.reporting.time_machine import CompanyTime, ask_to_travel, company_time
from ezscale.tasks import company
from ezscale.wiring import House

app = typer.Typer(no_args_is_help=True, help="The company's clock, and moving it ahead in the sandbox.")
UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
LOOK_EVERY = 0.2  # seconds


def length_of_time(text: str) -> timedelta:
    """30d, 2w, 12h, 1d12h: BadParameter for anything else."""
    if not re.fullmatch(r"(\d{1,6}[wdhm])+", text):
        raise typer.BadParameter(f"{text!r} is no length of time, such as 30d, 2w or 1d12h")
    return sum((int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([wdhm])", text)), timedelta())


@app.command()
def show(as_json: AsJson = False) -> None:
    """Tell what time it is for the company, and how far that is ahead of the world."""
    now = read_clock(open_house())
    if as_json:
        print_json({"now": now.now, "ahead_seconds": now.ahead.total_seconds(), "destination": now.destination})
        return
    console.print(f"{now.now:%A, %d %B %Y, %H:%M} UTC, {now.ahead} ahead of the world")
    if now.destination:
        console.print(f"On the way to {now.destination:%A, %d %B %Y, %H:%M} UTC")


@app.command()
def move(
    by: Annotated[timedelta, typer.Argument(parser=length_of_time, metavar="TIME", help="30d, 2w, 12h, 1d12h.")],
) -> None:
    """Move the company ahead in time, with everything that happens on the way. Never with real vendors."""
    house = open_house()
    own = settings()
    if own.sandbox and not answers(own.sandbox_url):
        raise BusinessError("The stand-in vendors do not answer. Start the company first: ezscale run")
    with house.automation("time machine")() as work:
        began, until = work.now, ask_to_travel(work, by)
    with Steps().shown() as steps:
        step = steps.begin(f"To {until:%d %B %Y, %H:%M} UTC", total=by.total_seconds())
        while (there := read_clock(house)).destination is not None:
            step.advance((there.now - began).total_seconds())
            take_part(house)
        step.done()


def take_part(house: House) -> None:
    """Do what can be done now, beside the workers or in their place."""
    company.relay(house)
    waiting = company.due_jobs(house)
    company.run_jobs(house, waiting)
    if not waiting:
        time.sleep(LOOK_EVERY)


def read_clock(house: House) -> CompanyTime:
    """The company's clock."""
    with house.automation("clock")() as work:
        return company_time(work)
