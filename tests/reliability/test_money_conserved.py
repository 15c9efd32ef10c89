"""Whatever people do, in whatever order: after every step each sum is what the documents say (row 8).

A machine orders, pays, changes, pauses, credits, voids and lets time pass through the real use cases, and looks at all
the books after each step: with the doctor's eyes, and with eyes of its own that share no code with what wrote them.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import col, select

from ezscale.billing.aligning import align_renewals, alignment
from ezscale.billing.auto_agreements import Terms, agree_to_top_ups
from ezscale.billing.balances import DIFFERS
from ezscale.billing.cancelling import cancel_at_period_end, cancel_now, keep_subscription
from ezscale.billing.change_quotes import quote_change
from ezscale.billing.change_wishes import ChangeWish
from ezscale.billing.changes import accept_change, withdraw_change
from ezscale.billing.collecting import request_charge
from ezscale.billing.credit import grant_credit
from ezscale.billing.credit_notes import GiveBack, creditable, issue_credit_note
from ezscale.billing.customer_currency import change_currency
from ezscale.billing.disputes import AfterLoss, DisputeRules, book_dispute
from ezscale.billing.document_rules import InvoiceRules
from ezscale.billing.drafting import (
    Wanted,
    WantedLine,
    change_draft,
    copy_invoice,
    delete_draft,
    draft_manual_invoice,
    issue_draft,
)
from ezscale.billing.extending import extend_subscription, renew_early
from ezscale.billing.house_rules import RenewalRules
from ezscale.billing.invoicing import expect_again, mark_uncollectible, void_invoice
from ezscale.billing.lines import Rounding
from ezscale.billing.manual_payments import Came, record_payment, take_back_payment
from ezscale.billing.pausing import end_pause, pause_subscription
from ezscale.billing.payers import payer_ref_of
from ezscale.billing.payments import book_receipt, settle_from_credit
from ezscale.billing.payout_ports import PayoutState
from ezscale.billing.ports import DisputeState, RefundState
from ezscale.billing.price_changes import change_price
from ezscale.billing.proration import ChangeRules, Proration
from ezscale.billing.refunds import Refundable, book_refund, refund_credit, refundable, refundable_of_top_up
from ezscale.billing.sending import charge_of
from ezscale.billing.tax_rates import change_rate
from ezscale.billing.tax_rules import TaxRules
from ezscale.billing.to_pay import paid_by
from ezscale.billing.top_ups import ask_for_top_up
from ezscale.catalog.price_list import PriceWish
from ezscale.company.currencies import enter_rate
from ezscale.company.rules import Rules, set_rules
from ezscale.kit.actor import Actor, robot
from ezscale.kit.errors import BusinessError, TemporaryFailure
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import AutoTopUp, BillingCase, Customer, Invoice, PaymentAttempt, Plan, Price, TaxRate, TopUp
from ezscale.models.payment import AttemptTrigger
from ezscale.models.recorded_payment import PaidBy
from ezscale.ordering.deciding import approve_order, hold_order, reject_order
from ezscale.reporting import money_checks, payment_checks, top_up_checks
from tests.reliability.bank import Bank, Mood
from tests.reliability.small_company import COUPONS, CYCLES, PLANS, WORTH, SmallCompany, a_server
from tests.sizes import SOAK, figures, size

T = TypeVar("T")
RUNS, STEPS = size(15, 500), 50
CHECKS = (
    money_checks.entries_balance,
    money_checks.receivables_are_open_invoices,
    money_checks.credit_is_never_negative,
    money_checks.credit_lapses_in_time,
    money_checks.credit_notes_stay_within,
    money_checks.invoices_add_up,
    money_checks.numbers_have_no_gap,
    payment_checks.one_live_charge,
    payment_checks.payments_are_booked,
    payment_checks.refunds_stay_within,
    payment_checks.disputes_stay_within,
    payment_checks.recorded_payments_say_by_whom,
    *top_up_checks.OF_TOP_UPS,
)
DECISIONS: tuple[tuple[type[Rules], dict[str, object]], ...] = (
    (TaxRules, {"prices_include_tax": True}),
    (TaxRules, {"prices_include_tax": False}),
    (TaxRules, {"rounding": Rounding.INVOICE}),
    (TaxRules, {"rounding": Rounding.LINE, "deduct_tax": False}),
    (InvoiceRules, {"proforma": True}),
    (InvoiceRules, {"proforma": False}),
    (TaxRules, {"tax_late_fees": True}),
    (RenewalRules, {"one_invoice_a_day": True}),
    (RenewalRules, {"one_invoice_a_day": False}),
    (ChangeRules, {"downgrade": "renewal", "below_zero": "nothing"}),
    (ChangeRules, {"downgrade": "now", "below_zero": "credit"}),
    (ChangeRules, {"proration": Proration.SECOND}),
    (ChangeRules, {"proration": Proration.DAY, "credit_on_cancel": False}),
    (ChangeRules, {"credit_on_cancel": True, "pauses_a_year": 12}),
)
PAID_AS: dict[str, Callable[[Money], Money]] = {
    "too much": lambda asked: Money(asked.minor * 3 // 2 + 1, asked.currency),
    "too little": lambda asked: Money(max(asked.minor * 2 // 3, 1), asked.currency),
    "in another currency": lambda asked: Money(asked.minor, "GBP"),
}
WHICH = st.integers(0, 9999)  # of some: the first, the second, ..., and from the first again
OPEN, ISSUED = ("open",), ("open", "paid", "uncollectible", "void")
RUNNING = ("active", "past_due", "paused")

MANY = 25  # sorts of deeds: a machine that is refused everything would be silent, too
done: Counter[str] = Counter()
refused: Counter[str] = Counter()


@pytest.fixture(scope="module", autouse=True)
def company():
    """Built once; each life begins with a copy."""
    Life.at = SmallCompany()
    yield
    Life.at.close()


def test_money_is_conserved_whatever_people_do() -> None:
    done.clear()
    refused.clear()

    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            derandomize=not SOAK,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    figures("money conserved", runs=RUNS, steps=STEPS, done=sum(done.values()), refused=sum(refused.values()))
    assert len(done) >= MANY


class Life(RuleBasedStateMachine):
    """What happens to a company of six customers, one step after the other."""

    at: SmallCompany

    @initialize()
    def begins(self) -> None:
        self.at.begin_again()
        self.busy, self.servers = False, 100
        self.books = self.at.books()

    @rule(busy=st.booleans())
    def the_workers_have_much_to_do(self, busy: bool) -> None:
        """From now on what follows from events waits for the night, or does not."""
        self.busy = busy
        self.goes_on()

    @rule(hours=st.integers(1, 40), mood=st.sampled_from(Mood))
    def a_night_passes(self, hours: int, mood: Mood) -> None:
        self.lives(timedelta(hours=hours), mood)

    @rule(days=st.sampled_from((3, 8, 15, 31, 31)), mood=st.sampled_from(Mood))
    def weeks_pass(self, days: int, mood: Mood) -> None:
        self.at.follows()  # nobody has so much to do that it waits for weeks: of a refund the doctor would say so
        self.lives(timedelta(days=days), mood)

    @rule(
        who=WHICH,
        servers=st.lists(
            st.tuples(
                st.sampled_from(PLANS),
                st.sampled_from(CYCLES),
                st.sampled_from((0, 0, 50, 150)),
                st.sampled_from(("none", "cpanel")),
                st.integers(0, 2),
                st.booleans(),
            ),
            min_size=1,
            max_size=3,
        ),
        coupon=st.sampled_from(("", "", *COUPONS)),
        pays=st.booleans(),
    )
    def orders(self, who: int, servers: list[tuple[str, int, int, str, int, bool]], coupon: str, pays: bool) -> None:
        person = self.person(who)
        items = []
        for plan, months, disk, panel, addresses, migration in servers:
            self.servers += 1
            options: dict[str, str | int] = {"extra-disk": disk, "control-panel": panel}
            add_ons = {"extra-ipv4": addresses, "migration": int(migration)}
            items.append(a_server(self.servers, plan, months, options, {k: v for k, v in add_ons.items() if v}))
        order = self.tries("order", lambda: self.at.orders(person, *items, coupon=coupon))
        if order is not None and pays:
            self.tries_to_pay("pay", lambda: self.at.pays(person, order.invoice_id))
        self.goes_on()

    @precondition(lambda self: self.invoices("draft", "open", "uncollectible"))
    @rule(which=WHICH, how=st.sampled_from(("exactly", "exactly", *PAID_AS)), odd=st.booleans())
    def pays(self, which: int, how: str, odd: bool) -> None:
        invoice = self.one_of("draft", "open", "uncollectible", which=which, odd=odd)
        self.tries_to_pay(f"pay {how}", lambda: self.at.pays(self.owner(invoice), UUID(invoice.id), PAID_AS.get(how)))
        self.goes_on()

    @precondition(lambda self: self.invoices("draft", "open", "uncollectible"))
    @rule(which=WHICH, mood=st.sampled_from(Mood), returns=st.booleans(), odd=st.booleans())
    def pays_by_wallet(self, which: int, mood: Mood, returns: bool, odd: bool) -> None:
        """Or agrees, and closes the window: it is taken in the night, unless somebody has paid another way by then."""
        invoice = self.one_of("draft", "open", "uncollectible", which=which, odd=odd)
        self.at.wallets.mood = mood
        self.tries_to_pay("approve", lambda: self.at.approves(self.owner(invoice), UUID(invoice.id), returns=returns))
        self.goes_on()

    @precondition(lambda self: self.invoices("draft", "open", "uncollectible"))
    @rule(
        which=WHICH,
        how=st.sampled_from(("exactly", *PAID_AS)),
        method=st.sampled_from(PaidBy),
        odd=st.booleans(),
        mistaken=st.booleans(),
    )
    def staff_record_a_payment(self, which: int, how: str, method: PaidBy, odd: bool, mistaken: bool) -> None:
        """And find at once, or never, or much later, that it was a mistake."""
        invoice = self.one_of("draft", "open", "uncollectible", which=which, odd=odd)
        asked = Money(invoice.total_minor - invoice.settled_minor - invoice.credited_minor, invoice.currency)
        name = f"{method} {sum(done.values())}"
        amount = PAID_AS[how](asked) if how in PAID_AS else asked
        came = Came(method, amount, self.at.clock.now.date(), name, name)
        opener = self.at.house.automation("staff")
        payment = self.tries(
            f"record {how}", lambda: record_payment(opener, self.at.house.gateways, UUID(invoice.id), came)
        )
        if payment is not None and mistaken:
            self.staff("take back", lambda work: take_back_payment(work, payment.id, "Another customer's"))
        self.goes_on()

    @precondition(lambda self: self.by_hand())
    @rule(which=WHICH)
    def staff_take_a_payment_back(self, which: int) -> None:
        payment = one(self.by_hand(), which)
        self.staff("take back", lambda work: take_back_payment(work, UUID(payment.id), "Another customer's"))

    @precondition(lambda self: self.at.bank.paid)
    @rule(which=WHICH, again=st.booleans())
    def the_bank_says_it_again(self, which: int, again: bool) -> None:
        """The same news once more; or the customer has paid a second time on the same page."""
        page = one(list(self.at.bank.paid), which)
        charge, receipt = self.at.bank.pages[page], self.at.bank.paid[page]
        if again:
            receipt = self.at.bank.takes(charge, again=len(self.at.bank.told))
        self.staff("hear again" if not again else "pay twice", lambda work: self.hears(work, receipt))

    @precondition(lambda self: self.given_up())
    @rule(which=WHICH)
    def money_comes_after_all(self, which: int) -> None:
        """What was declined or given up turns out to have been paid."""
        attempt_id = UUID(one(self.given_up(), which).id)

        def pay(work: Work) -> None:
            attempt = work.session.get_one(PaymentAttempt, attempt_id)
            wanted = paid_by(work, attempt)
            charge = charge_of(attempt, wanted, payer_ref_of(work, wanted.customer_id, attempt.gateway))
            self.hears(work, replace(self.at.bank.takes(charge, again=len(self.at.bank.told)), card=None))

        self.staff("pay late", pay)

    @precondition(lambda self: self.invoices("open"))
    @rule(which=WHICH)
    def the_card_is_charged(self, which: int) -> None:
        invoice = one(self.invoices("open"), which)
        self.staff("charge", lambda work: request_charge(work, UUID(invoice.id), AttemptTrigger.RETRY))

    @precondition(lambda self: self.invoices("open"))
    @rule(which=WHICH)
    def credit_is_spent(self, which: int) -> None:
        invoice = one(self.invoices("open"), which)

        def spend(work: Work) -> None:
            settle_from_credit(work, work.session.get_one(Invoice, UUID(invoice.id), with_for_update=True))

        self.staff("spend credit", spend)

    @rule(who=WHICH, minor=st.integers(1, 20000), days=st.sampled_from((None, 0, 3, 40)))
    def credit_is_given(self, who: int, minor: int, days: int | None) -> None:
        customer_id = self.person(who).own_customer()

        def give(work: Work) -> None:
            currency = work.session.get_one(Customer, customer_id).currency
            until = None if days is None else work.today + timedelta(days=days)
            grant_credit(work, customer_id, Money(minor, currency), "For your patience", until)

        self.staff("give credit", give)

    @rule(who=WHICH, minor=st.integers(900, 60000), how=st.sampled_from(("exactly", "exactly", "not yet", *PAID_AS)))
    def somebody_tops_up(self, who: int, minor: int, how: str) -> None:
        """On the bank's page, by what they have said or by something else; or they think about it."""
        person = self.person(who)
        asked = self.tries(f"top up {how}", lambda: self.at.does(person, lambda work: top_up(work, minor)))
        if asked is not None and how != "not yet":
            self.tries_to_pay("pay a top-up", lambda: self.at.pays(person, asked.id, PAID_AS.get(how)))
        self.goes_on()

    @rule(who=WHICH, below=st.integers(1, 30000), each=st.integers(1000, 30000), times=st.integers(1, 3))
    def somebody_lets_credit_be_topped_up(self, who: int, below: int, each: int, times: int) -> None:
        person = self.person(who)
        self.tries("agree", lambda: self.at.does(person, lambda work: agree(work, below, each, times)))
        self.goes_on()

    @precondition(lambda self: self.running())
    @rule(
        which=WHICH,
        plan=st.sampled_from(("", *PLANS)),
        months=st.sampled_from((0, 0, *CYCLES)),
        disk=st.sampled_from((None, 0, 50, 200)),
        addresses=st.sampled_from((None, 0, 1, 3)),
        at_renewal=st.booleans(),
        accepts=st.booleans(),
    )
    def a_change_is_quoted(
        self,
        which: int,
        plan: str,
        months: int,
        disk: int | None,
        addresses: int | None,
        at_renewal: bool,
        accepts: bool,
    ) -> None:
        subscription = one(self.running(), which)
        options = None if disk is None else {"extra-disk": disk}
        add_ons = None if addresses is None else {"extra-ipv4": addresses} if addresses else {}
        wish = ChangeWish(plan, months, options, add_ons, at_renewal)
        quote = self.customer("quote", subscription, lambda work: quote_change(work, UUID(subscription.id), wish))
        if quote is not None and accepts:
            self.customer("change", subscription, lambda work: accept_change(work, quote.id, quote.total_minor))

    @precondition(lambda self: self.changes("quoted"))
    @rule(which=WHICH, altered=st.booleans())
    def an_older_quote_is_accepted(self, which: int, altered: bool) -> None:
        quote = one(self.changes("quoted"), which)
        shown = quote.total_minor + altered
        self.customer("accept", self.subscription(quote), lambda work: accept_change(work, UUID(quote.id), shown))

    @precondition(lambda self: self.changes("accepted", "scheduled"))
    @rule(which=WHICH)
    def a_change_is_withdrawn(self, which: int) -> None:
        change = one(self.changes("accepted", "scheduled"), which)
        self.customer("withdraw", self.subscription(change), lambda work: withdraw_change(work, UUID(change.id)))

    @precondition(lambda self: self.running())
    @rule(which=WHICH, how=st.sampled_from(("now", "later", "stay")))
    def somebody_wants_to_go(self, which: int, how: str) -> None:
        subscription = one(self.running(), which)
        item_id = UUID(
            next(item.id for item in self.books.subscription_item if item.subscription_id == subscription.id)
        )
        ways: dict[str, Callable[[Work], object]] = {
            "now": lambda work: cancel_now(work, UUID(subscription.id)),
            "later": lambda work: cancel_at_period_end(work, item_id),
            "stay": lambda work: keep_subscription(work, item_id),
        }
        self.customer(f"cancel: {how}", subscription, ways[how])

    @precondition(lambda self: self.running())
    @rule(which=WHICH, days=st.integers(1, 60))
    def it_stands_still_or_goes_on(self, which: int, days: int) -> None:
        subscription = one(self.running(), which)
        returns_on = self.at.clock.now.date() + timedelta(days=days)
        if subscription.status == "paused":
            self.customer("go on", subscription, lambda work: end_pause(work, UUID(subscription.id)))
        else:
            self.customer(
                "pause", subscription, lambda work: pause_subscription(work, UUID(subscription.id), returns_on)
            )

    @precondition(lambda self: self.running())
    @rule(which=WHICH, days=st.integers(1, 40))
    def days_are_given(self, which: int, days: int) -> None:
        subscription = one(self.running(), which)
        self.staff("extend", lambda work: extend_subscription(work, UUID(subscription.id), days, "We were down"))

    @precondition(lambda self: self.running())
    @rule(which=WHICH)
    def the_next_period_is_paid_early(self, which: int) -> None:
        subscription = one(self.running(), which)
        self.customer("renew early", subscription, lambda work: renew_early(work, UUID(subscription.id)))

    @rule(who=WHICH, day=st.integers(1, 28))
    def renewals_are_aligned(self, who: int, day: int) -> None:
        customer_id = self.person(who).own_customer()
        self.staff("align", lambda work: align(work, customer_id, day))

    @precondition(lambda self: bool(self.invoices(*ISSUED)))
    @rule(which=WHICH, parts=st.integers(0, 4), odd=st.booleans(), mood=st.sampled_from((None, *Mood)))
    def a_credit_note_is_issued(self, which: int, parts: int, odd: bool, mood: Mood | None) -> None:
        """Over all of it, or over a part of each line; where the bank is in a mood, what was paid goes back."""
        self.at.bank.mood = mood or self.at.bank.mood
        give_back = GiveBack.REFUND if mood else GiveBack.CREDIT
        statuses = ("open", "uncollectible") if odd and self.invoices("open", "uncollectible") else ISSUED
        invoice_id = UUID(self.one_of(*statuses, which=which, odd=odd).id)
        name = f"{'' if parts else 'whole '}credit note{' and refund' if mood else ''}"
        self.staff(name, lambda work: credit(work, invoice_id, parts, give_back))

    @precondition(lambda self: bool(self.books.payment))
    @rule(which=WHICH, share=st.integers(1, 4), mood=st.sampled_from(tuple(Mood)))
    def credit_goes_back(self, which: int, share: int, mood: Mood) -> None:
        """Some of the credit that came of an invoice's payments, or of a top-up, goes back to where it came from."""
        invoice_id = one(self.books.payment, which).invoice_id
        self.at.bank.mood = mood

        def could(work: Work) -> list[Refundable]:
            if invoice_id is not None:
                return refundable(work, UUID(invoice_id))
            return refundable_of_top_up(work, UUID(one(self.books.top_up, which).id))

        def send(work: Work) -> None:
            for each in could(work):
                part = Money(max(each.amount.minor * share // 4, 1), each.amount.currency)
                refund_credit(work, each.entry.id, part, "They want it back")

        self.staff("send back credit", send)

    @precondition(lambda self: bool(self.at.bank.told))
    @rule(which=WHICH, minor=st.integers(1, 3000), again=st.booleans())
    def money_is_given_back_in_the_banks_dashboard(self, which: int, minor: int, again: bool) -> None:
        """Nobody has said what for; a message of it may come twice."""
        bank, payment_ref = self.at.bank, one(sorted(self.at.bank.told), which)
        left, ref = bank.left_of(payment_ref), f"re_outside_{len(bank.refunds)}"
        if not left or bank.is_disputed(payment_ref):
            return
        bank.gives_back(ref, payment_ref, Money(min(minor, left.minor), left.currency), RefundState.SUCCEEDED)
        for _ in range(1 + again):
            self.staff("hear of a refund", lambda work: self.hears_of_refund(work, ref))

    @precondition(lambda self: bool(self.at.bank.refunds_told))
    @rule(which=WHICH)
    def a_refund_arrives_or_comes_back(self, which: int) -> None:
        """What was on its way arrives; what had arrived was not wanted by its bank."""
        bank, ref = self.at.bank, one(sorted(self.at.bank.refunds_told), which)
        known = bank.refunds[ref]
        then = RefundState.SUCCEEDED if known.state is RefundState.PENDING else RefundState.FAILED
        bank.refunds[ref] = replace(known, state=then, failure="" if then is RefundState.SUCCEEDED else "lost card")
        self.staff("hear of a refund again", lambda work: self.hears_of_refund(work, ref))

    @precondition(lambda self: self.can_be_paid_out())
    @rule(which=WHICH, percent=st.integers(1, 100), days=st.integers(0, 5))
    def a_bank_pays_out(self, which: int, percent: int, days: int) -> None:
        """Some of what it has for us; our books hear of it in a night."""
        bank, held = one(self.can_be_paid_out(), which)
        part = Money(max(held.minor * percent // 100, 1), held.currency)
        bank.pays_out(part, self.at.clock.now.date() + timedelta(days=days))
        done["paid out"] += 1

    @precondition(lambda self: self.payouts())
    @rule(which=WHICH, state=st.sampled_from((PayoutState.PAID, PayoutState.FAILED, PayoutState.CANCELED)))
    def a_payout_arrives_or_comes_back(self, which: int, state: PayoutState) -> None:
        bank, ref = one(self.payouts(), which)
        bank.ends_payout(ref, state)
        done[f"payout {state}"] += 1

    @precondition(lambda self: bool(self.at.bank.told))
    @rule(
        which=WHICH,
        share=st.integers(1, 2),
        asks=st.booleans(),
        then=st.lists(st.sampled_from(DisputeState), max_size=2),
        knows=st.booleans(),
        owed=st.booleans(),
    )
    def a_payment_is_disputed(
        self, which: int, share: int, asks: bool, then: list[DisputeState], knows: bool, owed: bool
    ) -> None:
        """All that is left of it, or a half. What its bank decides we hear step by step, or at the end."""
        bank, payment_ref = self.at.bank, one(sorted(self.at.bank.told), which)
        part = Money(bank.left_of(payment_ref).minor // share, bank.told[payment_ref].amount.currency)
        if part.minor <= 0:
            return
        after_loss = AfterLoss.OWED_AGAIN if owed else AfterLoss.WRITTEN_OFF
        self.staff("decide", lambda work: set_rules(work, DisputeRules, {"after_loss": after_loss}))
        ref = bank.takes_back(payment_ref, part, asks=asks)
        for state in (None, *then):
            if state is not None and state is not DisputeState.WARNING:
                bank.decides(ref, state)
            if knows:
                self.hear_of_dispute(ref)
        self.hear_of_dispute(ref)

    @precondition(lambda self: bool(self.at.bank.disputes))
    @rule(which=WHICH, state=st.sampled_from((DisputeState.WON, DisputeState.LOST)))
    def a_bank_decides_about_a_dispute(self, which: int, state: DisputeState) -> None:
        ref = one(sorted(self.at.bank.disputes), which)
        self.at.bank.decides(ref, state)
        self.hear_of_dispute(ref)

    @precondition(lambda self: self.invoices("open", "uncollectible"))
    @rule(which=WHICH)
    def an_invoice_is_voided(self, which: int) -> None:
        invoice = self.one_of("open", "uncollectible", which=which, odd=which % 2 == 0)
        self.staff("void", lambda work: void_invoice(work, UUID(invoice.id)))

    @precondition(lambda self: self.invoices("open"))
    @rule(which=WHICH)
    def an_invoice_is_written_off(self, which: int) -> None:
        invoice = self.one_of("open", which=which, odd=which % 2 == 0)
        self.staff("write off", lambda work: mark_uncollectible(work, UUID(invoice.id)))

    @precondition(lambda self: self.invoices("uncollectible"))
    @rule(which=WHICH, how=st.sampled_from(("expected", "exactly", *PAID_AS)))
    def what_was_written_off_is_paid_or_expected_again(self, which: int, how: str) -> None:
        invoice = one(self.invoices("uncollectible"), which)
        if how == "expected":
            self.staff("expect again", lambda work: expect_again(work, UUID(invoice.id)))
        else:
            self.tries_to_pay(
                "pay a debt", lambda: self.at.pays(self.owner(invoice), UUID(invoice.id), PAID_AS.get(how))
            )
        self.goes_on()

    @rule(
        who=WHICH,
        lines=st.lists(
            st.tuples(st.integers(-500, 90000), st.integers(1, 3), st.integers(0, 600), st.booleans()), max_size=4
        ),
        then=st.sampled_from(("", "issue", "issue and credit", "issue and write off")),
    )
    def staff_write_an_invoice(self, who: int, lines: list[tuple[int, int, int, bool]], then: str) -> None:
        customer_id = self.person(who).own_customer()

        def draft(work: Work) -> Invoice:
            return draft_manual_invoice(work, customer_id, written(work, customer_id, lines))

        drafted = self.staff("draft", draft)
        if drafted is None or not then or self.staff("issue", lambda work: issue_draft(work, drafted.id)) is None:
            return
        if then == "issue and credit":
            self.staff("credit note", lambda work: credit(work, drafted.id, 2))
        elif then == "issue and write off":
            self.staff("write off", lambda work: mark_uncollectible(work, drafted.id))

    @precondition(lambda self: self.invoices("draft"))
    @rule(
        which=WHICH,
        what=st.sampled_from((change_draft, issue_draft, delete_draft)),
        lines=st.lists(st.tuples(st.integers(1, 90000), st.integers(1, 3), st.just(0), st.booleans()), max_size=3),
    )
    def staff_go_on_with_a_draft(self, which: int, what: Callable[..., Any], lines: list[Any]) -> None:
        draft = one(self.invoices("draft"), which)
        if what is change_draft:
            customer_id = UUID(draft.customer_id)
            self.staff("change draft", lambda work: what(work, UUID(draft.id), written(work, customer_id, lines)))
        else:
            self.staff(what.__name__, lambda work: what(work, UUID(draft.id)))

    @precondition(lambda self: bool(self.invoices(*ISSUED)))
    @rule(which=WHICH)
    def staff_copy_an_invoice(self, which: int) -> None:
        invoice = one(self.invoices(*ISSUED), which)
        self.staff("copy", lambda work: copy_invoice(work, UUID(invoice.id)))

    @precondition(lambda self: bool(self.waiting_orders()))
    @rule(which=WHICH, what=st.sampled_from((hold_order, approve_order, reject_order)))
    def an_order_is_looked_at(self, which: int, what: Callable[[Work, UUID, str], Any]) -> None:
        order = one(self.waiting_orders(), which)
        self.staff(what.__name__, lambda work: what(work, UUID(order.id), "As we see it"))
        self.goes_on()

    @rule(decision=st.sampled_from(DECISIONS))
    def the_house_decides_otherwise(self, decision: tuple[type[Rules], dict[str, object]]) -> None:
        self.staff("decide", lambda work: set_rules(work, *decision))

    @rule(currency=st.sampled_from(sorted(WORTH)), worth=st.integers(10_000, 99_999), tax=st.integers(0, 30))
    def the_world_changes(self, currency: str, worth: int, tax: int) -> None:
        rate, country = f"{WORTH[currency][:2]}{worth}", ("IE", "DE", "HU")[worth % 3]
        self.staff("rate", lambda work: enter_rate(work, "EUR", currency, rate, work.today))
        self.staff("tax", lambda work: change_tax(work, country, tax))

    @rule(plan=st.sampled_from(PLANS), which=WHICH, percent=st.integers(50, 170), days=st.sampled_from((None, 0, 31)))
    def a_price_changes(self, plan: str, which: int, percent: int, days: int | None) -> None:
        self.staff("price", lambda work: reprice(work, plan, which, percent, days))

    @rule(who=WHICH, currency=st.sampled_from(("EUR", "USD", "GBP")))
    def somebody_wants_another_currency(self, who: int, currency: str) -> None:
        customer_id = self.person(who).own_customer()
        self.staff("currency", lambda work: change_currency(work, customer_id, currency))

    @invariant()
    def everything_adds_up(self) -> None:
        self.books = self.at.books()
        assert self.books.wrong({bank.name: bank.holds() for bank in (self.at.bank, self.at.wallets)}) == []
        with self.at.database.reader(robot("doctor"))() as work:
            assert [broken for check in CHECKS for broken in check(work)] == []
            differ = select(BillingCase.facts).where(BillingCase.kind == DIFFERS, col(BillingCase.closed_at).is_(None))
            assert work.session.exec(differ).all() == []

    def lives(self, time: timedelta, mood: Mood) -> None:
        """Time passes, and then comes a night, in which the bank is in some mood."""
        self.at.bank.mood = self.at.wallets.mood = mood
        self.at.bank.settles()
        self.at.clock.move(time)
        self.at.night()
        done["night"] += 1
        self.goes_on()

    def person(self, who: int) -> Actor:
        return one(self.at.people, who)

    def owner(self, row: Any) -> Actor:
        return next(each for each in self.at.people if each.own_customer().hex == row.customer_id)

    def invoices(self, *statuses: str) -> list[Any]:
        return [invoice for invoice in self.books.invoice if invoice.status in statuses]

    def one_of(self, *statuses: str, which: int, odd: bool) -> Any:
        """One of the invoices in some status; an odd one, when asked for: of which something was paid or taken back."""
        some = self.invoices(*statuses)
        odd_ones = [
            each for each in some if each.settled_minor or each.credited_minor or each.status == "uncollectible"
        ]
        return one(odd_ones if odd and odd_ones else some, which)

    def waiting_orders(self) -> list[Any]:
        return [order for order in self.books.customer_order if order.status in ("placed", "reserved", "held")]

    def running(self) -> list[Any]:
        return [subscription for subscription in self.books.subscription if subscription.status in RUNNING]

    def changes(self, *statuses: str) -> list[Any]:
        return [change for change in self.books.subscription_change if change.status in statuses]

    def subscription(self, row: Any) -> Any:
        return next(each for each in self.books.subscription if each.id == row.subscription_id)

    def can_be_paid_out(self) -> list[tuple[Bank, Money]]:
        """What each bank has for us, where that is something, and where it has told of all that it has sent already."""
        held = ((bank, sum_held) for bank in (self.at.bank, self.at.wallets) for sum_held in bank.balances().values())
        return [(bank, each) for bank, each in held if each.minor > 0 and bank.payouts_told == bank.payouts]

    def payouts(self) -> list[tuple[Bank, str]]:
        return [(bank, ref) for bank in (self.at.bank, self.at.wallets) for ref in bank.payouts]

    def by_hand(self) -> list[Any]:
        return [payment for payment in self.books.standing_payments() if payment.gateway not in self.at.house.gateways]

    def given_up(self) -> list[Any]:
        over = [attempt for attempt in self.books.payment_attempt if attempt.status in ("failed", "needs_customer")]
        return [attempt for attempt in over if attempt.gateway == self.at.bank.name]

    def hears(self, work: Work, receipt: Any) -> None:
        book_receipt(work, self.at.bank.name, self.at.bank.tells(receipt))

    def hears_of_refund(self, work: Work, ref: str) -> None:
        book_refund(work, self.at.bank.name, self.at.bank.tells_refund(ref))

    def hear_of_dispute(self, ref: str) -> None:
        said = self.at.bank.read_dispute(ref)
        self.staff(f"hear of a dispute, {said.state}", lambda work: book_dispute(work, self.at.bank.name, said))

    def staff(self, what: str, deed: Callable[[Work], Any]) -> Any:
        """Our own people do something."""
        result = self.tries(what, lambda: self.at.does(None, deed))
        self.goes_on()
        return result

    def customer(self, what: str, subscription: Any, deed: Callable[[Work], Any]) -> Any:
        """Whoever owns a subscription does something."""
        result = self.tries(what, lambda: self.at.does(self.owner(subscription), deed))
        self.goes_on()
        return result

    def tries(self, what: str, deed: Callable[[], Any]) -> Any:
        """To be refused is fine: then nothing has changed."""
        try:
            result = deed()
        except BusinessError:
            refused[what] += 1
            return None
        done[what] += 1
        return result

    def tries_to_pay(self, what: str, deed: Callable[[], Any]) -> None:
        """The same at a gateway, which may not answer: the page says so, and whoever tries again finds out."""
        with suppress(TemporaryFailure):
            self.tries(what, deed)

    def goes_on(self) -> None:
        """What follows, follows, unless the workers have too much to do."""
        if not self.busy:
            self.at.follows()


def one(some: Sequence[T], which: int) -> T:
    """One of some."""
    return some[which % len(some)]


def top_up(work: Work, minor: int) -> TopUp:
    """A sum in one's own currency."""
    return ask_for_top_up(work, Money(minor, work.session.get_one(Customer, work.actor.own_customer()).currency))


def agree(work: Work, below: int, each: int, times: int) -> AutoTopUp:
    """Automatic top-ups in one's own currency, so many times a month."""
    currency = work.session.get_one(Customer, work.actor.own_customer()).currency
    return agree_to_top_ups(work, Terms(*(Money(minor, currency) for minor in (below, each, each * times))))


def align(work: Work, customer_id: UUID, day: int) -> None:
    """At the price that is shown at this moment."""
    align_renewals(work, customer_id, day, alignment(work, customer_id, day).totals())


def credit(work: Work, invoice_id: UUID, parts: int, give_back: GiveBack = GiveBack.CREDIT) -> None:
    """So many quarters of what is left of each line are taken back, or all of it."""
    rest = creditable(work, invoice_id)
    some = {each.line.id: Money(each.net.minor * parts // 4, each.net.currency) for each in rest}
    issue_credit_note(work, invoice_id, some if parts else None, "Not as promised", give_back)


def written(work: Work, customer_id: UUID, lines: Sequence[tuple[int, int, int, bool]]) -> Wanted:
    """Lines as staff type them: a price, how many, what comes off, and whether it is taxed."""
    currency = work.session.get_one(Customer, customer_id).currency
    return Wanted(
        [
            WantedLine("Work by hand", Money(minor, currency), count, Money(off, currency), taxed)
            for minor, count, off, taxed in lines
        ]
    )


def change_tax(work: Work, country: str, percent: int) -> None:
    """Another rate from today on."""
    rates = select(TaxRate).where(TaxRate.country == country, col(TaxRate.valid_to).is_(None))
    change_rate(work, work.session.exec(rates).one().id, str(percent), work.today)


def reprice(work: Work, slug: str, which: int, percent: int, days: int | None) -> None:
    """Another price for a plan, for new customers or also for those who have it."""
    prices = select(Price).join(Plan, col(Plan.id) == Price.plan_id)
    current = prices.where(Plan.slug == slug, col(Price.until).is_(None), col(Price.months).in_(CYCLES))
    price = one(work.session.exec(current.order_by(col(Price.currency), col(Price.months))).all(), which)
    amount = price.amount.share(Fraction(percent, 100)).major
    wish = PriceWish(price.currency, price.months, str(amount), str(price.setup.major))
    change_price(work, price.plan_id, wish, None if days is None else work.today + timedelta(days=days))
