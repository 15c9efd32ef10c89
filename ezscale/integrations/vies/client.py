"""VIES, in its own words: one question, and many ways of not answering it."""

from typing import Any

from ezscale.integrations.http import Http, ask
from ezscale.kit.errors import Rejected, TemporaryFailure

WRONGLY_ASKED = {"INVALID_INPUT", "INVALID_REQUESTER_INFO"}


class ViesClient:
    """The one call we use. It needs no key."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def check(self, question: dict[str, str]) -> dict[str, Any]:
        """The answer on a number. Rejected when the question was wrong, TemporaryFailure for everything else.

        VIES says that it has no answer in JSON, with any status: 200 as well.
        """
        try:
            answer = ask(self._http, "POST", "/check-vat-number", json=question)
        except TemporaryFailure as failure:  # a question has no outcome: it can always be asked again
            raise TemporaryFailure(failure.message, retry_after=failure.retry_after) from failure
        except Rejected as refusal:
            if refusal.status == 400:
                raise
            raise TemporaryFailure(refusal.message) from refusal
        if not isinstance(answer, dict):
            raise TemporaryFailure("VIES answered something else than an object")
        if answer.get("actionSucceed") is False or "errorWrappers" in answer:
            raise _no_answer(answer)
        return answer


def _no_answer(answer: dict[str, Any]) -> Exception:
    wrappers = answer.get("errorWrappers")
    said = (
        [str(each.get("error", "")) for each in wrappers if isinstance(each, dict)]
        if isinstance(wrappers, list)
        else []
    )
    words = f"VIES has no answer: {', '.join(filter(None, said)) or 'it does not say why'}"
    return Rejected(words, status=400) if WRONGLY_ASKED & set(said) else TemporaryFailure(words)
