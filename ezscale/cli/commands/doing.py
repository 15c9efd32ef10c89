"""Commands that do something in the company."""

import sys
from typing import Annotated

import typer

from ezscale.accounts.permissions import ADMINISTRATOR
from ezscale.accounts.second_factors import reset_second_factor as remove_second_factor
from ezscale.accounts.staff import add_staff as add_to_staff
from ezscale.billing.holds import lift_those_over
from ezscale.billing.renewing import renew as renew_subscriptions
from ezscale.cli.house import open_house
from ezscale.cli.running import alone_in, found_demo
from ezscale.cli.surroundings import settle
from ezscale.cli.telling import AsJson, Exit, Steps, complain, console, leave, print_json
from ezscale.company.runs import STOPPED
from ezscale.kit.money import Money
from ezscale.provisioning.comparing import compare_panels as compare_all_panels
from ezscale.provisioning.finding_words import TITLES
from ezscale.provisioning.findings import comparisons, open_findings

app = typer.Typer()
user = typer.Typer(no_args_is_help=True, help="People who sign in.")
app.add_typer(user, name="user")


@app.command()
def seed() -> None:
    """Found the demo company: some forty customers and two years of history, in an empty database."""
    own = settle()
    with alone_in(own.data_dir), Steps().shown() as steps:
        found_demo(own, steps)


@app.command()
def renew(as_json: AsJson = False) -> None:
    """Invoice every period that begins within the next days, now. Doing it again does nothing more.

    Stops, and ends with 1, when far more are due than usual and nobody has allowed it.
    """
    open_work = open_house().automation("renewals")
    with open_work() as work:
        lift_those_over(work)
    tally = renew_subscriptions(open_work)
    if STOPPED in tally.counts:
        due = tally.counts["due_invoices"]
        complain(f"Stopped: {due} are due, far more than usual. Allow it on the page Runs, if that is right.")
        raise leave(Exit.FINDING)
    invoices = tally.counts.get("invoices", 0)
    if as_json:
        print_json({"invoices": invoices, "sums": tally.sums, "set_aside": tally.set_aside})
    else:
        sums = ", ".join(Money(minor, currency).format() for currency, minor in sorted(tally.sums.items()))
        console.print(f"{invoices} invoices{f' over {sums}' if sums else ''}.")
        for aside in tally.set_aside:
            console.print(f"set aside: {aside['name']}: {aside['problem']}", markup=False)
    if tally.set_aside:
        raise leave(Exit.FINDING)


@app.command("compare-panels")
def compare_panels(as_json: AsJson = False) -> None:
    """Compare what panels hold with our records, now. Ends with 1 when they do not agree, or one does not answer."""
    house = open_house()
    open_work = house.automation("comparison")
    tallies = compare_all_panels(open_work, house.panels)
    with open_work() as work:
        seen = comparisons(work)
        told = {name: [row for row in open_findings(work, name) if row.dismissed_at is None] for name in tallies}
    if as_json:
        print_json(
            {
                name: {
                    "servers": seen[name].servers,
                    "compared_at": seen[name].compared_at,
                    "findings": [
                        {"kind": row.kind, "server": row.remote_id, "facts": row.facts, "found_at": row.found_at}
                        for row in told[name]
                    ],
                    "set_aside": tally.set_aside,
                }
                for name, tally in tallies.items()
            }
        )
    else:
        for name, tally in tallies.items():
            console.print(f"{name}: {seen[name].servers} servers, {len(told[name])} findings.", markup=False)
            for row in told[name]:
                facts = ", ".join(f"{what}: {words}" for what, words in row.facts.items())
                console.print(f"  {TITLES[row.kind]}: server {row.remote_id or '-'} {facts}", markup=False)
            for aside in tally.set_aside:
                console.print(f"  set aside: {aside['name']}: {aside['problem']}", markup=False)
    if any(told.values()) or any(tally.set_aside for tally in tallies.values()):
        raise leave(Exit.FINDING)


@user.command("add-staff")
def add_staff(
    name: Annotated[str, typer.Argument(help="How colleagues call them.")],
    email: Annotated[str, typer.Argument(help="What they sign in with.")],
    role: Annotated[str, typer.Option(help="One of the staff roles in the database.")] = ADMINISTRATOR,
) -> None:
    """Give a colleague access to the admin panel. The password is asked for, or read from standard input."""
    house = open_house()
    with house.automation("add-staff")() as work:
        added = add_to_staff(work, name, email, asked_password(), role)
    console.print(f"{added.name} may sign in as {added.email} ({role}).", markup=False)


@user.command("reset-second-factor")
def reset_second_factor(
    email: Annotated[str, typer.Argument(help="What they sign in with; a colleague's or a customer's.")],
) -> None:
    """Let somebody in again who has lost their second factor and their recovery codes. Make sure first who is asking.

    Their apps, passkeys and recovery codes are gone and every session of theirs ends; their password stays.
    """
    house = open_house()
    with house.automation("reset-second-factor")() as work:
        helped = remove_second_factor(work, email)
    console.print(f"{helped.name} signs in with their password alone until they add another factor.", markup=False)


def asked_password() -> str:
    """The password typed twice, or the first line of standard input when nobody sits there."""
    if sys.stdin.isatty():
        typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\n")
