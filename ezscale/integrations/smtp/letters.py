"""Our letters as the mail standards write them."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from ezscale.kit.clock import world_now
from ezscale.kit.errors import Rejected
from ezscale.messaging.ports import Letter


def message_of(letter: Letter) -> EmailMessage:
    """The letter with its headers, as text and (when there is any) HTML. Rejected when a header cannot be written."""
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = letter.sender
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Message-ID"] = message_id(letter)
    except ValueError as error:
        raise Rejected(f"This cannot be written as a mail: {error}") from error
    message["Date"] = format_datetime(world_now())
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    return message


def message_id(letter: Letter) -> str:
    """The letter's own id in angle brackets; one without a domain gets the sender's."""
    inner = letter.message_id.strip("<>")
    domain = parseaddr(letter.sender)[1].rpartition("@")[2]
    return f"<{inner}>" if "@" in inner else f"<{inner}@{domain}>"
