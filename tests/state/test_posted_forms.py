"""A form that was posted and refused comes back as it was sent."""

from urllib.parse import urlencode

import pytest

from ezscale.kit.cookies import ANSWER, FormAnswer
from ezscale.state.session import SessionState
from ezscale.state.signing_in.forms import PostedFormState
from tests.state.conftest import open_tab, state_of


async def form_at(address, told=None, session=""):
    """The form at an address, in a tab that may hold an answer."""
    tab = open_tab(session, at=address)
    if told is not None:
        tab.router_data["headers"]["cookie"] += f"; {ANSWER}={told.to_cookie()}"
        tab.router = type(tab.router).from_router_data(tab.router_data)
    return await state_of(tab, PostedFormState)


async def test_what_was_typed_and_what_is_wrong_with_it_are_shown_again():
    form = await form_at("/login/?again=1", FormAnswer("Not together.", "password", {"email": "ada@example.com"}))

    form.load()

    assert form.errors == {"password": "Not together."}
    assert form.typed == {"email": "ada@example.com"}


async def test_what_is_wrong_with_no_field_in_particular_stands_above_the_form():
    form = await form_at("/reset/?again=1", FormAnswer("This link is too old."))

    form.load()

    assert (form.problem, form.errors) == ("This link is too old.", {})


async def test_a_fresh_visit_shows_nothing_of_the_last_try():
    form = await form_at("/login/", FormAnswer("Not together.", "password", {"email": "ada@example.com"}))

    form.load()

    assert (form.problem, form.errors, form.typed) == ("", {}, {})


async def test_the_way_on_is_kept_from_one_form_to_the_other():
    form = await form_at("/login/?next=/account/cards/")

    form.load()

    assert form.goes_to == "/account/cards/"
    assert form.sign_up_at == "/register/?next=%2Faccount%2Fcards%2F"


async def test_whoever_comes_from_an_order_need_not_choose_country_and_currency_again():
    ordering = "/order/?plan=vps-1&country=JP&currency=JPY"
    form = await form_at(f"/register/?{urlencode({'next': ordering})}")

    form.load()

    assert form.typed == {"country": "JP", "currency": "JPY"}


@pytest.mark.parametrize("asked", ["//evil.example", "https://evil.example"])
async def test_no_form_leads_to_another_site(asked):
    form = await form_at(f"/login/?next={asked}")

    form.load()

    assert (form.goes_to, form.sign_up_at) == ("", "/register/")


async def test_somebody_who_is_signed_in_is_sent_on(house, customer_session):
    form = await form_at("/login/?next=/account/cards/", session=customer_session.token)
    root = form._get_root_state()
    await (await state_of(root, SessionState)).bind(customer_session.token, await form.actor())

    answer = form.load_for_visitors()

    assert "/account/cards/" in str(answer[0].args)
