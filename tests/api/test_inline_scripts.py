"""The inline scripts that a built page may run."""

from base64 import b64encode
from hashlib import sha256

from ezscale.api.inline_scripts import inline_scripts


def source(text):
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_a_page_may_run_what_it_holds_and_nothing_else(tmp_path):
    (tmp_path / "vps").mkdir()
    (tmp_path / "vps" / "index.html").write_text(
        '<script>one()</script><script type="module" async="">two()</script>'
        '<script src="/assets/x.js"></script><script type="application/ld+json">{}</script>'
    )

    scripts = inline_scripts(tmp_path)

    assert set(scripts["/vps/"].split()) == {source("one()"), source("two()")}


def test_an_address_without_a_file_may_run_what_the_empty_shell_holds(tmp_path):
    (tmp_path / "__spa-fallback.html").write_text("<script>shell()</script>")

    scripts = inline_scripts(tmp_path)

    assert scripts[""] == source("shell()")


def test_without_a_build_the_development_server_may_run_its_own(tmp_path):
    assert inline_scripts(tmp_path) == {"": "'unsafe-inline'"}
