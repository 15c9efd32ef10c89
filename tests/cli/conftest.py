"""A data folder of its own for every test, the commands that work in it, and the environment as it was afterwards."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile

import pytest

from ezscale import wiring
from ezscale.cli.main import main
from ezscale.kit.settings import settings

Ran = tuple[int, str, str]


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder, which the settings name."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setenv("EZSCALE_DATA_DIR", str(tmp_path / "data"))
    forget_the_settings()
    yield tmp_path / "data"
    forget_the_settings()


@pytest.fixture
def ezscale(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs a command; returns its number and what it wrote on both channels."""

    def ezscale(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as end:
            main(arguments)
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return ezscale


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the file of a database with tables and nothing else is kept, once one was made."""
    return tmp_path_factory.mktemp("tables") / "ezscale.db"


@pytest.fixture
def company(ezscale: Callable[..., Ran], data_dir: Path, tables: Path) -> Callable[..., Ran]:
    """The same, in a company that has its tables and nothing else."""
    if tables.exists():
        data_dir.mkdir(mode=0o700)
        copyfile(tables, data_dir / tables.name)
    else:
        assert ezscale("migrate")[0] == 0
        copyfile(data_dir / tables.name, tables)
    return ezscale


def forget_the_settings() -> None:
    """Let the next one who asks read the environment anew."""
    settings.cache_clear()
    wiring._house_by_settings.cache_clear()
