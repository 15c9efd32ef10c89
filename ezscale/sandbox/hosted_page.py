"""The frame around every page that a stand-in shows to a customer. Plain HTML that works without scripts."""

from html import escape

from ezscale.sandbox.page_style import STYLE

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def document(title: str, body: str) -> str:
    """A whole page; `body` is HTML already."""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex"><title>{escape(title)}</title>
<style>{STYLE}</style></head><body>
<header><p class="badge">Test mode</p><p>Payment sandbox</p></header>
{body}</body></html>"""
