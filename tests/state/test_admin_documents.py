"""Writing invoices, credit notes and credit in the panel."""

from ezscale.billing.change_quotes import quote_change
from ezscale.billing.change_wishes import ChangeWish
from ezscale.billing.changes import accept_change
from ezscale.sandbox.stripe.cards import BY_LAST4
from ezscale.state.admin.credit import CreditState
from ezscale.state.admin.credit_notes import CreditNotesState
from ezscale.state.admin.crediting import PART, CreditingState
from ezscale.state.admin.disputes import DisputesState
from ezscale.state.admin.draft import DraftState
from ezscale.state.admin.invoice import InvoiceState
from ezscale.state.admin.statement import StatementState
from tests.company import with_rounds
from tests.journeys.records import subscription_of
from tests.state.panel import administrator, onlooker
from tests.state.portal import Screen


def form_of(page, **more):
    sent = {f"{name}_{line.place}": getattr(line, name) for line in page.lines for name in ("description", "price")}
    return {**sent, **{f"quantity_{line.place}": line.quantity for line in page.lines}, **more}


async def test_an_invoice_is_written_line_by_line_and_keeps_what_was_typed(company):
    ada, boss = company.signs_up("Ada Moreno"), administrator(company)
    screen = Screen(company, DraftState, boss)
    page = await screen.opens(f"/admin/draft/?customer={ada.actor.own_customer()}")
    assert (page.customer, page.currency, page.missing, page.loading) == ("Ada Moreno", "EUR", False, False)
    [first] = page.lines

    await screen.does(page.write(first.key, "description", "Help with moving"))
    await screen.does(page.add())
    second = page.lines[1]
    await screen.does(page.write(second.key, "description", "Postage"))
    await screen.does(page.tax(second.key, False))
    await screen.does(page.move(second.key, -1))
    assert [(line.description, line.place, line.taxed) for line in page.lines] == [
        ("Postage", 0, False),
        ("Help with moving", 1, True),
    ]

    await screen.does(page.save(form_of(page, price_0="abc", price_1="120")))
    assert list(page.errors) == ["price_0"]
    await screen.does(page.save(form_of(page, price_0="7,00", due_on="", memo="Thank you")))

    [drafted] = ada.invoices()
    assert (drafted.total_minor, drafted.memo) == (700 + 14_760, "Thank you")
    again = await Screen(company, DraftState, boss).opens(f"/admin/draft/?id={drafted.id}")
    assert [(line.description, line.price, line.taxed) for line in again.lines] == [
        ("Postage", "7.00", False),
        ("Help with moving", "120.00", True),
    ]


async def test_a_draft_is_issued_credited_and_its_credit_note_listed(company):
    ada, boss = company.signs_up("Ada Moreno"), administrator(company)
    screen = Screen(company, DraftState, boss)
    page = await screen.opens(f"/admin/draft/?customer={ada.actor.own_customer()}")
    await screen.does(page.save(form_of(page, description_0="Help", price_0="100")))
    here = f"/admin/invoice/?id={ada.invoices()[0].id}"
    file = Screen(company, InvoiceState, boss)
    invoice = await file.opens(here)
    assert invoice.may_now["issue"]
    assert not invoice.may_now["credit"]

    await file.does(invoice.issue())
    assert (invoice.invoice.number, invoice.may_now["credit"], invoice.may_now["edit"]) == (
        "INV-2026-000001",
        True,
        False,
    )
    desk = Screen(company, CreditingState, boss)
    crediting = await desk.opens(here)
    await desk.does(crediting.ask())
    [line] = crediting.lines
    await desk.does(crediting.write(line.id, "50"))
    assert (crediting.foreseen.problem, "61,50" in crediting.foreseen.total) == ("", True)
    await desk.does(crediting.write(line.id, "500"))
    assert "can be taken back and no more" in crediting.foreseen.problem
    await desk.does(crediting.write(line.id, "50"))
    await desk.does(crediting.issue({"reason": ""}))
    assert list(crediting.errors) == ["reason"]
    await desk.does(crediting.write(line.id, "5"))  # what was heard before the rest was typed and the form was sent
    await desk.does(crediting.issue({"reason": "Half of it", f"{PART}{line.id}": "50"}))

    listed = await Screen(company, CreditNotesState, boss).opens("/admin/credit-notes/")
    assert [(row.number, row.invoice) for row in listed.rows] == [("CN-2026-000001", "INV-2026-000001")]
    told = await Screen(company, StatementState, boss).opens(f"/admin/statement/?id={ada.actor.own_customer()}")
    [account] = told.statement.accounts
    assert [row.words for row in account.lines] == ["Invoice", "Credit note"]


@with_rounds
async def test_a_dispute_is_listed_with_the_day_for_evidence_until_it_is_decided(company):
    ada, boss = company.signs_up("Ada Moreno"), administrator(company)
    ada.buys("vps-2", card=BY_LAST4["0259"].number)
    company.lives(days=0.1)

    waiting = await Screen(company, DisputesState, boss).opens("/admin/disputes/")
    [row] = waiting.rows
    file = await Screen(company, InvoiceState, boss).opens(f"/admin/invoice/?id={row.invoice_id}")
    company.lives(days=10)
    decided = await Screen(company, DisputesState, boss).opens("/admin/disputes/?status=decided")

    assert (row.invoice, row.customer, row.dispute.status) == ("INV-2026-000001", "Ada Moreno", "open")
    assert "11" in row.dispute.due
    assert [each.dashboard for each in file.disputes] == [row.dispute.dashboard]
    assert row.dispute.dashboard.startswith("https://dashboard.stripe.com/payments/pi_")
    assert [(each.dispute.status, each.dispute.due) for each in decided.rows] == [("lost", "")]


async def test_credit_is_given_on_the_customers_file_by_whoever_may(company):
    ada, boss = company.signs_up("Ada Moreno"), administrator(company)
    here = f"/admin/customer/?id={ada.actor.own_customer()}"
    screen = Screen(company, CreditState, boss)
    page = await screen.opens(here)

    await screen.does(page.give({"amount": "nine", "reason": "Sorry"}))
    assert list(page.errors) == ["amount"]
    await screen.does(page.give({"amount": "9.50", "reason": "Sorry", "expires_on": ""}))

    assert [row.reason for row in page.rows] == ["Sorry"]
    onlooking = await Screen(company, CreditState, onlooker(company)).opens(here)
    assert not onlooking.may_give


async def test_the_credit_note_form_shows_what_an_upgrade_left_of_a_line_and_why(company):
    ada, boss = company.signs_up("Ada Moreno", country="IE"), administrator(company)
    ada.buys("vps-2")
    company.lives(days=14)
    mine = subscription_of(ada).id
    quote = ada.does(lambda work: quote_change(work, mine, ChangeWish("vps-3")))
    ada.does(lambda work: accept_change(work, quote.id, quote.total_minor))
    desk = Screen(company, CreditingState, boss)
    crediting = await desk.opens(f"/admin/invoice/?id={ada.invoices()[0].id}")

    await desk.does(crediting.ask())

    [line] = crediting.lines
    assert (line.typed, line.why) == ("4.97", "6,03\xa0€ was given back on INV-2026-000002.")
