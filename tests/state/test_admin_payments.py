"""Recording payments in the panel."""

from ezscale.pages.admin.invoice import invoice as page_of_invoice
from ezscale.state.account.invoice import InvoiceState as CustomersState
from ezscale.state.admin.invoice import InvoiceState
from ezscale.state.admin.recording import NOT_BEGUN, RecordingState
from ezscale.state.admin.rules import RulesState
from tests.billing.papers import owes
from tests.state.panel import administrator, onlooker
from tests.state.portal import Screen

TYPED = {"method": "bank_transfer", "amount": "10,00", "came_on": "2026-03-02", "reference": "SEPA 4711"}

ACCOUNT = {"topic": "bank_transfer", "bank_transfer_iban": "ie29aibk93115212345678", "bank_transfer_bank": "AIB"}


async def test_a_payment_is_recorded_with_what_it_does_said_before_and_taken_back(company):
    ada, boss = company.signs_up("Ada Moreno"), administrator(company)
    issued = owes(company, ada)
    here = f"/admin/invoice/?id={issued.id}"
    file, desk = Screen(company, InvoiceState, boss), Screen(company, RecordingState, boss)
    page, window = await file.opens(here), await desk.opens(here)
    assert page.may_now["record"]
    assert page_of_invoice() is not None

    await desk.does(window.ask())
    assert (window.to_pay, window.today, window.foreseen.pays, window.foreseen.left) == (
        "12.30",
        "2026-03-02",
        "12,30\xa0€",
        "",
    )
    await desk.does(window.write("20"))
    assert (window.foreseen.pays, window.foreseen.credit) == ("12,30\xa0€", "7,70\xa0€")
    await desk.does(window.write("nine"))
    assert window.foreseen.problem == "Write a sum, as in 12.50."
    for field, wrong in (("amount", "nine"), ("came_on", "2026-03-03"), ("reference", "")):
        await desk.does(window.record(TYPED | {field: wrong}))
        assert (list(window.errors), window.is_open) == ([field], True)
    await desk.does(window.record(TYPED))
    await desk.does(window.record(TYPED))  # the second click
    assert dict(window.errors) == {}

    await file.does(page.refresh())
    [shown] = page.payments
    assert (shown.at, shown.way, shown.amount, shown.reference) == (
        "2 Mar 2026",
        "Bank transfer",
        "10,00\xa0€",
        "SEPA 4711",
    )
    assert (shown.by, shown.can_go, page.invoice.to_pay) == ("Olivia Harbour", True, "2,30\xa0€")
    [told] = (await Screen(company, CustomersState, ada).opens(f"/account/invoice/?id={issued.id}")).payments
    assert (told.at, told.way, told.reference) == ("2 Mar 2026", "Bank transfer", "SEPA 4711")

    await desk.does(window.ask_back(shown.id))
    await desk.does(window.take_back({"reason": ""}))
    assert list(window.errors) == ["reason"]
    await desk.does(window.take_back({"reason": "Another customer's"}))
    await file.does(page.refresh())
    [gone] = page.payments
    assert (gone.can_go, gone.gone.endswith("by Olivia Harbour: Another customer's")) == (False, True)
    assert (await Screen(company, CustomersState, ada).opens(f"/account/invoice/?id={issued.id}")).payments == []


async def test_who_looks_on_records_nothing_and_a_part_of_an_order_is_said_to_begin_nothing(company):
    ada, boss, onlooking = company.signs_up("Ada Moreno"), administrator(company), onlooker(company)
    here = f"/admin/invoice/?id={ada.orders().invoice_id}"
    desk = Screen(company, RecordingState, boss)
    window = await desk.opens(here)
    await desk.does(window.ask())

    await desk.does(window.write("1"))

    assert (window.foreseen.words, window.foreseen.credit) == (NOT_BEGUN, "1,00\xa0€")
    look = Screen(company, RecordingState, onlooking)
    looking = await look.opens(here)
    await look.does(looking.record(TYPED))
    assert looking.messages[-1].text == "You are not allowed to do this."
    assert not (await Screen(company, InvoiceState, onlooking).opens(here)).may_now["record"]


async def test_a_customer_is_told_where_to_transfer_what_is_open(company):
    ada = company.signs_up("Ada Moreno")
    ada.buys()
    [paid], waiting = ada.invoices(), owes(company, ada)
    boss = Screen(company, RulesState, administrator(company))
    rules = await boss.opens("/admin/rules/")

    await boss.does(rules.save(ACCOUNT | {"bank_transfer_iban": "IE29 AIBK 9311 5212 3456 87"}))
    assert list(rules.errors) == ["bank_transfer_iban"]
    await boss.does(rules.save(ACCOUNT))

    told, silent = [
        await Screen(company, CustomersState, ada).opens(f"/account/invoice/?id={each.id}") for each in (waiting, paid)
    ]
    assert (told.transfer.iban, told.transfer.holder) == ("IE29 AIBK 9311 5212 3456 78", "EZSCALE")
    assert told.transfer.reference == waiting.number
    assert silent.transfer.iban == ""
