"""Each promise, broken on purpose, is seen; and only the promise that was broken."""

import pytest
from sqlalchemy import text
from sqlmodel import Session

from ezscale.kit.actor import robot
from ezscale.kit.errors import NotAllowed
from ezscale.kit.work import Work
from ezscale.reporting.doctor import CHECKS, examine

LONG_AFTER = "'2099-01-01 00:00:00.000000'"
LONG_AGO = "'2026-01-01 00:00:00.000000'"
SILENT = f"INSERT INTO vendor_line VALUES ('stripe', 5, {LONG_AGO}, {LONG_AGO}, 'ReadTimeout')"
ONE_POSTING = "id = (SELECT min(id) FROM posting WHERE account LIKE 'revenue:%')"
SUSPENDED = (
    "INSERT INTO suspension (id, service_id, reason, invoice_id, since)"
    f" SELECT id, id, '{{reason}}', {{invoice}}, {LONG_AGO} FROM service"
)
SPENT = (
    "INSERT INTO credit_entry (id, customer_id, currency, amount_minor, reason, once_key, created_at)"
    f" SELECT id, id, 'EUR', -1, '', 'x', {LONG_AGO} FROM customer"
)
GIVEN = (
    "INSERT INTO credit_entry"
    " (id, customer_id, currency, amount_minor, left_minor, expires_on, reason, once_key, created_at)"
    f" SELECT id, id, 'EUR', 100, {{left}}, {{expires}}, '', 'x', {LONG_AGO} FROM customer"
)
BOOKED = (
    "INSERT INTO posting (id, entry_id, account, currency, amount_minor)"
    " SELECT customer.id, ledger_entry.id, 'credit:' || customer.id, 'EUR', -100 FROM customer, ledger_entry"
    " WHERE ledger_entry.once_key LIKE 'payment:%' UNION"
    " SELECT ledger_entry.id, ledger_entry.id, 'expense:goodwill', 'EUR', 100 FROM ledger_entry"
    " WHERE ledger_entry.once_key LIKE 'payment:%'"
)
NOTE = (
    "INSERT INTO credit_note (id, number, invoice_id, customer_id, currency, net_minor, tax_minor, total_minor,"
    " kept_minor, reason, issued_on, created_at, tax_note, billed_to, seller)"
    f" SELECT id, 'CN-2026-000001', id, customer_id, 'EUR', 1, 0, 1, 1, '', '2026-03-01', {LONG_AGO}, '', '{{}}', '{{}}'"
    " FROM invoice WHERE status = 'paid'"
)
STANDING_STILL = (
    "INSERT INTO setting (topic, value, changed_at, changed_by)"
    f""" VALUES ('automation', '{{"stands_still": true, "why": "Think."}}', {LONG_AGO}, 'Sam')"""
)
PAID_INVOICE = "(SELECT id FROM invoice WHERE status = 'paid')"

# check, what is broken, part of what it says
TAKEN_BACK = """INSERT INTO recorded_payment
    (id, payment_id, customer_id, form_key, reference, came_on, recorded_by, taken_back_by, taken_back_because)
    SELECT id, id, customer_id, 'f', 'SEPA', '2026-03-02', 'Sam', 'Sam', 'A slip' FROM payment"""
SENT_BACK = f"""INSERT INTO refund
    (id, payment_id, customer_id, gateway, key, status, currency, amount_minor, reason, asked_by, failure, created_at)
    SELECT id, id, customer_id, 'stripe', 'k', 'succeeded', 'EUR', amount_minor + 1, '', '', '', {LONG_AGO} FROM payment"""
DISPUTED = """INSERT INTO dispute (id, payment_id, customer_id, gateway, gateway_ref, status, currency, amount_minor,
    fee_minor, owed_minor, reason, opened_at, closed_at)
    SELECT id, id, customer_id, gateway, 'du_1', '{status}', 'EUR', amount_minor, 0, 0, '', '{opened} 00:00:00.000000',
    {closed} FROM payment"""
