"""What a customer is asked for: positions with the taxes that this customer owes."""

from collections.abc import Sequence

from ezscale.billing.lines import Position, PricedLine, price_lines
from ezscale.billing.seller import seller
from ezscale.billing.tax import TaxDecision, decide_tax
from ezscale.kit.work import Work
from ezscale.models import Customer


def tax_for(work: Work, customer: Customer) -> TaxDecision:  # noqa: ARG001  # the rates are to come from the database
    """Which taxes a sale to a customer carries today."""
    return decide_tax(seller().country, customer.country, customer.tax_id)


def price_for(work: Work, customer: Customer, positions: Sequence[Position]) -> list[PricedLine]:
    """The lines of an invoice to a customer."""
    return price_lines(positions, tax_for(work, customer))
