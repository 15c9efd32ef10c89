import pytest

from ezscale.sandbox.stripe.browser import pay_on_page
from ezscale.state.account.cards import CardsState
from tests.state.portal import Screen

MASTERCARD = "5555555555554444"


@pytest.fixture
def ada(company):
    return company.signs_up("Ada Moreno", country="DE")


async def test_a_card_that_was_left_with_the_gateway_is_used_for_renewals_from_then_on(company, ada):
    ada.buys("vps-2")
    screen = Screen(company, CardsState, ada)
    cards = await screen.opens("/account/cards/")

    await screen.does(cards.add())
    back = pay_on_page(company.browser, screen.goes_to, MASTERCARD).headers["location"]
    cards = await screen.opens(back.removeprefix("http://localhost"))

    assert [(card.label, card.status) for card in cards.rows] == [
        ("Mastercard •••• 4444", "charged"),
        ("Visa •••• 4242", "spare"),
    ]
    assert screen.goes_to == "/account/cards/"


async def test_a_page_that_nobody_finished_keeps_no_card(company, ada):
    screen = Screen(company, CardsState, ada)
    cards = await screen.opens("/account/cards/")
    await screen.does(cards.add())
    page = screen.goes_to.rpartition("/")[2]

    cards = await screen.opens(f"/account/cards/?page={page}")

    assert list(cards.rows) == []
    assert screen.goes_to == ""


async def test_a_removed_card_is_forgotten_by_us_and_by_the_gateway(company, ada):
    ada.buys("vps-2")
    screen = Screen(company, CardsState, ada)
    cards = await screen.opens("/account/cards/")

    await screen.does(cards.remove(cards.rows[0].id))

    assert list(cards.rows) == []
    assert [message.tone for message in cards.messages] == ["success"]


@pytest.mark.parametrize("named", ["nonsense", None, "0195a000-0000-7000-8000-000000000001"])
async def test_a_card_that_is_not_ones_own_cannot_be_removed(company, ada, named):
    ada.buys("vps-2")
    screen = Screen(company, CardsState, ada)
    cards = await screen.opens("/account/cards/")

    await screen.does(cards.remove(named))

    assert len(cards.rows) == 1
    assert [message.tone for message in cards.messages] == ["danger"]


async def test_a_card_of_somebody_else_cannot_be_taken_over(company, ada):
    bob = company.signs_up("Bob Byrne")
    theirs = Screen(company, CardsState, bob)
    await theirs.does((await theirs.opens("/account/cards/")).add())
    back = pay_on_page(company.browser, theirs.goes_to, MASTERCARD).headers["location"]

    cards = await Screen(company, CardsState, ada).opens(back.removeprefix("http://localhost"))

    assert list(cards.rows) == []


async def test_a_made_up_page_is_no_card(company, ada):
    ada.buys("vps-2")

    cards = await Screen(company, CardsState, ada).opens("/account/cards/?page=cs_test_nonsense")

    assert [card.status for card in cards.rows] == ["charged"]
    assert list(cards.messages) == []


async def test_a_backup_is_chosen_put_first_and_given_up_and_near_dates_are_said(company, ada):
    ada.buys("vps-2")
    ada.leaves_card(MASTERCARD, expiry="03 / 26")
    screen = Screen(company, CardsState, ada)
    cards = await screen.opens("/account/cards/")
    seen = [[(card.status, card.expiry) for card in cards.rows]]
    visa = cards.rows[1].id

    for choose in (cards.use_as_backup, cards.charge_first, cards.remove):
        await screen.does(choose(visa))
        seen.append([(card.status, card.expiry) for card in cards.rows])

    assert seen == [
        [("charged", "soon"), ("spare", "")],
        [("charged", "soon"), ("backup", "")],
        [("charged", ""), ("backup", "soon")],
        [("backup", "soon")],
    ]
    assert [message.tone for message in cards.messages] == ["success"] * 3
