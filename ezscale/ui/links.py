"""Links."""

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.inline import A
from reflex_components_core.react_router.dom import ReactRouterLink

from ezscale.kit.settings import settings
from ezscale.ui.base import Content, Text, classes

PLAIN = "text-ink underline decoration-edge/60 underline-offset-[3px] hover:decoration-ink"


def web_address(path: str) -> str:
    """A path of ours as others must write it, with host and scheme."""
    return settings().web_url + path


def link(content: Content, to: Text, class_name: str = PLAIN, **props: Any) -> rx.Component:
    """A link to one of our own pages; the browser stays where it is and only swaps the page."""
    return ReactRouterLink.create(content, to=to, class_name=class_name, **props)


def plain_link(*content: Content, href: Text, class_name: str = PLAIN, **props: Any) -> rx.Component:
    """A link that loads what it points to: other hosts, the API, documents, mail."""
    return A.create(*content, href=href, class_name=class_name, **props)  # rx.el.a is a link within our pages


def nav_link(content: Content, to: str, *, current: bool, class_name: str, here: str, elsewhere: str) -> rx.Component:
    """A link of a menu, which says so when it is the page that is shown."""
    props = {"aria_current": "page"} if current else {}
    return link(content, to, classes(class_name, here if current else elsewhere), **props)
