"""The command line: what it says to people and programs, and the number it ends with."""

import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import text
from sqlmodel import col, select, update

from ezscale import wiring
from ezscale.accounts.signing_in import HalfWay, SignedIn, sign_in
from ezscale.cli.commands.clock import length_of_time
from ezscale.cli.commands.surroundings import settings_page
from ezscale.cli.main import app
from ezscale.cli.running import alone_in
from ezscale.cli.surroundings import ROOT
from ezscale.kit import jobs
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.jobs import Job, JobStatus, job_row
from ezscale.kit.settings import Settings
from ezscale.models import Passkey, RunReport, User
from tests.cli.conftest import Ran, forget_the_settings

HANDBOOK = Path(__file__).parents[2] / "docs"
COMMANDS = [
    *("run", "web", "worker", "beat", "migrate", "build", "doctor", "tonight", "seed", "renew", "settings"),
    "compare-panels",
    *("user add-staff", "user reset-second-factor", "sandbox urls", "demo logins", "clock show", "clock move"),
    *("audit verify", "audit head", "jobs list", "jobs retry", "jobs dismiss"),
    *("secrets rotate", "secrets retire", "secrets reseal", "check-url"),
    *("backup", "restore", "automation stop", "automation go-on"),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(ezscale: Callable[..., Ran], command: str):
    number, said, _ = ezscale(*command.split(), "--help")

    assert number == 0
    assert "Usage: ezscale" in said


def test_no_command_is_left_out_above():
    assert set(names_of(typer.main.get_command(app))) == set(COMMANDS)


def names_of(command: Any, before: str = "") -> list[str]:
    inner = getattr(command, "commands", {})
    return [name for key in inner for name in names_of(inner[key], f"{before} {key}")] or [before.strip()]


@pytest.mark.parametrize("command", ["run", "doctor", "sandbox urls"])
def test_broken_settings_stop_a_command_with_their_names_and_reasons(
    ezscale: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, command: str
):
    monkeypatch.setenv("EZSCALE_PORT", "99999")
    monkeypatch.setenv("EZSCALE_TIME_ZONE", "Mars")

    number, _, complaint = ezscale(*command.split())

    assert number == 2
    assert "EZSCALE_PORT: Input should be less than or equal to 65535" in complaint
    assert "EZSCALE_TIME_ZONE: 'Mars' is not a time zone" in complaint


def test_a_port_in_use_is_said_before_anything_is_made(
    ezscale: Callable[..., Ran], data_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("EZSCALE_PORT", str(other.getsockname()[1]))
        number, _, complaint = ezscale("run")

    assert number == 2
    assert "EZSCALE_PORT: port" in complaint
    assert not (data_dir / "ezscale.db").exists()


def test_one_data_folder_is_run_by_one_copy(ezscale: Callable[..., Ran], data_dir: Path):
    data_dir.mkdir()
    with alone_in(data_dir):
        number, _, complaint = ezscale("run")

    assert number == 2
    assert f"is in use by process {os.getpid()}" in complaint.replace("\n", " ")


@pytest.mark.parametrize(
    "command", ["doctor", "tonight", "renew", "clock show", "secrets rotate", "secrets reseal", "secrets retire"]
)
def test_without_a_company_a_command_says_how_to_make_one(ezscale: Callable[..., Ran], command: str):
    number, _, complaint = ezscale(*command.split())

    assert number == 2
    assert "There is no company" in complaint


def test_the_doctor_ends_with_nothing_to_say_when_all_is_well(company: Callable[..., Ran]):
    number, said, _ = company("doctor", "--json")

    assert number == 0
    assert all(finding["ok"] for finding in json.loads(said))


def test_the_doctor_names_what_is_ill_and_ends_with_one(company: Callable[..., Ran]):
    with wiring.automation("test")() as work:
        work.session.add(Job(**job_row("billing.renew", {}, "ill", work.now)))
        work.session.flush()
        work.session.execute(
            update(Job).where(col(Job.once_key) == "ill").values(status=JobStatus.FAILED, error="boom")
        )

    as_json, as_table = company("doctor", "--json"), company("doctor")

    broken = {finding["check"]: finding["broken"] for finding in json.loads(as_json[1]) if not finding["ok"]}
    assert (as_json[0], as_table[0]) == (1, 1)
    assert broken == {"nothing_is_stuck": ["billing.renew: boom"]}
    assert "billing.renew: boom" in as_table[1]


def test_what_was_given_up_is_listed_tried_again_and_put_aside(company: Callable[..., Ran]):
    with wiring.automation("test")() as work:
        rows = [job_row("billing.renew", {}, name, work.now) for name in ("first", "second")]
        jobs.enqueue(work.session, rows)
        for row in rows:
            jobs.give_up(work.session, row["id"], work.now, "boom [red]")
    first, second = (str(row["id"]) for row in rows)

    listed, as_json = company("jobs", "list"), company("jobs", "list", "--json")
    again, aside = company("jobs", "retry", first), company("jobs", "dismiss", second, "It is gone.")
    refused, left = company("jobs", "retry", second), company("jobs", "list")

    assert {(job["id"], job["task"], job["error"]) for job in json.loads(as_json[1])} == {
        (first, "billing.renew", "boom [red]"),
        (second, "billing.renew", "boom [red]"),
    }
    assert first in listed[1]
    assert "boom [red]" in listed[1]
    assert (again[0], aside[0], left[:2]) == (0, 0, (0, "Nothing was given up.\n"))
    assert (refused[0], refused[2]) == (2, "This task is no longer among those that were given up.\n")
    with wiring.automation("test")() as work:
        states = {job.once_key: (job.status, job.dismissal) for job in work.session.exec(select(Job))}
    assert states == {
        "first": (JobStatus.READY, None),
        "second": (JobStatus.DISMISSED, "It is gone. (command line)"),
    }
    assert company("doctor")[0] == 0


def test_colleagues_get_in_with_the_password_that_was_piped_in(
    company: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.stdin", io.StringIO("plum orchard lantern 42\n"))

    number, _, _ = company("user", "add-staff", "Ada Moreno", "ada@example.com")

    assert number == 0
    signed_in = sign_in(wiring.work_of(ANONYMOUS), "ada@example.com", "plum orchard lantern 42")
    assert isinstance(signed_in, SignedIn)
    assert signed_in.is_staff


def test_a_locked_out_colleague_is_helped_and_comes_in_with_the_password_alone(
    company: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.stdin", io.StringIO("plum orchard lantern 42\n"))
    company("user", "add-staff", "Ada Moreno", "ada@example.com")
    with wiring.automation("test")() as work:
        user = work.session.exec(select(User)).one()
        user.second_factor_since = work.now
        work.session.add(Passkey(user_id=user.id, name="Lost", key_id="lost", public_key="", created_at=work.now))
    before = sign_in(wiring.work_of(ANONYMOUS), "ada@example.com", "plum orchard lantern 42")

    number, said, _ = company("user", "reset-second-factor", " ADA@example.com")

    after = sign_in(wiring.work_of(ANONYMOUS), "ada@example.com", "plum orchard lantern 42")
    assert (number, "Ada Moreno" in said) == (0, True)
    assert (type(before), type(after)) == (HalfWay, SignedIn)


def test_nobody_is_helped_who_has_no_account(company: Callable[..., Ran]):
    number, _, complaint = company("user", "reset-second-factor", "nobody@example.com")

    assert (number, "no account" in complaint) == (2, True)


def test_a_weak_password_makes_no_colleague(company: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("password12\n"))

    number, _, complaint = company("user", "add-staff", "Ada Moreno", "ada@example.com")

    with wiring.automation("test")() as work:
        assert work.session.exec(select(User)).all() == []
    assert number == 2
    assert "easy to guess" in complaint


def test_renewing_when_nothing_is_due_does_nothing(company: Callable[..., Ran]):
    number, said, _ = company("renew", "--json")

    with wiring.automation("test")() as work:
        assert work.session.exec(select(RunReport)).all() == []
    assert number == 0
    assert json.loads(said) == {"invoices": 0, "sums": {}, "set_aside": []}


def test_the_clock_is_not_moved_while_the_stand_ins_are_away(company: Callable[..., Ran]):
    number, _, complaint = company("clock", "move", "30d")

    assert number == 2
    assert "stand-in vendors do not answer" in complaint


def test_the_clock_is_never_moved_with_real_vendors(company: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EZSCALE_SANDBOX", "false")
    for name in ("STRIPE_KEY", "STRIPE_WEBHOOK_SECRET", "VIRTFUSION_TOKEN"):
        monkeypatch.setenv(f"EZSCALE_{name}", "real")
    for name in ("STRIPE_URL", "PAYPAL_URL", "PAYPAL_CLIENT_ID", "PAYPAL_SECRET", "PAYPAL_WEBHOOK_ID"):
        monkeypatch.setenv(f"EZSCALE_{name}", "")
    monkeypatch.setenv("EZSCALE_VIRTFUSION_URL", "https://panel.example/api/v1")

    number, _, complaint = company("clock", "move", "30d")

    assert number == 2
    assert "cannot be moved while real vendors are connected" in complaint


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("30d", timedelta(days=30)),
        ("2w", timedelta(weeks=2)),
        ("1d12h", timedelta(hours=36)),
        ("5m", timedelta(minutes=5)),
    ],
)
def test_a_length_of_time_is_read_as_it_is_said(typed: str, meant: timedelta):
    assert length_of_time(typed) == meant


@pytest.mark.parametrize("typed", ["", "30", "d", "-3d", "3 d", "3y", "99999999d"])
def test_anything_else_is_no_length_of_time(typed: str):
    with pytest.raises(typer.BadParameter, match="no length of time"):
        length_of_time(typed)


def test_programs_learn_where_the_stand_ins_are(ezscale: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EZSCALE_PORT", "4800")

    number, said, _ = ezscale("sandbox", "urls")

    known = json.loads(said)
    assert number == 0
    assert known["stripe"]["url"] == "http://127.0.0.1:4801/stripe"
    assert known["virtfusion"]["url"] == "http://127.0.0.1:4801/virtfusion/api/v1"
    assert {name for name, vendor in known.items() if not vendor["key"]} == {"vies", "ecb"}  # they ask for none


def test_without_a_demo_there_are_no_logins(ezscale: Callable[..., Ran]):
    number, said, complaint = ezscale("demo", "logins")

    assert (number, said) == (2, "")
    assert "There is no demo company" in complaint


def test_the_handbook_tells_every_setting():
    assert (HANDBOOK / "settings.md").read_text("utf-8") == settings_page()


def test_a_panel_that_cannot_be_compared_is_told_to_people_and_programs(
    company: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
):
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        monkeypatch.setenv("EZSCALE_VIRTFUSION_URL", f"http://127.0.0.1:{nobody.getsockname()[1]}")
    forget_the_settings()

    told = company("compare-panels")
    command = (sys.executable, "-m", "ezscale.cli", "compare-panels", "--json")
    program = subprocess.run(command, env=os.environ, cwd=ROOT, capture_output=True, text=True, check=False)

    [aside] = json.loads(program.stdout)["virtfusion"]["set_aside"]
    assert (told[0], program.returncode, aside["name"]) == (1, 1, "virtfusion")
    assert "vendor_asked_again" in program.stderr  # what is logged is beside what is told
    assert "virtfusion: 0 servers, 0 findings" in told[1]


def test_every_setting_says_what_it_does():
    assert all(field.description for field in Settings.model_fields.values())


def test_the_audit_trail_is_verified_against_the_heads_that_were_kept_elsewhere(
    company: Callable[..., Ran], data_dir: Path
):
    with wiring.automation("test")() as work:
        work.record("something")
    (data_dir / "heads").write_text(company("audit", "head")[1])
    whole = company("audit", "verify", "--heads", str(data_dir / "heads"))
    with wiring.automation("an attacker")() as work:
        work.session.connection().execute(text("UPDATE audit_entry SET door = 'elsewhere'"))

    number, _, complaint = company("audit", "verify")
    (data_dir / "heads").write_text("not a head")
    nonsense = company("audit", "verify", "--heads", str(data_dir / "heads"))

    assert whole[0] == 0
    assert (number, "entry 1 was changed" in complaint) == (1, True)
    assert (nonsense[0], "has not printed" in nonsense[2]) == (2, True)
