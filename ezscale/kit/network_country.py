"""The country of a network address, as a proxy of ours says it with each request."""

from collections.abc import Mapping

from pycountry import countries

HEADER = "cf-ipcountry"  # the edge of the web removes what comes from anybody but our own proxies


def country_of(headers: Mapping[str, str]) -> str:
    """The country from which a request came; nothing when nobody knows (XX), or when it came by Tor (T1)."""
    code = headers.get(HEADER, "").strip().upper()
    return code if len(code) == 2 and countries.get(alpha_2=code) else ""
