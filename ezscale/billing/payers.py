"""What each gateway calls our customers."""

from uuid import UUID

from sqlalchemy import ColumnElement, bindparam
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.billing.ports import Payer, PaymentGateway
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Customer, KnownPayer


def registered(open_work: OpenWork, gateway: PaymentGateway, customer_id: UUID) -> str:
    """A gateway's name for a customer, asked for once and kept; empty while it has none."""
    with open_work() as work:
        who = payer(work, customer_id, gateway.name)
    if who.gateway_ref:
        return who.gateway_ref
    ref = gateway.register(who)
    with open_work() as work:
        know_payer(work, customer_id, gateway.name, ref)
    return ref


def payer(work: Work, customer_id: UUID, gateway: str) -> Payer:
    """A customer in a gateway's terms."""
    customer = work.session.get_one(Customer, customer_id)
    name = customer.company or customer.name
    ref = payer_ref_of(work, customer_id, gateway)
    return Payer(customer.id, name, customer.email, customer.country, ref)


def payer_ref_of(work: Work, customer_id: UUID, gateway: str) -> str:
    """A gateway's name for a customer, the first if it has several; empty while we know none."""
    return work.session.exec(FIRST_NAME, params={"of_customer": customer_id, "at_gateway": gateway}).first() or ""


def first_name(customer_id: ColumnElement[UUID], gateway: ColumnElement[str]) -> SelectOfScalar[str]:
    """For queries: the same."""
    named = select(KnownPayer.ref).where(KnownPayer.customer_id == customer_id, KnownPayer.gateway == gateway)
    return named.order_by(col(KnownPayer.id)).limit(1)


FIRST_NAME = first_name(bindparam("of_customer"), bindparam("at_gateway"))


def known_as(work: Work, customer_id: UUID) -> str:
    """Everything that gateways call a customer: words such as stripe:cus_1, one for each name."""
    known = select(KnownPayer).where(KnownPayer.customer_id == customer_id).order_by(col(KnownPayer.id))
    return " ".join(f"{payer.gateway}:{payer.ref}" for payer in work.session.exec(known))


def know_payer(work: Work, customer_id: UUID, gateway: str, ref: str) -> None:
    """Remember a gateway's name for a customer, once; an empty one is none."""
    work.session.get_one(Customer, customer_id, with_for_update=True)
    known = select(KnownPayer.id).where(KnownPayer.gateway == gateway, KnownPayer.ref == ref)
    if ref and work.session.exec(known).first() is None:
        work.session.add(KnownPayer(customer_id=customer_id, gateway=gateway, ref=ref))
        work.session.flush()