TOPPED_UP = f"""INSERT INTO top_up (id, number, customer_id, live_for, is_automatic, status, currency, amount_minor, asked_by,
    asked_at) SELECT id, 'TU-000001', id, {{live_for}}, FALSE, '{{status}}', 'EUR', 5000, 'Ada', {LONG_AGO} FROM customer"""
PAID_OUT = f"""INSERT INTO payout (id, gateway, gateway_ref, status, currency, amount_minor, arrives_on, booked_at)
    SELECT id, 'stripe', 'po_1', 'paid', 'EUR', 100, '2026-03-04', {LONG_AGO} FROM customer"""
AT_THE_BANK = "UPDATE posting SET account = 'bank' WHERE account = 'fees:stripe'"
FOUND = f"""INSERT INTO panel_finding (id, panel, kind, remote_id, service_id, facts, found_at, note, done)
    SELECT id, panel, 'missing', remote_id, id, '{{}}', {LONG_AGO}, '', '' FROM service"""
OLD_READING = f"""INSERT INTO stock_reading (id, plan_id, location_id, room, for_sale, tried_at, read_at, trouble)
    SELECT plan.id, plan.id, location.id, 1, 1, {LONG_AGO}, {LONG_AGO}, 'away' FROM plan, location
    WHERE plan.slug = 'vps-1' AND location.slug = 'london'"""
