"""VIES as the register of tax ids."""

from ezscale.billing.tax_ports import TaxIdAnswer
from ezscale.integrations.http import Http, open_http
from ezscale.integrations.vies.client import ViesClient
from ezscale.kit.errors import TemporaryFailure

VIES = "https://ec.europa.eu/taxation_customs/vies/rest-api"
HIDDEN = "---"  # the name where a member state does not tell it


class ViesRegister:
    """Knows whether a VAT id of the EU is registered."""

    name = "VIES"

    def __init__(self, client: ViesClient) -> None:
        self._client = client

    def look_up(self, number: str, asked_by: str = "") -> TaxIdAnswer:
        """Whether a number such as DE136695976 is registered. With our own number VIES gives a proof of the question."""
        question = {"countryCode": number[:2], "vatNumber": number[2:]}
        if asked_by:
            question |= {"requesterMemberStateCode": asked_by[:2], "requesterNumber": asked_by[2:]}
        answer = self._client.check(question)
        is_valid = answer.get("valid")
        if not isinstance(is_valid, bool):
            raise TemporaryFailure("VIES did not say whether the number is valid")
        name = answer.get("name")
        known = name if isinstance(name, str) and name != HIDDEN else ""
        return TaxIdAnswer(is_valid, known, str(answer.get("requestIdentifier") or ""))


def open_register(url: str = "", *, http: Http | None = None) -> ViesRegister:
    """The register, or a stand-in at another address."""
    return ViesRegister(ViesClient(http or open_http(url or VIES)))
