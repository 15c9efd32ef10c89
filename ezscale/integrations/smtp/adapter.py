"""Carrying mail: through a relay that speaks SMTP, or into a folder of our own."""

import os
import smtplib
import ssl
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ezscale.integrations.smtp.letters import message_id, message_of
from ezscale.kit.errors import Rejected, TemporaryFailure, UnknownOutcome
from ezscale.messaging.ports import Letter

SECONDS = 15


class SmtpMailer:
    """Hands letters to the relay of an address such as smtp://user:password@relay.example:587. Implements `Mailer`.

    `smtps://` speaks TLS from the start; `smtp://` goes over to it when the relay offers it, and never shows a
    password without it.
    """

    def __init__(self, url: str, *, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("a mail relay's address looks like smtp://user:password@relay.example:587")
        self._encrypted = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = parts.port or (465 if self._encrypted else 587)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._tls = tls or ssl.create_default_context()

    def send(self, letter: Letter) -> None:
        """Hand one letter over."""
        message = message_of(letter)
        relay = self._connected()
        try:
            relay.send_message(message)
        except smtplib.SMTPRecipientsRefused as refusal:
            raise _refused(*next(iter(refusal.recipients.values()))) from refusal
        except smtplib.SMTPResponseException as refusal:
            raise _refused(refusal.smtp_code, refusal.smtp_error) from refusal
        except smtplib.SMTPNotSupportedError as error:
            raise Rejected(f"The mail relay cannot carry this address: {error}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise UnknownOutcome(f"The mail relay went away while it took a letter: {error}") from error
        finally:
            _hang_up(relay)

    def _connected(self) -> smtplib.SMTP:
        try:
            relay = self._dialled()
            try:
                self._introduce(relay)
            except BaseException:
                relay.close()
                raise
            return relay
        except smtplib.SMTPResponseException as refusal:
            raise _refused(refusal.smtp_code, refusal.smtp_error) from refusal
        except smtplib.SMTPNotSupportedError as error:
            raise Rejected(f"The mail relay does not take a login: {error}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise TemporaryFailure(f"The mail relay {self._host}:{self._port} cannot be reached: {error}") from error

    def _dialled(self) -> smtplib.SMTP:
        if self._encrypted:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=self._tls)
        return smtplib.SMTP(self._host, self._port, timeout=SECONDS)

    def _introduce(self, relay: smtplib.SMTP) -> None:
        relay.ehlo_or_helo_if_needed()
        encrypted = self._encrypted
        if not encrypted and relay.has_extn("starttls"):
            relay.starttls(context=self._tls)
            encrypted = True
        if not self._user:
            return
        if not encrypted and not _is_loopback(self._host):
            raise Rejected("The mail relay offers no TLS, so our password was not sent to it.")
        relay.login(self._user, self._password)


class KeptMail:
    """Writes letters into a folder as .eml files, which any mail program opens: for the demo, or while there is no relay.

    Implements `Mailer`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, letter: Letter) -> None:
        """Keep one letter; the same letter again is the same file."""
        content = message_of(letter).as_bytes()
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / f"{sha256(message_id(letter).encode()).hexdigest()[:32]}.eml"
        unfinished = file.with_suffix(f".{os.getpid()}.part")
        unfinished.write_bytes(content)
        unfinished.replace(file)


def _hang_up(relay: smtplib.SMTP) -> None:
    try:
        relay.quit()
    except (smtplib.SMTPException, OSError):
        relay.close()


def _refused(code: int, words: bytes | str) -> Exception:
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    message = f"The mail relay said {code} {said}"
    return Rejected(message, status=code) if code >= 500 else TemporaryFailure(message)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
