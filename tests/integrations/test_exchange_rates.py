"""The daily file of the European Central Bank."""

from datetime import UTC, date, datetime

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from ezscale.integrations.exchange_rates.adapter import open_feed
from ezscale.integrations.http import open_http
from ezscale.kit.errors import TemporaryFailure
from ezscale.sandbox.exchange_rates.app import DAILY, EcbStandIn
from ezscale.sandbox.in_process import InProcess, NobodyThere
from ezscale.sandbox.store import Store

SUNDAY = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
FILE = (
    '<E xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><Cube><Cube time="2026-02-27">'
    '<Cube currency="USD" rate="1.08"/></Cube></Cube></E>'
)
BOMB = '<!DOCTYPE x [<!ENTITY a "1.0"><!ENTITY b "&a;">]>' + FILE.replace("1.08", "&b;")


@pytest.fixture
def http():
    return open_http("http://ecb.test", transport=InProcess(EcbStandIn(Store(), lambda: SUNDAY)))


def test_the_rates_of_the_last_working_day(http):
    published = open_feed(http=http).latest()

    assert (published.base, published.as_of) == ("EUR", date(2026, 2, 27))
    assert published.rates["GBP"] == "0.84210"  # as it is written there


def test_a_rate_that_is_none_is_left_out(http):
    rates = {"USD": "1.0832", "GBP": "-1", "JPY": "N/A", "HUF": "NaN", "CZK": "0"}
    http.post("/_sandbox/rates", json={"as_of": "2026-02-27", "rates": rates})

    assert open_feed(http=http).latest().rates == {"USD": "1.0832"}


@pytest.mark.parametrize(
    "fault",
    [
        {"wrong": "down"},
        {"wrong": "garbage"},
        {"wrong": "late", "seconds": 30},
        {"wrong": "refuse", "status": 404},
    ],
    ids=str,
)
def test_a_file_that_is_none_is_asked_for_again_later(http, fault):
    http.post("/_sandbox/faults", json=fault | {"path": DAILY, "times": 2})

    with pytest.raises(TemporaryFailure):
        open_feed(http=http).latest()


@pytest.mark.parametrize("text", [BOMB, FILE + " " * 200_000, "<x/>"], ids=["entities", "endless", "empty"])
def test_xml_that_is_no_list_of_rates_is_not_looked_into(text):
    app = Starlette(routes=[Route(DAILY, lambda _request: Response(text, media_type="text/xml"))])

    with pytest.raises(TemporaryFailure):
        open_feed(http=open_http("http://ecb.test", transport=InProcess(app))).latest()


def test_nobody_there():
    with pytest.raises(TemporaryFailure):
        open_feed(http=open_http("http://ecb.test", transport=NobodyThere())).latest()
