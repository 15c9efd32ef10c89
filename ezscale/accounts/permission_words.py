"""What each permission of a colleague's means, in a sentence for whoever puts a role together."""

from ezscale.accounts import permissions as may
from ezscale.kit.actor import Permission

PERMISSION_WORDS: dict[Permission, str] = {
    may.SEE_EVERYTHING: "See every customer, service, order and invoice",
    may.SEE_MAIL: "Read the mail that customers were sent",
    may.MANAGE_SERVICES: "Start, stop and rebuild customers' services, and mend where panels do not agree with us",
    may.MANAGE_INVOICES: "Void, settle and correct invoices, and close billing cases",
    may.REFUND_PAYMENTS: "Send money back to where it came from",
    may.MANAGE_ORDERS: "Make offers, and approve, reject and hold orders",
    may.SEE_EXCHANGES: "Read what was said to panels about customers' services, without secrets",
    may.MANAGE_SUBSCRIPTIONS: "Change, pause, extend and end customers' subscriptions",
    may.MANAGE_CATALOG: "Change plans, options, add-ons, prices and stock",
    may.MANAGE_COUPONS: "Make and end coupons",
    may.MANAGE_TAX: "Change tax rates, exemptions and exchange rates",
    may.SET_RULES: "Decide how the house bills: rounding, numbers, fees, periods",
    may.MANAGE_CUSTOMERS: "Correct a customer's address; suspend customers and their people, and bring them back",
    may.IMPERSONATE: "Look at the portal as one of a customer's people, for half an hour, with a reason",
    may.CHANGE_AS_CUSTOMER: "Change things while acting as a customer, where the customer's person may",
    may.MANAGE_STAFF: "Invite colleagues, change their roles, and suspend or remove them",
    may.SEE_AUDIT: "Read the audit trail: who changed what",
    may.EXPORT_DATA: "Take lists and whole records out of the panel as files",
    may.ERASE_PEOPLE: "Erase what is known about a person, for good",
    may.RUN_THE_COMPANY: "Start runs by hand and retry what has failed",
    may.MOVE_THE_CLOCK: "Move the company's clock ahead, in the sandbox",
}
