"""How people get along with us. A life does something, then says how long it will be until it does the next thing."""

from collections.abc import Iterator
from datetime import timedelta

from ezscale.cli.demo.acts import AUTHENTICATED_ONCE, DECLINED_LATER, GOOD, Customer
from ezscale.models.subscription import LeavingReason

Life = Iterator[timedelta]
DAY = timedelta(days=1)
ALWAYS_ASKS = "4000002760003184"


def arriving(me: Customer) -> Life:
    """Makes an account and looks around."""
    me.sign_up()
    yield a_while(me)
    me.prove_address()
    yield a_while(me)
    me.tell_address()
    yield a_while(me)


def buying(me: Customer, plan: str, months: int = 1, coupon: str = "", card: str = GOOD) -> Life:
    """Arrives and buys a server."""
    yield from arriving(me)
    invoice_id = me.order(plan, months, coupon)
    yield a_while(me)
    me.pay(invoice_id, card)
    yield a_while(me)


def buying_by_paypal(me: Customer, plan: str, months: int = 1, wallet: str = "good") -> Life:
    """Arrives and buys a server, with a wallet that pays its renewals, too."""
    yield from arriving(me)
    invoice_id = me.order(plan, months)
    yield a_while(me)
    me.pay_by_paypal(invoice_id, wallet)
    yield a_while(me)


def growing(me: Customer, plan: str, then: str, after: int, months: int = 1) -> Life:
    """Comes back for a second server."""
    yield from buying(me, plan, months)
    yield after * DAY
    yield a_while(me)
    me.pay(me.order(then, months, host="app"), AUTHENTICATED_ONCE)


def equipping(me: Customer, *plans: str, months: int = 1) -> Life:
    """Buys several servers in one order."""
    yield from arriving(me)
    invoice_id = me.order_all(plans, months)
    yield a_while(me)
    me.pay(invoice_id)
    yield a_while(me)


def doubted(me: Customer, plan: str, why: str) -> Life:
    """Pays for an order that one of us wants to look at first."""
    yield from arriving(me)
    invoice_id = me.order_all((plan, plan))
    me.is_doubted(why)
    yield a_while(me)
    me.pay(invoice_id)
    yield a_while(me)


def leaving(me: Customer, plan: str, after: int, why: LeavingReason, reason: str) -> Life:
    """Cancels after some time."""
    yield from buying(me, plan)
    yield after * DAY
    me.cancel(why, reason)


def hesitating(me: Customer, plan: str, after: int) -> Life:
    """Cancels, and takes it back a few days later."""
    yield from buying(me, plan)
    yield after * DAY
    me.cancel(LeavingReason.PRICE, "I thought I had found something cheaper.")
    yield 3 * DAY
    me.keep()


def forgetting(me: Customer, plan: str, after: int, late_by: int) -> Life:
    """Has a card that stops working, and pays some days after it was due."""
    yield from buying(me, plan)
    yield after * DAY
    me.leave_card(DECLINED_LATER)
    while not me.unpaid():
        yield DAY
    yield late_by * DAY
    me.pay_what_is_due(GOOD)


def vanishing(me: Customer, plan: str, after: int, card: str = DECLINED_LATER) -> Life:
    """Leaves a card that stops working, and is not heard of again."""
    yield from buying(me, plan)
    yield after * DAY
    me.leave_card(card)


def wondering(me: Customer, plan: str) -> Life:
    """Orders, and never pays."""
    yield from arriving(me)
    me.order(plan)


def unlucky(me: Customer, plan: str) -> Life:
    """Pays, and the panel cannot install the system."""
    yield from arriving(me)
    invoice_id = me.order(plan)
    me.company.let_next_build_fail()
    me.pay(invoice_id)


def a_while(me: Customer) -> timedelta:
    """A few minutes."""
    return timedelta(minutes=me.chance.randint(2, 25))
