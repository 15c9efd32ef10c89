"""The addresses at which a customer approves what we ask for, or goes back."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from ezscale.sandbox.faults import remark
from ezscale.sandbox.hosted_page import HEADERS
from ezscale.sandbox.paypal import orders, page, vault
from ezscale.sandbox.paypal.account import Account
from ezscale.sandbox.paypal.wallets import BY_NAME, Wallet
from ezscale.sandbox.store import Document

KINDS = {"checkoutnow": "order", "agreements/approve": "setup_token"}
Endpoint = Callable[[Request], Awaitable[Response]]
OPEN = ("CREATED", "PAYER_ACTION_REQUIRED", "APPROVED")


class ApprovalPages:
    """What a customer's browser sees of PayPal."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.routes = [
            Route(f"/{path}/{{id}}", endpoint, methods=[method], name=kind)
            for path, kind in KINDS.items()
            for method, endpoint in (("GET", self._show(kind)), ("POST", self._hear(kind)))
        ]

    def _show(self, kind: str) -> Endpoint:
        async def show(request: Request) -> Response:
            doc = self._account.store.get(kind, request.path_params["id"])
            return _html(page.approval_page(doc)) if doc and doc["status"] in OPEN else _over(doc)

        return show

    def _hear(self, kind: str) -> Endpoint:
        async def hear(request: Request) -> Response:
            form = await request.form()
            wallet = BY_NAME.get(str(form.get("wallet", "good")))
            with self._account.store.transaction():
                doc = self._account.store.get(kind, request.path_params["id"])
                if doc is None or doc["status"] not in OPEN or wallet is None:
                    return _over(doc)
                back = self._agreed(doc, wallet) if form.get("answer") == "approve" else _url(doc, "cancel_url", {})
            remark(request.scope, f"{doc['id']} {doc['status']}")
            return RedirectResponse(back, 303, {"Cache-Control": "no-store"})

        return hear

    def _agreed(self, doc: Document, wallet: Wallet) -> str:
        if doc["_kind"] == "order":
            orders.approve(self._account, doc, wallet)
            return _url(doc, "return_url", {"token": doc["id"], "PayerID": wallet.payer_id})
        vault.approve(self._account, doc, wallet)
        return _url(doc, "return_url", {"approval_token_id": doc["id"]})


def _url(doc: Document, name: str, told: dict[str, str]) -> str:
    """Back to the shop, with what it needs to know."""
    url = str(doc["_wanted"].get("experience_context", {}).get(name, "https://paypal.test/done"))
    query = urlencode(told or {"token": doc["id"]})
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _over(doc: Document | None) -> Response:
    return _html(page.over_page(is_known=doc is not None), 404 if doc is None else 410)


def _html(text: str, status: int = 200) -> Response:
    return HTMLResponse(text, status, HEADERS)
