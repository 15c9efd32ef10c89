"""Which adapter stands behind which port, and the things a process has one of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from ezscale.accounts.ports import StaffPasses
from ezscale.billing.gateways import Gateways
from ezscale.billing.ports import PaymentGateway
from ezscale.billing.tax_ports import TaxCalculator, TaxIdRegister
from ezscale.company.ports import RateFeed
from ezscale.integrations.cloudflare.adapter import open_passes
from ezscale.integrations.enhance import adapter as enhance
from ezscale.integrations.exchange_rates.adapter import open_feed
from ezscale.integrations.guarding import LineGuard, guard_of
from ezscale.integrations.http import open_http
from ezscale.integrations.paypal import adapter as paypal
from ezscale.integrations.paypal.client import LIVE
from ezscale.integrations.powerdns.adapter import open_zones
from ezscale.integrations.pterodactyl import adapter as pterodactyl
from ezscale.integrations.resolver.adapter import open_resolver
from ezscale.integrations.smtp.adapter import KeptMail, SmtpMailer
from ezscale.integrations.stripe.adapter import open_gateway
from ezscale.integrations.synergycp import adapter as synergycp
from ezscale.integrations.taxjar.adapter import open_calculator
from ezscale.integrations.vies.adapter import open_register
from ezscale.integrations.virtfusion.adapter import VirtFusionPanel
from ezscale.integrations.virtfusion.client import VirtFusionClient
from ezscale.kit.actor import Actor, robot
from ezscale.kit.clock import Clock, ShiftedClock, WorldClock
from ezscale.kit.database import open_engine
from ezscale.kit.encryption import Vault, open_vault
from ezscale.kit.pace import Pace, open_store
from ezscale.kit.settings import Settings, settings
from ezscale.kit.vendor_lines import Breaker
from ezscale.kit.work import Database, OpenWork, Ring
from ezscale.messaging.ports import Mailer
from ezscale.provisioning.dns_ports import Resolves, ReverseZones
from ezscale.provisioning.ports import Panel
from ezscale.provisioning.watching import Glances

POWERDNS_RATE = 10  # requests a second: it has no limit of its own, but other things to do

_bell: list[Ring] = []
_chosen: list["House"] = []


@dataclass(frozen=True, slots=True)
class House:
    """Everything that stands behind the ports. Without a register, a feed, a calculator or zones nobody is asked."""

    database: Database
    gateways: Gateways
    panels: Mapping[str, Panel]
    mailer: Mailer
    vault: Vault
    passes: StaffPasses | None = None
    tax_ids: TaxIdRegister | None = None
    rates: RateFeed | None = None
    tax_calculator: TaxCalculator | None = None
    glances: Glances = field(default_factory=Glances)
    reverse_zones: ReverseZones | None = None
    resolver: Resolves | None = None

    def automation(self, name: str) -> OpenWork:
        """Transactions of our own automation, under a name that logs show."""
        return self.database.opener(robot(name))

    def observation(self, name: str) -> OpenWork:
        """The same, only to read: whoever most often finds nothing to do looks so first, and waits for no writer."""
        return self.database.reader(robot(name))


def house() -> House:
    """The house of this process: as the settings say, unless another one was moved into."""
    return _chosen[-1] if _chosen else _house_by_settings()


def move_into(chosen: House) -> None:
    """Use another house from now on: a simulation's, or a test's."""
    _chosen[:] = [chosen]


def move_out() -> None:
    """Back to the house that the settings say."""
    _chosen.clear()


def hang_up_bell(ring: Ring) -> None:
    """Say whom to wake after a commit that has consequences; without a bell they wait for the next sweep."""
    _bell[:] = [ring]


def clock(own: Settings) -> Clock:
    """What tells the company's time: the world's own clock where vendors are real."""
    return ShiftedClock() if own.sandbox else WorldClock()


def database() -> Database:
    """The database, on the company's clock."""
    return house().database


def work_of(actor: Actor) -> OpenWork:
    """Transactions of a person."""
    return house().database.opener(actor)


def automation(name: str) -> OpenWork:
    """Transactions of our own automation, under a name that logs show."""
    return house().automation(name)


def gateways() -> Gateways:
    """Whoever keeps cards and wallets and moves money, by name."""
    return house().gateways


def panels() -> Mapping[str, Panel]:
    """The panels by name."""
    return house().panels


def glances() -> Glances:
    """What this process has seen of machines a moment ago."""
    return house().glances


def mailer() -> Mailer:
    """Whoever carries mail."""
    return house().mailer


