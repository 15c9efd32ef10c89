"""Our customers at Stripe: each is made once, and forgotten wherever it was made."""

from collections.abc import Iterator

from stripe._v1_services import V1Services
from stripe.params import CustomerListParams

from ezscale.billing.ports import Payer
from ezscale.integrations.stripe.client import KeyReused, asking
from ezscale.integrations.stripe.receipts import ours
from ezscale.kit.errors import Rejected, UnknownOutcome

IN_THE_OTHER_MODE = "a similar object exists in"  # a test key for a live company, or the other way round


class Payers:
    """The customers of an account."""

    def __init__(self, stripe: V1Services) -> None:
        self._stripe = stripe

    def register(self, payer: Payer) -> str:
        """The gateway's name for this customer; made on the first call, the same ever after."""
        if payer.gateway_ref:
            return payer.gateway_ref
        known = next(self._known_customers(payer, {"email": payer.email}), "")
        if known:
            return known
        try:
            return self._new_customer(payer)
        except KeyReused:  # made a moment ago, under an e-mail address or a name that has changed since
            known = next(self._known_customers(payer, {}), "")
            if not known:
                raise
            return known

    def forget(self, payer: Payer) -> None:
        """The gateway no longer knows this customer, nor their cards (no error when it did not)."""
        known = self._known_customers(payer, {"email": payer.email} if payer.email else {})
        for ref in dict.fromkeys(filter(None, (payer.gateway_ref, *known))):
            self._delete_customer(ref)

    def _new_customer(self, payer: Payer) -> str:
        with asking(changes=True):
            customer = self._stripe.customers.create(
                {
                    "name": payer.name,
                    "email": payer.email,
                    "address": {"country": payer.country},
                    "metadata": {"customer_id": str(payer.customer_id)},
                },
                {"idempotency_key": f"customer:{payer.customer_id.hex}"},
            )
        return customer.id

    def _delete_customer(self, ref: str) -> None:
        try:
            with asking(changes=True):
                gone = self._stripe.customers.delete(ref)
        except Rejected as refusal:
            if refusal.status == 404 and IN_THE_OTHER_MODE not in refusal.message:
                return
            raise
        if not getattr(gone, "deleted", False):
            raise UnknownOutcome(f"Stripe does not say that it has deleted {ref}.")

    def _known_customers(self, payer: Payer, narrowed: CustomerListParams) -> Iterator[str]:
        """Customers made by calls whose answer was lost: recognised by our own id alone."""
        with asking(changes=False):
            listed = self._stripe.customers.list({**narrowed, "limit": 100})
            for customer in listed.auto_paging_iter():
                if ours(customer.metadata, "customer_id") == payer.customer_id:
                    yield customer.id
