"""Everything that the environment decides, in one place. Every name starts with EZSCALE_."""

import os
import re
from functools import cache
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from tempfile import gettempdir
from typing import Annotated, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pycountry import countries
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

LONGEST_SOCKET_PATH = 100
DATABASES = {("sqlite", "pysqlite"), ("postgresql", "psycopg"), ("mysql", "pymysql"), ("mariadb", "pymysql")}
ADDRESSES = {
    "redis_url": ("redis", "rediss"),
    "public_url": ("http", "https"),
    "stripe_url": ("http", "https"),
    "paypal_url": ("http", "https"),
    **{f"{panel}_url": ("http", "https") for panel in ("virtfusion", "pterodactyl", "synergycp", "enhance")},
    "vies_url": ("http", "https"),
    "exchange_rates_url": ("http", "https"),
    "taxjar_url": ("http", "https"),
    "powerdns_url": ("http", "https"),
    "smtp_url": ("smtp", "smtps"),
}
# What belongs to the address of each panel.
PANELS = {
    "virtfusion_url": ("virtfusion_token",),
    "pterodactyl_url": ("pterodactyl_key", "pterodactyl_client_key"),
    "synergycp_url": ("synergycp_key",),
    "enhance_url": ("enhance_token", "enhance_org"),
}
PANEL_URLS = tuple(PANELS)
BELONG_TOGETHER = (
    ("paypal_client_id", "paypal_secret", "paypal_webhook_id"),
    ("access_team", "access_audience"),
    ("powerdns_url", "powerdns_key"),
)
OF_STAND_INS = ("stripe_url", "paypal_url", "vies_url", "exchange_rates_url", "taxjar_url", "powerdns_url")
Port = Annotated[int, Field(ge=1, le=65535)]
Networks = tuple[IPv4Network | IPv6Network, ...]
A_SOCKET = re.compile(r"wss://(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
A_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


class BadSettings(Exception):
    """The environment holds a value that cannot be used; the message names each one and says why."""


class Settings(BaseSettings):
    """EZSCALE_PORT, EZSCALE_DATA_DIR, …: each field below, upper case, with the prefix."""

    model_config = SettingsConfigDict(env_prefix="EZSCALE_", frozen=True, hide_input_in_errors=True)

    port: Port = Field(default=3000, description="The web's one port, on loopback unless `host` says otherwise.")
    host: str = Field(default="127.0.0.1", description="The address the web listens on.")
    sandbox_port: int = Field(default=0, ge=0, le=65535, description="Where the stand-ins listen; 0 means port + 1.")
    data_dir: Path = Field(default=Path("data"), description="Database, keys, mail and logs. Delete it to start over.")
    database_url: str = Field(default="", description="SQLAlchemy address; empty means SQLite in the data folder.")
    redis_url: str = Field(default="", description="Broker and shared state; empty means an embedded Valkey.")
    public_url: str = Field(default="", description="How people reach the web; empty means http://localhost:<port>.")
    admin_host: str = Field(default="", description="When set, the admin panel answers on this host name alone.")
    admin_allow: str = Field(
        default="", description="When set, staff come in from these networks alone: 192.0.2.0/24, 2001:db8::/32"
    )
    trusted_proxies: str = Field(
        default="", description="Networks of our own proxies, whose X-Forwarded-For is believed; empty means nobody's."
    )
    access_team: str = Field(
        default="", description="Cloudflare Access: the team's domain, such as ours.cloudflareaccess.com"
    )
    access_audience: str = Field(default="", description="Cloudflare Access: the application's audience (AUD) tag.")

    staff_second_factor: bool | None = Field(
        default=None, description="Whether staff need a second factor; empty means yes, except in the sandbox."
    )

    company_name: str = Field(default="EZSCALE", description="Who sells.")
    company_address: str = Field(
        default="1 Harbour Street, Dublin, D02 X576, Ireland", description="Printed on invoices."
    )
    company_country: str = Field(default="IE", description="ISO 3166 code; decides whose tax.")
    company_tax_id: str = Field(default="IE6388047V", description="VAT id printed on invoices.")
    company_email: str = Field(default="billing@ezscale.example", description="The sender of mail.")
    time_zone: str = Field(default="UTC", description="Whose midnight ends a billing day.")

    sandbox: bool = Field(
        default=True, description="Use the stand-ins for every vendor; the time machine works only then."
    )
    stripe_url: str = Field(default="", description="Only for a stand-in on loopback; empty means Stripe itself.")
    stripe_key: SecretStr = Field(default=SecretStr(""), description="Secret API key.")
    stripe_webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="Signing secret of our webhook endpoint."
    )
    stripe_rate: int = Field(
        default=0,
        ge=0,
        le=1000,
        description="Changes, and questions, to Stripe in a second at most; 0 means 80, with a test key 20.",
    )
    paypal_rate: int = Field(
        default=20, ge=1, le=1000, description="Changes, and questions, to PayPal in a second at most."
    )
    charges_at_once: int = Field(
        default=16,
        ge=1,
        le=100,
        description="Calls to payment gateways that one worker has under way at the same time.",
    )
    paypal_url: str = Field(default="", description="Only for a stand-in on loopback; empty means PayPal itself.")
    paypal_client_id: str = Field(default="", description="Client id of our app at PayPal; empty means no PayPal.")
    paypal_secret: SecretStr = Field(default=SecretStr(""), description="Its secret.")
    paypal_webhook_id: str = Field(
        default="",
        description="Id that PayPal gave our webhook endpoint: without it no message of PayPal's is believed.",
    )
    virtfusion_url: str = Field(default="", description="https://<control-host>/api/v1; empty means no VPS.")
    virtfusion_token: SecretStr = Field(default=SecretStr(""), description="API token.")
    virtfusion_webhook_token: SecretStr = Field(
        default=SecretStr(""),
        description="Token of the hook that tells us of its servers; empty means that no hook is believed.",
    )
    virtfusion_rate: float = Field(default=10, gt=0, description="Requests a second that we send to it at most.")
    pterodactyl_url: str = Field(default="", description="https://<panel-host>; empty means no game servers.")
    pterodactyl_key: SecretStr = Field(default=SecretStr(""), description="Application key, ptla_…, of a root admin.")
    pterodactyl_client_key: SecretStr = Field(default=SecretStr(""), description="A root admin's own key, ptlc_….")
    pterodactyl_rate: float = Field(default=3, gt=0, description="Requests a second: the panel takes 240 a minute.")
    synergycp_url: str = Field(default="", description="https://api.<panel-domain>; empty means no dedicated servers.")
    synergycp_key: SecretStr = Field(default=SecretStr(""), description="Key of an integration.")
    synergycp_rate: float = Field(default=3, gt=0, description="Requests a second that we send to it at most.")
    enhance_url: str = Field(default="", description="https://<panel-host>/api; empty means no web hosting.")
    enhance_token: SecretStr = Field(default=SecretStr(""), description="Access token of a SuperAdmin.")
    enhance_org: str = Field(default="", description="Id of the organisation that sells: the master organisation.")
    enhance_rate: float = Field(default=5, gt=0, description="Requests a second that we send to it at most.")
    console_sockets: str = Field(
        default="",
        description="Where game consoles are: wss://node1.example.com:8080, wss://*.nodes.example.com:8080",
    )
    vies_url: str = Field(default="", description="Only for a stand-in; empty means VIES itself, which checks VAT ids.")
    exchange_rates_url: str = Field(
        default="", description="Only for a stand-in; empty means the European Central Bank itself."
    )
    taxjar_url: str = Field(default="", description="Only for a stand-in, or TaxJar's own sandbox.")
    taxjar_token: SecretStr = Field(
        default=SecretStr(""), description="API token of TaxJar, for sales taxes in the United States; may be empty."
    )
    powerdns_url: str = Field(
        default="",
        description="http://<dns-host>:8081, where PowerDNS keeps reverse zones; empty means no reverse names.",
    )
    powerdns_key: SecretStr = Field(default=SecretStr(""), description="Its API key.")
    reverse_domain: str = Field(
        default="",
        description="Domain of the names of addresses that nobody has named, such as pool.example.com; may be empty.",
    )
    resolvers: str = Field(
        default="",
        description="DNS servers that are asked where names point to: 192.0.2.53; empty means the machine's.",
    )
    smtp_url: str = Field(default="", description="smtp://user:password@host:587; empty means mail is kept, not sent.")
    metrics_token: SecretStr = Field(
        default=SecretStr(""), description="When set, /metrics asks for it as a bearer token."
    )

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, address: str) -> str:
        try:
            url = make_url(address) if address else None
        except ArgumentError:
            raise ValueError("this is no SQLAlchemy address, such as postgresql://user:password@host/name") from None
        if url and (url.get_backend_name(), url.get_driver_name()) not in DATABASES:
            raise ValueError("only sqlite, postgresql+psycopg, mysql+pymysql and mariadb+pymysql are known")
        return address

    @field_validator(*ADDRESSES)
    @classmethod
    def _an_address(cls, address: str, about: ValidationInfo) -> str:
        schemes = ADDRESSES[about.field_name or ""]
        if address and not (address.startswith(tuple(f"{scheme}://" for scheme in schemes)) and _host_of(address)):
            raise ValueError(f"an address looks like {schemes[0]}://host")
        return address

    @field_validator("admin_allow", "trusted_proxies")
    @classmethod
    def _known_networks(cls, listed: str) -> str:
        try:
            _networks(listed)
        except ValueError as error:
            raise ValueError(f"{error}; networks look like 192.0.2.0/24, 2001:db8::/32") from None
        return listed

    @field_validator("console_sockets")
    @classmethod
    def _sockets(cls, listed: str) -> str:
        if wrong := [part for part in _parts(listed) if not A_SOCKET.fullmatch(part)]:
            raise ValueError(f"{wrong[0]} does not look like wss://node1.example.com:8080")
        return listed

    @field_validator("resolvers")
    @classmethod
    def _known_servers(cls, listed: str) -> str:
        for written in filter(None, (part.strip() for part in listed.split(","))):
            host, colon, port = written.rpartition(":")
            try:
                ip_address(host if colon and port.isdecimal() and ":" not in host else written)
            except ValueError as error:
                raise ValueError("a DNS server is an address, such as 192.0.2.53 or 127.0.0.1:5353") from error
        return listed

    @field_validator("reverse_domain")
    @classmethod
    def _a_domain(cls, domain: str) -> str:
        if domain and not A_HOST.fullmatch(domain):
            raise ValueError("a domain looks like pool.example.com")
        return domain

    @field_validator("access_team")
    @classmethod
    def _a_host(cls, team: str) -> str:
        if team and not A_HOST.fullmatch(team):
            raise ValueError("a team domain looks like ours.cloudflareaccess.com")
        return team

    @field_validator("company_country")
    @classmethod
    def _known_country(cls, code: str) -> str:
        if countries.get(alpha_2=code) is None:
            raise ValueError(f"{code!r} is not a country of ISO 3166, such as IE")
        return code

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{name!r} is not a time zone, such as Europe/Dublin") from error
        return name

    @model_validator(mode="after")
    def _in_pairs(self) -> Self:
        for group in BELONG_TOGETHER:
            said = [bool(_said(getattr(self, name))) for name in group]
            if any(said) and not all(said):
                *names, last = (f"EZSCALE_{name.upper()}" for name in group)
                raise ValueError(f"{', '.join(names)} and {last} belong together")
        return self

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.sandbox:
            for name in (*OF_STAND_INS, *PANEL_URLS):
                if getattr(self, name) and urlsplit(getattr(self, name)).hostname not in ("127.0.0.1", "localhost"):
                    raise ValueError(
                        f"EZSCALE_{name.upper()} must be a stand-in on 127.0.0.1 while EZSCALE_SANDBOX is on"
                    )
            return self
        missing = [
            name for name in ("stripe_key", "stripe_webhook_secret") if not getattr(self, name).get_secret_value()
        ]
        if not any(getattr(self, name) for name in PANEL_URLS):
            raise ValueError("without the sandbox at least one panel is needed, such as EZSCALE_VIRTFUSION_URL")
        missing += [
            name
            for url, names in PANELS.items()
            if getattr(self, url)
            for name in names
            if not _said(getattr(self, name))
        ]
        if missing:
            names = ", ".join(f"EZSCALE_{name.upper()}" for name in missing)
            raise ValueError(f"without the sandbox these are needed: {names}")
        if self.stripe_url:
            raise ValueError("EZSCALE_STRIPE_URL is only for the sandbox: without it money goes to Stripe itself")
        if self.paypal_url:
            raise ValueError("EZSCALE_PAYPAL_URL is only for the sandbox: without it money goes to PayPal itself")
        return self

    @property
    def takes_paypal(self) -> bool:
        """Whether customers may pay by PayPal. In the sandbox, nobody is asked but the stand-in."""
        return bool(self.paypal_client_id and (self.paypal_url or not self.sandbox))

    @property
    def zone(self) -> ZoneInfo:
        """The seller's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def asks_staff_for_second_factor(self) -> bool:
        """Whether a colleague must have a second factor to do anything."""
        return not self.sandbox if self.staff_second_factor is None else self.staff_second_factor

    @property
    def stripe_pace(self) -> int:
        """How many requests of a kind may go to Stripe in a second: below its own limit, of 100 or with a test key 25."""
        is_test = self.stripe_key.get_secret_value().startswith(("sk_test_", "rk_test_")) and not self.stripe_url
        return self.stripe_rate or (20 if is_test else 80)

    @property
    def guards_staff_door(self) -> bool:
        """Whether the staff's side is open only to some: on a host of its own, from some networks, behind Access."""
        return bool(self.admin_host or self.admin_allow or self.access_team)

    @property
    def admin_networks(self) -> Networks:
        """Where staff may come from; none means from anywhere."""
        return _networks(self.admin_allow)

    @property
    def proxy_networks(self) -> Networks:
        """Where our own proxies are."""
        return _networks(self.trusted_proxies)

    @property
    def console_origins(self) -> tuple[str, ...]:
        """The sockets that a page with a console may call: VirtFusion's control host, and those that are listed."""
        known = [self.virtfusion_url, *([self.sandbox_url] if self.sandbox else [])]
        own = {f"ws{url.scheme.removeprefix('http')}://{url.netloc}" for url in map(urlsplit, known) if url.netloc}
        return (*sorted(own), *_parts(self.console_sockets))

    @property
    def staff_url(self) -> str:
        """How staff reach their side, without a slash at the end."""
        if not self.admin_host:
            return self.web_url
        web = urlsplit(self.web_url)
        return f"{web.scheme}://{self.admin_host}{f':{web.port}' if web.port else ''}"

    @property
    def web_url(self) -> str:
        """How people reach the web, without a slash at the end."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def sandbox_url(self) -> str:
        """Where the stand-ins answer."""
        return f"http://127.0.0.1:{self.sandbox_port or self.port + 1}"

    @property
    def database(self) -> str:
        """The database's SQLAlchemy address."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'ezscale.db'}"

    @property
    def broker(self) -> str:
        """The broker's address, as Celery writes it."""
        return self.redis_url or f"redis+socket://{self.broker_socket}"

    @property
    def broker_socket(self) -> Path:
        """Where the embedded broker listens. Sockets need short paths, so that of a deep data folder lies elsewhere."""
        socket = self.data_dir.resolve() / "valkey.sock"
        if len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH:
            return socket
        name = sha256(os.fsencode(socket.parent)).hexdigest()[:12]
        return Path(gettempdir(), f"ezscale-{os.getuid()}-{name}", "valkey.sock")


@cache
def settings() -> Settings:
    """The settings of this process. BadSettings, naming what is wrong, when the environment cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        raise BadSettings("\n".join(_plainly(problem) for problem in error.errors())) from None


def _said(value: str | SecretStr) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _networks(listed: str) -> Networks:
    return tuple(ip_network(part) for part in _parts(listed))


def _parts(listed: str) -> list[str]:
    return [part.strip() for part in listed.split(",") if part.strip()]


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _plainly(problem: object) -> str:
    place = problem["loc"]  # type: ignore[index]  # pydantic's own shape
    reason = str(problem["msg"]).removeprefix("Value error, ")  # type: ignore[index]
    return f"EZSCALE_{str(place[0]).upper()}: {reason}" if place else f"EZSCALE settings: {reason}"
