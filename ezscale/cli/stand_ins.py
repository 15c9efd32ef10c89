"""The stand-ins as a web server starts them."""

from starlette.types import ASGIApp

from ezscale.cli.surroundings import stand_in_keys
from ezscale.kit.settings import settings
from ezscale.sandbox.app import sandbox_app


def app() -> ASGIApp:
    """All vendors of this data folder."""
    own = settings()
    keys = stand_in_keys(own.data_dir)
    return sandbox_app(
        own.data_dir / "sandbox",
        web_url=web_on_this_machine(),
        sandbox_url=own.sandbox_url,
        stripe_key=keys["stripe_key"],
        stripe_webhook_secret=keys["stripe_webhook_secret"],
        virtfusion_token=keys["virtfusion_token"],
    )


def web_on_this_machine() -> str:
    """Where webhooks go: straight to our own port, whatever name the web has outside."""
    own = settings()
    return own.web_url if not own.public_url else f"http://localhost:{own.port}"
