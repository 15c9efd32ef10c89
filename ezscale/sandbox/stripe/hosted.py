"""The addresses of the hosted pages: paying, keeping a card, authenticating."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from ezscale.sandbox.faults import remark
from ezscale.sandbox.hosted_page import HEADERS
from ezscale.sandbox.store import Document
from ezscale.sandbox.stripe import checkout, page, payment_methods
from ezscale.sandbox.stripe.account import Account
from ezscale.sandbox.stripe.card_form import CardForm, read_card
from ezscale.sandbox.stripe.cards import BY_NUMBER
from ezscale.sandbox.stripe.errors import Declined, StripeError

DEALT_WITH = ("requires_action", "requires_capture", "succeeded")
FAILED = CardForm(errors={"number": checkout.AUTHENTICATION_FAILURE})


class HostedPages:
    """What a customer's browser sees of Stripe."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.routes = [
            Route("/pay/{id}", self.show, methods=["GET"]),
            Route("/pay/{id}", self.submit, methods=["POST"]),
            Route("/authenticate/{id}", self.ask_holder, methods=["GET"]),
            Route("/authenticate/{id}", self.hear_holder, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The page, with a test card typed in when one was picked."""
        with self._account.store.transaction():
            session = self._session(request.path_params["id"])
        if session is None or session["status"] != "open":
            return _over(session)
        picked = BY_NUMBER.get(request.query_params.get("card", ""))
        form = CardForm(page.spaced(picked.number), "12 / 34", "123", "Test Customer") if picked else CardForm()
        return _html(page.payment_page(session, FAILED if "failed" in request.query_params else form))

    async def submit(self, request: Request) -> Response:
        """The pay button. Pressing it again, even at the same moment, leads to the same end."""
        form = read_card(await request.form(), self._account.now())
        with self._account.store.transaction():
            session = self._session(request.path_params["id"])
            if session is None or session["status"] == "expired":
                return _over(session)
            if session["status"] == "complete":
                return _see(_success_url(session))
            if form.errors:
                return _html(page.payment_page(session, form), 422)
            try:
                intent = checkout.pay(self._account, session, self._new_method(form))
            except Declined as error:
                remark(request.scope, f"declined: {error.details['decline_code']}")
                return _html(page.payment_page(session, _refused(form, error)), 402)
            except StripeError:  # the payer was deleted meanwhile
                return _over(None)
        remark(request.scope, f"{intent['id']} {intent['status']}")
        if intent["status"] == "requires_action":
            return _see(f"{request.scope.get('root_path', '')}/authenticate/{intent['id']}")
        return _see(_success_url(session))

    async def ask_holder(self, request: Request) -> Response:
        """The bank's page: is it you?"""
        intent = self._waiting_intent(request.path_params["id"])
        return _html(page.authentication_page(intent)) if intent else _over(None)

    async def hear_holder(self, request: Request) -> Response:
        """The holder's answer to the bank."""
        agreed = (await request.form()).get("outcome") == "complete"
        with self._account.store.transaction():
            intent = self._waiting_intent(request.path_params["id"])
            session = self._session(intent["_session"]) if intent else None
            if intent is None or session is None or session["status"] != "open":
                return _see(_success_url(session)) if session and session["status"] == "complete" else _over(session)
            back = f"{request.scope.get('root_path', '')}/pay/{session['id']}"
            if not agreed:
                checkout.fail_authentication(self._account, intent)
                return _see(f"{back}?failed")
            method = self._account.find("payment_method", intent["payment_method"])
            try:
                checkout.pay(self._account, session, method, authenticated=True)
            except Declined as error:
                return _html(page.payment_page(session, _refused(CardForm(), error), back), 402)
            except StripeError:
                return _over(None)
        return _see(_success_url(session))

    def _session(self, id: str) -> Document | None:
        session = self._account.store.get("checkout.session", id)
        return checkout.current(self._account, session) if session else None

    def _waiting_intent(self, id: str) -> Document | None:
        kind = "setup_intent" if id.startswith("seti_") else "payment_intent"
        try:
            intent = self._account.find(kind, id)
        except StripeError:
            return None
        return intent if intent["_session"] and intent["status"] in DEALT_WITH else None

    def _new_method(self, form: CardForm) -> Document:
        month, year = form.month_and_year
        return payment_methods.make(self._account, BY_NUMBER[form.digits], month, year, form.name)


def _refused(form: CardForm, error: Declined) -> CardForm:
    field = {"incorrect_cvc": "cvc", "expired_card": "expiry"}.get(error.details["code"], "number")
    return CardForm(form.number, form.expiry, form.cvc, form.name, {field: error.details["message"]})


def _success_url(session: Document) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _over(session: Document | None) -> Response:
    return _html(page.over_page(session), 404 if session is None else 410 if session["status"] == "expired" else 200)


def _see(url: str) -> Response:
    return RedirectResponse(url, 303, {"Cache-Control": "no-store"})


def _html(text: str, status: int = 200) -> Response:
    return HTMLResponse(text, status, HEADERS)
