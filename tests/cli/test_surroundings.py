"""What commands find around them: the data folder, and in the sandbox the stand-ins instead of every vendor."""

import stat
from pathlib import Path

import pytest

from ezscale.cli.surroundings import settle, stand_in_keys
from ezscale.kit.settings import BadSettings


def test_in_the_sandbox_no_real_vendor_is_ever_reached(data_dir: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EZSCALE_PORT", "4700")
    monkeypatch.setenv("EZSCALE_STRIPE_KEY", "sk_live_real")
    monkeypatch.setenv("EZSCALE_SMTP_URL", "smtp://relay.example:587")

    own = settle()

    keys = stand_in_keys(data_dir)
    assert own.stripe_url == "http://127.0.0.1:4701/stripe"
    assert own.stripe_key.get_secret_value() == keys["stripe_key"]
    assert own.virtfusion_token.get_secret_value() == keys["virtfusion_token"]
    assert own.smtp_url == ""


def test_the_stand_ins_of_a_data_folder_keep_their_keys_for_our_eyes_only(data_dir: Path):
    settle()
    first = stand_in_keys(data_dir)

    settle()

    assert stand_in_keys(data_dir) == first
    assert stat.S_IMODE((data_dir / "sandbox.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert [path.name for path in data_dir.iterdir()] == ["sandbox.json"]


def test_a_relative_data_folder_means_the_same_to_every_process(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EZSCALE_DATA_DIR", "here")

    own = settle()

    assert own.data_dir == tmp_path / "here"


def test_a_data_folder_that_cannot_be_made_stops_the_start(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EZSCALE_DATA_DIR", str(tmp_path / "file" / "data"))

    with pytest.raises(BadSettings, match=r"EZSCALE_DATA_DIR: .* cannot be made"):
        settle()
