"""Assertions of Cloudflare Access: which of them let somebody in."""

import hmac
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from json import dumps

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from ezscale.integrations.cloudflare.adapter import AccessPasses
from ezscale.integrations.cloudflare.client import AccessClient
from ezscale.integrations.http import open_http
from ezscale.sandbox.cloudflare import AccessStandIn
from ezscale.sandbox.cloudflare.app import CERTS
from ezscale.sandbox.faults import Fault, Wrong
from ezscale.sandbox.in_process import InProcess

TEAM, AUDIENCE = "ours.cloudflareaccess.com", "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Watch:
    """A clock that both sides look at."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now

    def passes(self, **by):
        self.now += timedelta(**by)


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def team(watch):
    return AccessStandIn(TEAM, AUDIENCE, watch)


@pytest.fixture
def reader(team, watch):
    http = open_http(f"https://{TEAM}", transport=InProcess(team))
    return AccessPasses(AccessClient(http), TEAM, AUDIENCE, watch)


def breaks(team, **how):
    team.front.faults.add(Fault(**{"wrong": Wrong.DOWN, "times": 0, **how}))


def times_asked(team):
    with open_http(f"https://{TEAM}", transport=InProcess(team)) as http:
        return len([call for call in http.get("/_sandbox/calls").json() if call["path"] == CERTS])


def part(of):
    return urlsafe_b64encode(dumps(of).encode()).decode().rstrip("=")


def at(moment):
    return int(moment.timestamp())


def test_whoever_has_signed_in_with_the_team_is_let_in(team, reader):
    assert reader.admit(team.assertion())


@pytest.mark.parametrize(
    ("claims", "admitted"),
    [
        ({"aud": AUDIENCE}, True),
        ({"aud": ["another", AUDIENCE]}, True),
        ({"aud": ["another"]}, False),
        ({"aud": AUDIENCE[:-1]}, False),
        ({"aud": []}, False),
        ({"aud": None}, False),
        ({"aud": {AUDIENCE: 1}}, False),
        ({"iss": "https://theirs.cloudflareaccess.com"}, False),
        ({"iss": f"http://{TEAM}"}, False),
        ({"iss": None}, False),
        ({"exp": at(NOON) - 59}, True),
        ({"exp": at(NOON) - 60}, False),
        ({"exp": at(NOON) - 3600}, False),
        ({"exp": None}, False),
        ({"exp": "tomorrow"}, False),
        ({"exp": True}, False),
        ({"nbf": at(NOON) + 60}, True),
        ({"nbf": at(NOON) + 61}, False),
        ({"nbf": None}, True),
        ({"nbf": "today"}, False),
    ],
)
def test_an_assertion_is_for_us_from_our_team_and_now(team, reader, claims, admitted):
    assert reader.admit(team.assertion(**claims)) is admitted


def test_an_assertion_that_was_altered_is_refused(team, reader):
    header, _, signature = team.assertion().split(".")
    longer = {"aud": [AUDIENCE], "iss": f"https://{TEAM}", "exp": at(NOON) + 9999}

    assert not reader.admit(f"{header}.{part(longer)}.{signature}")


def test_an_assertion_without_a_signature_is_refused(team, reader):
    claims = team.assertion().split(".")[1]
    for alg in ("none", "None", "NONE"):
        assert not reader.admit(f"{part({'alg': alg, 'kid': team.current.kid})}.{claims}.")


def test_our_public_key_is_nobodys_shared_secret(team, reader):
    claims = {"aud": [AUDIENCE], "iss": f"https://{TEAM}", "exp": at(NOON) + 600}
    text = f"{part({'alg': 'HS256', 'kid': team.current.kid})}.{part(claims)}"
    for secret in (team.current.as_pem(private=False), dumps(team.current.as_dict(private=False)).encode()):
        signature = urlsafe_b64encode(hmac.digest(secret, text.encode(), "sha256")).decode().rstrip("=")

        assert not reader.admit(f"{text}.{signature}")


@pytest.mark.parametrize("named", [True, False], ids=["under the team's name", "under its own"])
def test_a_key_that_is_not_the_teams_opens_nothing(team, reader, named):
    own = RSAKey.generate_key(2048)
    own.ensure_kid()
    claims = {"aud": [AUDIENCE], "iss": f"https://{TEAM}", "exp": at(NOON) + 600}
    header = {"alg": "RS256", "kid": team.current.kid if named else own.kid, "jwk": own.as_dict(private=False)}

    assert not reader.admit(jwt.encode(header, claims, own))


@pytest.mark.parametrize("alg", ["RS512", "PS256"])
def test_only_the_one_algorithm_is_taken_even_with_the_right_key(team, reader, alg):
    claims = {"aud": [AUDIENCE], "iss": f"https://{TEAM}", "exp": at(NOON) + 600}

    assert not reader.admit(jwt.encode({"alg": alg, "kid": team.current.kid}, claims, team.current, algorithms=[alg]))


@pytest.mark.parametrize(
    "shown",
    ["", "x", "a.b", "a.b.c", "....", "W10.W10.W10", "bnVsbA.bnVsbA.bnVsbA", "é.é.é", "eyJhbGciOiJSUzI1NiJ9.e30.AA"],
)
def test_nonsense_is_refused_and_breaks_nothing(team, reader, shown):
    assert not reader.admit(shown)
    assert not reader.admit(shown * 5000)


def test_keys_are_fetched_once_and_again_after_an_hour(team, reader, watch):
    for _ in range(3):
        assert reader.admit(team.assertion())
    once = times_asked(team)
    watch.passes(minutes=61)
    assert reader.admit(team.assertion())

    assert (once, times_asked(team)) == (1, 2)


def test_after_a_rotation_the_new_key_is_known_at_once_and_the_old_one_while_it_is_served(team, reader, watch):
    before = team.assertion()
    assert reader.admit(before)
    watch.passes(minutes=2)

    team.rotate()

    assert reader.admit(team.assertion())
    assert reader.admit(before)
    team.rotate()
    watch.passes(minutes=2)
    assert reader.admit(team.assertion())
    assert not reader.admit(before)


def test_strangers_with_made_up_keys_do_not_make_us_ask_more_than_once_a_minute(team, reader, watch):
    assert reader.admit(team.assertion())
    own = RSAKey.generate_key(2048)
    forged = [jwt.encode({"alg": "RS256", "kid": f"made-up-{number}"}, {}, own) for number in range(5)]
    for _ in range(3):
        assert not any(reader.admit(each) for each in forged)
    within_the_minute = times_asked(team)
    watch.passes(seconds=60)
    assert not any(reader.admit(each) for each in forged)

    assert (within_the_minute, times_asked(team)) == (1, 2)


@pytest.mark.parametrize("wrong", [Wrong.DOWN, Wrong.GARBAGE, Wrong.LOST, Wrong.REFUSE])
def test_without_keys_nobody_is_let_in_until_they_can_be_had(team, reader, watch, wrong):
    breaks(team, wrong=wrong)
    assert not reader.admit(team.assertion())
    team.front.faults.clear()
    watch.passes(minutes=1)

    assert reader.admit(team.assertion())


@pytest.mark.parametrize("wrong", [Wrong.DOWN, Wrong.GARBAGE, Wrong.LOST, Wrong.REFUSE])
def test_keys_that_were_there_stay_good_while_the_team_does_not_answer(team, reader, watch, wrong):
    assert reader.admit(team.assertion())
    breaks(team, wrong=wrong)
    watch.passes(hours=5)

    assert reader.admit(team.assertion())


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"keys": None},
        {"keys": ["x"]},
        {"keys": [{"kty": "RSA", "kid": "a"}]},
        {"keys": [{"kty": "oct", "kid": "a"}]},
    ],
)
def test_an_answer_without_usable_keys_lets_nobody_in(team, reader, keys):
    breaks(team, wrong=Wrong.REFUSE, status=200, body=keys)

    assert not reader.admit(team.assertion())
