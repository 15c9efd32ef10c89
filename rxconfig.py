"""How Reflex builds and serves the web. What differs between machines comes from our own settings."""

import re
from pathlib import Path
from typing import Unpack
from urllib.parse import urlsplit

import reflex as rx
from reflex_base.constants import StateManagerMode
from reflex_base.plugins.base import PostBuildContext

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
    plugins=[
        rx.plugins.SitemapPlugin(trailing_slash="always"),
        rx.plugins.TailwindV4Plugin(),
        PageOrigin(),
    ],
)
