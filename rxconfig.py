"""How Reflex builds and serves the web. What differs between machines comes from our own settings."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Unpack
from urllib.parse import urlsplit

import reflex as rx
from reflex_base.constants import StateManagerMode
from reflex_base.plugins.base import PostBuildContext, PreCompileContext

from ezscale.kit.settings import settings

EVERYWHERE_NAME = "everywhere"  # the script that every page loads
PLACEHOLDER = "localhost:8000"  # Reflex's own default, so that its development server works too


class PageOrigin(rx.plugins.Plugin):
    """Lets one build serve on any port: the browser calls the host and port that its page came from."""

    def post_build(self, **context: Unpack[PostBuildContext]) -> None:
        """Turn every server address that Reflex has baked in into one relative to the page's origin."""
        (script,) = Path(context["static_dir"], "assets").glob(f"{EVERYWHERE_NAME}-*.js")
        text, replaced = re.subn(
            rf"""(["'`])(http|ws)://{PLACEHOLDER}(/[^"'`]*)\1""",
            r'(location.origin.replace(/^http/,"\2")+"\3")',
            script.read_text("utf-8"),
        )
        if not replaced:
            raise RuntimeError(f"{script} holds no http://{PLACEHOLDER}: Reflex now bakes addresses in elsewhere")
        script.write_text(text, "utf-8")


class PlainElements(rx.plugins.Plugin):
    """Leaves Emotion out, 8 KB on every page: our looks are classes, and the few `style=` of ours need no library."""

    def pre_compile(self, **context: Unpack[PreCompileContext]) -> None:
        """Put a small function of our own in its place."""
        context["add_save_task"](lambda: (ELEMENTS, CREATE_ELEMENT))
        context["add_modify_task"]("vite.config.js", without_emotion)


ELEMENTS = "utils/elements.js"
CREATE_ELEMENT = """import { createElement } from "react";

export function jsx(type, props, ...children) {
  if (!props?.css) return createElement(type, props, ...children);
  const { css, style, ...rest } = props;
  if (Object.values(css).some((value) => typeof value === "object")) {
    throw new Error("A style with selectors needs Emotion, which we leave out: write a class instead.");
  }
  return createElement(type, { ...rest, style: { ...css, ...style } }, ...children);
}
"""


def without_emotion(vite_config: str) -> str:
    """Vite's configuration, with our function where pages import Emotion's."""
    return _with_aliases(vite_config, ('"@emotion/react"', ELEMENTS))


class LeanScripts(rx.plugins.Plugin):
    """Leaves out what no page of ours needs, and loads what every page needs at once: 15 KB less on a first visit.

    Code that comes as text and is evaluated (our content policy forbids it, and no packer touches the names beside it),
    cookies kept by scripts, ways to connect other than a socket, and a way to put deep styles together.
    """

    def pre_compile(self, **context: Unpack[PreCompileContext]) -> None:
        """Change Reflex's own scripts, and how all of them are packed."""
        context["add_save_task"](
            lambda: [(NO_COOKIES, COOKIES_OF_NONE), (NO_LINE, LINES_OF_NONE), (TWO_STYLES, STYLES_OF_BOTH)]
        )
        context["add_modify_task"]("utils/state.js", without_direct_eval)
        context["add_modify_task"]("app/root.jsx", without_libraries_for_eval)
        context["add_modify_task"]("vite.config.js", packed_together)


