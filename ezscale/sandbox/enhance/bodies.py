"""What callers may send. A field that Enhance does not know, or of another type, is refused."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"

Uuid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=255)]
Text = Annotated[str, Field(min_length=1, max_length=255)]
Password = Annotated[str, Field(min_length=8, max_length=128)]
Domain = Annotated[str, Field(pattern=rf"^{LABEL}(\.{LABEL})+$", max_length=253)]
PhpVersion = Annotated[str, Field(pattern=r"^php\d\d$")]
Role = Literal["Owner", "SuperAdmin", "Business", "SiteAccess", "Support", "Sysadmin"]


class Body(BaseModel):
    """The strictness of every body."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewCustomer(Body):
    """POST /orgs/{mo}/customers"""

    name: Text


class ChangedOrganisation(Body):
    """PATCH /orgs/{org}"""

    name: Text | None = None
    isSuspended: bool | None = None
    status: Literal["active", "deleted"] | None = None
    locale: Text | None = None


class NewLogin(Body):
    """POST /logins"""

    email: Email
    password: Password
    name: Text


class NewPassword(Body):
    """PUT /v2/logins/{login}/password"""

    newPassword: Password


class Recovery(Body):
    """PUT /login/password-recovery"""

    email: Email


class NewMember(Body):
    """POST /orgs/{org}/members"""

    loginId: Uuid
    roles: list[Role] = Field(min_length=1)


class NewToken(Body):
    """POST /orgs/{org}/access_tokens"""

    roles: list[Role] = Field(min_length=1)
    tokenExpires: str | None = None
    friendlyName: Text | None = None


class DedicatedServers(Body):
    """Where the parts of a dedicated plan run."""

    appServerId: Uuid | None = None
    backupServerId: Uuid | None = None
    dbServerId: Uuid | None = None
    emailServerId: Uuid | None = None


class NewSubscription(Body):
    """POST /orgs/{mo}/customers/{org}/subscriptions"""

    planId: int
    friendlyName: Text | None = None
    dedicatedServers: DedicatedServers | None = None


class ChangedSubscription(Body):
    """PATCH /orgs/{org}/subscriptions/{id}"""

    planId: int | None = None
    friendlyName: Text | None = None
    isSuspended: bool | None = None
    status: Literal["active"] | None = None


class WordPressAdministrator(Body):
    """Who shall administer a WordPress that is installed with a website."""

    username: Text
    password: Password
    email: Email


class NewWebsite(Body):
    """POST /orgs/{org}/websites. Enhance lets the subscription be left out, which would be a mistake of ours."""

    domain: Domain
    subscriptionId: int
    appServerId: Uuid | None = None
    backupServerId: Uuid | None = None
    dbServerId: Uuid | None = None
    emailServerId: Uuid | None = None
    serverGroupId: Uuid | None = None
    phpVersion: PhpVersion | None = None
    wordPressAdminCredentials: WordPressAdministrator | None = None


class ChangedWebsite(Body):
    """PATCH /orgs/{org}/websites/{id}"""

    phpVersion: PhpVersion | None = None
    status: Literal["active", "disabled"] | None = None
    isSuspended: bool | None = None
    tags: list[Text] | None = None
    subscriptionId: int | None = None
    orgId: Uuid | None = None


class FailingBuilds(Body):
    """POST /_sandbox/builds: how many of the next websites are never finished."""

    fail: int = Field(ge=0)


class ServerOrder(Body):
    """POST /_sandbox/servers/{id}: what changes on a server."""

    down: bool | None = None
    full: bool | None = None


class Quota(Body):
    """POST /_sandbox/quota: how many subscriptions our own account may hold; without a number, as many as we like."""

    subscriptions: int | None = Field(default=None, ge=0)


class ClockOrder(Body):
    """POST /_sandbox/clock: how many seconds the panel's clock goes on."""

    seconds: int = Field(ge=0, le=400_000_000)


class SignIn(Body):
    """POST /_sandbox/sign-in: try a login's password."""

    email: str
    password: str
