"""The doctor: whether everything is true that must always be true. One check for each invariant."""

from dataclasses import dataclass

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.kit.work import Work
from ezscale.reporting.checks import MOST_NAMES, Check
from ezscale.reporting.middle_states import OF_MIDDLE_STATES
from ezscale.reporting.money_checks import OF_MONEY
from ezscale.reporting.panel_checks import OF_PANELS
from ezscale.reporting.payment_checks import OF_PAYMENTS
from ezscale.reporting.payout_checks import OF_PAYOUTS
from ezscale.reporting.service_checks import OF_SERVICES
from ezscale.reporting.top_up_checks import OF_TOP_UPS

CHECKS: tuple[Check, ...] = (
    *(*OF_MONEY, *OF_PAYMENTS, *OF_PAYOUTS, *OF_TOP_UPS),
    *(*OF_SERVICES, *OF_PANELS, *OF_MIDDLE_STATES),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant and what breaks it: `broken` holds up to twenty names, and is empty when all is well."""

    check: str
    promise: str
    broken: tuple[str, ...]


def examine(work: Work) -> list[Finding]:
    """Check every invariant. Staff and our own commands only; nothing is changed."""
    work.actor.require(SEE_EVERYTHING)
    findings = []
    for check in CHECKS:
        names = tuple(name for name, _ in zip(check(work), range(MOST_NAMES), strict=False))
        findings.append(Finding(check.__name__, (check.__doc__ or "").strip(), names))
    return findings
