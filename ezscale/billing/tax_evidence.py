"""What was known of the place of a buyer when the tax was decided (Art. 24f, Regulation 282/2011): kept on the invoice."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.cases import open_case
from ezscale.billing.tax import EU, TaxDecision
from ezscale.billing.tax_standing import Known, Standing, standings
from ezscale.kit.work import Work
from ezscale.models import PaymentMethod

CONTRADICTION = "places_contradict"
Evidence = dict[str, Any]


class Evidences:
    """The evidence of the buyers of some invoices, read at once. Buyers of whom the same is known share one value."""

    def __init__(self, cards: Mapping[UUID, str], known: Mapping[UUID, Standing]) -> None:
        self._cards, self._standings = cards, known
        self._shared: dict[tuple[str, str, str, str], Evidence] = {}

    def of(self, who: Known, decision_source: str = "", network: str = "") -> Evidence:
        """Their country as billed, of their card, and of the network from which they ordered; and of their tax id."""
        card, standing = self._cards.get(who.id, ""), self._standings.get(who.id)
        if standing is not None:
            return _written(who.country, card, network, decision_source) | _of_standing(standing)
        key = who.country, card, network, decision_source
        if key not in self._shared:
            self._shared[key] = _written(*key)
        return self._shared[key]


def evidence_of(work: Work, customers: Collection[Known], known: Mapping[UUID, Standing] | None = None) -> Evidences:
    """What is known of these customers now, of whom `known` may say already how they stand. One query to three."""
    default = select(PaymentMethod.customer_id, PaymentMethod.country).where(
        col(PaymentMethod.customer_id).in_([who.id for who in customers]),
        col(PaymentMethod.is_default).is_(True),
        col(PaymentMethod.removed_at).is_(None),
    )
    return Evidences(dict(work.session.exec(default).all()), standings(work, customers) if known is None else known)


def contradictions(evidence: Evidence) -> list[str]:
    """The countries that the evidence names, when it names more than one."""
    if len(evidence) < 2:
        return []
    named = {str(evidence[what]) for what in ("billing", "card", "network") if evidence.get(what)}
    return sorted(named) if len(named) > 1 else []


def question_contradictions(work: Work, customer_id: UUID, evidence: Evidence, tax: TaxDecision | str) -> None:
    """A consumer in the EU of whom the pieces of evidence name different countries: a person looks at it, once."""
    taxed_in = tax if isinstance(tax, str) else tax.country
    countries = contradictions(evidence)
    if countries and taxed_in in EU:
        about = f"{customer_id.hex}:{'-'.join(countries)}"
        open_case(work, CONTRADICTION, about, customer_id, {"countries": ", ".join(countries), "taxed_in": taxed_in})


def _written(billing: str, card: str, network: str, source: str) -> Evidence:
    pieces = {"billing": billing, "card": card, "network": network, "calculated_by": source}
    return {name: value for name, value in pieces.items() if value}


def _of_standing(standing: Standing) -> Evidence:
    told: Evidence = {"exemption": standing.exemption} if standing.exemption else {}
    if not standing.number:
        return told
    about = {
        "number": standing.number,
        "state": standing.state.value,
        "request_id": standing.request_id,
        "checked_at": standing.checked_at.isoformat(timespec="seconds") if standing.checked_at else "",
    }
    return told | {"tax_id": {name: value for name, value in about.items() if value}}
