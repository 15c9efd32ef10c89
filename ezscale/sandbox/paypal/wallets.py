"""The customers' side: which wallets the approval page offers, and how each of them behaves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wallet:
    """A made-up PayPal customer. `at_once` and `later` are the issues with which payments are refused."""

    name: str
    story: str
    at_once: str = ""
    later: str = ""
    waits_for: str = ""

    @property
    def email(self) -> str:
        """Whom the wallet belongs to."""
        return f"{self.name}@wallets.example"

    @property
    def payer_id(self) -> str:
        """PayPal's own name for them."""
        return f"PAYER{self.name.upper():0<8}"[:13]


WALLETS = (
    Wallet("good", "Pays now and whenever it is asked"),
    Wallet("empty", "Is refused when the money is taken", at_once="INSTRUMENT_DECLINED", later="INSTRUMENT_DECLINED"),
    Wallet("review", "Pays, once PayPal has looked at it", waits_for="PENDING_REVIEW"),
    Wallet("refuses", "Pays now, and is refused later", later="TRANSACTION_REFUSED"),
    Wallet("asks", "Pays now, and must be there later", later="PAYER_ACTION_REQUIRED"),
    Wallet("closed", "Pays now, and is closed later", later="PAYER_ACCOUNT_LOCKED_OR_CLOSED"),
    Wallet("withdrawn", "Pays now, and withdraws the agreement later", later="AGREEMENT_ALREADY_CANCELLED"),
)
BY_NAME = {wallet.name: wallet for wallet in WALLETS}


def payer_of(wallet: Wallet) -> dict[str, object]:
    """What we are told of a customer."""
    return {
        "email_address": wallet.email,
        "payer_id": wallet.payer_id,
        "name": {"given_name": wallet.name.capitalize(), "surname": "Wallet"},
        "address": {"country_code": "IE"},
    }
