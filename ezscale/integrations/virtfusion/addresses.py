"""Addresses on the control host. The panel names only the path: one that leads elsewhere is not followed."""

from urllib.parse import urlsplit

from ezscale.kit.errors import Rejected

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def page_at(panel: str, path: object) -> str:
    """A page for a browser. Rejected when it is not on the control host, or not by https (loopback excepted)."""
    host = urlsplit(panel)
    if host.scheme != "https" and host.hostname not in LOOPBACK:
        raise Rejected(f"VirtFusion's address is not https, so nobody is sent there with a token: {host.netloc}")
    if not isinstance(path, str) or not _is_relative(path):
        raise Rejected("VirtFusion named a place that is not on its control host")
    return f"{host.scheme}://{host.netloc}{path}"


def socket_at(panel: str, path: object) -> str:
    """A web socket, by the same rules."""
    return "ws" + page_at(panel, path).removeprefix("http")


def _is_relative(path: str) -> bool:
    # Browsers skip control characters, and take a backslash for a slash.
    is_plain = path.isascii() and path.isprintable() and " " not in path and "\\" not in path
    return is_plain and path.startswith("/") and not path.startswith("//")
