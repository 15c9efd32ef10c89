"""What is known of a tax id, in words."""

from ezscale.billing.tax_standing import Standing
from ezscale.models.tax import TaxIdState
from ezscale.state.reader import Reader


def standing_words(known: Standing, tax_id: str, reader: Reader) -> tuple[str, str]:
    """A sentence for whoever looks, and its tone; nothing where there is no tax id, or no register knows it."""
    if not known.number:
        return ("No register is asked about it.", "neutral") if tax_id else ("", "neutral")
    if known.state is TaxIdState.VALID:
        return f"Checked with VIES on {reader.day(known.checked_at)}.", "success"
    if known.state is TaxIdState.INVALID:
        return f"Not registered, VIES says ({reader.day(known.checked_at)}). Tax is charged.", "danger"
    return "Being checked. Until VIES answers, tax is charged.", "info"
