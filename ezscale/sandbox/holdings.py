"""What the stand-ins hold, in words for the sandbox's page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ezscale.kit.money import Money
from ezscale.sandbox.paypal.amounts import written as paypal_written
from ezscale.sandbox.store import Document, Store

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Holdings:
    """Single figures, and tables with the newest row first."""

    figures: Mapping[str, str]
    tables: Mapping[str, list[Row]]


def virtfusion_holdings(_store: Store, state: Mapping[str, Any]) -> Holdings:
    """The servers, who owns them, and what was done to them."""
    owners = {user["id"]: user for user in state["users"]}
    machines = {machine["id"]: machine["name"] for machine in state["hypervisors"]}
    servers = [
        {
            "Server": server["id"],
            "Name": server["name"],
            "Host name": server["hostname"],
            "Owner": owners[server["ownerId"]]["name"],
            "Package": server["packageId"],
            "Machine": machines[server["hypervisorId"]],
            "Addresses": ", ".join(server["ipv4"]),
            "State": server["state"],
            "Power": "suspended" if server["suspended"] else server["power"],
            "Busy": server["busy"],
        }
        for server in reversed(state["servers"])
    ]
    users = [
        {
            "User": user["id"],
            "Our reference": user["relStr"] or user["extRelationId"],
            "Name": user["name"],
            "Email": user["email"],
        }
        for user in reversed(state["users"])
    ]
    figures = {"Servers": str(len(servers)), "Users": str(len(users))}
    figures |= {deed.capitalize(): str(times) for deed, times in state["done"].items()}
    return Holdings(figures, {"Servers": servers, "Users": users})


def stripe_holdings(store: Store, state: Mapping[str, Any]) -> Holdings:
    """The money that moved, from whom, and for which invoice."""
    customers = {customer["id"]: customer for customer in store.all("customer")}
    charges = [
        {
            "When": _moment(charge["created"]),
            "Amount": _amount(charge["amount"], charge["currency"]),
            "Refunded": _amount(charge["amount_refunded"], charge["currency"]) if charge["amount_refunded"] else None,
            "Outcome": charge["failure_code"] or charge["status"],
            "Customer": _name(customers.get(charge["customer"])),
            "For": charge["description"],
            "Payment": charge["payment_intent"],
        }
        for charge in reversed(store.all("charge"))
    ]
    people = [
        {
            "Customer": customer["id"],
            "Name": customer["name"],
            "Email": customer["email"],
            "Since": _moment(customer["created"]),
        }
        for customer in reversed(customers.values())
    ]
    figures = {f"Captured {code.upper()}": _amount(minor, code) for code, minor in state["captured"].items()}
    figures |= {f"Refunded {code.upper()}": _amount(minor, code) for code, minor in state["refunded"].items() if minor}
    figures |= {f"Paid out {code.upper()}": _amount(minor, code) for code, minor in state["paid_out"].items() if minor}
    counted = ("customers", "customers_deleted", "cards_kept", "declined", "refunds", "webhooks_owed")
    figures |= {name.replace("_", " ").capitalize(): str(state[name]) for name in counted}
    return Holdings(figures, {"Charges": charges, "Customers": people})


def paypal_holdings(store: Store, state: Mapping[str, Any]) -> Holdings:
    """The money that moved, from whom, and under which of our names."""
    orders = {order["id"]: order for order in store.all("order")}
    payments = [
        {
            "When": capture["create_time"].replace("T", " ").removesuffix("Z"),
            "Amount": Money.of(capture["amount"]["value"], capture["amount"]["currency_code"]).format(),
            "Refunded": _paypal_amount(capture["_refunded"], capture["amount"]["currency_code"]),
            "Outcome": capture["status"],
            "Wallet": orders[capture["supplementary_data"]["related_ids"]["order_id"]]["_wallet"],
            "Our name": capture.get("custom_id"),
            "Payment": capture["id"],
        }
        for capture in reversed(store.all("capture"))
    ]
    figures = {f"Captured {code}": _paypal_amount(units, code) for code, units in state["captured"].items()}
    figures |= {f"Refunded {code}": _paypal_amount(units, code) for code, units in state["refunded"].items() if units}
    counted = ("wallets_kept", "declined", "refunds", "webhooks_owed")
    figures |= {name.replace("_", " ").capitalize(): str(state[name]) for name in counted}
    return Holdings(figures, {"Payments": payments})


def vies_holdings(_store: Store, state: Mapping[str, Any]) -> Holdings:
    """The numbers that were asked about, and what was said."""
    answers = [
        {
            "Number": answer["countryCode"] + answer["vatNumber"],
            "Registered": answer["valid"],
            "Name": answer["name"],
            "Proof": answer["requestIdentifier"],
            "When": answer["requestDate"],
        }
        for answer in reversed(state["answers"])
    ]
    return Holdings({"Answers": str(len(answers))}, {"Answers": answers})


def ecb_holdings(_store: Store, state: Mapping[str, Any]) -> Holdings:
    """The rates that are published now."""
    rates = [{"Currency": code, "One euro is": rate} for code, rate in state["rates"].items()]
    return Holdings({"Rates of": str(state["as_of"])}, {"Rates": rates})


def taxjar_holdings(_store: Store, state: Mapping[str, Any]) -> Holdings:
    """The places that were asked about, and their taxes."""
    asked = [
        {"Place": f"{one['state']} {one['zip']}", "Rate": one["rate"], "Nexus": one["has_nexus"]}
        for one in reversed(state["calculations"])
    ]
    return Holdings({"Calculations": str(len(asked))}, {"Calculations": asked})


def powerdns_holdings(_store: Store, state: Mapping[str, Any]) -> Holdings:
    """The names that addresses have, as the zones have them."""
    records = [{"Name": name, "Answers with": content} for name, content in state["records"].items()]
    figures = {"Zones": str(len(state["zones"])), "Written": str(state["done"]["replace"])}
    return Holdings(figures, {"Records": records[::-1]})


def _amount(minor: int, currency: str) -> str:
    return Money(minor, currency.upper()).format()


def _paypal_amount(units: int, currency: str) -> str:
    """PayPal counts some currencies in whole units that have cents for us."""
    return Money.of(paypal_written(units, currency)["value"], currency).format() if units else ""


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"


def _name(customer: Document | None) -> str:
    return str(customer["name"] or customer["email"] or customer["id"]) if customer else ""
