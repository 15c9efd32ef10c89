"""The embedded broker."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from ezscale.cli.broker import answers, embedded_broker
from ezscale.cli.processes import Tree
from ezscale.kit.settings import Settings


@pytest.fixture
def tree() -> Iterator[Tree]:
    """A tree that is ended with the test."""
    tree = Tree(lambda _sentence: None)
    yield tree
    tree.stop()


@pytest.mark.parametrize("depth", [1, 60])
def test_the_broker_serves_a_data_folder_however_deep_it_lies(tree: Tree, tmp_path: Path, depth: int):
    own = Settings(data_dir=tmp_path.joinpath(*["deep"] * depth))
    own.data_dir.mkdir(parents=True)

    tree.start([embedded_broker(own.broker_socket, tmp_path / "broker.log")])

    with Redis(unix_socket_path=str(own.broker_socket)) as client:
        assert client.ping()
    assert own.broker == f"redis+socket://{own.broker_socket}"


def test_no_broker_no_answer(tmp_path: Path):
    assert not answers(tmp_path / "nobody.sock")
