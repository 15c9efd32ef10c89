"""Commands that tell something and change nothing."""

from typing import Annotated

import httpx
import typer

from ezscale.billing.holds import standing_holds
from ezscale.cli.house import open_house
from ezscale.cli.telling import AsJson, Exit, complain, console, leave, print_json, print_table
from ezscale.integrations.public_http import fetch, open_public_http
from ezscale.kit.actor import robot
from ezscale.reporting.doctor import examine
from ezscale.reporting.tonight import Planned
from ezscale.reporting.tonight import tonight as look_at_tonight

app = typer.Typer()


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check that everything is true that must always be true. Ends with 1, and names, when something is not."""
    with open_house().database.reader(robot("doctor"))() as work:
        findings = examine(work)
    ill = [finding for finding in findings if finding.broken]
    if as_json:
        print_json(
            [{"check": f.check, "promise": f.promise, "ok": not f.broken, "broken": list(f.broken)} for f in findings]
        )
    else:
        rows = [("[red]no[/]" if finding.broken else "[green]yes[/]", finding.promise) for finding in findings]
        print_table("What must always be true", ("", "Promise"), rows)
        for finding in ill:
            console.print(f"\n[bold red]{finding.check}[/]: {finding.promise}")
            for name in finding.broken:
                console.print(f"  {name}", markup=False)
    if ill:
        raise leave(Exit.FINDING)


@app.command("check-url")
def check_url(url: Annotated[str, typer.Argument(help="https://… as somebody has set it, or wants to.")]) -> None:
    """Ask an address the way we ask addresses that people set: public networks alone, no redirects."""
    try:
        with open_public_http() as http:
            answer = fetch(http, "GET", url)
    except httpx.HTTPError as error:
        complain(f"{url} cannot be reached: {error}")
        raise leave(Exit.FINDING) from None
    led = f", and leads on to {answer.headers['location']}" if "location" in answer.headers else ""
    said = f"It answered {answer.status_code} with {len(answer.content)} bytes{led}."
    console.print(said, markup=False, soft_wrap=True)


@app.command()
def tonight(as_json: AsJson = False) -> None:
    """Tell what the next nightly runs will do, changing nothing: who is invoiced, charged, reminded, suspended."""
    with open_house().automation("tonight")() as work:
        night, held = look_at_tonight(work), standing_holds(work)
    if as_json:
        planned = [
            {
                "deed": deed.deed,
                "customer_number": deed.customer_number,
                "customer": deed.customer,
                "subject": deed.subject,
                "amount": deed.amount,
                "small_sums": deed.small_sums,
            }
            for deed in night.planned
        ]
        kept = [
            {
                "deed": row.deed,
                "customer_number": whose.number,
                "subject": subject,
                "why": row.reason,
                "until": row.until,
            }
            for row, whose, subject in held
        ]
        stops = [{"run": stop.run, "why": stop.why} for stop in night.stops]
        print_json(
            {"at": night.at, "planned": planned, "set_aside": list(night.set_aside), "held": kept, "stops": stops}
        )
        return
    rows = [(deed.deed, deed.customer_number, deed.customer, deed.subject, _sum_of(deed)) for deed in night.planned]
    print_table(f"In the night to {night.at:%A, %d %B %Y}", ("What", "Customer", "", "About", "Sum"), rows)
    for stop in night.stops:
        console.print(f"the brake will stop {stop.run}: {stop.why}", markup=False)
    for row, whose, subject in held:
        until = f" until {row.until}" if row.until else ""
        console.print(f"held{until}: {row.deed} {subject} of {whose.number}: {row.reason}", markup=False)
    for name in night.set_aside:
        console.print(f"set aside: {name}", markup=False)


def _sum_of(deed: Planned) -> str:
    if deed.amount is None:
        return ""
    small = f" with {deed.small_sums.format()} from before" if deed.small_sums else ""
    return f"{deed.amount.format()}{small}"
