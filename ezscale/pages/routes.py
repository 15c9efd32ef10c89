"""Every address of the product, on one page. The front door adds them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from ezscale.pages.account.cards import cards
from ezscale.pages.account.console import console
from ezscale.pages.account.credit import credit
from ezscale.pages.account.invoice import invoice
from ezscale.pages.account.invoices import invoices
from ezscale.pages.account.offer import offer
from ezscale.pages.account.order import order as placed_order
from ezscale.pages.account.overview import overview
from ezscale.pages.account.people import people
from ezscale.pages.account.profile import profile
from ezscale.pages.account.referrals import referrals
from ezscale.pages.account.reinstall import reinstall
from ezscale.pages.account.security import security
from ezscale.pages.account.service import service
from ezscale.pages.account.services import services
from ezscale.pages.account.ssh_keys import ssh_keys
from ezscale.pages.account.statement import statement
from ezscale.pages.account.subscription import subscription
from ezscale.pages.account.tokens import tokens
from ezscale.pages.admin.add_ons import add_ons
from ezscale.pages.admin.audit import audit
from ezscale.pages.admin.colleagues import colleagues
from ezscale.pages.admin.compose_offer import compose_offer
from ezscale.pages.admin.coupon import coupon
from ezscale.pages.admin.coupons import coupons
from ezscale.pages.admin.credit_notes import credit_notes as admin_credit_notes
from ezscale.pages.admin.currencies import currencies
from ezscale.pages.admin.customer import customer
from ezscale.pages.admin.customers import customers
from ezscale.pages.admin.disputes import disputes as admin_disputes
from ezscale.pages.admin.doctor import doctor
from ezscale.pages.admin.documents import documents
from ezscale.pages.admin.draft import draft
from ezscale.pages.admin.exchanges import exchanges
from ezscale.pages.admin.invoice import invoice as admin_invoice
from ezscale.pages.admin.invoices import invoices as admin_invoices
from ezscale.pages.admin.leaving import leaving
from ezscale.pages.admin.mail import mail
from ezscale.pages.admin.maintenance import maintenance
from ezscale.pages.admin.offers import offer as admin_offer
from ezscale.pages.admin.offers import offers
from ezscale.pages.admin.options import options
from ezscale.pages.admin.order import order as admin_order
from ezscale.pages.admin.orders import orders
from ezscale.pages.admin.overview import overview as admin_overview
from ezscale.pages.admin.panels import panels
from ezscale.pages.admin.payouts import payouts as admin_payouts
from ezscale.pages.admin.plan import plan
from ezscale.pages.admin.plans import plans
from ezscale.pages.admin.provisioning import provisioning
from ezscale.pages.admin.referrals import referrals as admin_referrals
from ezscale.pages.admin.roles import roles
from ezscale.pages.admin.rules import rules
from ezscale.pages.admin.runs import runs
from ezscale.pages.admin.security import security as admin_security
from ezscale.pages.admin.service import service as admin_service
from ezscale.pages.admin.services import services as admin_services
from ezscale.pages.admin.statement import statement as admin_statement
from ezscale.pages.admin.subscription import subscription as admin_subscription
from ezscale.pages.admin.subscriptions import subscriptions
from ezscale.pages.admin.tax import tax
from ezscale.pages.admin.time_machine import time_machine
from ezscale.pages.admin.tokens import tokens as admin_tokens
from ezscale.pages.admin.tonight import tonight
from ezscale.pages.admin.waitlist import waitlist
from ezscale.pages.marketing.about import about
from ezscale.pages.marketing.contact import contact
from ezscale.pages.marketing.home import home
from ezscale.pages.marketing.legal import acceptable_use, privacy, sla, terms
from ezscale.pages.marketing.not_found import not_found
from ezscale.pages.marketing.pricing import pricing
from ezscale.pages.marketing.vps import vps
from ezscale.pages.ordering.order import order
from ezscale.pages.paying.by_link import pay_by_link
from ezscale.pages.signing_in.change_email import change_email
from ezscale.pages.signing_in.confirm import confirm
from ezscale.pages.signing_in.forgotten import forgotten
from ezscale.pages.signing_in.invitation import invitation
from ezscale.pages.signing_in.login import login
from ezscale.pages.signing_in.register import register
from ezscale.pages.signing_in.reset import reset
from ezscale.pages.signing_in.second_step import second_step
from ezscale.pages.signing_in.verify import verify
from ezscale.state.account.addresses import AddressesState
from ezscale.state.account.cards import CardsState
from ezscale.state.account.console import ConsoleState
from ezscale.state.account.credit import CreditState as OwnCreditState
from ezscale.state.account.invoice import InvoiceState
from ezscale.state.account.invoices import InvoicesState
from ezscale.state.account.login import LoginState
from ezscale.state.account.offer import OfferState
from ezscale.state.account.order import PlacedOrderState
from ezscale.state.account.overview import OverviewState
from ezscale.state.account.panel import PanelState
from ezscale.state.account.people import PeopleState
from ezscale.state.account.profile import ProfileState
from ezscale.state.account.referrals import ReferralsState
from ezscale.state.account.reinstall import ReinstallState
from ezscale.state.account.security import SecurityState
from ezscale.state.account.service import ServiceState
from ezscale.state.account.services import ServicesState
from ezscale.state.account.sharing import SharingState
from ezscale.state.account.ssh_keys import SshKeysState
from ezscale.state.account.statement import StatementState
from ezscale.state.account.subscription import SubscriptionState
from ezscale.state.account.tokens import TokensState
from ezscale.state.admin.add_ons import AddOnsState
from ezscale.state.admin.audit import AuditState
from ezscale.state.admin.care import CareState
from ezscale.state.admin.colleagues import ColleaguesState
from ezscale.state.admin.compose_offer import ComposeState
from ezscale.state.admin.coupon import CouponState, RedemptionsState
from ezscale.state.admin.coupons import CouponsState
from ezscale.state.admin.credit import CreditState
from ezscale.state.admin.credit_notes import CreditNotesState
from ezscale.state.admin.currencies import CurrenciesState
from ezscale.state.admin.customer import CustomerState
from ezscale.state.admin.customer_tax import CustomerTaxState
from ezscale.state.admin.customers import CustomersState
from ezscale.state.admin.disputes import DisputesState
from ezscale.state.admin.doctor import DoctorState
from ezscale.state.admin.documents import DocumentsState
from ezscale.state.admin.draft import DraftState
from ezscale.state.admin.exchanges import ExchangesState
from ezscale.state.admin.invoice import InvoiceState as AdminInvoiceState
from ezscale.state.admin.invoices import InvoicesState as AdminInvoicesState
from ezscale.state.admin.jobs import ProvisioningState
from ezscale.state.admin.leaving import LeavingState
from ezscale.state.admin.machine import MachineState
from ezscale.state.admin.mail import MailState
from ezscale.state.admin.maintenance import MaintenanceState
from ezscale.state.admin.offers import OffersState
from ezscale.state.admin.offers import OfferState as AdminOfferState
from ezscale.state.admin.options import OptionsState
from ezscale.state.admin.order import OrderState as AdminOrderState
from ezscale.state.admin.orders import OrdersState
from ezscale.state.admin.overview import OverviewState as AdminOverviewState
from ezscale.state.admin.panels import PanelsState
from ezscale.state.admin.payouts import PayoutsState
from ezscale.state.admin.plan import PlanState
from ezscale.state.admin.plan_stock import PlanStockState
from ezscale.state.admin.plan_trial import PlanTrialState
from ezscale.state.admin.plans import PlansState
from ezscale.state.admin.referrals import ReferralsState as AdminReferralsState
from ezscale.state.admin.roles import RolesState
from ezscale.state.admin.rules import RulesState
from ezscale.state.admin.runs import RunsState
from ezscale.state.admin.security import SecurityState as AdminSecurityState
from ezscale.state.admin.service import ServiceState as AdminServiceState
from ezscale.state.admin.services import ServicesState as AdminServicesState
from ezscale.state.admin.statement import StatementState as AdminStatementState
from ezscale.state.admin.subscription import SubscriptionState as AdminSubscriptionState
from ezscale.state.admin.subscriptions import SubscriptionsState
from ezscale.state.admin.tax import TaxState
from ezscale.state.admin.time_machine import TimeMachineState
from ezscale.state.admin.tokens import TokensState as AdminTokensState
from ezscale.state.admin.tonight import TonightState
from ezscale.state.admin.top_ups import TopUpsState
from ezscale.state.admin.waitlist import WaitlistState
from ezscale.state.ordering.order_form import OrderState
from ezscale.state.paying.by_link import PayState
from ezscale.state.signing_in.forms import PostedFormState
from ezscale.state.signing_in.invitation import InvitationState
from ezscale.state.signing_in.proving import ProvingState
from ezscale.state.signing_in.registering import RegisterState
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
        description="KVM virtual servers with IPv4 and IPv6. Pick a place and a system, pay by the month or the year.",
        found=True,
        priority=0.9,
    ),
    Route(
        "/pricing/",
        pricing,
        title=f"Pricing in USD, EUR and GBP | {company()}",
        description="Every plan and every price on one page, from a month to three years, in every currency we sell in.",
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
        "/register/",
        register,
        title=f"Create an account | {company()}",
        on_load=[PostedFormState.load_for_visitors, RegisterState.load],
    ),
    Route("/forgotten/", forgotten, title=f"Reset your password | {company()}", on_load=[PostedFormState.load]),
    Route("/reset/", reset, title=f"Choose a new password | {company()}", on_load=[PostedFormState.load]),
    Route(
        "/second-step/",
        second_step,
        title=f"Second step | {company()}",
        on_load=[ProvingState.load_second_step, PostedFormState.load],
    ),
    Route(
        "/confirm/",
        confirm,
        title=f"Confirm that it is you | {company()}",
        on_load=[ProvingState.load_confirmation, PostedFormState.load],
    ),
    Route(
        "/change-email/", change_email, title=f"Confirm your new address | {company()}", on_load=[PostedFormState.load]
    ),
    Route(
        "/invitation/",
        invitation,
        title=f"You are invited | {company()}",
        on_load=[PostedFormState.load, InvitationState.load],
    ),
    Route("/pay/", pay_by_link, title=f"Pay an invoice | {company()}", on_load=[PayState.load]),
    Route("/verify/", verify, title=f"Confirm your address | {company()}", on_load=[PostedFormState.load]),
)

ACCOUNT = (
    Route("/order/", order, title=f"Order a server | {company()}", on_load=[OrderState.load]),
    Route("/account/", overview, title=f"Overview | {company()}", on_load=[OverviewState.load]),
    Route("/account/services/", services, title=f"Services | {company()}", on_load=[ServicesState.load]),
    Route(
        "/account/service/",
        service,
        title=f"Server | {company()}",
        on_load=[ServiceState.load, AddressesState.load, PanelState.load, LoginState.load, SharingState.load],
    ),
    Route("/account/service/reinstall/", reinstall, title=f"Reinstall | {company()}", on_load=[ReinstallState.load]),
    Route("/account/console/", console, title=f"Console | {company()}", on_load=[ConsoleState.load]),
    Route(
        "/account/subscription/",
        subscription,
        title=f"Subscription | {company()}",
        on_load=[SubscriptionState.load],
    ),
    Route("/account/order/", placed_order, title=f"Your order | {company()}", on_load=[PlacedOrderState.load]),
    Route("/account/offer/", offer, title=f"Our offer | {company()}", on_load=[OfferState.load]),
    Route("/account/invoices/", invoices, title=f"Invoices | {company()}", on_load=[InvoicesState.load]),
    Route("/account/invoice/", invoice, title=f"Invoice | {company()}", on_load=[InvoiceState.load]),
    Route("/account/statement/", statement, title=f"Statement of account | {company()}", on_load=[StatementState.load]),
    Route("/account/credit/", credit, title=f"Credit | {company()}", on_load=[OwnCreditState.load]),
    Route("/account/cards/", cards, title=f"Payment methods | {company()}", on_load=[CardsState.load]),
    Route("/account/referrals/", referrals, title=f"Referrals | {company()}", on_load=[ReferralsState.load]),
    Route("/account/people/", people, title=f"People | {company()}", on_load=[PeopleState.load]),
    Route("/account/ssh-keys/", ssh_keys, title=f"SSH keys | {company()}", on_load=[SshKeysState.load]),
    Route("/account/tokens/", tokens, title=f"API tokens | {company()}", on_load=[TokensState.load]),
    Route("/account/profile/", profile, title=f"Profile | {company()}", on_load=[ProfileState.load]),
    Route(
        "/account/security/",
        security,
        title=f"Security | {company()}",
        on_load=[SecurityState.load, PostedFormState.load],
    ),
)

ADMIN = (
    Route("/admin/", admin_overview, title=f"Overview | {company()} staff", on_load=[AdminOverviewState.load]),
    Route("/admin/customers/", customers, title=f"Customers | {company()} staff", on_load=[CustomersState.load]),
    Route(
        "/admin/customer/",
        customer,
        title=f"Customer | {company()} staff",
        on_load=[CustomerState.load, CareState.load, CustomerTaxState.load, TopUpsState.load, CreditState.load],
    ),
    Route("/admin/services/", admin_services, title=f"Services | {company()} staff", on_load=[AdminServicesState.load]),
    Route(
        "/admin/service/",
        admin_service,
        title=f"Service | {company()} staff",
        on_load=[AdminServiceState.load, MachineState.load, AdminServiceState.ask_panel],
    ),
    Route(
        "/admin/subscriptions/",
        subscriptions,
        title=f"Subscriptions | {company()} staff",
        on_load=[SubscriptionsState.load],
    ),
    Route(
        "/admin/subscription/",
        admin_subscription,
        title=f"Subscription | {company()} staff",
        on_load=[AdminSubscriptionState.load],
    ),
    Route("/admin/leaving/", leaving, title=f"Leaving | {company()} staff", on_load=[LeavingState.load]),
    Route("/admin/orders/", orders, title=f"Orders | {company()} staff", on_load=[OrdersState.load]),
    Route("/admin/order/", admin_order, title=f"Order | {company()} staff", on_load=[AdminOrderState.load]),
    Route("/admin/offers/", offers, title=f"Offers | {company()} staff", on_load=[OffersState.load]),
    Route("/admin/offer/", admin_offer, title=f"Offer | {company()} staff", on_load=[AdminOfferState.load]),
    Route("/admin/offer/new/", compose_offer, title=f"Make an offer | {company()} staff", on_load=[ComposeState.load]),
    Route("/admin/invoices/", admin_invoices, title=f"Invoices | {company()} staff", on_load=[AdminInvoicesState.load]),
    Route("/admin/invoice/", admin_invoice, title=f"Invoice | {company()} staff", on_load=[AdminInvoiceState.load]),
    Route("/admin/waitlist/", waitlist, title=f"Waitlist | {company()} staff", on_load=[WaitlistState.load]),
    Route("/admin/plans/", plans, title=f"Plans | {company()} staff", on_load=[PlansState.load]),
    Route(
        "/admin/plan/",
        plan,
        title=f"Plan | {company()} staff",
        on_load=[PlanState.load, PlanStockState.load, PlanTrialState.load],
    ),
    Route("/admin/options/", options, title=f"Options | {company()} staff", on_load=[OptionsState.load]),
    Route("/admin/add-ons/", add_ons, title=f"Add-ons | {company()} staff", on_load=[AddOnsState.load]),
    Route("/admin/coupons/", coupons, title=f"Coupons | {company()} staff", on_load=[CouponsState.load]),
    Route(
        "/admin/coupon/",
        coupon,
        title=f"Coupon | {company()} staff",
        on_load=[CouponState.load, RedemptionsState.load],
    ),
    Route(
        "/admin/referrals/", admin_referrals, title=f"Referrals | {company()} staff", on_load=[AdminReferralsState.load]
    ),
    Route("/admin/draft/", draft, title=f"Write an invoice | {company()} staff", on_load=[DraftState.load]),
    Route(
        "/admin/credit-notes/",
        admin_credit_notes,
        title=f"Credit notes | {company()} staff",
        on_load=[CreditNotesState.load],
    ),
    Route("/admin/disputes/", admin_disputes, title=f"Disputes | {company()} staff", on_load=[DisputesState.load]),
    Route("/admin/payouts/", admin_payouts, title=f"Payouts | {company()} staff", on_load=[PayoutsState.load]),
    Route(
        "/admin/statement/",
        admin_statement,
        title=f"Statement of account | {company()} staff",
        on_load=[AdminStatementState.load],
    ),
    Route(
        "/admin/provisioning/",
        provisioning,
        title=f"Provisioning | {company()} staff",
        on_load=[ProvisioningState.load],
    ),
    Route(
        "/admin/exchanges/",
        exchanges,
        title=f"Panel calls | {company()} staff",
        on_load=[ExchangesState.load],
    ),
    Route(
        "/admin/maintenance/", maintenance, title=f"Maintenance | {company()} staff", on_load=[MaintenanceState.load]
    ),
    Route("/admin/panels/", panels, title=f"Panels | {company()} staff", on_load=[PanelsState.load]),
    Route("/admin/tonight/", tonight, title=f"Tonight | {company()} staff", on_load=[TonightState.load]),
    Route("/admin/runs/", runs, title=f"Runs | {company()} staff", on_load=[RunsState.load]),
    Route("/admin/tax/", tax, title=f"Tax | {company()} staff", on_load=[TaxState.load]),
    Route("/admin/currencies/", currencies, title=f"Currencies | {company()} staff", on_load=[CurrenciesState.load]),
    Route("/admin/mail/", mail, title=f"Mail | {company()} staff", on_load=[MailState.load]),
    Route("/admin/tokens/", admin_tokens, title=f"API tokens | {company()} staff", on_load=[AdminTokensState.load]),
    Route("/admin/time/", time_machine, title=f"Time machine | {company()} staff", on_load=[TimeMachineState.load]),
    Route("/admin/audit/", audit, title=f"Audit | {company()} staff", on_load=[AuditState.load]),
    Route(
        "/admin/security/",
        admin_security,
        title=f"Security | {company()} staff",
        on_load=[AdminSecurityState.load, PostedFormState.load],
    ),
    Route("/admin/staff/", colleagues, title=f"Colleagues | {company()} staff", on_load=[ColleaguesState.load]),
    Route("/admin/roles/", roles, title=f"Roles | {company()} staff", on_load=[RolesState.load]),
    Route("/admin/documents/", documents, title=f"Documents | {company()} staff", on_load=[DocumentsState.load]),
    Route("/admin/rules/", rules, title=f"Rules | {company()} staff", on_load=[RulesState.load]),
    Route("/admin/doctor/", doctor, title=f"Doctor | {company()} staff", on_load=[DoctorState.load]),
)

ALL = (*MARKETING, *SIGNING_IN, *ACCOUNT, *ADMIN)
