"""The words of mail about what is sold and what runs: orders, prices, servers."""

from ezscale.messaging.template import Words

ABOUT_SERVICES = {
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
    "order_reserved": Words(
        "Your order {{ number }} is being looked at",
        (
            "Hello {{ name }},",
            (
                "thank you for your order {{ number }}. {{ reserved }} are reserved on your card, and nothing has been taken. "
                "One of us looks at the order first; this rarely takes longer than a working day. If we say yes, we take the "
                "money and build what you ordered. If not, we take nothing. You need not do anything."
            ),
        ),
        "See the order",
    ),
    "order_unpaid_again": Words(
        "Please pay your order {{ number }} again",
        (
            "Hello {{ name }},",
            (
                "{% if refused %}we have approved your order {{ number }}, and could not take the {{ reserved }} that were "
                "reserved on your card.{% else %}the {{ reserved }} that were reserved on your card for your order {{ number }} "
                "are not reserved any more: we did not get to it in time, and are sorry.{% endif %} Nothing was taken."
            ),
            "If you still want what you ordered, please pay it again; for two days we keep it for you.",
        ),
        "Pay the order",
    ),
    "order_rejected": Words(
        "We cannot carry out your order {{ number }}",
        (
            "Hello {{ name }},",
            "we are sorry: we cannot carry out your order {{ number }}. {{ reason }}",
            (
                "{% if paid %}The {{ total }} that you paid are now credit in your account; write to us and we send them "
                "back to you.{% elsif let_go %}Nothing was charged: we let go the {{ reserved }} that were reserved on your card. "
                "Your bank may show them for a few days more.{% else %}Nothing was charged.{% endif %}"
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
    "build_troubled": Words(
        "{{ hostname }} takes longer than usual",
        (
            "Hello {{ name }},",
            (
                "setting up {{ hostname }} takes longer than usual: something did not work at the first try. We keep trying by "
                "ourselves; you need not do anything, and you hear from us as soon as it runs."
            ),
        ),
        "See how far it is",
    ),
    "service_failed": Words(
        "{{ hostname }} needs a little longer",
        (
            "Hello {{ name }},",
            (
                "setting up {{ hostname }} did not work. Our staff have been told and are on it. If you wait, you need not do "
                "anything, and you will hear from us."
            ),
            "If you would rather not wait, you can have your money back: the page of your server offers it.",
        ),
        "See what you can do",
    ),
    "service_waitlisted": Words(
        "{{ hostname }} waits for room",
        (
            "Hello {{ name }},",
            (
                "{{ hostname }} is paid, and just now there is no room left to build it; we are sorry. It has its place on the "
                "waitlist: whoever paid first comes first, and it is built by itself as soon as there is room."
            ),
            "If you would rather not wait, you can have your money back: the page of your server offers it.",
        ),
        "See what you can do",
    ),
    "waitlist_offer": Words(
        "{{ plan }}: one is yours until {{ until }}",
        (
            "Hello {{ name }},",
            (
                "you have waited for {{ plan }}. One is there now, and it is set aside for you until {{ until }}. Order it "
                "before that; afterwards it goes to whoever is next."
            ),
        ),
        "Order it",
    ),
    "waitlist_expired": Words(
        "{{ plan }}: your turn is over",
        (
            "Hello {{ name }},",
            (
                "the {{ plan }} that was set aside for you was not ordered in time, and has gone to whoever was next. If you "
                "still want one, you can join the waitlist again, at its end."
            ),
        ),
        "Join again",
    ),
    "service_reinstalled": Words(
        "{{ hostname }} is installed anew",
        (
            "Hello {{ name }},",
            (
                "{{ hostname }} has been reinstalled, as you see in its log, and is ready. What was on it before "
                "is gone. How to log in, you see in your account; we never send passwords by mail."
            ),
            "If neither of us asked for this, please answer this mail at once.",
        ),
        "Open the server",
    ),
    "reinstall_failed": Words(
        "{{ hostname }} could not be reinstalled",
        (
            "Hello {{ name }},",
            (
                "{{ hostname }} could not be reinstalled as it was asked for. Why, you see on its page, where you can start it "
                "again. If it fails once more, please answer this mail: we look at it."
            ),
        ),
        "See what happened",
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
    "deletion_planned": Words(
        "{{ hostname }} will be deleted on {{ day }}",
        (
            "Hello {{ name }},",
            (
                "the subscription of {{ hostname }} has ended, so it stands still now. On {{ day }} it is deleted, with "
                "everything on it, and nobody can bring it back after that."
            ),
            (
                "Is there anything on it that you need, or would you like to keep it? Its page in your account says what you "
                "can do until that day; or simply answer this mail."
            ),
        ),
        "See the service",
    ),
    "deletion_near": Words(
        "Tomorrow {{ hostname }} will be deleted",
        (
            "Hello {{ name }},",
            (
                "on {{ day }} we delete {{ hostname }}, as we have written to you: its subscription has ended. Everything on it "
                "is gone then. If you still need something, please act today."
            ),
        ),
        "See the service",
    ),
    "maintenance": Words(
        "Maintenance: {{ title }}",
        (
            "Hello {{ name }},",
            "we work on something that your services run on, from {{ begins }} to {{ ends }}: {{ text }}",
            "You need not do anything. Until it is over, your account shows how it stands.",
        ),
        "See my services",
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
