"""Taxes over months: a register that is down, rates that change, certificates, places that contradict one another."""

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import select

from ezscale.accounts.customers import change_address, change_tax_id, own_customer
from ezscale.billing.aligning import align_renewals, alignment
from ezscale.billing.cases import open_cases
from ezscale.billing.change_quotes import quote_change
from ezscale.billing.change_wishes import ChangeWish
from ezscale.billing.changes import accept_change
from ezscale.billing.invoicing import draft_invoice, issue_invoice
from ezscale.billing.ledger import balance, receivable
from ezscale.billing.lines import Position
from ezscale.billing.pricing import price_for, tax_for
from ezscale.billing.printed import of_invoice
from ezscale.billing.tax import REVERSE_CHARGE
from ezscale.billing.tax_exemptions import exempt, withdraw_exemption
from ezscale.billing.tax_rates import NewRate, add_rate, change_rate, tax_rates
from ezscale.billing.tax_rules import TaxRules
from ezscale.company.currencies import enter_rate
from ezscale.company.rules import set_rules
from ezscale.integrations.http import open_http
from ezscale.integrations.taxjar.adapter import open_calculator
from ezscale.kit.money import Money
from ezscale.models import Customer, InvoiceLine, PaymentMethod, TaxIdCheck
from ezscale.models.invoice import InvoiceOrigin
from ezscale.models.tax import TaxIdState
from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.store import Store
from ezscale.sandbox.taxjar.app import TaxJarStandIn
from ezscale.tasks import billing
from tests.company import with_rounds
from tests.journeys.records import subscription_of

GERMAN_ID = "DE136695976"
NEW_YORK = {"name": "Ada", "company": "", "address": "1 Broadway", "city": "New York", "postcode": "10004-1234"}


@pytest.fixture
def rounds():
    return frozenset({billing.learn_tax_places})


def gives_tax_id(person, typed=GERMAN_ID):
    person.does(lambda work: change_tax_id(work, typed))


def says(at, country, error):
    assert at.vies_http.post("/_sandbox/states", json={"country": country, "error": error}).is_success


def cases(at):
    with at.robot() as work:
        return [(case.kind, case.facts) for case in open_cases(work)]


def check_of(at, person):
    with at.robot() as work:
        theirs = select(TaxIdCheck).where(TaxIdCheck.customer_id == person.actor.customer_id)
        return work.session.exec(theirs).one()


def taxed(person):
    return [(invoice.tax.minor, invoice.tax_note) for invoice in person.invoices()]


def manual_draft(at, person, minor=10_000, currency="EUR"):
    with at.robot() as work:
        who = work.session.get_one(Customer, person.actor.customer_id)
        lines = price_for(work, who, [Position("Consulting", Money(minor, currency), Money.zero(currency))])
        return draft_invoice(work, who, lines, currency, tax_for(work, who), InvoiceOrigin.MANUAL).id


def issued(at, person, invoice_id):
    with at.robot() as work:
        drafted = next(each for each in person.invoices() if each.id == invoice_id)
        drafted = work.session.merge(drafted)
        issue_invoice(work, drafted, work.today)
        lines = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id)
        return drafted, list(work.session.exec(lines))


def test_a_register_that_is_down_charges_local_tax_stops_nobody_and_is_made_up_for(at):
    says(at, "DE", "MS_UNAVAILABLE")
    gerda = at.signs_up("Gerda Holm", country="DE")
    gives_tax_id(gerda)
    at.works()
    gerda.buys("vps-2")
    while_down = check_of(at, gerda)

    at.lives(days=2)
    says(at, "DE", "")
    at.lives(days=1)
    found = check_of(at, gerda)
    offered = cases(at)
    at.lives(days=28)

    assert (while_down.state, while_down.unanswered > 0, while_down.checked_at) == (TaxIdState.PENDING, True, None)
    assert (found.state, found.request_id[:4]) == (TaxIdState.VALID, "WAPI")
    assert taxed(gerda) == [(209, ""), (0, REVERSE_CHARGE)]
    first, second = gerda.invoices()
    assert [kind for kind, _ in offered] == ["tax_charged_meanwhile"]
    assert (offered[0][1]["invoice"], offered[0][1]["tax"]) == (first.number, "2.09 EUR")
    assert first.evidence["tax_id"] == {"number": GERMAN_ID, "state": "pending"}
    assert second.evidence["tax_id"]["request_id"]
    assert second.billed_to["tax_id"] == GERMAN_ID


def test_a_number_that_was_taken_off_the_register_is_found_out_before_a_renewal(at):
    gerda = at.signs_up("Gerda Holm", country="DE")
    gives_tax_id(gerda)
    at.works()
    gerda.buys("vps-2")

    at.vies_http.post("/_sandbox/numbers", json={"number": GERMAN_ID, "registered": False})
    at.lives(days=62)

    assert taxed(gerda)[0] == (0, REVERSE_CHARGE)
    assert taxed(gerda)[-1] == (209, "")
    assert "tax_id_revoked" in [kind for kind, _ in cases(at)]


