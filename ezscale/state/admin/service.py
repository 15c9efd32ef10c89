"""One service, with everything that was ever done to it, and its buttons."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Self
from uuid import UUID

import reflex as rx
from reflex_base.event import EventHandler

from ezscale import wiring
from ezscale.accounts.permissions import MANAGE_SERVICES
from ezscale.billing.history import invoices_of_item
from ezscale.billing.subscriptions import subscription_of_item
from ezscale.billing.upcoming import upcoming
from ezscale.kit.work import Work
from ezscale.models import Service, Subscription, Suspension
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.jobs import is_paid_for, retry_build
from ezscale.provisioning.logbook import service_log
from ezscale.provisioning.panel_skills import PowerAction
from ezscale.provisioning.power import live_state, press_power
from ezscale.provisioning.services import ServiceOverview, service_overview
from ezscale.provisioning.stopping import suspensions
from ezscale.state.account.service_views import BillingView
from ezscale.state.admin.deleting import Deleting, DeletionView, deletion_of
from ezscale.state.admin.exchanges import ExchangeRow, exchanges_of
from ezscale.state.admin.jobs import LogView
from ezscale.state.admin.reinstalling import Reinstalling, can_be_reinstalled
from ezscale.state.admin.rows import InvoiceRow
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_choice, sent_id
from ezscale.state.families import panel_name
from ezscale.state.reader import Reader

LINES = 50
SAID = {
    PowerAction.BOOT: "The server is starting.",
    PowerAction.SHUTDOWN: "The server is shutting down.",
    PowerAction.RESTART: "The server is restarting.",
    PowerAction.POWER_OFF: "The server is switched off.",
}
STEP_WORDS = {
    "account": "Finding the customer's account on the panel",
    "reserve": "Reserving a server",
    "build": "Starting the installation",
    "wait": "Installing the system",
    "confirm": "Checking that it runs",
}


@dataclass
class ServiceView:
    """A service in words, with the names by which its panel knows it."""

    number: str = ""
    hostname: str = ""
    status: str = ""
    customer: str = ""
    customer_id: str = ""
    plan: str = ""
    size: str = ""
    place: str = ""
    system: str = ""
    ipv4: str = ""
    ipv6: str = ""
    panel: str = ""
    remote_id: str = ""
    account_ref: str = ""
    ordered: str = ""
    active_since: str = ""
    terminated: str = ""
    job: str = ""
    trouble: str = ""

    @classmethod
    def of(cls, found: ServiceOverview, reader: Reader) -> Self:
        """A service with what is being done to it now."""
        service, plan, job = found.service, found.plan, found.job
        return cls(
            number=service.number,
            hostname=service.hostname,
            status=service.status.value,
            customer=found.customer.company or found.customer.name,
            customer_id=str(found.customer.id),
            plan=plan.name,
            size=f"{plan.cpu_cores} vCPU, {plan.memory_mb / 1024:g} GB memory, {plan.disk_gb} GB disk",
            place=found.location.name,
            system=service.installed or found.image.name,
            ipv4=service.ipv4,
            ipv6=service.ipv6,
            panel=f"{panel_name(service.panel)}, package {plan.package}",
            remote_id=service.remote_id or "",
            account_ref=service.account_ref,
            ordered=reader.moment(service.created_at),
            active_since=reader.moment(service.active_since),
            terminated=reader.moment(service.terminated_at),
            job=STEP_WORDS.get(job.step, job.action.capitalize()) if job else "",
            trouble=f"Tried {job.tries} times so far. {job.trouble}" if job and job.trouble else "",
        )


@dataclass
class SubscriptionView:
    """What bills it."""

    id: str = ""
    number: str = ""
    status: str = ""
    started: str = ""
    paid_until: str = ""

    @classmethod
    def of(cls, row: Subscription, reader: Reader) -> Self:
        """A subscription with its days."""
        days = (reader.day(row.started_on), reader.day(row.bill_from))
        return cls(str(row.id), row.number, row.status.replace("_", " "), *days)


@dataclass
class ServiceFile:
    """Everything on one service, as a screen shows it."""

    service: ServiceView
    subscription: SubscriptionView
    billing: BillingView
    suspended_for: list[str]
    deletion: DeletionView
    invoices: list[InvoiceRow]
    log: list[LogView]
    calls: list[ExchangeRow]
    may_press: bool
    may_retry: bool
    may_reinstall: bool


class ServiceState(Deleting, Reinstalling, StaffState):
    """The file of one service."""

    service: ServiceView = ServiceView()
    subscription: SubscriptionView = SubscriptionView()
    billing: BillingView = BillingView()
    suspended_for: list[str] = []
    invoices: list[InvoiceRow] = []
    log: list[LogView] = []
    calls: list[ExchangeRow] = []
    may_press: bool = False
    may_retry: bool = False
    power: str = ""
    pressing: bool = False

    @rx.event(background=True)
    async def ask_panel(self) -> None:
        """Ask the machine itself whether it is on; that can take a while."""
        async with self:
            service_id, self.power = sent_id(self._asked("id", 40)), ""
        live = await self.converse(lambda open_work: live_state(open_work, wiring.panels(), service_id))
        async with self:
            if self._id == str(service_id):
                self.power = "" if live is None else "busy" if live.busy else live.power

    @rx.event
    async def press(self, action: str) -> AsyncIterator[EventHandler | None]:
        """Press a power button."""
        service_id, button = sent_id(self._id), sent_choice(action, PowerAction)
        self.pressing = True
        yield None
        try:
            await self.converse(lambda open_work: press_power(open_work, wiring.panels(), service_id, button))
        finally:
            self.pressing = False
        self.say(SAID[button])
        await self._look()
        yield ServiceState.ask_panel

    @rx.event
    async def retry(self) -> None:
        """Let a failed build go on."""
        service_id = sent_id(self._id)
        await self.perform(lambda work: retry_build(work, service_id))
        await self._look()
        self.say("The build goes on where it stopped.")

    async def _show(self, row_id: UUID) -> None:
        reader = self._reader()
        file = await self.read(lambda work: file_of(work, row_id, reader))
        self.service, self.subscription, self.billing = file.service, file.subscription, file.billing
        self.deletion, self.calls = file.deletion, file.calls
        self.suspended_for, self.invoices, self.log = file.suspended_for, file.invoices, file.log
        self.may_press, self.may_retry, self.may_reinstall = file.may_press, file.may_retry, file.may_reinstall


def file_of(work: Work, service_id: UUID, reader: Reader) -> ServiceFile:
    """Everything on a service, in one transaction."""
    found = service_overview(work, service_id)
    service = found.service
    coming = next(iter(upcoming(work, item_id=service.item_id)), None)
    may_manage = work.actor.may(MANAGE_SERVICES)
    return ServiceFile(
        service=ServiceView.of(found, reader),
        subscription=SubscriptionView.of(subscription_of_item(work, service.item_id), reader),
        billing=BillingView.of(coming, reader),
        suspended_for=[reason_of(standing, reader) for standing in suspensions(work, service_id)],
        deletion=deletion_of(work, service, reader),
        invoices=[InvoiceRow.of(invoice, work.today, reader) for invoice in invoices_of_item(work, service.item_id)],
        log=[LogView.of(line, service, reader) for line in service_log(work, service_id, LINES)],
        calls=exchanges_of(work, service, reader),
        may_press=may_manage and service.status is ServiceStatus.ACTIVE,
        may_retry=may_manage and (service.status is ServiceStatus.FAILED or waits_for_room(work, service)),
        may_reinstall=can_be_reinstalled(work, service, is_busy=found.job is not None),
    )


def waits_for_room(work: Work, service: Service) -> bool:
    """Whether its panel has no room for it; one whose order waits for stock is approved instead."""
    return service.status is ServiceStatus.WAITLISTED and is_paid_for(work, service)


def reason_of(standing: Suspension, reader: Reader) -> str:
    """Why a service stands still, in words."""
    return f"{standing.reason.replace('_', '-').capitalize()} since {reader.moment(standing.since)}"
