"""A customer's data in their hands: one archive with everything we store about them, and their invoices as they were."""

import json
import re
from collections.abc import Mapping
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from ezscale.accounts.customers import customer
from ezscale.accounts.permissions import EDIT_CUSTOMER, EXPORT_DATA
from ezscale.kit.errors import NotAllowed
from ezscale.kit.logs import SECRET_NAMES
from ezscale.kit.work import Work
from ezscale.models import Customer
from ezscale.privacy.holdings import holdings_of

PROOFS = re.compile(
    r"_hash$|^(secret|challenge|key|once_key|live_for|public_key|key_id)$"
)  # good for nothing but misuse
APART = ("invoice_document", "panel_exchange")  # files of their own; what machines say to one another, for our staff
README = """What EZSCALE stores about you.

data.json     every row, by the name of its table; times are UTC, amounts are in the smallest unit of the currency
invoices/     your invoices and credit notes as they were issued

Passwords, keys and other proofs are left out: we keep only what recognises them.
"""


def export_customer(work: Work, customer_id: UUID, into: IO[bytes]) -> Customer:
    """Everything about a customer: for its owner, or for a colleague who may hand out data. Both have just confirmed."""
    about = customer(work, customer_id)
    if not work.actor.may(EXPORT_DATA):
        work.actor.require(EDIT_CUSTOMER)
        if work.actor.behind_id is not None:
            raise NotAllowed
    work.actor.require_confirmed()
    found = holdings_of(work, about)
    numbers = {row["id"]: row["number"] or row["id"] for row in found.rows.get("invoice", [])}
    with ZipFile(into, "w", ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        data = {table: [told(row) for row in rows] for table, rows in found.rows.items() if table not in APART}
        archive.writestr("data.json", json.dumps(data, default=str, ensure_ascii=False, indent=1))
        for document in found.rows.get("invoice_document", []):
            archive.writestr(f"invoices/{numbers[document['invoice_id']]}.pdf", document["content"])
    work.record("data exported", ("customer", about.id), rows=sum(map(len, found.rows.values())))
    return about


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without what only proves something."""
    return {name: value for name, value in row.items() if not PROOFS.search(name) and not _is_secret(name)}


def _is_secret(name: str) -> bool:
    return bool(SECRET_NAMES.search(name)) and not name.endswith(("_at", "_since"))
