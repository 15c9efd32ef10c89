"""A key pair is made in the browser: we get its public half, and nobody but the person its private one."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_private_key
from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import select

from ezscale.models import SshKey
from tests.browser.addresses import come_in
from tests.browser.chrome import open_page
from tests.browser.company import Company
from tests.browser.people import person

pytestmark = pytest.mark.browser

LISTENS = """
window.__sent = []
const send = WebSocket.prototype.send
WebSocket.prototype.send = function (data) { window.__sent.push(String(data)); return send.call(this, data) }
"""


def test_a_pair_is_made_in_the_browser_and_its_private_half_stays_there(
    company: Company, browser: Browser, tmp_path: Path
) -> None:
    with person(company, browser, "light") as page:
        bodies: list[str] = []
        page.on("request", lambda request: bodies.append(request.post_data or ""))
        page.add_init_script(LISTENS)
        come_in(page, company, "customer")
        open_page(page, "/account/ssh-keys/")

        window = opens_the_window(page)
        window.get_by_label("Name").fill("Ada's laptop")
        with page.expect_download() as saving:
            window.get_by_role("button", name="Make a pair here").click()
        saving.value.save_as(file := tmp_path / "id_ed25519")
        expect(window.get_by_role("status")).to_contain_text("it was not sent to us")
        window.get_by_role("button", name="Add the key").click()
        expect(page.get_by_role("region", name="SSH keys")).to_contain_text("Ada's laptop")

        sent = page.evaluate("window.__sent.join('\\n')")
        private = file.read_text("ascii")
        public = load_ssh_private_key(private.encode(), None).public_key()
        with company.books() as books:
            kept = books.exec(select(SshKey.line)).one()
    assert kept == public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode() + " Adas laptop"
    assert saving.value.suggested_filename == "id_ed25519_adas_laptop"
    assert kept.split()[1] in sent
    secrets = ("PRIVATE KEY", *private.split()[4:-4])
    assert not [secret for secret in secrets for each in (sent, *bodies) if secret in each]


def opens_the_window(page: Page) -> Locator:
    """The window in which a key is added."""
    page.get_by_role("button", name="Add a key").click()
    return page.get_by_role("dialog")
