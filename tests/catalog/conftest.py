import pytest
from sqlmodel import select

from ezscale.catalog.starting_range import stock_the_shop
from ezscale.kit.work import Work
from ezscale.models import Plan


@pytest.fixture
def shop(work: Work) -> Work:
    """The starting range, on sale."""
    stock_the_shop(work)
    return work


@pytest.fixture
def plan(shop: Work) -> Plan:
    """The smallest server: 5.50 euros a month."""
    return shop.session.exec(select(Plan).where(Plan.slug == "vps-1")).one()
