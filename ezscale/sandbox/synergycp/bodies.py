"""What callers may send. A field that SynergyCP does not know, or of another type, is refused."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
BANDWIDTH = r"^$|^\d+(\.\d+)?\s?(MB|GB|TB|PB)$"

Text = Annotated[str, Field(min_length=1, max_length=255)]
Password = Annotated[str, Field(min_length=8, max_length=128)]


class Body(BaseModel):
    """The strictness of every body."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewClient(Body):
    """POST /client. An empty password is none: such a client signs in by link only."""

    email: str = Field(pattern=EMAIL, max_length=255)
    first: Text
    last: Text
    billing_id: Text | None = None
    password: str


class ChangedClient(Body):
    """PATCH /client/{id}"""

    billing_id: Text | None = None
    email: str | None = Field(default=None, pattern=EMAIL, max_length=255)
    first: Text | None = None
    last: Text | None = None


class Letter(Body):
    """POST /client/{id}/email"""

    type: Literal["client-account-created"]


class Billing(Body):
    """The number of what was sold, and how much may go over the wire; an empty text is without a limit."""

    id: Text
    max_bandwidth: str = Field(default="", pattern=BANDWIDTH)


class Rights(Body):
    """What a client may do with a machine."""

    pxe: bool = True
    ipmi: bool = True
    switch: bool = True


class ServerFields(Body):
    """Free texts about a machine."""

    fields: dict[str, str] = {}


class Provision(Body):
    """POST /server/provision, as an integration sends it: everything by billing id."""

    client_id: int
    server_id: int
    ips_billing: Text
    pxe_profile_billing: Text
    port_speed_billing: Text | None = None
    nickname: str | None = Field(default=None, max_length=255)
    password: Password
    billing: Billing
    access: Rights = Rights()
    server: ServerFields = ServerFields()


class ById(Body):
    """Something that is named by its id."""

    id: int


class Disk(Body):
    """What an installation makes of the disks."""

    raid: int | None = Field(default=None, ge=0, le=10)
    index: int | None = Field(default=None, ge=0)


class NewInstall(Body):
    """POST /server/{id}/install"""

    pxe_profile_id: int | None = None
    pxe_profile_billing: Text | None = None
    password: Password
    edition_id: int | None = None
    license_key: str | None = None
    disk: Disk | None = None
    queue: bool = False
    parent: ById | None = None

    @model_validator(mode="after")
    def _names_one_profile(self) -> "NewInstall":
        if (self.pxe_profile_id is None) == (self.pxe_profile_billing is None):
            raise ValueError("one of pxe_profile_id and pxe_profile_billing is required")
        return self


class CancelledInstall(Body):
    """DELETE /server/{id}/install/{installId}"""

    restart: bool = False


class NewAccess(Rights):
    """POST /server/{id}/access"""

    client: ById


class ChangedAccess(Body):
    """PATCH /server/{id}/access/{accessId}. `auto` says that a machine has decided."""

    is_active: bool | None = None
    suspension_reason: str | None = None
    auto: bool = False
    pxe: bool | None = None
    ipmi: bool | None = None
    switch: bool | None = None

    @model_validator(mode="after")
    def _says_why(self) -> "ChangedAccess":
        if self.is_active is False and not self.suspension_reason:
            raise ValueError("the suspension_reason field is required")
        return self


class ChangedBilling(Body):
    """Another number of what was sold, or another limit."""

    id: Text | None = None
    max_bandwidth: str | None = Field(default=None, pattern=BANDWIDTH)


class ChangedServer(Body):
    """PATCH /server/{id}"""

    nickname: str | None = Field(default=None, max_length=255)
    billing: ChangedBilling | None = None
    wiped: Literal["1"] | StrictBool = False
    auto: bool = False


class Command(Body):
    """POST /server/{id}/control/{controlId}/command: one thing at a time."""

    power: Literal["on", "off", "reset", "soft"] | None = None
    pxe_boot: Literal[True] | None = None
    reset_bmc: Literal[True] | None = None
    add_user: Literal[True] | None = None
    delete_user: Literal[True] | None = None

    @model_validator(mode="after")
    def _orders_one_thing(self) -> "Command":
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError("exactly one command is required")
        return self


class ChangedPort(Body):
    """PATCH /server/{id}/port/{portId}"""

    power: Literal["on", "off"]


class PortCommand(Body):
    """POST /server/{id}/port/{portId}/command"""

    command: Literal["power-on", "power-off"]


class NewKey(Body):
    """POST /key"""

    owner_id: int
    owner_type: Literal["client"]


class FailingInstalls(Body):
    """POST /_sandbox/builds: how many of the next installations fail."""

    fail: int = Field(ge=0)


class ServerOrder(Body):
    """POST /_sandbox/servers/{id}: what changes on a machine. `held` takes it off the shelf."""

    held: bool | None = None
    is_pxe_ready: bool | None = None
    is_ipmi_ready: bool | None = None


class ClientOrder(Body):
    """POST /_sandbox/clients/{id}: whether the client is marked as a very important one."""

    vip: bool


class ClockOrder(Body):
    """POST /_sandbox/clock: how much time passes."""

    seconds: float = Field(ge=0)


class ControlOrder(Body):
    """POST /_sandbox/controls: whether only a client's own key switches a machine."""

    clients_only: bool


class WipeOrder(Body):
    """POST /_sandbox/wipes: whether a machine keeps its number when it goes back to the shelf."""

    keep_numbers: bool


class SignIn(Body):
    """POST /_sandbox/sign-in: try a machine's password."""

    server: int
    username: str
    password: str
