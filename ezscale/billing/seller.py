"""Who sells, as printed on every invoice."""

from dataclasses import asdict, dataclass

from ezscale.kit.settings import settings


@dataclass(frozen=True, slots=True)
class Seller:
    """The company behind the shop."""

    name: str
    address: str
    country: str
    tax_id: str
    email: str

    def to_plain(self) -> dict[str, str]:
        """As an invoice keeps it."""
        return asdict(self)


def seller() -> Seller:
    """The company as the settings describe it."""
    own = settings()
    return Seller(own.company_name, own.company_address, own.company_country, own.company_tax_id, own.company_email)
