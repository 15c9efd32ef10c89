"""Subscriptions in words, as customers and staff see them."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from ezscale.accounts.permissions import (
    CANCEL_SERVICES,
    CHANGE_SERVICES,
    MANAGE_SUBSCRIPTIONS,
    PAY_INVOICES,
    SEE_BILLING,
    SEE_EVERYTHING,
)
from ezscale.billing.change_lines import from_plain
from ezscale.billing.change_wishes import ChangeWish, times, wish_now
from ezscale.billing.changes import change as change_of
from ezscale.billing.explaining import Happening, timeline_of
from ezscale.billing.lines import PricedLine, add_up
from ezscale.billing.pausing import pause_of
from ezscale.billing.proration import ChangeRules, cycle_price
from ezscale.billing.subscriptions import cancellation_of, items_of, pending_change_of, subscription
from ezscale.billing.upcoming import upcoming
from ezscale.catalog.cycles import cycle_words
from ezscale.catalog.fitting import FittableAddOn, FittableOption, fittings
from ezscale.catalog.plans import PlanOffer, plans_on_sale
from ezscale.company.rules import rules
from ezscale.kit.errors import BusinessError
from ezscale.kit.work import Work
from ezscale.models import Customer, Plan, Subscription, SubscriptionChange, SubscriptionItem
from ezscale.models.option import OptionKind
from ezscale.models.subscription import ItemKind, SubscriptionStatus
from ezscale.provisioning.services import services_of_items
from ezscale.state.reader import Reader

RUNNING = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)


@dataclass
class Pick:
    """Something to choose."""

    value: str
    text: str


@dataclass
class Fit:
    """An option or an add-on to choose: from a list, or as a number."""

    name: str
    label: str
    value: str
    hint: str
    picks: list[Pick] = field(default_factory=list)
    smallest: int = 0
    largest: int = 0
    step: int = 1


@dataclass
class ItemView:
    """A part of a subscription."""

    id: str
    text: str
    price: str


@dataclass
class QuoteLine:
    """A line that a change would bring on an invoice."""

    place: int
    text: str
    days: str
    net: str
    tax: str


@dataclass
class QuoteView:
    """What a change costs, as it was kept."""

    id: str = ""
    summary: str = ""
    total: str = ""
    gives: bool = False
    renewal: str = ""
    on: str = ""
    waits: bool = False
    expires: str = ""
    status: str = ""
    invoice_id: str = ""
    lines: list[QuoteLine] = field(default_factory=list)

    @classmethod
    def of(cls, change: SubscriptionChange, today: date, reader: Reader) -> "QuoteView":
        lines = [from_plain(line) for line in change.lines]
        return cls(
            id=str(change.id),
            summary=change.summary,
            total=reader.money(change.total if change.total_minor >= 0 else -change.total),
            gives=change.total_minor < 0,
            renewal=reader.money(change.renewal),
            on=reader.day(change.effective_on),
            waits=change.effective_on > today,
            expires=reader.moment(change.expires_at),
            status=change.status.value,
            invoice_id=str(change.invoice_id or ""),
            lines=[quote_line(place, line, reader) for place, line in enumerate(lines)],
        )


@dataclass
class Told:
    """A line of the timeline."""

    id: str
    at: str
    text: str
    amount: str
    invoice_id: str

    @classmethod
    def of(cls, place: int, one: Happening, reader: Reader) -> "Told":
        amount = reader.money(one.amount) if one.amount is not None else ""
        return cls(str(place), reader.day(one.day), one.text, amount, str(one.invoice_id or ""))


@dataclass
class SubscriptionView:
    """All that can be said about a subscription."""

    id: str = ""
    number: str = ""
    status: str = ""
    customer: str = ""
    customer_id: str = ""
    plan: str = ""
    cycle: str = ""
    next_on: str = ""
    next_total: str = ""
    ends_on: str = ""
    paused_until: str = ""
    started: str = ""
    server: str = ""
    service_id: str = ""


@dataclass
class ChangeForm:
    """What can be had instead, beginning with what there is."""

    plan: str = ""
    months: str = ""
    plans: list[Pick] = field(default_factory=list)
    cycles: list[Pick] = field(default_factory=list)
    fits: list[Fit] = field(default_factory=list)


@dataclass
class Dossier:
    """A subscription with everything that belongs to it, and what the person may do with it."""

    view: SubscriptionView
    items: list[ItemView]
    form: ChangeForm
    pending: QuoteView
    told: list[Told]
    may_change: bool
    may_cancel: bool
    may_cancel_now: bool
    gives_back: bool
    may_pay: bool
    may_give: bool


def dossier_of(work: Work, subscription_id: UUID, plan: str, reader: Reader) -> Dossier:
    """Everything the page of a subscription shows, in one transaction. `plan` is the one picked in the form."""
    found = subscription(work, subscription_id)
    items, may = items_of(work, found.id), work.actor.may
    pending, manages = pending_change_of(work, found.id), may(MANAGE_SUBSCRIPTIONS)
    decided = rules(work, ChangeRules)
    sees_sums = may(SEE_BILLING) or may(SEE_EVERYTHING)
    is_free = found.status is SubscriptionStatus.ACTIVE and pending is None
    stands = (*RUNNING, SubscriptionStatus.PAUSED)
    may_change = (may(CHANGE_SERVICES) or manages) and (is_free or found.status is SubscriptionStatus.PAUSED)
    may_cancel = (may(CANCEL_SERVICES) or manages) and found.status in stands
    return Dossier(
        view=_view(work, found, items, reader),
        items=[_item(item, reader if sees_sums else None) for item in items],
        form=form_of(work, found, plan, reader) if may_change and is_free else ChangeForm(),
        pending=QuoteView.of(pending, work.today, reader) if pending and sees_sums else QuoteView(),
        told=[Told.of(place, one, reader) for place, one in enumerate(timeline_of(work, found.id))],
        may_change=may_change,
        may_cancel=may_cancel,
        may_cancel_now=may_cancel and (manages or decided.cancel_now),
        gives_back=decided.credit_on_cancel,
        may_pay=(may(PAY_INVOICES) or manages) and is_free,
        may_give=manages and is_free,
    )


def quote_of(work: Work, change_id: UUID, reader: Reader) -> QuoteView:
    """A kept quote."""
    return QuoteView.of(change_of(work, change_id), work.today, reader)


def quote_line(place: int, line: PricedLine, reader: Reader) -> QuoteLine:
    """A line as it will be charged."""
    position = line.position
    unit = "seconds" if (position.share_of or 0) > 5_000 else "days"
    days = f"{position.share} of {position.share_of} {unit}" if position.share_of else ""
    tax = add_up([line], line.net.currency).tax
    return QuoteLine(place, position.description, days, reader.money(line.net), reader.money(tax))


def form_of(work: Work, found: Subscription, plan: str, reader: Reader) -> ChangeForm:
    """The form to change a subscription: plans of its kind, cycles, options and add-ons of the picked plan."""
    try:
        now = wish_now(work, found)
    except BusinessError:
        return ChangeForm()
    held = next(item for item in items_of(work, found.id) if item.kind is ItemKind.PLAN)
    own = work.session.get_one(Plan, held.plan_id)
    on_sale = plans_on_sale(work, own.family, and_hidden=own.slug)
    offers = [offer for offer in on_sale if offer.panel == own.panel]
    picked = next((offer for offer in offers if offer.slug == plan), None)
    picked = picked or next((offer for offer in offers if offer.slug == now.plan), None)
    plans = [Pick(offer.slug, _plan_words(offer, found, reader)) for offer in offers]
    if own.slug not in {offer.slug for offer in offers}:
        plans.insert(0, Pick(own.slug, own.name))
    months = (
        {found.months} | {price.months for price in picked.prices if price.amount.currency == found.currency}
        if picked
        else {found.months}
    )
    offered = fittings(work, picked.plan_id if picked else own.id)
    return ChangeForm(
        plan=picked.slug if picked else own.slug,
        months=str(found.months),
        plans=plans,
        cycles=[Pick(str(number), cycle_words(number).capitalize()) for number in sorted(months)],
        fits=[
            *(_option(option, now) for option in offered.options if option.values),
            *(_add_on(add_on, now) for add_on in offered.add_ons),
        ],
    )


def _view(work: Work, found: Subscription, items: list[SubscriptionItem], reader: Reader) -> SubscriptionView:
    customer = work.session.get_one(Customer, found.customer_id)
    coming = next(iter(upcoming(work, item_id=items[0].id)), None) if items else None
    wish, pause = cancellation_of(work, found.id), pause_of(work, found.id)
    server = next(iter(services_of_items(work, [item.id for item in items])), None)
    plan = next((item.description for item in items if item.kind is ItemKind.PLAN), "")
    return SubscriptionView(
        id=str(found.id),
        number=found.number,
        status=found.status.value,
        customer=customer.company or customer.name,
        customer_id=str(customer.id),
        plan=plan,
        cycle=cycle_words(found.months).capitalize(),
        next_on=reader.day(coming.starts_on) if coming and coming.will_be_billed else "",
        next_total=reader.money(coming.total) if coming and coming.will_be_billed else "",
        ends_on=reader.day(wish.effective_on) if wish and found.status is not SubscriptionStatus.ENDED else "",
        paused_until=reader.day(pause.returns_on) if pause else "",
        started=reader.day(found.started_on),
        server=server.hostname if server else "",
        service_id=str(server.id) if server else "",
    )


def _item(item: SubscriptionItem, reader: Reader | None) -> ItemView:
    return ItemView(
        str(item.id), times(item.quantity, item.description), reader.money(cycle_price(item)) if reader else ""
    )


def _plan_words(offer: PlanOffer, found: Subscription, reader: Reader) -> str:
    price = offer.price(found.currency, found.months)
    return f"{offer.name}, {reader.money(price.amount)}" if price else offer.name


def _option(option: FittableOption, now: ChangeWish) -> Fit:
    standard = next((value.slug for value in option.values if value.is_standard), "")
    chosen = str((now.options or {}).get(option.slug, standard))
    label = f"{option.name} ({option.unit})" if option.unit else option.name
    if option.kind is OptionKind.SLIDER:
        hint = f"{option.smallest} to {option.largest} in steps of {option.step}."
        chosen = chosen if chosen.isdecimal() else str(option.smallest)
        return Fit(f"option-{option.slug}", label, chosen, hint, [], option.smallest, option.largest, option.step)
    return Fit(f"option-{option.slug}", label, chosen, "", [Pick(value.slug, value.name) for value in option.values])


def _add_on(add_on: FittableAddOn, now: ChangeWish) -> Fit:
    chosen = str((now.add_ons or {}).get(add_on.slug, 0))
    again = "" if add_on.recurring else " Paid once."
    return Fit(f"add-on-{add_on.slug}", add_on.name, chosen, f"{add_on.summary}{again}".strip(), [], 0, add_on.most, 1)
