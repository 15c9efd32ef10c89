"""Charts, and where they hang."""

from typing import Any

import reflex as rx
from plotly.graph_objects import Figure
from plotly.graph_objs.layout import Template

from ezscale.ui.base import Content, Text
from ezscale.ui.cards import card


def chart_frame(title: Text, chart: rx.Component, summary: Content, figures: rx.Component, height: str) -> rx.Component:
    """A chart with its message in words (`summary`) and its `figures` as a table for whoever cannot see it.

    `height` (a Tailwind class such as "h-72") keeps the page from jumping when the chart arrives.
    """
    more = rx.el.details(
        rx.el.summary(
            "Show the figures", class_name="inline-block text-[0.8125rem] text-faint underline underline-offset-[3px]"
        ),
        rx.el.div(figures, class_name="mt-3"),
        class_name="mt-3",
    )
    return card(
        rx.el.p(summary, class_name="text-sm text-faint"),
        rx.el.div(chart, aria_hidden="true", class_name=f"mt-3 overflow-hidden {height}"),
        more,
        title=title,
    )


def plot(figure: Any) -> rx.Component:
    """A figure in the colours of the theme; the reader who cannot see it needs `chart_frame` around it."""
    chart: rx.Component = rx.plotly.basic(
        data=figure,
        template=rx.color_mode_cond(_template(LIGHT), _template(DARK)).to(Template),
        config={"displayModeBar": False, "responsive": True},
        use_resize_handler=True,
        style={"width": "100%", "height": "100%"},
    )
    return chart


def blank_figure() -> Figure:
    """What a state holds before there is anything to draw: Plotly's own template would weigh down every page."""
    return Figure(layout={"template": "none"})


LIGHT = {"text": "#596377", "line": "#e2e5eb", "first": "#5b8500", "fill": "rgba(150,190,20,0.16)", "card": "#ffffff"}
DARK = {"text": "#8f99ae", "line": "#222939", "first": "#c8f31d", "fill": "rgba(200,243,29,0.10)", "card": "#161b29"}


def _template(colours: dict[str, str]) -> Template:
    axis = {
        "gridcolor": colours["line"],
        "linecolor": colours["line"],
        "zerolinecolor": colours["line"],
        "tickfont": {"size": 11},
        "ticks": "",
    }
    return Template(
        layout={
            "font": {"color": colours["text"], "family": "Geist, system-ui, sans-serif", "size": 12},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": [colours["first"]],
            "hoverlabel": {"bgcolor": colours["card"], "bordercolor": colours["line"], "font": {"size": 12}},
            "xaxis": {**axis, "showgrid": False, "showspikes": False},
            "yaxis": axis,
        },
        data={"scatter": [{"fillcolor": colours["fill"]}]},
    )
