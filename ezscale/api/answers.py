"""How a form that a browser posts is answered: with a page to go to, and cookies."""

from urllib.parse import urlencode

from fastapi.responses import RedirectResponse

from ezscale.kit.cookies import ANSWER, ANSWER_LASTS, FormAnswer
from ezscale.kit.errors import BusinessError
from ezscale.kit.settings import settings

SEE_OTHER = 303


def back_to(page: str, refusal: BusinessError, typed: dict[str, str], **query: str) -> RedirectResponse:
    """Back to the page of a form that cannot be used, which is told what was wrong by a short-lived cookie."""
    kept = {name: value for name, value in query.items() if value}
    answer = RedirectResponse(f"{page}?{urlencode({'again': '1', **kept})}", SEE_OTHER)
    set_cookie(answer, ANSWER, FormAnswer(refusal.message, refusal.field, typed).to_cookie(), ANSWER_LASTS)
    return answer


def set_cookie(answer: RedirectResponse, name: str, value: str, seconds: int) -> None:
    """A cookie that no script can read and no other site sends."""
    secure = settings().web_url.startswith("https:")
    answer.set_cookie(name, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=secure)
