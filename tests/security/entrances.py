"""Every way into the house, as the running app knows it: event handlers and routes, each with the side it is on."""

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_origin
from urllib.parse import quote

import reflex as rx
from fastapi import FastAPI
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette.routing import Mount, Route

import ezscale.state
from ezscale.api.doors import Door
from ezscale.kit.database import all_models, table_of
from ezscale.state.session import Face
from tests.company import PASSWORD

FACE_OF_FOLDER = {"account": "account", "admin": "admin"}  # the other folders of state/ are open to all
A_WORD = re.compile(r"[A-Z]?[a-z]+")
AN_ID = re.compile(r"\b(\w+)_id\b")
A_NAME = re.compile(r"[a-z][a-z0-9_]*")
ASKED = re.compile(r"""(?:asked|query_parameters\.get)\(\s*"(\w+)\"""")
LOOKS_AT_THE_ADDRESS = re.compile(r"self\._asked\(|query_parameters(?!\.get\(name\))")  # not: is able to
SOURCES = sorted(Path(ezscale.state.__path__[0]).rglob("*.py"))


@dataclass(frozen=True)
class Handler:
    """An event handler and the state it belongs to."""

    name: str
    function: Any
    state: type

    @property
    def ours(self) -> bool:
        """Whether we wrote it; the others came with Reflex, some of them as part of our states."""
        return str(self.function.__module__).startswith("ezscale.")

    @property
    def place(self) -> str:
        """Where it is written: account.service.press."""
        return f"{self.state.__module__.removeprefix('ezscale.state.')}.{self.name.rpartition('.')[2]}"

    @property
    def face(self) -> str:
        """The side of the house that its state declares, by which the guard goes."""
        return str(getattr(self.state, "_face", ""))

    @property
    def is_classified(self) -> bool:
        """Whether that side exists, and is the one that the state's folder is about."""
        if not self.face:
            return self.state.__module__.startswith("reflex.")
        folder = self.state.__module__.removeprefix("ezscale.state.").partition(".")[0]
        return self.face in get_args(Face) and self.face == FACE_OF_FOLDER.get(folder, "public")

    @cached_property
    def page(self) -> str:
        """The state that it belongs to, under the name by which browsers know it."""
        return self.name.rpartition(".")[0]

    def payloads(self, value: Any, *, choosing: bool = False) -> list[dict[str, Any]]:
        """What could be sent along: a value in every place; and, choosing, each word that the module knows beside it."""
        words = self._choices() if choosing and self._places else ()
        return [self._payload(value, word) for word in (value, *words)]

    def speaks_of(self, table: str) -> bool:
        """Whether its module, or one with a part of its state, is about the rows of a table, as far as words tell."""
        return any(tells_of(module, table) for module in self._modules)

    def takes_ids_of(self, table: str) -> bool:
        """Whether one of these modules speaks of ids by a name that goes with a table."""
        return any(names_ids_of(module, table) for module in self._modules)

    @property
    def _modules(self) -> list[ModuleType]:
        parts = [each.__module__ for each in self.state.__mro__ if each is self.state or vars(each).get("_mixin")]
        return [sys.modules[name] for name in parts if name.startswith("ezscale.")]

    @cached_property
    def reads_the_address(self) -> bool:
        """Whether it matters how its page was opened: its state, or one that this builds on, looks at the address."""
        ours = [base for base in self.state.__mro__ if base.__module__.startswith("ezscale.")]
        return any(LOOKS_AT_THE_ADDRESS.search(source_of(base)) for base in ours)

    @cached_property
    def _places(self) -> list[inspect.Parameter]:
        return list(inspect.signature(self.function).parameters.values())[1:]

    def _payload(self, value: Any, word: Any) -> dict[str, Any]:
        return {
            place.name: self._form(value, word)
            if get_origin(place.annotation) is dict
            else fit(place.name, value, word)
            for place in self._places
        }

    def _form(self, value: Any, word: Any) -> dict[str, Any]:
        """A form with every field that the module could be asking for."""
        return {name: fit(name, value, word) for name in names_in(self._module)}

    def _choices(self) -> list[str]:
        kinds = [kind for kind in vars(self._module).values() if isinstance(kind, type) and issubclass(kind, StrEnum)]
        return [word.value for kind in kinds for word in kind]

    @property
    def _module(self) -> ModuleType:
        return sys.modules[self.state.__module__]


