"""The words of mail about money: what is owed, paid, given back and kept for later."""

from ezscale.messaging.template import Words

ABOUT_MONEY = {
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
}
