"""Lists for spreadsheets: line after line, however long the list is. Amounts and dates are plain, for sums and sorting."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.customers import search_customers
from ezscale.accounts.permissions import MANAGE_COUPONS
from ezscale.billing.credit_notes import credit_notes
from ezscale.billing.holds import standing_holds
from ezscale.billing.invoicing import invoices, lines_of
from ezscale.billing.leaving import Leaving, leavings
from ezscale.billing.payouts import payouts
from ezscale.billing.referrals import ReferralOverview, referrals
from ezscale.billing.subscription_lists import Listed, subscriptions
from ezscale.billing.tax import percent
from ezscale.billing.tax_rates import tax_rates
from ezscale.billing.top_ups import top_ups
from ezscale.catalog.price_list import every_price
from ezscale.catalog.price_list import standing as price_standing
from ezscale.catalog.redemptions import Redemption, coupons, redemptions, standing
from ezscale.kit.errors import NotFound
from ezscale.kit.money import Money
from ezscale.kit.work import OpenWork, Work
from ezscale.models import (
    Coupon,
    CreditNote,
    Customer,
    Invoice,
    InvoiceLine,
    Order,
    Payout,
    Plan,
    Price,
    TaxRate,
    TopUp,
)
from ezscale.models.hold import Deed
from ezscale.ordering.placing import orders
from ezscale.provisioning.services import ServiceOverview, services
from ezscale.reporting.tonight import tonight

BLOCK = 500
FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # what a spreadsheet would calculate instead of showing it

Line = tuple[str, ...]
Block = list[tuple[UUID, Line]]


@dataclass(frozen=True, slots=True)
class Filter:
    """What of a list is wanted: everything, or what a search, a status or a plan finds; read so many lines at a time."""

    words: str = ""
    status: str = ""
    plan: str = ""
    block: int = BLOCK


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list: the names of its columns, and how a block of lines is read, newest first."""

    columns: Line
    read: Callable[[Work, Filter, UUID | None], Block]


def csv_of(open_work: OpenWork, name: str, wanted: Filter) -> Iterator[str]:
    """A whole list as CSV, in pieces. NotFound for an unknown list; permission is that of the list on the screen.

    NotConfirmed for somebody who has not proven a short while ago that it is still them: a file leaves the house.
    """
    if name not in SHEETS:
        raise NotFound("There is no such list.")
    head, before = [SHEETS[name].columns], None
    while True:
        with open_work() as work:
            work.actor.require_confirmed()
            block = SHEETS[name].read(work, wanted, before)
        yield sheet_text([*head, *(line for _, line in block)])
        if len(block) < wanted.block:
            return
        head, before = [], block[-1][0]


def tonight_sheet(work: Work, wanted: Filter) -> str:
    """What the coming night will do, and what is held of it, as CSV. One rehearsal: it has no next page."""
    work.actor.require_confirmed()
    lines: list[Line] = []
    for planned in tonight(work).planned:
        amount = (planned.amount.currency, _amount(planned.amount)) if planned.amount else ("", "")
        who = (planned.customer_number, planned.customer)
        small = _amount(planned.small_sums) if planned.small_sums else ""
        lines.append((planned.deed, *who, planned.subject, *amount, small, "", "", ""))
    before: UUID | None = None
    while block := standing_holds(work, before=before, limit=wanted.block):
        for held, customer, subject in block:
            who, why = (customer.number, customer.company or customer.name), (held.reason, held.held_by)
            lines.append((Deed(held.deed), *who, subject, "", "", "", *why, _plain(held.until) or "lifted by somebody"))
        before = block[-1][0].id
    words = wanted.words.lower().split()
    found = [line for line in lines if wanted.status in ("", line[0]) and _has(line[1:4], words)]
    return sheet_text([TONIGHT, *found])


def _has(names: Line, words: Sequence[str]) -> bool:
    return all(word in " ".join(names).lower() for word in words)


def sheet_text(lines: Sequence[Line]) -> str:
    """Lines as CSV, with nothing in them that a spreadsheet would calculate."""
    page = StringIO()
    csv.writer(page).writerows([_shown(cell) for cell in line] for line in lines)
    return page.getvalue()


