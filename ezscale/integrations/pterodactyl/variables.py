"""The rules of an egg's variables, as far as they can be judged from here; the panel itself has the last word."""

import re

NUMBERS = {"integer": r"-?\d+", "numeric": r"-?\d+(\.\d+)?"}
LETTERS = {"alpha_num": r"[^\W_]+", "alpha_dash": r"[\w-]+", "alpha": r"[^\W\d_]+"}
YES_OR_NO = ("0", "1", "true", "false")
SIZES = ("min", "max", "between", "size")


def broken_rule(rules: str, value: str) -> str:
    """The first rule that a value breaks, as the panel writes it; empty when all that can be judged are kept."""
    before, _, _ = rules.partition("regex:")  # patterns are PHP's, and may hold the bar that parts the rules
    single = [rule for rule in before.split("|") if rule]
    if not value:
        return "required" if "required" in single else ""
    is_number = not {"integer", "numeric"}.isdisjoint(single)
    return next((rule for rule in single if not _is_kept(rule, value, is_number)), "")


def _is_kept(rule: str, value: str, is_number: bool) -> bool:
    name, _, argument = rule.partition(":")
    if pattern := NUMBERS.get(name) or LETTERS.get(name):
        return re.fullmatch(pattern, value) is not None
    if name == "boolean":
        return value in YES_OR_NO
    if name == "in":
        return value in argument.split(",")
    return name not in SIZES or _fits(name, argument, value, is_number)


def _fits(name: str, argument: str, value: str, is_number: bool) -> bool:
    try:
        size = float(value) if is_number else float(len(value))
        bounds = [float(part) for part in argument.split(",")]
    except ValueError:  # not a number, which another rule says, or a rule that we do not understand
        return True
    least = bounds[0] if name != "max" else size
    most = bounds[-1] if name != "min" else size
    return least <= size <= most
