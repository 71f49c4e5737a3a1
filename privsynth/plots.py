"""Figures for notebooks: each function returns a plotly figure and shows nothing by itself.

They draw what the report draws, from the same JSON values. Figures of audits and evaluations were computed from private rows: they are
for the owner.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from privsynth.errors import UsageError
from privsynth.report.odds import describe_guarantee
from privsynth.report.wording import dig, mappings, number, texts

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from privsynth.privacy import Guarantee

_LAYOUT: dict[str, Any] = {"template": "plotly_white", "margin": {"l": 60, "r": 20, "t": 50, "b": 50}}
_SYNTHETIC, _REAL = "#3d8397", "#1b232c"


def plot_guarantee(guarantee: Guarantee) -> Figure:
    """Return the odds of the best attacker: true alarms by false alarms, beside guessing.

    Args:
        guarantee: Of a fitted model (`model.guarantee`).
    """
    curve = describe_guarantee(guarantee)["curve"]
    figure = _figure("Best attacker under the guarantee", "False alarms", "True alarms")
    figure.add_scatter(
        x=[x for x, _ in curve], y=[y for _, y in curve], name="best attacker", line={"color": _SYNTHETIC}
    )
    _add_guessing(figure)
    return figure


def plot_attacks(audit: Any) -> Figure:
    """Return the curves of an audit's attacks on two log axes, beside chance.

    Args:
        audit: What `privsynth.audit` returned, or its JSON values.

    Raises:
        UsageError: it holds no attack.
    """
    found = _values(audit)
    attacks = [each for each in mappings(found, "attacks") if isinstance(each.get("roc"), list) and each["roc"]]
    if not attacks:
        raise UsageError("This audit tried no attack, so there is no curve to draw. Give it a holdout and more rows.")
    figure = _figure("Train rows recognised", "False alarms among held-out rows", "Train rows recognised")
    for each in attacks:
        points = [point for point in each["roc"] if point[0] > 0]
        figure.add_scatter(
            x=[x for x, _ in points], y=[y for _, y in points], name=str(each.get("name")), line={"shape": "hv"}
        )
    _add_guessing(figure)
    figure.update_xaxes(type="log").update_yaxes(type="log")
    return figure


def plot_column(evaluation: Any, name: str) -> Figure:
    """Return how a column is distributed in the train and in the synthetic table.

    Args:
        evaluation: What `privsynth.evaluate` returned, or its JSON values.
        name: Of the column.

    Raises:
        UsageError: it was not compared.
    """
    found = [each for each in mappings(_values(evaluation), "columns") if each.get("name") == name]
    chart = dig(found[0], "chart") if found else None
    if not isinstance(chart, Mapping):
        raise UsageError(f"The column `{name}` was not compared, so there is nothing to draw. Check its name.")
    edges = chart.get("edges")
    places = texts(chart, "labels") if edges is None else [(low + high) / 2 for low, high in itertools.pairwise(edges)]
    figure = _figure(f"{name}: error {number(found[0], 'value') or 0.0:.1%}", name, "Share of rows")
    figure.add_bar(x=places, y=chart["synthetic"], name="synthetic", marker={"color": _SYNTHETIC, "opacity": 0.6})
    line = {"color": _REAL, "shape": "hvh"} if edges is not None else {"color": _REAL, "width": 0}
    mode = "lines" if edges is not None else "markers"
    figure.add_scatter(x=places, y=chart["train"], name="train", mode=mode, line=line)
    return figure


def plot_pairs(evaluation: Any) -> Figure:
    """Return the errors of all pairs of columns as a heatmap.

    Args:
        evaluation: What `privsynth.evaluate` returned, or its JSON values.

    Raises:
        UsageError: no pairs were compared.
    """
    pairs = dig(_values(evaluation), "pairs")
    names = texts(pairs, "names")
    if not names:
        raise UsageError(
            "This evaluation compared no pairs of columns, so there is nothing to draw. Give it two columns or more."
        )
    figure = _figure("Error of each pair of columns", "", "")
    figure.add_heatmap(x=names, y=names, z=dig(pairs, "errors"), colorscale="Teal", zmin=0)
    figure.update_yaxes(autorange="reversed")
    return figure


def _values(result: Any) -> Mapping[str, Any]:
    found = result.to_json() if hasattr(result, "to_json") else result
    if not isinstance(found, Mapping):
        raise UsageError(
            "This is no result of privsynth. Give what `audit` or `evaluate` returned, or their JSON values."
        )
    return found


def _figure(title: str, across: str, up: str) -> Figure:
    from plotly.graph_objects import Figure

    return Figure(layout={**_LAYOUT, "title": {"text": title}, "xaxis": {"title": across}, "yaxis": {"title": up}})


def _add_guessing(figure: Figure) -> None:
    places = [10 ** (-4 + step / 10) for step in range(41)]
    figure.add_scatter(x=places, y=places, name="guessing", line={"color": "#888", "dash": "dash"})
