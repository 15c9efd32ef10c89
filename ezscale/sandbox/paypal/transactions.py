"""The report of what moved, hours behind, for comparing it with our own books."""

from datetime import timedelta

from ezscale.sandbox.paypal.account import Account, read_time, written_time
from ezscale.sandbox.paypal.amounts import minor, written
from ezscale.sandbox.paypal.errors import PayPalError
from ezscale.sandbox.paypal.queries import moment, number, page_of, pages
from ezscale.sandbox.store import Document

BEHIND = timedelta(hours=3)
LONGEST_RANGE = timedelta(days=31)
USUAL_PAGE, LARGEST_PAGE = 100, 500
PAYMENT, SUBSCRIPTION_PAYMENT, REFUND, WITHDRAWAL, FEE = "T0006", "T0002", "T1107", "T0403", "T0100"
STATUSES = {"PENDING": "P", "DECLINED": "D", "REFUNDED": "V", "REVERSED": "V"}


def search(account: Account, params: Document, id: str = "") -> Document:
    """Payments, refunds, withdrawals and fees of a time, oldest first. It cannot be asked for our own names: they are only told."""
    start, end = moment(params, "start_date"), moment(params, "end_date")
    if not start <= end <= start + LONGEST_RANGE:
        raise PayPalError(400, "INVALID_PARAMETER_VALUE", "The range is 31 days at the most.", "end_date")
    listed_until = account.now() - BEHIND
    rows = [row for row in _rows(account) if start <= read_time(_begun(row)) <= min(end, listed_until)]
    shown = page_of(rows, params, USUAL_PAGE, LARGEST_PAGE)
    return {
        "transaction_details": [{"transaction_info": row} for row in shown],
        "account_number": "SANDBOXACCOUNT",
        "start_date": params["start_date"],
        "end_date": params["end_date"],
        "last_refreshed_datetime": written_time(listed_until),
        "page": number(params, "page", 1, LARGEST_PAGE),
        **pages(rows, params, USUAL_PAGE, LARGEST_PAGE),
    }


def _rows(account: Account) -> list[Document]:
    rows = [_row(doc, PAYMENT, 1) for doc in account.store.all("capture")]
    rows += [
        _row(doc, REFUND, -1) | {"paypal_reference_id": doc["_capture"], "paypal_reference_id_type": "TXN"}
        for doc in account.store.all("refund")
    ]
    rows += [_row(doc, WITHDRAWAL, -1) for doc in account.store.all("withdrawal")]
    rows += [_row(doc, FEE, -1) for doc in account.store.all("fee")]
    rows += [_sale_row(doc) for doc in account.store.all("sale")]
    return sorted(rows, key=_begun)


def _row(doc: Document, code: str, sign: int) -> Document:
    amount = doc["amount"]
    row = {
        "transaction_id": doc["id"],
        "transaction_event_code": code,
        "transaction_initiation_date": doc["create_time"],
        "transaction_updated_date": doc["update_time"],
        "transaction_amount": written(sign * minor(amount, "/amount"), amount["currency_code"]),
        "transaction_status": STATUSES.get(doc["status"], "S"),
    }
    if breakdown := doc.get("seller_receivable_breakdown"):
        row["fee_amount"] = _kept(breakdown["paypal_fee"])
    if fee := doc.get("_fee"):
        row["fee_amount"] = _kept(fee)
    told = {"invoice_id": "invoice_id", "custom_id": "custom_field"}
    return row | {theirs: doc[ours] for ours, theirs in told.items() if ours in doc}


def _kept(fee: Document) -> Document:
    return fee | {"value": f"-{fee['value']}"}


def _sale_row(sale: Document) -> Document:
    price = {"currency_code": sale["amount"]["currency"], "value": sale["amount"]["total"]}
    row = _row({**sale, "amount": price, "status": "COMPLETED"}, SUBSCRIPTION_PAYMENT, 1)
    return row | {"paypal_reference_id": sale["billing_agreement_id"], "paypal_reference_id_type": "SUB"}


def _begun(row: Document) -> str:
    return str(row["transaction_initiation_date"])
