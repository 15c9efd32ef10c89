"""Orders, payments and wallets made by plain calls to the PayPal stand-in, without our client."""

from ezscale.sandbox.paypal.browser import answer_on_page
from tests.paypal_sandbox import BACK, DONE

ORDERS, SETUP, KEPT = "/v2/checkout/orders", "/v3/vault/setup-tokens", "/v3/vault/payment-tokens"
EUROS = {"currency_code": "EUR", "value": "23.97"}
PAGE = {"return_url": DONE, "cancel_url": BACK}


def keyed(key):
    return {"PayPal-Request-Id": key}


def issue_of(answer):
    body = answer.json()
    return answer.status_code, body["details"][0]["issue"] if "details" in body else body.get("name", body.get("error"))


def an_order(amount=EUROS, paypal=None, **unit):
    unit = {"custom_id": "ours", "amount": amount, **unit}
    source = {"paypal": paypal or {"experience_context": PAGE}}
    return {"intent": "CAPTURE", "purchase_units": [unit], "payment_source": source}


def approved(sandbox, api, order, wallet="good", key="order"):
    made = api.post(ORDERS, json=order, headers=keyed(key)).json()
    page = next(link["href"] for link in made["links"] if link["rel"] == "payer-action")
    assert answer_on_page(sandbox.browser, page, wallet).status_code == 303
    return made["id"]


def captured(sandbox, api, wallet="good", **unit):
    order_id = approved(sandbox, api, an_order(**unit), wallet)
    order = api.post(f"{ORDERS}/{order_id}/capture", json={}).json()
    return order["purchase_units"][0]["payments"]["captures"][0]


def a_kept_wallet(sandbox, api, wallet="good", key="setup"):
    wanted = {"usage_type": "MERCHANT", "experience_context": PAGE}
    setup = api.post(SETUP, json={"payment_source": {"paypal": wanted}}, headers=keyed(key)).json()
    answer_on_page(sandbox.browser, setup["links"][0]["href"], wallet)
    source = {"token": {"id": setup["id"], "type": "SETUP_TOKEN"}}
    return api.post(KEPT, json={"payment_source": source}, headers=keyed(key)).json()
