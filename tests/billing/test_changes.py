from datetime import date

import pytest
from sqlmodel import col, select

from ezscale.billing.cancelling import cancel_now
from ezscale.billing.change_quotes import quote_change
from ezscale.billing.change_wishes import ChangeWish
from ezscale.billing.changes import QuoteOver, accept_change, withdraw_change
from ezscale.billing.checkout import NothingToPay
from ezscale.billing.proration import ChangeRules
from ezscale.billing.upcoming import upcoming
from ezscale.company.rules import set_rules
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotFound
from ezscale.models import BillingCase, CreditNote, InvoiceLine, Plan, Subscription, SubscriptionItem
from ezscale.models.customer import MemberRole
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus
from ezscale.models.subscription import ChangeStatus
from tests.journeys.records import attempts_on, credit_of, monthly_revenue, steps_on, subscription_of


def quotes(person, **wish):
    subscription = subscription_of(person)
    return person.does(lambda work: quote_change(work, subscription.id, ChangeWish(**wish)))


def accepts(person, quote):
    done = person.does(lambda work: accept_change(work, quote.id, quote.total_minor))
    person.at.works()
    return done


def rule(at, **typed):
    with at.robot() as work:
        set_rules(work, ChangeRules, typed)


def lines_of(at, invoice):
    with at.robot() as work:
        return list(work.session.exec(select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id)))


def notes_of(at):
    """The credit notes: which invoice each names, and what it takes back, net and tax. The oldest invoice first."""
    with at.robot() as work:
        notes = work.session.exec(select(CreditNote).order_by(col(CreditNote.invoice_id), col(CreditNote.id))).all()
    return [(note.invoice_id, note.net_minor, note.tax_minor) for note in notes]


def test_a_bigger_plan_costs_the_difference_for_the_days_that_are_left(at, ada):
    at.lives(days=14)  # 17 of 31 days are left

    quote = quotes(ada, plan="vps-3")

    back, asked = quote.lines
    assert (back["net"], back["taxes"][0]["minor"]) == (-603, -139)  # 11.00 x 17 / 31 = 6.03, its VAT 2.53 x 17 / 31
    assert (asked["net"], asked["taxes"][0]["minor"]) == (1206, 277)
    assert (quote.total_minor, quote.renewal_minor) == (741, 2706)


def test_what_was_quoted_is_charged_and_then_holds(at, ada):
    at.lives(days=14)
    before = subscription_of(ada)
    quote = quotes(ada, plan="vps-3")

    accepts(ada, quote)

    change_invoice = ada.invoices()[-1]
    assert (change_invoice.origin, change_invoice.status) == (InvoiceOrigin.CHANGE, InvoiceStatus.PAID)
    assert change_invoice.total_minor == quote.total_minor
    at_stripe = at.stripe_did()["invoices"][str(change_invoice.id)]
    assert (at_stripe["captured"], at_stripe["captures"]) == (741, 1)
    server = ada.service()
    with at.robot() as work:
        assert work.session.get_one(Plan, server.plan_id).slug == "vps-3"
        assert work.session.get_one(SubscriptionItem, server.item_id).price_minor == 2200
    assert subscription_of(ada).bill_from == before.bill_from
    assert monthly_revenue(at) == {"EUR": 2200}
    at.lives(days=18)
    assert ada.invoices()[-1].total_minor == quote.renewal_minor


def test_a_smaller_plan_gives_back_as_credit_and_holds_at_once(at, ada):
    at.lives(days=14)
    quote = quotes(ada, plan="vps-1")

    done = accepts(ada, quote)

    assert done.status is ChangeStatus.APPLIED
    assert quote.total_minor < 0
    assert credit_of(ada) == -quote.total_minor
    first, smaller = ada.invoices()
    assert (smaller.status, smaller.total_minor) == (InvoiceStatus.PAID, 302 + 69)  # 5.50 x 17 / 31, with VAT
    assert notes_of(at) == [(first.id, 603, 139)]  # by a credit note that names what was paid: no invoice is below zero
    assert monthly_revenue(at) == {"EUR": 550}


def test_up_and_down_on_one_day_costs_nothing(at, ada):
    at.lives(days=14)

    accepts(ada, quotes(ada, plan="vps-3"))
    accepts(ada, quotes(ada, plan="vps-2"))

    first, up, down = ada.invoices()
    assert (up.total_minor, down.total_minor, credit_of(ada)) == (741, 742, 741)
    # What the way up asked less, because it gave back the days before, is taken back where those were paid.
    assert notes_of(at) == [(first.id, 603, 139), (up.id, 603, 138)]
    assert monthly_revenue(at) == {"EUR": 1100}


