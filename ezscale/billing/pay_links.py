"""Paying one invoice by a link, without signing in: whoever holds it sees that invoice, pays it, and nothing else."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlmodel import select

from ezscale.accounts.permissions import MANAGE_INVOICES, PAY_INVOICES
from ezscale.billing.checkout import NothingToPay, was_declined
from ezscale.billing.collecting import live_attempt
from ezscale.billing.invoicing import invoice, invoice_lines
from ezscale.billing.small_sums import WAITS, from_before, to_charge
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.errors import NotFound
from ezscale.kit.ids import fingerprint
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Invoice, PayLink
from ezscale.models.pay_link import payable_by_link, shows_by_link
from ezscale.models.payment import ON_A_PAGE

GONE = "This link does not lead to an invoice. It may be too old, or a part of it is missing."


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What whoever holds a link is told, and no more.

    `to_pay` is nothing when there is nothing to pay now: it is paid, a charge `is_under_way`, or `waits` says why.
    `small_sums` is how much of it is for small sums from before.
    """

    number: str
    due_on: date | None
    positions: tuple[str, ...]
    total: Money
    to_pay: Money
    small_sums: Money
    is_paid: bool
    is_under_way: bool
    waits: str
    was_declined: bool


def new_pay_link(work: Work, invoice_id: UUID) -> str:
    """The secret of a fresh link to an unpaid invoice, for its customer or for staff to hand on. It is told once.

    NothingToPay for one that no link can pay: it is paid or void, or was due more than sixty days ago.
    """
    if not work.actor.may(MANAGE_INVOICES):
        work.actor.require(PAY_INVOICES)
    found = invoice(work, invoice_id)
    if not payable_by_link(found, work.today):
        raise NothingToPay("This invoice cannot be paid by a link.")
    link, secret = PayLink.to(found, work.now)
    work.session.add(link)
    work.record("pay link made", ("invoice", found.id), ("customer", found.customer_id))
    return secret


def asked_by_link(work: Work, secret: str) -> AskedFor:
    """What a link's invoice asks for. NotFound, in the same words, for a link that is wrong, too old or for a void one."""
    found = _behind(work, secret)
    narrowed = replace(work, actor=_holder(found, work.actor))
    positions = tuple(line.description for line in invoice_lines(narrowed, found.id))
    charged, nothing = to_charge(work, found), Money.zero(found.currency)
    payable, attempt = payable_by_link(found, work.today), live_attempt(work, found.id)
    is_under_way = payable and attempt is not None and attempt.trigger not in ON_A_PAGE
    to_pay = charged if payable and not is_under_way else nothing
    return AskedFor(
        number=found.shown_number,
        due_on=found.due_on,
        positions=positions,
        total=found.total,
        to_pay=to_pay,
        small_sums=from_before(to_pay, found) if to_pay else nothing,
        is_paid=not payable,
        is_under_way=is_under_way,
        waits=WAITS if payable and not charged else "",
        was_declined=payable and was_declined(work, found.id),
    )


def holder_of(work: Work, secret: str) -> tuple[Actor, UUID]:
    """Whoever came by a link, as an actor who may see and pay its invoice and nothing else; and that invoice.

    It does not matter who is signed in there.

    NotFound, in the same words, for a link that is wrong, too old or for a void invoice.
    """
    found = _behind(work, secret)
    return _holder(found, work.actor), found.id


def _holder(found: Invoice, visitor: Actor) -> Actor:
    return Actor(
        ActorKind.LINK,
        "Holder of a pay link",
        permissions=frozenset({PAY_INVOICES}),
        door="pay link",
        address=visitor.address,
        network=visitor.network,
        invoice_id=found.id,
    )


def _behind(work: Work, secret: str) -> Invoice:
    ours = select(Invoice).join(PayLink).where(PayLink.secret_hash == fingerprint(secret))
    found = work.session.exec(ours).first()
    if found is None or not shows_by_link(found, work.today):
        raise NotFound(GONE)
    return found
