"""Which of the gateways is meant: the one that a row names, or that somebody chooses."""

from collections.abc import Mapping

from ezscale.billing.ports import PaymentGateway
from ezscale.kit.errors import Invalid, TemporaryFailure

Gateways = Mapping[str, PaymentGateway]  # by name; the first is the one that people are sent to without a choice


def gateway_of(gateways: Gateways, name: str) -> PaymentGateway:
    """The gateway that a row names. TemporaryFailure where it is not connected: what it knows of the row is not lost."""
    try:
        return gateways[name]
    except KeyError:
        raise TemporaryFailure(f"No gateway of the name {name} is connected.") from None


def chosen_gateway(gateways: Gateways, name: str = "") -> PaymentGateway:
    """The gateway that somebody wants to pay through, the first without a choice; Invalid for one that we do not have."""
    wanted = name or next(iter(gateways))
    if wanted not in gateways:
        raise Invalid("We do not take payments that way.")
    return gateways[wanted]