@pytest.mark.all_databases
def test_the_longest_way_up_is_given_back_on_all_its_invoices(at, ada):
    at.lives(days=14)
    for plan in ("vps-3", "vps-4", "vps-1"):
        accepts(ada, quotes(ada, plan=plan))
    mine = subscription_of(ada).id

    ada.does(lambda work: cancel_now(work, mine))
    at.works()

    paid_by_card = sum(row["captured"] for row in at.stripe_did()["invoices"].values())
    assert credit_of(ada) == paid_by_card - (1353 - 603 - 139)  # 14 days of the first plan were used, and no more
    assert all(invoice.total_minor >= 0 for invoice in ada.invoices())
    assert {invoice_id for invoice_id, *_ in notes_of(at)} == {invoice.id for invoice in ada.invoices()}


def test_another_cycle_begins_today(at, ada):
    at.lives(days=10)

    quote = quotes(ada, months=12)
    accepts(ada, quote)

    back, asked = quote.lines
    assert (back["share"], back["share_of"]) == (21, 31)
    assert (back["description"], asked["description"]) == ("Unused: VPS 2, monthly", "VPS 2, yearly")
    assert (asked["start"], asked["end"], asked["net"]) == ("2026-03-12", "2027-03-12", 11000)
    changed = subscription_of(ada)
    assert (changed.months, changed.bill_from, changed.anchor_day) == (12, date(2027, 3, 12), 12)
    assert monthly_revenue(at) == {"EUR": 917}


def test_a_change_can_wait_for_the_renewal(at, ada):
    quote = quotes(ada, plan="vps-1", at_renewal=True)

    accepts(ada, quote)

    assert (quote.total_minor, quote.effective_on) == (0, date(2026, 4, 2))
    assert [coming.total for coming in ada.does(upcoming)] == [quote.renewal]
    at.lives(days=30)
    assert len(ada.invoices()) == 1  # the next invoice waits for the change
    at.lives(days=1)
    renewal = ada.invoices()[-1]
    assert (renewal.total_minor, renewal.issued_on) == (quote.renewal_minor, date(2026, 4, 2))
    assert monthly_revenue(at) == {"EUR": 550}


def test_a_change_that_waits_can_be_withdrawn(at, ada):
    quote = accepts(ada, quotes(ada, plan="vps-1", at_renewal=True))

    ada.does(lambda work: withdraw_change(work, quote.id))

    at.lives(days=31)
    assert ada.invoices()[-1].total_minor == 1353


def test_what_is_billed_ahead_and_not_paid_is_billed_anew(at, ada):
    at.lives(days=20)  # the invoice for April is there
    ahead = ada.invoices()[-1]

    accepts(ada, quotes(ada, plan="vps-3"))
    at.lives(days=1)

    again = ada.invoices()
    assert next(invoice for invoice in again if invoice.id == ahead.id).status is InvoiceStatus.VOID
    assert again[-1].total_minor == 2706
    [line] = lines_of(at, again[-1])
    assert (line.period_start, line.period_end) == (date(2026, 4, 2), date(2026, 5, 2))


def test_a_change_withdrawn_after_the_next_invoice_was_called_off_leaves_all_as_it_was(at):
    bob = at.signs_up("Bob Byrne", country="IE")
    bob.buys("vps-2", coupon="WELCOME10")
    at.lives(days=20)
    assert [invoice.total_minor for invoice in bob.invoices()] == [1218, 1218]
    quote = accepts(bob, quotes(bob, plan="vps-1", at_renewal=True))

    bob.does(lambda work: withdraw_change(work, quote.id))

    at.lives(days=75)
    totals = [invoice.total_minor for invoice in bob.invoices() if invoice.status is not InvoiceStatus.VOID]
    assert totals == [1218, 1218, 1218, 1353]  # three cycles with the coupon, none lost and none won
    assert monthly_revenue(at) == {"EUR": 1100}
    accepts(bob, quotes(bob, plan="vps-3"))
    assert len(lines_of(at, bob.invoices()[-1])) == 2  # what was paid by the agreement before is known


def test_a_discount_that_runs_goes_on_and_what_was_paid_is_given_back(at):
    bob = at.signs_up("Bob Byrne", country="IE")
    bob.buys("vps-2", coupon="WELCOME10")  # 10 % off three cycles, the first of them paid

    quote = quotes(bob, plan="vps-3")

    back, asked = quote.lines
    assert back["net"] == -990
    assert (asked["price"], asked["discount"]) == (2200, 220)
    accepts(bob, quote)
    server = bob.service()
    with at.robot() as work:
        assert work.session.get_one(SubscriptionItem, server.item_id).discount_cycles == 2


