from itertools import islice

from ezscale.kit.ids import fingerprint, new_id, new_ids, new_secret


def test_ids_are_version_seven_and_sort_by_the_time_they_were_made(monkeypatch):
    moments = [1_775_000_000_000_000_000 + later for later in (0, 250, 500, 999_999, 1_000_000, 10**18)]
    now = iter(moments)
    monkeypatch.setattr("time.time_ns", lambda: next(now))

    made = [new_id() for _ in moments]

    assert made == sorted(made)
    assert {(each.version, each.variant) for each in made} == {(7, "specified in RFC 4122")}


def test_ids_drawn_in_a_row_are_as_good_as_single_ones():
    before, drawn = new_id(), [*islice(new_ids(), 1_000)]
    made = [before, *drawn, new_id()]

    assert made == sorted(made)
    assert len({each.int & (1 << 62) - 1 for each in drawn}) == 1_000
    assert {(each.version, each.variant) for each in drawn} == {(7, "specified in RFC 4122")}


def test_a_secret_is_long_and_kept_only_as_a_fingerprint():
    secret = new_secret()

    assert len(secret) >= 43
    assert secret != new_secret()
    assert secret not in fingerprint(secret)
    assert len(fingerprint(secret)) == 64
