"""What the hosted pages look like. Plain HTML that works without scripts."""

from html import escape

from ezscale.kit.money import Money
from ezscale.sandbox.hosted_page import document
from ezscale.sandbox.store import Document
from ezscale.sandbox.stripe.card_form import CardForm
from ezscale.sandbox.stripe.cards import CARDS

FIELDS = (
    ("number", "Card number", "1234 1234 1234 1234", "cc-number", "numeric"),
    ("expiry", "Expiry", "MM / YY", "cc-exp", "numeric"),
    ("cvc", "Security code", "CVC", "cc-csc", "numeric"),
    ("name", "Name on card", "", "cc-name", "text"),
)


def payment_page(session: Document, form: CardForm, action: str = "") -> str:
    """The page of an open session; `action` where its form goes, when that is not the page's own address."""
    paying = session["mode"] == "payment"
    title = f"Pay {_amount(session)}" if paying else "Save a card"
    summary = _summary(session) if paying else "<h1>Save a card</h1><p>Nothing is charged now.</p>"
    fields = "".join(_field(form, *field) for field in FIELDS)
    button = title if paying else "Save card"
    return document(
        f"Error: {title}" if form.errors else title,
        f"""<main class="columns">
<section class="summary">{_way_back(session)}{summary}</section>
<section class="card"><h2>Card details</h2>{_alert(form)}
<form method="post" action="{escape(action)}" novalidate>{fields}
<button type="submit">{escape(button)}</button></form>
<p class="consent">Your card is kept for later invoices. You can remove it in your account at any time.</p></section>
{_test_cards(form, action)}</main>""",
    )


def authentication_page(intent: Document) -> str:
    """The bank's page in the middle of a payment."""
    what = f"a payment of {_money(intent)}" if intent["object"] == "payment_intent" else "saving your card"
    return document(
        "Confirm with your bank",
        f"""<main class="narrow card"><h1>Confirm with your bank</h1>
<p>3-D Secure test page. Your bank asks whether {escape(what)} is really yours.</p>
<form method="post"><div class="choices">
<button name="outcome" value="complete">Complete</button>
<button name="outcome" value="fail" class="quiet">Fail</button></div></form></main>""",
    )


def over_page(session: Document | None) -> str:
    """The page when there is nothing to pay here (any more)."""
    if session is None:
        title, text = "Page not found", "There is no payment page at this address."
    elif session["status"] == "complete":
        title, text = "You're all done here", "This page has done its part and cannot be used again."
    else:
        title, text = "This page has expired", "Nothing was charged. Start again from the shop."
    back = _way_back(session) if session and session["status"] == "expired" else ""
    return document(title, f'<main class="narrow card"><h1>{escape(title)}</h1><p>{escape(text)}</p>{back}</main>')


def spaced(number: str) -> str:
    """A card number in groups of four, as it is printed on the card."""
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))


def _way_back(session: Document) -> str:
    url = session["cancel_url"]
    return f'<a class="back" href="{escape(url)}"><span aria-hidden="true">←</span> Go back</a>' if url else ""


def _field(form: CardForm, name: str, label: str, hint: str, autocomplete: str, keyboard: str) -> str:
    error = form.errors.get(name, "")
    described = f'aria-invalid="true" aria-describedby="{name}-error"' if error else ""
    focus = "autofocus" if name == next(iter(form.errors), "number") else ""
    return f"""<div class="field {name}"><label for="{name}">{label}</label>
<input id="{name}" name="{name}" value="{escape(getattr(form, name))}" placeholder="{hint}" required
 autocomplete="{autocomplete}" inputmode="{keyboard}" {described} {focus}>
{f'<p class="error" id="{name}-error">{escape(error)}</p>' if error else ""}</div>"""


def _alert(form: CardForm) -> str:
    if not form.errors:
        return ""
    return '<p class="alert" role="alert">Please check the card details: nothing was charged.</p>'


def _summary(session: Document) -> str:
    lines = "".join(
        f"<li><span>{escape(name)}</span><span>{escape(_money(session, amount))}</span></li>"
        for name, amount in session["_lines"]
    )
    return f'<h1>Pay <span class="amount">{escape(_amount(session))}</span></h1><ul class="lines">{lines}</ul>'


def _test_cards(form: CardForm, action: str) -> str:
    items = "".join(
        f'<li><a href="{escape(action)}?card={card.number}"{" aria-current=true" if card.number == form.digits else ""}>'
        f"<code>{spaced(card.number)}</code><span>{escape(card.story)}</span></a></li>"
        for card in CARDS
    )
    return f"""<section class="tests" aria-labelledby="tests"><h2 id="tests">Test cards</h2>
<p>No real card works here and no money moves. Pick one to fill in the form.</p><ul>{items}</ul></section>"""


def _amount(session: Document) -> str:
    return _money(session, session["amount_total"])


def _money(doc: Document, amount: int | None = None) -> str:
    return Money(doc["amount"] if amount is None else amount, doc["currency"].upper()).format()
