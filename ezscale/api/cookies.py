"""How cookies are set and taken back: all of them in the same, strictest way. Their names are in `kit.cookies`."""

from starlette.responses import Response

from ezscale.kit.cookies import full_name, is_secure


def set_cookie(answer: Response, name: str, value: str, seconds: int) -> None:
    """Give the browser a cookie that no script reads and that no other site's form brings along."""
    answer.set_cookie(
        full_name(name), value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=is_secure()
    )


def delete_cookie(answer: Response, name: str) -> None:
    """Take a cookie back; with the same properties, or the browser keeps it."""
    answer.delete_cookie(full_name(name), path="/", httponly=True, samesite="lax", secure=is_secure())
