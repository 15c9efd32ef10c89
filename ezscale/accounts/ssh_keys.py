"""The public SSH keys of a customer, to be put onto their servers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import false
from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.permissions import SEE_EVERYTHING, SEE_SERVICES, USE_SERVICES
from ezscale.accounts.public_keys import read_public_key
from ezscale.accounts.signing_up import clean_line
from ezscale.kit.actor import Actor
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotFound
from ezscale.kit.work import Work
from ezscale.models import Customer, SshKey

LONGEST_NAME = 60
MOST_KEYS = 50


def ssh_keys(work: Work, customer_id: UUID | None = None) -> list[SshKey]:
    """One's own customer's keys, or another one's for staff; by name."""
    wanted = visible_ssh_keys(work.actor).where(SshKey.customer_id == (customer_id or work.actor.customer_id))
    return list(work.session.exec(wanted.order_by(func.lower(SshKey.name), col(SshKey.id))))


def visible_ssh_keys(actor: Actor) -> SelectOfScalar[SshKey]:
    """One's own customer's, but not for whoever was entrusted with single services; all of them for staff."""
    if actor.may(SEE_EVERYTHING):
        return select(SshKey)
    if not actor.may(SEE_SERVICES) or actor.customer_id is None or actor.services is not None:
        return select(SshKey).where(false())
    return select(SshKey).where(SshKey.customer_id == actor.customer_id)


def add_ssh_key(work: Work, name: str, line: str) -> SshKey:
    """Keep a public key. Invalid, on the field, when it is none, is kept already, or has no name."""
    customer_id = _own_keys(work)
    work.session.get_one(Customer, customer_id, with_for_update=True)
    key = read_public_key(line)
    clean = clean_line(name, "name", LONGEST_NAME) or clean_line(key.comment[:LONGEST_NAME], "name", LONGEST_NAME)
    if not clean:
        raise Invalid("Please give the key a name by which you know it again.", field="name")
    kept = ssh_keys(work)
    if same := next((other for other in kept if other.fingerprint == key.fingerprint), None):
        raise Invalid(f"This key is here already, as {same.name}.", field="line")
    if len(kept) >= MOST_KEYS:
        raise BusinessError(f"There are {MOST_KEYS} keys already. Please delete one that nobody uses any more.")
    added = SshKey(
        customer_id=customer_id,
        name=clean,
        line=key.line,
        fingerprint=key.fingerprint,
        added_by=work.actor.name,
        added_at=work.now,
    )
    work.session.add(added)
    return added


def delete_ssh_key(work: Work, key_id: UUID) -> None:
    """Forget a key. It stays on the servers that have it."""
    _own_keys(work)
    found = work.session.exec(visible_ssh_keys(work.actor).where(SshKey.id == key_id)).first()
    if found is None:
        raise NotFound("We could not find this key.")
    work.session.delete(found)


def lines_of(work: Work, customer_id: UUID, key_ids: Sequence[UUID]) -> list[str]:
    """The chosen ones of a customer's keys, a line each. Invalid when one of them is not there any more."""
    chosen = {key.id: key.line for key in ssh_keys(work, customer_id) if key.id in key_ids}
    if set(chosen) != set(key_ids):
        raise Invalid("One of the keys is not there any more. Please choose again.", field="keys")
    return list(chosen.values())


def _own_keys(work: Work) -> UUID:
    """Whose keys a person may change; NotAllowed for whoever acts as them: a key outlives the acting."""
    work.actor.require(USE_SERVICES)
    if work.actor.behind_id is not None or work.actor.services is not None:
        raise NotAllowed
    return work.actor.own_customer()
