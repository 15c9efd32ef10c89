"""What our cookies say, and what strangers may write into them."""

import pytest

from ezscale.kit.cookies import ANSWER, FormAnswer, form_answer, local_path, session_token


def test_a_session_is_found_between_cookies_that_are_not_ours():
    header = 'theme="{"dark": 1}"; ezscale_session=abc-123; other=x'

    token = session_token(header)

    assert token == "abc-123"


@pytest.mark.parametrize(
    ("path", "token"),
    [
        *[(path, "as-customer") for path in ("/", "/account/", "/order/", "/api/documents/invoices/1.pdf")],
        *[(path, "themself") for path in ("/admin/", "/api/exports/customers.csv", "/login/", "/confirm/")],
    ],
)
def test_a_colleague_acts_as_a_customer_everywhere_but_on_the_staffs_side(path, token):
    assert session_token("ezscale_session=themself; ezscale_acting=as-customer", path) == token


def test_a_forms_answer_survives_its_cookie():
    told = FormAnswer("This is not an address.", "email", {"email": "ädä@"})

    heard = form_answer(f"{ANSWER}={told.to_cookie()}")

    assert heard == told


def test_an_answer_too_long_for_a_cookie_loses_what_was_typed_but_not_the_reason():
    told = FormAnswer("Too long.", "name", {"name": "x" * 5000})

    heard = form_answer(f"{ANSWER}={told.to_cookie()}")

    assert heard == FormAnswer("Too long.", "name")


@pytest.mark.parametrize("value", ["", "???", "bm90IGpzb24=", "W10=", "eyJtZXNzYWdlIjoxfQ=="])
def test_an_answer_that_is_none_of_ours_says_nothing(value):
    assert form_answer(f"{ANSWER}={value}") is None


@pytest.mark.parametrize(
    ("asked", "gone_to"),
    [
        ("/account/services/?page=2", "/account/services/?page=2"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("account", "/"),
        ("", "/"),
    ],
)
def test_a_form_leads_on_to_our_own_pages_alone(asked, gone_to):
    assert local_path(asked, "/") == gone_to