def vault() -> Vault:
    """What seals the secrets we must be able to read again."""
    return house().vault


def reverse_zones() -> ReverseZones | None:
    """Whoever keeps the names of our addresses; None when nobody does."""
    return house().reverse_zones


def resolver() -> Resolves:
    """Whoever knows where names point to."""
    return house().resolver or open_resolver()


def staff_passes() -> StaffPasses | None:
    """Whoever stands in front of the staff's side; None when nobody does."""
    return house().passes


@cache
def _house_by_settings() -> House:
    own = settings()
    own.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(open_engine(own.database), clock(own), own.zone, _ring)
    return House(
        database=database,
        gateways=_gateways(own, database),
        panels=_panels(own, database),
        mailer=SmtpMailer(own.smtp_url) if own.smtp_url else KeptMail(own.data_dir / "mail"),
        vault=open_vault(own.data_dir / "keys.json"),
        passes=open_passes(own.access_team, own.access_audience) if own.access_team else None,
        # In the sandbox nobody is asked but the stand-ins.
        tax_ids=open_register(own.vies_url) if own.vies_url or not own.sandbox else None,
        rates=open_feed(own.exchange_rates_url) if own.exchange_rates_url or not own.sandbox else None,
        tax_calculator=_calculator(own),
        reverse_zones=_reverse_zones(own, database),
        resolver=open_resolver(own.resolvers),
    )


def _panels(own: Settings, database: Database) -> dict[str, Panel]:
    """Those that the settings name, each with a pace below its own limit."""
    store, panels = open_store(own.broker), dict[str, Panel]()

    def line(name: str, per_second: float) -> LineGuard:
        pace = Pace(name, per_second, store)  # their limits count questions and changes together
        return LineGuard(Breaker(database, name), pace, pace)

    if own.virtfusion_url:
        guard = line("virtfusion", own.virtfusion_rate)
        http = open_http(own.virtfusion_url, own.virtfusion_token.get_secret_value(), guard=guard)
        panels["virtfusion"] = VirtFusionPanel(VirtFusionClient(http))
    if own.pterodactyl_url:
        panels["pterodactyl"] = pterodactyl.open_panel(
            own.pterodactyl_url,
            own.pterodactyl_key.get_secret_value(),
            own.pterodactyl_client_key.get_secret_value(),
            guard=line("pterodactyl", own.pterodactyl_rate),
            # Its other API counts by itself, and takes three times as many.
            client_guard=line("pterodactyl, client API", 3 * own.pterodactyl_rate),
        )
    if own.synergycp_url:
        guard = line("synergycp", own.synergycp_rate)
        panels["synergycp"] = synergycp.open_panel(own.synergycp_url, own.synergycp_key.get_secret_value(), guard=guard)
    if own.enhance_url:
        guard = line("enhance", own.enhance_rate)
        token = own.enhance_token.get_secret_value()
        panels["enhance"] = enhance.open_panel(own.enhance_url, token, own.enhance_org, guard=guard)
    return panels


def _gateways(own: Settings, database: Database) -> Gateways:
    stripe = open_gateway(
        key=own.stripe_key.get_secret_value(),
        webhook_secret=own.stripe_webhook_secret.get_secret_value(),
        base_url=own.stripe_url,
        guard=guard_of("stripe", own.stripe_pace, database, open_store(own.broker)),
    )
    gateways: dict[str, PaymentGateway] = {stripe.name: stripe}
    if own.takes_paypal:
        gateways["paypal"] = paypal.open_gateway(
            client_id=own.paypal_client_id,
            secret=own.paypal_secret.get_secret_value(),
            webhook_id=own.paypal_webhook_id,
            stand_in=own.paypal_url,
            http=open_http(
                own.paypal_url or LIVE, guard=guard_of("paypal", own.paypal_rate, database, open_store(own.broker))
            ),
        )
    return gateways


def _calculator(own: Settings) -> TaxCalculator | None:
    token = own.taxjar_token.get_secret_value()
    return open_calculator(token, own.taxjar_url) if own.taxjar_url or not own.sandbox else None


def _reverse_zones(own: Settings, database: Database) -> ReverseZones | None:
    if not own.powerdns_url:
        return None
    guard = guard_of("powerdns", POWERDNS_RATE, database, open_store(own.broker))
    return open_zones(own.powerdns_url, own.powerdns_key.get_secret_value(), own.reverse_domain, guard=guard)


def _ring(after: float) -> None:
    for ring in _bell:
        ring(after)
