"""Every address of the product, on one page. The front door adds them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from ezscale.pages.marketing.about import about
from ezscale.pages.marketing.contact import contact
from ezscale.pages.marketing.home import home
from ezscale.pages.marketing.legal import acceptable_use, privacy, sla, terms
from ezscale.pages.marketing.not_found import not_found
from ezscale.pages.marketing.pricing import pricing
from ezscale.pages.marketing.vps import vps
from ezscale.pages.signing_in.forgotten import forgotten
from ezscale.pages.signing_in.login import login
from ezscale.pages.signing_in.register import register
from ezscale.pages.signing_in.reset import reset
from ezscale.pages.signing_in.verify import verify
from ezscale.state.signing_in.forms import PostedFormState
from ezscale.ui import company


@dataclass(frozen=True)
class Route:
    """One address: what it shows, what it is called, and what runs when somebody comes.

    `found` pages are meant for search engines: they stand in the site map and have a canonical address.
    """

    path: str
    page: Callable[[], rx.Component]
    title: str
    description: str = ""
    on_load: Sequence[Any] = field(default_factory=tuple)
    found: bool = False
    priority: float = 0.5


MARKETING = (
    Route(
        "/",
        home,
        title=f"{company()}: virtual servers, sold plainly",
        description="Virtual servers with full root access, ready in minutes, at prices that stay what they were when you bought.",
        found=True,
        priority=1.0,
    ),
    Route(
        "/vps/",
        vps,
        title=f"VPS hosting with root access | {company()}",
        description="KVM virtual servers from one to eight cores. Pick a place and a system, pay by the month or the year.",
        found=True,
        priority=0.9,
    ),
    Route(
        "/pricing/",
        pricing,
        title=f"Pricing in USD, EUR and GBP | {company()}",
        description="Every plan and every price on one page, monthly to yearly, in three currencies.",
        found=True,
        priority=0.9,
    ),
    Route(
        "/about/",
        about,
        title=f"About {company()}",
        description="Who we are and how we run servers and bills.",
        found=True,
    ),
    Route(
        "/contact/",
        contact,
        title=f"Contact {company()}",
        description="How to reach sales, billing and the abuse desk.",
        found=True,
    ),
    Route(
        "/terms/",
        terms,
        title=f"Terms of service | {company()}",
        description="The agreement between us.",
        found=True,
        priority=0.2,
    ),
    Route(
        "/privacy/",
        privacy,
        title=f"Privacy | {company()}",
        description="Which data we keep about you, why, and for how long.",
        found=True,
        priority=0.2,
    ),
    Route(
        "/acceptable-use/",
        acceptable_use,
        title=f"Acceptable use | {company()}",
        description="What may not be done with our servers.",
        found=True,
        priority=0.2,
    ),
    Route(
        "/sla/",
        sla,
        title=f"Service level agreement | {company()}",
        description="The availability we promise and what you get when we miss it.",
        found=True,
        priority=0.2,
    ),
    Route("404", not_found, title=f"Page not found | {company()}"),
)

SIGNING_IN = (
    Route("/login/", login, title=f"Log in | {company()}", on_load=[PostedFormState.load_for_visitors]),
    Route(
        "/register/", register, title=f"Create an account | {company()}", on_load=[PostedFormState.load_for_visitors]
    ),
    Route("/forgotten/", forgotten, title=f"Reset your password | {company()}", on_load=[PostedFormState.load]),
    Route("/reset/", reset, title=f"Choose a new password | {company()}", on_load=[PostedFormState.load]),
    Route("/verify/", verify, title=f"Confirm your address | {company()}", on_load=[PostedFormState.load]),
)

ACCOUNT: tuple[Route, ...] = ()

ADMIN: tuple[Route, ...] = ()

ALL = (*MARKETING, *SIGNING_IN, *ACCOUNT, *ADMIN)
