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
CANCEL_SERVICES = Permission("services.cancel")
EDIT_CUSTOMER = Permission("customer.edit")

# What people who work here may do for every customer.
SEE_EVERYTHING = Permission("staff.see")
MANAGE_SERVICES = Permission("staff.services")
MANAGE_INVOICES = Permission("staff.invoices")
SEE_MAIL = Permission("staff.mail")
RUN_THE_COMPANY = Permission("staff.run")
MOVE_THE_CLOCK = Permission("staff.clock")

PAYING_ONLY = frozenset({SEE_BILLING, PAY_INVOICES, MANAGE_CARDS})

MEMBER_PERMISSIONS: dict[MemberRole, frozenset[Permission]] = {
    MemberRole.OWNER: frozenset(
        {
            *(SEE_SERVICES, USE_SERVICES, REVEAL_LOGINS, CANCEL_SERVICES),
            *(SEE_BILLING, PAY_INVOICES, MANAGE_CARDS, PLACE_ORDERS, EDIT_CUSTOMER),
        }
    ),
    MemberRole.BILLING: frozenset({SEE_SERVICES, SEE_BILLING, PAY_INVOICES, MANAGE_CARDS, PLACE_ORDERS}),
    MemberRole.TECHNICAL: frozenset({SEE_SERVICES, USE_SERVICES, REVEAL_LOGINS}),
    MemberRole.READ_ONLY: frozenset({SEE_SERVICES, SEE_BILLING}),
}

STAFF_PERMISSIONS = frozenset(
    {SEE_EVERYTHING, MANAGE_SERVICES, MANAGE_INVOICES, SEE_MAIL, RUN_THE_COMPANY, MOVE_THE_CLOCK}
)


def staff_permissions(role: StaffRole) -> frozenset[Permission]:
    """What a staff role includes; names that no longer exist give nothing."""
    return frozenset(name for name in STAFF_PERMISSIONS if name in role.permissions)
