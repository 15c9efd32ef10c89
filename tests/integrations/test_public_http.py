"""Addresses that people set lead to the public network or nowhere: real servers stand where nothing may arrive (row 19)."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ezscale.integrations import public_http
from ezscale.integrations.public_http import NotPublic, fetch, is_public, open_public_http
from ezscale.kit.clock import world_now

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
METADATA = "169.254.169.254"
HIDDEN = [
    *("127.0.0.1", "127.8.9.1", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.9.9"),  # noqa: S104  # dialled, not listened on
    *("192.168.1.1", "169.254.1.1", METADATA, "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1"),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.0.2.1", "203.0.113.9"),
    *("::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1"),
    *("fe80::1", "fe80::1%lo", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:7f00:1::"),
]
WRITTEN = [
    *("http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f.0.0.1/", "http://0177.0.0.1/"),
    *("http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://localhost/"),
    *("http://LOCALHOST./", "http://①②⑦.⓪.⓪.①/", f"http://{METADATA}/latest/meta-data/", "http://0/"),
]
UNUSABLE = [
    *("ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com/", "example.com"),
    *("http://example.com:22/", "http://example.com:6379/", "https://example.com:80/", "http://me:secret@example.com/"),
    *("http:///path", "http://example.com/" + "x" * 2000, "javascript:alert(1)"),
    *(
        "http://[::1",
        "https://example.com:abc/",
        "http://999.1.1.1/",
        "http://xn--/",
        "http://\x00/",
        "http://\u202e.com/",
    ),
]


@dataclass
class Server:
    """Listens on an address of this machine and counts who comes."""

    place: str
    came: list[str] = field(default_factory=list)


@contextmanager
def listening(answer: bytes = OK, host: str = "127.0.0.1", *, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    line = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    server = Server(f"{host}:{line.getsockname()[1]}")

    def serve() -> None:
        while True:
            try:
                visitor, (address, *_) = line.accept()
            except OSError:
                return
            server.came.append(str(address))
            with suppress(OSError), visitor:
                visitor.settimeout(5)
                with tls.wrap_socket(visitor, server_side=True) if tls else visitor as talk:
                    talk.recv(65_536)
                    talk.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server
    finally:
        line.shutdown(socket.SHUT_RDWR)
        line.close()
        thread.join(10)


class Names:
    """A DNS of our own: answers one after the other, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.mark.parametrize("address", HIDDEN)
def test_a_name_that_leads_to_a_hidden_address_is_refused_before_anything_is_sent(address):
    assert not is_public(address)
    for found in ([address], ["93.184.216.34", address]):  # one bad answer among good ones is enough
        with listening() as trap, open_public_http(resolve=Names(found)) as http:
            for url in ("http://hook.example/", "https://hook.example/"):
                with pytest.raises(NotPublic):
                    fetch(http, "POST", url, json={"secret": 1})
        assert trap.came == []


@pytest.mark.parametrize("url", WRITTEN)
def test_a_hidden_address_is_recognised_however_it_is_written(url):
    with open_public_http() as http, pytest.raises(NotPublic):
        fetch(http, "GET", url)


def test_the_real_servers_of_this_machine_are_never_reached():
    with listening() as four, listening(host="::1") as six:
        ports = {name: server.place.rpartition(":")[2] for name, server in (("4", four), ("6", six))}
        with pytest.MonkeyPatch.context() as patch, open_public_http() as http:
            patch.setattr(public_http, "USUAL_PORTS", {"http": tuple(map(int, ports.values()))})
            for url in (
                f"http://127.0.0.1:{ports['4']}/",
                f"http://[::1]:{ports['6']}/",
                f"http://localhost:{ports['4']}/",
            ):
                with pytest.raises(NotPublic):
                    fetch(http, "GET", url)
    assert four.came == six.came == []


@pytest.mark.parametrize("url", UNUSABLE)
def test_what_is_no_usual_address_of_the_web_is_refused(url):
    names = Names(["93.184.216.34"])
    with open_public_http(resolve=names) as http, pytest.raises(NotPublic):
        fetch(http, "GET", url)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address):
    assert is_public(address)


def test_a_name_is_looked_up_once_and_its_second_answer_changes_nothing():
    with listening() as meant, listening() as trap:
        port = meant.place.rpartition(":")[2]
        names = Names(["127.0.0.1"], [METADATA])
        with open_public_http(resolve=names, allow=[meant.place]) as http:
            answer = fetch(http, "GET", f"http://hook.example:{port}/")
            with pytest.raises(NotPublic):
                fetch(http, "GET", f"http://hook.example:{port}/")  # a connection is never used again for another name
    assert (answer.text, len(meant.came), names.asked, trap.came) == ("hi", 1, 2, [])


@pytest.mark.parametrize("target", [f"http://{METADATA}/latest/", "http://127.0.0.1/", "http://[::1]/", "//localhost/"])
def test_a_redirect_is_an_answer_and_not_followed(target):
    moved = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    with listening(moved) as meant, listening() as trap:
        port = meant.place.rpartition(":")[2]
        with open_public_http(resolve=Names(["127.0.0.1"]), allow=[meant.place]) as http:
            answer = fetch(http, "GET", f"http://hook.example:{port}/")
        with open_public_http() as http, pytest.raises(NotPublic):
            fetch(http, "GET", str(answer.request.url.join(answer.headers["location"])).replace(f":{port}", ""))
    assert (answer.status_code, len(meant.came), trap.came) == (302, 1, [])


def test_an_answer_without_an_end_is_cut_off():
    endless = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * (public_http.LARGEST_ANSWER + 1)
    with listening(endless) as meant, open_public_http(resolve=Names(["127.0.0.1"]), allow=[meant.place]) as http:
        port = meant.place.rpartition(":")[2]
        with pytest.raises(httpx.ReadError, match="too large"):
            fetch(http, "GET", f"http://hook.example:{port}/")


@pytest.mark.parametrize(("name", "is_right"), [("hook.example", True), ("other.example", False)])
def test_tls_proves_the_name_and_not_the_address(name, is_right, tmp_path):
    server, trust = certificate_for("hook.example", tmp_path)
    with listening(tls=server) as meant:
        port = meant.place.rpartition(":")[2]
        with open_public_http(resolve=Names(["127.0.0.1"]), allow=[meant.place], trust=trust) as http:
            if is_right:
                assert fetch(http, "GET", f"https://{name}:{port}/").text == "hi"
            else:
                with pytest.raises(httpx.ConnectError, match="not valid for"):
                    fetch(http, "GET", f"https://{name}:{port}/")


def certificate_for(name, folder):
    """A server's certificate for a name, and somebody who trusts it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), world_now()
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    trust = ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
    return server, trust


def test_forty_ways_to_a_hidden_place_were_tried():
    assert len(HIDDEN) + len(WRITTEN) >= 40
