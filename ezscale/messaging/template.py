"""What a mail is made of, as Liquid templates. A paragraph a line; `link` and its label become a button."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """A template: its subject, its paragraphs, and the label of its one link (none without)."""

    subject: str
    paragraphs: tuple[str, ...]
    label: str = ""
