"""What the documents say, worked out afresh from the rows in plain Python: it shares no code with what wrote them."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

COLUMNS = {
    "invoice": "id number proforma_number customer_id status currency net_minor tax_minor total_minor settled_minor "
    "credited_minor issued_on due_on origin tax_country",
    "invoice_line": "id invoice_id item_id kind net_minor tax_minor taxes",
    "credit_note": "id number invoice_id customer_id currency net_minor tax_minor total_minor kept_minor issued_on reason",
    "credit_note_line": "credit_note_id invoice_line_id net_minor tax_minor taxes",
    "credit_entry": "id customer_id currency amount_minor left_minor once_key expires_on",
    "payment": "id invoice_id gateway currency amount_minor fee_minor taken_back_at",
    "refund": "id payment_id credit_entry_id gateway currency amount_minor status",
    "dispute": "id payment_id customer_id gateway currency amount_minor fee_minor owed_minor held_minor status",
    "payout": "gateway currency amount_minor status",
    "payment_attempt": "id invoice_id top_up_id gateway status live_for",
    "top_up": "id customer_id status currency amount_minor credit_entry_id",
    "posting": "entry_id account currency amount_minor",
    "subscription": "id customer_id status months currency bill_from",
    "subscription_item": "id subscription_id plan_id price_minor quantity discount_percent discount_minor "
    "discount_cycles began_on ended_on",
    "subscription_change": "id subscription_id status total_minor lines accepted_at invoice_id",
    "revenue_movement": "subscription_id monthly_minor",
    "customer_order": "id customer_id status invoice_id total_minor",
    "coupon": "id used",
    "coupon_use": "coupon_id released_at",
    "plan": "id family",
    "customer": "id currency",
}
Account = tuple[str, str]  # its name and its currency
Side = tuple[str, str, int]
SOURCES = {"granted": "expense:goodwill", "lapsed": "revenue:breakage", "referral": "marketing"}  # who pays for credit
EARNING = ("active", "past_due", "paused")


FOR_A_CHANGE = "Unused days: "


def asked_by(change: Any) -> int:
    """What the invoice of a change asks for: all of it, or the new days alone when more than that is given back."""
    lines = json.loads(change.lines)
    new_days = [line["net"] + sum(tax["minor"] for tax in line["taxes"]) for line in lines if line["kind"] != "unused"]
    return sum(new_days) if change.total_minor < 0 else int(change.total_minor)


class Books:
    """All rows about money at one moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.rows: dict[str, list[Any]] = {}
        for table, columns in COLUMNS.items():
            names = columns.split()
            read = connection.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY rowid")  # our own
            self.rows[table] = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in read]

    def __getattr__(self, table: str) -> list[Any]:
        return self.rows[table]

    def wrong(self, held: Mapping[str, Mapping[str, int]]) -> list[str]:
        """Everything that is not as it must always be; `held` is what each bank holds for us."""
        return [
            *self._sums_that_are_no_integers(),
            *self._entries_out_of_balance(),
            *self._feet_that_do_not_add_up(),
            *self._sums_kept_beside_their_rows(),
            *self._differences(),
            *self._gaps(),
            *(line for gateway, holds in held.items() for line in self._bank(gateway, holds)),
            *self._sent_back(),
            *self._topped_up(),
            *self._promises(),
            *self._recurring_revenue(),
        ]

    def _sums_that_are_no_integers(self) -> Iterator[str]:
        for table, rows in self.rows.items():
            for row in rows:
                for name, value in vars(row).items():
                    if name.endswith("_minor") and type(value) is not int:
                        yield f"{table}.{name} is {value!r}"
        for line in (*self.invoice_line, *self.credit_note_line):
            yield from (f"a tax of {tax}" for tax in taxes(line) if type(tax["minor"]) is not int)

    def _entries_out_of_balance(self) -> Iterator[str]:
        sums: Counter[tuple[str, str]] = Counter()
        for posting in self.posting:
            sums[posting.entry_id, posting.currency] += posting.amount_minor
        yield from (
            f"entry {entry} is out of balance by {off} {currency}" for (entry, currency), off in sums.items() if off
        )

    def _feet_that_do_not_add_up(self) -> Iterator[str]:
        pairs = (
            (self.invoice, grouped(self.invoice_line, "invoice_id")),
            (self.credit_note, grouped(self.credit_note_line, "credit_note_id")),
        )
        for documents, lines_of in pairs:
            for document in documents:
                lines = lines_of[document.id]
                net, tax = sum(line.net_minor for line in lines), sum(line.tax_minor for line in lines)
                if (net, tax, net + tax) != (document.net_minor, document.tax_minor, document.total_minor):
                    yield f"{document.number or document.id}: its lines come to {net} and {tax}, and it says {document}"
        for line in (*self.invoice_line, *self.credit_note_line):
            if line.taxes is not None and sum(tax["minor"] for tax in taxes(line)) != line.tax_minor:
                yield f"the taxes of a line are not its tax: {line}"

    def _sums_kept_beside_their_rows(self) -> Iterator[str]:
        """What is settled, credited, left and used is kept for speed: it is what its rows say."""
        settled, notes = self.settled(), grouped(self.credit_note, "invoice_id")
        for invoice in self.invoice:
            name = invoice.number or invoice.id
            credited = sum(note.total_minor for note in notes[invoice.id])
            kept = sum(note.kept_minor for note in notes[invoice.id])
            if invoice.settled_minor != settled[invoice.id]:
                yield f"{name}: {settled[invoice.id]} was paid on it, and it says {invoice.settled_minor}"
            if invoice.credited_minor != credited:
                yield f"{name}: {credited} was taken back, and it says {invoice.credited_minor}"
            unpaid = invoice.total_minor - invoice.settled_minor - invoice.credited_minor + kept
            if invoice.status == "paid" and unpaid:
                yield f"{name} is paid, and {unpaid} is open"
            if invoice.status in ("open", "uncollectible") and (unpaid < 0 or (unpaid == 0 and invoice.total_minor)):
                yield f"{name} is {invoice.status}, and {unpaid} is open"
        balance: Counter[Account] = Counter()
        left: Counter[Account] = Counter()
        for entry in self.credit_entry:
            balance[entry.customer_id, entry.currency] += entry.amount_minor
            left[entry.customer_id, entry.currency] += entry.left_minor
        for owner, minor in balance.items():
            if minor < 0 or minor != left[owner]:
                yield f"credit of {owner} is {minor}, and {left[owner]} is left of its parts"
        uses = Counter(use.coupon_id for use in self.coupon_use if use.released_at is None)
        yield from (
            f"a coupon was used {uses[c.id]} times, and says {c.used}" for c in self.coupon if c.used != uses[c.id]
        )

    def standing_payments(self) -> list[Any]:
        """Those that nobody has taken back."""
        return [payment for payment in self.payment if payment.taken_back_at is None]

    def settled(self) -> Counter[str]:
        """What was paid on each invoice: by payments, as far as they did not go beyond it, and from credit."""
        entries = {entry.once_key: entry for entry in self.credit_entry}
        paid: Counter[str] = Counter()
        for payment in self.standing_payments():
            surplus = entries.get(f"surplus:{payment.id}")
            paid[payment.invoice_id] += payment.amount_minor - (surplus.amount_minor if surplus else 0)
        paid_on = {payment.id: payment.invoice_id for payment in self.payment}
        for dispute in self.dispute:
            paid[paid_on[dispute.payment_id]] -= dispute.owed_minor
        for key, entry in entries.items():
            what, _, about = key.partition(":")
            if what == "credit":
                paid[about.partition(":")[0]] -= entry.amount_minor
            elif what == "given-back":
                paid[about] -= entry.amount_minor
        return paid

    def _differences(self) -> Iterator[str]:
        """The ledger, account by account: what the documents make of it, and nothing else."""
        booked: Counter[Account] = Counter()
        for posting in self.posting:
            booked[posting.account, posting.currency] += posting.amount_minor
        said = self.accounts()
        for account in sorted(booked.keys() | said.keys()):
            if booked[account] != said[account]:
                yield f"{account[0]} has {booked[account]} {account[1]}, and the documents say {said[account]}"

    def accounts(self) -> Counter[Account]:
        """Every account of the ledger as it follows from documents, payments and credit: debit is positive."""
        said: Counter[Account] = Counter()
        for account, currency, minor in (
            *self._sold(),
            *self._taken_back(),
            *self._owed(),
            *self._paid(),
            *self._disputed(),
            *self._paid_out(),
        ):
            said[account, currency] += minor
        return said

    def _sold(self) -> Iterator[Side]:
        family, lines_of = self._families(), grouped(self.invoice_line, "invoice_id")
        for invoice in self.invoice:
            if invoice.number is None or invoice.status == "void":
                continue
            for line in lines_of[invoice.id]:
                yield f"revenue:{family.get(line.item_id, 'other')}", invoice.currency, -line.net_minor
                for tax in taxes(line):
                    yield f"tax:{tax['place'] or invoice.tax_country}", invoice.currency, -tax["minor"]

    def _taken_back(self) -> Iterator[Side]:
        family, lines_of = self._families(), grouped(self.credit_note_line, "credit_note_id")
        item_of = {line.id: line.item_id for line in self.invoice_line}
        void = {invoice.id for invoice in self.invoice if invoice.status == "void"}
        for note in self.credit_note:
            if note.invoice_id in void:
                continue
            for line in lines_of[note.id]:
                item_id = item_of[line.invoice_line_id]
                yield f"revenue:{family.get(item_id, 'other')}", note.currency, line.net_minor
                yield from ((f"tax:{tax['place']}", note.currency, tax["minor"]) for tax in taxes(line))

    def _owed(self) -> Iterator[Side]:
        for invoice in self.invoice:
            unpaid = invoice.total_minor - invoice.settled_minor - invoice.credited_minor
            if invoice.number is not None and invoice.status == "open":
                yield f"receivable:{invoice.customer_id}", invoice.currency, unpaid
            elif invoice.status == "uncollectible":
                yield "bad_debt", invoice.currency, unpaid

    def _paid(self) -> Iterator[Side]:
        for payment in self.standing_payments():
            yield f"gateway:{payment.gateway}", payment.currency, payment.amount_minor - payment.fee_minor
            yield f"fees:{payment.gateway}", payment.currency, payment.fee_minor
        for refund in self.refund:
            if refund.status == "succeeded":
                yield f"gateway:{refund.gateway}", refund.currency, -refund.amount_minor
                if refund.credit_entry_id is None:
                    yield f"refunds:{refund.gateway}", refund.currency, refund.amount_minor
            elif refund.status != "failed":
                yield f"refunds:{refund.gateway}", refund.currency, -refund.amount_minor
        for entry in self.credit_entry:
            yield f"credit:{entry.customer_id}", entry.currency, -entry.amount_minor
            if source := SOURCES.get(entry.once_key.partition(":")[0]):
                yield source, entry.currency, entry.amount_minor

    def _paid_out(self) -> Iterator[Side]:
        for payout in self.payout:
            if payout.status in ("under_way", "paid"):
                yield "bank", payout.currency, payout.amount_minor
                yield f"gateway:{payout.gateway}", payout.currency, -payout.amount_minor

    def _disputed(self) -> Iterator[Side]:
        for dispute in self.dispute:
            yield f"gateway:{dispute.gateway}", dispute.currency, -dispute.fee_minor
            yield f"fees:{dispute.gateway}", dispute.currency, dispute.fee_minor
            if dispute.status in ("open", "lost"):
                yield f"gateway:{dispute.gateway}", dispute.currency, -dispute.amount_minor
                is_open, covered = dispute.status == "open", dispute.owed_minor + dispute.held_minor
                lost = dispute.amount_minor - (0 if is_open else covered)
                yield f"disputes:{dispute.gateway}" if is_open else "bad_debt", dispute.currency, lost
                if is_open:
                    yield f"withheld:{dispute.customer_id}", dispute.currency, -dispute.held_minor

    def _families(self) -> dict[str, str]:
        family = {plan.id: plan.family for plan in self.plan}
        return {item.id: family[item.plan_id] for item in self.subscription_item}

    def _gaps(self) -> Iterator[str]:
        for documents, name in (
            (self.invoice, "number"),
            (self.invoice, "proforma_number"),
            (self.credit_note, "number"),
        ):
            series: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
            for document in documents:
                if number := getattr(document, name):
                    kind, _, counted = number.rpartition("-")
                    series[kind].append((int(counted), document.issued_on))
            for kind, taken in series.items():
                taken.sort()
                if [number for number, _ in taken] != list(range(1, len(taken) + 1)):
                    yield f"{kind} has the numbers {taken}"
                days = [day for _, day in taken]
                if name == "number" and days != sorted(days):
                    yield f"{kind} has the days {taken}"

    def _bank(self, gateway: str, holds: Mapping[str, int]) -> Iterator[str]:
        """The clearing account is what a bank holds for us, to the last unit."""
        booked: Counter[str] = Counter()
        for posting in self.posting:
            if posting.account == f"gateway:{gateway}":
                booked[posting.currency] += posting.amount_minor
        for currency in sorted(booked.keys() | holds.keys()):
            if booked[currency] != holds.get(currency, 0):
                yield f"{gateway} holds {holds.get(currency, 0)} {currency}, and {booked[currency]} is booked"

    def _sent_back(self) -> Iterator[str]:
        """No more than came, and as much as left the customer's credit for it."""
        back, paid_out = grouped(self.refund, "payment_id"), {entry.once_key: entry for entry in self.credit_entry}
        disputed = grouped(self.dispute, "payment_id")
        for payment in self.payment:
            gone = sum(refund.amount_minor for refund in back[payment.id] if refund.status == "succeeded")
            gone += sum(each.amount_minor for each in disputed[payment.id] if each.status in ("open", "lost"))
            if gone > payment.amount_minor:
                yield f"{payment.amount_minor} came, and {gone} went back"
        for refund in self.refund:
            left = paid_out.get(f"refund:{refund.id}")
            if refund.credit_entry_id and (left is None or left.amount_minor != -refund.amount_minor):
                yield f"a refund of {refund.amount_minor} was not taken from credit"

    def _topped_up(self) -> Iterator[str]:
        """Every paid top-up is just so much credit, and what is withheld left the credit of its customer."""
        entries = {entry.id: entry for entry in self.credit_entry}
        for top_up in self.top_up:
            entry = entries.get(top_up.credit_entry_id)
            if (top_up.status == "paid") != (entry is not None):
                yield f"a top-up is {top_up.status}, and its credit is {entry}"
            if entry is not None and (entry.amount_minor, entry.currency) != (top_up.amount_minor, top_up.currency):
                yield f"a top-up of {top_up.amount_minor} became {entry.amount_minor} of credit"
        withheld: Counter[str] = Counter()
        for entry in self.credit_entry:
            what, _, about = entry.once_key.partition(":")
            if what == "withheld":
                withheld[about.partition(":")[0]] -= entry.amount_minor
        yield from (
            f"a dispute withholds {each.held_minor}, and {withheld[each.id]} left credit for it"
            for each in self.dispute
            if each.held_minor != withheld[each.id]
        )

    def _promises(self) -> Iterator[str]:
        """What was shown is what is charged, and everybody is billed in their own currency."""
        totals = {invoice.id: invoice.total_minor for invoice in self.invoice}
        for order in self.customer_order:
            if order.invoice_id and totals[order.invoice_id] != order.total_minor:
                yield f"{order.total_minor} was shown, and {totals[order.invoice_id]} is charged"
        for change in self.subscription_change:
            if change.invoice_id and totals[change.invoice_id] != asked_by(change):
                yield f"{asked_by(change)} was shown, and {totals[change.invoice_id]} is charged"
        back = sum(asked_by(change) - change.total_minor for change in self.subscription_change if change.accepted_at)
        given = sum(note.total_minor for note in self.credit_note if note.reason.startswith(FOR_A_CHANGE))
        if back != given:
            yield f"{back} was to be given back for changes, and {given} was"
        currency = {customer.id: customer.currency for customer in self.customer}
        for each in self.subscription:
            if each.status in ("pending", *EARNING) and each.currency != currency[each.customer_id]:
                yield f"a subscription ({each.status}) is billed in {each.currency} to one who pays another currency"

    def _recurring_revenue(self) -> Iterator[str]:
        """All movements of a subscription together are what its items ask for, net, for a month."""
        moved: Counter[str] = Counter()
        for movement in self.revenue_movement:
            moved[movement.subscription_id] += movement.monthly_minor
        items = grouped([item for item in self.subscription_item if item.ended_on is None], "subscription_id")
        for each in self.subscription:
            earns = sum(monthly(item, each.months) for item in items[each.id]) if each.status in EARNING else 0
            if moved[each.id] != earns:
                yield f"a subscription ({each.status}) earns {earns} a month, and its movements say {moved[each.id]}"


def monthly(item: Any, months: int) -> int:
    """What an item asks for a month: the first part of its price, divided so that it adds up."""
    price = item.price_minor * item.quantity
    off = 0
    if item.discount_cycles is None or item.discount_cycles > 0:
        share = Fraction(price * item.discount_percent, 100)
        off = min(int(share + Fraction(1, 2)) + item.discount_minor, price)
    return -((off - price) // months)


def taxes(line: Any) -> list[dict[str, Any]]:
    """The taxes on a line."""
    return json.loads(line.taxes) if line.taxes else []


def grouped(rows: list[Any], key: str) -> defaultdict[str, list[Any]]:
    """Rows by what they belong to."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found
