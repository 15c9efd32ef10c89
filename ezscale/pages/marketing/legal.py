"""The legal pages. Their words are Markdown files in texts/."""

from pathlib import Path

import nh3
import reflex as rx
from markdown_it import MarkdownIt

from ezscale.pages.marketing.parts import section
from ezscale.pages.shell import marketing_page
from ezscale.ui import company, company_address, company_email

TEXTS = Path(__file__).parent / "texts"


def terms() -> rx.Component:
    """Terms of service."""
    return written_page("terms")


def privacy() -> rx.Component:
    """Privacy."""
    return written_page("privacy")


def acceptable_use() -> rx.Component:
    """Acceptable use."""
    return written_page("acceptable-use")


def sla() -> rx.Component:
    """Service level agreement."""
    return written_page("sla")


def written_page(name: str) -> rx.Component:
    """A page whose text is a Markdown file; its first line is the title."""
    title, _, text = (TEXTS / f"{name}.md").read_text("utf-8").partition("\n")
    return marketing_page(
        section(
            rx.el.h1(title.removeprefix("# "), class_name="text-3xl font-semibold tracking-tight sm:text-4xl"),
            rx.html(to_html(text), class_name="written mt-8 text-[0.9375rem] leading-relaxed text-body"),
            class_name="max-w-3xl pt-12 sm:pt-16",
        ),
        at=f"/{name}/",
    )


def to_html(markdown: str) -> str:
    """Markdown as HTML that holds nothing but text, with the seller's names filled in."""
    names = {"{company}": company(), "{address}": company_address(), "{email}": company_email()}
    for place, name in names.items():
        markdown = markdown.replace(place, name)
    return nh3.clean(MarkdownIt("commonmark").enable("table").render(markdown))
