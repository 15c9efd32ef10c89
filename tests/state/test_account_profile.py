import pytest

from ezscale.state.account.profile import ProfileState
from ezscale.state.account.tokens import TokensState
from tests.state.portal import Screen

ADDRESS = {
    "name": "Ada Moreno",
    "company": "Moreno Systems",
    "address": "Lange Gasse 12",
    "city": "Vienna",
    "postcode": "1010",
    "country": "AT",
}


@pytest.fixture
def ada(company):
    return company.signs_up("Ada Moreno", country="DE")


async def test_an_address_is_kept_for_later_invoices(company, ada):
    screen = Screen(company, ProfileState, ada)
    profile = await screen.opens("/account/profile/")

    await screen.does(profile.save(ADDRESS))
    profile = await Screen(company, ProfileState, ada).opens("/account/profile/")

    assert (profile.customer.city, profile.customer.country_name) == ("Vienna", "Austria")
    assert (profile.customer.email, profile.customer.currency) == ("ada@example.com", "EUR")


@pytest.mark.parametrize(
    ("field", "typed"), [("city", " "), ("country", "Austria"), ("name", ""), ("postcode", "9" * 30), ("address", None)]
)
async def test_what_is_wrong_with_an_address_stands_beside_its_field(company, ada, field, typed):
    screen = Screen(company, ProfileState, ada)
    profile = await screen.opens("/account/profile/")

    await screen.does(profile.save({**ADDRESS, field: typed}))

    assert list(profile.errors) == [field]
    assert (await screen.opens("/account/profile/")).customer.city == ""


async def test_a_vat_id_is_kept_as_it_is_printed_and_can_be_taken_away(company, ada):
    screen = Screen(company, ProfileState, ada)
    profile = await screen.opens("/account/profile/")

    await screen.does(profile.save({**ADDRESS, "tax_id": "atu 13585627"}))
    with_one = profile.customer.tax_id
    await screen.does(profile.save({**ADDRESS, "tax_id": "ATU13585628"}))
    refused = dict(profile.errors)
    kept = (await screen.opens("/account/profile/")).customer.tax_id
    await screen.does(profile.save({**ADDRESS, "tax_id": " "}))

    assert with_one == kept == "ATU13585627"
    assert refused == {"tax_id": "Your country has no such VAT id. Please check it, or leave it empty."}
    assert (await screen.opens("/account/profile/")).customer.tax_id == ""


async def test_a_token_is_shown_once_and_stops_working_when_revoked(company, ada):
    screen = Screen(company, TokensState, ada)
    page = await screen.opens("/account/tokens/")
    await screen.does(page.make({"name": "Backups", "scope:services.see": "on"}))
    text = page.fresh

    page = await screen.opens("/account/tokens/")
    again = page.fresh
    [token] = page.rows
    await screen.does(page.revoke(token.id))

    assert text.startswith("ezs_")
    assert again == ""
    assert (token.name, token.prefix) == ("Backups", f"{text[:12]}…")
    assert list(page.rows) == []


async def test_a_token_needs_a_name(company, ada):
    screen = Screen(company, TokensState, ada)
    page = await screen.opens("/account/tokens/")

    await screen.does(page.make({"name": " ", "scope:services.see": "on"}))

    assert list(page.errors) == ["name"]
    assert page.fresh == ""


async def test_a_token_of_somebody_else_cannot_be_revoked(company, ada):
    theirs = Screen(company, TokensState, ada)
    page = await theirs.opens("/account/tokens/")
    await theirs.does(page.make({"name": "Backups", "scope:services.see": "on"}))
    screen = Screen(company, TokensState, company.signs_up("Bob Byrne"))
    bobs = await screen.opens("/account/tokens/")

    await screen.does(bobs.revoke(page.rows[0].id))

    assert [message.text for message in bobs.messages] == ["We could not find this token."]
    assert len((await theirs.opens("/account/tokens/")).rows) == 1
