"""Readings as charts. Colours come from the screen's theme, so that a figure suits both."""

import pandas as pd
import plotly.graph_objects as go

from ezscale.kit.money import Money


def revenue_figure(revenue: pd.DataFrame, currency: str) -> go.Figure:
    """Monthly recurring revenue over time, from `monthly_revenue`."""
    amounts = [Money(int(minor), currency) for minor in revenue["mrr"]]
    line = go.Scatter(
        x=[month.strftime("%Y-%m") for month in revenue["month"]],
        y=[float(amount.major) for amount in amounts],  # only drawn, never calculated with
        customdata=[amount.format() for amount in amounts],
        hovertemplate="%{x|%B %Y}<br><b>%{customdata}</b><extra></extra>",
        mode="lines",
        line={"width": 2, "shape": "spline", "smoothing": 0.4},
        fill="tozeroy",
    )
    symbol = Money.zero(currency).format().rstrip("0.,")
    return go.Figure(
        data=[line],
        layout={
            "template": "none",
            "margin": {"l": 56, "r": 8, "t": 8, "b": 28},
            "hovermode": "x unified",
            "showlegend": False,
            "xaxis": {"type": "date", "tickformat": "%b\n%Y", "nticks": 9, "fixedrange": True},
            "yaxis": {"tickprefix": symbol, "tickformat": "~s", "rangemode": "tozero", "nticks": 5, "fixedrange": True},
        },
    )