@dataclass(frozen=True)
class Entrance:
    """A route with one method, and the doors that its dependencies declare."""

    method: str
    path: str
    dependant: Dependant

    @property
    def doors(self) -> set[Door]:
        """Who is asked to show what; one, when all is well."""
        declared = (getattr(part.call, "door", None) for part in parts_of(self.dependant))
        return {door for door in declared if door is not None}

    def speaks_of(self, table: str) -> bool:
        """Whether its code is about the rows of a table, as far as words tell."""
        return self.dependant.call is not None and tells_of(sys.modules[self.dependant.call.__module__], table)

    def requests(self, values: list[str]) -> list[dict[str, Any]]:
        """What could be asked here: each value in every place, or once where there is no place for any."""
        every = [self._request(value) for value in values]
        return [request for number, request in enumerate(every) if request not in every[:number]]

    def _request(self, value: str) -> dict[str, Any]:
        path, body = self.path, self._places("body_params")
        for place in self._places("path_params"):
            path = re.sub(rf"{{{place.alias}(:path)?}}", quote(value, safe=""), path)
        asked = {place.alias: fitting(place.field_info.annotation, value) for place in self._places("query_params")}
        sent = {place.alias: fitting(place.field_info.annotation, value) for place in body}
        request: dict[str, Any] = {"method": self.method, "url": path, "params": asked}
        if any(isinstance(place.field_info, Form) for place in body):
            (only, *more) = sent.values()
            request["data"] = only if isinstance(only, dict) and not more else sent
        elif body:
            request["json"] = next(iter(sent.values()))
        return request

    def _places(self, kind: str) -> list[ModelField]:
        return [place for part in parts_of(self.dependant) for place in getattr(part, kind)]


def handlers(app: rx.App) -> list[Handler]:
    """Every handler that a browser can call. What other tests have declared is no part of the product."""
    known = app._registration_context.event_handlers
    found = [Handler(name, entry.handler.fn, entry.states[0]) for name, entry in known.items()]
    return [handler for handler in found if not handler.state.__module__.startswith(("tests.", "test_"))]


def entrances(api: FastAPI) -> list[Entrance]:
    """Every route of ours with every method it takes."""
    return [
        Entrance(method, context.path or "", context.dependant)
        for context in iter_route_contexts(api.routes)
        if not isinstance(context.original_route, Mount)
        for method in sorted(context.methods or ())
    ]


def routes_of_reflex(api: FastAPI) -> list[Route | Mount]:
    """What answers behind our own routes."""
    (behind,) = [route for route in api.routes if isinstance(route, Mount)]
    return [route for route in behind.routes if isinstance(route, Route | Mount)]


def parts_of(dependant: Dependant) -> Iterator[Dependant]:
    """A route's endpoint with all its dependencies, and theirs."""
    yield dependant
    for each in dependant.dependencies:
        yield from parts_of(each)


@cache
def source_of(part: ModuleType | type) -> str:
    """A module or a class as it is written."""
    return inspect.getsource(part)


@cache
def names_in(module: ModuleType) -> frozenset[str]:
    """Every text in a module that could be the name of a field."""
    texts = (node.value for node in ast.walk(ast.parse(source_of(module))) if isinstance(node, ast.Constant))
    return frozenset(text for text in texts if isinstance(text, str) and A_NAME.fullmatch(text))


@cache
def asked_names() -> frozenset[str]:
    """Every name by which a page's address is asked for something."""
    return frozenset(name for source in SOURCES for name in ASKED.findall(source.read_text("utf-8")))


@cache
def tells_of(module: ModuleType, table: str) -> bool:
    """Whether a module is about a table: all the words of its name, or of its model's, are there; or an id is named so."""
    names = (table, *(model.__name__ for model in all_models() if table_of(model).name == table))
    return names_ids_of(module, table) or any(
        all(any(each.startswith(word.lower()) for each in words_in(module)) for word in A_WORD.findall(name))
        for name in names
    )


@cache
def names_ids_of(module: ModuleType, table: str) -> bool:
    """Whether there is an id in a module (or it is itself named) as if it belonged to a row of a table."""
    own = module.__name__.rpartition(".")[2].removesuffix("s")
    return any(table.startswith(name) or table.endswith(name) for name in (own, *AN_ID.findall(source_of(module))))


@cache
def words_in(module: ModuleType) -> frozenset[str]:
    """Every word in a module."""
    return frozenset(word.lower() for word in A_WORD.findall(source_of(module)))


def fit(name: str, value: Any, word: Any) -> Any:
    """What goes into a place of this name: where an id belongs a value, elsewhere a word. One's own password is right."""
    if name == "password":
        return PASSWORD
    return value if name == "id" or name.endswith("_id") else word


def fitting(annotation: Any, value: str) -> Any:
    """The value in the form that a place wants."""
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return {name: fitting(field.annotation, value) for name, field in kind.model_fields.items()}
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return next(iter(kind)).value
        if kind is int:
            return 1
    return value