NO_COOKIES, NO_LINE, TWO_STYLES = "utils/no_cookies.js", "utils/no_line.js", "utils/two_styles.js"
COOKIES_OF_NONE = """export default class NoCookies {
  get() {}
  set() {}
  remove() {}
}
"""
LINES_OF_NONE = "export const XHR = undefined, WT = undefined;\n"
STYLES_OF_BOTH = "export const mergician = (injected, own) => ({ ...injected, ...own });\n"
SHOW_WINDOW = r"/routes.(_index|\[(vps|pricing|login)\])/"
INSTEAD = (
    ('"mergician"', TWO_STYLES),
    ('"universal-cookie"', NO_COOKIES),
    (r"/^\.\/(polling-xhr\.node|webtransport)\.js$/", NO_LINE),
)
EVERYWHERE = (
    r"/node_modules.((react|react-dom|react-router|scheduler|@?socket\.io[^\/]*|engine\.io[^\/]*)\/|lucide-react.dist.esm.(?!icons))"
    r"|utils.(state|context|context-registry|elements|react-theme|no_cookies|no_line|two_styles|helpers.\w+)\.jsx?$|env\.json/"
)


def without_direct_eval(script: str) -> str:
    """Reflex's script, in which whatever is evaluated sees the page alone. It stays as it is from build to build."""
    return _replaced(r"(?<![\w.])eval\(|\(0, eval\)\(", "(0, eval)(", script, "utils/state.js")


def without_libraries_for_eval(root: str) -> str:
    """The frame of all pages, without handing whole libraries to what is evaluated, so that unused parts drop out."""
    root = _replaced(
        r"  useEffect\(\(\) => \{\n[^}]*window\.__reflex = \{[^}]*\};\n  \}, \[\]\);\n", "", root, "app/root.jsx"
    )
    return _replaced(r'import \* as \w+ from "[^"]+";\n', "", root, "app/root.jsx")


def packed_together(vite_config: str) -> str:
    """Vite's configuration: what every page needs is one file, and the signs of the public pages are another."""
    groups = (
        f'{{ name: "{EVERYWHERE_NAME}", test: {EVERYWHERE} }},\n            '
        f'{{ name: (id, at) => at.getModuleInfo(id)?.importers.some(by => {SHOW_WINDOW}.test(by)) ? "signs" : null, '
        "test: /lucide-react.dist.esm.icons/ },\n            "
    )
    config = _replaced(r"groups: \[\s*", lambda at: at[0] + groups, vite_config, "vite.config.js")
    return _with_aliases(config, *INSTEAD)


def _with_aliases(vite_config: str, *pairs: tuple[str, str]) -> str:
    """With files of ours where others are imported."""
    found = "".join(
        f'\n      {{ find: {what}, replacement: fileURLToPath(new URL("./{ours}", import.meta.url)) }},'
        for what, ours in pairs
    )
    return _replaced(r"alias: \[", lambda at: at[0] + found, vite_config, "vite.config.js")


def _replaced(pattern: str, by: str | Callable[[re.Match[str]], str], text: str, file: str) -> str:
    changed, count = re.subn(pattern, by, text)
    if not count:
        raise RuntimeError(f"Reflex now writes {file} otherwise")
    return changed


def trusted_origins() -> list[str]:
    """The pages that may open a socket here: our own, under each of our names."""
    here = settings()
    web = urlsplit(here.web_url)
    origins = {f"{web.scheme}://{web.netloc}", f"http://localhost:{here.port}", f"http://127.0.0.1:{here.port}"}
    if here.admin_host:
        port = f":{web.port}" if web.port else ""
        origins.add(f"{web.scheme}://{here.admin_host}{port}")
    return sorted(origins)


config = rx.Config(
    app_name="ezscale",
    app_module_import="ezscale.ezscale",
    api_url=f"http://{PLACEHOLDER}",
    deploy_url=settings().web_url,
    cors_allowed_origins=trusted_origins(),
    state_manager_mode=StateManagerMode.REDIS if settings().redis_url else StateManagerMode.MEMORY,
    redis_url=settings().redis_url or None,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    frontend_compression_formats=["brotli", "gzip"],  # brotli, where a browser takes it, is a seventh smaller
    plugins=[
        rx.plugins.SitemapPlugin(trailing_slash="always"),
        rx.plugins.TailwindV4Plugin(),
        PageOrigin(),
        PlainElements(),
        LeanScripts(),
    ],
)
