"""Which inline scripts our pages were built with, so that the browser runs these and no others."""

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

SCRIPT = re.compile(rb"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)
SHELLS = ("__spa-fallback.html", "404.html")  # what is sent for addresses that are no file
ELSEWHERE = ""


def inline_scripts(folder: Path) -> Mapping[str, str]:
    """For each page's address the sources of its inline scripts, as a content security policy writes them."""
    pages = {address(file, folder): sources(file.read_bytes()) for file in folder.rglob("*.html")}
    shells = " ".join(sources((folder / name).read_bytes()) for name in SHELLS if (folder / name).is_file())
    return {**pages, ELSEWHERE: shells or "'unsafe-inline'"}  # without a build there is the development server


def sources(html: bytes) -> str:
    """The hashes of every script that stands in a page and would be run."""
    texts = {
        found["text"]
        for found in SCRIPT.finditer(html)
        if found["text"] and b"src=" not in found["attributes"] and b"ld+json" not in found["attributes"]
    }
    return " ".join(sorted(f"'sha256-{b64encode(sha256(text).digest()).decode()}'" for text in texts))


def address(file: Path, folder: Path) -> str:
    """Where a built file is found: about/index.html is /about/."""
    name = file.relative_to(folder).as_posix()
    return f"/{name.removesuffix('index.html')}" if name.endswith("index.html") else f"/{name}"
