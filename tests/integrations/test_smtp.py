import email
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.policy import default
from ipaddress import ip_address
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ezscale.integrations.smtp.adapter import KeptMail, SmtpMailer
from ezscale.kit.clock import world_now
from ezscale.kit.errors import Rejected, TemporaryFailure, UnknownOutcome
from ezscale.messaging.ports import Letter

LETTER = Letter(
    message_id="0198-receipt-7@ezscale.example",
    sender="EZSCALE <billing@ezscale.example>",
    to="zoe@example.test",
    subject="Your receipt: 49,00 € – thank you",
    text="We received 49,00 €.",
    html="<p>We received <b>49,00&nbsp;€</b>.</p>",
)


class Relay:
    """A real mail server on loopback that keeps what it is given, or answers what it is told to."""

    def __init__(self):
        self.mails = []
        self.answers = {}
        self.drop_after_data = False

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 — named so by aiosmtpd
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.mails.append((session, envelope, email.message_from_bytes(envelope.content, policy=default)))
        if self.drop_after_data:
            server.transport.abort()
        return self.answers.get("DATA", "250 Taken")

    def mail(self):
        ((_session, _envelope, mail),) = self.mails
        return mail


@contextmanager
def open_relay(relay: Relay, **how: Any) -> Iterator[int]:
    controller = Controller(relay, hostname="127.0.0.1", port=free_port(), **how)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def let_ada_in(server, session, envelope, mechanism, login):
    return AuthResult(success=(login.login, login.password) == (b"ada", b"p@ss word"), handled=False)


@pytest.fixture
def relay():
    return Relay()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Contexts of a server that is 127.0.0.1 and of a client that believes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay")])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(world_now() - timedelta(days=1))
        .not_valid_after(world_now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("relay") / "relay.pem"
    pem = signed.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(pem + private)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=pem.decode())


def test_a_letter_arrives_with_its_words_and_our_id(relay):
    with open_relay(relay) as port:
        SmtpMailer(f"smtp://127.0.0.1:{port}").send(LETTER)

    ((_, envelope, mail),) = relay.mails
    assert (envelope.mail_from, envelope.rcpt_tos) == ("billing@ezscale.example", ["zoe@example.test"])
    assert (mail["Subject"], mail["Message-ID"]) == (LETTER.subject, "<0198-receipt-7@ezscale.example>")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_body(["plain"]).get_content().strip() == LETTER.text
    assert mail.get_body(["html"]).get_content().strip() == LETTER.html


def test_a_letter_without_html_is_plain_text(relay):
    with open_relay(relay) as port:
        SmtpMailer(f"smtp://127.0.0.1:{port}").send(Letter("7", LETTER.sender, LETTER.to, "Hello", "Only words.", ""))

    assert relay.mail().get_content_type() == "text/plain"
    assert relay.mail()["Message-ID"] == "<7@ezscale.example>"


def test_a_password_goes_through_an_encrypted_line(relay, certificate):
    server, client = certificate
    how = {"tls_context": server, "require_starttls": True, "auth_required": True, "authenticator": let_ada_in}

    with open_relay(relay, **how) as port:
        SmtpMailer(f"smtp://ada:p%40ss%20word@127.0.0.1:{port}", tls=client).send(LETTER)

    ((session, _, _),) = relay.mails
    assert session.ssl is not None
    assert session.authenticated


def test_a_line_can_be_encrypted_from_the_start(relay, certificate):
    server, client = certificate

    with open_relay(relay, ssl_context=server) as port:
        SmtpMailer(f"smtps://127.0.0.1:{port}", tls=client).send(LETTER)

    assert relay.mail()["Subject"] == LETTER.subject


def test_a_relay_with_a_strange_certificate_gets_nothing(relay, certificate):
    server, _ = certificate

    with open_relay(relay, tls_context=server) as port, pytest.raises(TemporaryFailure, match="certificate"):
        SmtpMailer(f"smtp://127.0.0.1:{port}").send(LETTER)

    assert relay.mails == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_wrong_password_is_told(relay):
    how = {"auth_required": True, "auth_require_tls": False, "authenticator": let_ada_in}

    with open_relay(relay, **how) as port, pytest.raises(Rejected, match="535"):
        SmtpMailer(f"smtp://ada:wrong@127.0.0.1:{port}").send(LETTER)

    assert relay.mails == []


def test_a_password_is_not_shown_on_an_open_line_to_another_machine(relay, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", loopback)

    with open_relay(relay) as port, pytest.raises(Rejected, match="no TLS"):
        SmtpMailer(f"smtp://ada:secret@relay.example:{port}").send(LETTER)


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "failure"),
    [("451 Greylisted, come back", TemporaryFailure), ("550 No such mailbox", Rejected)],
)
def test_a_later_is_tried_again_and_a_no_is_not(relay, step, answer, failure):
    relay.answers[step] = answer

    with open_relay(relay) as port, pytest.raises(failure, match=answer[4:]) as caught:
        SmtpMailer(f"smtp://127.0.0.1:{port}").send(LETTER)

    assert not isinstance(caught.value, UnknownOutcome)


def test_a_relay_that_is_not_there_has_surely_not_taken_it():
    with pytest.raises(TemporaryFailure) as caught:
        SmtpMailer(f"smtp://127.0.0.1:{free_port()}").send(LETTER)

    assert not isinstance(caught.value, UnknownOutcome)


def test_a_relay_that_goes_away_may_have_taken_it(relay):
    relay.drop_after_data = True

    with open_relay(relay) as port, pytest.raises(UnknownOutcome):
        SmtpMailer(f"smtp://127.0.0.1:{port}").send(LETTER)

    assert len(relay.mails) == 1


@pytest.mark.parametrize("field", ["to", "subject", "sender"])
def test_a_line_break_cannot_smuggle_a_header_in(relay, field):
    values = {name: getattr(LETTER, name) for name in Letter.__slots__}
    letter = Letter(**values | {field: f"{values[field]}\r\nBcc: eve@example.test"})

    with open_relay(relay) as port, pytest.raises(Rejected):
        SmtpMailer(f"smtp://127.0.0.1:{port}").send(letter)

    assert relay.mails == []


@pytest.mark.parametrize("url", ["", "relay.example:25", "http://relay.example", "smtp://"])
def test_an_address_that_is_no_relay_stops_the_start(url):
    with pytest.raises(ValueError, match="smtp://"):
        SmtpMailer(url)


def test_kept_mail_is_a_file_that_any_mail_program_opens(tmp_path):
    mail = KeptMail(tmp_path / "mail")

    mail.send(LETTER)

    (file,) = (tmp_path / "mail").iterdir()
    kept = email.message_from_bytes(file.read_bytes(), policy=default)
    assert file.suffix == ".eml"
    assert (kept["To"], kept["Subject"]) == (LETTER.to, LETTER.subject)


def test_the_same_letter_again_is_kept_once(tmp_path):
    mail = KeptMail(tmp_path)

    mail.send(LETTER)
    mail.send(LETTER)

    assert len(list(tmp_path.iterdir())) == 1


def loopback(_host, port, *_rest, **_more):
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