BROKEN: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("entries_balance", (f"UPDATE posting SET amount_minor = amount_minor + 1 WHERE {ONE_POSTING}",), "in EUR"),
    ("receivables_are_open_invoices", ("UPDATE invoice SET settled_minor = 1 WHERE status = 'open'",), "booked 1353"),
    (
        "credit_is_never_negative",
        (SPENT,),
        "kept -1, booked 0",
    ),
    (
        "credit_lapses_in_time",
        (GIVEN.format(left=99, expires="NULL"), BOOKED),
        "what is left of its parts is not the balance",
    ),
    (
        "credit_lapses_in_time",
        (GIVEN.format(left=100, expires="'2026-01-01'"), BOOKED),
        "has lapsed and is still there",
    ),
    (
        "credit_notes_stay_within",
        ("UPDATE invoice SET credited_minor = 1 WHERE status = 'paid'",),
        "INV-2026-000001: its credit notes say something else",
    ),
    (
        "credit_notes_stay_within",
        (NOTE, "UPDATE invoice SET credited_minor = 1 WHERE status = 'paid'"),
        "CN-2026-000001 does not add up",
    ),
    (
        "invoices_add_up",
        ("UPDATE invoice_line SET tax_minor = tax_minor + 1 WHERE id = (SELECT min(id) FROM invoice_line)",),
        "INV-2026-000001",
    ),
    ("invoices_add_up", ("UPDATE invoice SET net_minor = net_minor + 1 WHERE status = 'open'",), "INV-2026-000002"),
    ("nothing_is_billed_late", ("UPDATE subscription SET bill_from = '2026-03-01'",), "SUB-000001"),
    (
        "numbers_have_no_gap",
        ("UPDATE invoice SET number = 'INV-2026-000007' WHERE status = 'open'",),
        "2 numbers between 1 and 7",
    ),
    (
        "numbers_have_no_gap",
        ("UPDATE invoice SET issued_on = '2026-01-01' WHERE status = 'open'",),
        "INV-2026-000002 is dated before",
    ),
    (
        "one_live_charge",
        (f"UPDATE payment_attempt SET live_for = invoice_id, created_at = {LONG_AGO}",),
        "stands in the way",
    ),
    ("one_live_charge", ("UPDATE payment SET attempt_id = NULL",), "has no payment"),
    (
        "reserved_money_has_its_order",
        (f"UPDATE payment_attempt SET status = 'reserved', reserved_at = {LONG_AGO}, reserved_until = {LONG_AFTER}",),
        "reserves for no order",
    ),
    (
        "reserved_money_has_its_order",
        (
            f"UPDATE customer_order SET status = 'reserved', expires_at = {LONG_AFTER}",
            f"UPDATE payment_attempt SET finished_at = {LONG_AGO}",
        ),
        "O-000001 has no money reserved",
    ),
    (
        "reserved_money_has_its_order",
        (f"UPDATE payment_attempt SET taking_at = {LONG_AGO}, releasing_at = {LONG_AGO}",),
        "is taken and let go",
    ),
    ("payments_are_booked", ("UPDATE payment SET amount_minor = amount_minor + 1",), "13.54 EUR, booked 13.53 EUR"),
    ("recorded_payments_say_by_whom", ("UPDATE payment SET gateway = 'cash'",), "cash pi_"),
    ("recorded_payments_say_by_whom", (TAKEN_BACK,), "stripe pi_"),
    ("refunds_stay_within", (SENT_BACK,), "more was sent back than came"),
    ("disputes_stay_within", (DISPUTED.format(status="open", opened="2026-03-10", closed="NULL"),), "undecided 1353"),
    (
        "nothing_stays_on_its_way",
        (DISPUTED.format(status="warning", opened="2025-01-01", closed="NULL"),),
        "dispute du_1 is warning",
    ),
    ("payouts_are_booked", (PAID_OUT,), "payout po_1: 1.00 EUR, paid, booked nothing"),
    ("payouts_are_booked", (AT_THE_BANK,), "at the bank of no payout"),
    ("top_ups_are_credit", (TOPPED_UP.format(live_for="NULL", status="paid"),), "its credit is not what was paid"),
    ("nothing_stays_on_its_way", (TOPPED_UP.format(live_for="id", status="asked"),), "top-up TU-000001 is asked"),
    ("top_ups_come_one_by_one", (TOPPED_UP.format(live_for="id", status="abandoned"),), "it stands in the way"),
    ("cards_are_one_of_each", ("UPDATE payment_method SET is_backup = is_default",), "C-000001"),
    ("active_means_built", ("UPDATE service SET remote_id = NULL",), "S-000001 has no server"),
    (
        "active_means_built",
        (f"UPDATE provisioning_job SET live_for = service_id, created_at = {LONG_AGO}",),
        "worked on for too long",
    ),
    (
        "paid_means_built",
        ("UPDATE service SET status = 'waiting'", "UPDATE subscription SET started_on = '2026-03-01'"),
        "S-000001",
    ),
    (
        "paid_means_built",
        ("UPDATE service SET status = 'expired'", "UPDATE subscription SET started_on = '2026-03-01'"),
        "S-000001",
    ),
    (
        "expired_orders_hold_nothing",
        (
            "UPDATE customer_order SET status = 'expired'",
            "UPDATE subscription SET status = 'expired'",
            "UPDATE service SET status = 'waiting'",
        ),
        "O-000001",
    ),
    (
        "expired_orders_hold_nothing",
        (
            "UPDATE customer_order SET status = 'expired'",
            "UPDATE subscription SET status = 'pending', created_at = '2026-03-18 00:00:00.000000'",
        ),
        "O-000001",
    ),
    (
        "set_aside_is_for_somebody",
        ("UPDATE plan SET stock = 0, set_aside = 2 WHERE slug = 'vps-2'",),
        "VPS 2: 2 set aside for nobody",
    ),
    (
        "suspended_for_a_reason",
        (SUSPENDED.format(reason="non_payment", invoice=PAID_INVOICE), "UPDATE service SET status = 'suspended'"),
        "S-000001",
    ),
    (
        "suspended_for_a_reason",
        (SUSPENDED.format(reason="disputed", invoice=PAID_INVOICE), "UPDATE service SET status = 'suspended'"),
        "S-000001 stands still for a dispute that is over",
    ),
    ("suspended_for_a_reason", ("UPDATE service SET status = 'suspended'",), "stands still for no reason"),
    ("suspended_for_a_reason", (SUSPENDED.format(reason="abuse", invoice="NULL"),), "should stand still"),
    (
        "ended_means_gone",
        ("UPDATE subscription SET status = 'ended', ended_on = '2026-03-01'",),
        "S-000001",
    ),
    (
        "holds_have_an_end",
        (
            f"""INSERT INTO hold (id, deed, customer_id, subscription_id, reason, held_by, created_at, lifted_by)
                SELECT id, 'end', customer_id, id, 'a talk', 'Sam', {LONG_AGO}, '' FROM subscription""",
        ),
        "C-000001, end: a talk",
    ),
    (
        "nothing_is_stuck",
        ("UPDATE job SET status = 'failed', error = 'a bug' WHERE task = 'billing.renew'",),
        "billing.renew: a bug",
    ),
    (
        "automation_runs",
        (STANDING_STILL,),
        "the company stands still: Think.",
    ),
    (
        "nothing_is_stuck",
        (f"UPDATE outbox_event SET relayed_at = NULL, happened_at = {LONG_AGO} WHERE name = 'MailWritten'",),
        "event MailWritten was not relayed",
    ),
    ("panels_agree", (FOUND,), "virtfusion: missing, S-000001, server 7301"),
    (
        "stock_is_known",
        ("UPDATE plan SET stock_from_panel = TRUE WHERE slug = 'vps-1'", OLD_READING),
        "vps-1 in london: 2026-01-01",
    ),
    ("panels_are_compared", (f"UPDATE panel_comparison SET compared_at = {LONG_AGO}",), "virtfusion"),
    (
        "panels_do_what_they_are_asked",
        (
            "UPDATE service SET sized_as = (SELECT id FROM plan WHERE slug = 'vps-1')",
            f"UPDATE provisioning_job SET action = 'resize', step = 'account', created_at = {LONG_AGO}",
        ),
        "S-000001 has another size than was agreed on for too long",
    ),
    (
        "services_come_to_an_end",
        ("UPDATE service SET status = 'terminating'", f"UPDATE provisioning_job SET created_at = {LONG_AGO}"),
        "S-000001 is terminating, and nobody works on it",
    ),
    (
        "standing_aside_has_a_reason",
        ("UPDATE subscription SET status = 'past_due'",),
        "SUB-000001 is behind with nothing",
    ),
    ("vendors_answer", (SILENT,), "stripe has not answered since 2026-01-01 00:00 UTC: ReadTimeout"),
)


