import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycountry import countries

from ezscale.billing.tax import OUTSIDE, REVERSE_CHARGE, STANDARD_RATES, is_vat_id
from tests.builders import standard_tax

GERMAN_ID, GREEK_ID, IRISH_ID, DUTCH_ID = "DE136695976", "EL094259216", "IE6388047V", "NL004495445B01"


@pytest.mark.parametrize(
    ("seller", "buyer", "tax_id", "rate", "country", "note"),
    [
        ("IE", "IE", "", 230000, "IE", ""),
        ("IE", "IE", IRISH_ID, 230000, "IE", ""),  # a business at home pays like anybody
        ("IE", "DE", "", 190000, "DE", ""),
        ("IE", "FI", "", 255000, "FI", ""),
        ("IE", "DE", GERMAN_ID, 0, "", REVERSE_CHARGE),
        ("IE", "DE", "de 136 695 976", 0, "", REVERSE_CHARGE),
        ("IE", "DE", "DE136695977", 190000, "DE", ""),  # its checksum is wrong
        ("IE", "DE", DUTCH_ID, 190000, "DE", ""),  # another country's
        ("IE", "DE", "12-3456789", 190000, "DE", ""),
        ("IE", "DE", "none", 190000, "DE", ""),
        ("IE", "GR", GREEK_ID, 0, "", REVERSE_CHARGE),  # Greece writes EL
        ("IE", "US", "", 0, "", OUTSIDE),
        ("IE", "GB", "", 0, "", OUTSIDE),
        ("IE", "CH", "CHE107787577IVA", 0, "", OUTSIDE),
        ("GB", "GB", "", 200000, "GB", ""),
        ("GB", "IE", "", 0, "", ""),
        ("US", "US", "", 0, "", ""),
        ("US", "DE", "", 0, "", ""),
    ],
)
def test_which_tax_a_sale_carries(seller, buyer, tax_id, rate, country, note):
    decision = standard_tax(seller, buyer, tax_id)

    assert (decision.rate, decision.country, decision.note) == (rate, country, note)


@pytest.mark.parametrize(("country", "name"), [("IE", "VAT 23%"), ("FI", "VAT 25.5%"), ("LU", "VAT 17%")])
def test_the_rate_is_named_as_it_is_printed(country, name):
    assert standard_tax(country, country).name == name


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=20), st.sampled_from(sorted(STANDARD_RATES)))
def test_whatever_was_typed_as_a_tax_id_can_be_answered(typed, country):
    assert is_vat_id(typed, country) in (True, False)


def test_every_country_can_buy():
    for country in countries:
        assert 0 <= standard_tax("IE", country.alpha_2).rate <= 270000
