"""A machine's console in the browser. Its script (console.js) speaks to the panel; noVNC comes only where it is needed."""

from pathlib import Path
from typing import Any

import reflex as rx

from ezscale.ui.base import classes
from ezscale.ui.buttons import button, link_button
from ezscale.ui.forms import CONTROL
from ezscale.ui.icons import icon

SCRIPT = Path(__file__).with_name("console.js").read_text("utf-8")
NOVNC = "@novnc/novnc@1.7.0"
VNC_ONLY, LINES_ONLY, PAGE_ONLY = (
    "hidden group-data-[kind=vnc]:block",
    "hidden group-data-[kind=lines]:block",
    "hidden group-data-[kind=page]:block",
)


class ConsoleEngine(rx.Component):
    """Shows nothing: it moves the parts of `console`, as long as the page is open."""

    tag = "ConsoleEngine"
    lib_dependencies: list[str] = [NOVNC]

    def add_imports(self) -> dict[str, Any]:
        """What the script uses of React."""
        return {"react": ["useEffect"]}

    def add_custom_code(self) -> list[str]:
        """The script itself."""
        return [SCRIPT]


def console() -> rx.Component:
    """The console of the service that the address names (`?id=`): a screen, lines, or a way to the panel's own page."""
    return rx.el.div(
        rx.el.div(_status(), _tools(), class_name="flex flex-wrap items-center justify-between gap-x-4 gap-y-3"),
        _screen(),
        _lines(),
        _page(),
        ConsoleEngine.create(),
        id="console",
        class_name="group flex flex-col gap-4",
        custom_attrs={"data-state": "connecting", "data-kind": ""},
    )


def _status() -> rx.Component:
    dot = rx.el.span(
        aria_hidden="true",
        class_name=classes(
            "size-2 shrink-0 rounded-full bg-warning group-data-[state=open]:bg-success",
            "group-data-[state=refused]:bg-danger group-data-[state=closed]:bg-faint",
        ),
    )
    words = rx.el.p("Connecting …", role="status", custom_attrs={"data-part": "status"}, class_name="text-sm text-body")
    return rx.el.div(dot, words, class_name="flex min-w-0 items-center gap-2.5")


def _tools() -> rx.Component:
    return rx.el.div(
        rx.el.span(_tool("keyboard", "Ctrl+Alt+Del", "ctrl-alt-del"), class_name="hidden group-data-[kind=vnc]:inline"),
        rx.el.span(_tool("maximize", "Full screen", "full-screen"), class_name="hidden group-data-[kind=vnc]:inline"),
        _tool("refresh-cw", "Reconnect", "reconnect"),
        rx.el.span(_tool("unplug", "Disconnect", "disconnect"), class_name="hidden group-data-[state=open]:inline"),
        class_name="flex flex-wrap gap-2",
    )


def _tool(sign: str, text: str, does: str) -> rx.Component:
    return button(icon(sign, 14), text, look="plain", size="small", custom_attrs={"data-does": does})


def _screen() -> rx.Component:
    screen = rx.el.div(
        custom_attrs={"data-part": "screen"},
        role="application",
        aria_label="Screen of the server",
        class_name="h-[60vh] min-h-64 w-full overflow-hidden rounded-lg border border-line bg-night",
    )
    hint = rx.el.p(
        "While the screen is selected every key goes to the server. Ctrl+Alt+Shift gives the keyboard back to this page.",
        class_name="mt-2 text-[0.8125rem] text-faint",
    )
    return rx.el.div(screen, hint, _pasting(), class_name=VNC_ONLY)


def _pasting() -> rx.Component:
    text = rx.el.textarea(
        rows="3",
        id="console-text",
        custom_attrs={"data-part": "text", "spellcheck": "false"},
        class_name=classes("py-2 font-mono", CONTROL),
    )
    send = button(
        icon("clipboard-paste", 14), "Type it", look="plain", size="small", custom_attrs={"data-does": "paste"}
    )
    summary = rx.el.summary(
        "Paste text", class_name="inline-block cursor-pointer text-sm text-body underline underline-offset-[3px]"
    )
    label = rx.el.label(
        "Text, typed on the server letter by letter", html_for="console-text", class_name="text-sm text-body"
    )
    return rx.el.details(
        summary, rx.el.div(label, text, rx.el.div(send), class_name="mt-3 flex flex-col gap-2"), class_name="mt-3"
    )


def _lines() -> rx.Component:
    told = rx.el.p(
        rx.el.span(custom_attrs={"data-part": "power"}, class_name="font-medium text-ink first-letter:uppercase"),
        rx.el.span(custom_attrs={"data-part": "figures"}, class_name="tabular-nums"),
        class_name="mb-2 flex flex-wrap gap-x-3 text-[0.8125rem] text-faint empty:hidden",
    )
    log = rx.el.div(
        custom_attrs={"data-part": "log"},
        role="log",
        tab_index=0,
        aria_label="What the server says",
        class_name=classes(
            "h-[55vh] min-h-64 overflow-y-auto rounded-lg border border-line bg-sunken p-4 font-mono text-xs",
            "leading-relaxed whitespace-pre-wrap text-ink [overflow-wrap:anywhere]",
        ),
    )
    command = rx.el.input(
        id="console-command",
        type="text",
        auto_complete="off",
        custom_attrs={"spellcheck": "false", "autocapitalize": "off"},
        class_name=classes("h-10 min-w-0 flex-1 font-mono", CONTROL),
    )
    form = rx.el.form(
        rx.el.label("Command", html_for="console-command", class_name="w-full text-sm text-body sm:w-auto"),
        command,
        button("Send", type="submit"),
        custom_attrs={"data-part": "command"},
        class_name="mt-3 flex flex-wrap items-center gap-2",
    )
    return rx.el.div(told, log, form, class_name=LINES_ONLY)


def _page() -> rx.Component:
    way = link_button(
        icon("external-link"),
        "Open the panel's console",
        to="#",
        loads=True,
        target="_blank",
        rel="noreferrer",
        custom_attrs={"data-part": "page"},
    )
    return rx.el.div(way, class_name=PAGE_ONLY)
