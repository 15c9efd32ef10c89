"""Forms: every input has its label, its help and its own error beside it."""

from collections.abc import Sequence
from typing import Any

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

from ezscale.ui.base import Content, StateVar, Text, classes
from ezscale.ui.icons import icon
from ezscale.ui.notices import notice

Errors = StateVar  # of dict[str, str]: the field and what is wrong with it

CONTROL = (
    "w-full rounded-md border border-edge bg-surface px-3 text-sm text-ink placeholder:text-faint "
    "focus-visible:border-ink aria-invalid:border-danger disabled:opacity-60"
)


class NativeForm(BaseHTML):
    """A form that the browser sends itself, to a route that can set a cookie."""

    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]


def native_form(*content: Content, action: str, method: str = "post", **props: Any) -> rx.Component:
    """A form that the browser itself sends to a route, which answers with a page or a redirect. It needs no script."""
    class_name = classes("flex flex-col gap-4", props.pop("class_name", ""))
    return NativeForm.create(*content, action=action, method=method, class_name=class_name, **props)


def hidden(name: str, value: Text) -> rx.Component:
    """A value that travels with a form."""
    return rx.el.input(type="hidden", name=name, value=value, read_only=True)


def form_notice(text: rx.Var[str]) -> rx.Component:
    """What is wrong with the form as a whole, if anything is."""
    return rx.cond(text != "", notice(text, "danger"))


def text_field(
    label: Text, name: str, *, errors: Errors | None = None, hint: Content = "", **props: Any
) -> rx.Component:
    """A line of text. `default_value=` keeps what was typed; `type=`, `auto_complete=`, `required=` as in HTML."""
    control = rx.el.input(
        **{"type": "text", **props}, **_names(name, errors, hint), class_name=classes("h-10", CONTROL)
    )
    return field(label, name, control, errors=errors, hint=hint, optional=not props.get("required", False))


def password_field(
    label: Text, name: str, *, errors: Errors | None = None, hint: Content = "", **props: Any
) -> rx.Component:
    """A password, which the browser's own keeper may fill in."""
    return text_field(label, name, errors=errors, hint=hint, type="password", required=True, **props)


def text_area(
    label: Text, name: str, *, errors: Errors | None = None, hint: Content = "", **props: Any
) -> rx.Component:
    """Several lines of text."""
    control = rx.el.textarea(
        **{"rows": "4", **props}, **_names(name, errors, hint), class_name=classes("py-2 leading-relaxed", CONTROL)
    )
    return field(label, name, control, errors=errors, hint=hint, optional=not props.get("required", False))


def select_field(
    label: Text,
    name: str,
    choices: Sequence[tuple[str, str]] | rx.Var[Any],
    *,
    errors: Errors | None = None,
    hint: Content = "",
    **props: Any,
) -> rx.Component:
    """One of several, as (value, text): known now, or a var of things that have `value` and `text`."""
    options = (
        [rx.foreach(choices, lambda choice: rx.el.option(choice.text, value=choice.value))]
        if isinstance(choices, rx.Var)
        else [rx.el.option(text, value=value) for value, text in choices]
    )
    control = drop_down(*options, **props, **_names(name, errors, hint))
    return field(label, name, control, errors=errors, hint=hint)


def drop_down(*options: rx.Component, **props: Any) -> rx.Component:
    """The control of a select alone, for those that bring a label of their own."""
    return rx.el.div(
        rx.el.select(*options, **props, class_name=classes("h-10 appearance-none pr-9", CONTROL)),
        icon("chevron-down", 16, "pointer-events-none absolute right-3 top-3 text-faint"),
        class_name="relative",
    )


def checkbox(label: Content, name: str, *, errors: Errors | None = None, **props: Any) -> rx.Component:
    """A box to tick."""
    box = rx.el.input(
        type="checkbox",
        **props,
        **_names(name, errors, ""),
        class_name="mt-0.5 size-4 shrink-0 accent-ink dark:accent-volt",
    )
    row = rx.el.label(box, rx.el.span(label), html_for=name, class_name="flex items-start gap-2.5 text-sm text-body")
    return rx.el.div(row, *_error(name, errors))


def field(
    label: Text,
    name: str,
    control: rx.Component,
    *,
    errors: Errors | None = None,
    hint: Content = "",
    optional: bool = False,
) -> rx.Component:
    """A label, any control whose id is `name`, its help and its error."""
    mark = [rx.el.span("optional", class_name="text-xs font-normal text-faint")] if optional else []
    words = rx.el.label(
        label,
        *mark,
        html_for=name,
        class_name="mb-1.5 flex items-baseline justify-between text-sm font-medium text-ink",
    )
    aid = [rx.el.p(hint, id=f"{name}-help", class_name="mt-1.5 text-xs text-faint")] if _given(hint) else []
    return rx.el.div(words, control, *aid, *_error(name, errors))


def _names(name: str, errors: Errors | None, hint: Content) -> dict[str, Any]:
    described = f"{name}-help" if _given(hint) else ""
    names: dict[str, Any] = {"id": name, "name": name}
    if errors is not None:
        names["aria_invalid"] = errors.contains(name)
        described = f"{described} {name}-error".strip()
    return {**names, "aria_describedby": described} if described else names


def _error(name: str, errors: Errors | None) -> list[rx.Component]:
    if errors is None:
        return []
    words = rx.el.span(
        icon("circle-alert", 14, "mt-[3px]"),
        errors[name],
        class_name="mt-1.5 flex items-start gap-1.5 text-[0.8125rem] text-danger",
    )
    return [rx.el.div(rx.cond(errors.contains(name), words), id=f"{name}-error", role="alert")]


def _given(content: Content) -> bool:
    return not isinstance(content, str) or bool(content)
