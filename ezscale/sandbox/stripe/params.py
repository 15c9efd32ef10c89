"""Which parameters Stripe takes, read from the annotations of its own SDK."""

import re
from functools import cache
from typing import Any, Literal, NotRequired, Union, get_args, get_origin

from stripe import _request_options
from typing_extensions import get_type_hints, is_typeddict

from ezscale.sandbox.store import Document
from ezscale.sandbox.stripe.errors import StripeError

RETIRED = "payment_method_types"
NUMBER = re.compile(r"-?\d{1,18}")


def checked(given: Document, shape: type, honoured: frozenset[str]) -> Document:
    """The parameters with their types, or Stripe's error about the first wrong one.

    A parameter that Stripe has and this stand-in does not imitate is refused too, so that no test passes by chance.
    """
    if RETIRED in given and RETIRED not in fields(shape):
        raise StripeError(
            f"The parameter `{RETIRED}` is no longer supported. Use `allowed_payment_method_types` instead.",
            code="payment_method_types_no_longer_supported",
            param=RETIRED,
        )
    values = _object(given, shape, "")
    for name in values:
        if name not in honoured:
            raise StripeError(f"The stand-in does not imitate the parameter {name}.", param=name)
    return values


@cache
def fields(shape: type) -> dict[str, Any]:
    """The names and types of a parameter object, without the SDK's request options."""
    options = _request_options.RequestOptions.__annotations__
    names = vars(_request_options) | {"StripeContext": object}  # what the options' own annotations speak of
    hints = get_type_hints(shape, localns=names, include_extras=True)
    return {name: hint for name, hint in hints.items() if name not in options}


def _object(given: Any, shape: type, path: str) -> Document:
    if not isinstance(given, dict):
        raise StripeError("Invalid object", param=path)
    known = fields(shape)
    for name in given:
        if name not in known:
            param = _inside(path, name)
            raise StripeError(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)
    for name, hint in known.items():
        if name not in given and get_origin(hint) is not NotRequired:
            param = _inside(path, name)
            raise StripeError(f"Missing required param: {param}.", code="parameter_missing", param=param)
    return {name: _typed(value, known[name], _inside(path, name)) for name, value in given.items()}


def _typed(value: Any, hint: Any, path: str) -> Any:
    choices = _choices(hint)
    literals = [choice for choice in choices if isinstance(choice, str)]
    if value == "" and "" not in literals and str in choices:
        message = f"You passed an empty string for '{path}', which cannot be unset."
        raise StripeError(message, code="parameter_invalid_empty", param=path)
    if isinstance(value, str):
        return _scalar(value, choices, literals, path)
    for choice in choices:
        if isinstance(value, list) and get_origin(choice) is list:
            return [_typed(item, get_args(choice)[0], f"{path}[{place}]") for place, item in enumerate(value)]
        if isinstance(value, dict) and get_origin(choice) is dict:
            return value
        if isinstance(value, dict) and is_typeddict(choice):
            return _object(value, choice, path)
    raise StripeError(f"Invalid value for {path}", param=path)


def _scalar(value: str, choices: list[Any], literals: list[str], path: str) -> Any:
    if value in literals:
        return value
    if bool in choices and value in ("true", "false"):
        return value == "true"
    if int in choices and NUMBER.fullmatch(value):
        return int(value)
    if any(literals):  # the SDK writes "or any str" beside each list of words; the API knows only the words
        raise StripeError(f"Invalid {path}: must be one of {', '.join(filter(None, literals))}", param=path)
    if str in choices:
        return value
    kind, code = ("integer", "parameter_invalid_integer") if int in choices else ("value", "parameter_invalid")
    raise StripeError(f"Invalid {kind}: {value}", code=code, param=path)


def _choices(hint: Any) -> list[Any]:
    """What a hint allows: types as they are, words of a Literal as strings."""
    origin = get_origin(hint)
    if origin is NotRequired:
        return _choices(get_args(hint)[0])
    if origin is Literal:
        return list(get_args(hint))
    if origin is Union or type(hint).__name__ == "UnionType":
        return [choice for part in get_args(hint) for choice in _choices(part)]
    return [hint]


def _inside(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
