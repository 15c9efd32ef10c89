"""Commands that tell an operator, or a program of theirs, what is where."""

from dataclasses import asdict
from typing import Annotated, Any

import typer
from pydantic import SecretStr

from ezscale.cli.demo import logins as demo_logins
from ezscale.cli.surroundings import settle, stand_in_keys, stand_in_urls
from ezscale.cli.telling import AsJson, Exit, complain, console, leave, print_json, print_table
from ezscale.kit.errors import BusinessError
from ezscale.kit.settings import Settings

app = typer.Typer()
sandbox = typer.Typer(no_args_is_help=True, help="The vendors' stand-ins.")
demo = typer.Typer(no_args_is_help=True, help="The demo company.")
app.add_typer(sandbox, name="sandbox")
app.add_typer(demo, name="demo")
Json = Annotated[bool, typer.Option("--json/--table", help="For programs, or for people.")]


@sandbox.command("urls")
def urls(as_json: Json = True) -> None:
    """Where each stand-in answers, and the key that it accepts."""
    own = settle()
    if not own.sandbox:
        raise BusinessError("EZSCALE_SANDBOX is off: the vendors are real.")
    known = stand_in_urls(own, stand_in_keys(own.data_dir))
    if as_json:
        print_json(known)
    else:
        print_table(
            "Stand-ins", ("Vendor", "Base URL", "Key"), [(name, v["url"], v["key"]) for name, v in known.items()]
        )


@demo.command("logins")
def logins(as_json: Json = True) -> None:
    """The people of the demo whose passwords are known, each with a token for the API."""
    own = settle()
    known = demo_logins.kept(own.data_dir)
    if not known:
        complain(f"There is no demo company in {own.data_dir}: ezscale run founds one.")
        raise leave(Exit.BAD_INPUT)
    if as_json:
        print_json([asdict(login) | {"sign_in_at": f"{own.web_url}/login/"} for login in known])
    else:
        print_table(
            "Demo", ("Role", "E-mail", "Password", "Token"), [(k.role, k.email, k.password, k.api_token) for k in known]
        )


@app.command("settings")
def show_settings(
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the page of the handbook.")] = False,
) -> None:
    """Every setting: its name in the environment, what it does, and its value when it is not set."""
    if markdown:
        print(settings_page(), end="")
        return
    if as_json:
        print_json(documented())
        return
    rows = [(entry["name"], entry["default"], entry["description"]) for entry in documented()]
    print_table("Settings", ("Name", "Default", "What it does"), rows)
    console.print("A wrong value stops the start with its name and the reason.")


def documented() -> list[dict[str, Any]]:
    """All settings, in the order of their class."""
    return [
        {
            "name": f"EZSCALE_{name.upper()}",
            "default": plain_default(field.default),
            "description": field.description,
            "secret": field.annotation is SecretStr,
        }
        for name, field in Settings.model_fields.items()
    ]


def plain_default(value: object) -> str:
    """A default as one would write it into the environment."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def settings_page() -> str:
    """The page about settings in the handbook."""
    rows = [
        f"| `{entry['name']}` | {'`' + entry['default'] + '`' if entry['default'] else ''} | {entry['description']} |"
        for entry in documented()
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            "Everything comes from the environment. A wrong value stops the start with its name and the reason.",
            "This page is printed by `ezscale settings --markdown`; a test holds it to the truth.",
            "",
            "| Name | Default | What it does |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )
