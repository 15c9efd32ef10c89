"""Every mail that was written, and a pane to read it in."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from ezscale.kit.errors import NotFound
from ezscale.kit.work import Work
from ezscale.messaging.sending import mail, mails
from ezscale.models import MailMessage
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.arguments import sent_id
from ezscale.state.reader import Reader
from ezscale.state.turning import PAGE

# Links of a mail open beside the panel; the frame it is shown in runs no scripts, whatever the mail holds.
IN_ITS_FRAME = '<base target="_blank">'


@dataclass
class MailRow:
    """A mail in the list."""

    id: str
    recipient: str
    subject: str
    written: str
    status: str

    @classmethod
    def of(cls, message: MailMessage, reader: Reader) -> Self:
        """A mail by its subject."""
        written = reader.moment(message.written_at)
        return cls(str(message.id), message.to, message.subject, written, message.status.value)


@dataclass
class MailView:
    """A mail as it can be read."""

    id: str = ""
    recipient: str = ""
    subject: str = ""
    written: str = ""
    sent: str = ""
    status: str = ""
    template: str = ""
    customer_id: str = ""
    text: str = ""
    html: str = ""

    @classmethod
    def of(cls, message: MailMessage, reader: Reader) -> Self:
        """A mail with both of its bodies."""
        return cls(
            id=str(message.id),
            recipient=message.to,
            subject=message.subject,
            written=reader.moment(message.written_at),
            sent=reader.moment(message.sent_at),
            status=message.status.value,
            template=message.template,
            customer_id=str(message.customer_id or ""),
            text=message.text,
            html=IN_ITS_FRAME + message.html,
        )


class MailState(Listing, StaffState):
    """The list, newest first, of everybody or of one customer, and the mail that the address names."""

    rows: list[MailRow] = []
    shown: MailView = MailView()
    of_customer: str = ""

    _address = "/admin/mail/"

    async def _show(self) -> None:
        asked, customer, reader = self._named("id"), self._named("customer"), self._reader()
        if str(customer or "") != self.of_customer:
            self.of_customer = str(customer or "")
            self._to_first_page()
        before = self._before

        def reading(work: Work) -> tuple[list[MailRow], MailView]:
            found = mails(work, customer_id=customer, before=before, limit=PAGE + 1)
            shown = MailView.of(mail(work, asked), reader) if asked else MailView()
            return [MailRow.of(message, reader) for message in found], shown

        rows, self.shown = await self.read(reading)
        self.rows = self._cut(rows)

    def _named(self, name: str) -> UUID | None:
        asked = self._asked(name, 40)
        try:
            return sent_id(asked) if asked else None
        except NotFound:
            return None
