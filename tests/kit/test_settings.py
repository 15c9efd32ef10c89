import pytest

from ezscale.kit.settings import BadSettings, settings

LIVE = {
    "EZSCALE_SANDBOX": "false",
    "EZSCALE_STRIPE_KEY": "sk_live_1",
    "EZSCALE_STRIPE_WEBHOOK_SECRET": "whsec_1",
    "EZSCALE_VIRTFUSION_URL": "https://panel.example/api/v1",
    "EZSCALE_VIRTFUSION_TOKEN": "token-1",
}


@pytest.fixture
def read(monkeypatch):
    def read(**environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return settings.__wrapped__()

    return read


def test_the_sandbox_needs_nothing(read):
    assert read().sandbox is True


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("EZSCALE_PORT", "0", "greater than or equal to 1"),
        ("EZSCALE_PORT", "web", "valid integer"),
        ("EZSCALE_SANDBOX", "perhaps", "valid boolean"),
        ("EZSCALE_TIME_ZONE", "Europe/Atlantis", "not a time zone"),
        ("EZSCALE_COMPANY_COUNTRY", "XX", "not a country"),
        ("EZSCALE_DATABASE_URL", "the old one", "no SQLAlchemy address"),
        ("EZSCALE_DATABASE_URL", "oracle://host/name", "are known"),
        ("EZSCALE_DATABASE_URL", "postgresql+psycopg2://host/name", "are known"),
        ("EZSCALE_REDIS_URL", "localhost:6379", "looks like redis://host"),
        ("EZSCALE_PUBLIC_URL", "shop.example.com", "looks like http://host"),
        ("EZSCALE_SMTP_URL", "smtp://", "looks like smtp://host"),
        ("EZSCALE_ADMIN_ALLOW", "192.0.2.0/33", "networks look like"),
        ("EZSCALE_ADMIN_ALLOW", "192.0.2.1/24", "has host bits set"),
        ("EZSCALE_TRUSTED_PROXIES", "the proxy", "networks look like"),
        ("EZSCALE_ACCESS_TEAM", "https://ours.cloudflareaccess.com", "looks like ours.cloudflareaccess.com"),
        ("EZSCALE_CONSOLE_SOCKETS", "node1.example.com:8080", "does not look like wss://"),
        ("EZSCALE_CONSOLE_SOCKETS", "wss://node1.example.com; script-src *", "does not look like wss://"),
        ("EZSCALE_STRIPE_URL", "https://api.stripe.com", "must be a stand-in"),
        ("EZSCALE_VIRTFUSION_URL", "https://panel.example", "must be a stand-in"),
    ],
)
def test_a_bad_value_is_told_with_its_name_and_the_reason(read, name, value, reason):
    with pytest.raises(BadSettings, match=f"{name}.*{reason}"):
        read(**{name: value})


def test_a_live_company_has_at_least_one_panel(read):
    with pytest.raises(BadSettings, match="at least one panel is needed"):
        read(**LIVE | {"EZSCALE_VIRTFUSION_URL": ""})


def test_each_panel_comes_with_its_keys(read):
    others = {"EZSCALE_PTERODACTYL_URL": "https://games.example", "EZSCALE_ENHANCE_URL": "https://web.example/api"}

    with pytest.raises(BadSettings, match="PTERODACTYL_KEY, EZSCALE_PTERODACTYL_CLIENT_KEY, EZSCALE_ENHANCE_TOKEN"):
        read(**LIVE | others)


@pytest.mark.parametrize("name", [name for name in LIVE if name not in ("EZSCALE_SANDBOX", "EZSCALE_VIRTFUSION_URL")])
def test_a_live_company_does_not_start_without_one_of_its_secrets(read, name):
    with pytest.raises(BadSettings, match=f"are needed: {name}$"):
        read(**LIVE | {name: ""})


def test_a_live_companys_money_goes_to_stripe_itself(read):
    with pytest.raises(BadSettings, match="EZSCALE_STRIPE_URL"):
        read(**LIVE, EZSCALE_STRIPE_URL="http://127.0.0.1:3001")


@pytest.mark.parametrize("name", ["CLIENT_ID", "SECRET", "WEBHOOK_ID"])
def test_paypal_without_one_of_its_secrets_is_a_mistake(read, name):
    paypal = {f"EZSCALE_PAYPAL_{each}": "pp-1" for each in ("CLIENT_ID", "SECRET", "WEBHOOK_ID")}
    assert read(**LIVE, **paypal).takes_paypal

    with pytest.raises(BadSettings, match="EZSCALE_PAYPAL_WEBHOOK_ID belong together"):
        read(**LIVE | paypal | {f"EZSCALE_PAYPAL_{name}": ""})


def test_a_live_companys_wallets_are_asked_at_paypal_itself(read):
    with pytest.raises(BadSettings, match="EZSCALE_PAYPAL_URL"):
        read(**LIVE, EZSCALE_PAYPAL_URL="http://127.0.0.1:3001")


@pytest.mark.parametrize(("name", "value"), [("TEAM", "ours.cloudflareaccess.com"), ("AUDIENCE", "4714c1")])
def test_half_of_what_access_needs_is_a_mistake(read, name, value):
    with pytest.raises(BadSettings, match="belong together"):
        read(**{f"EZSCALE_ACCESS_{name}": value})


def test_networks_are_listed_with_commas_in_either_kind_of_address(read):
    own = read(EZSCALE_ADMIN_ALLOW=" 192.0.2.0/24, 2001:db8::/32,203.0.113.9 ", EZSCALE_TRUSTED_PROXIES="")

    assert [str(network) for network in own.admin_networks] == ["192.0.2.0/24", "2001:db8::/32", "203.0.113.9/32"]
    assert (own.proxy_networks, own.guards_staff_door) == ((), True)


def test_secrets_are_shown_to_nobody(read):
    live = read(**LIVE)

    for shown in (repr(live), str(live.model_dump()), live.model_dump_json()):
        assert not any(secret in shown for secret in ("sk_live_1", "whsec_1", "token-1"))


def test_a_bad_secret_is_not_repeated_in_the_message(read):
    with pytest.raises(BadSettings) as told:
        read(EZSCALE_PORT="sk_live_1")

    assert "sk_live_1" not in str(told.value)


def test_a_page_may_call_virtfusions_control_host_and_the_sockets_that_are_listed(read):
    ours = read(**LIVE, EZSCALE_CONSOLE_SOCKETS="wss://node1.example.com:8080, wss://*.nodes.example.com:8080")

    listed = ("wss://node1.example.com:8080", "wss://*.nodes.example.com:8080")
    assert ours.console_origins == ("wss://panel.example", *listed)
