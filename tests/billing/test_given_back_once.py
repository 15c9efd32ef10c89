"""Days that are given back by a credit note, an upgrade, a downgrade or a cancellation are given back once."""

from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product

import pytest
from sqlmodel import col, select

from ezscale.billing.cancelling import cancel_now
from ezscale.billing.change_quotes import quote_change
from ezscale.billing.change_wishes import ChangeWish
from ezscale.billing.changes import QuoteOver, accept_change, withdraw_change
from ezscale.billing.credit_notes import creditable, foresee_credit_note, issue_credit_note
from ezscale.kit.errors import Invalid
from ezscale.kit.money import Money
from ezscale.models import CreditNote, CreditNoteLine, InvoiceLine
from ezscale.models.invoice import InvoiceStatus, LineKind
from tests.billing.papers import again
from tests.company import DECLINED_LATER, Person
from tests.journeys.records import subscription_of
from tests.sizes import size

STAFF = "The server stood still"
PLANS = ("vps-1", "vps-2", "vps-3", "vps-4", "vps-5")
A_MONTH = dict(zip(PLANS, (550, 1100, 2200, 4200, 8100), strict=True))


@dataclass
class Story:
    """Somebody to whom things happen, and what they have had so far in cents with VAT."""

    person: Person
    steps: tuple[str, ...]
    plan: str = "vps-2"
    used: list[float] = field(default_factory=list)


def quotes(person, plan):
    subscription = subscription_of(person)
    return person.does(lambda work: quote_change(work, subscription.id, ChangeWish(plan=plan)))


def accepts(person, quote):
    return person.does(lambda work: accept_change(work, quote.id, quote.total_minor))


def changes(person, plan):
    accepts(person, quotes(person, plan))
    person.at.works()


def cancels(person):
    subscription = subscription_of(person)
    person.does(lambda work: cancel_now(work, subscription.id))


def credits_all(at, person):
    """Staff take back whatever they can, the oldest invoice first."""
    for invoice in person.invoices():
        with suppress(Invalid), at.robot() as work:
            issue_credit_note(work, invoice.id, None, STAFF)


