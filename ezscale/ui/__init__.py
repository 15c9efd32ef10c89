"""Our look: parts that pages are put together from. They know no business and take vars or plain values alike.

Colours are names, never shades: canvas, surface, sunken (grounds); line, edge (rules, controls); ink, body, faint
(text); volt, accent (ours); success, warning, danger, info, each with a -soft ground. They turn with the theme by
themselves, so that `dark:` is hardly ever needed. Class names must be written out whole: Tailwind reads the source.
"""

from ezscale.ui.addresses import address_to_copy, addresses_toggle, hideable, hiding_addresses, machine_address
from ezscale.ui.badges import badge, status_badge
from ezscale.ui.brand import company, company_address, company_email, logo
from ezscale.ui.buttons import button, copy_button, link_button
from ezscale.ui.cards import card, definitions, empty, skeleton, stat, stats
from ezscale.ui.charts import blank_figure, chart_frame, plot
from ezscale.ui.choices import choice, choices, filters
from ezscale.ui.dialogs import confirm, dialog, form_dialog
from ezscale.ui.forms import (
    checkbox,
    drop_down,
    field,
    form_notice,
    hidden,
    native_form,
    password_field,
    select_field,
    text_area,
    text_field,
)
from ezscale.ui.icons import icon
from ezscale.ui.key_pairs import key_pair_button
from ezscale.ui.layout import split, stack, toolbar
from ezscale.ui.links import link, plain_link
from ezscale.ui.menus import menu, menu_button, menu_link
from ezscale.ui.notices import Message, notice, toasts
from ezscale.ui.passkeys import passkey_button
from ezscale.ui.progress import progress, spinner, steps
from ezscale.ui.tables import Column, Sorting, pager, search_box, table
from ezscale.ui.text import breadcrumbs, code, code_block, heading, page_header, visually_hidden
from ezscale.ui.theme import HEAD, STYLESHEETS, theme_toggle
from ezscale.ui.timeline import timeline

__all__ = [
    "HEAD",
    "STYLESHEETS",
    "Column",
    "Message",
    "Sorting",
    "address_to_copy",
    "addresses_toggle",
    "badge",
    "blank_figure",
    "breadcrumbs",
    "button",
    "card",
    "chart_frame",
    "checkbox",
    "choice",
    "choices",
    "code",
    "code_block",
    "company",
    "company_address",
    "company_email",
    "confirm",
    "copy_button",
    "definitions",
    "dialog",
    "drop_down",
    "empty",
    "field",
    "filters",
    "form_dialog",
    "form_notice",
    "heading",
    "hidden",
    "hideable",
    "hiding_addresses",
    "icon",
    "key_pair_button",
    "link",
    "link_button",
    "logo",
    "machine_address",
    "menu",
    "menu_button",
    "menu_link",
    "native_form",
    "notice",
    "page_header",
    "pager",
    "passkey_button",
    "password_field",
    "plain_link",
    "plot",
    "progress",
    "search_box",
    "select_field",
    "skeleton",
    "spinner",
    "split",
    "stack",
    "stat",
    "stats",
    "status_badge",
    "steps",
    "table",
    "text_area",
    "text_field",
    "theme_toggle",
    "timeline",
    "toasts",
    "toolbar",
    "visually_hidden",
]
