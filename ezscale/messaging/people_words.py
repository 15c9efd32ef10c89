"""The words of mail about people: who may come in, and as what."""

from ezscale.messaging.template import Words

ABOUT_PEOPLE = {
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
}
