from enum import StrEnum
from uuid import UUID

import pytest

from ezscale.kit.errors import Invalid, NotFound
from ezscale.state.arguments import sent_choice, sent_fields, sent_id, sent_text

KNOWN = "0195a000-0000-7000-8000-000000000001"


class Button(StrEnum):
    """What can be pressed."""

    START = "start"


@pytest.mark.parametrize("nonsense", [None, 7, "", "x", [KNOWN], {"id": KNOWN}, KNOWN[:-1]])
def test_what_cannot_be_an_id_names_nothing(nonsense):
    with pytest.raises(NotFound):
        sent_id(nonsense)


def test_an_id_is_read_as_it_was_written():
    assert sent_id(KNOWN) == UUID(KNOWN)


@pytest.mark.parametrize(
    ("sent", "text"), [("  web1 ", "web1"), ("x" * 300, "x" * 10), (None, ""), (["x"], ""), (4, "")]
)
def test_text_is_trimmed_cut_and_nothing_else(sent, text):
    assert sent_text(sent, 10) == text


@pytest.mark.parametrize("nonsense", ["stop", None, {}, 1])
def test_only_a_known_choice_counts(nonsense):
    assert sent_choice("start", Button) is Button.START
    with pytest.raises(Invalid):
        sent_choice(nonsense, Button)


@pytest.mark.parametrize("sent", [{"name": " Ada ", "other": "x"}, {"name": "Ada", "city": ["Vienna"]}])
def test_a_form_gives_the_named_fields_as_text(sent):
    assert sent_fields(sent, "name", "city") == {"name": "Ada", "city": ""}


@pytest.mark.parametrize("sent", [None, "name=Ada", ["name"]])
def test_what_is_no_form_has_empty_fields(sent):
    assert sent_fields(sent, "name") == {"name": ""}
