"""What a command and the processes it starts find around them: the data folder and, in the sandbox, the stand-ins."""

import json
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from ezscale.kit.settings import BadSettings, Settings, settings
from ezscale.sandbox.app import PAYPAL_CLIENT, PAYPAL_WEBHOOK, TAXJAR_TOKEN, urls
from ezscale.sandbox.enhance import MASTER
from ezscale.sandbox.panels import ENHANCE_TOKEN, PTERODACTYL_KEYS, SYNERGYCP_KEY
from ezscale.sandbox.powerdns.app import KEY as POWERDNS_KEY
from ezscale.sandbox.powerdns.app import OWN_NAMES
from ezscale.sandbox.virtfusion.hooks import hook_token

ROOT = Path(__file__).parents[2]
Keys = dict[str, str]
VENDORS = {"exchange_rates_url": "ecb"}  # where a stand-in has another name than the setting


def settle() -> Settings:
    """The settings, completed for the sandbox, for this process and those it starts. BadSettings otherwise.

    In the sandbox the stand-ins of this data folder take the place of every vendor, whatever else the environment says.
    """
    settings.cache_clear()
    own = settings()
    folder = made(own.data_dir)
    os.environ["EZSCALE_DATA_DIR"] = str(folder)
    if own.sandbox:
        os.environ.update(stand_in_environment(own, folder))
    settings.cache_clear()
    return settings()


def made(folder: Path) -> Path:
    """The data folder, for our eyes only. BadSettings when it cannot be made or written to."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadSettings(f"EZSCALE_DATA_DIR: {folder} cannot be made: {error.strerror}") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadSettings(f"EZSCALE_DATA_DIR: {folder} cannot be written to")
    return folder.resolve()


def stand_in_environment(own: Settings, folder: Path) -> dict[str, str]:
    """How to reach the stand-ins instead of the vendors, unless the settings name other stand-ins on loopback."""
    keys = stand_in_keys(folder)
    known = stand_in_urls(own, keys)
    environment: dict[str, str] = {}
    for name, others in _of_stand_ins(keys, urlsplit(own.sandbox_url).netloc).items():
        if not getattr(own, name):
            vendor = VENDORS.get(name, name.removesuffix("_url"))
            wanted = {name: known[vendor]["url"]} | others
            environment |= {f"EZSCALE_{setting.upper()}": value for setting, value in wanted.items()}
    if urlsplit(own.smtp_url).hostname not in ("127.0.0.1", "localhost"):
        environment["EZSCALE_SMTP_URL"] = ""  # made-up customers get no real mail
    return environment


def _of_stand_ins(keys: Keys, resolver: str) -> dict[str, dict[str, str]]:
    """The settings that belong to the address of each vendor, for its stand-in. `resolver` knows where names point to."""
    client_id, secret = PAYPAL_CLIENT
    application_key, client_key = PTERODACTYL_KEYS
    return {
        "stripe_url": {name: keys[name] for name in ("stripe_key", "stripe_webhook_secret")},
        "paypal_url": {"paypal_client_id": client_id, "paypal_secret": secret, "paypal_webhook_id": PAYPAL_WEBHOOK},
        "virtfusion_url": {
            "virtfusion_token": keys["virtfusion_token"],
            "virtfusion_webhook_token": hook_token(keys["virtfusion_token"]),
        },
        "pterodactyl_url": {"pterodactyl_key": application_key, "pterodactyl_client_key": client_key},
        "synergycp_url": {"synergycp_key": SYNERGYCP_KEY},
        "enhance_url": {"enhance_token": ENHANCE_TOKEN, "enhance_org": MASTER},
        "vies_url": {},
        "exchange_rates_url": {},
        "taxjar_url": {"taxjar_token": TAXJAR_TOKEN},
        "powerdns_url": {"powerdns_key": POWERDNS_KEY, "reverse_domain": OWN_NAMES, "resolvers": resolver},
    }


def stand_in_urls(own: Settings, keys: Keys) -> dict[str, dict[str, str]]:
    """Each stand-in's address and the key that it accepts."""
    return urls(own.sandbox_url, stripe_key=keys["stripe_key"], virtfusion_token=keys["virtfusion_token"])


def stand_in_keys(folder: Path) -> Keys:
    """The keys of this data folder's stand-ins; made once."""
    path = folder / "sandbox.json"
    fresh = {
        "stripe_key": f"sk_test_{secrets.token_hex(16)}",
        "stripe_webhook_secret": f"whsec_{secrets.token_hex(16)}",
        "virtfusion_token": secrets.token_hex(24),
    }
    try:
        write_secret(path, fresh)
    except FileExistsError:
        keys: Keys = json.loads(path.read_text("utf-8"))
        return keys
    return fresh


def write_secret(path: Path, content: object) -> None:
    """Write JSON that nobody else may read. FileExistsError when it is there already."""
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
    try:
        os.link(unfinished, path)  # complete from the first moment on, and never over another
    finally:
        unfinished.unlink()
