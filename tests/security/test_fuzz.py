"""Whatever a program sends to the API, it is answered and never breaks it (row 18)."""

import json
from functools import cache
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ezscale.api.app import create_api
from ezscale.api.reference.page import document_of
from ezscale.kit import rates
from ezscale.kit.ids import new_id
from tests.sizes import figures, size

METHODS = ("get", "post", "put", "patch", "delete")
ODD = ["", "0", "-1", "null", "true", "../..", "%00", "a\x00b", "' OR 1=1 --", "{{7*7}}", "💥" * 50, "9" * 400, "1e309"]
KNOWN: dict[str, Any] = {}


@cache
def reference() -> dict[str, Any]:
    """What the reference tells."""
    return document_of(create_api())


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Every call that the reference tells of."""
    paths = reference()["paths"]
    return [(method, path, item[method]) for path, item in paths.items() for method in METHODS if method in item]


def texts() -> st.SearchStrategy[str]:
    """What could stand in an address."""
    ids = st.sampled_from([str(new_id()), "00000000-0000-0000-0000-000000000000"])
    own = st.deferred(lambda: st.sampled_from(KNOWN.get("ids", ["x"])))
    return st.one_of(own, ids, st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"]), max_size=300))


def anything() -> st.SearchStrategy[Any]:
    """Any JSON at all."""
    leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts())
    return st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts(), inner, max_size=4))


@st.composite
def requests(draw: st.DrawFn, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    """A call with right, odd and impossible values in every place, and sometimes in places that there are not."""
    asked: dict[str, str] = {}
    for place in operation.get("parameters", []):
        value = draw(texts())
        if place["in"] == "path":
            path = path.replace(f"{{{place['name']}}}", quote(value, safe=""))
        elif place["in"] == "query" and draw(st.booleans()):
            asked[place["name"]] = value
    request: dict[str, Any] = {"path": path, "params": asked}
    if "requestBody" in operation:
        names = list(KNOWN["bodies"].get(operation["operationId"], []))
        shaped = st.fixed_dictionaries({}, optional={name: anything() for name in names})
        body = draw(
            st.one_of(shaped, anything()).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=200)
        )
        request |= {
            "content": body,
            "headers": {"Content-Type": draw(st.sampled_from(["application/json", "text/plain", ""]))},
        }
    return request


def fields_of(operation: dict[str, Any]) -> list[str]:
    """The names that a body knows."""
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    shapes = reference().get("components", {}).get("schemas", {})
    return list(shapes.get(name, schema).get("properties", {}))


@pytest.mark.parametrize("number", range(len(operations())), ids=[f"{m} {p}" for m, p, _ in operations()])
def test_no_call_breaks_the_api(at, ada, grace, program_of, number):
    method, path, operation = operations()[number]
    KNOWN["ids"] = [str(ada.service().id), *(str(invoice.id) for invoice in ada.invoices()), str(ada.actor.customer_id)]
    KNOWN["bodies"] = {operation["operationId"]: fields_of(operation)}
    programs = [program_of(ada), program_of(grace)]
    statuses: dict[int, int] = {}

    @settings(
        max_examples=size(12, 500),
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(requests(path, operation), st.integers(0, 1))
    def asked(request, who):
        rates.start_over()
        address = request.pop("path")
        try:
            answer = programs[who].request(method.upper(), address, **request)
        except (httpx.InvalidURL, httpx.LocalProtocolError):
            return
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        assert answer.status_code < 500, answer.text

    asked()
    figures(f"fuzzed {method} {path}", **{str(status): count for status, count in sorted(statuses.items())})
