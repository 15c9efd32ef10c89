"""Account credit as its customer sees it."""

from dataclasses import dataclass, field
from typing import Self

from ezscale.accounts.permissions import MANAGE_CARDS, PAY_INVOICES
from ezscale.billing.auto_agreements import agreement
from ezscale.billing.auto_top_ups import taken_this_month
from ezscale.billing.cards import usable_card
from ezscale.billing.credit import credit_balance, credit_history
from ezscale.billing.top_up_rules import limits
from ezscale.billing.top_ups import top_ups
from ezscale.kit.work import Work
from ezscale.models import AutoTopUp, Customer, TopUp
from ezscale.models.top_up import AutoTopUpStatus
from ezscale.state.account.invoice_views import CreditRow
from ezscale.state.amounts import plain_sum
from ezscale.state.other_ways import other_ways
from ezscale.state.reader import Reader

SHOWN = 10
PAGE, KEPT = "page", "kept"


@dataclass
class PayWay:
    """A way of paying, for a form: a gateway's page, or what is kept."""

    value: str
    text: str


def pay_ways(kept: str) -> list[PayWay]:
    """The ways that a form offers: `kept` is what the method is called that is charged by default."""
    pages = [PayWay(PAGE, "A card, on our provider's page"), *(PayWay(each.name, each.words) for each in other_ways())]
    return [*([PayWay(KEPT, kept)] if kept else []), *pages]


@dataclass
class TopUpRow:
    """A top-up and where it stands."""

    id: str
    number: str
    day: str
    amount: str
    how: str
    status: str

    @classmethod
    def of(cls, row: TopUp, reader: Reader) -> Self:
        how = "Automatic" if row.is_automatic else f"By {row.asked_by}"
        day = reader.day(row.finished_at or row.asked_at)
        return cls(str(row.id), row.number, day, reader.money(row.amount), how, row.status.value)


@dataclass
class AutomaticView:
    """What is topped up by itself. Sums are words to be read; those that begin with `typed` fill the form."""

    status: str = "off"
    below: str = ""
    each: str = ""
    monthly_most: str = ""
    taken: str = ""
    agreed: str = ""
    because: str = ""
    typed_below: str = ""
    typed_each: str = ""
    typed_monthly_most: str = ""

    @classmethod
    def of(cls, work: Work, agreed: AutoTopUp | None, reader: Reader) -> Self:
        """Nothing that was ever agreed to is off."""
        if agreed is None:
            return cls()
        return cls(
            status=agreed.status.value,
            below=reader.money(agreed.below),
            each=reader.money(agreed.amount),
            monthly_most=reader.money(agreed.monthly_most),
            taken=reader.money(taken_this_month(work, agreed)),
            agreed=f"{agreed.agreed_by}, {reader.moment(agreed.agreed_at)}",
            because=agreed.halted_because if agreed.status is not AutoTopUpStatus.ON else "",
            typed_below=plain_sum(agreed.below),
            typed_each=plain_sum(agreed.amount),
            typed_monthly_most=plain_sum(agreed.monthly_most),
        )


@dataclass
class CreditView:
    """What somebody has, what they can put in, and what happened."""

    balance: str = ""
    currency: str = ""
    limits: str = ""
    may_top_up: bool = False
    may_agree: bool = False
    ways: list[PayWay] = field(default_factory=list)
    automatic: AutomaticView = field(default_factory=AutomaticView)
    top_ups: list[TopUpRow] = field(default_factory=list)


def credit_view(work: Work, reader: Reader) -> CreditView:
    """The credit of the customer whom the actor acts for."""
    found = [TopUpRow.of(row, reader) for row in top_ups(work, limit=SHOWN)]
    customer = work.session.get_one(Customer, work.actor.own_customer())
    possible = limits(work, customer.currency)
    card = usable_card(work, customer.id)
    may = possible.is_possible and customer.suspended_at is None and work.actor.may(PAY_INVOICES)
    span = f"{reader.money(possible.least)} to {reader.money(possible.most)}"
    return CreditView(
        balance=reader.money(credit_balance(work, customer.id, customer.currency)),
        currency=customer.currency,
        limits=f"{span} at once; your credit may be {reader.money(possible.most_held)} in all.",
        may_top_up=may,
        may_agree=may and work.actor.may(MANAGE_CARDS) and work.actor.behind_id is None,
        ways=pay_ways(card.label if card else ""),
        automatic=AutomaticView.of(work, agreement(work), reader),
        top_ups=found,
    )


def movements(work: Work, reader: Reader) -> list[CreditRow]:
    """How one's credit has moved lately."""
    return [CreditRow.of(entry, reader) for entry in credit_history(work, limit=SHOWN)]
