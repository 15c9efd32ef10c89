"""Everybody must be able to read us: WCAG 2.2 AA, in both themes."""

import re
from pathlib import Path

import pytest

STYLESHEET = Path("assets/styles/ezscale.css").read_text("utf-8")
GROUNDS = ("canvas", "surface", "sunken")
TEXTS = [
    *((text, ground) for ground in GROUNDS for text in ("ink", "body", "faint", "accent")),
    *((tone, f"{tone}-soft") for tone in ("success", "warning", "danger", "info")),
    *((tone, "surface") for tone in ("success", "warning", "danger", "info")),
    *(("accent", "accent-soft"), ("on-volt", "volt"), ("on-primary", "primary")),
    *(
        ("on-primary", "primary-hover"),
        ("on-danger", "danger-solid"),
        ("on-night", "night"),
        ("on-night", "night-raised"),
    ),
    *(("on-night-faint", "night"), ("on-night-faint", "night-raised"), ("volt", "night"), ("volt", "night-raised")),
]
SHAPES = [("edge", "surface"), ("edge", "canvas"), ("ink", "canvas"), ("ink", "surface"), ("volt", "night")]


def palette(theme):
    """The colours of a theme by name; dark only says what is different."""
    named: dict[str, str] = {}
    for selector in (":root", ".dark")[: 1 if theme == "light" else 2]:
        _, _, rest = STYLESHEET.partition(f"\n{selector} {{\n")
        named |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", rest.partition("\n}")[0]))
    return named


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(theme, one, other):
    colours = palette(theme)
    dark, light = sorted((luminance(colours[one]), luminance(colours[other])))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_stands_out_from_its_ground(theme, text, ground):
    assert contrast(theme, text, ground) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_controls_and_focus_rings_can_be_seen(theme, shape, ground):
    assert contrast(theme, shape, ground) >= 3
