import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycountry import countries

from ezscale.accounts.tax_ids import EUROPEAN, LONGEST, clean_tax_id
from ezscale.billing.tax import STANDARD_RATES, is_vat_id
from ezscale.kit.errors import Invalid


@pytest.mark.parametrize(
    ("country", "typed", "printed"),
    [
        ("DE", "DE136695976", "DE136695976"),
        ("DE", " de 136.695.976 ", "DE136695976"),
        ("DE", "136695976", "DE136695976"),
        ("GR", "EL094259216", "EL094259216"),
        ("GR", "GR 094259216", "EL094259216"),
        ("GR", "094259216", "EL094259216"),
        ("FR", "40303265045", "FR40303265045"),
        ("GB", "GB 980 7806 84", "GB980780684"),
        ("GB", "980780684", "GB980780684"),
        ("GB", "XI980780684", "XI980780684"),
        ("CH", "CHE-107.787.577 IVA", "CHE107787577IVA"),
        ("CH", "CHE-107.787.577", "CHE107787577MWST"),
        ("NO", "NO 995 525 828 MVA", "NO995525828MVA"),
        ("NO", "995525828", "NO995525828MVA"),
        ("US", " 12-3456789 ", "12-3456789"),
        ("DE", "   ", ""),
    ],
)
def test_a_tax_id_is_printed_in_one_form(country, typed, printed):
    assert clean_tax_id(typed, country) == printed


@pytest.mark.parametrize(
    ("country", "typed"),
    [
        ("DE", "DE136695977"),  # its checksum is wrong
        ("DE", "FR40303265045"),  # another country's
        ("GR", "GR094259217"),
        ("GB", "980780685"),
        ("GB", "IE6388047V"),
        ("CH", "CHE-107.787.578"),
        ("NO", "995525829"),
        ("IE", "none"),
        ("US", "1" * 31),
        ("US", "12\x003456"),
    ],
)
def test_what_is_no_tax_id_of_the_country_is_refused_at_its_field(country, typed):
    with pytest.raises(Invalid) as refusal:
        clean_tax_id(typed, country)

    assert refusal.value.field == "tax_id"


def test_every_country_whose_tax_we_know_is_checked():
    assert set(STANDARD_RATES) == EUROPEAN


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.sampled_from([country.alpha_2 for country in countries]))
def test_whatever_is_typed_is_kept_or_refused_and_what_is_kept_decides_the_tax(typed, country):
    try:
        kept = clean_tax_id(typed, country)
    except Invalid:
        kept = ""

    assert clean_tax_id(kept, country) == kept
    assert len(kept) <= LONGEST
    assert not kept or country not in STANDARD_RATES or is_vat_id(kept, country)
