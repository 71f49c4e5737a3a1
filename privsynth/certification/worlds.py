"""Two worlds: a toy table, and the same table with one more unit, told apart by all noisy answers of a fit.

A source that holds both tables answers each question in both worlds, so that the log-likelihood ratio of a run is exact, adaptive
questions included; the noise is drawn for one of them. Questions are chosen from earlier noisy answers, so what they are is the
same in both worlds once these are; the replays of the tests show that. For every run (distance / scale)**2 is added up over the
answers too: that is the mu**2 of this run, and none may be above the claim.

Nothing here is a release: the tables are toys that this package made, and so most runs draw their noise with numpy. The sampler of
releases is attacked by itself (`sampler`), and drawn from here where `Toy.exact` says so.
"""

from __future__ import annotations

import functools
import math
import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from privsynth.certification.substitutes import instead_of
from privsynth.certification.toys import Toy
from privsynth.errors import PrivsynthError
from privsynth.generators import maxent
from privsynth.generators.maxent_survey import Survey
from privsynth.generators.pairs import agreed, independent
from privsynth.noise import OsNoise, scale_of
from privsynth.privacy import Private, Unit
from privsynth.table.coded import CodedTable
from privsynth.tableschema.domain import Domain

if TYPE_CHECKING:
    from privsynth.table.counting import Question

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Pair = tuple[str, str]
_QUICK_PASSES = 2
_PART_RUNS = 500


@dataclass(slots=True)
class Both:
    """A data source that answers for one of two tables and remembers what the other one would have answered.

    Args:
        tables: Without and with the unit.
        real: Which of them answers.
        answers: Of every question so far, in both worlds.
    """

    tables: tuple[CodedTable, CodedTable]
    real: int
    answers: list[tuple[Ints, Ints]] = field(default_factory=list)

    @property
    def domains(self) -> tuple[Domain, ...]:
        """The public domains of the columns."""
        return self.tables[0].domains

    @property
    def unit(self) -> Unit:
        """Who is protected."""
        return self.tables[0].unit

    def _both(self, ask: Callable[[CodedTable], Private[Ints]]) -> Private[Ints]:
        without, with_unit = (ask(table).reveal() for table in self.tables)
        self.answers.append((without, with_unit))
        return Private((without, with_unit)[self.real])

    def counts(self, names: Sequence[str], groups: Mapping[str, Ints] | None = None) -> Private[Ints]:
        """Return the contingency table of a few columns."""
        return self._both(lambda table: table.counts(names, groups))

    def counts_many(self, questions: Sequence[Question]) -> list[Private[Ints]]:
        """Return the contingency tables of several questions."""
        return [self.counts(names, groups) for names, groups in questions]

    def distances(self, questions: Sequence[Question], tables: Sequence[Ints]) -> Private[Ints]:
        """Return how far the contingency table of each question is from a public one."""
        return self._both(lambda table: table.distances(questions, tables))

    def moments(
        self, scores: Mapping[str, Ints], *, radius: int, given: tuple[str, Ints] | None = None
    ) -> Private[Ints]:
        """Return sums of products of scores."""
        return self._both(lambda table: table.moments(scores, radius=radius, given=given))


