"""The reference: complete, standing on its own, without a script."""

import re

import pytest


@pytest.fixture
def page(at, web) -> str:
    return web.get("/api/docs").text


def test_the_document_names_every_call_and_how_it_is_refused(at, web):
    document = web.get("/openapi.json").json()

    assert document["openapi"].startswith("3.")
    assert "/api/v1/services/{service_id}/power" in document["paths"]
    assert all(path.startswith("/api/v1/") for path in document["paths"])
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert operation["security"] == [{"API token": []}]
            assert "422" not in operation["responses"]
            assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]


def test_the_page_explains_every_call(at, web, page):
    document = web.get("/openapi.json").json()

    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert f"<code>{path}</code>" in page
            assert f'id="{operation["operationId"]}"' in page


def test_the_page_needs_nothing_from_elsewhere_and_runs_no_script(page):
    assert "<script" not in page
    assert set(re.findall(r'(?:src|rel="\w+" href)="([^"]+)"', page)) == {"/favicon.svg"}
    assert set(re.findall(r"url\(([^)]+)\)", page)) == {'"/fonts/geist-basic.woff2"'}


def test_every_link_on_the_page_leads_somewhere(page):
    anchors = set(re.findall(r' id="([^"]+)"', page))

    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors
    assert {"not_found", "too_many", "invalid", "our_fault"} <= anchors
