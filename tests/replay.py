"""Record every noisy answer of a mechanism on one table and replay it on a neighbour.

All randomness of a release goes through one `Noise`. So a mechanism is run on a table with a `Recording`, and on a
neighbour with a `Replaying` that gives the recorded answers again. If the mechanism is what it claims, then the
neighbour asks the same questions with the same public parameters in the same shapes, its exact answers lie within the
declared sensitivity, and the output is the same to the last bit: what the two tables differ in has gone through the
noise or nowhere.

A replay falsifies, it does not prove: it sees one path of noisy answers and one pair of tables at a time.
"""

from __future__ import annotations

import hashlib
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np
import pytest

from privsynth._events import SampledGaussianDpEvent
from privsynth.accounting import Spend, sampled_gaussian, spend_of
from privsynth.errors import PrivsynthError
from privsynth.generators import binning
from privsynth.noise import Ints, Noise, Reals, chosen_of, on_grid, scale_of, spread_of, threshold_of
from privsynth.privacy import Private

T = TypeVar("T")
SLACK = 1 + 1e-9
FLOAT_SLACK = 1 + 1e-5  # sums of gradients are floating-point sums


class Violation(AssertionError):  # noqa: N818 - it is a finding
    """A mechanism does what it does not declare."""


@dataclass(frozen=True)
class Asked:
    """One question on the tape: its kind, public parameters, exact answer and noisy answer."""

    kind: str
    public: tuple[Any, ...]
    exact: Any
    answer: Any


@dataclass
class Recording:
    """A `Noise` that writes all that it is asked on a tape.

    Args:
        seed: Of the noise (tests only: noise of releases takes no seed).
        noise: Draw from this noise instead.
    """

    seed: int = 0
    noise: Noise | None = None
    tape: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng(self.seed)

    def measure(self, values: Private[Ints], *, sensitivity: float, noise_multiplier: float) -> Ints:
        exact = np.array(values.reveal())
        if self.noise is not None:
            answer = self.noise.measure(values, sensitivity=sensitivity, noise_multiplier=noise_multiplier)
        else:
            answer = exact + self._drawn(exact.shape, scale_of(sensitivity, noise_multiplier))
        self.tape.append(Asked("measure", (float(sensitivity), float(noise_multiplier)), exact, answer))
        return answer.copy()

    def thresholded(
        self, counts: Private[dict[str, int]], *, sensitivity: int, noise_multiplier: float, delta: float
    ) -> dict[str, int]:
        exact = dict(counts.reveal())
        keys = sorted(exact)
        noisy = np.array([exact[key] for key in keys], dtype=np.int64) + self._drawn(
            (len(keys),), scale_of(sensitivity, noise_multiplier)
        )
        least = threshold_of(sensitivity, noise_multiplier, delta)
        answer = {key: int(count) for key, count in zip(keys, noisy, strict=True) if count >= least}
        self.tape.append(Asked("thresholded", (int(sensitivity), float(noise_multiplier), float(delta)), exact, answer))
        return dict(answer)

    def unit_key(self, purpose: str) -> bytes:
        key = hashlib.blake2b(f"{self.seed} {purpose}".encode(), digest_size=32).digest()
        self.tape.append(Asked("unit_key", (purpose,), None, key))
        return key

    def perturbed(self, values: Private[Any], *, clip: float, noise_multiplier: float) -> Reals:
        exact = np.array(values.reveal())
        spread = spread_of(clip, noise_multiplier)
        answer = on_grid(exact + self._rng.normal(0.0, spread, exact.shape), spread)
        self.tape.append(Asked("perturbed", (float(clip), float(noise_multiplier)), exact, answer))
        return answer.copy()

    def poisson(self, count: Private[int], probability: float) -> Private[Ints]:
        key = (self.seed, len(self.tape))
        self.tape.append(Asked("poisson", (float(probability),), count.reveal(), key))
        return Private(chosen_of(np.random.default_rng(key), count.reveal(), probability))

    def _drawn(self, shape: tuple[int, ...], scale: float) -> Ints:
        return np.rint(self._rng.normal(0.0, scale, shape)).astype(np.int64)


