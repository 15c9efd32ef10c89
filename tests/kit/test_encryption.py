import stat

import pytest

from ezscale.kit.encryption import CannotDecrypt, Vault, open_vault

KEY, OTHER = b"1" * 32, b"2" * 32


def test_a_secret_comes_back_and_looks_different_each_time():
    vault = Vault({"k1": KEY})

    once, again = vault.seal("hunter2", "credential:1"), vault.seal("hunter2", "credential:1")

    assert once != again
    assert "hunter2" not in once
    assert vault.open(once, "credential:1") == "hunter2"


def test_a_secret_opens_only_for_its_own_row():
    sealed = Vault({"k1": KEY}).seal("hunter2", "credential:1")

    with pytest.raises(CannotDecrypt):
        Vault({"k1": KEY}).open(sealed, "credential:2")


@pytest.mark.parametrize("kept", [slice(0, -8), slice(0, -1), slice(3, None), slice(0, 3), slice(0, 0)], ids=str)
def test_an_altered_secret_does_not_open(kept):
    sealed = Vault({"k1": KEY}).seal("hunter2", "credential:1")

    with pytest.raises(CannotDecrypt):
        Vault({"k1": KEY}).open(sealed[kept], "credential:1")


def test_a_new_key_seals_and_the_old_one_still_opens():
    old = Vault({"k1": KEY})
    renewed = Vault({"k2": OTHER, "k1": KEY})

    assert renewed.open(old.seal("hunter2", "row"), "row") == "hunter2"
    assert renewed.seal("hunter2", "row").startswith("k2:")
    with pytest.raises(CannotDecrypt):
        old.open(renewed.seal("hunter2", "row"), "row")


def test_the_first_key_is_made_for_nobody_elses_eyes_and_kept(tmp_path):
    file = tmp_path / "keys.json"

    sealed = open_vault(file).seal("hunter2", "row")

    assert open_vault(file).open(sealed, "row") == "hunter2"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_vault_without_keys_is_no_vault():
    with pytest.raises(ValueError, match="at least one key"):
        Vault({})
