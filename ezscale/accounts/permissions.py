"""Every permission there is, and what each role of a customer's people includes."""

from ezscale.kit.actor import Permission
from ezscale.models import StaffRole
from ezscale.models.customer import MemberRole

# What people may do for their own customer.
SEE_SERVICES = Permission("services.see")
USE_SERVICES = Permission("services.use")
REVEAL_LOGINS = Permission("services.reveal")
SEE_BILLING = Permission("billing.see")
PAY_INVOICES = Permission("billing.pay")
MANAGE_CARDS = Permission("billing.cards")
PLACE_ORDERS = Permission("orders.place")
CHANGE_SERVICES = Permission("services.change")
CANCEL_SERVICES = Permission("services.cancel")
EDIT_CUSTOMER = Permission("customer.edit")
MANAGE_PEOPLE = Permission("customer.people")
MANAGE_TOKENS = Permission("customer.tokens")

# What people who work here may do for every customer.
SEE_EVERYTHING = Permission("staff.see")
MANAGE_SERVICES = Permission("staff.services")
MANAGE_INVOICES = Permission("staff.invoices")
REFUND_PAYMENTS = Permission("staff.refunds")
SEE_MAIL = Permission("staff.mail")
RUN_THE_COMPANY = Permission("staff.run")
MOVE_THE_CLOCK = Permission("staff.clock")
MANAGE_CUSTOMERS = Permission("staff.customers")
MANAGE_STAFF = Permission("staff.people")
IMPERSONATE = Permission("staff.impersonate")
CHANGE_AS_CUSTOMER = Permission("staff.impersonate_change")
SEE_AUDIT = Permission("staff.audit")
EXPORT_DATA = Permission("staff.export")
ERASE_PEOPLE = Permission("staff.erase")
SET_RULES = Permission("staff.rules")
MANAGE_CATALOG = Permission("staff.catalog")
MANAGE_COUPONS = Permission("staff.coupons")
MANAGE_TAX = Permission("staff.tax")
MANAGE_ORDERS = Permission("staff.orders")
MANAGE_SUBSCRIPTIONS = Permission("staff.subscriptions")
SEE_EXCHANGES = Permission("staff.exchanges")

PAYING_ONLY = frozenset({SEE_BILLING, PAY_INVOICES, MANAGE_CARDS})  # what a suspension leaves
LOOKING = frozenset({SEE_SERVICES, SEE_BILLING})  # what a colleague may who acts as a customer and changes nothing
THEIR_OWN = frozenset({REVEAL_LOGINS, MANAGE_PEOPLE, MANAGE_TOKENS})  # secrets, and what would outlive the acting

MEMBER_PERMISSIONS: dict[MemberRole, frozenset[Permission]] = {
    MemberRole.OWNER: frozenset(
        {
            *(SEE_SERVICES, USE_SERVICES, REVEAL_LOGINS, CANCEL_SERVICES, CHANGE_SERVICES),
            *(SEE_BILLING, PAY_INVOICES, MANAGE_CARDS, PLACE_ORDERS, EDIT_CUSTOMER),
            *(MANAGE_PEOPLE, MANAGE_TOKENS),
        }
    ),
    MemberRole.BILLING: frozenset({SEE_SERVICES, SEE_BILLING, PAY_INVOICES, MANAGE_CARDS, PLACE_ORDERS}),
    MemberRole.TECHNICAL: frozenset({SEE_SERVICES, USE_SERVICES, REVEAL_LOGINS}),
    MemberRole.READ_ONLY: frozenset({SEE_SERVICES, SEE_BILLING}),
    MemberRole.DELEGATE: frozenset({SEE_SERVICES, USE_SERVICES}),
}

STAFF_PERMISSIONS = frozenset(
    {
        *(SEE_EVERYTHING, MANAGE_SERVICES, MANAGE_INVOICES, SEE_MAIL, RUN_THE_COMPANY, MOVE_THE_CLOCK),
        *(MANAGE_CUSTOMERS, MANAGE_STAFF, IMPERSONATE, CHANGE_AS_CUSTOMER, SEE_AUDIT, EXPORT_DATA, ERASE_PEOPLE),
        *(REFUND_PAYMENTS, SET_RULES, MANAGE_CATALOG, MANAGE_COUPONS, MANAGE_TAX, MANAGE_ORDERS, MANAGE_SUBSCRIPTIONS),
        SEE_EXCHANGES,
    }
)


ADMINISTRATOR = "Administrator"


def staff_permissions(role: StaffRole) -> frozenset[Permission]:
    """What a staff role includes; names that no longer exist give nothing. Administrators may do everything."""
    if role.name == ADMINISTRATOR:
        return STAFF_PERMISSIONS
    return frozenset(name for name in STAFF_PERMISSIONS if name in role.permissions)
