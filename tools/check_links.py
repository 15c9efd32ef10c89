"""Check that every relative link in README.md and docs/ leads somewhere: file, folder, image or heading."""

import re
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

LINK = re.compile(
    r"(?<!\\)\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+[\"'(][^)]*)?\)|^\[[^\]]+\]:\s+<?(\S+?)>?\s*$", re.MULTILINE
)
HTML_LINK = re.compile(r"<(?:a|img|source)\b[^>]*?\b(?:href|src|srcset)=[\"']([^\"']+)[\"']", re.IGNORECASE)
CODE = re.compile(r"^(```|~~~).*?^\1[^\n]*$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)


def broken_links(root: Path) -> list[str]:
    """What to tell about each link that leads nowhere, in the order of the pages."""
    pages = [*sorted(root.glob("*.md")), *sorted((root / "docs").rglob("*.md"))]
    return [
        f"{page.relative_to(root)}: {target}"
        for page in pages
        for target in links(page.read_text("utf-8"))
        if not leads_somewhere(root, page, target)
    ]


def links(markdown: str) -> list[str]:
    """The targets of a page's links that are not in code."""
    prose = CODE.sub("", markdown)
    return [first or second for first, second in LINK.findall(prose)] + HTML_LINK.findall(prose)


def leads_somewhere(root: Path, page: Path, target: str) -> bool:
    """Whether a target is there; addresses on the web are not looked at."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return True
    path = unquote(parts.path)
    goal = page if not path else root / path.lstrip("/") if path.startswith("/") else page.parent / path
    if not goal.exists():
        return False
    return not parts.fragment or goal.suffix != ".md" or unquote(parts.fragment) in anchors(goal.read_text("utf-8"))


def anchors(markdown: str) -> set[str]:
    """The anchors that a page's headings get."""
    headings = HEADING.findall(re.sub(r"^(```|~~~).*?^\1[^\n]*$", "", markdown, flags=re.MULTILINE | re.DOTALL))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


if __name__ == "__main__":
    broken = broken_links(Path(__file__).parent.parent)
    for line in broken:
        print(f"broken link: {line}", file=sys.stderr)
    sys.exit(1 if broken else 0)
