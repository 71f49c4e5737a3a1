"""Drawings of the evaluation: true to their figures, escaped, small, and absent where figures are."""

from __future__ import annotations

import re
from typing import Any

import pytest
from test_report import report

from privsynth.report import render_findings, render_html
from privsynth.report.charts import Heatmap, Spread
from privsynth.report.distributions import heatmap, spreads

HOSTILE = "</svg><script>alert(1)</script>"


def evaluation(columns: int = 3, name: str = "column") -> dict[str, Any]:
    """An evaluation with every part that the page knows."""
    names = [f"{name}{at}" for at in range(columns)]
    shares = {"train": [0.5, 0.3, 0.2], "synthetic": [0.6, 0.3, 0.1], "holdout": [0.5, 0.3, 0.2]}
    charts: list[dict[str, Any]] = [
        {"kind": "numeric", "edges": [0.0, 10.0, 20.0, 30.0], **shares},
        {"kind": "categorical", "labels": ["a", "b", HOSTILE], "other": {"train": 0.0, "synthetic": 0.0}, **shares},
    ]
    matrix = [
        [None if down == across else 0.01 * (down + across) for across in range(columns)] for down in range(columns)
    ]
    return {
        "format": "privsynth.evaluate/1",
        "rows": {"train": 1000, "synthetic": 1000, "holdout": 250},
        "marginals": {order: {"sets": 3, "value": 0.02, "reference": 0.03} for order in "123"},
        "columns": [
            {
                "name": each,
                "kind": charts[at % 2]["kind"],
                "value": 0.1,
                "reference": 0.02,
                "chart": charts[at % 2],
                "coverage": {"range": 0.93, "labels": None, "reference": 0.97},
                "missing": {"train": 0.01, "synthetic": 0.02, "holdout": 0.01},
            }
            for at, each in enumerate(names)
        ],
        "worst_columns": [{"name": names[0], "value": 0.1, "reference": 0.02}],
        "pairs": {"names": names, "errors": matrix, "reference": matrix},
        "subsample_equivalent": {
            "1": {"share": 0.42, "rows": 420, "reference": 0.16},
            "2": {"share": 0.21, "rows": 210, "reference": None},
            "3": None,
            "tstr": {"share": 0.3, "rows": 300, "bound": "at most"},
        },
        "correlations": {
            "names": names,
            "mean_difference": 0.013,
            "reference": 0.021,
            "associations": {"measure": "V of Cramer", "mean_difference": 0.031, "reference": None},
        },
        "sdmetrics": {
            "version": "0.1",
            "quality": {"score": 0.97, "column_shapes": 0.98, "column_pair_trends": 0.96},
            "diagnostic": {"score": 1.0},
            "reference": {"quality": {"score": 0.99}},
        },
        "predictions": [
            {"target": "y", "model": model, "metric": "auc", "tstr": 0.71, "trtr": 0.73, "reason": None}
            for model in ("boosted trees", "logistic regression")
        ],
        "groups": [
            {
                "column": "sex",
                "summary": {
                    "amplifies": True,
                    "selection_gap_trtr": 0.05,
                    "selection_gap_tstr": 0.2,
                    "interval": [0.1, 0.22],
                },
                "reason": None,
                "groups": [{"label": HOSTILE, "rows_holdout": 90, "share_train": 0.5, "share_synthetic": 0.4}],
            }
        ],
        "rare": {
            "labels": {
                "count": 12,
                "kept": 0.75,
                "ratio": {"median": 0.8},
                "reference": {"kept": 0.9, "ratio": {"median": 1.1}},
            }
        },
        "diversity": {
            "distinct_row_share": 0.99,
            "repeated_row_share": 0.01,
            "collapsed": [names[0]],
            "reference": {"holdout": {"distinct_row_share": 1.0, "repeated_row_share": 0.0}},
            "discriminator": {"auc": 0.612, "reference": 0.503},
        },
    }


def page(found: dict[str, Any]) -> str:
    return re.sub(r"\s+", " ", render_findings("evaluate", found))


