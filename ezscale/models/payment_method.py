"""Cards and wallets on file, and the pages on which customers leave them."""

from calendar import monthrange
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, false
from sqlmodel import Field

from ezscale.models.base import Row, maybe_moment, moment


def last_day_of(year: int, month: int) -> date:
    """The day before the next month."""
    return date(year, month, monthrange(year, month)[1])


BRANDS = {"paypal": "PayPal"}  # those that are not written like a title


class PaymentMethod(Row, table=True):
    """A card, or a wallet, that a gateway keeps for us; we know no more of it than a receipt shows.

    `account` says whose wallet it is, less most of its letters; a wallet has no number and does not expire.
    `fingerprint` is the gateway's word for what is behind it: the same for the same card, whenever it is typed. The
    default card is charged; the backup, where its customer has chosen one, when the bank refuses that for good. `told_of` is
    the last day of which its customer was told that it expires then.
    """

    __tablename__ = "payment_method"
    __table_args__ = (
        UniqueConstraint("gateway", "gateway_ref"),
        Index("ix_payment_method_expiry", "exp_year", "exp_month"),
    )

    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    gateway: str = Field(max_length=20)
    gateway_ref: str = Field(max_length=80)
    brand: str = Field(max_length=30)
    last4: str = Field(max_length=4)
    exp_month: int | None = None
    exp_year: int | None = None
    account: str = Field(default="", max_length=190, sa_column_kwargs={"server_default": ""})
    fingerprint: str | None = Field(default=None, max_length=80)
    country: str = Field(default="", max_length=2, sa_column_kwargs={"server_default": ""})
    is_default: bool = True
    is_backup: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    added_at: datetime = moment()
    refused_at: datetime | None = maybe_moment()
    removed_at: datetime | None = maybe_moment()
    told_of: date | None = None

    @property
    def label(self) -> str:
        """As a person recognises it."""
        brand = BRANDS.get(self.brand, self.brand.title())
        return f"{brand} •••• {self.last4}" if self.last4 else f"{brand} {self.account}".rstrip()

    @property
    def expires_on(self) -> date | None:
        """The last day on which its bank knows it; none for a wallet."""
        return last_day_of(self.exp_year, self.exp_month) if self.exp_year and self.exp_month else None

    @property
    def expiry(self) -> str:
        """That day as it stands on a card, nothing for a wallet."""
        return f"{self.exp_month:02}/{self.exp_year % 100:02}" if self.exp_year and self.exp_month else ""

    def renew(self, last4: str, expires: tuple[int | None, int | None], fingerprint: str | None) -> bool:
        """Its bank has sent its holder a new one, and whoever keeps it follows; `expires` is a month and its year.

        What was told of the date before is no longer true. Returns whether anything is new.
        """
        before = (self.last4, (self.exp_month, self.exp_year), self.fingerprint)
        if before == (last4, expires, fingerprint):
            return False
        if expires != before[1]:
            self.told_of = None
        self.last4, (self.exp_month, self.exp_year), self.fingerprint = last4, expires, fingerprint
        return True

    def refuse(self, now: datetime) -> None:
        """The bank said never to try it again."""
        self.refused_at = self.refused_at or now

    def remove(self, now: datetime) -> None:
        """The customer does not want it used any more."""
        self.removed_at = self.removed_at or now
        self.is_default = self.is_backup = False


class CardPage(Row, table=True):
    """A gateway's page on which a customer leaves a card or a wallet. Only who it was opened for finishes it.

    `payer_ref` is what the gateway called them then.
    """

    __tablename__ = "card_page"

    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    gateway: str = Field(max_length=20)
    key: str = Field(max_length=120, unique=True)
    payer_ref: str = Field(default="", max_length=80)
    page_ref: str = Field(default="", max_length=120)
    opened_at: datetime = moment()
    finished_at: datetime | None = maybe_moment()

    def finish(self, now: datetime) -> None:
        """What was left on it is kept."""
        self.finished_at = self.finished_at or now
