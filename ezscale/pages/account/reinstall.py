"""Another system in place of what is on a server."""

from typing import Any

import reflex as rx

from ezscale.pages.account.ssh_key_form import add_key
from ezscale.pages.account.words import address_of, not_found
from ezscale.pages.shell import account_page
from ezscale.state.account.reinstall import ReinstallState
from ezscale.state.session import SessionState
from ezscale.ui import (
    button,
    card,
    choice,
    empty,
    hideable,
    icon,
    link_button,
    notice,
    search_box,
    skeleton,
    stack,
    text_field,
)
from ezscale.ui.base import words

STANDING, WORDS = ReinstallState.standing, ReinstallState.words
IS_GAME = ~STANDING.names_itself
TILES = "grid gap-2.5 sm:grid-cols-2 lg:grid-cols-3"


def reinstall() -> rx.Component:
    """What can be installed, which keys are put onto it, what is lost by it, and the question whether that is meant."""
    back = link_button("Back to it", to=address_of("/account/service/", STANDING.id), look="plain", size="small")
    refused = notice(STANDING.refused, title="It cannot be reinstalled now", actions=(back,))
    page = rx.cond(STANDING.refused != "", refused, _form())
    gone = card(not_found("server", "All servers", "/account/services/"))
    return account_page(
        rx.cond(IS_GAME, "Install another version", "Reinstall"),
        rx.cond(ReinstallState.loaded, rx.cond(ReinstallState.missing, gone, page), skeleton(8)),
        at="/account/services/",
        lead=hideable(STANDING.hostname),
        crumbs=(("Services", "/account/services/"),),
    )


def _form() -> rx.Component:
    keys = rx.cond(ReinstallState.takes_keys, _keys())
    return stack(
        rx.cond(STANDING.is_confirmed, rx.fragment(), _prove()),
        _systems(),
        keys,
        rx.el.form(_last_words(), on_submit=ReinstallState.ask, reset_on_submit=False),
    )


def _prove() -> rx.Component:
    to = rx.Var.create("/confirm/?next=%2Faccount%2Fservice%2Freinstall%2F%3Fid%3D") + STANDING.id
    return notice(
        "You are asked for it anyway, and then nothing that you have filled in is lost.",
        title="Please confirm first that it is you",
        actions=(link_button("Confirm", to=to, look="plain", size="small"),),
    )


def _systems() -> rx.Component:
    trouble = notice(
        ReinstallState.trouble,
        "warning",
        title="We do not know just now what can be installed",
        actions=(button("Try again", look="plain", size="small", on_click=ReinstallState.ask_panel),),
    )
    nothing = empty("Nothing found", "Please look for other words.", icon_name="search")
    groups = rx.el.fieldset(
        rx.el.legend(WORDS.image, class_name="sr-only"),
        rx.cond(ReinstallState.groups.length() > 0, rx.foreach(ReinstallState.groups, _group), nothing),
        class_name="flex min-w-0 flex-col gap-5",
    )
    search = rx.cond(ReinstallState.is_large, search_box("Find a system", ReinstallState.search))
    shown = rx.cond(ReinstallState.trouble != "", trouble, groups)
    return card(
        rx.el.div(
            rx.cond(ReinstallState.asking, skeleton(5), shown),
            aria_live="polite",
            aria_busy=ReinstallState.asking,
        ),
        _wrong("image"),
        title=rx.cond(IS_GAME, "What shall be installed?", "Which system shall be installed?"),
        actions=(search,),
        id="image",
        tab_index=-1,
    )


def _group(group: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h3(group.name, class_name="mb-2 text-xs font-medium text-faint"),
        rx.el.div(rx.foreach(group.tiles, _tile), class_name=TILES),
        key=group.name,
        role="group",
        aria_label=group.name,
    )


