"""Make the fonts of our documents again, from Debian's fonts-noto-core and fonts-noto-cjk (SIL Open Font License).

    pip install fonttools
    python tools/fonts.py /usr/share/fonts ezscale/billing/paper/fonts

Hinting is for screens of old and goes. Of the Chinese, Japanese and Korean font stay its Simplified Chinese face (whose
Han characters all three languages share) and the blocks below. coverage.txt says which characters can be printed at all.
"""

import sys
from pathlib import Path

from fontTools import subset  # type: ignore[import-not-found]  # fonts are made by hand, and hardly ever
from fontTools.ttLib import TTCollection, TTFont  # type: ignore[import-not-found]

BOTH = ("", "Arabic", "Hebrew", "Devanagari", "Thai", "Armenian", "Georgian")
REGULAR = (
    *("Bengali", "Ethiopic", "Gujarati", "Gurmukhi", "Kannada", "Khmer", "Lao", "Malayalam", "Myanmar", "Oriya"),
    *("Sinhala", "Tamil", "Telugu", "Thaana", "Symbols", "Symbols2"),
)
CJK = (
    (0x2E80, 0x303F),  # radicals, punctuation
    (0x3040, 0x33FF),  # kana, bopomofo, compatibility
    (0x3400, 0x4DBF),  # Han, extension A
    (0x4E00, 0x9FFF),  # Han
    (0xAC00, 0xD7AF),  # Hangul
    (0xF900, 0xFAFF),  # Han, compatibility
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),  # full and half width
    (0x20000, 0x2A6DF),  # Han, extension B, as far as names need it
)


def main(source: Path, target: Path) -> None:
    """Every font, and what all of them cover."""
    target.mkdir(parents=True, exist_ok=True)
    covered: set[int] = set()
    for name, weights in (*((name, ("Regular", "Bold")) for name in BOTH), *((name, ("Regular",)) for name in REGULAR)):
        for weight in weights:
            [path] = source.rglob(f"NotoSans{name}-{weight}.ttf")
            font = TTFont(path)
            covered |= small(font, set(font.getBestCmap()), target / path.name)
    [path] = source.rglob("NotoSansCJK-Regular.ttc")
    [font] = (each for each in TTCollection(path).fonts if each["name"].getDebugName(1) == "Noto Sans CJK SC")
    wanted = {code for first, last in CJK for code in range(first, last + 1)}
    covered |= small(font, wanted, target / "NotoSansCJKsc-Regular.otf")
    (target / "coverage.txt").write_text("".join(f"{first:X}-{last:X}\n" for first, last in ranges(covered)))


def small(font: TTFont, codes: set[int], path: Path) -> set[int]:
    """Write a font with these characters, and say which of them it has."""
    options = subset.Options(hinting=False, name_IDs=["*"], notdef_outline=True, recalc_timestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    maps = font["cmap"].tables
    if any(table.format == 12 for table in maps):  # the other one counts to 65,535 and no further
        font["cmap"].tables = [table for table in maps if table.format == 12]
    font.save(path)
    return set(font.getBestCmap())


def ranges(codes: set[int]) -> list[tuple[int, int]]:
    """The same, as first and last of each run."""
    found: list[tuple[int, int]] = []
    for code in sorted(codes):
        if found and found[-1][1] == code - 1:
            found[-1] = (found[-1][0], code)
        else:
            found.append((code, code))
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
