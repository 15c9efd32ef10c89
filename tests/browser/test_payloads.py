"""Whatever a customer types stays text: on every page of theirs and of the staff, in mail and on paper (row 18)."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page
from sqlalchemy import Enum, String
from sqlmodel import SQLModel

from tests.browser.addresses import AddressBook, come_in
from tests.browser.chrome import open_context, open_page
from tests.browser.company import Company
from tests.sizes import figures, size

pytestmark = pytest.mark.browser

RUN = "window.__xss=1"
TAGS = [
    "img src=x onerror",
    "svg onload",
    "body onload",
    "video src=x onerror",
    "details open ontoggle",
    "input autofocus onfocus",
]
PAYLOADS = [
    *(f"<{tag}={RUN}>" for tag in TAGS),
    *(f'"><{tag}={RUN}>' for tag in TAGS),
    *(f"'><{tag}={RUN}>" for tag in TAGS),
    *(f"</title><{tag}={RUN}>" for tag in TAGS[:3]),
    *(f"</textarea><{tag}={RUN}>" for tag in TAGS[:3]),
    *(f"--><{tag}={RUN}>" for tag in TAGS[:3]),
    *(f"]]><{tag}={RUN}>" for tag in TAGS[:3]),
    *(f"<script>{RUN}</script>", f"</script><script>{RUN}</script>", f"<SCRIPT>{RUN}//", f"<script/x>{RUN}</script>"),
    *(f"<scr<script>ipt>{RUN}</script>", "<iframe src=javascript:parent.__xss=1>", f"<a href=javascript:{RUN}>x</a>"),
    *(f"javascript:{RUN}", f" javascript:{RUN}", f"java\tscript:{RUN}", f"data:text/html,<script>{RUN}</script>"),
    *(f'" onmouseover={RUN} x="', f"' onfocus={RUN} autofocus '", f'" style=animation-name:x onanimationstart={RUN} "'),
    *(
        "{{7*7}}",
        f"{{{{constructor.constructor('{RUN}')()}}}}",
        f"${{{RUN}}}",
        f"#{{{RUN}}}",
        f"<%= {RUN} %>",
        f"{{%{RUN}%}}",
    ),
    *(
        f"`${{{RUN}}}`",
        f"');{RUN};//",
        f'");{RUN};//',
        f"\\u003cimg src=x onerror={RUN}>",
        f"&lt;img src=x onerror={RUN}&gt;",
    ),
    *(
        f"[x](javascript:{RUN})",
        f'![x](x" onerror="{RUN})',
        f"<math><mi xlink:href=javascript:{RUN}>x",
        "<base href=//x.y/>",
    ),
    *(
        f"<object data=javascript:{RUN}>",
        f"<form action=javascript:{RUN}><button>x",
        "<meta http-equiv=refresh content=0>",
    ),
]
# What customers type about themselves, what staff type about the company, and what programs say of themselves: every text
# column of these tables, but for those that hold a word from a list, a number of ours or a vendor's name for something.
TYPED = {
    *("customer", "user_account", "service", "cancellation", "api_token", "authenticator", "passkey", "login_session"),
    *("sign_in", "invitation", "impersonation", "mail_message", "payment_method", "provisioning_log"),
    *("plan", "configurable_option", "option_value", "add_on", "location", "system_image", "price_change", "coupon"),
    *(
        "customer_order",
        "order_hold",
        "offer",
        "hold",
        "extension",
        "pause",
        "subscription_item",
        "subscription_change",
    ),
    *("invoice", "invoice_line", "credit_note", "credit_note_line", "credit_entry", "referral", "setting"),
    *(
        "tax_rate",
        "tax_exemption",
        "tax_id_check",
        "vendor_erasure",
        "provisioning_job",
        "job",
        "recorded_payment",
        "refund",
    ),
    *("top_up", "auto_top_up", "panel_finding", "deletion", "maintenance", "ssh_key", "reinstall_wish", "reverse_name"),
    "waitlist_place",
}
# The same within JSON: who an invoice is for as it was when it was issued, and what a case is about.
PAPERS = (("invoice", "billed_to"), ("credit_note", "billed_to"), ("billing_case", "facts"), ("panel_finding", "facts"))
# Everything else with text in it, and why nobody types it: a new table has to go into one of the two lists.
NOT_TYPED = {
    "audit_entry": "sealed by a chain of hashes; what it tells of is planted where it was typed",
    "audit_head": "a hash",
    "calculated_rate": "a place as a customer's address has it, which is planted there",
    "card_page": "names of gateways",
    "credential": "a name that the panel makes",
    "dispute": "a gateway's own words",
    "dunning_step": "a step from a list",
    "exchange_rate": "figures and codes of currencies",
    "inbound_notice": "a vendor's own words, which no page shows",
    "ip_assignment": "addresses of the panel",
    "known_payer": "names of gateways",
    "login_attempt": "a key to count by, which no page shows",
    "number_series": "names of ours",
    "outbox_event": "names of ours",
    "panel_comparison": "a panel's own words",
    "panel_exchange": "JSON between us and a panel; what people typed in it is planted where they typed it",
    "payment": "names of gateways",
    "stock_reading": "a panel's own words",
    "payout": "names of gateways",
    "gateway_balance": "names of gateways",
    "payment_attempt": "a gateway's own words",
    "posting": "accounts of ours",
    "run_report": "names of ours",
    "sign_in_step": "a purpose from a list, and a challenge of ours",
    "suspension": "a reason from a list",
    "vendor_line": "what our own lines say of a vendor that does not answer",
}
# What the company would stumble over while it runs, or what has to differ from row to row.
BREAKS = {
    *(("job", "task"), ("job", "held_by"), ("setting", "topic"), ("vendor_erasure", "vendor")),
    *(("tax_rate", "region"), ("tax_rate", "postcode"), ("tax_rate", "category"), ("subscription_change", "state")),
}
OURS = (
    "number",
    "_ref",
    "_id",
    "_hash",
    "currency",
    "country",
    "language",
    "prefix",
    "key",
    "status",
    "kind",
    "panel",
    "html",
    "slug",
    "rate",
    "sha256",
)
SECRETS = ("email", "to", "secret", "template")
WATCH = """
window.__said = []
document.addEventListener('securitypolicyviolation', e => window.__said.push(`${e.violatedDirective} ${e.blockedURI}`))
"""


def fields() -> list[tuple[str, str, int]]:
    """Every column that holds what somebody has typed, and how much fits."""
    return [(name, *each) for name in sorted(TYPED) for each in words_of(name) if (name, each[0]) not in BREAKS]


def words_of(name: str) -> list[tuple[str, int]]:
    """The columns of a table that hold words, and how much fits."""
    found = []
    for column in SQLModel.metadata.tables[name].c:
        kind = getattr(column.type, "impl_instance", column.type)
        is_words = isinstance(kind, String) and not isinstance(kind, Enum) and not column.unique
        if is_words and not column.name.endswith(OURS) and column.name not in SECRETS:
            found.append((column.name, getattr(kind, "length", None) or 500))
    return found


@contextmanager
def planted(file: Path, number: int) -> Iterator[None]:
    """Another payload in each of these columns of every row; afterwards everything is as it was."""
    which, saved = count(number), []
    with closing(sqlite3.connect(file, timeout=30)) as database:
        for table, column, longest in fields():
            saved += [(table, column, *row) for row in database.execute(f'SELECT "{column}", rowid FROM "{table}"')]
            payload = PAYLOADS[next(which) % len(PAYLOADS)][:longest]
            database.execute(f'UPDATE "{table}" SET "{column}" = ?', (payload,))
        for table, column in PAPERS:
            rows = database.execute(f'SELECT "{column}", rowid FROM "{table}"').fetchall()
            saved += [(table, column, *row) for row in rows]
            for value, row_id in rows:
                written = {
                    name: PAYLOADS[next(which) % len(PAYLOADS)] for name in json.loads(value) if name != "country"
                }
                database.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (json.dumps(written), row_id))
        database.commit()
        try:
            yield
        finally:
            for table, column, value, row_id in saved:
                database.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (value, row_id))
            database.commit()


@pytest.mark.parametrize("who", ["customer", "staff"])
def test_nothing_that_somebody_typed_is_run_by_a_page(company: Company, browser: Browser, who: str) -> None:
    rounds, run, seen, said = size(1, len(PAYLOADS)), [], 0, []
    with open_context(browser, company.url) as context:
        context.add_init_script(WATCH)
        page = context.new_page()

        def dismiss(dialog: Dialog) -> None:
            run.append(f"dialog {dialog.message}")
            dialog.dismiss()

        context.on("dialog", dismiss)
        come_in(page, company, who)
        book = AddressBook(who)
        for number in range(rounds):
            with planted(company._folder / "ezscale.db", number * 7):
                for route in book.routes:
                    page = context.new_page()  # nobody turns pages so fast in one tab: it would be told to wait
                    open_page(page, book.address(route))
                    book.learn(page)
                    told: dict[str, Any] = look(page)
                    page.close()
                    seen += told["shown"]
                    run += [route.path] if told["run"] else []
                    said += [f"{route.path}: {each}" for each in told["said"] if "eval" not in each]

    figures(f"payloads on pages of {who}", payloads=len(PAYLOADS), rounds=rounds, shown=seen, run=len(run))
    assert seen > rounds
    assert run == []
    assert said == []


def look(page: Page) -> dict[str, Any]:
    """Whether a payload ran, what the policy had to stop, and how many stand there as text."""
    found: dict[str, Any] = page.evaluate(
        "() => ({run: window.__xss !== undefined, said: window.__said, "
        "shown: (document.body.innerText.match(/__xss/g) || []).length})"
    )
    return found


def test_a_planted_script_would_be_noticed(company: Company, browser: Browser) -> None:
    with open_context(browser, "about:blank") as context:
        context.add_init_script(WATCH)
        page = context.new_page()
        for payload in (f"<img src=x onerror={RUN}>", f"<svg onload={RUN}>"):
            page.set_content(f"<p>{payload}</p>")
            page.wait_for_function("window.__xss === 1")
            assert look(page)["run"]


def test_there_are_sixty_payloads_and_every_field_gets_some() -> None:
    assert len(set(PAYLOADS)) >= 60
    assert {("customer", "company"), ("service", "hostname"), ("plan", "summary"), ("coupon", "note")} <= {
        each[:2] for each in fields()
    }


def test_every_table_with_words_in_it_is_planted_or_said_not_to_be_typed() -> None:
    with_words = {name for name in SQLModel.metadata.tables if words_of(name)}

    assert with_words - TYPED == NOT_TYPED.keys()
    assert with_words > TYPED