@pytest.fixture
def rounds():
    return True


@pytest.fixture
def ada(at):
    """A customer with a paid invoice, an open one, and a server that runs."""
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-2")
    at.sleeps(17)
    return ada


def test_every_broken_promise_is_seen_by_its_own_check(at, ada):
    seen = []
    for _, statements, _ in BROKEN:
        with Session(at.house.database.engine) as session:
            for statement in statements:
                session.execute(text(statement))
            findings = examine(Work(session, at.clock.now, robot("doctor")))
            session.rollback()
        seen.append({finding.check: finding.broken for finding in findings if finding.broken})

    for (check, statements, words), found in zip(BROKEN, seen, strict=True):
        assert list(found) == [check], statements
        assert words in found[check][0], statements


def test_every_check_has_been_seen_to_fail():
    assert {check for check, _, _ in BROKEN} == {check.__name__ for check in CHECKS}


@pytest.mark.all_databases
def test_a_healthy_company_keeps_every_promise_and_each_is_named(at, ada):
    with at.robot() as work:
        findings = examine(work)

    assert [finding.broken for finding in findings] == [()] * len(CHECKS)
    assert all(finding.promise.endswith(".") for finding in findings)


def test_twenty_names_of_the_sick_are_enough(at):
    with Session(at.house.database.engine) as session:
        for number in range(30):
            session.execute(
                text(
                    "INSERT INTO outbox_event (id, name, payload, happened_at)"
                    f" VALUES ('{number:032x}', 'Lost', '{{}}', {LONG_AGO})"
                )
            )
        [finding] = [each for each in examine(Work(session, at.clock.now, robot("doctor"))) if each.broken]
        session.rollback()

    assert len(finding.broken) == 20


def test_the_doctor_is_for_staff(at):
    ada = at.signs_up("Ada Moreno")

    with pytest.raises(NotAllowed):
        ada.does(examine)
