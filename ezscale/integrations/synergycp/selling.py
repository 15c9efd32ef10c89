"""Selling a machine: one for a number, whatever becomes of the answers."""

from collections.abc import Mapping

from ezscale.integrations.synergycp.client import Row, SynergyCpClient
from ezscale.integrations.synergycp.plans import Wanted, order_of
from ezscale.integrations.synergycp.register import Register
from ezscale.integrations.synergycp.shelf import is_on_shelf, pick
from ezscale.kit.errors import Rejected, TemporaryFailure, UnknownOutcome
from ezscale.provisioning.ports import OutOfStock, ServiceSpec


def sell(client: SynergyCpClient, register: Register, spec: ServiceSpec, account: str) -> Row:
    """The machine that was given to a client under a number which no machine carried before."""
    wanted = Wanted.of(spec)
    for server_id in pick(client, wanted, spec):
        order = order_of(wanted, spec, account, server_id)
        if (server := _sold(client, register, wanted, spec.key, order)) is not None:
            return server
    if spec.machine:
        raise Rejected(
            f"Machine {spec.machine}, which was chosen for it, was taken by another order: choose another one"
        )
    raise TemporaryFailure("Other orders have taken the machines that were free")


def _sold(
    client: SynergyCpClient, register: Register, wanted: Wanted, number: str, order: Mapping[str, object]
) -> Row | None:
    """The machine, found by its number after every kind of answer; None when another order was faster with it."""
    try:
        matched = client.provision(order)
    except UnknownOutcome:
        if (server := _found(register, number)) is None:
            raise
        return server
    except Rejected as refusal:
        # Another worker of ours may have done it a moment ago, or another order taken the machine.
        if (server := register.machine_with(number)) is not None:
            return server
        if "server_id" in refusal.message or not is_on_shelf(client, wanted, str(order["server_id"])):
            return None
        raise
    if (server := _found(register, number)) is not None:
        return server
    if not matched:
        raise OutOfStock("SynergyCP has nothing that matches the order")
    raise UnknownOutcome(f"SynergyCP does not list the machine that it gave to {number} yet")


def _found(register: Register, number: str) -> Row | None:
    """The machine with a number; None also when the panel does not answer, so that a lost answer stays what it is."""
    try:
        return register.machine_with(number)
    except TemporaryFailure:
        return None
