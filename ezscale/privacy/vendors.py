"""Letting vendors forget a customer, too.

What they know the customer by is noted in the transaction that forgets it here, and goes when they have confirmed.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

from sqlmodel import col, or_, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing.cases import close_case, open_case
from ezscale.billing.gateways import Gateways
from ezscale.billing.payers import known_as
from ezscale.billing.ports import About, Payer
from ezscale.kit.errors import Rejected, TemporaryFailure
from ezscale.kit.work import OpenWork, Work
from ezscale.models import BillingCase, Customer, InboundNotice, Invoice, Service, VendorErasure
from ezscale.models.service import UNBUILT
from ezscale.privacy.holdings import CUSTOMER
from ezscale.provisioning.ports import Panel, PanelOwner

GATEWAY = "gateway"
CASE = "not_erased"
MOST_TRIES = 30  # in about four hours; after that a person knows, and it is tried a few times a day
OUR_IDS = re.compile(r"\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})\b")


def ask_vendors(work: Work, about: Customer, email: str) -> None:
    """Note who else is to forget a customer, and what they know them by, before it is forgotten here.

    Every gateway is asked about everybody: it may know one whose registration's answer was lost.
    """
    work.session.refresh(about, with_for_update=True)
    built = select(Service.panel).where(Service.customer_id == about.id, col(Service.status).not_in(UNBUILT))
    refs = {GATEWAY: known_as(work, about.id), **dict.fromkeys(work.session.exec(built.distinct()), about.panel_ref)}
    known = {row.vendor: row for row in _erasures(work, about.id)}
    for vendor, ref in refs.items():
        if vendor not in known:
            row = VendorErasure(customer_id=about.id, vendor=vendor, ref=ref, email=email, asked_at=work.now)
            work.session.add(row)
        elif vendor == GATEWAY and ref:  # they were registered while they were erased
            known[vendor].ask_again(ref, work.now)


def forget_at_vendors(open_work: OpenWork, gateways: Gateways, panels: Mapping[str, Panel], customer_id: UUID) -> None:
    """Let each vendor forget an erased customer. TemporaryFailure means: call again later, for those that did not."""
    with open_work() as work:
        waiting = [row.id for row in _erasures(work, customer_id) if row.done_at is None]
    failures = []
    for erasure_id in waiting:
        try:
            _forget_at_one(open_work, gateways, panels, erasure_id)
        except TemporaryFailure as failure:
            failures.append(failure)
    if failures:
        raise failures[0]


def forget_what_is_left(open_work: OpenWork, gateways: Gateways, panels: Mapping[str, Panel], limit: int = 200) -> None:
    """Ask again wherever somebody is not forgotten yet, those that were asked least first."""
    with open_work() as work:
        waiting = select(VendorErasure.id).where(col(VendorErasure.done_at).is_(None))
        least_asked = waiting.order_by(col(VendorErasure.tries), col(VendorErasure.id)).limit(limit)
        left = work.session.exec(least_asked).all()
    for erasure_id in left:
        with suppress(TemporaryFailure):
            _forget_at_one(open_work, gateways, panels, erasure_id)


def vendor_erasures(work: Work, customer_id: UUID) -> list[VendorErasure]:
    """Who was asked to forget a customer, and what came of it. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    return _erasures(work, customer_id)


def empty_notice(work: Work, notice_id: UUID) -> None:
    """A vendor's message about somebody who is erased keeps nothing of them: their deletion is told with a full name.

    They are found by our ids, their own or an invoice's; what is told of a kept card, or of a subscription that is
    not ours, has none, and nobody needs it.
    """
    notice = work.session.get_one(InboundNotice, notice_id)
    named = {UUID(text) for text in OUR_IDS.findall(notice.payload)}
    theirs = or_(col(VendorErasure.customer_id).in_(named), col(Invoice.id).in_(named))
    erased = select(VendorErasure.id).outerjoin(Invoice, col(Invoice.customer_id) == VendorErasure.customer_id)
    if notice.about in (About.CARD, About.OLD_SUBSCRIPTION) or (
        named and work.session.exec(erased.where(theirs).limit(1)).first() is not None
    ):
        notice.payload = "{}"


