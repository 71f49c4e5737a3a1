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
    layout = candidates[0].layout
    questions = asked(layout, np.random.default_rng(seed))
    if not questions:
        return 0
    groups = {name: layout.survey.bins_of_codes(name) for name in layout.names}
    put = [(list(names), {name: groups[name] for name in names}) for names in questions]
    tables = [table for model in candidates for table in expected(model, questions, np.random.default_rng(seed))]
    distances = noise.measure(
        source.distances(put * len(candidates), tables),
        sensitivity=source.unit.max_rows * math.sqrt(len(tables)) * _ROUNDING,
        noise_multiplier=noise_multiplier,
    )
    return int(distances.reshape(len(candidates), -1).mean(axis=1).argmin())


def asked(layout: Layout, rng: np.random.Generator) -> list[tuple[str, ...]]:
    """Return the columns of each question: pairs of columns, beside the focus where there is one; of very many, random ones."""
    focus = layout.survey.focus
    first = () if focus is None else (focus,)
    pairs = list(itertools.combinations([name for name in layout.names if name != focus], 2))
    if len(pairs) > _MOST_QUESTIONS:
        pairs = [pairs[each] for each in np.sort(rng.choice(len(pairs), _MOST_QUESTIONS, replace=False))]
    return [(*first, a, b) for a, b in pairs]


def expected(model: CtganModel, questions: Sequence[tuple[str, ...]], rng: np.random.Generator) -> list[Ints]:
    """Return what a model expects of each question: rows of every cell, rounded."""
    layout, out = model.layout, model.outputs(_ROWS, rng)
    focus = layout.survey.focus
    weights = [np.ones(len(out), dtype=np.float32)] if focus is None else list(out[:, layout.stretch(focus)].T)
    scale = model.total / len(out)
    products = [(out * weight[:, None]).T @ out * scale for weight in weights]
    return [_table(products, layout, names[-2:], focus is not None) for names in questions]


def _table(products: Sequence[Matrix], layout: Layout, names: Sequence[str], focused: bool) -> Ints:
    a, b = (layout.stretch(name) for name in names)
    parts = np.stack([product[a, b] for product in products]).round().astype(np.int64)
    return parts if focused else parts[0]
