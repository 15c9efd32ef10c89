"""Installing a game: the first time, again after a failure, and another one in its place."""

from ezscale.integrations.pterodactyl import orders
from ezscale.integrations.pterodactyl.client import PterodactylClient, Row
from ezscale.integrations.pterodactyl.reading import is_suspended, remote_server, text
from ezscale.kit.errors import Missing, Rejected, TemporaryFailure
from ezscale.provisioning.panel_skills import Reinstallation
from ezscale.provisioning.ports import OutOfStock, ServiceSpec

NO_ROOM = ("NoViableNodeException", "NoViableAllocationException")


def order(panel: PterodactylClient, spec: ServiceSpec, account: str) -> Row:
    """A new server with our number, on a node and a port that the panel chooses; OutOfStock where it finds none."""
    body = orders.new_server(spec, account, _egg(panel, spec.image))
    try:
        return panel.create_server(body)
    except Rejected as refusal:
        if refusal.code in NO_ROOM:
            raise OutOfStock(refusal.message, status=refusal.status, code=refusal.code) from refusal
        raise


def install_again(panel: PterodactylClient, remote_id: str, spec: ServiceSpec) -> None:
    """Run the script of what was ordered once more, with everything that was corrected in the plan meanwhile."""
    panel.change_startup(remote_id, orders.startup(_egg(panel, spec.image), orders.values_of(spec)))
    panel.reinstall(remote_id)


def install_instead(panel: PterodactylClient, row: Row, wish: Reinstallation) -> None:
    """Install the same game anew, or another one of its family. What the plan has set stays.

    The panel would do it in any state, and forget that a server was suspended: TemporaryFailure then.
    """
    make_ready(panel, row, wish)
    panel.reinstall(text(row["id"]))


def make_ready(panel: PterodactylClient, row: Row, wish: Reinstallation) -> None:
    """Let a server be another game of its family, with what its plan says of it. Nothing is installed by it."""
    remote_id = text(row["id"])
    if is_suspended(row) or remote_server(row).busy:
        raise TemporaryFailure(f"Pterodactyl is busy with server {remote_id} or keeps it suspended", retry_after=15)
    (nest, egg_id), (nest_now, egg_now) = orders.nest_and_egg(wish.image), orders.game_of(row)
    if nest != nest_now:
        raise Rejected(f"Pterodactyl does not offer image {wish.image} for server {remote_id}")
    if egg_id != egg_now:
        egg = _egg(panel, wish.image)
        values = orders.kept_values(row, egg) | orders.values_in(wish.settings)
        panel.change_startup(remote_id, orders.startup(egg, values))


def _egg(panel: PterodactylClient, image: str) -> Row:
    try:
        return panel.egg(*orders.nest_and_egg(image))
    except Missing as missing:
        raise Rejected(f"Pterodactyl has no egg {image}: {missing.message}") from missing