def test_a_coupon_for_counted_cycles_ends_with_its_cycle(at):
    bob = at.signs_up("Bob Byrne", country="IE")
    bob.buys("vps-2", coupon="WELCOME10")

    accepts(bob, quotes(bob, months=12))

    server = bob.service()
    with at.robot() as work:
        assert work.session.get_one(SubscriptionItem, server.item_id).discount_percent == 0


def test_a_change_that_nobody_pays_is_dropped(at, ada):
    ada.leaves_card("4000000000000341")  # it will be declined
    before = ada.service().item_id
    at.lives(days=1)
    quote = accepts(ada, quotes(ada, plan="vps-3"))
    assert ada.invoices()[-1].status is InvoiceStatus.OPEN
    assert ada.service().item_id == before

    at.lives(days=3)
    assert (subscription_of(ada).status, steps_on(at, ada.invoices()[-1])) == ("active", {})
    at.lives(days=5)

    assert ada.invoices()[-1].status is InvoiceStatus.VOID
    assert subscription_of(ada).status == "active"  # nothing was owed for it
    with at.robot() as work:
        assert work.session.get_one(type(quote), quote.id).status is ChangeStatus.EXPIRED
    at.lives(days=23)
    assert ada.invoices()[-1].total_minor == 1353


def test_a_change_that_waits_for_its_money_is_paid_on_the_page(at, ada):
    ada.leaves_card("4000000000000341")
    accepts(ada, quotes(ada, plan="vps-3"))
    at.lives(days=2)

    ada.pays(ada.invoices()[-1].id)
    at.works()

    assert monthly_revenue(at) == {"EUR": 2200}


def the_small_one(person):
    [small] = [invoice for invoice in person.invoices() if invoice.origin is InvoiceOrigin.CHANGE]
    return small


def cases(at):
    with at.robot() as work:
        return [case.kind for case in work.session.exec(select(BillingCase))]


@pytest.mark.all_databases
def test_what_is_too_small_to_be_charged_holds_at_once_and_is_charged_with_the_next_invoice(at, ada):
    at.lives(days=30)  # one day of 31 is left: 0.35 and its VAT
    quote = quotes(ada, plan="vps-3")
    done = accepts(ada, quote)
    small = the_small_one(ada)
    assert (done.status, small.status, small.total_minor) == (ChangeStatus.APPLIED, InvoiceStatus.OPEN, 44)
    assert (monthly_revenue(at), attempts_on(at, small), cases(at)) == ({"EUR": 2200}, [], [])
    with pytest.raises(NothingToPay, match="next invoice"):
        ada.pays(small.id)

    at.lives(days=3)

    renewal = ada.invoices()[-1]
    assert (renewal.total_minor, renewal.status) == (2706, InvoiceStatus.PAID)
    assert (the_small_one(ada).status, credit_of(ada), cases(at)) == (InvoiceStatus.PAID, 0, [])
    assert at.stripe_did()["invoices"][str(renewal.id)]["captured"] == 2706 + 44
    assert (attempts_on(at, small), steps_on(at, small)) == ([], {})


def test_what_was_too_small_is_also_paid_on_the_page_of_the_next_invoice(at, ada):
    at.lives(days=30)
    accepts(ada, quotes(ada, plan="vps-3"))
    ada.leaves_card("4000000000000341")
    at.lives(days=20)
    renewal = ada.invoices()[-1]
    assert (renewal.status, the_small_one(ada).status) == (InvoiceStatus.OPEN, InvoiceStatus.OPEN)

    ada.pays(renewal.id)
    at.lives(days=0.1)

    assert (ada.invoices()[-1].status, the_small_one(ada).status) == (InvoiceStatus.PAID, InvoiceStatus.PAID)
    assert at.stripe_did()["invoices"][str(renewal.id)]["captured"] == 2706 + 44


def test_it_changes_again_before_the_small_sum_is_paid_and_ends_with_nothing_owed(at, ada):
    at.lives(days=30)
    accepts(ada, quotes(ada, plan="vps-3"))
    first = the_small_one(ada)

    quote = quotes(ada, plan="vps-2")
    accepts(ada, quote)

    assert (first.total_minor, quote.total_minor) == (44, -44)
    assert [invoice.status for invoice in ada.invoices() if invoice.origin is InvoiceOrigin.CHANGE] == [
        InvoiceStatus.PAID,
        InvoiceStatus.PAID,
    ]
    assert credit_of(ada) == 0


