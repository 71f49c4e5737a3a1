"""Which of a few generators to release: the one whose marginals are nearest to the table's, by noisy distances."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from privsynth.generators.ctgan_layout import Layout
from privsynth.generators.ctgan_model import CtganModel
from privsynth.noise import Noise
from privsynth.table.coded import DataSource

Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]
_ROWS = 1 << 14
_MOST_QUESTIONS = 300
_MOST_CELLS = 1 << 21
_ROUNDING = 1 + 1e-12


def nearest(
    candidates: Sequence[CtganModel], source: DataSource, noise: Noise, *, noise_multiplier: float, seed: int
) -> int:
    """Return the number of the model whose marginals are nearest to the table's.

    Adding or removing one row changes each distance by at most one, so that one unit moves the vector of all of them by at most
    `max_rows * sqrt(number of distances)` in L2. The mean over the questions is then compared: post-processing.

    Args:
        candidates: Models of one layout.
        source: The table.
        noise: Where the noise comes from.
        noise_multiplier: Of the vector of all distances.
        seed: Of the questions and of the models' expectations: public.
    """
    layout, last = candidates[0].layout, len(candidates) - 1
    questions = asked(layout, np.random.default_rng(seed))
    found = {
        number: tables
        for number, model in enumerate(candidates)
        if (tables := expected(model, questions, np.random.default_rng(seed))) is not None
    }
    if not questions or not found:
        return last
    groups = {name: groups_of(layout, name) for name in layout.names}
    put = [(list(names), {name: groups[name] for name in names}) for names in questions]
    distances = noise.measure(
        source.distances(put * len(found), [table for tables in found.values() for table in tables]),
        sensitivity=source.unit.max_rows * math.sqrt(len(questions) * len(found)) * _ROUNDING,
        noise_multiplier=noise_multiplier,
    )
    return list(found)[int(distances.reshape(len(found), -1).mean(axis=1).argmin())]


def groups_of(layout: Layout, name: str) -> Ints:
    """Return int64[size + 1]: the group of every code in the questions: its bin, or its class of the focus."""
    bins = layout.survey.bins_of_codes(name)
    return layout.survey.classes[bins] if name == layout.survey.focus else bins


def asked(layout: Layout, rng: np.random.Generator) -> list[tuple[str, ...]]:
    """Return the columns of each question: pairs of columns, beside the focus where there is one.

    Of very many, or of very many cells, random ones.
    """
    focus = layout.survey.focus
    first, classes = ((), 1) if focus is None else ((focus,), int(layout.survey.classes.max()) + 1)
    pairs = list(itertools.combinations([name for name in layout.names if name != focus], 2))
    mixed = rng.permutation(len(pairs))[:_MOST_QUESTIONS]
    cells = np.cumsum(
        [classes * layout.survey.sizes[pairs[each][0]] * layout.survey.sizes[pairs[each][1]] for each in mixed]
    )
    kept = max(int((cells <= _MOST_CELLS).sum()), 1)
    return [(*first, *pairs[each]) for each in sorted(mixed[:kept])]


def expected(model: CtganModel, questions: Sequence[tuple[str, ...]], rng: np.random.Generator) -> list[Ints] | None:
    """Return what a model expects of each question, rows of every cell, rounded; None of a model that has gone astray."""
    layout, out = model.layout, model.outputs(_ROWS, rng)
    if not np.isfinite(out).all():
        return None
    survey = layout.survey
    weights = [np.ones(len(out), dtype=np.float32)]
    if survey.focus is not None:
        part = out[:, layout.stretch(survey.focus)]
        weights = [part[:, survey.classes == each].sum(axis=1) for each in range(int(survey.classes.max()) + 1)]
    scale = np.float32(model.total / len(out))
    products = [np.asarray((out * weight[:, None]).T @ out * scale, dtype=np.float32) for weight in weights]
    return [_table(products, layout, names[-2:], survey.focus is not None) for names in questions]


def _table(products: Sequence[Matrix], layout: Layout, names: Sequence[str], focused: bool) -> Ints:
    a, b = (layout.stretch(name) for name in names)
    parts = np.stack([product[a, b] for product in products]).round().astype(np.int64)
    return np.asarray(parts if focused else parts[0])
