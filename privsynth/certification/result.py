"""What attacks on our own generators found, and how it is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

FORMAT = "privsynth.certify/1"
Verdict = Literal["violation", "no violation found", "inconclusive"]
CANNOT = "It cannot prove the guarantee."
ROUNDING = 1 + 1e-9
SAMPLER = "sampler"
SURPRISING = 3.0  # standard errors of an estimate above its claim
ENOUGH = 0.5  # of the claim: a design that cannot show more is inconclusive


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """How much is given away.

    Args:
        mu: Of Gaussian differential privacy.
        epsilon: What follows from it at the claim's delta.
    """

    mu: float
    epsilon: float

    def to_json(self) -> dict[str, float]:
        """Return it as JSON values."""
        return {"mu": self.mu, "epsilon": self.epsilon}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """What one attack found.

    Args:
        name: `two worlds`, `one run` or `sampler`.
        runs: Runs of each world, or 1; of the sampler, draws.
        canaries: Rows that were in the table by a coin each; None of two worlds.
        guesses: For how many of them the attacker guessed; None of two worlds.
        claimed: What is claimed of what was attacked.
        lower: Lower bound, of a mechanism that is Gaussian as the claim says.
        estimate: Best estimate of the attack's reach, which is no bound.
        standard_error: Of the estimate's mu; None where it is not known.
        ceiling: The lower bound of an attacker who is never wrong.
        expected: The lower bound that the best attack would show, were the claim exactly true and no delta beside it.
        epsilon_direct: Lower bound of epsilon at the claim's delta, of a mechanism of any kind.
        farthest_mu: Largest mu of a single run, by the distances of its exact answers; None where it is not known.
        detectable_noise_factor: The largest share of the due noise whose lower bound is above the claim as expected; None where no
            lack of noise is seen.
    """

    name: str
    runs: int
    canaries: int | None = None
    guesses: int | None = None
    claimed: Loss
    lower: Loss
    estimate: Loss
    ceiling: Loss
    expected: Loss
    epsilon_direct: float
    farthest_mu: float | None = None
    standard_error: float | None = None
    detectable_noise_factor: float | None = None

    @property
    def too_far(self) -> bool:
        """Whether exact answers of neighbours lie farther apart than is claimed."""
        return self.farthest_mu is not None and self.farthest_mu > self.claimed.mu * ROUNDING

    @property
    def surprises(self) -> bool:
        """Whether the estimate is above the claim by more than chance explains; that is no bound, and asks for more runs."""
        margin = None if self.standard_error is None else SURPRISING * self.standard_error
        return margin is not None and self.estimate.mu > self.claimed.mu + margin

    @property
    def refutes(self) -> bool:
        """Whether the claim is refuted."""
        return self.lower.mu > self.claimed.mu or self.epsilon_direct > self.claimed.epsilon or self.too_far

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        losses = ("claimed", "lower", "estimate", "ceiling", "expected")
        return {
            **{name: getattr(self, name) for name in ("name", "runs", "canaries", "guesses")},
            **{name: getattr(self, name).to_json() for name in losses},
            **{name: getattr(self, name) for name in ("standard_error", "epsilon_direct", "farthest_mu")},
            "detectable_noise_factor": self.detectable_noise_factor,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """The same generator with a planted bug, attacked in the same way.

    Args:
        bug: What is wrong with it.
        attack: What was found; its claim is that of the honest one.
    """

    bug: str
    attack: Attack

    @property
    def flagged(self) -> bool:
        """Whether the attack refutes what the twin claims."""
        return self.attack.refutes

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        found = self.attack
        return {
            "bug": self.bug,
            "attack": found.name,
            "runs": found.runs,
            "lower": found.lower.to_json(),
            "epsilon_direct": found.epsilon_direct,
            "flagged": self.flagged,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifyResult:
    """What attacks on a generator found. No user's data went in.

    Args:
        generator: Its name.
        scope: What was attacked, in words.
        max_rows: Rows of the unit that was added.
        claimed: What the fit claims, at `delta`.
        delta: Of the claim.
        confidence: Probability with which all lower bounds hold together.
        attacks: What was found.
        twins: What was found of its twins with a planted bug.
    """

    generator: str
    scope: str
    max_rows: int
    claimed: Loss
    delta: float
    confidence: float
    attacks: tuple[Attack, ...]
    twins: tuple[Twin, ...]

    @property
    def _telling(self) -> tuple[Attack, ...]:
        """The attacks on the generator: what is shown of the sampler is about noise alone, and told where it refutes the claim."""
        return tuple(attack for attack in self.attacks if attack.name != SAMPLER or attack.refutes)

    @property
    def best(self) -> Attack:
        """The attack on the generator with the highest lower bound; where none has any, with the highest estimate."""
        return max(self._telling, key=lambda attack: (attack.lower.epsilon, attack.estimate.epsilon))

    @property
    def lower(self) -> Loss:
        """What is given away at least."""
        return self.best.lower

    @property
    def estimate(self) -> Loss:
        """The best attack's reach: an estimate, and no bound."""
        return self.best.estimate

    @property
    def ceiling(self) -> Loss:
        """What these runs could have shown at most."""
        return max((attack.ceiling for attack in self._telling), key=lambda loss: loss.mu)

    @property
    def detectable_noise_factor(self) -> float | None:
        """The largest share of the due noise that an attack on the generator is expected to see; None where none is."""
        return self._detectable(attack for attack in self.attacks if attack.name != SAMPLER)

    @staticmethod
    def _detectable(attacks: Iterable[Attack]) -> float | None:
        return max((each.detectable_noise_factor for each in attacks if each.detectable_noise_factor), default=None)

    @property
    def verdict(self) -> Verdict:
        """`violation`, `no violation found`, or `inconclusive` where nothing could have been seen or no twin was flagged."""
        if any(attack.refutes for attack in self.attacks):
            return "violation"
        return "inconclusive" if self.reason else "no violation found"

    @property
    def reason(self) -> str | None:
        """Why nothing can be said, or None."""
        if self.ceiling.epsilon < ENOUGH * self.claimed.epsilon:
            return f"so few runs could have shown up to {self.ceiling.epsilon:.2f} only"
        if not any(twin.flagged for twin in self.twins):
            return "no twin with a planted bug was flagged, so that this certification has no power"
        return None

    def sentence(self) -> str:
        """Say what was found, and what that does not mean."""
        surely = f"{self.confidence * 100:g}% confidence"
        reached = f"at least {self.lower.epsilon:.3g} ({surely}; estimate {self.estimate.epsilon:.3g})"
        could = f"this design could have shown up to {self.ceiling.epsilon:.3g}"
        claim = f"the claimed epsilon {self.claimed.epsilon:g}"
        if self.verdict == "violation":
            return f"Violation: the claim is epsilon {self.claimed.epsilon:g}, and {self._shown(surely)}."
        if self.verdict == "inconclusive":
            told = f"Inconclusive: {self.reason}. Of {claim} the best attack reaches {reached}; {could}. Use more runs."
        else:
            told = f"No violation found: of {claim} the best attack reaches {reached}; {could}."
        return " ".join([told, self._noise(), *self._surprise(), CANNOT])

    def _repr_html_(self) -> str:
        """Return a card for a notebook."""
        from privsynth.shown import card

        tone = {"violation": "bad", "inconclusive": "warn"}.get(self.verdict, "good")
        facts = [
            ("claimed epsilon", f"{self.claimed.epsilon:g}"),
            ("reached at least", f"{self.lower.epsilon:.3g}"),
            ("could have shown", f"{self.ceiling.epsilon:.3g}"),
        ]
        return card(f"Certification: {self.verdict}", facts, tone=tone, note=self.sentence())

    def _noise(self) -> str:
        """Say how much of the noise may be missing unseen."""
        factor = self.detectable_noise_factor
        alone = self._detectable(attack for attack in self.attacks if attack.name == SAMPLER)
        whole = (
            f"Noise of less than {factor:.2f} of its due would mostly be seen"
            if factor
            else "No lack of noise would be seen"
        )
        return whole + (f", in the sampler alone of less than {alone:.2f}." if alone else ".")

    def _surprise(self) -> list[str]:
        """Say which estimates are above the claim."""
        found = [f"`{attack.name}`" for attack in self.attacks if attack.surprises]
        return [f"The estimate of {' and '.join(found)} is above the claim: run more."] if found else []

    def _shown(self, surely: str) -> str:
        """Say what refutes the claim."""
        found = next(attack for attack in self.attacks if attack.refutes)
        if found.lower.mu > found.claimed.mu or found.epsilon_direct > found.claimed.epsilon:
            return f"the attack `{found.name}` shows at least {max(found.lower.epsilon, found.epsilon_direct):.3g} ({surely})"
        return (
            f"the exact answers of two neighbouring tables lie farther apart than that: mu {found.farthest_mu:.4g} instead of "
            f"{found.claimed.mu:.4g}"
        )

    def power(self) -> str:
        """Say which planted bugs this certification would have seen."""
        found = {flagged: [twin.bug for twin in self.twins if twin.flagged == flagged] for flagged in (True, False)}
        told = [f"Twins with a planted bug: flagged: {', '.join(found[True]) or 'none'}."]
        if found[False]:
            told.append(f"Not flagged, so that this certification has no power against it: {', '.join(found[False])}.")
        return " ".join(told)

    def to_json(self) -> dict[str, Any]:
        """Return what ``schemas/certify.schema.json`` describes."""
        return {
            "format": FORMAT,
            "generator": self.generator,
            "scope": self.scope,
            "max_rows": self.max_rows,
            "claimed": {**self.claimed.to_json(), "delta": self.delta},
            "confidence": self.confidence,
            "verdict": self.verdict,
            "reason": self.reason if self.verdict == "inconclusive" else None,
            "lower": self.lower.to_json(),
            "estimate": self.estimate.to_json(),
            "ceiling": self.ceiling.to_json(),
            "detectable_noise_factor": self.detectable_noise_factor,
            "attacks": [attack.to_json() for attack in self.attacks],
            "twins": [twin.to_json() for twin in self.twins],
            "sentence": self.sentence(),
            "power": self.power(),
        }
