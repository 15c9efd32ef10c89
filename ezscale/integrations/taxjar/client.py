"""TaxJar v2, in its own words."""

from typing import Any

from ezscale.integrations.http import Http, ask
from ezscale.kit.errors import TemporaryFailure, UnknownOutcome


class TaxJarClient:
    """The one call we use: it stores nothing there, so that it can always be made again."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def taxes(self, order: dict[str, Any]) -> dict[str, Any]:
        """What an order would be taxed with."""
        try:
            answer = ask(self._http, "POST", "/taxes", json=order)
        except UnknownOutcome as lost:
            raise TemporaryFailure(lost.message) from lost
        tax = answer.get("tax") if isinstance(answer, dict) else None
        if not isinstance(tax, dict):
            raise TemporaryFailure("TaxJar answered something else than a tax")
        return tax
