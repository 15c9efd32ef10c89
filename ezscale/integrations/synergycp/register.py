"""Whose is what on the panel: clients and machines, found by our numbers and compared with them."""

from collections.abc import Iterator

from ezscale.integrations.synergycp.client import Row, SynergyCpClient
from ezscale.integrations.synergycp.installing import Installations
from ezscale.integrations.synergycp.reading import accesses_in, is_of, percent_of, remote_server
from ezscale.integrations.synergycp.sales import Sale, id_of, number_of
from ezscale.kit.errors import Missing, Rejected, TemporaryFailure
from ezscale.provisioning.ports import PanelOwner, RemoteServer, RemoteState


class Register:
    """What the panel answers to our numbers. Its answers are compared, and never just their first row taken."""

    def __init__(self, client: SynergyCpClient, installations: Installations) -> None:
        self._panel = client
        self._installations = installations

    def account(self, owner: PanelOwner) -> str | None:
        """The panel's client for a customer; None when there is none, Rejected when it may be somebody else."""
        found = list(self._panel.clients({"billing_id": owner.ref}))
        own = [client for client in found if is_of(client, owner)]
        if len(found) != len(own) or len(own) > 1:
            numbers = ", ".join(id_of(client) for client in found)
            raise Rejected(f"SynergyCP answers with client {numbers} for customer {owner.ref}: a person must look")
        return id_of(own[0]) if own else None

    def machine_with(self, number: str) -> Row | None:
        """The one machine that carries a number; None when none does."""
        found = list(self._panel.servers({"billing_id": number}))
        if any(number_of(server) is None for server in found):
            raise Rejected(f"SynergyCP does not show which machine carries number {number}: a person must look")
        ours = [server for server in found if number_of(server) == number]
        if len(ours) > 1:
            machines = ", ".join(id_of(server) for server in ours)
            raise Rejected(f"Several machines carry number {number} on SynergyCP ({machines}): a person must look")
        return ours[0] if ours else None

    def sold(self, sale: Sale) -> Row:
        """The machine of a sale, which still carries its number. Missing when none does, Rejected when another one does."""
        server = self.machine_with(sale.number)
        if server is None:
            raise Missing(f"No machine carries number {sale.number} on SynergyCP", status=404)
        if (now_on := id_of(server)) != sale.server_id:
            raise Rejected(
                f"Number {sale.number} is on server {now_on} of SynergyCP, and no longer on {sale.server_id}:"
                " a person must look"
            )
        return server

    def usable(self, sale: Sale) -> RemoteServer:
        """The machine of a sale, as its owner may use it. TemporaryFailure while it is suspended, or being installed."""
        server = self.described(self.sold(sale))
        if server.gone:
            raise Missing(f"Server {sale.server_id} is nobody's on SynergyCP", status=404)
        if server.suspended:
            raise TemporaryFailure(f"Server {sale.server_id} is suspended on SynergyCP")
        if server.busy:
            raise TemporaryFailure(f"Server {sale.server_id} is being installed")
        return server

    def is_back(self, sale: Sale) -> bool:
        """Whether the machine of a sale is nobody's any more, or carries another number. It may keep ours on the shelf."""
        try:
            self.sold(sale)
        except Missing:
            return True
        return not self.all_accesses(sale)

    def given_to(self, account: str, server: Row) -> RemoteServer:
        """A machine with its addresses; Rejected when it is another client's."""
        described = self.described(server, with_addresses=True)
        if described.owner != account:
            raise Rejected(f"Server {described.remote_id} is not client {account}'s on SynergyCP: a person must look")
        return described

    def described(self, server: Row, *, with_addresses: bool = False) -> RemoteServer:
        """A machine in our words, after asking whose it is and what is being installed on it."""
        sale = Sale.shown_by(server)
        accesses, installs = self.owners_accesses(sale), list(self._panel.installs(sale.server_id))
        state = self._installations.state(sale, under_way=bool(installs), percent=percent_of(installs))
        blocks = self._panel.entities({"server": sale.server_id}) if with_addresses else ()
        return remote_server(server, accesses, state, installs, blocks)

    def all_sold(self) -> Iterator[RemoteServer]:
        """Every machine that was sold with our key. What is being installed on them is not asked."""
        for server in self._panel.servers({"integration_id": "me"}):
            accesses = accesses_in(server)
            if accesses is None:
                accesses = self.owners_accesses(Sale.shown_by(server))
            yield remote_server(server, accesses, RemoteState.READY)

    def owners_accesses(self, sale: Sale) -> list[Row]:
        """The access of the client whose machine it is."""
        return list(self._panel.accesses(sale.server_id, primary=True))

    def all_accesses(self, sale: Sale) -> list[Row]:
        """That, and those of the people whom this client has let in."""
        return [*self.owners_accesses(sale), *self._panel.accesses(sale.server_id, primary=False)]