class Weighing(OsNoise):
    """A noise that adds up the log-likelihood ratio of its answers, and what the ratio could have been at most.

    Args:
        source: Where the questions come from.
        toy: Says which noise.
        rng: Of numpy's noise.
    """

    __slots__ = ("_rng", "_source", "_toy", "mu_squared", "ratio", "stages")

    def __init__(self, source: Both, toy: Toy, rng: np.random.Generator) -> None:
        self._source, self._toy, self._rng = source, toy, rng
        self.ratio = self.mu_squared = 0.0
        self.stages: list[tuple[float, float]] = []

    def measure(self, values: Private[Ints], *, sensitivity: float, noise_multiplier: float) -> Ints:
        """Return noisy integers, and note what they say about which world it is."""
        without, with_unit = self._source.answers[len(self.stages)]
        exact, scale = values.reveal(), scale_of(sensitivity, noise_multiplier)
        if exact is not (without, with_unit)[self._source.real]:
            raise PrivsynthError(
                "An answer was changed before it got its noise, so that it cannot be judged. This is a bug."
            )
        gap = (with_unit - without).astype(np.float64)
        answer = self._drawn(exact, scale)
        self.ratio += float(((answer - (without + with_unit) / 2) * gap).sum()) / scale**2
        self.stages.append((float((gap**2).sum()) / scale**2, 1 / noise_multiplier**2))
        self.mu_squared += self.stages[-1][0]
        return answer

    def _drawn(self, exact: Ints, scale: float) -> Ints:
        factor = self._toy.factor
        if self._toy.exact:
            zero = Private(np.zeros(exact.shape, dtype=np.int64))
            reached = math.sqrt((factor * scale) ** 2 - 2.25)
            return exact + super().measure(zero, sensitivity=1, noise_multiplier=reached)
        # Sheppard: a rounded normal number has a twelfth more variance, and a discrete Gaussian one has not.
        spread = factor * math.sqrt(scale**2 - 1 / 12)
        return exact + np.rint(self._rng.normal(0, spread, exact.shape)).astype(np.int64)


class QuickSurvey(Survey):
    """A survey of maxent with cheaper post-processing: what the model expects of a pair is the product of the margins.

    Post-processing decides which questions come next, in both worlds alike, and not how far apart their answers are or how much noise
    they get; so the claim is the same.
    """

    def _expected(self, pairs: Sequence[Pair]) -> dict[Pair, Floats]:
        return {(a, b): independent(self._mass[a], self._mass[b]) for a, b in pairs}

    def _agreed(self, pair: Pair, table: Floats) -> Floats:
        return agreed(table, self._mass[pair[0]], self._mass[pair[1]], passes=_QUICK_PASSES)


def weighed(toy: Toy, runs: int, seed: int, quick: bool = True) -> Floats:
    """Return float64[2, runs, 2]: in each world the log-likelihood ratio of each run, and its mu**2.

    Args:
        toy: What is fitted.
        runs: Fits of either world.
        seed: Of numpy's noise.
        quick: Whether maxent does its post-processing the cheaper way.

    Raises:
        PrivsynthError: a question was asked without noise: a bug of the generator.
    """
    mechanism, tables = toy.mechanism, (toy.world(0), toy.world(1))
    found = np.empty((2, runs, 2))
    with instead_of(maxent, "Survey", QuickSurvey if quick else Survey):
        for real in (0, 1):
            for run in range(runs):
                source = Both(tables, real)
                drawn = [seed] if toy.seeded else [seed, real, run]
                noise = Weighing(source, toy, np.random.default_rng(drawn))
                mechanism.run(source, noise)
                if len(noise.stages) != len(source.answers):
                    raise PrivsynthError("A question was asked without noise. This is a bug; please report it.")
                found[real, run] = noise.ratio, noise.mu_squared
    return found


def worlds(
    toy: Toy, runs: int, *, quick: bool = True, workers: int = 1, told: Callable[[int], None] = lambda _: None
) -> Floats:
    """Return `weighed` of many runs, in parts.

    Args:
        toy: What is fitted.
        runs: Fits of either world.
        quick: As for `weighed`.
        workers: Processes; one is this one.
        told: Told how many runs of either world are done.
    """
    sizes = [min(_PART_RUNS, runs - start) for start in range(0, runs, _PART_RUNS)]
    part = functools.partial(_part, toy, quick)
    parts = []
    if workers == 1 or len(sizes) == 1:
        for each in map(part, sizes, range(len(sizes))):
            parts.append(each)
            told(sum(found.shape[1] for found in parts))
    else:
        with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
            for each in pool.map(part, sizes, range(len(sizes))):
                parts.append(each)
                told(sum(found.shape[1] for found in parts))
    return np.concatenate(parts, axis=1)


def _part(toy: Toy, quick: bool, runs: int, seed: int) -> Floats:
    return weighed(toy, runs, 0 if toy.seeded else seed, quick)
