"""Installing a system, the first time and in place of another one. Every installation wipes the disk."""

from collections.abc import Iterable
from datetime import date

from ezscale.integrations.virtfusion.client import Row, VirtFusionClient
from ezscale.integrations.virtfusion.keys import key_ids
from ezscale.integrations.virtfusion.names import name_with
from ezscale.integrations.virtfusion.reading import (
    as_dict,
    installed_template,
    is_being_built,
    remote_server,
    templates_in,
    whole,
)
from ezscale.kit.errors import Rejected, TemporaryFailure, UnknownOutcome
from ezscale.provisioning.panel_skills import Image, Reinstallation
from ezscale.provisioning.ports import Login, ServiceSpec

LOOK_AGAIN = 60  # seconds after which a busy server is asked again


def images_in(groups: Iterable[Row]) -> list[Image]:
    """The systems that can be installed; a group of the panel is their family."""
    return [
        Image(str(template["id"]), _full_name(template), str(group.get("name") or ""), _ends(template))
        for group in groups
        for template in templates_in([group])
        if whole(template.get("id")) is not None
    ]


def install(panel: VirtFusionClient, remote_id: str, spec: ServiceSpec) -> Login | None:
    """Install what was ordered, under our number. The panel reveals the password only here."""
    template = _template(panel, remote_id, spec.image)
    return _build(panel, remote_id, template, {"name": spec.key, "hostname": spec.hostname})


def install_anew(panel: VirtFusionClient, remote_id: str, wish: Reinstallation) -> Login | None:
    """Install another system; None as well when it is being installed already, by a call whose answer was lost."""
    row = panel.server(remote_id)
    server = remote_server(row)
    if _is_installing(row, wish.image):
        return None
    if server.busy or server.suspended or is_being_built(row):
        raise TemporaryFailure(
            f"VirtFusion is busy with server {remote_id} or keeps it suspended", retry_after=LOOK_AGAIN
        )
    template = _template(panel, remote_id, wish.image)
    keys = key_ids(panel, server.owner, wish.keys)
    named = {"name": name_with(wish.name or server.name, server.key), "hostname": wish.hostname}
    try:
        return _build(panel, remote_id, template, named | ({"sshKeys": keys} if keys else {}))
    except UnknownOutcome as trouble:
        if not _has_begun(panel, remote_id, wish.image):
            raise trouble from None
        return None


def administrator(template: Row) -> str:
    """Who may do everything on a system."""
    return "Administrator" if template.get("type") == "windows" else "root"


def _template(panel: VirtFusionClient, remote_id: str, image: str) -> Row:
    for template in templates_in(panel.template_groups(remote_id)):
        if str(template.get("id")) == image:
            return template
    raise Rejected(f"VirtFusion does not offer template {image} for server {remote_id}")


def _build(panel: VirtFusionClient, remote_id: str, template: Row, named: Row) -> Login | None:
    wanted = {"operatingSystemId": template["id"], "ipv6": True, "email": False, **named}
    server = panel.build(remote_id, wanted)
    password = as_dict(server.get("settings")).get("decryptedPassword")
    return Login(administrator(template), str(password)) if password else None


def _has_begun(panel: VirtFusionClient, remote_id: str, image: str) -> bool:
    try:
        return _is_installing(panel.server(remote_id), image)
    except (Rejected, TemporaryFailure):
        return False  # nobody knows


def _is_installing(row: Row, image: str) -> bool:
    return is_being_built(row) and str(installed_template(row)) == image


def _full_name(template: Row) -> str:
    words = (template.get(name) for name in ("name", "version", "variant"))
    return " ".join(str(word) for word in words if word)


def _ends(template: Row) -> date | None:
    try:
        return date.fromisoformat(str(template.get("eol_date"))[:10])
    except ValueError:
        return None