def _shown(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _customers(work: Work, wanted: Filter, before: UUID | None) -> Block:
    def line(customer: Customer) -> Line:
        place = (customer.address, customer.postcode, customer.city, customer.country)
        names = (customer.number, customer.name, customer.company, customer.email)
        return (*names, *place, customer.tax_id, customer.currency, _plain(customer.created_at))

    return [(row.id, line(row)) for row in search_customers(work, wanted.words, before, wanted.block)]


def _services(work: Work, wanted: Filter, before: UUID | None) -> Block:
    def line(found: ServiceOverview) -> Line:
        service = found.service
        what = (service.number, service.hostname, found.plan.name, found.location.name, found.image.name)
        since = (_plain(service.created_at), _plain(service.active_since))
        whose = (found.customer.number, found.customer.name) if work.actor.services is None else ("", "")
        return (*what, service.status, service.ipv4, service.ipv6, *whose, *since)

    found = services(work, status=wanted.status, words=wanted.words, before=before, limit=wanted.block)
    return [(row.service.id, line(row)) for row in found]


def _invoices(work: Work, wanted: Filter, before: UUID | None) -> Block:
    def line(invoice: Invoice) -> Line:
        sums = (invoice.net, invoice.tax, invoice.total, invoice.settled)
        who = (str(invoice.billed_to.get("number", "")), str(invoice.billed_to.get("name", "")))
        days = (_plain(invoice.issued_on), _plain(invoice.due_on), _plain(invoice.paid_at))
        taken = (_amount(invoice.credited), invoice.proforma_number or "", invoice.origin)
        return (invoice.number or "", *who, invoice.status, *days, invoice.currency, *map(_amount, sums), *taken)

    return [(row.id, line(row)) for row in invoices(work, status=wanted.status, before=before, limit=wanted.block)]


def _invoice_lines(work: Work, wanted: Filter, before: UUID | None) -> Block:
    """Every position of every invoice. A block is one of invoices, of which each has a line: so none is torn apart."""

    def line(invoice: Invoice, row: InvoiceLine | None) -> Line:
        if row is None:
            return (invoice.shown_number, _plain(invoice.issued_on), invoice.status, *[""] * 12)
        period = (_plain(row.period_start), _plain(row.period_end))
        sums = (row.price, Money(row.discount_minor, row.currency), row.net, row.tax)
        what = (str(row.position), row.kind, row.description, str(row.quantity), row.currency)
        name = invoice.shown_number
        return (name, _plain(invoice.issued_on), invoice.status, *what, *period, *map(_amount, sums), row.tax_name)

    found = invoices(work, status=wanted.status, before=before, limit=wanted.block)
    lines: Mapping[UUID, Sequence[InvoiceLine | None]] = lines_of(work, [invoice.id for invoice in found])
    return [(invoice.id, line(invoice, row)) for invoice in found for row in lines.get(invoice.id, [None])]


def _credit_notes(work: Work, wanted: Filter, before: UUID | None) -> Block:
    def line(note: CreditNote, invoice: Invoice) -> Line:
        who = (str(note.billed_to.get("number", "")), str(note.billed_to.get("name", "")))
        sums = (note.net, note.tax, note.total, note.kept)
        head = (note.number, invoice.number or "", *who, _plain(note.issued_on))
        return (*head, note.reason, note.currency, *map(_amount, sums))

    return [(note.id, line(note, on)) for note, on in credit_notes(work, before=before, limit=wanted.block)]


def _orders(work: Work, wanted: Filter, before: UUID | None) -> Block:
    def line(order: Order, customer: Customer) -> Line:
        days = (_plain(order.placed_at), _plain(order.paid_at))
        money = (order.currency, _amount(order.total), order.coupon_code)
        return (order.number, customer.number, customer.name, order.status, *days, *money)

    found = orders(work, status=wanted.status, before=before, limit=wanted.block)
    return [(order.id, line(order, customer)) for order, customer in found]


def _top_ups(work: Work, wanted: Filter, before: UUID | None) -> Block:
    found = top_ups(work, before=before, limit=wanted.block)
    ids = {row.customer_id for row in found}
    whose = {each.id: each for each in work.session.exec(select(Customer).where(col(Customer.id).in_(ids)))}

    def line(row: TopUp) -> Line:
        customer, how = whose[row.customer_id], "yes" if row.is_automatic else "no"
        who = (row.number, customer.number, customer.company or customer.name, row.status, how, row.asked_by)
        return (*who, _plain(row.asked_at), _plain(row.finished_at), row.currency, _amount(row.amount))

    return [(row.id, line(row)) for row in found]


def _payouts(work: Work, wanted: Filter, before: UUID | None) -> Block:
    def line(row: Payout) -> Line:
        days = (_plain(row.arrives_on), _plain(row.booked_at), _plain(row.came_back_at))
        return (row.gateway, row.gateway_ref, row.status, *days, row.currency, _amount(row.amount))

    return [(row.id, line(row)) for row in payouts(work, status=wanted.status, before=before, limit=wanted.block)]


def _prices(work: Work, wanted: Filter, before: UUID | None) -> Block:
    def line(price: Price, plan: Plan) -> Line:
        money = (price.currency, str(price.months), _amount(price.amount), _amount(price.setup))
        return (plan.slug, plan.name, *money, price_standing(price, work.now), _plain(price.since), _plain(price.until))

    return [(price.id, line(price, plan)) for price, plan in every_price(work, before, wanted.block)]


def _coupons(work: Work, wanted: Filter, before: UUID | None) -> Block:
    def line(row: Coupon) -> Line:
        sums = " ".join(f"{code} {Money(minor, code).major}" for code, minor in sorted((row.amounts or {}).items()))
        limits = (_number(row.cycles), _number(row.max_uses), _number(row.uses_each), str(row.used))
        whom = (" ".join(row.plans or []), " ".join(map(str, row.months or [])))
        days = (_plain(row.since), _plain(row.until))
        return (row.code, standing(work, row), row.kind, str(row.percent), sums, *limits, *whom, *days, row.note)

    found = coupons(work, status=wanted.status, words=wanted.words, before=before, limit=wanted.block)
    return [(row.id, line(row)) for row in found]


def _redemptions(work: Work, wanted: Filter, before: UUID | None) -> Block:
    def line(found: Redemption) -> Line:
        who = (found.customer.number, found.customer.name)
        days = (_plain(found.use.used_at), _plain(found.use.released_at))
        money = (found.discount.currency, _amount(found.discount), _amount(found.revenue))
        return (found.order.number, found.order.status, *who, *days, *money)

    code = next((row for row in coupons(work, words=wanted.words, limit=BLOCK) if row.code == wanted.words), None)
    found = redemptions(work, code.id, before=before, limit=wanted.block) if code else []
    return [(row.use.id, line(row)) for row in found]


def _referrals(work: Work, wanted: Filter, before: UUID | None) -> Block:
    def line(found: ReferralOverview) -> Line:
        row, reward = found.referral, found.referral.reward
        days = (_plain(row.came_at), _plain(row.paid_at), _plain(row.credit_on), _plain(row.decided_at))
        money = (row.currency, _amount(reward) if reward else "")
        return (found.referrer.number, found.referred.number, row.status, *days, *money, row.reason)

    work.actor.require(MANAGE_COUPONS)
    return [
        (row.referral.id, line(row)) for row in referrals(work, status=wanted.status, before=before, limit=wanted.block)
    ]


def _subscriptions(work: Work, wanted: Filter, before: UUID | None) -> Block:
    def line(found: Listed) -> Line:
        row, customer = found.subscription, found.customer
        what = (row.number, customer.number, customer.company or customer.name, row.status)
        days = (_plain(row.started_on), _plain(row.bill_from), _plain(row.ended_on))
        waits = found.change.summary if found.change else ""
        return (*what, found.plan.slug, found.plan.name, str(row.months), row.currency, *days, waits)

    found = subscriptions(
        work, status=wanted.status, words=wanted.words, plan=wanted.plan, before=before, limit=wanted.block
    )
    return [(row.subscription.id, line(row)) for row in found]


def _leaving(work: Work, wanted: Filter, before: UUID | None) -> Block:
    def line(found: Leaving) -> Line:
        said, customer = found.cancellation, found.customer
        who = (customer.number, customer.company or customer.name, found.subscription.number)
        days = (_plain(said.requested_at), _plain(said.effective_on), "yes" if said.at_once else "no")
        return (*who, *days, said.reason_code, said.reason)

    found = leavings(work, status=wanted.status, words=wanted.words, before=before, limit=wanted.block)
    return [(row.cancellation.id, line(row)) for row in found]


def _number(limit: int | None) -> str:
    return "" if limit is None else str(limit)


def _tax_rates(work: Work, wanted: Filter, before: UUID | None) -> Block:
    def line(rate: TaxRate) -> Line:
        place = (rate.country, rate.region, rate.postcode)
        what = (rate.name, percent(rate.rate), str(rate.level), "yes" if rate.compound else "no")
        return (*place, *what, rate.category, rate.buyers, _plain(rate.valid_from), _plain(rate.valid_to))

    all_of_them = wanted.status == "all"
    found = tax_rates(work, wanted.words, with_past=all_of_them, before=before, limit=wanted.block)
    return [(row.id, line(row)) for row in found]


def _plain(moment: date | datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _amount(amount: Money) -> str:
    return str(amount.major)


TONIGHT = (
    *("what", "customer_number", "customer", "about", "currency", "sum", "small_sums"),
    *("held_because", "held_by", "held_until"),
)
PLACE = ("address", "postcode", "city", "country")
SHEETS = {
    "customers": Sheet(
        ("number", "name", "company", "email", *PLACE, "tax_id", "currency", "since"),
        _customers,
    ),
    "services": Sheet(
        (
            *("number", "hostname", "plan", "location", "system", "status", "ipv4", "ipv6"),
            *("customer_number", "customer", "ordered", "active_since"),
        ),
        _services,
    ),
    "invoices": Sheet(
        (
            *("number", "customer_number", "customer", "status", "issued", "due", "paid"),
            *("currency", "net", "tax", "total", "settled", "credited", "proforma", "origin"),
        ),
        _invoices,
    ),
    "invoice-lines": Sheet(
        (
            *("invoice", "issued", "status", "position", "kind", "description", "quantity", "currency"),
            *("from", "to", "price", "discount", "net", "tax", "tax_name"),
        ),
        _invoice_lines,
    ),
    "credit-notes": Sheet(
        (
            *("number", "invoice", "customer_number", "customer", "issued", "reason"),
            *("currency", "net", "tax", "total", "kept_as_credit"),
        ),
        _credit_notes,
    ),
    "orders": Sheet(
        ("number", "customer_number", "customer", "status", "placed", "paid", "currency", "total", "coupon"),
        _orders,
    ),
    "top-ups": Sheet(
        (
            *("number", "customer_number", "customer", "status", "automatic", "asked_by"),
            *("asked", "finished", "currency", "amount"),
        ),
        _top_ups,
    ),
    "payouts": Sheet(
        ("gateway", "reference", "status", "arrives", "booked", "came_back", "currency", "amount"), _payouts
    ),
    "prices": Sheet(("plan", "name", "currency", "months", "amount", "setup", "stands", "since", "until"), _prices),
    "coupons": Sheet(
        (
            *("code", "status", "kind", "percent", "sums", "cycles", "max_uses", "uses_each", "used"),
            *("plans", "months", "since", "until", "note"),
        ),
        _coupons,
    ),
    "redemptions": Sheet(
        (
            *("order", "status", "customer_number", "customer", "used", "given_back"),
            *("currency", "taken_off", "came_in"),
        ),
        _redemptions,
    ),
    "referrals": Sheet(
        (
            *("sent_by", "customer", "status", "came", "paid", "credit_on", "decided"),
            *("currency", "credited", "reason"),
        ),
        _referrals,
    ),
    "subscriptions": Sheet(
        (
            *("number", "customer_number", "customer", "status", "plan", "plan_name", "months", "currency"),
            *("started", "billed_from", "ended", "change"),
        ),
        _subscriptions,
    ),
    "leaving": Sheet(
        ("customer_number", "customer", "subscription", "asked", "leaves_on", "at_once", "reason", "words"),
        _leaving,
    ),
    "tax-rates": Sheet(
        ("country", "region", "postcode", "name", "percent", "level", "compound", "product", "buyers", "from", "until"),
        _tax_rates,
    ),
}
