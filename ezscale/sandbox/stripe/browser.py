"""Driving the hosted pages as a customer's browser would: for tests and for the demo's history."""

from html.parser import HTMLParser

import httpx

NAME = "Test Customer"


def pay_on_page(
    http: httpx.Client, url: str, card: str = "4242424242424242", *, expiry: str = "12 / 34", authenticate: bool = True
) -> httpx.Response:
    """Open a payment page, type a card, press the button, and answer the bank if it asks.

    The last answer of the page: a redirect (303) to the shop when it was paid, or the page with its errors.
    """
    page = http.get(url)
    if not page.is_success:
        return page
    answer = submit(http, page, number=card, expiry=expiry, cvc="123", name=NAME)
    while "/authenticate/" in answer.headers.get("location", ""):
        bank = http.get(answer.next_request.url if answer.next_request else url)
        answer = submit(http, bank, outcome="complete" if authenticate else "fail")
    if not authenticate and answer.next_request and "?failed" in str(answer.next_request.url):
        return http.get(answer.next_request.url)
    return answer


def submit(http: httpx.Client, page: httpx.Response, **typed: str) -> httpx.Response:
    """Send the form on a page; a field that the page does not have cannot be typed: KeyError."""
    form = Form(page.text)
    for name in typed:
        if name not in form.names:
            raise KeyError(f"no field {name!r} on {page.url}")
    return http.post(page.url.join(form.action), data=form.values | typed)


class Form(HTMLParser):
    """The form of a page: where it goes, its fields and what they hold."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.names: set[str] = set()
        self.values: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the forms, inputs and buttons that pass by."""
        given = dict(attrs)
        name = given.get("name")
        if tag == "form":
            self.action = given.get("action") or ""
        elif tag in ("input", "button") and name:
            self.names.add(name)
            if tag == "input":
                self.values[name] = given.get("value") or ""
