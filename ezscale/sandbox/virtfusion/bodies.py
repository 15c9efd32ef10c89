"""What callers may send. A field that VirtFusion does not know, or of another type, is refused."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt

EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HOST_NAME = rf"^{LABEL}(\.{LABEL})*$"

SWAP_SIZES = (256, 512, 768, 1, 1.5, 2, 3, 4, 5, 6, 8)

Count = Annotated[int, Field(ge=0)]
Size = Annotated[int, Field(ge=1)]


def known_swap(size: float) -> float:
    """A swap size that VirtFusion offers: megabytes from 256, gigabytes up to 8."""
    if size not in SWAP_SIZES:
        raise ValueError("The selected swap is invalid.")
    return size


class Body(BaseModel):
    """The strictness of every body."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewUser(Body):
    """POST /users"""

    name: str = Field(min_length=1, max_length=255)
    email: str = Field(pattern=EMAIL, max_length=255)
    extRelationId: int | None = None
    relStr: str | None = Field(default=None, min_length=1, max_length=255)
    selfService: int = Field(default=0, ge=0, le=3)
    selfServiceHourlyCredit: bool = False
    selfServiceHourlyGroupProfiles: list[int] = []
    selfServiceResourceGroupProfiles: list[int] = []
    selfServiceHourlyResourcePack: int | None = None
    sendMail: bool = False


class ChangedUser(Body):
    """PUT /users/{extRelationId}/byExtRelation"""

    name: str | None = Field(default=None, min_length=1, max_length=255)
    email: str | None = Field(default=None, pattern=EMAIL, max_length=255)
    selfService: int | None = Field(default=None, ge=0, le=3)
    selfServiceHourlyCredit: bool | None = None
    selfServiceHourlyGroupProfiles: list[int] | None = None
    selfServiceResourceGroupProfiles: list[int] | None = None
    selfServiceHourlyResourcePack: int | None = None
    enabled: bool | None = None


class NewServer(Body):
    """POST /servers"""

    packageId: int
    userId: int
    hypervisorId: int
    ipv4: Count = 1
    memory: Size | None = None
    cpuCores: Size | None = None
    storage: Size | None = None
    traffic: Count | None = None
    networkSpeedInbound: Count | None = None
    networkSpeedOutbound: Count | None = None
    storageProfile: int | None = None
    networkProfile: int | None = None
    firewallRulesets: list[int] = []
    hypervisorAssetGroups: list[int] = []
    additionalStorage1Enable: bool = False
    additionalStorage1Profile: int | None = None
    additionalStorage1Capacity: Size | None = None
    additionalStorage2Enable: bool = False
    additionalStorage2Profile: int | None = None
    additionalStorage2Capacity: Size | None = None


class Build(Body):
    """POST /servers/{id}/build"""

    operatingSystemId: int
    name: str | None = Field(default=None, max_length=255)
    hostname: str | None = Field(default=None, pattern=HOST_NAME, max_length=253)
    sshKeys: list[int] = []
    vnc: bool = False
    ipv6: bool = False
    email: bool = False
    swap: Annotated[float, AfterValidator(known_swap)] | None = None
    timezone: str | None = None


class ResetPassword(Body):
    """POST /servers/{id}/resetPassword"""

    user: Literal["root", "Administrator"]
    sendMail: bool = True


class Vnc(Body):
    """POST /servers/{id}/vnc"""

    action: Literal["enable", "disable"]


class Memory(Body):
    """PUT /servers/{id}/modify/memory"""

    memory: Size


class Cores(Body):
    """PUT /servers/{id}/modify/cpuCores"""

    cores: Size


class Traffic(Body):
    """PUT /servers/{id}/modify/traffic"""

    traffic: Count


class Throttle(Body):
    """PUT /servers/{id}/modify/cpuThrottle"""

    percent: int = Field(ge=0, le=99)


class Name(Body):
    """PUT /servers/{id}/modify/name"""

    name: str = Field(max_length=255)


class PackageFlags(Body):
    """PUT /servers/{id}/package/{packageId}: what to take over; what is not named is taken over."""

    cpu: bool = True
    memory: bool = True
    primaryDiskSize: bool = True
    primaryDiskReadIOPS: bool = True
    primaryDiskReadThroughput: bool = True
    primaryDiskWriteIOPS: bool = True
    primaryDiskWriteThroughput: bool = True
    primaryNetworkInboundSpeed: bool = True
    primaryNetworkOutboundSpeed: bool = True
    primaryNetworkTraffic: bool = True
    backupPlan: bool = True


class MoreAddresses(Body):
    """POST /servers/{id}/ipv4Qty"""

    interface: Literal["primary"]
    quantity: int = Field(ge=1, le=32)


class FewerAddresses(Body):
    """DELETE /servers/{id}/ipv4"""

    interface: Literal["primary"]
    ip: list[str] = Field(min_length=1)


class NewKey(Body):
    """POST /ssh_keys"""

    userId: int
    name: str = Field(min_length=1, max_length=255)
    publicKey: str = Field(pattern=r"^(ssh-(rsa|ed25519|dss)|ecdsa-sha2-nistp\d+|sk-\S+) \S+")


class FailingBuilds(Body):
    """POST /_sandbox/builds: how many of the next builds fail."""

    fail: Count


class HypervisorOrder(BaseModel):
    """POST /_sandbox/hypervisors/{id}: what changes on a hypervisor."""

    model_config = ConfigDict(extra="forbid")

    maintenance: bool | None = None
    prohibit: bool | None = None
    memory: StrictInt | None = None


class ServerOrder(BaseModel):
    """POST /_sandbox/servers/{id}: whether an agent runs inside, and how many GB were bought for this month."""

    model_config = ConfigDict(extra="forbid")

    agent: bool | None = None
    extraTraffic: Count | None = None


class Switched(Body):
    """POST /_sandbox/packages/{id}/switch and /_sandbox/groups/{id}/switch: whether it is enabled."""

    enabled: bool


class Age(Body):
    """POST /_sandbox/age: whether this is an older build."""

    older: bool


class SignIn(Body):
    """POST /_sandbox/sign-in: try a server's password."""

    server: int
    username: str
    password: str
