"""The reference as a page. No script runs on it, ours or anyone's."""

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from liquid import Environment, FileSystemLoader
from markupsafe import Markup

from ezscale.accounts.scopes import SCOPES, Scope
from ezscale.api.doors import Public
from ezscale.api.problems import REFUSALS
from ezscale.api.reference.contents import Chapter, read_document
from ezscale.kit.rates import CALLS
from ezscale.kit.settings import settings

HERE = Path(__file__).parent
FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600"}

router = APIRouter(include_in_schema=False, dependencies=[Public])


@router.get("/openapi.json")
def show_document(request: Request) -> JSONResponse:
    """The API in the form that programs read."""
    return JSONResponse(document_of(request.app), headers=FOR_AN_HOUR)


@router.get("/api/docs", response_class=HTMLResponse)
def show_page(request: Request) -> HTMLResponse:
    """The API in the form that people read."""
    document = document_of(request.app)
    chapters, shapes = read_document(document, settings().web_url)
    page = _template().render(
        company=settings().company_name,
        title=document["info"]["title"],
        address=settings().web_url,
        chapters=[asdict(chapter) for chapter in chapters],
        shapes=[asdict(shape) for shape in shapes],
        scopes=[asdict(scope) for scope in _scopes_in(chapters)],
        refusals=[asdict(refusal) for refusal in REFUSALS.values()],
        calls=CALLS.amount,
        style=Markup((HERE / "page.css").read_text("utf-8")),  # noqa: S704  # our own file
    )
    return HTMLResponse(page, headers=FOR_AN_HOUR)


def document_of(api: FastAPI) -> dict[str, Any]:
    """The OpenAPI document. FastAPI writes one media type for all models; refusals have one of their own."""
    document = api.openapi()
    for operations in document["paths"].values():
        for operation in operations.values():
            refusal = operation["responses"]["default"]
            refusal["content"] = {"application/problem+json": next(iter(refusal["content"].values()))}
    return document


def _scopes_in(chapters: list[Chapter]) -> list[Scope]:
    """The scopes that calls need, as they are chosen when a token is made."""
    needed = {operation.scope for chapter in chapters for operation in chapter.operations}
    return [scope for group in SCOPES.values() for scope in group if scope.permission in needed]


@cache
def _template() -> Any:
    return Environment(loader=FileSystemLoader(HERE, ext=".liquid"), autoescape=True).get_template("page")
