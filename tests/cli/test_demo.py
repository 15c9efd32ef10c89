"""The demo company, with fewer people and a shorter past."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from ezscale import wiring
from ezscale.accounts.actors import actor_of_key
from ezscale.accounts.passwords import require_strong
from ezscale.accounts.permissions import MANAGE_INVOICES, SEE_EVERYTHING
from ezscale.accounts.signing_in import sign_in
from ezscale.cli.demo import founding, logins
from ezscale.cli.demo.cast import CAST, Part, ago, due
from ezscale.cli.demo.founding import Story
from ezscale.cli.demo.lives import buying, buying_by_paypal, leaving, unlucky, vanishing, wondering
from ezscale.cli.demo.logins import PASSWORDS
from ezscale.cli.demo.people import PEOPLE
from ezscale.cli.surroundings import settle
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.errors import BusinessError
from ezscale.kit.settings import Settings
from ezscale.models import Customer, MailMessage, Payment, Service
from ezscale.models.mail import MailStatus
from ezscale.models.subscription import LeavingReason
from ezscale.reporting.doctor import examine
from tests.cli.conftest import forget_the_settings
from tests.databases import Databases

QUARTER = Story(
    timedelta(days=90),
    {
        "fjordline": Part(ago(85), lambda me: buying(me, "vps-2", coupon="WELCOME10")),
        "whitaker": Part(due(10, 2), lambda me: vanishing(me, "vps-1", after=45)),
        "claes": Part(ago(70), lambda me: buying_by_paypal(me, "vps-1")),
        "kuzey": Part(ago(80), lambda me: leaving(me, "vps-1", 20, LeavingReason.OTHER, "Enough.")),
        "monsoon": Part(ago(1), lambda me: unlucky(me, "vps-4"), hours_ago=6),
        "jizera": Part(ago(20), lambda me: wondering(me, "vps-1")),
    },
)
WEEK = Story(timedelta(days=7), {"carpat": Part(ago(6), lambda me: buying(me, "vps-2"))})
ONE_DAY = Story(timedelta(days=1), {})


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A demo company, founded once for these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "environ", dict(os.environ))
        patch.setenv("EZSCALE_DATA_DIR", str(tmp_path_factory.mktemp("demo")))
        forget_the_settings()
        own = settle()
        founding.found(own, lambda _days: None, QUARTER)
        yield own
    forget_the_settings()


def test_the_history_leaves_people_where_their_lives_have_led_them(demo: Settings):
    with wiring.automation("test")() as work:
        rows = work.session.exec(select(Customer.company, Service.status).join(Service)).all()
        findings = [finding for finding in examine(work) if finding.broken]
        by_paypal = work.session.exec(select(Payment.id).where(Payment.gateway == "paypal")).all()

    assert len(by_paypal) == 3
    assert dict(rows) == {
        "Fjordline Studio": "active",
        "Claes Fietsen": "active",
        "Whitaker & Sons": "suspended",
        "Kuzey Yazilim": "terminated",
        "Monsoon Analytics": "failed",
        "Jizera Sport": "expired",
    }
    assert findings == []


def test_nothing_of_it_has_left_the_machine(demo: Settings):
    with wiring.automation("test")() as work:
        states = set(work.session.exec(select(MailMessage.status)))

    assert states == {MailStatus.SENT}
    assert len(list((demo.data_dir / "mail").glob("*.eml"))) > 10
    assert (demo.data_dir / "sandbox" / "stripe.db").is_file()
    assert not (demo.data_dir / "founding").exists()


def test_the_logins_work_in_the_browser_and_for_programs(demo: Settings):
    known = logins.kept(demo.data_dir)

    for login in known:
        sign_in(wiring.work_of(ANONYMOUS), login.email, login.password)
    with wiring.automation("test")() as work:
        actors = {login.role: actor_of_key(work, login.api_token) for login in known}

    assert [login.role for login in known] == [
        *("administrator", "support", "customer", "customer", "customer", "colleague", "delegate")
    ]
    assert actors["administrator"].may(MANAGE_INVOICES)
    assert actors["support"].may(SEE_EVERYTHING)
    assert not actors["support"].may(MANAGE_INVOICES)
    assert not actors["customer"].may(SEE_EVERYTHING)
    assert len(actors["delegate"].services or ()) == 1
    assert actors["colleague"].customer_id == actors["delegate"].customer_id


def test_a_company_is_never_overwritten_by_a_demo(demo: Settings):
    with pytest.raises(BusinessError, match="people in this database already"):
        founding.found(demo, lambda _days: None, ONE_DAY)


def test_a_founding_that_was_interrupted_is_begun_again(data_dir):
    own = settle()

    def interrupted(_days: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        founding.found(own, interrupted, ONE_DAY)
    assert not founding.has_database(own)
    founding.found(own, lambda _days: None, ONE_DAY)

    assert founding.has_database(own)
    assert not founding.may_found(own)


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_on_a_database_server_half_a_demo_is_never_taken_for_a_company(
    kind: str, data_dir: Path, databases: Databases, monkeypatch: pytest.MonkeyPatch
):
    def interrupted(_days: int) -> None:
        raise KeyboardInterrupt

    for suffix, on_day in (("_whole", lambda _days: None), ("_half", interrupted)):
        monkeypatch.setenv("EZSCALE_DATABASE_URL", databases.make(kind, suffix))
        with suppress(KeyboardInterrupt):
            founding.found(settle(), on_day, WEEK)

        assert founding.was_interrupted(settle()) is (suffix == "_half")
        assert not founding.may_found(settle())


def test_everybody_in_the_cast_is_somebody():
    assert set(CAST) == {person.domain for person in PEOPLE}
    assert len({person.email for person in PEOPLE}) == len(PEOPLE)
    assert all(person.email.isascii() for person in PEOPLE)


@pytest.mark.parametrize("who", PASSWORDS)
def test_the_demo_keeps_its_own_rule_for_passwords(who: str):
    require_strong(PASSWORDS[who], who)
