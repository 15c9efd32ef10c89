"""The panel's queue: what was asked for counts once its item there is finished."""

from collections.abc import Callable

from ezscale.integrations.virtfusion.client import Row, VirtFusionClient
from ezscale.kit.errors import TemporaryFailure

Pause = Callable[[float], None]

PATIENCE = (0.5, 0.5, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0)  # seconds to wait between looks


def follow(panel: VirtFusionClient, queue_id: int, pause: Pause, work: str) -> None:
    """Wait until an item is finished. TemporaryFailure when it fails or takes too long; `work` names it there."""
    for seconds in PATIENCE:
        item = panel.queue_item(queue_id)
        if item.get("failed"):
            raise TemporaryFailure(f"VirtFusion has failed at {work}: {_exception(item)}")
        if item.get("finished"):
            return
        pause(seconds)
    raise TemporaryFailure(f"VirtFusion is still {work}", retry_after=60)


def _exception(item: Row) -> str:
    errors = item.get("errors")
    exception = errors.get("exception") if isinstance(errors, dict) else None
    return str(exception.get("message") if isinstance(exception, dict) else errors)
