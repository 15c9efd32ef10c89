"""A panel's hook at our door: let in for its token alone, noted once, never believed, and a reason to look."""

import json
from base64 import b64encode

import pytest
from sqlmodel import col, select

from ezscale.api.webhooks import panels
from ezscale.integrations.http import open_http
from ezscale.kit.settings import Settings, settings
from ezscale.models import InboundNotice, PanelFinding, ProvisioningJob
from ezscale.models.panel import FindingKind
from ezscale.models.service import JobAction, ServiceStatus, SuspensionReason
from ezscale.provisioning.services import service_to_change
from ezscale.provisioning.stopping import wish_suspension
from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.store import Store
from ezscale.sandbox.virtfusion import Pace, virtfusion_stand_in
from ezscale.sandbox.virtfusion.hooks import Hooks
from tests.company import TOKEN as PANEL_TOKEN

TOKEN = "what only the panel and we know"
DOOR = "/webhooks/virtfusion"


@pytest.fixture(autouse=True)
def token(monkeypatch):
    _agreed(monkeypatch, TOKEN)


def _agreed(monkeypatch, word):
    said = Settings(**{**settings().model_dump(), "virtfusion_webhook_token": word})
    monkeypatch.setattr(panels, "settings", lambda: said)


@pytest.fixture
def hooks(web):
    """The hook of a panel, which tells us."""
    return Hooks(Store(), TOKEN, lambda body, headers: web.post(DOOR, content=body, headers=dict(headers)))


def hint(web, server_id, *, token=TOKEN, event="server.poweroff", event_id="e-1", **changes):
    headers = {
        "Authorization": f"Bearer {b64encode(token.encode()).decode()}",
        "X-VirtFusion-Hook-Event": event_id,
        "X-VirtFusion-Event": event,
    }
    body = {"event": event, "data": {"server": {"id": server_id, "password": "hunter2", "suspended": True}}}
    return web.post(DOOR, content=json.dumps(body), headers={**headers, **changes})


def rows(at, model):
    with at.robot() as work:
        return work.session.exec(select(model).order_by(col(model.id))).all()


def test_a_hint_is_noted_once_without_what_it_says_and_changes_nothing_by_itself(at, ada, web):
    service = ada.service()

    answers = [hint(web, int(service.remote_id)).status_code for _ in range(2)]
    at.works()

    [notice] = [row for row in rows(at, InboundNotice) if row.vendor == "virtfusion"]
    assert answers == [200, 200]
    assert (notice.kind, notice.subject_ref, notice.payload) == ("server.poweroff", service.remote_id, "")
    assert (ada.service().status, rows(at, PanelFinding), at.complaints()) == (ServiceStatus.ACTIVE, [], {})


@pytest.mark.parametrize(
    "forged",
    [
        {"token": "a guess"},
        {"Authorization": f"Bearer {TOKEN}"},
        {"Authorization": ""},
        {"X-VirtFusion-Hook-Event": ""},
    ],
)
def test_a_forged_one_changes_nothing(at, ada, web, forged):
    answer = hint(web, int(ada.service().remote_id), **forged)

    assert answer.status_code == 400
    assert [row for row in rows(at, InboundNotice) if row.vendor == "virtfusion"] == []


def test_no_hook_is_believed_while_no_token_is_set(at, web, monkeypatch):
    _agreed(monkeypatch, "")

    assert hint(web, 1, token="").status_code == 400


def test_a_server_that_somebody_deleted_on_the_panel_is_found_as_soon_as_it_tells(at, ada, web):
    remote_id = ada.service().remote_id
    at.panel_http.delete(f"/servers/{remote_id}", params={"delay": 0})

    hint(web, int(remote_id), event="server.delete")
    at.works()

    [finding] = rows(at, PanelFinding)
    assert (finding.kind, finding.service_id) == (FindingKind.MISSING, ada.service().id)


def test_a_job_that_waits_goes_on_when_the_panel_tells(at, ada, web):
    at.breaks(at.panel_http, "down", times=1)
    with at.robot() as work:
        wish_suspension(work, service_to_change(work, ada.service().id), SuspensionReason.DISPUTED)
    at.works()
    waits = ada.service().status

    hint(web, int(ada.service().remote_id))
    at.works()

    [job] = [row for row in rows(at, ProvisioningJob) if row.action is JobAction.SUSPEND]
    assert (waits, ada.service().status, job.tries) == (ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED, 1)


def test_the_stand_in_tells_of_what_it_has_finished(at, ada, hooks):
    panel = InProcess(virtfusion_stand_in(at.panel_store, token=PANEL_TOKEN, pace=Pace(), tell=hooks.tell))
    http, remote_id = open_http("http://panel.test", PANEL_TOKEN, transport=panel), ada.service().remote_id
    http.post(f"/servers/{remote_id}/power/restart")
    http.get(f"/servers/{remote_id}")

    taken = hooks.webhooks.deliver_due(all=True)
    at.works()

    notices = [row for row in rows(at, InboundNotice) if row.vendor == "virtfusion"]
    assert (taken, [(row.kind, row.subject_ref) for row in notices]) == (1, [("server.restart", remote_id)])
