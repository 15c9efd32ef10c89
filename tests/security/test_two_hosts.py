"""Staff on a host of their own: what the edge is told then."""

import pytest

from ezscale.kit.settings import settings


@pytest.fixture
def front_door(monkeypatch):
    """The module that puts the web together, with a host for staff in the settings."""
    monkeypatch.setenv("REFLEX_ENV_MODE", "prod")
    monkeypatch.setenv("__REFLEX_SKIP_COMPILE", "true")
    from ezscale import ezscale  # noqa: PLC0415  # building the app is what the settings above are about

    monkeypatch.setenv("EZSCALE_PUBLIC_URL", "https://shop.example")
    monkeypatch.setenv("EZSCALE_ADMIN_HOST", "staff.example")
    monkeypatch.setenv("EZSCALE_ADMIN_ALLOW", "192.0.2.0/24")
    monkeypatch.setenv("EZSCALE_TRUSTED_PROXIES", "10.0.0.0/8")
    settings.cache_clear()
    yield ezscale
    monkeypatch.undo()
    settings.cache_clear()


def test_forms_lead_from_one_to_the_other_as_acting_for_a_customer_needs_it(front_door):
    site = front_door.site()

    assert {"https://shop.example", "https://staff.example"} <= set(site.forms_lead_to)
    assert "https://staff.example" in site.content_policy("/").partition("form-action")[2]


def test_the_locks_are_those_of_the_settings(front_door):
    site = front_door.site()

    assert site.hosts >= {"shop.example", "staff.example"}
    assert (site.staff_door.host, site.staff_door.passes) == ("staff.example", None)
    assert [str(each) for each in (*site.staff_door.networks, *site.proxies)] == ["192.0.2.0/24", "10.0.0.0/8"]
