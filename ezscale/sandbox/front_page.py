"""The sandbox's page in HTML: plain, without scripts, readable on a telephone and by a screen reader."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from ezscale.sandbox.holdings import Holdings, Row

ROWS_SHOWN = 25
WRONGS = {
    "late": "answers late",
    "lost": "acts, but its answer is lost",
    "refuse": "refuses",
    "down": "is down",
    "garbage": "answers nonsense",
    "rate_limited": "says: too many requests",
}
HOW_OFTEN = {"1": "once", "3": "three times", "0": "until put right"}
SECONDS = {"1": "1 s", "10": "10 s", "60": "60 s"}


@dataclass(frozen=True, slots=True)
class VendorView:
    """What the page shows of one stand-in."""

    name: str
    title: str
    url: str
    holdings: Holdings
    faults: Sequence[Row]
    calls: Sequence[Row]
    failing_builds: int | None = None  # None for a vendor that builds nothing


def page(vendors: Sequence[VendorView], web_url: str, *, refresh: int = 0, shown: int = 60) -> str:
    """The whole page. `refresh` reloads it every so many seconds; `shown` limits the journal."""
    reload = f'<meta http-equiv="refresh" content="{refresh}">' if refresh else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>Sandbox</title><link rel="stylesheet" href="/front.css">{reload}</head><body>'
        f"{_header(web_url, refresh)}<main>"
        f"{_switches(vendors)}"
        f"{''.join(_holdings(vendor) for vendor in vendors)}"
        f"{_journal(vendors, shown)}"
        "</main></body></html>"
    )


def _header(web_url: str, refresh: int) -> str:
    reloading = '<a href="/">Stop reloading</a>' if refresh else '<a href="/?refresh=2">Reload every 2 seconds</a>'
    return (
        '<header><div><h1>Sandbox</h1><p class="quiet">Stand-ins for the vendors. No real money, no real servers.</p>'
        f'</div><nav aria-label="Page"><a href="{escape(web_url)}">Back to the shop</a>{reloading}</nav></header>'
    )


def _switches(vendors: Iterable[VendorView]) -> str:
    cards = "".join(_switch(vendor) for vendor in vendors)
    return (
        '<section aria-labelledby="switches"><h2 id="switches">Make a vendor fail</h2>'
        f'<div class="cards">{cards}</div></section>'
    )


def _switch(vendor: VendorView) -> str:
    ordered = "".join(f"<li>{escape(_fault_in_words(fault))}</li>" for fault in vendor.faults)
    status = f'<ul class="bad">{ordered}</ul>' if ordered else '<p class="good">Works as it should.</p>'
    repair = _button(vendor, "right", "Put everything right") if ordered else ""
    return (
        f'<article class="card"><h3>{escape(vendor.title)}</h3><p class="quiet"><code>{escape(vendor.url)}</code></p>'
        f"{status}"
        f'<form method="post" action="/switches/{escape(vendor.name)}">'
        f"{_choice(vendor, 'wrong', 'What goes wrong', WRONGS)}"
        f"{_choice(vendor, 'times', 'How often', HOW_OFTEN)}"
        f"{_choice(vendor, 'seconds', 'How late', SECONDS)}"
        f"{_field(vendor, 'path', 'Which calls (* is any)', '*')}"
        f'<button>Make it fail</button></form><div class="row">{repair}{_builds(vendor)}</div></article>'
    )


def _builds(vendor: VendorView) -> str:
    if vendor.failing_builds:
        return '<p class="bad">The next build will fail.</p>'
    return "" if vendor.failing_builds is None else _button(vendor, "builds", "Let the next build fail")


def _button(vendor: VendorView, what: str, label: str) -> str:
    return (
        f'<form method="post" action="/switches/{vendor.name}/{what}">'
        f'<button class="second">{escape(label)}</button></form>'
    )


def _choice(vendor: VendorView, name: str, label: str, options: Mapping[str, str]) -> str:
    id = f"{vendor.name}-{name}"
    rows = "".join(f'<option value="{value}">{escape(words)}</option>' for value, words in options.items())
    return f'<label for="{id}">{escape(label)}</label><select id="{id}" name="{name}">{rows}</select>'


def _field(vendor: VendorView, name: str, label: str, value: str) -> str:
    id = f"{vendor.name}-{name}"
    return f'<label for="{id}">{escape(label)}</label><input id="{id}" name="{name}" value="{escape(value)}">'


def _fault_in_words(fault: Row) -> str:
    times = f"{fault['times']} more" if fault["times"] else "always"
    path = "every call" if fault["path"] == "*" else fault["path"]
    calls = path if fault["method"] == "*" else f"{fault['method']} {path}"
    return f"{WRONGS.get(fault['wrong'], fault['wrong'])} ({calls}, {times})"


def _holdings(vendor: VendorView) -> str:
    heading = f"holds-{vendor.name}"
    facts = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in vendor.holdings.figures.items()
    )
    tables = "".join(_table(f"{vendor.title}: {name}", rows) for name, rows in vendor.holdings.tables.items())
    return (
        f'<section aria-labelledby="{heading}"><h2 id="{heading}">What {escape(vendor.title)} holds</h2>'
        f"<dl>{facts}</dl>{tables}</section>"
    )


def _journal(vendors: Iterable[VendorView], shown: int) -> str:
    calls = [
        {
            "Time (UTC)": call["time"].replace("T", " ").removesuffix("+00:00"),
            "Vendor": vendor.title,
            "Call": f"{call['method']} {call['path']}",
            "Answer": call["status"],
            "What was done": call["done"],
            "Seconds": call["seconds"],
        }
        for vendor in vendors
        for call in vendor.calls
    ]
    newest = sorted(calls, key=lambda call: str(call["Time (UTC)"]), reverse=True)
    table = _table("Calls, newest first", newest, shown)
    return f'<section aria-labelledby="calls"><h2 id="calls">Which calls came in</h2>{table}</section>'


def _table(caption: str, rows: Sequence[Row], shown: int = ROWS_SHOWN) -> str:
    if not rows:
        return f'<h3>{escape(caption)}</h3><p class="quiet">Nothing yet.</p>'
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in row.values())}</tr>" for row in rows[:shown])
    more = f'<p class="quiet">and {len(rows) - shown} more</p>' if len(rows) > shown else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}"
    )


def _cell(value: object) -> str:
    match value:
        case None | "":
            return "–"
        case bool():
            return "yes" if value else "no"
    return escape(str(value))
