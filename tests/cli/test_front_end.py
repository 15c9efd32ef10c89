"""When the front end is built anew."""

import fcntl
import shutil
from pathlib import Path

import pytest
from sqlmodel import select

from ezscale import wiring
from ezscale.catalog.starting_range import stock_the_shop
from ezscale.cli import front_end
from ezscale.cli.schema import bring_up_to_date
from ezscale.kit.settings import settings
from ezscale.models import Price


@pytest.fixture
def house(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository with a finished build."""
    for name in ("ezscale/pages/home.py", "ezscale/tasks/engine.py", "assets/logo.svg", "rxconfig.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    build = tmp_path / ".web" / "client"
    build.mkdir(parents=True)
    (build / "index.html").write_text("built")
    monkeypatch.setattr(front_end, "ROOT", tmp_path)
    monkeypatch.setattr(front_end, "BUILD", build)
    monkeypatch.setattr(front_end, "STAMP", tmp_path / ".web" / "stamp")
    monkeypatch.setattr(front_end, "LOCK", tmp_path / front_end.LOCK.name)
    front_end.STAMP.write_text(front_end.fingerprint(settings()))
    return tmp_path


def test_a_build_of_what_lies_there_is_used_again(house: Path):
    assert front_end.is_fresh(settings())


@pytest.mark.parametrize("changed", ["ezscale/pages/home.py", "assets/logo.svg", "rxconfig.py"])
def test_a_changed_source_needs_a_new_build(house: Path, changed: str):
    (house / changed).write_text("other")

    assert not front_end.is_fresh(settings())


def test_a_new_page_needs_a_new_build(house: Path):
    (house / "ezscale/pages/about.py").write_text("about")

    assert not front_end.is_fresh(settings())


def test_a_changed_price_needs_a_new_build(house: Path):
    bring_up_to_date(settings().database)
    with wiring.automation("test")() as work:
        stock_the_shop(work)
    as_it_opened = front_end.is_fresh(settings())

    with wiring.automation("test")() as work:
        for price in work.session.exec(select(Price).where(Price.months == 12)):
            price.amount_minor += 100

    assert as_it_opened
    assert not front_end.is_fresh(settings())


def test_what_never_reaches_a_browser_needs_none(house: Path):
    (house / "ezscale/tasks/engine.py").write_text("other")

    assert front_end.is_fresh(settings())


def test_a_build_that_is_gone_is_made_again(house: Path):
    (front_end.BUILD / "index.html").unlink()

    assert not front_end.is_fresh(settings())


def test_two_builds_never_meet_even_while_the_first_makes_its_folder_anew(house: Path):
    with front_end.building_alone():
        shutil.rmtree(house / ".web")
        (house / ".web").mkdir()

        with front_end.LOCK.open("w") as another, pytest.raises(BlockingIOError):
            fcntl.flock(another, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert house / ".web" not in front_end.LOCK.parents
