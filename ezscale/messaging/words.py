"""The words of every mail, as Liquid templates. A paragraph a line; `link` and its label become a button."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """A template: its subject, its paragraphs, and the label of its one link (none without)."""

    subject: str
    paragraphs: tuple[str, ...]
    label: str = ""


WORDS = {
    "welcome": Words(
        "Welcome to {{ company }}: please confirm your address",
        (
            "Hello {{ name }},",
            (
                "your account is ready. Please confirm that this is your address, so that invoices and news about your "
                "servers reach you."
            ),
            "The link works for seven days.",
        ),
        "Confirm my address",
    ),
    "reset_link": Words(
        "A new password for your {{ company }} account",
        (
            "Hello {{ name }},",
            "somebody, hopefully you, asked for a new password for this address. The link works once, for one hour.",
            "If it was not you, ignore this mail: nothing has changed.",
        ),
        "Choose a new password",
    ),
    "password_changed": Words(
        "Your {{ company }} password was changed",
        (
            "Hello {{ name }},",
            "your password was changed just now, and every other signed-in device was signed out.",
            "If it was not you, ask for a new password at once and tell us.",
        ),
        "I did not do this",
    ),
    "colleague_invited": Words(
        "Your access to the {{ company }} staff panel",
        (
            "Hello {{ name }},",
            "you have been invited to work in the staff panel of {{ company }}. Please choose your password.",
            "The link works once, for {{ days }} days. After that, ask for a new password on the page to log in.",
        ),
        "Choose my password",
    ),
    "role_changed": Words(
        "Your role at {{ company }} has changed",
        (
            "Hello {{ name }},",
            "what you may do in the staff panel has changed: your role is {{ words }}. Please log in again.",
            "Your API tokens have been revoked; make new ones where you need them.",
        ),
        "Log in",
    ),
    "colleague_suspended": Words(
        "Your access to the {{ company }} staff panel is suspended",
        ("Hello {{ name }},", "you have been signed out everywhere, and cannot log in until somebody brings you back."),
    ),
    "colleague_back": Words(
        "Your access to the {{ company }} staff panel is back",
        ("Hello {{ name }},", "you may log in again. Your API tokens stay revoked; make new ones where you need them."),
        "Log in",
    ),
    "colleague_removed": Words(
        "Your access to the {{ company }} staff panel has ended",
        (
            "Hello {{ name }},",
            "you have been signed out everywhere, and your access has ended. Thank you for your work.",
        ),
    ),
    "person_suspended": Words(
        "Your {{ company }} login is suspended",
        (
            "Hello {{ name }},",
            "you have been signed out everywhere and cannot log in for the time being. The reason: {{ words }}",
            "If you think this is a mistake, please answer this mail.",
        ),
    ),
    "person_back": Words(
        "Your {{ company }} login works again",
        ("Hello {{ name }},", "you may log in again. What we noted: {{ words }}"),
        "Log in",
    ),
    "customer_suspended": Words(
        "Your {{ company }} account is suspended",
        (
            "Hello {{ name }},",
            "we have suspended your account. The reason: {{ words }}",
            "You can still log in, see your invoices and pay them. If you think this is a mistake, please answer this mail.",
        ),
        "See my invoices",
    ),
    "customer_back": Words(
        "Your {{ company }} account works again",
        ("Hello {{ name }},", "your account is no longer suspended. What we noted: {{ words }}"),
        "Open my account",
    ),
    "email_change": Words(
        "Confirm your new address for {{ company }}",
        (
            "Hello {{ name }},",
            (
                "somebody, hopefully you, wants to sign in at {{ company }} with this address from now on. The link works "
                "once, for one day."
            ),
            "If it was not you, ignore this mail: nothing has changed.",
        ),
        "Use this address",
    ),
    "email_change_notice": Words(
        "Your {{ company }} account is to get another address",
        (
            "Hello {{ name }},",
            (
                "somebody, hopefully you, asked that your account be reached at {{ new_email }} instead of this address. "
                "It changes when the link that we have sent there is opened."
            ),
            "If it was not you, set a new password now: that stops the change and signs out whoever asked for it.",
        ),
        "I did not do this",
    ),
    "email_changed": Words(
        "Your {{ company }} account has another address now",
        (
            "Hello {{ name }},",
            "your account is no longer reached at this address: the new one was confirmed just now.",
            "If it was not you, write to us at once: {{ email }}.",
        ),
    ),
    "second_factor_changed": Words(
        "How you sign in at {{ company }} has changed",
        (
            "Hello {{ name }},",
            "{{ what }}. Every other signed-in device was signed out.",
            "If it was not you, set a new password at once and tell us.",
        ),
        "I did not do this",
    ),
    "invitation": Words(
        (
            "{{ by }} invites you to {% if hostname != '' %}{{ hostname }}{% else %}{{ account }}{% endif %} at {{ company }}"
        ),
        (
            "Hello,",
            (
                "{% if hostname != '' %}{{ by }} of {{ account }} would like to share the server {{ hostname }} with you: you "
                "may start, stop and restart it.{% else %}{{ by }} invites you to the {{ company }} account of "
                "{{ account }}{% if role == 'owner' %}, as an owner of it{% elsif role == 'billing' %}, to look after "
                "its bills{% elsif role == 'technical' %}, to look after its servers{% else %}, to see its servers and "
                "bills{% endif %}.{% endif %}"
            ),
            "The link works once, for seven days. If you do not know them, ignore this mail: nothing has changed.",
        ),
        "See the invitation",
    ),
    "member_joined": Words(
        "{{ who }} has joined {% if hostname != '' %}{{ hostname }}{% else %}{{ account }}{% endif %}",
        (
            "Hello {{ name }},",
            (
                "{{ who }} ({{ email }}) has accepted the invitation {% if hostname != '' %}to use the server {{ hostname }}"
                "{% else %}to {{ account }}{% endif %}."
            ),
            "If you did not expect this, remove them on the page of your people and tell us.",
        ),
        "See who has access",
    ),
    "member_removed": Words(
        "You no longer have access to {% if hostname != '' %}{{ hostname }}{% else %}{{ account }}{% endif %}",
        (
            "Hello {{ name }},",
            (
                "{{ account }} has ended your access{% if hostname != '' %} to the server {{ hostname }}{% endif %} at "
                "{{ company }}. Your own account stays as it is."
            ),
        ),
    ),
    "invoice_issued": Words(
        "Invoice {{ number }}: {{ total }}{% if waits == '' %} due {{ due_on }}{% endif %}",
        (
            "Hello {{ name }},",
            (
                "invoice {{ number }} for {{ total }} is ready. {% if waits != '' %}That is too little to be charged alone. "
                "{{ waits }}{% elsif card != '' %}We will charge {{ card }} on {{ charge_on }}; "
                "there is nothing you need to do.{% else %}Please pay it by {{ due_on }}.{% endif %}"
            ),
        ),
        "See the invoice",
    ),
    "invoice_again": Words(
        "Invoice {{ number }}: {{ total }}",
        (
            "Hello {{ name }},",
            "here is invoice {{ number }} for {{ total }} once more.",
            "{% if to_pay %}{{ open }} is to be paid by {{ due_on }}.{% endif %}",
        ),
        "See the invoice",
    ),
    "credit_note": Words(
        "Credit note {{ note }} for invoice {{ number }}",
        (
            "Hello {{ name }},",
            "credit note {{ note }} takes back {{ taken_back }} of invoice {{ number }}: {{ reason }}.",
            (
                "{% if kept != '' %}{{ kept }} of it had been paid: it is credit in your account now, and is used for your "
                "next invoices.{% endif %}"
            ),
            "{% if back != '' %}{{ back }} of it goes back to where it was paid from.{% endif %}",
            "{% if to_pay %}{{ open }} is still to be paid by {{ due_on }}.{% endif %}",
        ),
        "See the invoice",
    ),
    "refunded": Words(
        "We have sent back {{ amount }}",
        (
            "Hello {{ name }},",
            (
                "we have sent {{ amount }} back to where it came from: your payment of {{ paid_on }}"
                "{% if number != '' %} for invoice {{ number }}{% endif %}."
                "{% if reason != '' %} Why: {{ reason }}.{% endif %}"
            ),
            "Banks take up to ten days until it shows on your statement.",
        ),
        "See your invoices",
    ),
    "credit_granted": Words(
        "{{ amount }} of credit in your account",
        (
            "Hello {{ name }},",
            "we have put {{ amount }} of credit into your account: {{ reason }}. It is used for your next invoices.",
            "{% if expires_on != '' %}It can be spent until {{ expires_on }}.{% endif %}",
        ),
        "See your invoices",
    ),
    "credit_lapses": Words(
        "{{ left }} of your credit lapses on {{ expires_on }}",
        (
            "Hello {{ name }},",
            (
                "{{ left }} of the credit in your account can be spent until {{ expires_on }} ({{ reason }}). It is used for "
                "your invoices by itself; what is left after that day lapses."
            ),
        ),
        "See your invoices",
    ),
    "top_up_receipt": Words(
        "Receipt: {{ amount }} of account credit, {{ number }}",
        (
            "Hello {{ name }},",
            (
                "we have received {{ amount }} on {{ paid_on }}{% if method != '' %} from {{ method }}{% endif %} for your "
                "account credit{% if is_automatic %}, as you have agreed to automatic top-ups{% endif %}. Thank you!"
            ),
            "Your credit is {{ balance }} now. It is used for your invoices by itself, before any card.",
            "This is the receipt of a payment ({{ number }}). It is no invoice: you have one for whatever the credit pays.",
        ),
        "See your credit",
    ),
    "auto_top_up_agreed": Words(
        "Automatic top-ups of your credit are on",
        (
            "Hello {{ name }},",
            (
                "{{ by }} has agreed that your account credit is topped up by itself: whenever it falls below {{ below }}, we "
                "take {{ amount }} from your default payment method, and no more than {{ monthly_most }} in a calendar month."
            ),
            "You can change this or switch it off at any time.",
        ),
        "See your credit",
    ),
    "auto_top_up_halted": Words(
        "Automatic top-ups of your credit {% if is_over %}are off{% else %}are paused{% endif %}",
        (
            "Hello {{ name }},",
            (
                "{% if is_over %}we have switched off the automatic top-ups of your account credit. Why: {{ because }}"
                "{% else %}we have paused the automatic top-ups of your account credit: {{ because }}. Nothing is taken by "
                "itself until you let them go on, or add a new payment method.{% endif %}"
            ),
            "You can top up yourself at any time. Without credit, invoices are charged as they are due.",
        ),
        "See your credit",
    ),
    "referral_credited": Words(
        "Thank you for sending us a customer: {{ amount }} of credit",
        (
            "Hello {{ name }},",
            (
                "somebody who came by your link on {{ came_on }} has become a customer and has stayed. We have put "
                "{{ amount }} of credit into your account: it is used for your next invoices, and never lapses."
            ),
        ),
        "See your referrals",
    ),
    "receipt": Words(
        "Paid: invoice {{ number }}",
        ("Hello {{ name }},", "we have received {{ total }} for invoice {{ number }}. Thank you!"),
        "See the invoice",
    ),
    "reminder": Words(
        "{% if days > 0 %}Overdue{% else %}Reminder{% endif %}: invoice {{ number }}, {{ open }}",
        (
            "Hello {{ name }},",
            (
                "{% if days > 0 %}invoice {{ number }} was due on {{ due_on }} and {{ open }} of it is still unpaid."
                "{% else %}invoice {{ number }} for {{ open }} is due on {{ due_on }}.{% endif %}"
            ),
            (
                "{% if days > 0 %}Services that stay unpaid are suspended"
                "{% if stops_on != '' %} from {{ stops_on }} on{% endif %}; everything on them is kept and runs again as "
                "soon as the invoice is paid.{% endif %}"
            ),
        ),
        "Pay now",
    ),
    "final_warning": Words(
        "Last warning: your server will be deleted{% if stops_on != '' %} on {{ stops_on }}{% endif %}",
        (
            "Hello {{ name }},",
            (
                "invoice {{ number }} over {{ open }} is still unpaid. "
                "{% if stops_on != '' %}On {{ stops_on }}{% else %}In a week{% endif %} the services on it will be "
                "deleted with everything on them. This cannot be undone."
            ),
            "Pay the invoice before, and they run again at once.",
        ),
        "Pay now",
    ),
    "charge_failed": Words(
        "{{ card }} was declined for invoice {{ number }}",
        (
            "Hello {{ name }},",
            (
                "we tried to charge {{ open }} for invoice {{ number }}, and it was declined. "
                "{% if hard %}Please add another card to your account: we will not try this one again. This invoice "
                "you can pay now, without signing in.{% elsif again %}We will try again in a "
                "few days. You can also pay now, or with another card.{% else %}We will not try again by ourselves: please "
                "pay now, perhaps with another card.{% endif %}"
            ),
        ),
        "Pay now",
    ),
    "card_refused": Words(
        "Please add a new card: {{ card }} was refused",
        (
            "Hello {{ name }},",
            (
                "your bank has refused {{ card }} for good, and we will not try it again. As you have allowed, we charge your "
                "backup card {{ instead }} instead: now, for invoice {{ number }}, and from now on."
            ),
            "Please add a new card, so that there is a backup again.",
        ),
        "See my cards",
    ),
    "card_revoked": Words(
        "We may not charge {{ card }} any more",
        (
            "Hello {{ name }},",
            (
                "you have told your payment provider that we may not charge {{ card }} any more, and we will not. Please add "
                "another card or wallet, so that your servers go on without you paying each invoice yourself."
            ),
        ),
        "Add a card",
    ),
    "card_expires": Words(
        "Your card {{ card }} expires at the end of {{ month }}",
        (
            "Hello {{ name }},",
            (
                "{{ card }}, which we charge for your servers, expires at the end of {{ month }}. Please add your new card "
                "before, so that nothing stays unpaid."
            ),
            "If your bank renews the card under the same number, there may be nothing to do: we go on charging it.",
        ),
        "Add a card",
    ),
    "charge_needs_customer": Words(
        "Please confirm a payment with your bank: invoice {{ number }}",
        (
            "Hello {{ name }},",
            "your bank wants you to confirm the payment of {{ open }} for invoice {{ number }}. It takes a minute.",
        ),
        "Confirm the payment",
    ),
    "cancellation": Words(
        "Your cancellation: {{ item }} ends on {{ ends_on }}",
        (
            "Hello {{ name }},",
            "as you wished, {{ item }} will end on {{ ends_on }} and will not be charged again. It runs until then.",
            "You can take the cancellation back at any time before that day.",
        ),
        "See the service",
    ),
    "price_change": Words(
        "{{ plan }} costs {{ new }} {{ cycle }} from {{ from_day }}",
        (
            "Hello {{ name }},",
            (
                "we are changing what {{ plan }}, paid {{ cycle }}, costs you: from {{ old }} to {{ new }}, before tax. The new "
                "price holds from your first period that begins on {{ from_day }} or later. Until then you pay what you pay "
                "now, and a discount of yours goes on."
            ),
            (
                "There is nothing you need to do. If you would rather not stay at that price, cancel on the page of the "
                "service at any time before that period begins: it runs to the end of what is paid, and is never charged again."
            ),
        ),
        "See my services",
    ),
    "price_stays": Words(
        "{{ plan }} keeps its price after all",
        (
            "Hello {{ name }},",
            (
                "we have told you that {{ plan }}, paid {{ cycle }}, would cost you {{ new }} from {{ from_day }}. That will "
                "not happen: you go on paying {{ old }}, before tax."
            ),
        ),
    ),
    "order_held": Words(
        "Your order {{ number }} is being looked at",
        (
            "Hello {{ name }},",
            (
                "we have received {{ total }} for your order {{ number }}. Thank you! One of us looks at it before we build "
                "it; this rarely takes longer than a working day, and you need not do anything."
            ),
        ),
        "See the order",
    ),
    "order_rejected": Words(
        "We cannot carry out your order {{ number }}",
        (
            "Hello {{ name }},",
            "we are sorry: we cannot carry out your order {{ number }}. {{ reason }}",
            (
                "{% if paid %}The {{ total }} that you paid are now credit in your account; write to us and we send them "
                "back to you.{% else %}Nothing was charged.{% endif %}"
            ),
        ),
        "See the order",
    ),
    "offer_made": Words(
        "Our offer {{ number }} for you",
        (
            "Hello {{ name }},",
            "we have made you an offer: {{ items }}. It holds until {{ valid_until }}.",
            "You see what it costs in your account, where you can order it, or say that you do not want it.",
        ),
        "See the offer",
    ),
    "service_ready": Words(
        "{{ hostname }} is running",
        (
            "Hello {{ name }},",
            (
                "your server {{ hostname }} ({{ plan }}) is ready at {{ ipv4 }}. Its root password waits for you in your "
                "account; we never send passwords by mail."
            ),
        ),
        "Open the server",
    ),
    "service_failed": Words(
        "{{ hostname }} needs a little longer",
        (
            "Hello {{ name }},",
            (
                "setting up {{ hostname }} did not work at once. Our staff have been told and are on it; you need not do "
                "anything, and you will hear from us."
            ),
        ),
        "See the state",
    ),
    "service_suspended": Words(
        "{{ hostname }} is suspended",
        (
            "Hello {{ name }},",
            (
                "{{ hostname }} stands still because an invoice is unpaid. Nothing on it is lost: it runs again as soon as "
                "the invoice is paid."
            ),
        ),
        "See and pay",
    ),
    "service_paused": Words(
        "{{ hostname }} is paused",
        (
            "Hello {{ name }},",
            "{{ hostname }} is paused, as it was asked for. Nothing on it is lost: it runs again when the pause ends.",
        ),
        "Open the server",
    ),
    "service_disputed": Words(
        "{{ hostname }} is suspended",
        (
            "Hello {{ name }},",
            (
                "{{ hostname }} stands still because the bank behind a payment for it wants the money back. Nothing on it is "
                "lost. If that is a mistake, please tell the bank, and answer this mail: we clear it up with you."
            ),
        ),
        "Open the server",
    ),
    "service_resumed": Words(
        "{{ hostname }} runs again",
        ("Hello {{ name }},", "{{ hostname }} is running again."),
        "Open the server",
    ),
    "service_terminated": Words(
        "{{ hostname }} has been deleted",
        (
            "Hello {{ name }},",
            "{{ hostname }} and everything on it has been deleted. Thank you for having been with us.",
        ),
    ),
}
