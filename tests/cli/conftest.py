"""A data folder of its own for every test, and the environment as it was afterwards."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ezscale import wiring
from ezscale.kit.settings import settings


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder, which the settings name."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setenv("EZSCALE_DATA_DIR", str(tmp_path / "data"))
    forget_the_settings()
    yield tmp_path / "data"
    forget_the_settings()


def forget_the_settings() -> None:
    """Let the next one who asks read the environment anew."""
    settings.cache_clear()
    wiring._house_by_settings.cache_clear()
