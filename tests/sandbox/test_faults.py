import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from ezscale.sandbox.faults import Unreliable, remark
from ezscale.sandbox.in_process import HurryingLoop, InProcess
from ezscale.sandbox.store import Store


class Panel:
    """The smallest stand-in: it counts what it was told to do."""

    def __init__(self):
        self.store = Store()
        self.acts = 0
        routes = [Route("/act", self.act, methods=["POST"]), Route("/look", self.look)]
        self.app = Unreliable(Starlette(routes=routes), self.store, self.error, lambda: {"acts": self.acts})
        self.http = httpx.Client(transport=InProcess(self.app), base_url="http://panel", timeout=5)

    async def act(self, request):
        self.acts += 1
        remark(request.scope, "acted")
        return JSONResponse({"acts": self.acts})

    async def look(self, request):
        return JSONResponse(await run_in_threadpool(lambda: {"acts": self.acts}))

    def error(self, status, message):
        return {"message": message}

    def order(self, wrong, **how):
        assert self.http.post("/_sandbox/faults", json={"wrong": wrong, **how}).status_code == 201


@pytest.fixture
def panel():
    return Panel()


def test_without_faults_it_just_answers(panel):
    answers = [panel.http.post("/act").json(), panel.http.get("/look").json()]

    assert answers == [{"acts": 1}, {"acts": 1}]


def test_a_lost_answer_is_an_error_after_the_act(panel):
    panel.order("lost")

    with pytest.raises(httpx.RemoteProtocolError):
        panel.http.post("/act")

    assert panel.acts == 1
    assert panel.http.post("/act").json() == {"acts": 2}


def test_a_lost_answer_can_look_like_a_server_error(panel):
    panel.order("lost", status=500)

    answer = panel.http.post("/act")

    assert (answer.status_code, panel.acts) == (500, 1)


def test_garbage_comes_after_the_act(panel):
    panel.order("garbage")

    answer = panel.http.post("/act")

    assert (answer.status_code, answer.text[:6], panel.acts) == (200, "<html>", 1)


def test_a_late_answer_is_a_timeout_only_for_the_impatient(panel):
    panel.order("late", seconds=6, times=2)

    with pytest.raises(httpx.ReadTimeout):
        panel.http.post("/act")
    patient = panel.http.post("/act", timeout=10)

    assert patient.json() == {"acts": 2}


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        ({"wrong": "down"}, 503, {"message": "The service is unavailable."}),
        ({"wrong": "refuse"}, 400, {"message": "The request was refused."}),
        ({"wrong": "refuse", "status": 423, "body": {"msg": "busy"}}, 423, {"msg": "busy"}),
        ({"wrong": "rate_limited", "seconds": 7}, 429, {"message": "Too many requests hit the API too quickly."}),
    ],
)
def test_a_refusal_comes_before_the_act(panel, fault, status, body):
    panel.order(**fault)

    answer = panel.http.post("/act")

    assert (answer.status_code, answer.json(), panel.acts) == (status, body, 0)
    assert answer.headers.get("retry-after") == ("7" if status == 429 else None)


def test_a_fault_concerns_only_the_calls_it_names(panel):
    panel.order("down", method="POST", path="/a*", times=0)

    statuses = [panel.http.get("/look").status_code, panel.http.post("/act").status_code]

    assert statuses == [200, 503]


def test_a_fault_lasts_for_its_number_of_calls_or_until_it_is_cleared(panel):
    panel.order("down", times=2)
    twice = [panel.http.post("/act").status_code for _ in range(3)]

    panel.order("down", times=0)
    until_cleared = [panel.http.post("/act").status_code for _ in range(3)]
    panel.http.delete("/_sandbox/faults")

    assert (twice, until_cleared) == ([503, 503, 200], [503, 503, 503])
    assert panel.http.post("/act").status_code == 200


def test_the_journal_tells_what_was_done_and_no_secret(panel):
    panel.order("lost", path="/act")
    with pytest.raises(httpx.RemoteProtocolError):
        panel.http.post("/act?client_secret=abc&customer=7")

    [call] = panel.http.get("/_sandbox/calls").json()

    assert (call["method"], call["status"]) == ("POST", 200)
    assert call["path"] == "/act?client_secret=%2A%2A%2A&customer=7"
    assert call["done"] == "told to be lost; acted"


def test_the_journal_keeps_the_newest_500(panel):
    for _ in range(503):
        panel.http.get("/look")

    assert len(panel.http.get("/_sandbox/calls").json()) == 500


def test_the_state_is_the_judge_of_what_was_done(panel):
    panel.http.post("/act")

    assert panel.http.get("/_sandbox/state").json() == {"acts": 1}


@pytest.mark.parametrize("order", [{"wrong": "odd"}, {"wrong": "late", "seconds": -1}, {"wrong": "lost", "tmes": 2}])
def test_an_order_that_makes_no_sense_is_refused(panel, order):
    assert panel.http.post("/_sandbox/faults", json=order).status_code == 422


def test_a_foreign_page_cannot_order_faults_with_a_form(panel):
    answer = panel.http.post("/_sandbox/faults", content=b'{"wrong": "down"}', headers={"content-type": "text/plain"})

    assert (answer.status_code, panel.http.get("/_sandbox/faults").json()) == (415, [])


def test_faults_work_where_the_stand_in_is_mounted_under_a_prefix(panel):
    mounted = Starlette(routes=[Mount("/panel", panel.app)])
    http = httpx.Client(transport=InProcess(mounted), base_url="http://sandbox/panel")

    http.post("/_sandbox/faults", json={"wrong": "down", "path": "/act"})

    assert http.post("/act").status_code == 503
    assert http.get("/_sandbox/calls").json()[0]["path"] == "/act"


def test_a_call_may_be_made_from_within_another_call(panel):
    async def outer(scope, receive, send):
        await JSONResponse(panel.http.post("/act").json())(scope, receive, send)

    answer = httpx.Client(transport=InProcess(outer), base_url="http://outer").get("/")

    assert answer.json() == {"acts": 1}


def test_waiting_takes_no_time_in_a_hurrying_loop():
    loop = HurryingLoop()

    loop.run_until_complete(asyncio.sleep(3600))

    assert loop.ahead == pytest.approx(3600, abs=1)
    loop.close()
