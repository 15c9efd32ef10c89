"""What the approval page looks like."""

from html import escape

from ezscale.kit.money import Money
from ezscale.sandbox.hosted_page import document
from ezscale.sandbox.paypal.wallets import WALLETS, Wallet
from ezscale.sandbox.store import Document


def approval_page(doc: Document) -> str:
    """The page on which a customer approves an order, or lets a shop keep their wallet, or goes back."""
    title = f"Pay {_amount(doc)}" if doc["_kind"] == "order" else "Save your wallet"
    about = _about(doc)
    choices = "".join(_choice(wallet, is_first=wallet is WALLETS[0]) for wallet in WALLETS)
    return document(
        title,
        f"""<main class="narrow card"><h1>{escape(title)}</h1><p>{escape(about)}</p>
<form method="post"><fieldset><legend>Test wallets</legend>{choices}</fieldset>
<div class="choices"><button name="answer" value="approve">{escape(title)}</button>
<button name="answer" value="cancel" class="quiet">Cancel</button></div></form>
<p class="consent">No real wallet works here and no money moves.</p></main>""",
    )


def over_page(*, is_known: bool) -> str:
    """The page when there is nothing to approve here (any more)."""
    title = "This page has done its part" if is_known else "Page not found"
    text = "It cannot be used again." if is_known else "There is nothing to approve at this address."
    return document(title, f'<main class="narrow card"><h1>{title}</h1><p>{text}</p></main>')


def _choice(wallet: Wallet, *, is_first: bool) -> str:
    id = f"wallet-{wallet.name}"
    return (
        f'<div class="choice"><input type="radio" id="{id}" name="wallet" value="{wallet.name}"'
        f'{" checked" if is_first else ""}><label for="{id}">{escape(wallet.story)}</label></div>'
    )


def _about(doc: Document) -> str:
    if doc["_kind"] == "order":
        return str(doc["purchase_units"][0].get("description", ""))
    return str(doc["_wanted"].get("description", "Nothing is charged now."))


def _amount(order: Document) -> str:
    amount = order["purchase_units"][0]["amount"]
    return Money.of(amount["value"], amount["currency_code"]).format()
