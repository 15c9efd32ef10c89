"""What is said between us and somebody else's computer, for whoever wants to keep it: heard where it is said, without secrets."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from ezscale.kit.logs import HIDDEN, SECRET_TEXTS

MOST = 200  # exchanges of one conversation: whoever says more says it over and over
LONGEST = 8000
SHORTEST_SECRET = 5  # what is shorter cannot be looked for in other words
SECRET_FIELDS = re.compile(
    r"passw|pwd|secret|token|cookie|auth(?!or)|credential|api_?key|private|vnc|console|socket|sso|otp|signature|salt|hash"
    r"|user_?data|cloud_?(init|config)|(^|[_.\W]|[a-z])keys?$",
    re.IGNORECASE,
)
SECRET_PATHS = re.compile(
    r"/(sso|websocket|vnc|otp|console|\w*login\w*|\w*tokens?|\w*password\w*)(/|\?|$)", re.IGNORECASE
)
QUERIES = re.compile(r"(?<=\w)(://[^\s\"'<>?#]*)[?#][^\s\"'<>]+")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer, as JSON without secrets. `status` is None where no answer came: `trouble` says why."""

    method: str
    path: str
    milliseconds: int
    status: int | None = None
    sent: str = ""
    got: str = ""
    trouble: str = ""

    @property
    def only_reads(self) -> bool:
        """A question that was answered, and changed nothing."""
        return self.method == "GET" and self.status is not None and self.status < 300


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `secrets` are what we prove ourselves with."""

    method: str
    path: str
    params: Mapping[str, Any]
    sent: object
    secrets: tuple[str, ...]


@dataclass(slots=True)
class Ears:
    """What was heard so far, and the secrets that are known by now: none of them is in what is taken."""

    heard: list[Exchange] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    def take(self) -> list[Exchange]:
        """What was heard and not taken back yet, without any secret that was heard before or after it."""
        return [self._clean(exchange) for exchange in self.heard]

    def forget(self, count: int) -> None:
        """The first of it is kept somewhere else."""
        del self.heard[:count]

    def _clean(self, exchange: Exchange) -> Exchange:
        return replace(
            exchange,
            path=self._without(exchange.path),
            sent=self._without(exchange.sent),
            got=self._without(exchange.got),
            trouble=self._without(exchange.trouble),
        )

    def _without(self, text: str) -> str:
        for secret in sorted(self.secrets, key=len, reverse=True):
            for form in {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], quote(secret)}:
                text = text.replace(form, HIDDEN)
        return text


_EARS: ContextVar[Ears | None] = ContextVar("ears", default=None)


@contextmanager
def listening() -> Iterator[Ears]:
    """Everything that is said from here on in this thread is heard, until the end of the block."""
    ears = Ears()
    before = _EARS.set(ears)
    try:
        yield ears
    finally:
        _EARS.reset(before)


def is_heard() -> bool:
    """Whether anybody listens."""
    return _EARS.get() is not None


def say(
    question: Question, milliseconds: int, *, status: int | None = None, got: object = None, trouble: str = ""
) -> None:
    """Let whoever listens hear of a question, with the answer or why there is none."""
    ears = _EARS.get()
    if ears is None or len(ears.heard) >= MOST:
        return
    ears.secrets.update(secret for secret in question.secrets if len(secret) >= SHORTEST_SECRET)
    path, hides_all = question.path, bool(SECRET_PATHS.search(question.path))
    query = "&".join(f"{name}={value}" for name, value in masked(dict(question.params), ears.secrets).items())
    ears.heard.append(
        Exchange(
            question.method,
            f"{path}?{query}" if query else path,
            milliseconds,
            status,
            _text(question.sent, ears.secrets, hides_all=hides_all),
            _text(got, ears.secrets, hides_all=hides_all and status is not None and status < 400),
            trouble,
        )
    )


def masked(value: Any, secrets: set[str]) -> Any:
    """JSON without what a field's name calls a secret, which is added to the secrets that are known."""
    if isinstance(value, dict):
        return {
            name: _hidden(inner, secrets) if SECRET_FIELDS.search(str(name)) else masked(inner, secrets)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [masked(inner, secrets) for inner in value]
    return _plain(value) if isinstance(value, str) else value


def _hidden(value: Any, secrets: set[str]) -> Any:
    """Nothing of it but whether there is something."""
    if isinstance(value, dict):
        return {name: _hidden(inner, secrets) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(inner, secrets) for inner in value]
    if isinstance(value, str) and len(value) >= SHORTEST_SECRET:
        secrets.add(value)
    return value if value is None or value == "" or isinstance(value, bool) else HIDDEN


def _plain(text: str) -> str:
    return QUERIES.sub(rf"\1?{HIDDEN}", SECRET_TEXTS.sub(HIDDEN, text))


def _text(value: object, secrets: set[str], *, hides_all: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, str):  # an answer that is one bare word is a key, or a way in
        shown: Any = _hidden(value, secrets)
    else:
        shown = _hidden(value, secrets) if hides_all else masked(value, secrets)
    text = json.dumps(shown, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