@dataclass
class Replaying:
    """A `Noise` that gives the answers of a tape and compares the questions.

    Args:
        tape: What was recorded.
        odd_unit: Number of the unit that one of the two tables lacks; all others keep their coins. None where it is the last.
    """

    tape: list[Asked]
    odd_unit: int | None = None
    place: int = 0
    exact: list[Any] = field(default_factory=list)

    def measure(self, values: Private[Ints], *, sensitivity: float, noise_multiplier: float) -> Ints:
        asked = self._next("measure", (float(sensitivity), float(noise_multiplier)))
        exact = np.asarray(values.reveal())
        self.exact.append(exact)
        if exact.dtype.kind not in "iu":
            self._fail("the exact answer is no array of whole numbers")
        if exact.shape != asked.exact.shape:
            self._fail(f"shape {exact.shape} instead of {asked.exact.shape}: it depends on the data")
        gap = exact.astype(np.float64) - asked.exact.astype(np.float64)
        self._within(float(np.sqrt((gap**2).sum())), sensitivity)
        return np.asarray(asked.answer).copy()

    def thresholded(
        self, counts: Private[dict[str, int]], *, sensitivity: int, noise_multiplier: float, delta: float
    ) -> dict[str, int]:
        asked = self._next("thresholded", (int(sensitivity), float(noise_multiplier), float(delta)))
        exact: dict[str, int] = counts.reveal()
        self.exact.append(dict(exact))
        if min(exact.values(), default=1) < 1:
            self._fail("a key without rows is counted")
        both = set(exact) | set(asked.exact)
        gaps = {key: abs(exact.get(key, 0) - asked.exact.get(key, 0)) for key in both}
        self._within(sum(gap**2 for gap in gaps.values()) ** 0.5, sensitivity)
        own = [key for key in both if key not in exact or key not in asked.exact]
        if len(own) > sensitivity:
            self._fail(f"{len(own)} keys of one unit alone, declared are at most {sensitivity}")
        if any(key in asked.answer for key in own):
            self._fail("a key that one unit alone holds was released")
        return dict(asked.answer)

    def unit_key(self, purpose: str) -> bytes:
        key = self._next("unit_key", (purpose,)).answer
        assert isinstance(key, bytes)
        return key

    def perturbed(self, values: Private[Any], *, clip: float, noise_multiplier: float) -> Reals:
        asked = self._next("perturbed", (float(clip), float(noise_multiplier)))
        exact = np.asarray(values.reveal())
        self.exact.append(exact)
        if exact.dtype.kind != "f":
            self._fail("the exact answer is no array of real numbers")
        if exact.shape != asked.exact.shape:
            self._fail(f"shape {exact.shape} instead of {asked.exact.shape}: it depends on the data")
        if not (np.isfinite(exact).all() and np.isfinite(asked.exact).all()):
            self._fail("the exact answer is not finite")
        gap = exact.astype(np.float64) - asked.exact.astype(np.float64)
        self._within(float(np.sqrt((gap**2).sum())) / FLOAT_SLACK, clip)
        return np.asarray(asked.answer).copy()

    def poisson(self, count: Private[int], probability: float) -> Private[Ints]:
        asked = self._next("poisson", (float(probability),))
        units = count.reveal()
        self.exact.append(units)
        places = self._places(asked.exact, units)
        chosen = chosen_of(np.random.default_rng(asked.answer), max(asked.exact, units), probability)
        return Private(np.flatnonzero(np.isin(places, chosen)).astype(np.int64))

    def _places(self, recorded: int, units: int) -> Ints:
        """Return the number of each unit in the recorded table; a unit that it lacks comes after all others."""
        if abs(recorded - units) > 1:
            self._fail(f"{units} units instead of {recorded}: they differ by more than one")
        odd = max(recorded, units) - 1 if self.odd_unit is None else self.odd_unit
        if units > recorded:
            return np.insert(np.arange(recorded), odd, recorded)
        return np.delete(np.arange(recorded), odd) if units < recorded else np.arange(units)

    def _next(self, kind: str, public: tuple[Any, ...]) -> Asked:
        if self.place >= len(self.tape):
            raise Violation(f"control flow: {kind} was asked after the last recorded question")
        asked = self.tape[self.place]
        self.place += 1
        if asked.kind != kind:
            self._fail(f"control flow: {kind} instead of {asked.kind}")
        if asked.public != public:
            self._fail(f"public parameters {public} instead of {asked.public}")
        return asked

    def _within(self, distance: float, sensitivity: float) -> None:
        if not distance <= sensitivity * SLACK:
            self._fail(f"distance {distance:g} is above the declared sensitivity {sensitivity:g}")

    def _fail(self, what: str) -> None:
        raise Violation(f"question {self.place} ({self.tape[self.place - 1].kind}): {what}")


