"""Payouts in the panel."""

import pytest

from ezscale.billing.balances import gateway_balances
from ezscale.billing.payouts import payouts
from ezscale.kit.errors import NotAllowed
from ezscale.pages.admin.payouts import payouts as page_of_payouts
from ezscale.state.admin.payouts import PayoutsState
from tests.company import with_rounds
from tests.state.panel import administrator
from tests.state.portal import Screen


@with_rounds
async def test_staff_see_what_was_paid_out_and_what_is_still_held(company):
    ada, boss = company.signs_up("Ada Moreno"), administrator(company)
    ada.buys("vps-2")
    company.lives(days=3)
    payout = company.stripe_http.post("/_sandbox/payouts", params={"amount": 1000}).json()
    company.lives(days=1)

    page = await Screen(company, PayoutsState, boss).opens("/admin/payouts/")
    failed = await Screen(company, PayoutsState, boss).opens("/admin/payouts/?status=failed")

    [row], [held] = page.rows, page.held
    assert (row.gateway, row.reference, row.status, row.came_back) == ("Stripe", payout["id"], "under_way", "")
    assert ("10" in row.amount, held.held == held.booked, held.difference) == (True, True, "")
    assert list(failed.rows) == []
    assert page_of_payouts() is not None


@pytest.mark.parametrize("reading", [payouts, gateway_balances])
def test_payouts_are_for_staff(company, reading):
    with pytest.raises(NotAllowed):
        company.signs_up("Ada Moreno").does(reading)
