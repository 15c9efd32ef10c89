"""What the forms around signing in show: where they lead, and what was wrong the last time they were sent."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import reflex as rx
from reflex_base.event import EventSpec

from ezscale.kit.cookies import form_answer, local_path
from ezscale.state.session import SessionState


class PostedFormState(SessionState):
    """A form that was sent to a route of ours comes back here with `?again=1` when something was wrong with it."""

    attempt: str = ""
    problem: str = ""
    typed: dict[str, str] = {}
    goes_to: str = ""
    sign_in_at: str = "/login/"
    sign_up_at: str = "/register/"
    secret: str = ""
    sent: bool = False

    @rx.event
    def load(self) -> None:
        """Show the form as it was sent, and what is wrong with it."""
        self._show()

    @rx.event
    def load_for_visitors(self) -> list[EventSpec] | None:
        """The same, for pages that are of no use to somebody who is signed in already."""
        self._show()
        if not self.signed_in:
            return None
        if self.is_staff and not self.goes_to.startswith("/admin/"):
            return [rx.redirect("/admin/")]  # the account was a customer's they acted as: that is over
        return [rx.redirect(self.goes_to or "/account/")]

    def _show(self) -> None:
        asked = self.router.url.query_parameters
        self.goes_to = local_path(asked.get("next", ""), "")
        onwards = f"?{urlencode({'next': self.goes_to})}" if self.goes_to else ""
        self.sign_in_at, self.sign_up_at = f"/login/{onwards}", f"/register/{onwards}"
        self.secret = asked.get("token", "")[:100]
        self.sent = "sent" in asked
        self.problem, self.typed, self.attempt, self.errors = "", _chosen_in_the_order(self.goes_to), "", {}
        answer = form_answer(self.router.headers.cookie) if "again" in asked else None
        if answer is None:
            return
        self.typed, self.attempt = dict(answer.typed), "again"
        if answer.field:
            self.errors = {answer.field: answer.message}
        else:
            self.problem = answer.message


def _chosen_in_the_order(address: str) -> dict[str, str]:
    """The country and the currency of the order that somebody comes from, so that they need not choose them again."""
    order = urlsplit(address)
    chosen = dict(parse_qsl(order.query)) if order.path == "/order/" else {}
    return {name: chosen[name][:3] for name in ("country", "currency") if name in chosen}
