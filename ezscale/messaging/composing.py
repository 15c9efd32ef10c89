"""Words and values become a subject, a text and an HTML page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape

import mrml
from liquid import Environment, StrictUndefined

from ezscale.messaging.words import WORDS


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail as it will be read."""

    subject: str
    text: str
    html: str


@cache
def _environment() -> Environment:
    # Limits that hold against a template that never ends; templates see plain values only.
    class Limited(Environment):
        loop_iteration_limit = 10_000
        output_stream_limit = 200_000
        local_namespace_limit = 100_000
        context_depth_limit = 30

    return Limited(autoescape=False, undefined=StrictUndefined)  # a mail with a gap in it is never written


def compose(template: str, values: Mapping[str, object], link: str = "") -> Composed:
    """A mail from a template. KeyError for an unknown one."""
    words = WORDS[template]
    fill = _filler(values)
    paragraphs = [filled for line in words.paragraphs if (filled := fill(line).strip())]
    text = "\n\n".join([*paragraphs, *([f"{words.label}: {link}"] if link and words.label else [])])
    subject = " ".join(fill(words.subject).split())
    return Composed(subject[:250], text + "\n", _page(subject, paragraphs, words.label, link, str(values["company"])))


def _filler(values: Mapping[str, object]) -> Callable[[str], str]:
    def fill(source: str) -> str:
        return _environment().from_string(source).render(**values)

    return fill


def _page(subject: str, paragraphs: list[str], label: str, link: str, company: str) -> str:
    body = "".join(f"<mj-text>{escape(paragraph)}</mj-text>" for paragraph in paragraphs)
    button = f'<mj-button href="{escape(link)}">{escape(label)}</mj-button>' if link and label else ""
    source = f"""<mjml><mj-head><mj-title>{escape(subject)}</mj-title><mj-attributes>
      <mj-all font-family="Inter, Helvetica, Arial, sans-serif" />
      <mj-text font-size="15px" line-height="1.6" color="#0b1020" />
      <mj-button background-color="#0b1020" border-radius="8px" font-size="15px" font-weight="600" align="left" />
      </mj-attributes></mj-head>
      <mj-body background-color="#f7f8fa"><mj-section padding="24px 0 8px"><mj-column>
      <mj-text font-size="18px" font-weight="700">{escape(company)}</mj-text></mj-column></mj-section>
      <mj-section background-color="#ffffff" border-radius="12px"><mj-column>{body}{button}</mj-column></mj-section>
      </mj-body></mjml>"""
    return str(mrml.to_html(source).content)
