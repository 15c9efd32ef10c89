"""Tasks about what we know of people."""

from ezscale.kit.jobs import Lane
from ezscale.privacy import vendors
from ezscale.privacy.events import CustomerErased
from ezscale.tasks.registry import task_of
from ezscale.wiring import House


@task_of(Lane.VENDORS)
def forget_at_vendors(house: House, event: CustomerErased) -> None:
    """Let the gateway and the panels forget whom we have forgotten."""
    vendors.forget_at_vendors(house.automation("privacy"), house.gateways, house.panels, event.customer_id)


@task_of(Lane.VENDORS)
def forget_what_is_left(house: House) -> None:
    """Ask vendors again that were away for long, or said no."""
    vendors.forget_what_is_left(house.automation("privacy"), house.gateways, house.panels)