def _forget_at_one(open_work: OpenWork, gateways: Gateways, panels: Mapping[str, Panel], erasure_id: UUID) -> None:
    with open_work() as work:
        asked = _to_change(work, erasure_id)
        if asked.done_at is not None:
            return
        asked.tries += 1
    try:
        _tell(gateways, panels, asked)
    except (TemporaryFailure, Rejected) as trouble:
        with open_work() as work:
            if _waits_for_a_person(work, erasure_id, trouble):
                return
        raise
    with open_work() as work:
        erasure = _to_change(work, erasure_id)
        if erasure.done_at is None and (erasure.ref, erasure.email) == (asked.ref, asked.email):
            _finish(work, erasure, "deleted")


def _tell(gateways: Gateways, panels: Mapping[str, Panel], erasure: VendorErasure) -> None:
    if erasure.vendor == GATEWAY:
        _tell_gateways(gateways, erasure)
    elif erasure.vendor in panels:
        panels[erasure.vendor].forget_account(PanelOwner(erasure.ref, "", erasure.email))
    else:
        raise Rejected(f"No panel of the name {erasure.vendor} is connected")


def _tell_gateways(gateways: Gateways, erasure: VendorErasure) -> None:
    """Each of them, by every name it has for the customer; one that does not answer does not stop the others."""
    failures = []
    for name, gateway in gateways.items():
        known = [word.removeprefix(f"{name}:") for word in erasure.ref.split() if word.startswith(f"{name}:")]
        for ref in known or [""]:
            try:
                gateway.forget_payer(Payer(erasure.customer_id, "", erasure.email, "", ref))
            except (TemporaryFailure, Rejected) as failure:
                failures.append(failure)
    if failures:
        raise failures[0]


def _waits_for_a_person(work: Work, erasure_id: UUID, trouble: TemporaryFailure | Rejected) -> bool:
    """Note what went wrong; whether somebody must look, because it was refused, or has been tried for too long."""
    erasure = _to_change(work, erasure_id)
    if erasure.done_at is not None:
        return True
    case = _case(work, erasure)
    refused = isinstance(trouble, Rejected)
    if refused and case is not None and case.closed_at is not None:
        _finish(work, erasure, "by hand")
        return True
    erasure.trouble = _without_names(trouble.message, erasure)
    if not refused and erasure.stuck_at is None and erasure.tries < MOST_TRIES:
        return False
    erasure.get_stuck(erasure.trouble, work.now)
    facts = {"vendor": erasure.vendor, "trouble": erasure.trouble}
    open_case(work, CASE, _subject(erasure), erasure.customer_id, facts)
    return True


def _finish(work: Work, erasure: VendorErasure, how: str) -> None:
    erasure.finish(work.now)
    work.record("customer erased at vendor", (CUSTOMER, erasure.customer_id), vendor=erasure.vendor, how=how)
    case = _case(work, erasure)
    if case is not None:
        close_case(work, case.id, "They are forgotten there now")


def _without_names(trouble: str, erasure: VendorErasure) -> str:
    """The vendor's words outlive what it called them: the case is kept."""
    refs = [word.partition(":")[2] for word in erasure.ref.split()] if erasure.vendor == GATEWAY else [erasure.ref]
    for name in filter(None, (*refs, erasure.email)):
        trouble = trouble.replace(name, "…")
    return trouble


def _erasures(work: Work, customer_id: UUID) -> list[VendorErasure]:
    theirs = select(VendorErasure).where(VendorErasure.customer_id == customer_id)
    return list(work.session.exec(theirs.order_by(col(VendorErasure.vendor))))


def _to_change(work: Work, erasure_id: UUID) -> VendorErasure:
    return work.session.get_one(VendorErasure, erasure_id, with_for_update=True, populate_existing=True)


def _case(work: Work, erasure: VendorErasure) -> BillingCase | None:
    about = select(BillingCase).where(BillingCase.once_key == f"{CASE}:{_subject(erasure)}")
    return work.session.exec(about).first()


def _subject(erasure: VendorErasure) -> str:
    """What a case is about: this asking, so that a later one is a case of its own."""
    return f"{erasure.id}@{erasure.asked_at:%Y%m%d%H%M%S}"
