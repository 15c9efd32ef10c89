"""What a plan says in the panel's own words: which parts, which addresses, how fast, how much traffic."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ezscale.integrations.http import Params
from ezscale.kit.errors import Rejected
from ezscale.provisioning.panel_skills import Finding
from ezscale.provisioning.ports import ServiceSpec

NEEDED = {
    "cpu": "the processor's billing id",
    "mem": "the memory's billing id",
    "disks": "the billing ids of the disks, one for each bay",
    "ips": "the billing id of the size of its block of addresses",
}
LIMIT = re.compile(r"\d+(\.\d+)? ?(MB|GB|TB|PB)")
GIGABYTES_A_TERABYTE = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A machine as a plan describes it, all by billing id."""

    location: str
    profile: str
    cpu: str
    memory: str
    disks: tuple[str, ...]
    addons: tuple[str, ...]
    addresses: str
    port_speed: str
    max_bandwidth: str

    @classmethod
    def of(cls, spec: ServiceSpec) -> "Wanted":
        """Read from a plan; Rejected when it does not say enough: the panel would take any machine for that."""
        if gaps := list(gaps_in(spec)):
            raise Rejected(f"Plan {spec.package}: {gaps[0].words}")
        settings = spec.settings
        return cls(
            location=spec.location.strip(),
            profile=spec.image.strip(),
            cpu=settings["cpu"].strip(),
            memory=settings["mem"].strip(),
            disks=_codes(settings["disks"]),
            addons=_codes(settings.get("addons", "")),
            addresses=settings["ips"].strip(),
            port_speed=settings.get("port_speed", "").strip(),
            max_bandwidth=_limit(spec),
        )

    @property
    def machines(self) -> Params:
        """The question for machines on the shelf with exactly these parts."""
        return {
            "available": True,
            "parts[exact]": True,
            "cpu_billing": self.cpu,
            "mem_billing": self.memory,
            "ip_group_billing[]": self.location,
            **_listed("disks_billing", self.disks),
            **_listed("addons_billing", self.addons),
        }

    @property
    def blocks(self) -> Params:
        """The question for blocks of addresses that no machine has."""
        return {**self.blocks_of_all, "server": "none"}

    @property
    def blocks_of_all(self) -> Params:
        """The question for blocks of addresses, whoever has them."""
        return {"group[billing][]": self.location, "billing_id": self.addresses}


def gaps_in(spec: ServiceSpec) -> Iterator[Finding]:
    """What a plan does not say, or says in a way that the panel cannot read."""
    for name, words in NEEDED.items():
        if not spec.settings.get(name, "").strip():
            yield Finding(name, f"It has to name {words}.")
    if not spec.location.strip():
        yield Finding("location", "It has to name the billing id of a place.")
    if not spec.image.strip():
        yield Finding("image", "It has to name the billing id of a system.")
    limit = spec.settings.get("max_bandwidth", "").strip()
    if limit and not LIMIT.fullmatch(limit):
        yield Finding("max_bandwidth", "The limit has to be a number and a unit, such as 20TB.")


def order_of(wanted: Wanted, spec: ServiceSpec, account: str, server_id: str) -> Mapping[str, object]:
    """What is sent to give a machine to a client."""
    order = {
        "client_id": whole_number(account, "account"),
        "server_id": whole_number(server_id, "server"),
        "ips_billing": wanted.addresses,
        "pxe_profile_billing": wanted.profile,
        "nickname": spec.hostname,
        "password": first_password(spec.password),
        "billing": {"id": spec.key, "max_bandwidth": wanted.max_bandwidth},
        "access": {"pxe": True, "ipmi": True, "switch": True},
    }
    return {**order, "port_speed_billing": wanted.port_speed} if wanted.port_speed else order


def installation(profile: str, password: str) -> Mapping[str, object]:
    """What is sent to install a system."""
    return {"pxe_profile_billing": profile, "password": first_password(password)}


def first_password(password: str) -> str:
    """The password that we have chosen; Rejected without one, as nobody could ever get in."""
    if not password:
        raise Rejected("SynergyCP installs a machine with our password only, and there is none")
    return password


def whole_number(text: str, what: str) -> int:
    """An id of the panel's; Rejected when it is none."""
    if not text.isdecimal():
        raise Rejected(f"SynergyCP's {what} must be a number, not {text!r}")
    return int(text)


def _limit(spec: ServiceSpec) -> str:
    """How much traffic a month, as a text with a unit; empty for no limit."""
    own, gigabytes = spec.settings.get("max_bandwidth", "").strip(), spec.sizes.traffic_gb
    if own or not gigabytes:
        return own
    terabytes, rest = divmod(gigabytes, GIGABYTES_A_TERABYTE)
    return f"{gigabytes}GB" if rest else f"{terabytes}TB"


def _listed(name: str, codes: tuple[str, ...]) -> dict[str, str]:
    """A list in a query. To PHP, which reads it, `name[0]` is the same as `name[]`; ours cannot hold one name twice."""
    return {f"{name}[{place}]": code for place, code in enumerate(codes)}


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code for part in text.split(",") if (code := part.strip()))
