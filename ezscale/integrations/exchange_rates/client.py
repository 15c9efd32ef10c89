"""The daily file of the European Central Bank, in its own words."""

from xml.etree import ElementTree as ET

from ezscale.integrations.http import Http, read_text
from ezscale.kit.errors import TemporaryFailure

DAILY = "/stats/eurofxref/eurofxref-daily.xml"
CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
LONGEST = 100_000  # the real file has two thousand characters


class EcbClient:
    """The one file we read."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def daily(self) -> tuple[str, dict[str, str]]:
        """The day, and how much of each currency a euro was worth, as it is written there."""
        text = read_text(self._http, DAILY)
        if len(text) > LONGEST or "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise TemporaryFailure("The European Central Bank sent something else than its rates")
        try:
            root = ET.fromstring(text)  # noqa: S314  # without a document type nothing can be expanded
        except ET.ParseError as error:
            raise TemporaryFailure("The European Central Bank sent no XML") from error
        day = next((cube.get("time", "") for cube in root.iter(CUBE) if cube.get("time")), "")
        rates = {cube.get("currency", ""): cube.get("rate", "") for cube in root.iter(CUBE) if cube.get("currency")}
        if not day or not rates:
            raise TemporaryFailure("The European Central Bank sent no rates")
        return day, rates