@dataclass(frozen=True)
class Outcome:
    """What a run shows to the world: its result or its refusal, and its warnings."""

    result: Any
    refusal: tuple[str, str] | None
    warned: tuple[str, ...]


def outcome_of(mechanism: Callable[[T, Noise], Any], table: T, noise: Noise) -> Outcome:
    """Run a mechanism; refusals of our own are part of the outcome, all other exceptions are bugs."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result, refusal = None, None
        try:
            result = mechanism(table, noise)
        except PrivsynthError as error:
            refusal = (type(error).__name__, str(error))
    return Outcome(result, refusal, tuple(str(each.message) for each in caught))


def record(mechanism: Callable[[T, Noise], Any], table: T, *, seed: int = 0) -> tuple[list[Asked], Outcome]:
    """Run a mechanism and return its tape and outcome."""
    noise = Recording(seed)
    try:
        return noise.tape, outcome_of(mechanism, table, noise)
    except Exception as error:
        raise Violation(f"exception on the recorded table: {type(error).__name__}: {error}") from error


def replay(
    mechanism: Callable[[T, Noise], Any],
    neighbour: T,
    tape: list[Asked],
    expected: Outcome,
    odd_unit: int | None = None,
) -> None:
    """Hold a neighbour against a tape.

    Args:
        mechanism: Returns something with equality: the whole output.
        neighbour: A table with one unit more or less.
        tape: What was recorded.
        expected: What came out.
        odd_unit: Which unit of the larger table the other lacks, for mechanisms that sample units; None for the last.

    Raises:
        Violation: something that the noise did not pay for depends on the data.
    """
    noise = Replaying(tape, odd_unit)
    try:
        found = outcome_of(mechanism, neighbour, noise)
    except Violation:
        raise
    except Exception as error:
        raise Violation(f"data-dependent exception {type(error).__name__}: {error}") from error
    if found.refusal != expected.refusal:
        raise Violation(f"data-dependent refusal: {found.refusal} instead of {expected.refusal}")
    if noise.place != len(tape):
        raise Violation(f"control flow: {len(tape) - noise.place} recorded questions were not asked")
    if found.warned != expected.warned:
        raise Violation(f"data-dependent warning: {found.warned} instead of {expected.warned}")
    if found.result != expected.result:
        raise Violation("the output depends on the data outside the noisy answers")


def check(
    mechanism: Callable[[T, Noise], Any],
    table: T,
    neighbours: Iterable[T],
    *,
    seed: int = 0,
    both: bool = True,
    odd_unit: int | None = None,
) -> None:
    """Replay a table on its neighbours, and each neighbour on the table.

    Args:
        mechanism: Returns something with equality: the whole output.
        table: What is recorded.
        neighbours: Tables with one unit more or less.
        seed: Of the recorded noise.
        both: Also record on each neighbour and replay on the table.
        odd_unit: Which unit of the larger table the other lacks, for mechanisms that sample units; None for the last.

    Raises:
        Violation: with the position of the neighbour.
    """
    with smoothed_twice():
        tape, expected = record(mechanism, table, seed=seed)
        for number, neighbour in enumerate(neighbours):
            try:
                replay(mechanism, neighbour, tape, expected, odd_unit)
                if both:
                    replay(mechanism, table, *record(mechanism, neighbour, seed=seed), odd_unit)
            except Violation as violation:
                raise Violation(f"neighbour {number}: {violation}") from violation


@contextmanager
def smoothed_twice() -> Iterator[None]:
    """Smooth the cells of the same noisy answers twice and no more, whatever the number of neighbours: a third of a replay's time.

    The function that smooths is given numbers alone; all of their bits are the key. What other numbers give is always computed.

    Raises:
        Violation: the second time gives something else than the first.
    """
    true, known = binning.smoothed_cells, dict[Any, tuple[Any, bool]]()

    def smoothed(*numbers: Any) -> Any:
        key = tuple(map(_bits, numbers))
        first, twice = known.get(key, (None, False))
        if not twice:
            found = true(*numbers)
            if first is not None and _bits(found) != _bits(first):
                raise Violation("cells of the same noisy answers are smoothed in two ways")
            first, known[key] = found, (found.copy(), first is not None)
        return first.copy()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(binning, "smoothed_cells", smoothed)
        yield


def _bits(value: Any) -> Any:
    """Return what two values have in common only if no bit of them differs."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    return tuple(_bits(getattr(value, each.name)) for each in fields(value)) if is_dataclass(value) else repr(value)


