"""Another scan of columns on the same data: what presidio-structured publishes, or its analysis done with presidio-analyzer."""

from __future__ import annotations

import importlib
import importlib.util
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from .scoring import Judged
from .tables import Labelled

CELLS = 50


def analyzer() -> Any:
    """Return presidio's analyser with its default pattern recognisers, no model and no network."""
    import tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    registry.remove_recognizer("SpacyRecognizer")
    settings = {"nlp_engine_name": "no_op", "models": [{"lang_code": "en", "model_name": "no_op"}]}
    engine = NlpEngineProvider(nlp_configuration=settings).create_engine()
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])


def most_common(cells: Sequence[str], engine: Any) -> tuple[str | None, float]:
    """Return the entity of most hits over all cells, and its share of the hits: the column's name is not read."""
    hits: Counter[str] = Counter()
    for cell in cells:
        hits.update(hit.entity_type for hit in engine.analyze(cell, language="en"))
    if not hits:
        return None, 0.0
    entity, count = hits.most_common(1)[0]
    return entity, count / sum(hits.values())


def structured(cells: Sequence[str], builder: Any) -> tuple[str | None, float]:
    """Return what presidio-structured says of a column."""
    import pandas as pd

    found = builder.generate_analysis(pd.DataFrame({"column": list(cells)})).entity_mapping
    return found.get("column"), 1.0


def presidio(columns: Sequence[Labelled]) -> tuple[str, list[Judged]]:
    """Scan columns (at most 50 distinct cells of each) and return the method's name and its verdicts."""
    from privsynth.pii.entities import ENTITIES

    engine, method = analyzer(), "presidio-analyzer, its published column analysis emulated, no model"
    judge: Callable[[Sequence[str], Any], tuple[str | None, float]] = most_common
    by = engine
    if importlib.util.find_spec("presidio_structured") is not None:
        builder = importlib.import_module("presidio_structured").PandasAnalysisBuilder(analyzer=engine)
        judge, by, method = structured, builder, "presidio-structured, no model"
    judged = []
    for column in columns:
        cells = list(dict.fromkeys(cell for cell in column.cells if cell))[:CELLS]
        entity, confidence = judge(cells, by)
        role = ENTITIES[entity].role if entity in ENTITIES else ("safe" if entity is None else "direct")
        judged.append(Judged(column=column, predicted=entity, confidence=confidence, role=role))
    return method, judged