def test_an_old_answer_counts_no_longer_when_the_register_has_been_silent_for_weeks(at):
    gerda = at.signs_up("Gerda Holm", country="DE")
    gives_tax_id(gerda)
    at.works()
    gerda.buys("vps-2", months=3)
    says(at, "DE", "TIMEOUT")

    at.lives(days=29)
    young = gerda.does(lambda work: tax_for(work, own_customer(work))).note
    at.lives(days=2)
    old = gerda.does(lambda work: tax_for(work, own_customer(work))).rate

    assert (young, old) == (REVERSE_CHARGE, 190_000)


def test_another_number_is_asked_about_anew_and_the_old_one_rests(at):
    gerda = at.signs_up("Gerda Holm", country="DE")
    gives_tax_id(gerda)
    at.works()
    gives_tax_id(gerda, "")
    at.works()

    without = gerda.does(lambda work: tax_for(work, own_customer(work)))

    assert check_of(at, gerda).ask_at is None
    assert without.rate == 190_000


def test_a_greek_company_is_el_to_the_register_however_it_writes_its_number(at):
    eleni = at.signs_up("Eleni Pappa", country="GR")
    gives_tax_id(eleni, "GR 094259216")
    at.works()

    assert check_of(at, eleni).number == "EL094259216"
    assert eleni.does(lambda work: tax_for(work, own_customer(work))).note == REVERSE_CHARGE


def test_a_draft_takes_the_rate_of_the_day_on_which_it_is_issued_and_an_issued_one_keeps_it(at):
    bo = at.signs_up("Bo Larsen", country="IE")
    early, late = manual_draft(at, bo), manual_draft(at, bo)
    first, _ = issued(at, bo, early)
    with at.robot() as work:
        irish = tax_rates(work, "IE")[0]
        change_rate(work, irish.id, "21", date(2026, 3, 3))

    at.lives(days=1)
    second, lines = issued(at, bo, late)

    assert (first.tax.minor, first.total.minor) == (2300, 12300)
    assert (second.tax.minor, second.total.minor) == (2100, 12100)
    assert [(line.tax_name, line.tax_minor) for line in lines] == [("VAT 21%", 2100)]
    assert next(each for each in bo.invoices() if each.id == early).tax.minor == 2300


def test_an_order_keeps_the_tax_it_showed_and_a_person_hears_that_it_has_changed(at):
    bo = at.signs_up("Bo Larsen", country="IE")
    order = bo.orders("vps-2")
    with at.robot() as work:
        change_rate(work, tax_rates(work, "IE")[0].id, "21", date(2026, 3, 3))
    at.lives(days=1)

    bo.pays(order.invoice_id)
    at.lives(days=31)

    assert [tax for tax, _ in taxed(bo)] == [253, 231]
    kind, facts = cases(at)[0]
    assert (kind, facts["charged"], facts["now"]) == ("tax_changed_since_order", "VAT 23%", "VAT 21%")


def test_a_renewal_takes_the_rate_of_the_day_on_which_its_period_begins(at):
    bo = at.signs_up("Bo Larsen", country="IE")
    bo.buys("vps-2")
    with at.robot() as work:
        change_rate(work, tax_rates(work, "IE")[0].id, "21", date(2026, 4, 2))

    at.lives(days=20)  # the invoice is written two weeks before

    assert [tax for tax, _ in taxed(bo)] == [253, 231]


def test_whoever_is_exempt_pays_no_tax_for_as_long_as_it_lasts(at):
    bo = at.signs_up("Bo Larsen", country="IE")
    with at.robot() as work:
        granted = exempt(work, bo.actor.customer_id, "Embassy, certificate 17", work.today, None)
    bo.buys("vps-2")
    with at.robot() as work:
        withdraw_exemption(work, granted.id)

    at.lives(days=31)

    assert taxed(bo) == [(0, "Exempt from tax: Embassy, certificate 17"), (253, "")]
    assert bo.invoices()[0].evidence["exemption"] == "Embassy, certificate 17"


def test_the_evidence_of_the_place_is_kept_and_a_contradiction_is_looked_at_once(at):
    gerda = at.signs_up("Gerda Holm", country="DE")
    comes_from(gerda, "FR")
    gerda.buys("vps-2")
    comes_from(gerda, "")
    with at.robot() as work:
        for card in work.session.exec(select(PaymentMethod)):
            card.country = "FR"
            work.session.add(card)

    at.lives(days=62)

    first, *later = gerda.invoices()
    assert (first.evidence["billing"], first.evidence["network"]) == ("DE", "FR")
    assert len(later) == 2
    assert [invoice.evidence for invoice in later] == [{"billing": "DE", "card": "FR"}] * 2
    assert [kind for kind, _ in cases(at)].count("places_contradict") == 1


