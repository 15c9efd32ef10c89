"""What callers may send. A field that Pterodactyl does not know, or of another type, is refused."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
USERNAME = r"^[A-Za-z0-9][A-Za-z0-9._-]+[A-Za-z0-9]$"
THREADS = r"^[0-9]+([-,][0-9]+)*$"

Count = Annotated[int, Field(ge=0)]
Text = Annotated[str, Field(min_length=1, max_length=191)]
Value = StrictStr | StrictBool | StrictInt | None
Environment = dict[str, Value]


class Body(BaseModel):
    """The strictness of every body."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewUser(Body):
    """POST /users"""

    email: str = Field(pattern=EMAIL, max_length=191)
    username: str = Field(pattern=USERNAME, max_length=191)
    first_name: Text
    last_name: Text
    external_id: Text | None = None
    password: str | None = None
    language: str = Field(default="en", min_length=2, max_length=5)
    root_admin: bool = False


class ChangedUser(NewUser):
    """PATCH /users/{id}: what is not sent stays, but four fields are wanted every time."""


class Limits(Body):
    """What a server may use. Memory, swap and disk are MB."""

    memory: Count
    swap: int = Field(ge=-1)
    disk: Count
    io: int = Field(ge=10, le=1000)
    cpu: Count
    threads: str | None = Field(default=None, pattern=THREADS)


class FeatureLimits(Body):
    """What else a server may have. The first two must be there, be it as null."""

    databases: Count | None
    backups: Count | None
    allocations: Count | None = None


class Allocation(Body):
    """Ports by their ids."""

    default: int
    additional: list[int] | None = None


class Deploy(Body):
    """Where the panel may choose ports itself."""

    locations: list[int]
    dedicated_ip: bool
    port_range: list[str]


class NewServer(Body):
    """POST /servers. `nest` is what older callers still send; it is implied by the egg."""

    external_id: Text | None = None
    name: Text
    description: str | None = None
    user: int
    egg: int
    nest: int | None = None
    docker_image: Text
    startup: str = Field(min_length=1)
    environment: Environment
    limits: Limits
    feature_limits: FeatureLimits
    allocation: Allocation | None = None
    deploy: Deploy | None = None
    start_on_completion: bool = False
    skip_scripts: bool = False
    oom_disabled: bool = True


class Build(Body):
    """PATCH /servers/{id}/build"""

    allocation: int
    limits: Limits | None = None
    feature_limits: FeatureLimits
    oom_disabled: bool | None = None
    add_allocations: list[int] = []
    remove_allocations: list[int] = []


class Startup(Body):
    """PATCH /servers/{id}/startup"""

    startup: str = Field(min_length=1)
    environment: Environment
    egg: int
    image: Text
    skip_scripts: bool


class Details(Body):
    """PATCH /servers/{id}/details: an external id or a description that is not sent is erased."""

    name: Text
    user: int
    external_id: Text | None = None
    description: str | None = None


class NewAllocations(Body):
    """POST /nodes/{id}/allocations"""

    ip: str = Field(min_length=3)
    alias: str | None = Field(default=None, max_length=191)
    ports: list[str] = Field(min_length=1)


class Power(Body):
    """POST /servers/{server}/power"""

    signal: Literal["start", "stop", "restart", "kill"]


class Command(Body):
    """POST /servers/{server}/command"""

    command: str = Field(min_length=1)


class FailingBuilds(Body):
    """POST /_sandbox/builds: how many of the next installations fail."""

    fail: Count


class NodeOrder(Body):
    """POST /_sandbox/nodes/{id}: what changes on a node. `down` is when its Wings does not answer."""

    down: bool | None = None
    maintenance_mode: bool | None = None
    public: bool | None = None
    memory: int | None = None
    memory_overallocate: int | None = None
    disk: int | None = None
    disk_overallocate: int | None = None


class ServerOrder(Body):
    """POST /_sandbox/servers/{id}: what happens to a server from within, or by other hands. `disk_used` is MB."""

    transferring: bool | None = None
    status: Literal["restoring_backup", "install_failed", ""] | None = None
    disk_used: Count | None = None
    user: int | None = None
    database: str | None = None


class ClockOrder(Body):
    """POST /_sandbox/clock: move the panel's clock on."""

    seconds: float = Field(ge=0)


class RightOrder(Body):
    """POST /_sandbox/rights: what the application key may do with one kind of resource."""

    resource: str
    level: Literal["none", "read", "write"]


class SignIn(Body):
    """POST /_sandbox/sign-in: try a user's password."""

    username: str
    password: str
