"""One build of the front end serves on any port, carries no ballast, and only our own pages may open a socket."""

from pathlib import Path

import pytest

import rxconfig
from ezscale.kit.settings import Settings


def test_baked_addresses_become_relative_to_the_page(tmp_path: Path) -> None:
    script = built(tmp_path, 'var e={EVENT:`ws://localhost:8000/_event`,UPLOAD:"http://localhost:8000/_upload",X:1};')

    rxconfig.PageOrigin().post_build(static_dir=tmp_path)

    assert script.read_text("utf-8") == (
        'var e={EVENT:(location.origin.replace(/^http/,"ws")+"/_event"),'
        'UPLOAD:(location.origin.replace(/^http/,"http")+"/_upload"),X:1};'
    )


def test_a_build_that_cannot_be_patched_is_refused(tmp_path: Path) -> None:
    built(tmp_path, "var e={EVENT:somewhereElse};")

    with pytest.raises(RuntimeError, match="Reflex now bakes addresses in elsewhere"):
        rxconfig.PageOrigin().post_build(static_dir=tmp_path)


def test_pages_import_our_own_elements_in_place_of_emotion() -> None:
    vite_config = "resolve: {\n    alias: [\n      { find: '$' },\n    ],\n  },"

    changed = rxconfig.without_emotion(vite_config)

    assert changed.startswith('resolve: {\n    alias: [\n      { find: "@emotion/react", ')
    assert changed.endswith("{ find: '$' },\n    ],\n  },")
    with pytest.raises(RuntimeError, match="Reflex now writes"):
        rxconfig.without_emotion("resolve: {}")


def test_what_comes_as_text_sees_no_names_of_a_script_however_often_it_is_built() -> None:
    once = rxconfig.without_direct_eval("const a = eval(code); retrieval(x); link.href = eval?.(y);")

    assert once == "const a = (0, eval)(code); retrieval(x); link.href = eval?.(y);"
    assert rxconfig.without_direct_eval(once) == once
    with pytest.raises(RuntimeError, match=r"Reflex now writes utils/state\.js"):
        rxconfig.without_direct_eval("no more of it")


def test_no_library_is_handed_to_what_comes_as_text() -> None:
    root = """import * as React from "react";
import { Outlet } from 'react-router';
function Providers() {
  useEffect(() => {
    window.__reflex = {
      "react": React,
    };
  }, []);
  return 1;
}
"""

    assert rxconfig.without_libraries_for_eval(root) == (
        "import { Outlet } from 'react-router';\nfunction Providers() {\n  return 1;\n}\n"
    )


def test_what_every_page_needs_is_one_file() -> None:
    packed = rxconfig.packed_together("groups: [\n  { test: /env.json/ },\n],\nalias: [\n],")

    assert packed.startswith('groups: [\n  { name: "everywhere", test: /')
    assert packed.count("fileURLToPath") == 3
    with pytest.raises(RuntimeError, match=r"Reflex now writes vite\.config\.js"):
        rxconfig.packed_together("groups: []")


def test_sockets_open_from_our_own_names_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Settings(port=3100, public_url="https://www.example.com/", admin_host="admin.example.com")
    monkeypatch.setattr(rxconfig, "settings", lambda: ours)

    assert rxconfig.trusted_origins() == [
        "http://127.0.0.1:3100",
        "http://localhost:3100",
        "https://admin.example.com",
        "https://www.example.com",
    ]


def built(folder: Path, text: str) -> Path:
    (folder / "assets").mkdir()
    script = folder / "assets" / "everywhere-Ab12.js"
    script.write_text(text, "utf-8")
    return script
