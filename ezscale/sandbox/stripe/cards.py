"""The test cards that Stripe publishes, and what happens to each."""

from dataclasses import dataclass
from enum import StrEnum

from ezscale.sandbox.stripe.errors import Declined


class Authentication(StrEnum):
    """When the bank wants to hear from the card's holder."""

    NEVER = "never"
    UNTIL_SET_UP = "until_set_up"
    ALWAYS = "always"


class Arrives(StrEnum):
    """When money that is sent back arrives."""

    AT_ONCE = "at_once"
    LATER = "later"
    NEVER = "never"


class Disputed(StrEnum):
    """What its bank does as soon as a card has paid."""

    NEVER = "never"
    INQUIRED = "inquired"
    AT_ONCE = "at_once"


@dataclass(frozen=True, slots=True)
class TestCard:
    """One test card. Decline codes say when the bank refuses: while the card is kept, and when it is charged.

    `refunds` is what becomes of money that is sent back to it: it arrives at once, a day later, or is returned.
    `disputed` is whether its bank takes back what it has paid, or asks about it.
    """

    __test__ = False

    number: str
    story: str
    brand: str = "visa"
    authentication: Authentication = Authentication.NEVER
    declines_setup: str = ""
    declines_charge: str = ""
    refunds: Arrives = Arrives.AT_ONCE
    disputed: Disputed = Disputed.NEVER

    @property
    def last4(self) -> str:
        """The digits that may be shown; no two test cards share them."""
        return self.number[-4:]


def _refused(number: str, code: str, story: str) -> TestCard:
    return TestCard(number, story, declines_setup=code, declines_charge=code)


CARDS = (
    TestCard("4242424242424242", "Succeeds"),
    TestCard("5555555555554444", "Succeeds (Mastercard)", brand="mastercard"),
    TestCard(
        "4000000000003220", "Asks for authentication (3-D Secure) every time", authentication=Authentication.ALWAYS
    ),
    TestCard(
        "4000002500003155", "Asks for authentication until it is kept", authentication=Authentication.UNTIL_SET_UP
    ),
    TestCard("4000002760003184", "Asks for authentication, kept or not", authentication=Authentication.ALWAYS),
    TestCard(
        "4000008260003178",
        "Authenticates, then has no funds",
        authentication=Authentication.UNTIL_SET_UP,
        declines_charge="insufficient_funds",
    ),
    TestCard("4000000000000341", "Can be kept, is declined when charged", declines_charge="generic_decline"),
    TestCard("4000000000007726", "Succeeds; a refund takes a day", refunds=Arrives.LATER),
    TestCard("4000000000005126", "Succeeds; a refund comes back after a day", refunds=Arrives.NEVER),
    TestCard("4000000000000259", "Succeeds, and is disputed as fraudulent", disputed=Disputed.AT_ONCE),
    TestCard("4000000000001976", "Succeeds, and its bank inquires about it", disputed=Disputed.INQUIRED),
    _refused("4000000000000002", "generic_decline", "Is declined"),
    _refused("4000000000009995", "insufficient_funds", "Has no funds"),
    _refused("4000000000009987", "lost_card", "Was lost"),
    _refused("4000000000009979", "stolen_card", "Was stolen"),
    _refused("4000000000000069", "expired_card", "Has expired"),
    _refused("4000000000000127", "incorrect_cvc", "Has another security code"),
    _refused("4000000000000119", "processing_error", "Fails while being processed"),
)
BY_NUMBER = {card.number: card for card in CARDS}
BY_LAST4 = {card.last4: card for card in CARDS}
BY_NAME = {
    "pm_card_visa": BY_LAST4["4242"],
    "pm_card_mastercard": BY_LAST4["4444"],
    "pm_card_chargeCustomerFail": BY_LAST4["0341"],
    "pm_card_threeDSecure2Required": BY_LAST4["3220"],
    "pm_card_visa_chargeDeclined": BY_LAST4["0002"],
    "pm_card_visa_chargeDeclinedInsufficientFunds": BY_LAST4["9995"],
}

MESSAGES = {
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "insufficient_funds": "Your card has insufficient funds.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}
OWN_CODES = {"authentication_required", "expired_card", "incorrect_cvc", "processing_error"}
HOPELESS = {"lost_card", "stolen_card", "expired_card"}


def decline(decline_code: str) -> Declined:
    """The bank's refusal, as Stripe words it."""
    return Declined(
        MESSAGES.get(decline_code, "Your card was declined."),
        code=decline_code if decline_code in OWN_CODES else "card_declined",
        decline_code=decline_code,
        advice_code="do_not_try_again" if decline_code in HOPELESS else "try_again_later",
    )