def steps_on(tape: Iterable[Asked]) -> Counter[tuple[float, float]]:
    """Return how many noisy sums of each (sampling probability, noise multiplier) are on a tape.

    A sum is one about a Poisson sample if a sample was drawn for it: after the noisy sum before it. All others, and those of everybody,
    have the probability 1.
    """
    found: Counter[tuple[float, float]] = Counter()
    rate = 1.0
    for asked in tape:
        if asked.kind == "poisson":
            rate = asked.public[0]
        elif asked.kind == "perturbed":
            found[rate, asked.public[1]] += 1
            rate = 1.0
    return found


def spend_on(tape: list[Asked], event: Any = None) -> Spend:
    """Return what the questions of a tape spend, whatever was declared.

    Args:
        tape: What was asked.
        event: The claim; nothing but the delta of its sampled steps is taken from it.

    Raises:
        Violation: there are sampled steps of which the event says nothing.
    """
    total = Spend()
    for asked in tape:
        if asked.kind == "measure":
            total += Spend(mu_squared=1 / Fraction(asked.public[1]) ** 2)
        elif asked.kind == "thresholded":
            total += Spend(mu_squared=1 / Fraction(asked.public[1]) ** 2, delta=Fraction(asked.public[2]))
    claimed = {(each.sampling_probability, each.noise_multiplier): each.delta for each in sampled_parts(event)}
    for (rate, multiplier), count in steps_on(tape).items():
        if rate == 1:
            total += Spend(mu_squared=count / Fraction(multiplier) ** 2)
        elif (rate, multiplier) not in claimed:
            raise Violation(f"{count} steps of rate {rate:g} with noise {multiplier:g} are not in the event")
        else:
            total += spend_of(sampled_gaussian(rate, multiplier, count, claimed[rate, multiplier]))
    return total


def sampled_parts(event: Any) -> Iterator[SampledGaussianDpEvent]:
    """Yield the sampled steps of an event."""
    if isinstance(event, SampledGaussianDpEvent):
        yield event
    for part in getattr(event, "events", ()):
        yield from sampled_parts(part)


def check_spend(tape: list[Asked], event: Any) -> None:
    """Compare the deed with the claim.

    Raises:
        Violation: the tape spends more than the event says.
    """
    spent, claimed = spend_on(tape, event), spend_of(event)
    if spent.mu_squared > claimed.mu_squared:
        raise Violation(
            f"the tape spends mu**2 = {float(spent.mu_squared):g}, the event claims {float(claimed.mu_squared):g}"
        )
    if spent.delta > claimed.delta:
        raise Violation(f"the tape spends delta = {float(spent.delta):g}, the event claims {float(claimed.delta):g}")
