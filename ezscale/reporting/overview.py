"""The company at a glance."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.company.currencies import together
from ezscale.kit.money import Money
from ezscale.kit.vendor_lines import silent_lines
from ezscale.kit.work import Work
from ezscale.models import BillingCase, Customer, Invoice, PanelFinding, Service
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.service import ServiceStatus
from ezscale.reporting.revenue import recurring_revenue


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures for the first screen of the day; sums are by currency, and all together in that of reports.

    There is no sum of all where one of the currencies has no rate. Of vendors that do not answer it says since when.
    """

    mrr: dict[str, Money]
    customers: int
    services: dict[str, int]
    outstanding: dict[str, Money]
    overdue: dict[str, Money]
    overdue_count: int
    open_cases: int
    failed_builds: int
    open_findings: int = 0
    silent_vendors: tuple[tuple[str, datetime], ...] = ()
    mrr_together: Money | None = None
    outstanding_together: Money | None = None


def company_overview(work: Work) -> Overview:
    """The company as it stands now. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    by_status = select(Service.status, func.count()).group_by(col(Service.status))
    services = {str(status): count for status, count in work.session.exec(by_status)}
    late = col(Invoice.due_on) < work.today
    waiting = (col(PanelFinding.closed_at).is_(None), col(PanelFinding.dismissed_at).is_(None))
    mrr, outstanding = recurring_revenue(work), _open_sums(work)
    return Overview(
        mrr=mrr,
        customers=work.session.exec(select(func.count()).select_from(Customer)).one(),
        services=services,
        outstanding=outstanding,
        overdue=_open_sums(work, late),
        overdue_count=work.session.exec(select(func.count()).where(Invoice.status == InvoiceStatus.OPEN, late)).one(),
        open_cases=work.session.exec(select(func.count()).where(col(BillingCase.closed_at).is_(None))).one(),
        failed_builds=services.get(ServiceStatus.FAILED, 0),
        open_findings=work.session.exec(select(func.count()).where(*waiting)).one(),
        silent_vendors=tuple((line.name, line.silent_since) for line in silent_lines(work) if line.silent_since),
        mrr_together=together(work, mrr),
        outstanding_together=together(work, outstanding),
    )


def _open_sums(work: Work, *conditions: object) -> dict[str, Money]:
    open_amount = func.sum(col(Invoice.total_minor) - col(Invoice.settled_minor) - col(Invoice.credited_minor))
    sums = (
        select(Invoice.currency, open_amount)
        .where(Invoice.status == InvoiceStatus.OPEN, *conditions)  # type: ignore[arg-type]
        .group_by(col(Invoice.currency))
    )
    return {currency: Money(int(minor), currency) for currency, minor in work.session.exec(sums)}
