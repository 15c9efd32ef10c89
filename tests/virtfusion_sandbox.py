"""VirtFusion's stand-in as tests use it, and a server that runs there."""

from ezscale.integrations.http import open_http
from ezscale.integrations.virtfusion.adapter import VirtFusionPanel
from ezscale.integrations.virtfusion.client import VirtFusionClient
from ezscale.provisioning.ports import PanelOwner, RemoteState, ServiceSpec
from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.store import Store
from ezscale.sandbox.virtfusion import STEP_BY_STEP, virtfusion_stand_in

TOKEN = "vf-test-token"
ADA = PanelOwner("C-17", "Ada Moreno", "ada@example.test")
SPEC = ServiceSpec("SRV-1", package="2", location="1", image="2", hostname="web.example.test")


class VirtFusionSandbox:
    """VirtFusion's stand-in, told to fail and asked what it did."""

    def __init__(self, pace=STEP_BY_STEP):
        self.store = Store()
        stand_in = virtfusion_stand_in(self.store, token=TOKEN, pace=pace)
        self.transport = InProcess(stand_in)
        self.http = open_http("https://panel.test", TOKEN, transport=self.transport)

    def panel(self):
        return VirtFusionPanel(VirtFusionClient(self.http), pause=lambda _seconds: None)

    def goes_wrong(self, wrong, path="*", method="*", **how):
        fault = {"wrong": wrong, "path": path, "method": method, **how}
        assert self.http.post("/_sandbox/faults", json=fault).status_code == 201

    def works_again(self):
        self.http.delete("/_sandbox/faults")

    def orders(self, control, body):
        assert self.http.post(f"/_sandbox/{control}", json=body).is_success

    def lets_in(self, remote_id, login):
        attempt = {"server": int(remote_id), "username": login.username, "password": login.password}
        return self.http.post("/_sandbox/sign-in", json=attempt).is_success

    def holds(self, remote_id):
        return self.http.get(f"/servers/{remote_id}").json()["data"]

    @property
    def asked(self):
        return [f"{call['method']} {call['path']}" for call in self.http.get("/_sandbox/calls").json()]

    @property
    def done(self):
        return self.http.get("/_sandbox/state").json()["done"]


def running(panel, spec=SPEC):
    """A server that was built and is up, with its login."""
    remote_id = panel.reserve(spec, panel.account(ADA)).remote_id
    login = panel.build(remote_id, spec)
    while panel.look(remote_id).state is RemoteState.BUILDING:
        pass
    return remote_id, login
