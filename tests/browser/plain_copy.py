"""The same pages without our scripts: what a generator of static sites would make of their text and their look."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from threading import Thread

SCRIPTS = re.compile(rb"<script\b(?![^>]*ld\+json).*?</script>|<link[^>]*modulepreload[^>]*/>", re.DOTALL)
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


class PlainFiles(BaseHTTPRequestHandler):
    """Answers with the files of a build, as packed as the browser takes them; pages come without their scripts."""

    protocol_version = "HTTP/1.1"
    folder: Path

    def do_GET(self) -> None:
        """One file."""
        file = self.folder / self.path.partition("?")[0].lstrip("/")
        if file.is_dir():
            self._answer(200, gzip.compress(plain(file / "index.html")), "text/html; charset=utf-8", "gzip")
        elif not file.is_file():
            self._answer(404, b"", "text/plain")
        else:
            taken = self.headers.get("Accept-Encoding", "")
            encoding, packed = next(
                (
                    (name, path)
                    for name, suffix in ENCODINGS
                    if name in taken and (path := file.with_name(file.name + suffix)).is_file()
                ),
                ("", file),
            )
            self._answer(200, packed.read_bytes(), guess_type(file)[0] or "application/octet-stream", encoding)

    def _answer(self, status: int, body: bytes, kind: str, encoding: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_what: object) -> None:
        """Say nothing."""


def plain(file: Path) -> bytes:
    """A page's HTML without its scripts."""
    return SCRIPTS.sub(b"", file.read_bytes())


@contextmanager
def plain_copy(build: Path) -> Iterator[str]:
    """The address of the plain copy of a build."""
    handler = type("Handler", (PlainFiles,), {"folder": build})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
