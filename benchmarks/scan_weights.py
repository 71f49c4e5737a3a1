"""Learn the weights of the scan on generated columns and write `privsynth/pii/weights.json`.

    python benchmarks/scan_weights.py [--tables 600] [--seed 1] [--check]

A conditional logit: the entities that some sign speaks for, and "nothing", compete for each column. Weights are
drawn towards the first guesses below and stay within a third and five thirds of them, so that what a generator cannot teach stays
sensible. `--check` fits half of the tables and
prints log loss, accuracy and calibration error on the other half; it writes nothing.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from labelled import Labelled, columns
from scipy import optimize, sparse

from privsynth.pii.context import beside_people, context_signs, key_context
from privsynth.pii.entities import ENTITIES, lineage
from privsynth.pii.header import header_signs
from privsynth.pii.model import Sign
from privsynth.pii.posterior import NOTHING, UNSEEN, candidates, counted, prior_of, settled
from privsynth.pii.profile import profile
from privsynth.pii.scanner import signs_of

Floats = npt.NDArray[np.float64]
TARGET = Path(__file__).resolve().parents[1] / "privsynth" / "pii" / "weights.json"
HEADER_ONLY_WORTH = 0.3  # of a column: what its header alone should say
HIDDEN, SWAPPED = (
    0.08,
    0.02,
)  # headers that learning does not understand, or misunderstands: the lexicon knows them better than others
PULL = 1.5  # standard deviation of a weight around its first guess, in natural-log odds
LEAST, MOST = 1 / 3, 5 / 3  # of a guess: what no generator may overrule
ROUNDS = 3

GUESSES: dict[str, float] = {
    "code.shape": 2.5,
    "context.key": 1.5,
    "context.person": 1.0,
    "context.things": -1.5,
    "fit.cannot": -5.0,
    "fit.could": 2.0,
    "header.ambiguous": 3.2,
    "header.denied": -6.0,
    "header.fair": 4.2,
    "header.number": 2.0,
    "header.strong": 6.0,
    "header.thing": -4.0,
    "header.weak": 2.0,
    "key.few": -6.0,
    "key.long": 2.6,
    "key.sequence": 4.5,
    "key.shape": 3.0,
    "key.some": 1.0,
    "key.unique": 3.0,
    "labels.all": 6.0,
    "labels.some": 2.5,
    "names.full": 7.0,
    "names.none": -2.5,
    "names.one": 5.5,
    "names.some": 2.5,
    "prior.direct": -3.0,
    "prior.free_text": -3.0,
    "prior.quasi": -3.0,
    "prior.safe": -3.0,
    "prior.sensitive": -3.0,
    "prior.target": -3.0,
    "prior.unseen": -3.0,
    "text.long": 6.5,
    "text.some": 3.5,
    "unseen.measure": -1.0,
    "unseen.number": 0.5,
    "unseen.text": 1.0,
    "value.checksum": 7.0,
    "value.form": 7.0,
    "value.loose": 2.0,
    "value.shape": 4.0,
    "veto.boolean": -9.0,
    "veto.few": -4.0,
    "veto.float": -9.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What was observed of one column, what it holds, and how much it counts."""

    signs: Sequence[Sign]
    entity: str | None
    worth: float
    table: int


def examples(tables: int, seed: int) -> Iterator[Example]:
    """Observe generated tables; each column gives one example, and its header alone another."""
    chance = random.Random(seed)  # noqa: S311
    for number, table in enumerate(columns("learn", seed=seed, tables=tables)):
        unique: dict[str, Labelled] = {column.name: column for column in table}
        headers = _misread({name: header_signs(name) for name in unique}, chance)
        around, beside = context_signs(headers), beside_people(headers)
        for name, column in unique.items():
            view = profile(column.cells, max_cells=5_000, exhaustive=False)
            if view.cells:
                seen = signs_of(name, headers[name], view)
                signs = [*seen, *around[name], *key_context(headers[name], seen, beside[name])]
                yield Example(signs=settled(signs), entity=column.entity, worth=1.0, table=number)
            if headers[name] and column.style != "misleading":
                signs = [*headers[name], *around[name]]
                yield Example(signs=settled(signs), entity=column.entity, worth=HEADER_ONLY_WORTH, table=number)


def _misread(headers: dict[str, list[Sign]], chance: random.Random) -> dict[str, list[Sign]]:
    """Hide some headers and swap a few, as if they were written in words that the lexicon lacks."""
    read = {}
    for name, signs in headers.items():
        draw = chance.random()
        other = headers[chance.choice(list(headers))]
        read[name] = _unknown(signs) if draw < HIDDEN else other if draw < HIDDEN + SWAPPED else signs
    return read


def _unknown(signs: Sequence[Sign]) -> list[Sign]:
    """Return what a header says whose telling word the lexicon lacks: that it is somebody's or something's number, or nothing."""
    numbered = any({"number", "id"} & set(sign.rule.split("+")) and sign.weight != "header.denied" for sign in signs)
    return [Sign(source="header", entity="RECORD_ID", weight="header.number", rule="number")] if numbered else []


