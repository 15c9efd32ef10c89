"""The console of a server: a raw web socket for VNC, open until it is closed."""

from typing import Any

from ezscale.integrations.virtfusion.addresses import socket_at
from ezscale.integrations.virtfusion.client import VirtFusionClient, nonsense
from ezscale.integrations.virtfusion.queue import Pause, follow
from ezscale.integrations.virtfusion.reading import as_dict, whole
from ezscale.provisioning.panel_skills import Console, ConsoleKind


def open_console(panel: VirtFusionClient, remote_id: str, pause: Pause) -> Console:
    """Switch it on, and tell the way in when it is on."""
    vnc = _switch(panel, remote_id, "enable", pause, "opening the console")
    socket = as_dict(vnc.get("wss"))
    if not socket.get("url") or not socket.get("token"):
        raise nonsense("POST", "a console")
    return Console(
        ConsoleKind.VNC,
        socket_at(panel.address, socket["url"]),
        password=str(vnc.get("password") or ""),
        token=str(socket["token"]),
    )


def close_console(panel: VirtFusionClient, remote_id: str, pause: Pause) -> None:
    """Switch it off."""
    _switch(panel, remote_id, "disable", pause, "closing the console")


def _switch(panel: VirtFusionClient, remote_id: str, action: str, pause: Pause, work: str) -> dict[str, Any]:
    answer = panel.switch_console(remote_id, action)
    queue_id = whole(answer.get("queueId"))
    if queue_id is not None:  # none is named where there was nothing to switch
        follow(panel, queue_id, pause, work)
    return as_dict(answer.get("vnc"))
