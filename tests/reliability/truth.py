"""Whether our books, the gateway and the panel tell the same story, each of them once."""

from collections import Counter

from sqlmodel import col, func, select

from ezscale.integrations.paypal.receipts import attempt_of
from ezscale.kit.jobs import Job, JobStatus
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.work import Work
from ezscale.models import Customer, Invoice, MailMessage, Payment, Service
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.service import ServiceStatus
from tests.company import Company


def differences(at: Company) -> list[str]:
    """Everything that is double, lost, stuck, or told differently by somebody. Nothing, when all is well."""
    with at.robot() as work:
        found = [*money(at, work), *servers(at, work), *leftovers(work)]
    return found + [f"{check}: {', '.join(broken)}" for check, broken in at.complaints().items()]


def money(at: Company, work: Work) -> list[str]:
    """Each paid invoice was captured once and whole, and nothing else was captured."""
    ours = {
        str(invoice.id): {"captures": 1, "captured": invoice.total_minor}
        for invoice in work.session.exec(select(Invoice).where(Invoice.status == InvoiceStatus.PAID))
    }
    told: dict[str, dict[str, int]] = {}
    for invoice_id, line in [*at.stripe_did()["invoices"].items(), *by_paypal(at)]:
        so_far = told.setdefault(invoice_id, {"captures": 0, "captured": 0})
        for figure in so_far:
            so_far[figure] += line[figure]
    booked = work.session.exec(select(func.count()).select_from(Payment)).one()
    return [f"paid {ours}, captured {told}, booked {booked}"] * (ours != told or booked != len(told))


def by_paypal(at: Company) -> list[tuple[str, dict[str, int]]]:
    """What PayPal has taken, by invoice; nothing where it is not connected."""
    if "paypal" not in at.house.gateways:
        return []
    names = at.paypal_http.get("/_sandbox/state").json()["names"]
    return [(str(attempt_of(name)[0]), line) for name, line in names.items()]


def servers(at: Company, work: Work) -> list[str]:
    """Each running service is one server of its owner's account, and the panel holds no other."""
    rows = work.session.exec(
        select(Service.remote_id, Service.hostname, Customer.panel_ref, Service.status)
        .join(Customer, col(Customer.id) == Service.customer_id)
        .where(col(Service.status).not_in((ServiceStatus.TERMINATED, ServiceStatus.WAITING)))
    )
    ours = sorted((str(remote_id), host, ref, "complete") for remote_id, host, ref, _ in rows)
    panel = at.panel_did()
    owners = {user["id"]: user["relStr"] for user in panel["users"]}
    told = sorted(
        (str(server["id"]), server["hostname"], owners.get(server["ownerId"], "?"), server["state"])
        for server in panel["servers"]
    )
    twins = [ref for ref, count in Counter(owners.values()).items() if count > 1]
    return [f"ours {ours}, on the panel {told}"] * (ours != told) + [f"{ref} has two accounts" for ref in twins]


def leftovers(work: Work) -> list[str]:
    """Nothing waits: no event, no job whose time has come, no letter."""
    events = work.session.exec(select(OutboxEvent.name).where(col(OutboxEvent.relayed_at).is_(None)))
    jobs = work.session.exec(select(Job.task).where(Job.status != JobStatus.DONE, Job.run_at <= work.now))
    letters = work.session.exec(select(MailMessage.template).where(MailMessage.status != "sent"))
    waiting = (
        [f"event {name}" for name in events],
        [f"job {task}" for task in jobs],
        [f"mail {name}" for name in letters],
    )
    return [f"left: {what}" for kind in waiting for what in kind]
