from ezscale.state.admin.audit import AuditState
from tests.state.panel import administrator
from tests.state.portal import Screen


async def test_an_entry_tells_who_did_what_and_what_it_changed(company):
    ada = company.signs_up("Ada Moreno")
    ada.buys()
    [invoice] = ada.invoices()
    screen = Screen(company, AuditState, administrator(company))

    page = await screen.opens(f"/admin/audit/?about={invoice.number}&person=ada")

    entry = page.rows[0]
    [paid] = [row for row in entry.rows if row.name == f"invoice {str(invoice.id)[:8]}"]
    assert (entry.person, entry.action) == ("Ada Moreno", "Invoice issued, invoice paid, card kept")
    assert [(d.before, d.after) for d in paid.differences if d.column == "status"] == [("draft", "paid")]


async def test_what_is_looked_for_stands_in_the_address(company):
    company.signs_up("Ada Moreno")
    screen = Screen(company, AuditState, administrator(company))
    page = await screen.opens("/admin/audit/")

    await screen.does(page.look_for({"action": " User signed ", "since": "2026-03-01", "until": "no day"}))
    page = await screen.opens(screen.goes_to)

    assert (page.action, page.since, page.until) == ("User signed", "2026-03-01", "no day")
    assert [row.action for row in page.rows] == ["User signed up"]
    assert page.query == "?action=User+signed&since=2026-03-01&until=no+day"
    assert page.filters_set == 3


async def test_the_trail_is_turned_page_by_page(company):
    for _ in range(30):
        with company.robot() as work:
            work.record("counted")
    screen = Screen(company, AuditState, administrator(company))
    page = await screen.opens("/admin/audit/?action=counted")

    first = [row.id for row in page.rows]
    await screen.does(page.next_page())
    second = [row.id for row in page.rows]

    assert len(first) == 25
    assert len(second) == 5
    assert sorted(map(int, first + second), reverse=True) == list(map(int, first + second))
