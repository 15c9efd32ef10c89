"""VIES: a yes, a no, and every way of not answering, which is never a no."""

import pytest

from ezscale.integrations.http import open_http
from ezscale.integrations.vies.adapter import open_register
from ezscale.integrations.vies.client import ViesClient
from ezscale.kit.errors import Rejected, TemporaryFailure
from ezscale.sandbox.in_process import InProcess, NobodyThere
from ezscale.sandbox.store import Store
from ezscale.sandbox.vies.app import NO_ANSWERS, ViesStandIn

GERMAN, GREEK, OURS = "DE136695976", "EL094259216", "IE6388047V"


@pytest.fixture
def http():
    return open_http("http://vies.test", transport=InProcess(ViesStandIn(Store())))


@pytest.fixture
def register(http):
    return open_register(http=http)


def test_a_registered_number_with_proof_that_it_was_asked(register):
    german, greek = register.look_up(GERMAN, OURS), register.look_up(GREEK)

    assert (german.is_valid, german.name, german.request_id[:4]) == (True, "", "WAPI")  # Germany hides names
    assert (greek.is_valid, greek.name, greek.request_id) == (True, "TRADER 094259216 LTD", "")


def test_a_number_that_is_not_registered_any_more(http, register):
    http.post("/_sandbox/numbers", json={"number": GERMAN, "registered": False})

    assert not register.look_up(GERMAN).is_valid
    assert not register.look_up("DE999999999").is_valid  # nor one that never was


@pytest.mark.parametrize("error", [error for error in NO_ANSWERS if error != "INVALID_INPUT"])
def test_a_state_that_does_not_answer_says_nothing_about_the_number(http, register, error):
    http.post("/_sandbox/states", json={"country": "DE", "error": error})

    with pytest.raises(TemporaryFailure, match=error):
        register.look_up(GERMAN)
    assert register.look_up(GREEK).is_valid


@pytest.mark.parametrize(
    "fault",
    [
        {"wrong": "down"},
        {"wrong": "lost"},
        {"wrong": "lost", "status": 500},
        {"wrong": "garbage"},
        {"wrong": "late", "seconds": 30},
        {"wrong": "rate_limited"},
        {"wrong": "refuse", "status": 403, "body": {"message": "Forbidden"}},
        {"wrong": "refuse", "status": 200, "body": {"actionSucceed": False, "errorWrappers": []}},
        {"wrong": "refuse", "status": 200, "body": {"actionSucceed": False}},
        {"wrong": "refuse", "status": 200, "body": {"countryCode": "DE", "valid": "true"}},
        {"wrong": "refuse", "status": 200, "body": {"countryCode": "DE"}},
        {"wrong": "refuse", "status": 200, "body": ["valid"]},
    ],
    ids=str,
)
def test_no_answer_is_never_a_no(http, register, fault):
    http.post("/_sandbox/faults", json=fault)

    with pytest.raises(TemporaryFailure):
        register.look_up(GERMAN)


def test_nobody_there_is_no_answer_either():
    with pytest.raises(TemporaryFailure):
        open_register(http=open_http("http://vies.test", transport=NobodyThere())).look_up(GERMAN)


@pytest.mark.parametrize(
    "question",
    [
        {},
        {"countryCode": "DE"},
        {"countryCode": "GR", "vatNumber": "094259216"},  # Greece is EL there
        {"countryCode": "GB", "vatNumber": "980780684"},
        {"countryCode": "DE", "vatNumber": "DE136695976"},
        {"countryCode": "DE", "vatNumber": "136 695 976"},
        {"countryCode": "DE", "vatNumber": 136695976},
        {"countryCode": "DE", "vatNumber": "136695976", "requesterNumber": "6388047V"},
        {"countryCode": "DE", "vatNumber": "136695976", "requester": "IE"},
    ],
    ids=str,
)
def test_a_wrong_question_is_refused(http, question):
    with pytest.raises(Rejected):
        ViesClient(http).check(question)
