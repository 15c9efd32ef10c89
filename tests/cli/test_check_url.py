"""Asking an address as the company asks the addresses that people set: what the operator hears of it."""

import socket
from collections.abc import Callable
from functools import partial

import pytest

from ezscale.cli.commands import looking
from ezscale.integrations.public_http import LARGEST_ANSWER, NOT_PUBLIC, open_public_http
from tests.cli.conftest import Ran
from tests.integrations.test_public_http import OK, listening

MOVED = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
ENDLESS = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * (LARGEST_ANSWER + 1)


@pytest.fixture
def counts_as_public(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets a place on this machine be asked as if the whole world could reach it."""

    def counts_as_public(place: str) -> None:
        monkeypatch.setattr(looking, "open_public_http", partial(open_public_http, allow=[place]))

    return counts_as_public


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (OK, "It answered 200 with 2 bytes.\n"),
        (MOVED, "It answered 302 with 0 bytes, and leads on to http://169.254.169.254/.\n"),
    ],
)
def test_an_address_that_answers(ezscale: Callable[..., Ran], counts_as_public, answer: bytes, told: str):
    with listening(answer) as server:
        counts_as_public(server.place)
        heard = ezscale("check-url", f"http://{server.place}/hook")

    assert heard == (0, told, "")
    assert len(server.came) == 1


def test_an_address_that_answers_too_much(ezscale: Callable[..., Ran], counts_as_public):
    with listening(ENDLESS) as server:
        counts_as_public(server.place)
        number, said, complaint = ezscale("check-url", url := f"http://{server.place}/")

    assert (number, said) == (1, "")
    assert complaint == f"{url} cannot be reached: the answer is too large\n"


def test_an_address_where_nobody_is(ezscale: Callable[..., Ran], counts_as_public):
    with socket.create_server(("127.0.0.1", 0)) as once:
        place = f"127.0.0.1:{once.getsockname()[1]}"
    counts_as_public(place)

    number, said, complaint = ezscale("check-url", f"http://{place}/")

    assert (number, said) == (1, "")
    assert complaint.startswith(f"http://{place}/ cannot be reached: ")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1/", NOT_PUBLIC),
        ("https://localhost:8443/", NOT_PUBLIC),
        ("http://169.254.169.254/latest/meta-data/", NOT_PUBLIC),
        ("http://10.0.0.1:6379/", "Only the usual ports are used: 80, 8080."),
        ("ftp://example.com/", "An address begins with https://, or http://."),
        ("http://me:secret@10.0.0.1/", "An address holds no name and password."),
        ("https://10.0.0.1:abc/", "This is no address of the web."),
        ("http://[::1", "This is no address of the web."),
        (f"http://10.0.0.1/{'x' * 2000}", "This address is too long."),
    ],
)
def test_an_address_that_is_not_for_us_is_refused_in_words(ezscale: Callable[..., Ran], url: str, why: str):
    assert ezscale("check-url", url) == (2, "", f"{why}\n")


def test_a_server_of_this_machine_is_not_asked(ezscale: Callable[..., Ran]):
    with listening() as trap:
        number, said, _ = ezscale("check-url", f"http://{trap.place}/")

    assert (number, said, trap.came) == (2, "", [])
