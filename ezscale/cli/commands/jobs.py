"""Commands about tasks that were given up."""

from typing import Annotated
from uuid import UUID

import typer

from ezscale.cli.house import open_house
from ezscale.cli.telling import AsJson, console, print_json
from ezscale.reporting.given_up import dismiss_job, given_up_jobs, try_job_again

app = typer.Typer(no_args_is_help=True, help="Tasks that were given up.")
JobId = Annotated[UUID, typer.Argument(metavar="ID", help="As the list shows it.")]
MOST = 500


@app.command("list")
def show(as_json: AsJson = False) -> None:
    """The tasks that failed for good, the latest first, with their errors."""
    with open_house().automation("jobs")() as work:
        given_up = given_up_jobs(work, MOST)
    if as_json:
        print_json(
            [{"id": job.id, "task": job.task, "at": job.finished_at, "error": job.error} for job in given_up],
        )
        return
    for job in given_up:
        console.print(f"{job.id}  {job.finished_at:%Y-%m-%d %H:%M} UTC  {job.task}", markup=False, soft_wrap=True)
        console.print(f"  {job.error}", markup=False, soft_wrap=True)
    if not given_up:
        console.print("Nothing was given up.")


@app.command()
def retry(job_id: JobId) -> None:
    """Try a task again; the workers do it at once."""
    with open_house().automation("command line")() as work:
        job = try_job_again(work, job_id)
    console.print(f"{job.task} is tried again.", markup=False)


@app.command()
def dismiss(job_id: JobId, why: Annotated[str, typer.Argument(help="A word that is kept with it.")]) -> None:
    """Put a task aside: it is not tried again, and the doctor no longer names it."""
    with open_house().automation("command line")() as work:
        job = dismiss_job(work, job_id, why)
    console.print(f"{job.task} is put aside.", markup=False)
