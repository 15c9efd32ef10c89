"""The rules that an egg sets for the values of its variables, in Laravel's words."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ezscale.sandbox.pterodactyl.house import invalid

NUMBERS = {"integer": r"-?\d+", "numeric": r"-?\d+(\.\d+)?"}
LETTERS = {"alpha_num": r"[A-Za-z0-9]+", "alpha_dash": r"[A-Za-z0-9_-]+", "string": r"(?s).*"}
BOOLEANS = ("", "0", "1", "true", "false")


def checked(variables: Sequence[Mapping[str, Any]], given: Mapping[str, Any]) -> tuple[dict[str, str], list[Any]]:
    """The value of each variable as it is stored, and one entry for each value that its rules refuse.

    What is not given is stored empty, not as the egg's default.
    """
    values = {row["env_variable"]: _text(given.get(row["env_variable"])) for row in variables}
    problems = [_problem(row, values[row["env_variable"]]) for row in variables]
    return values, [problem for problem in problems if problem]


def _problem(variable: Mapping[str, Any], value: str) -> dict[str, Any] | None:
    rules = _parts(variable["rules"])
    names = [rule.partition(":")[0] for rule in rules]
    if not value:
        broken = "required" if "required" in names else ""
    else:
        is_number = "integer" in names or "numeric" in names
        broken = next((name for name, rule in zip(names, rules, strict=True) if not _holds(rule, value, is_number)), "")
    if not broken:
        return None
    told = "field is required." if broken == "required" else f"may not be used: {broken}."
    return invalid(f"environment.{variable['env_variable']}", broken, f"The {variable['name']} variable {told}")


def _parts(rules: str) -> list[str]:
    """The single rules; a pattern, which may hold the bar that parts them, is the last one."""
    before, mark, pattern = rules.partition("regex:")
    return [rule for rule in before.split("|") if rule] + ([mark + pattern] if mark else [])


def _holds(rule: str, value: str, is_number: bool) -> bool:
    name, _, argument = rule.partition(":")
    if name in NUMBERS or name in LETTERS:
        return re.fullmatch(NUMBERS.get(name) or LETTERS[name], value) is not None
    match name:
        case "boolean":
            return value in BOOLEANS
        case "in":
            return value in argument.split(",")
        case "min" | "max" | "between" | "size":
            size = float(value) if is_number else float(len(value))
            bounds = [float(part) for part in argument.split(",")]
            least = bounds[0] if name != "max" else size
            most = bounds[-1] if name != "min" else size
            return least <= size <= most
        case "regex":
            return re.search(argument.strip("/"), value) is not None
    return True


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else "" if value is None else str(value)