def _tile(tile: Any) -> rx.Component:
    mark = rx.cond(tile.warns, icon("triangle-alert", 13, "mt-0.5 shrink-0"))
    note = rx.el.span(
        mark, tile.note, class_name=words(tile.warns, "flex gap-1 text-xs text-warning", "text-xs text-faint")
    )
    content = rx.el.span(
        rx.el.span(tile.name, class_name="font-medium text-ink [overflow-wrap:anywhere]"),
        rx.cond(tile.note != "", note),
        class_name="flex min-w-0 flex-col gap-0.5",
    )
    return choice(
        content,
        name="image",
        value=tile.ref,
        chosen=ReinstallState.image == tile.ref,
        on_choose=ReinstallState.choose(tile.ref),
        class_name="h-full",
    )


def _keys() -> rx.Component:
    none = rx.el.p("There are none yet. Without one you log in with a password.", class_name="text-sm text-faint")
    boxes = rx.el.fieldset(
        rx.el.legend("SSH keys", class_name="sr-only"),
        rx.cond(ReinstallState.keys.length() > 0, rx.foreach(ReinstallState.keys, _key), none),
        class_name="flex min-w-0 flex-col gap-3",
    )
    add = rx.cond(SessionState.may.contains("services.use"), add_key(ReinstallState, "plain", "small"))
    return card(boxes, _wrong("keys"), title="Which SSH keys shall be on it?", actions=(add,), id="keys", tab_index=-1)


def _key(key: Any) -> rx.Component:
    box = rx.el.input(
        type="checkbox",
        checked=key.is_chosen,
        on_change=ReinstallState.tick(key.id),
        class_name="mt-0.5 size-4 shrink-0 accent-ink dark:accent-volt",
    )
    name = rx.el.span(
        rx.el.span(key.name, class_name="font-medium text-ink"),
        rx.el.span(key.kind, " · ", key.fingerprint, class_name="text-xs text-faint"),
        class_name="flex min-w-0 flex-col [overflow-wrap:anywhere]",
    )
    return rx.el.label(box, name, class_name="flex items-start gap-2.5 text-sm text-body", key=key.id)


def _last_words() -> rx.Component:
    lost = rx.cond(
        IS_GAME,
        "The game is installed anew. Its files may be overwritten or deleted: save your worlds and settings first.",
        "All disks are wiped: files, databases and settings are deleted, and nobody can bring them back, not even us. Save "
        "what you need first. Its addresses and its price stay as they are.",
    )
    name = text_field(
        "Host name",
        "hostname",
        errors=ReinstallState.errors,
        default_value=STANDING.hostname,
        key=STANDING.hostname,
        required=True,
        max_length=190,
        auto_complete="off",
        spell_check=False,
        custom_attrs={"data-tells-address": ""},
    )
    sure = text_field(
        rx.el.span(
            "Type ", rx.el.strong(hideable(STANDING.hostname), class_name="[overflow-wrap:anywhere]"), " to confirm"
        ),
        "typed",
        errors=ReinstallState.errors,
        required=True,
        max_length=190,
        auto_complete="off",
        spell_check=False,
        custom_attrs={"data-tells-address": ""},
    )
    send = button(
        rx.cond(IS_GAME, "Install it", "Wipe and reinstall"),
        type="submit",
        look="danger",
        busy=ReinstallState.sending,
        class_name="self-end",
    )
    return card(
        rx.el.div(
            notice(lost, "danger", title="What is on it now is lost"),
            rx.cond(STANDING.names_itself, name),
            sure,
            send,
            class_name="flex flex-col gap-4",
        ),
        title="Are you sure?",
    )


def _wrong(name: str) -> rx.Component:
    told = rx.el.p(
        icon("circle-alert", 14),
        ReinstallState.errors[name],
        class_name="mt-3 flex items-center gap-1.5 text-[0.8125rem] text-danger",
    )
    return rx.el.div(rx.cond(ReinstallState.errors.contains(name), told), role="alert")