def _agrees(candidate: str, entity: str | None) -> bool:
    if entity is None or candidate == NOTHING:
        return candidate == NOTHING and entity is None
    same = (ENTITIES[candidate].shown or candidate) == (ENTITIES[entity].shown or entity)
    return same or candidate in lineage(entity) or entity in lineage(candidate)


def _terms(option: str, signs: Sequence[Sign], weights: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return the weights that make up the log-odds of an option, with their strengths."""
    if option == NOTHING:
        return []
    if option == UNSEEN:
        return [("prior.unseen", 1.0), *((sign.weight, sign.strength) for sign in signs if sign.entity == UNSEEN)]
    counting = counted(option, signs, weights)
    return [(prior_of(option), 1.0), *((sign.weight, sign.strength) for sign in counting)]


class Problem:
    """The conditional logit over examples as sparse matrices, for weights near `weights`."""

    def __init__(self, found: Sequence[Example], names: Sequence[str], weights: Mapping[str, float]) -> None:
        place = {name: index for index, name in enumerate(names)}
        rows: list[int] = []
        places: list[int] = []
        values: list[float] = []
        right: list[bool] = []
        groups: list[int] = []
        worth: list[float] = []
        for example in found:
            options = (NOTHING, UNSEEN, *candidates(example.signs, weights))
            agreeing = [option != UNSEEN and _agrees(option, example.entity) for option in options]
            agreeing[1] = not any(agreeing)  # no sign speaks for what it holds
            for option, fits in zip(options, agreeing, strict=True):
                terms = _terms(option, example.signs, weights)
                rows += [len(right)] * len(terms)
                places += [place[key] for key, _ in terms]
                values += [strength for _, strength in terms]
                right.append(fits)
                groups.append(len(worth))
            worth.append(example.worth)
        self.features = sparse.csr_matrix((values, (rows, places)), shape=(len(right), len(names)))
        self.right = np.array(right)
        self.groups = np.array(groups)
        self.worth = np.array(worth)

    def chances(self, weights: Floats) -> Floats:
        """Return float64[options]: the softmax within each example."""
        odds = self.features @ weights
        highest = np.full(len(self.worth), -np.inf)
        np.maximum.at(highest, self.groups, odds)
        parts = np.exp(odds - highest[self.groups])
        return np.asarray(parts / np.bincount(self.groups, parts)[self.groups])

    def loss(self, weights: Floats) -> tuple[float, Floats]:
        """Return the log loss and its gradient."""
        chances = self.chances(weights)
        agreeing = np.bincount(self.groups, chances * self.right)
        posterior = chances * self.right / agreeing[self.groups]
        pull = (chances - posterior) * self.worth[self.groups]
        return float(-(self.worth * np.log(agreeing)).sum()), np.asarray(self.features.T @ pull)

    def report(self, weights: Floats) -> str:
        """Return log loss, accuracy and calibration error of these weights."""
        chances = self.chances(weights)
        agreeing = np.bincount(self.groups, chances * self.right)
        order = np.lexsort((-chances, self.groups))
        first = order[np.r_[True, np.diff(self.groups[order]) != 0]]
        sure, hit = chances[first], self.right[first]
        bins = np.minimum((sure * 10).astype(int), 9)
        gaps = [abs(hit[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist())]
        loss = -(self.worth * np.log(agreeing)).sum() / self.worth.sum()
        return f"log loss {loss:.4f}, right {hit.mean():.4f}, calibration error {sum(gaps):.4f}, columns {len(hit)}"


def learn(found: Sequence[Example]) -> dict[str, float]:
    """Return the weights that explain the examples, near the guesses and with their signs."""
    names = sorted(GUESSES)
    guesses = np.array([GUESSES[name] for name in names])
    bounds = [tuple(sorted((guess * LEAST, guess * MOST))) for guess in guesses]
    weights = guesses
    for _ in range(ROUNDS):
        problem = Problem(found, names, dict(zip(names, weights.tolist(), strict=True)))

        def penalised(at: Floats, problem: Problem = problem) -> tuple[float, Floats]:
            loss, gradient = problem.loss(at)
            away = (at - guesses) / PULL**2
            return loss + float(0.5 * (away * (at - guesses)).sum()), gradient + away

        weights = optimize.minimize(penalised, weights, jac=True, bounds=bounds, method="L-BFGS-B").x
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


def main() -> None:
    """Learn, report, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--tables", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    found = list(examples(options.tables, options.seed))
    names = sorted(GUESSES)
    seen = [each for each in found if not options.check or each.table % 2 == 0]
    unseen = [each for each in found if each.table % 2 == 1] if options.check else found
    weights = learn(seen)
    for said, chosen in (("guesses", GUESSES), ("learned", weights)):
        values = np.array([chosen[name] for name in names])
        print(f"{said}: {Problem(unseen, names, chosen).report(values)}")
    print(json.dumps(weights, indent=2))
    if not options.check:
        TARGET.write_text(json.dumps(weights, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
