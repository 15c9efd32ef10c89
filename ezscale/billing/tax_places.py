"""The taxes of American places, asked of a service before they are needed and kept for a while."""

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import func
from sqlmodel import and_, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.billing.tax_book import Place, place_key
from ezscale.billing.tax_ports import CalculatedTax, TaxCalculator
from ezscale.billing.tax_rules import TaxRules
from ezscale.company.rules import rules
from ezscale.kit.database import insert_new, table_of
from ezscale.kit.errors import Rejected, TemporaryFailure
from ezscale.kit.ids import new_id
from ezscale.kit.work import OpenWork, Work
from ezscale.models import CalculatedRate, Customer

log = structlog.get_logger()

LASTS = timedelta(days=7)
AT_ONCE = 200
UNITED_STATES = "US"


def learn_place_of(open_work: OpenWork, calculator: TaxCalculator, customer_id: UUID) -> None:
    """Ask about the place of one customer, if the service is used for it and what we know is not fresh."""
    with open_work() as work:
        who = work.session.get_one(Customer, customer_id)
        place = place_key(who.country, who.region, who.postcode)
        wanted = place[1] in nexus(work) and place[0] == UNITED_STATES and not _is_fresh(work, place)
    if wanted:
        learn_place(open_work, calculator, place)


def learn_place(open_work: OpenWork, calculator: TaxCalculator, place: Place) -> bool:
    """Ask the service about a place and keep what it says. False while it does not answer: then nothing is changed."""
    with open_work() as work:
        regions = nexus(work)
    try:
        answer = calculator.rate_of(*place, nexus=regions)
    except (TemporaryFailure, Rejected) as trouble:
        log.info("tax_not_calculated", place="-".join(place), reason=trouble.message)
        return False
    with open_work() as work:
        _keep(work, calculator.name, place, answer)
    return True


def places_to_learn(work: Work, limit: int = AT_ONCE) -> list[Place]:
    """The places of customers about which the service is to be asked, in the regions where we are registered."""
    regions = nexus(work)
    if not regions:
        return []
    five = func.substr(Customer.postcode, 1, 5)
    known = and_(
        CalculatedRate.country == Customer.country,
        CalculatedRate.region == Customer.region,
        CalculatedRate.postcode == five,
    )
    found = (
        select(Customer.region, five)
        .outerjoin(CalculatedRate, known)
        .where(
            Customer.country == UNITED_STATES,
            col(Customer.region).in_(regions),
            Customer.postcode != "",
            or_(col(CalculatedRate.id).is_(None), col(CalculatedRate.calculated_at) < work.now - LASTS),
        )
        .distinct()
        .limit(limit)
    )
    return [place_key(UNITED_STATES, region, postcode) for region, postcode in work.session.exec(found)]


def nexus(work: Work) -> list[str]:
    """The American regions where we are registered, if a service is used for them."""
    decided = rules(work, TaxRules)
    prefix = f"{UNITED_STATES}-"
    return (
        sorted(place.removeprefix(prefix) for place in decided.places if place.startswith(prefix))
        if decided.us_service
        else []
    )


def _is_fresh(work: Work, place: Place) -> bool:
    row = work.session.exec(_row(place)).first()
    return row is not None and work.now - row.calculated_at <= LASTS


def _keep(work: Work, source: str, place: Place, answer: CalculatedTax) -> None:
    country, region, postcode = place
    fresh = {"country": country, "region": region, "postcode": postcode, "rate": 0, "source": source}
    insert_new(work.session, table_of(CalculatedRate), [{"id": new_id(), **fresh, "calculated_at": work.now}])
    row = work.session.exec(_row(place).with_for_update()).one()
    row.rate, row.source, row.calculated_at = answer.rate if answer.collects else 0, source, work.now
    work.session.add(row)
    work.record("tax of a place calculated", ("calculated_rate", row.id), written={"calculated_rate": 1})


def _row(place: Place) -> SelectOfScalar[CalculatedRate]:
    country, region, postcode = place
    return select(CalculatedRate).where(
        CalculatedRate.country == country, CalculatedRate.region == region, CalculatedRate.postcode == postcode
    )