def test_evidence_that_agrees_is_nobodys_business(at):
    gerda = at.signs_up("Gerda Holm", country="DE")
    comes_from(gerda, "DE")

    gerda.buys("vps-2")

    assert gerda.invoices()[0].evidence["network"] == "DE"
    assert cases(at) == []


@with_rounds
@pytest.mark.parametrize(
    ("currency", "minor", "tax", "report", "in_euros"),
    [
        ("JPY", 11_000, 2530, "0.0061557402", 1557),
        ("KWD", 3_333, 767, "3.2", 245),
        ("HUF", 399_990, 91_998, "0.0025085919", 231),
    ],
)
def test_every_kind_of_currency_from_the_price_to_the_books(at, currency, minor, tax, report, in_euros):
    at.lives(days=1)  # the rates of the day are there
    with at.robot() as work:
        enter_rate(work, "KWD", "EUR", "3.2", work.today)
    bo = at.signs_up("Bo Larsen", country="IE")

    invoice, lines = issued(at, bo, manual_draft(at, bo, minor, currency))

    assert (invoice.total, invoice.tax) == (Money(minor + tax, currency), Money(tax, currency))
    assert (invoice.report_currency, invoice.report_rate[:12]) == ("EUR", report)
    assert of_invoice(invoice, []).reported_tax == Money(in_euros, "EUR")
    with at.robot() as work:
        assert balance(work, "tax:IE", currency) == Money(-tax, currency)
        assert balance(work, receivable(invoice.customer_id), currency) == Money(minor + tax, currency)
    assert lines[0].currency == currency


@with_rounds
def test_an_invoice_keeps_its_rate_whatever_the_currencies_do_later(at):
    at.lives(days=1)
    ann = at.signs_up("Ann Field", country="GB", currency="GBP")
    ann.buys("vps-2")
    at.ecb_http.post("/_sandbox/rates", json={"as_of": "2026-03-20", "rates": {"GBP": "0.5"}})

    at.lives(days=31)

    first, second = ann.invoices()
    assert (first.report_rate, second.report_rate) == ("1.18750742192", "2")
    assert of_invoice(first, []).reported_tax == Money(0, "EUR")


def test_american_places_are_worked_out_by_the_service_and_by_our_table_while_it_is_down(at):
    stand_in = TaxJarStandIn(Store(), "tj")
    http = open_http("http://taxjar.test", "tj", transport=InProcess(stand_in))
    at.house = replace(at.house, tax_calculator=open_calculator("tj", http=http))
    with at.robot() as work:
        set_rules(work, TaxRules, {"registrations": "US-NY", "us_service": True})
        add_rate(work, NewRate("US", "Sales tax", "8", date(2026, 1, 1), region="NY"))
    at.breaks(http, "down", times=0)
    ada = at.signs_up("Ada Moreno", country="US", currency="USD")
    ada.does(lambda work: change_address(work, **NEW_YORK, country="US", region="New York"))
    at.works()

    ada.buys("vps-2")
    at.mends(http)
    at.lives(days=31)

    first, second = ada.invoices()
    assert (first.tax.minor, first.evidence["calculated_by"]) == (96, "manual")
    assert (second.tax.minor, second.evidence["calculated_by"]) == (107, "TaxJar")  # 8.875 % of 12.00
    assert first.tax_country == second.tax_country == "US"


def comes_from(person, country):
    """The network from which somebody comes is in this country, says our proxy."""
    person.network = country


def test_a_rate_for_one_family_of_plans_holds_from_the_order_through_every_change(at):
    with at.robot() as work:
        add_rate(work, NewRate("IE", "VAT", "9", date(2026, 1, 1), category="vps"))
    bo = at.signs_up("Bo Larsen", country="IE")
    bo.buys("vps-2", add_ons={"extra-ipv4": 1})
    mine, customer = subscription_of(bo).id, bo.actor.customer_id

    up = bo.does(lambda work: quote_change(work, mine, ChangeWish("vps-3", add_ons={"extra-ipv4": 2})))
    bo.does(lambda work: accept_change(work, up.id, up.total_minor))
    at.works()
    shown = bo.does(lambda work: alignment(work, customer, 15))
    bo.does(lambda work: align_renewals(work, customer, 15, shown.totals()))
    at.lives(days=40)

    with at.robot() as work:
        assert {line.tax_name for line in work.session.exec(select(InvoiceLine))} == {"VAT 9%"}
    order, *_, renewal = [invoice.total_minor for invoice in bo.invoices()]
    assert renewal == up.renewal_minor > order
    assert "tax_changed_since_order" not in [kind for kind, _ in cases(at)]
