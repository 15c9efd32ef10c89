"""Every kind of answer carries what keeps a browser from making something else of it."""

import httpx
import pytest
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from ezscale.accounts.signing_in import begin_session
from ezscale.api.app import create_api
from ezscale.api.edge import Edge, Site
from ezscale.api.inline_scripts import inline_scripts
from ezscale.billing.documents import invoice_pdf
from ezscale.kit import rates
from ezscale.kit.cookies import SESSION
from ezscale.kit.rates import PAGES, hit
from ezscale.sandbox.in_process import InProcess

HOST = "shop.example"
PAGE = "<script>window.theme=1</script>"


@pytest.fixture
def served(at, tmp_path):
    """The API at the edge, with a built page, a page that breaks and a page that leads on behind it."""
    api = create_api()

    async def pages(scope, receive, send):
        answers = {
            "/": lambda: HTMLResponse(PAGE),
            "/pay/": lambda: HTMLResponse(PAGE),
            "/moved/": lambda: RedirectResponse("/"),
            "/known/": lambda: Response(status_code=304),
            "/assets/page.js": lambda: PlainTextResponse("1", media_type="text/javascript"),
        }
        answer = answers.get(scope["path"], lambda: HTMLResponse("There is no such page.", 404))()
        await answer(scope, receive, send)

    def broken():
        raise ZeroDivisionError

    api.add_api_route("/breaks.json", broken)
    api.mount("/", pages)
    for name in ("index.html", "404.html"):
        (tmp_path / name).write_text(PAGE)
    site = Site(frozenset({HOST}), secure=True, script_hashes=inline_scripts(tmp_path))
    line = InProcess(Edge(api, site))
    yield line
    line.close()
    rates.start_over()


@pytest.fixture
def answers(at, ada, grace, served):
    """One answer of each kind, by name."""
    with at.robot() as work:
        session = begin_session(work, grace.user).token
    [invoice] = ada.invoices()
    ada.does(lambda work: invoice_pdf(work, invoice.id))
    staff = {"Cookie": f"{SESSION}={session}"}

    def ask(path, method="GET", host=HOST, **headers):
        client = httpx.Client(transport=served, base_url=f"https://{host}")
        return client.request(method, path, headers=headers)

    found = {
        "page": ask("/"),
        "page behind a secret link": ask("/pay/?link=secret"),
        "unknown page": ask("/nothing/"),
        "page behind the login": ask("/account/"),
        "redirect": ask("/moved/"),
        "page that is kept": ask("/known/"),
        "script": ask("/assets/page.js"),
        "another name": ask("/", host="evil.example"),
        "another site's form": ask("/api/session", "POST", Origin="https://evil.example"),
        "refused form": ask("/api/session", "POST", Origin=f"https://{HOST}"),
        "no token": ask("/api/v1/services"),
        "unknown call": ask("/api/nothing"),
        "wrong method": ask("/api/v1/services", "DELETE", Authorization="Bearer ezs_x"),
        "list": ask("/api/exports/customers.csv", **staff),
        "document": ask(f"/api/documents/invoices/{invoice.id}.pdf", **staff),
        "archive": ask(f"/api/privacy/customers/{ada.actor.customer_id}.zip", **staff),
        "reference": ask("/api/docs"),
        "reference for programs": ask("/openapi.json"),
        "health": ask("/healthz"),
        "metrics": ask("/metrics"),
        "our fault": ask("/breaks.json"),
    }
    while not hit(PAGES, "127.0.0.1", alone=True):
        pass
    return found | {"too many": ask("/")}


def test_every_kind_of_answer_says_what_may_be_made_of_it(answers):
    statuses = {answer.status_code for answer in answers.values()}
    assert {200, 303, 304, 307, 401, 403, 404, 405, 421, 429, 500} <= statuses

    for name, answer in answers.items():
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff", name
        assert headers["cross-origin-resource-policy"] == "same-origin", name
        assert headers["strict-transport-security"].startswith("max-age=31536000"), name
        assert headers["cache-control"], name
        assert "server" not in headers, name
        if "content-type" in headers and name != "script":
            assert "frame-ancestors 'none'" in headers["content-security-policy"], name
            assert headers["x-frame-options"] == "DENY", name
            assert headers["referrer-policy"], name


def test_only_pages_run_scripts_and_only_those_they_were_built_with(answers):
    for name, answer in answers.items():
        policy = answer.headers.get("content-security-policy", "")
        if "text/html" in answer.headers.get("content-type", ""):
            scripts = next((part for part in policy.split("; ") if part.startswith("script-src")), "")
            assert "'unsafe-eval'" not in policy, name
            assert "'unsafe-inline'" not in scripts, name
            assert "object-src 'none'" in policy or "default-src 'none'" in policy, name
        elif "content-type" not in answer.headers:
            assert policy == "", name  # a kept page keeps its own
        elif name not in ("script", "document"):
            assert policy.startswith("default-src 'none'"), name
    assert "'sha256-" in answers["page"].headers["content-security-policy"]


def test_a_page_whose_address_is_a_secret_is_told_to_nobody(answers):
    headers = answers["page behind a secret link"].headers

    assert (headers["referrer-policy"], headers["x-robots-tag"]) == ("no-referrer", "noindex, nofollow")
    assert "x-robots-tag" not in answers["page"].headers


def test_what_belongs_to_somebody_is_kept_by_no_cache(answers):
    for name in ("list", "document", "archive", "no token", "refused form"):
        assert "no-store" in answers[name].headers["cache-control"], name
