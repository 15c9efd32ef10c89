"""Credit that came of a payment which its bank takes back: it is not there to be spent until the bank has decided."""

from ezscale.billing import ledger
from ezscale.billing.auto_agreements import pause_top_ups
from ezscale.billing.credit import CameOf, came, take_out
from ezscale.billing.credit_sources import credit_of_payments
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Dispute, Payment


def withhold_credit(work: Work, dispute: Dispute, payment: Payment) -> None:
    """Keep from the customer what is unspent of a payment that was taken back; never more than there is, nor than was taken.

    What lies on the account of what is withheld is theirs again when the bank lets us have the money, and covers the loss
    otherwise. Nothing is topped up by itself meanwhile. Their credit must be locked.
    """
    missing, source = dispute.amount, ledger.withheld(dispute.customer_id)
    for entry in credit_of_payments(work, [payment]):
        part = min(entry.left, missing) if entry.currency == dispute.currency else Money.zero(dispute.currency)
        if part:
            once_key = f"withheld:{dispute.id.hex}:{entry.id.hex}"
            take_out(work, entry, part, "Kept until your bank has decided", once_key, "credit_withheld", source)
            missing -= part
    dispute.held_minor = (dispute.amount - missing).minor
    pause_top_ups(work, dispute.customer_id, "a payment of yours is disputed")


def release_credit(work: Work, dispute: Dispute) -> None:
    """The bank lets us have the money: what was kept from the customer is theirs again."""
    if dispute.held:
        once_key, account = CameOf.WON_DISPUTE.name_of(dispute.id), ledger.withheld(dispute.customer_id)
        came(work, dispute.customer_id, dispute.held, "Your bank has decided: it stands", once_key, None)
        sides = [(account, dispute.held), (ledger.credit(dispute.customer_id), -dispute.held)]
        ledger.book(work, "credit_released", once_key, sides)
