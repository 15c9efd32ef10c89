"""Driving the approval page as a customer's browser would: for tests and for the demo's history."""

import httpx


def answer_on_page(http: httpx.Client, url: str, wallet: str = "good", answer: str = "approve") -> httpx.Response:
    """Open an approval page, choose a wallet and press a button: a redirect (303) to the shop, or the page's words."""
    page = http.get(url)
    if not page.is_success:
        return page
    if f'value="{wallet}"' not in page.text or f'value="{answer}"' not in page.text:
        raise KeyError(f"no wallet {wallet!r} or no button {answer!r} on {url}")
    return http.post(url, data={"wallet": wallet, "answer": answer})