def test_a_sentence_says_what_the_errors_amount_to() -> None:
    assert (
        "About single columns it is as good as a sample of 42.0% of the train rows (420 rows; the held-out rows are as good as "
        "16.0%), and about pairs of columns it is as good as a sample of 21.0% of the train rows (210 rows)."
    ) in page(evaluation())


def test_every_figure_stands_beside_its_reference() -> None:
    text = re.sub(r"<[^>]+>", " ", page(evaluation()))
    text = re.sub(r"\s+", " ", text)
    for shown in (
        "error 10.0%, reference 2.0%",
        "0.013 0.021",
        "Quality 97.0% 99.0%",
        "Boosted trees AUC 0.710 0.730 0.500",
        "the synthetic table is worth at most a sample of 30.0% of the train rows.",
        "0.031 no holdout",
        "(AUC; 0.5: not at all) 0.612 0.503",
        "Labels 12 75.0% 90.0% 0.80 1.10",
        "93.0% 1.0%, 2.0%",
        "Rows that occur once 99.0% 100%",
        "Collapsed, each to less than half the variety of the train table: column0 .",
        "error 10.0%, reference 2.0%; missing: 1.0% of the train rows, 2.0% here",
        "by up to 5.0% between groups if learned from train rows, by up to 20.0% if learned from synthetic rows",
        "(difference 10.0% to 22.0%)",
        "the table amplifies the gap",
    ):
        assert shown in text, shown


def test_bars_are_as_long_as_their_shares() -> None:
    numeric = Spread(name="x", said="", places=(), real=[0.5, 0.5], synthetic=[0.25, 0.75], ends=("0", "1"))
    low, high = (height for _, _, _, height in numeric.bars)
    assert high == pytest.approx(3 * low)
    assert low + numeric.bars[0][1] == pytest.approx(numeric.height)
    labels = Spread(name="x", said="", places=("a", "b"), real=[0.5, 0.5], synthetic=[0.2, 0.8], ends=None)
    assert labels.bars[1][2] == pytest.approx(4 * labels.bars[0][2])
    assert [text for _, text in labels.rows] == ["a", "b"]


def test_an_outline_passes_through_the_train_shares() -> None:
    chart = Spread(name="x", said="", places=(), real=[1.0, 0.5], synthetic=[0.0, 0.0], ends=("0", "1"))
    levels = [float(each) for each in re.findall(r"V([\d.]+)", chart.outline)]
    assert levels[0] == pytest.approx(4)
    assert chart.height - levels[1] == pytest.approx((chart.height - levels[0]) / 2, abs=0.1)


def test_more_labels_than_fit_are_drawn_together() -> None:
    shares = [0.1] * 10
    chart = {"kind": "categorical", "labels": [f"l{at}" for at in range(10)], "train": shares, "synthetic": shares}
    found = spreads(
        {"columns": [{"name": "x", "value": 0.0, "chart": {**chart, "other": {"train": 0.0, "synthetic": 0.0}}}]}
    )
    assert found is not None
    assert found.charts[0].places[-1] == "(others)"
    assert found.charts[0].real[-1] == pytest.approx(0.2)


def test_the_map_has_the_synthetic_table_below_and_the_reference_above_the_diagonal() -> None:
    drawn = Heatmap(
        caption="",
        names=["a", "b"],
        errors=[[None, 0.1], [0.3, None]],
        reference=[[None, 0.15], [0.9, None]],
        largest=0.3,
        label="",
    )
    shades = {
        (across > down): shade
        for across, down, shade, _ in ((x - drawn.left, y - drawn.top, s, w) for x, y, s, w in drawn.cells)
    }
    assert shades == {False: 6, True: 3}
    assert {said for *_, said in drawn.cells} == {"b × a: 30% (synthetic)", "a × b: 15% (held-out)"}


def test_without_a_holdout_only_one_half_is_drawn() -> None:
    found = evaluation() | {"pairs": {**evaluation()["pairs"], "reference": None}}
    drawn = heatmap(found)
    assert drawn is not None
    assert len(drawn.cells) == 3
    assert "no holdout to draw above it" in drawn.note


