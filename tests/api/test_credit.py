"""Credit over the API: read, and topped up on a page."""

from ezscale.sandbox.stripe.browser import pay_on_page
from tests.company import GOOD_CARD, with_rounds


@with_rounds
def test_a_program_asks_for_a_top_up_whose_page_makes_it_credit(at, ada, program_of):
    program = program_of(ada)

    asked = program.post("/api/v1/credit/top-ups", json={"minor": 5000, "currency": "EUR"})
    again = program.post("/api/v1/credit/top-ups", json={"minor": 5000, "currency": "EUR"})
    assert pay_on_page(at.browser, asked.json()["url"], GOOD_CARD).status_code == 303
    at.lives(days=0.1)

    assert (asked.status_code, asked.json()["number"], asked.json()["status"]) == (201, "TU-000001", "asked")
    assert again.json() == asked.json()
    assert program.get("/api/v1/credit").json() == {"balance": asked.json()["amount"]}
    [movement] = program.get("/api/v1/credit/movements").json()["items"]
    assert (movement["amount"]["minor"], movement["reason"]) == (5000, "Top-up TU-000001")
    assert [row["status"] for row in program.get("/api/v1/credit/top-ups").json()["items"]] == ["paid"]


def test_a_sum_that_cannot_be_topped_up_names_its_field(ada, program_of):
    refused = program_of(ada).post("/api/v1/credit/top-ups", json={"minor": 5000, "currency": "USD"})

    assert refused.status_code == 400
    assert "Your account is in EUR." in refused.text
