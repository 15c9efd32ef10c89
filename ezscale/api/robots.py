"""What search engines are told."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from ezscale.api.doors import Public
from ezscale.kit.settings import settings

router = APIRouter(include_in_schema=False, dependencies=[Public])


@router.get("/robots.txt")
async def robots() -> PlainTextResponse:
    """Public pages may be read by everybody; what is behind a login is nobody's to find."""
    closed = "\n".join(
        f"Disallow: {path}" for path in ("/account/", "/admin/", "/api/", "/order/", "/pay/", "/reset/", "/verify/")
    )
    return PlainTextResponse(f"User-agent: *\n{closed}\n\nSitemap: {settings().web_url}/sitemap.xml\n")