def test_only_one_change_waits_at_a_time(at, ada):
    first, second = quotes(ada, plan="vps-1", at_renewal=True), quotes(ada, plan="vps-3")
    accepts(ada, first)

    with pytest.raises(BusinessError, match="Another change"):
        accepts(ada, second)
    with pytest.raises(BusinessError, match="Another change"):
        quotes(ada, plan="vps-3")
    assert len(ada.invoices()) == 1


def test_a_quote_holds_until_midnight(at, ada):
    quote = quotes(ada, plan="vps-3")
    at.lives(days=1)

    with pytest.raises(QuoteOver, match="no longer valid"):
        accepts(ada, quote)
    assert len(ada.invoices()) == 1


def test_another_total_than_the_one_shown_is_refused(at, ada):
    quote = quotes(ada, plan="vps-3")

    with pytest.raises(QuoteOver, match="not the price"):
        ada.does(lambda work: accept_change(work, quote.id, quote.total_minor - 1))
    assert len(ada.invoices()) == 1


def test_a_quote_for_what_is_no_longer_so_is_refused(at, ada):
    early, late = quotes(ada, plan="vps-3"), quotes(ada, plan="vps-4")
    accepts(ada, early)

    with pytest.raises(QuoteOver, match="has changed since"):
        accepts(ada, late)
    with pytest.raises(QuoteOver, match="no longer valid"):
        accepts(ada, early)
    assert len(ada.invoices()) == 2


def test_what_is_there_already_or_not_for_sale_is_refused_beside_its_field(at, ada):
    for wish, field in (
        ({}, "plan"),
        ({"plan": "vps-9"}, "plan"),
        ({"months": 7}, "months"),
        ({"plan": "vps-2"}, "plan"),
    ):
        with pytest.raises(Invalid) as refusal:
            quotes(ada, **wish)
        assert refusal.value.field == field
    with pytest.raises(Invalid):
        quotes(ada, add_ons={"unknown": 1})


def test_days_that_are_not_paid_are_paid_first(at, ada):
    ada.leaves_card("4000000000000341")
    at.lives(days=31.3)  # the second period has begun and is not paid

    with pytest.raises(BusinessError, match=r"pay invoice|overdue"):
        quotes(ada, plan="vps-3")


def test_nobody_else_changes_it(at, ada):
    quote = quotes(ada, plan="vps-3")
    mine = subscription_of(ada).id
    bob = at.signs_up("Bob Byrne")
    clerk = ada.brings_along("Cy Doyle", MemberRole.BILLING)

    for use_case in (
        lambda work: quote_change(work, mine, ChangeWish("vps-3")),
        lambda work: accept_change(work, quote.id, quote.total_minor),
        lambda work: withdraw_change(work, quote.id),
    ):
        with pytest.raises(NotFound):
            bob.does(use_case)
        with pytest.raises(NotAllowed):
            clerk.does(use_case)
    assert len(ada.invoices()) == 1


def test_the_rest_may_be_kept_by_the_seller(at, ada):
    rule(at, below_zero="nothing")
    at.lives(days=14)

    quote = quotes(ada, plan="vps-1")

    assert -1 <= quote.total_minor <= 1


def test_a_seller_may_divide_by_the_second_or_not_at_all(at, ada):
    at.lives(days=14.5)
    rule(at, proration="second")
    assert quotes(ada, plan="vps-3").lines[0]["share_of"] == 31 * 86_400

    rule(at, proration="none")
    by_price, by_cycle = quotes(ada, plan="vps-3"), quotes(ada, months=12)

    assert (by_price.lines, by_price.total_minor) == ([], 0)
    assert by_cycle.effective_on == date(2026, 4, 2)


def test_a_cheaper_plan_may_have_to_wait(at, ada):
    rule(at, downgrade="renewal")

    assert quotes(ada, plan="vps-1").effective_on == date(2026, 4, 2)
    assert quotes(ada, plan="vps-3").effective_on == date(2026, 3, 2)


def test_nothing_of_a_subscription_changes_by_asking(at, ada):
    before = subscription_of(ada).model_dump()

    quotes(ada, plan="vps-3")

    assert subscription_of(ada).model_dump() == before
    with at.robot() as work:
        assert len(work.session.exec(select(SubscriptionItem)).all()) == 1
        assert len(work.session.exec(select(Subscription)).all()) == 1