@pytest.mark.parametrize(
    "broken",
    [
        {"chart": None},
        {"chart": {"kind": "numeric", "edges": [0], "train": [1.0], "synthetic": [1.0]}},
        {"chart": {"kind": "numeric", "edges": "x", "train": [1.0], "synthetic": [1.0]}},
        {"chart": {"kind": "categorical", "labels": ["a"], "train": [None], "synthetic": [1.0]}},
        {"chart": {"kind": "categorical", "labels": ["a", "b"], "train": [1.0], "synthetic": [1.0]}},
        {"chart": {"train": [1.0], "synthetic": [0.5, 0.5]}},
    ],
)
def test_figures_that_do_not_fit_are_not_drawn(broken: dict[str, Any]) -> None:
    assert spreads({"columns": [{"name": "x", "value": 0.0, **broken}]}) is None
    assert "Each column in both tables" not in page({"columns": [{"name": "x", "value": 0.0, **broken}]})


@pytest.mark.parametrize(
    "pairs", [None, {"names": ["a"], "errors": [[None]]}, {"names": ["a", "b"], "errors": [[None]]}]
)
def test_pairs_that_do_not_fit_are_not_drawn(pairs: Any) -> None:
    assert heatmap({"pairs": pairs}) is None


def test_hostile_labels_and_names_are_escaped() -> None:
    html = page(evaluation(name=HOSTILE))
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html


def test_a_page_of_many_columns_stays_small() -> None:
    html = render_html(report(evaluate=evaluation(columns=60)))
    assert len(html.encode()) < 1_000_000
    assert html.count("<figure><figcaption>") + html.count("<li><figure>") >= 60


def test_bins_of_whole_numbers_begin_and_end_at_whole_numbers() -> None:
    column = {"name": "stays", "value": 0.1, "chart": {"kind": "numeric", "edges": [-0.5, 1.5, 3.5], **_SHARES}}
    page = render_findings("evaluate", {"columns": [column]})
    assert ">0</text>" in page
    assert ">3</text>" in page
    assert "-0.5" not in page
    other = {**column, "chart": {"kind": "numeric", "edges": [-0.5, 1.25, 3.5], **_SHARES}}
    assert ">-0.5</text>" in render_findings("evaluate", {"columns": [other]})


_SHARES = {"train": [0.4, 0.6], "synthetic": [0.5, 0.5]}


def test_days_are_written_as_days() -> None:
    chart = {"kind": "numeric", "unit": "days since 1970", "edges": [0, 365], "train": [1.0], "synthetic": [1.0]}
    found = spreads({"columns": [{"name": "d", "value": 0.0, "chart": chart}]})
    assert found is not None
    assert found.charts[0].ends == ("1970-01-01", "1971-01-01")


def test_a_release_draws_nothing_of_real_rows() -> None:
    html = render_html(report(audience="release", evaluate=evaluation()))
    assert "Each column in both tables" not in html
    assert "Intended use and limits" in html
    assert "Weak columns" not in html
    owned = render_html(report(evaluate=evaluation()))
    assert "Weak columns" in owned
    assert "Purpose and recipient" in owned


def test_missing_cells_are_drawn_and_shares_are_of_all_rows() -> None:
    chart = {"kind": "categorical", "labels": ["a"], "train": [1.0], "synthetic": [1.0]}
    missing = {"train": 0.25, "synthetic": 0.5}
    found = spreads({"columns": [{"name": "x", "value": 0.0, "chart": chart, "missing": missing}]})
    assert found is not None
    assert found.charts[0].places == ["a", "(missing)"]
    assert found.charts[0].real == pytest.approx([0.75, 0.25])
    assert found.charts[0].synthetic == pytest.approx([0.5, 0.5])
    assert found.charts[0].said.endswith("; missing: 25.0% of the train rows, 50.0% here")


def test_a_map_is_reached_by_the_keyboard_where_it_is_wider_than_the_page() -> None:
    assert (
        '<div class="scroll" role="region" aria-labelledby="utility-' in page(evaluation()).split('class="heatmap"')[1]
    )
