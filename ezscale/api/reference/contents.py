"""What the reference says, read from the OpenAPI document."""

import json
from dataclasses import dataclass
from itertools import groupby
from typing import Any

Schema = dict[str, Any]

IN_WORDS = {"date-time": "moment", "date": "day", "uuid": "id", "integer": "number", "number": "number"}
EXAMPLES = {"date-time": "2026-11-01T09:30:00Z", "date": "2026-11-01", "uuid": "0199f6a2-c7d8-7e3b-9a41-5d2f6c8e1b70"}


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of an object. `of` is the anchor of the object it consists of, if that has one."""

    name: str
    kind: str
    of: str
    needed: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a program can ask for, with an example of asking and of the answer."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    parameters: list[Field]
    body: list[Field]
    returns: str
    of: str
    call: str
    status: str
    answer: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """The operations on one kind of thing."""

    name: str
    operations: list[Operation]


@dataclass(frozen=True, slots=True)
class Shape:
    """An object that answers are made of."""

    anchor: str
    name: str
    description: str
    fields: list[Field]


def read_document(document: Schema, address: str) -> tuple[list[Chapter], list[Shape]]:
    """The chapters of operations, and the objects that they speak of."""
    reader = _Reader(document["components"]["schemas"], address)
    operations = [
        (operation["tags"][0], reader.operation(method, path, operation))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    chapters = [
        Chapter(name, [operation for _, operation in group])
        for name, group in groupby(operations, key=lambda tagged: tagged[0])
    ]
    return chapters, reader.shapes()


class _Reader:
    def __init__(self, schemas: dict[str, Schema], address: str) -> None:
        self._schemas = schemas
        self._address = address
        self._only_sent: list[Schema] = []

    def operation(self, method: str, path: str, operation: Schema) -> Operation:
        status, answer = next(iter(operation["responses"].items()))
        content = answer.get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        self._only_sent += [self._found(body)]
        return Operation(
            anchor=operation["operationId"],
            method=method.upper(),
            path=path,
            summary=operation["summary"],
            description=operation["description"],
            scope=operation["x-scope"],
            parameters=[
                self._field(given["name"], _present(given["schema"]) | given, given["required"])
                for given in operation.get("parameters", [])
            ],
            body=self._fields(self._found(body)),
            returns=self._kind(schema) if schema else ", ".join(content),
            of=self._of(schema),
            call=self._call(method.upper(), path, operation.get("parameters", []), body),
            status=status,
            answer=_written(self._example(schema)) if schema else "",
        )

    def shapes(self) -> list[Shape]:
        """Every object but pages, which are explained in words, and what is only ever sent."""
        return [
            Shape(_anchor(schema), schema["title"], schema["description"], self._fields(schema))
            for schema in self._schemas.values()
            if schema["type"] == "object" and "items" not in schema["properties"] and schema not in self._only_sent
        ]

    def _call(self, method: str, path: str, parameters: list[Schema], body: Schema) -> str:
        for given in parameters:
            path = path.replace(f"{{{given['name']}}}", str(self._example(given["schema"])))
        lines = [f"curl {self._address}{path}", '-H "Authorization: Bearer $EZSCALE_TOKEN"']
        if method != "GET":
            lines[0] = f"curl -X {method} {self._address}{path}"
        if body:
            lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(self._example(body))}'"]
        if path.endswith("/pdf"):
            lines.append("--output invoice.pdf")
        return " \\\n  ".join(lines)

    def _fields(self, schema: Schema) -> list[Field]:
        required = schema.get("required", [])
        return [self._field(name, inner, name in required) for name, inner in schema.get("properties", {}).items()]

    def _field(self, name: str, schema: Schema, needed: bool) -> Field:
        return Field(name, self._kind(schema), self._of(schema), needed, schema.get("description", ""))

    def _kind(self, schema: Schema) -> str:
        """The type in words."""
        match schema:
            case {"anyOf": choices}:
                return " or ".join(self._kind(choice) for choice in choices)
            case {"$ref": _}:
                return self._kind(self._found(schema))
            case {"enum": words}:
                return ", ".join(words)
            case {"type": "array", "items": inner}:
                return f"list of {self._kind(inner)}"
            case {"type": "object", "properties": {"items": {"items": inner}}}:
                return f"page of {self._kind(inner)}"
            case {"type": "object"}:
                return str(schema["title"])
        return str(IN_WORDS.get(schema.get("format") or schema["type"], schema["type"]))

    def _of(self, schema: Schema) -> str:
        """The anchor of the object behind a type, if there is one."""
        match schema:
            case {"$ref": _}:
                return self._of(self._found(schema))
            case {"type": "array", "items": inner} | {"type": "object", "properties": {"items": {"items": inner}}}:
                return self._of(inner)
            case {"type": "object", "properties": _}:
                return _anchor(schema)
        return ""

    def _example(self, schema: Schema) -> Any:
        match schema:
            case {"examples": [first, *_]}:
                return first
            case {"$ref": _}:
                return self._example(self._found(schema))
            case {"anyOf": [first, *_]}:
                return self._example(first)
            case {"enum": [first, *_]}:
                return first
            case {"type": "array", "items": inner}:
                return [self._example(inner)]
            case {"properties": properties}:
                return {name: self._example(inner) for name, inner in properties.items()}
        return EXAMPLES.get(schema.get("format", ""), 0 if schema.get("type") == "integer" else "")

    def _found(self, schema: Schema) -> Schema:
        """What a reference stands for; an optional thing as the thing."""
        match schema:
            case {"$ref": reference}:
                return self._schemas[reference.rpartition("/")[2]]
            case {"anyOf": [first, *_]}:
                return self._found(first)
        return schema


def _present(schema: Schema) -> Schema:
    """An optional parameter as what it is when it is given."""
    present: Schema = schema.get("anyOf", [schema])[0]
    return present


def _anchor(schema: Schema) -> str:
    return str(schema["title"]).lower().replace(" ", "-")


def _written(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
