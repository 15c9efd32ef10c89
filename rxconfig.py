"""How Reflex builds and serves the web. What differs between machines comes from our own settings."""

import re
from pathlib import Path
from typing import Unpack
from urllib.parse import urlsplit

import reflex as rx
from reflex_base.constants import StateManagerMode
from reflex_base.plugins.base import PostBuildContext, PreCompileContext

from ezscale.kit.settings import settings

PLACEHOLDER = "localhost:8000"  # Reflex's own default, so that its development server works too


class PageOrigin(rx.plugins.Plugin):
    """Lets one build serve on any port: the browser calls the host and port that its page came from."""

    def post_build(self, **context: Unpack[PostBuildContext]) -> None:
        """Turn every server address that Reflex has baked in into one relative to the page's origin."""
        (script,) = Path(context["static_dir"], "assets").glob("reflex-env-*.js")
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
    anchor = "alias: ["
    if anchor not in vite_config:
        raise RuntimeError("Reflex now writes vite.config.js otherwise")
    ours = f'{{ find: "@emotion/react", replacement: fileURLToPath(new URL("./{ELEMENTS}", import.meta.url)) }},'
    return vite_config.replace(anchor, f"{anchor}\n      {ours}", 1)


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
    ],
)