def credits_a_third(at, person):
    """Staff take back a third of what is left of each line that asked for something."""
    for invoice in person.invoices():
        with suppress(Invalid), at.robot() as work:
            thirds = {rest.line.id: Money(rest.net.minor // 3, "EUR") for rest in creditable(work, invoice.id)}
            parts = {line_id: part for line_id, part in thirds.items() if part.minor > 0}
            issue_credit_note(work, invoice.id, parts, STAFF)


def happens(at, story, step):
    match step:
        case "credit all":
            credits_all(at, story.person)
        case "credit a third":
            credits_a_third(at, story.person)
        case _:  # nobody steps down twice without having stepped up
            story.plan = PLANS[PLANS.index(story.plan) + (1 if step == "up" else -1)]
            accepts(story.person, quotes(story.person, story.plan))


def lines_left(at, invoice):
    with at.robot() as work:
        return [rest.net.minor for rest in creditable(work, invoice.id)]


def taken_by_staff_and_by_upgrades(at, person):
    """Of each line that was paid: its net, what staff took back of it, and what later invoices gave back."""
    ids = [invoice.id for invoice in person.invoices() if invoice.status is not InvoiceStatus.VOID]
    with at.robot() as work:
        lines = list(work.session.exec(select(InvoiceLine).where(col(InvoiceLine.invoice_id).in_(ids))))
        noted = select(CreditNoteLine).join(CreditNote, col(CreditNote.id) == CreditNoteLine.credit_note_id)
        by_staff: dict[object, int] = {}
        for note in work.session.exec(noted.where(CreditNote.reason == STAFF)):
            by_staff[note.invoice_line_id] = by_staff.get(note.invoice_line_id, 0) + note.net_minor
    unused = {line.item_id: line for line in lines if line.kind is LineKind.UNUSED}
    for line in lines:
        if line.kind is LineKind.PERIOD:
            back = unused.get(line.item_id)
            undone = by_staff.get(back.id, 0) if back else 0
            yield line.net_minor, by_staff.get(line.id, 0), -(back.net_minor - undone) if back else 0


def kept_and_given_by_staff(at, person):
    """What we keep of all invoices, and what staff gave back, with tax."""
    standing = [again(at, invoice) for invoice in person.invoices() if invoice.status is not InvoiceStatus.VOID]
    with at.robot() as work:
        named = col(CreditNote.invoice_id).in_([invoice.id for invoice in standing])
        notes = work.session.exec(select(CreditNote).where(CreditNote.reason == STAFF, named)).all()
    return (
        sum(invoice.total_minor - invoice.credited_minor for invoice in standing),
        sum(note.total_minor for note in notes),
    )


def test_in_whatever_order_things_happen_nothing_is_refused_and_nothing_is_given_back_twice(at):
    orders = product(("credit all", "credit a third", "up", "down"), repeat=3)
    telling = [steps for steps in orders if "up" in steps and set(steps) & {"credit all", "credit a third"}]
    stories = [
        Story(at.signs_up(f"Ada{number} Moreno", country="IE"), steps)
        for number, steps in enumerate(telling[:: size(3, 1)])
    ]
    for story in stories:
        story.person.pays(story.person.orders("vps-2").invoice_id)
    at.lives(days=3)

    for place in range(3):
        for story in stories:
            story.used.append(A_MONTH[story.plan] * 1.23 * 3 / 31)
            happens(at, story, story.steps[place])
        at.lives(days=3)
    for story in stories:
        story.used.append(A_MONTH[story.plan] * 1.23 * 3 / 31)
        cancels(story.person)

    for story in stories:
        for paid, by_staff, by_upgrades in taken_by_staff_and_by_upgrades(at, story.person):
            assert by_staff + by_upgrades <= paid, story.steps
        kept, given = kept_and_given_by_staff(at, story.person)
        assert kept + given >= sum(story.used) - 5, story.steps


def test_a_full_credit_note_leaves_out_the_days_that_an_upgrade_gave_back(at, ada):
    at.lives(days=14)  # 17 of 31 days are left: 6.03 of 11.00
    changes(ada, "vps-3")
    first, second = ada.invoices()

    with at.robot() as work:
        note = issue_credit_note(work, first.id, None, STAFF)

    assert (first.total_minor, second.total_minor, note.total_minor) == (1353, 741, 611)
    with at.robot() as work, pytest.raises(Invalid, match="nothing to take back"):
        foresee_credit_note(work, first.id, None)
    cancels(ada)  # and what was not given back yet is


def test_more_than_is_left_is_refused_with_the_invoice_that_gave_the_rest_back(at, ada):
    at.lives(days=14)
    changes(ada, "vps-3")
    first, second = ada.invoices()
    with at.robot() as work:
        [rest] = creditable(work, first.id)

    with at.robot() as work, pytest.raises(Invalid) as refusal:
        issue_credit_note(work, first.id, {rest.line.id: Money(498, "EUR")}, STAFF)

    said = f"Of VPS 2, monthly, 4.97 EUR can be taken back and no more: invoice {second.number} gave back the rest."
    assert refusal.value.message == said
    assert [(gave.number, gave.net.minor) for gave in rest.gave_back] == [(second.number, 603)]


def test_an_upgrade_that_waits_for_its_money_holds_back_the_days_until_it_is_withdrawn(at, ada):
    at.lives(days=14)
    ada.leaves_card(DECLINED_LATER)
    quote = quotes(ada, "vps-3")
    accepts(ada, quote)
    at.works()
    first = ada.invoices()[0]

    waiting = lines_left(at, first)
    ada.does(lambda work: withdraw_change(work, quote.id))

    assert (waiting, lines_left(at, first)) == ([497], [1100])


def test_a_quote_is_over_when_staff_have_credited_the_days_that_it_gives_back(at, ada):
    at.lives(days=14)
    quote = quotes(ada, "vps-3")
    credits_all(at, ada)

    with pytest.raises(QuoteOver, match="has changed since"):
        accepts(ada, quote)


def test_crediting_the_upgrade_in_full_leaves_the_first_invoice_whole_again(at, ada):
    at.lives(days=14)
    changes(ada, "vps-3")
    first, second = ada.invoices()

    with at.robot() as work:
        issue_credit_note(work, second.id, None, STAFF)

    assert lines_left(at, first) == [1100]


def test_an_upgrade_whose_days_were_passed_on_keeps_what_it_gave_back_itself(at, ada):
    at.lives(days=14)
    changes(ada, "vps-3")
    at.lives(days=7)
    changes(ada, "vps-4")
    second = ada.invoices()[1]

    assert lines_left(at, second) == [0, 497]  # 10 of 17 days of 12.06 are on the third invoice
