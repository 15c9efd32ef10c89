"""One service: what it is, how it does, and its buttons."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import reflex as rx
from reflex_base.event import EventHandler

from ezscale import wiring
from ezscale.accounts.permissions import CANCEL_SERVICES, PLACE_ORDERS, REVEAL_LOGINS, SEE_BILLING, USE_SERVICES
from ezscale.billing.cancelling import cancel_at_period_end, keep_subscription
from ezscale.billing.credit_notes import GiveBack
from ezscale.billing.subscriptions import subscription_of_item
from ezscale.billing.upcoming import upcoming
from ezscale.kit.errors import NotFound
from ezscale.kit.work import Work
from ezscale.models import ProvisioningJob, Service
from ezscale.models.service import ServiceStatus
from ezscale.ordering.undelivered import ask_money_back
from ezscale.provisioning.deletions import planned_deletion
from ezscale.provisioning.logbook import service_log
from ezscale.provisioning.maintenance import blames_maintenance
from ezscale.provisioning.panel_skills import PowerAction
from ezscale.provisioning.power import LiveState, live_state, press_power
from ezscale.provisioning.reinstall_wishes import newest_wish
from ezscale.provisioning.services import service_overview
from ezscale.provisioning.stopping import suspensions
from ezscale.state.account.addresses import AddressesState
from ezscale.state.account.maintenance_views import MaintenanceView, maintenance_views
from ezscale.state.account.portal import PortalState
from ezscale.state.account.reinstall_views import ReinstallView
from ezscale.state.account.service_views import BillingView, LogLine, ServiceView
from ezscale.state.account.undelivered import UndeliveredView, trouble_of, undelivered_of
from ezscale.state.arguments import sent_choice, sent_fields, sent_id
from ezscale.state.reader import Reader

LINES = 30
RUNS = (ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED)
SAID = {
    PowerAction.BOOT: "The server is starting.",
    PowerAction.SHUTDOWN: "The server is shutting down.",
    PowerAction.RESTART: "The server is restarting.",
    PowerAction.POWER_OFF: "The server is switched off.",
}
GIVEN_BACK = {
    GiveBack.REFUND: "Your money is on its way back. You hear from us by mail.",
    GiveBack.CREDIT: "Your money is credit in your account now.",
}


@dataclass(frozen=True, slots=True)
class Dossier:
    """A service with everything that belongs to it, in words."""

    service: ServiceView
    billing: BillingView
    order_id: str
    subscription_id: str
    stands_still_for: str
    deleted_on: str
    maintenance: list[MaintenanceView]
    reinstall: ReinstallView
    percent: int
    trouble: str
    undelivered: UndeliveredView
    log: list[LogLine]
    may_press: bool
    may_reveal: bool
    may_cancel: bool


class ServiceState(PortalState):
    loaded: bool = False
    missing: bool = False
    service: ServiceView = ServiceView()
    billing: BillingView = BillingView()
    log: list[LogLine] = []
    order_id: str = ""
    subscription_id: str = ""
    stands_still_for: str = ""
    deleted_on: str = ""
    maintenance: list[MaintenanceView] = []
    reinstall: ReinstallView = ReinstallView()
    percent: int = -1
    trouble: str = ""
    undelivered: UndeliveredView = UndeliveredView()
    power: str = ""
    pressing: bool = False
    leaving: bool = False
    may_press: bool = False
    may_reveal: bool = False
    may_cancel: bool = False

    @rx.event
    async def load(self) -> EventHandler | None:
        """Show the service that the address names, and follow it."""
        self.loaded, self.missing, self.leaving = False, False, False
        self.service, self.power = ServiceView(), ""
        await self.follow(ServiceState.refresh)
        await self._look()
        return None if self.missing else ServiceState.ask_panel

    @rx.event
    async def refresh(self) -> list[Any]:
        """Something has happened."""
        before = self.service.status, self.reinstall.done
        await self._look()
        stands = self.service.status, self.reinstall.done
        return [AddressesState.refresh, *([ServiceState.ask_panel] if stands != before else [])]

    @rx.event(background=True)
    async def ask_panel(self) -> None:
        """Ask the machine itself whether it is on; that can take a while."""
        service_id = self._named()
        live = await self.converse(lambda open_work: live_state(open_work, wiring.panels(), service_id))
        async with self:
            if self.service.id == str(service_id):
                self.power = power_word(live)

    @rx.event
    async def press(self, action: str) -> AsyncIterator[EventHandler | None]:
        """Press a power button."""
        service_id, button = self._named(), sent_choice(action, PowerAction)
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
    async def think_of_leaving(self, is_open: bool) -> None:
        """Open or close the question whether it shall end."""
        self.leaving = is_open is True

    @rx.event
    async def cancel(self, form: dict[str, Any]) -> None:
        """End it with the period that is paid."""
        reason = sent_fields(form, "reason", longest=500)["reason"]
        service_id = self._named()
        await self.perform(lambda work: cancel_at_period_end(work, item_of(work, service_id), reason))
        self.leaving = False
        await self._look()
        self.say(f"Cancelled. It runs until {self.billing.ends_on}.")

    @rx.event
    async def keep(self) -> None:
        """Take the cancellation back."""
        service_id = self._named()
        await self.perform(lambda work: keep_subscription(work, item_of(work, service_id)))
        await self._look()
        self.say("The cancellation is taken back. The service goes on.")

    @rx.event
    async def give_back(self, way: str) -> None:
        """Wait no longer for what could not be built: have the money back, the way it came or as credit."""
        service_id, chosen = self._named(), sent_choice(way, GiveBack)
        try:
            await self.perform(lambda work: ask_money_back(work, service_id, chosen))
        finally:
            await self._look()
        self.say(GIVEN_BACK[chosen])

    def _named(self) -> UUID:
        return sent_id(self._asked("id"))

    async def _look(self) -> None:
        reader = self._reader
        try:
            service_id = self._named()
            dossier = await self.read(lambda work: dossier_of(work, service_id, reader))
        except NotFound:
            self.loaded = self.missing = True
            return
        self.service, self.billing, self.log = dossier.service, dossier.billing, dossier.log
        self.order_id, self.subscription_id = dossier.order_id, dossier.subscription_id
        self.maintenance = dossier.maintenance
        self.stands_still_for, self.deleted_on = dossier.stands_still_for, dossier.deleted_on
        self.reinstall = dossier.reinstall
        self.percent = dossier.percent
        self.trouble, self.undelivered = dossier.trouble, dossier.undelivered
        self.may_press, self.may_reveal, self.may_cancel = dossier.may_press, dossier.may_reveal, dossier.may_cancel
        self.loaded = True


def dossier_of(work: Work, service_id: UUID, reader: Reader) -> Dossier:
    """Everything the page of a service shows, in one transaction."""
    overview = service_overview(work, service_id)
    service, billed = overview.service, next(iter(upcoming(work, item_id=overview.service.item_id)), None)
    order_id, planned = order_of(work, service.item_id), planned_deletion(work, service_id)
    reinstall = ReinstallView.of(newest_wish(work, service))
    reinstall.trouble = with_cause(work, service_id, reinstall.trouble)
    return Dossier(
        service=ServiceView.of(overview, reader),
        billing=BillingView.of(billed, reader),
        order_id=str(order_id or ""),
        subscription_id=subscription_to_show(work, service.item_id),
        log=[LogLine.of(line, reader) for line in service_log(work, service_id, LINES)],
        stands_still_for=newest_reason(work, service),
        deleted_on=reader.day(planned.due_on) if planned is not None else "",
        maintenance=maintenance_views(work, reader, service_id),
        reinstall=reinstall,
        may_press=work.actor.may(USE_SERVICES) and service.status is ServiceStatus.ACTIVE and reinstall.done < 0,
        percent=percent_of(overview.job),
        trouble=with_cause(work, service_id, trouble_of(overview.job)),
        undelivered=undelivered_of(work, service, reader),
        may_reveal=work.actor.may(REVEAL_LOGINS) and service.status in RUNS,
        may_cancel=work.actor.may(CANCEL_SERVICES) and billed is not None,
    )


def with_cause(work: Work, service_id: UUID, trouble: str) -> str:
    """What goes wrong, and that there is maintenance, if there is; nothing while nothing goes wrong."""
    return blames_maintenance(work, service_id, trouble) if trouble else ""


def percent_of(job: ProvisioningJob | None) -> int:
    """How far an installation is; -1 where the panel does not tell."""
    return -1 if job is None or job.percent is None else job.percent


def newest_reason(work: Work, service: Service) -> str:
    """Why a service stands still, in one word; empty while it runs."""
    standing = suspensions(work, service.id) if service.status is ServiceStatus.SUSPENDED else []
    return max(standing, key=lambda each: each.id).reason if standing else ""


def order_of(work: Work, item_id: UUID) -> UUID | None:
    """The order that a service came with, for whoever may see orders."""
    if not (work.actor.may(SEE_BILLING) or work.actor.may(PLACE_ORDERS)):
        return None
    return subscription_of_item(work, item_id).order_id


def subscription_to_show(work: Work, item_id: UUID) -> str:
    """What bills a service, for whoever may see what things cost."""
    return str(subscription_of_item(work, item_id).id) if work.actor.may(SEE_BILLING) else ""


def item_of(work: Work, service_id: UUID) -> UUID:
    """What bills a service that the person may see."""
    return service_overview(work, service_id).service.item_id


def power_word(live: LiveState | None) -> str:
    """What a machine does, in a word; nothing when it did not answer."""
    if live is None:
        return ""
    return "busy" if live.busy else live.power
