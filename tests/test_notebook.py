"""Objects show themselves in a notebook, escaped and without a request; plots return figures."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import privsynth
from privsynth.errors import UsageError
from privsynth.plots import plot_attacks, plot_column, plot_guarantee, plot_pairs
from privsynth.privacy import Guarantee, Unit
from privsynth.shown import card
from privsynth.simulators import hospital_admissions

HOSTILE = "<img src=x onerror=alert(1)>"
DECLARED: dict[str, Any] = {
    "target": "readmitted_30d",
    "columns": {"sex": ["F", "M"], "readmitted_30d": ["no", "yes"], "charges": {"lower": 0, "upper": 500_000}},
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    table = hospital_admissions(600)
    train, holdout = privsynth.split(table)
    ledger = tmp_path_factory.mktemp("notebook") / "ledger.db"
    model = privsynth.fit(train, epsilon=3, declare=DECLARED, generator="copula", ledger=ledger, dataset="notebook")
    synthetic = privsynth.sample(model, 400, seed=1)
    part = train[["sex", "readmitted_30d", "charges"]]
    mixed = privsynth.curate(synthetic, model=model, mix=part, mix_share=0.1)
    return {
        "Plan of a fit": privsynth.plan_fit(train, epsilon=3, declare=DECLARED, generator="copula"),
        "Drift:": privsynth.drift(synthetic, synthetic),
        "Curated: 400 rows": privsynth.curate(synthetic, model=model, keep="charges >= 0"),
        "contains real rows": mixed,
        "Ledger:": privsynth.Ledger(ledger),
        "Fitted model": model,
        "Differentially private": model.guarantee,
        "Schema of": model.schema,
        "Audit:": privsynth.audit(part, synthetic, holdout[list(part)]),
        "Evaluation": privsynth.evaluate(part, synthetic, holdout[list(part)]),
        "Scan:": privsynth.scan(table.head(50)),
    }


CARDS = (
    "Fitted model",
    "Differentially private",
    "Schema of",
    "Audit:",
    "Evaluation",
    "Scan:",
    "Plan of a fit",
    "Drift:",
)


@pytest.mark.parametrize("title", [*CARDS, "Curated: 400 rows", "contains real rows", "Ledger:"])
def test_results_show_themselves_as_a_card(shown: dict[str, Any], title: str) -> None:
    html = shown[title]._repr_html_()
    assert title in html
    assert html.startswith("<div")
    assert html.endswith("</div>")
    for forbidden in ("<script", "src=", "href=", "http"):
        assert forbidden not in html


def test_a_card_says_what_matters(shown: dict[str, Any]) -> None:
    assert "differentially private" in shown["Fitted model"]._repr_html_()
    assert shown["Audit:"].verdict in shown["Audit:"]._repr_html_()
    assert "nearest-1" in shown["Audit:"]._repr_html_()
    assert "first_name" in shown["Scan:"]._repr_html_()
    assert "fit copula" in shown["Plan of a fit"]._repr_html_()
    assert "no drift seen" in shown["Drift:"]._repr_html_()
    assert "charges &gt;= 0" in shown["Curated: 400 rows"]._repr_html_()
    assert "#a01f1c" in shown["contains real rows"]._repr_html_()
    assert "#a01f1c" not in shown["Curated: 400 rows"]._repr_html_()
    assert "notebook</td>" in shown["Ledger:"]._repr_html_()
    assert "none set" in shown["Ledger:"]._repr_html_()
    void = Guarantee(epsilon=float("inf"), delta=0.0, unit=Unit(), mu=float("inf"), void=HOSTILE)
    assert "No privacy guarantee" in void._repr_html_()
    assert "<img" not in void._repr_html_()


def test_every_text_of_a_card_is_escaped() -> None:
    html = card(HOSTILE, [(HOSTILE, HOSTILE)], note=HOSTILE, table=([HOSTILE], [[HOSTILE]] * 20))
    assert "<img" not in html
    assert "and 8 more" in html


def test_plots_return_figures_with_what_they_are_about(shown: dict[str, Any]) -> None:
    attacks = plot_attacks(shown["Audit:"])
    assert {"nearest-1", "guessing"} <= {trace.name for trace in attacks.data}
    assert attacks.layout.xaxis.type == "log"
    odds = plot_guarantee(shown["Differentially private"])
    assert [trace.name for trace in odds.data] == ["best attacker", "guessing"]
    assert max(odds.data[0].y) <= 1


def test_columns_and_pairs_are_drawn_from_the_evaluation(shown: dict[str, Any]) -> None:
    evaluation = shown["Evaluation"].to_json()
    for name in ("sex", "charges"):
        figure = plot_column(evaluation, name)
        assert [trace.name for trace in figure.data] == ["synthetic", "train"]
        assert len(figure.data[0].x) == len(figure.data[0].y) > 1
    pairs = plot_pairs(shown["Evaluation"])
    assert len(pairs.data[0].z) == 3


def test_what_cannot_be_drawn_is_said(shown: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="no attack"):
        plot_attacks({"attacks": []})
    with pytest.raises(UsageError, match="`weight`"):
        plot_column(shown["Evaluation"], "weight")
    with pytest.raises(UsageError, match="no pairs"):
        plot_pairs({})
    with pytest.raises(UsageError, match="no result"):
        plot_pairs(pd.DataFrame())
