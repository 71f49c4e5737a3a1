"""How `ctgan` learns: a free warm start on what the survey paid for, then DP-SGD on the discriminator.

Everything here is a function of noisy answers and of public random numbers, except one vector a step: the sum of clipped gradients, which
leaves through the noise. Public numbers come from a fixed seed; what a private row needs at random (which of its columns is
its condition, where in its cell a number lies) comes from a secret key of that step: nobody can know it, and how many rows a
step happened to draw shows nowhere else.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from privsynth.generators.base import Arrays
from privsynth.generators.clipping import clipped_gradient
from privsynth.generators.ctgan_layout import Layout
from privsynth.generators.ctgan_matching import Matching
from privsynth.generators.ctgan_model import CtganModel, Layer, conditions, own_conditions
from privsynth.generators.ctgan_networks import Generator, device_of, discriminator, folded
from privsynth.noise import Noise
from privsynth.privacy import Private

if TYPE_CHECKING:
    from privsynth.generators.ctgan import CtganConfig
    from privsynth.generators.ctgan_rows import UnitRows

Bins = npt.NDArray[np.int32]
Matrix = npt.NDArray[np.float32]
SEED = 20_261_121
_MATCH_CELLS = 1 << 28
_LEAST_BATCH, _MOST_BATCH = 256, 2048
_WARM_UP = 50
_LAST_RATE = 0.01
_GRADIENT_NORM = 1.0
_MOST_WEIGHT = 5.0
_EMA_START = 10.0
_TEMPERATURE = 0.5
_LADDER = (1, 2, 5, 10, 20, 50, 100)
_LADDER_ACCURACY, _LADDER_MEMORY, _LADDER_GRACE = 0.6, 0.9, 5


class Training:
    """Networks in training.

    Args:
        config: The recipe.
        layout: Of the rows.
    """

    def __init__(self, config: CtganConfig, layout: Layout) -> None:
        self._config = config
        self.layout = layout
        self.targets: Matching | None = None
        self.candidates: list[tuple[Layer, ...]] = []
        self.done = 0
        self.loss = 0.0
        self._device = device_of(config.device)
        self._rng = np.random.default_rng(SEED)
        self._torch = torch.Generator(device=self._device).manual_seed(SEED)
        first = torch.Generator().manual_seed(SEED)
        with torch.random.fork_rng(devices=[]):  # new layers draw weights of their own, which are replaced
            self.generator = Generator(layout, config.noise_width, config.hidden, first).to(self._device)
            self.critic = discriminator(layout.width + layout.bins, config.critic_hidden, first).to(self._device)
        self.average = copy.deepcopy(self.generator)
        self._updates = 0
        self._optimizer = torch.optim.Adam(self.generator.parameters(), lr=config.learning_rate, betas=(0.9, 0.99))
        self._critic_optimizer = torch.optim.Adam(
            self.critic.parameters(), lr=config.critic_learning_rate, betas=(0.5, 0.99)
        )
        self._weights = torch.from_numpy(condition_weights(layout)).to(self._device)
        self._batch = int(np.clip(_MATCH_CELLS // layout.width**2, _LEAST_BATCH, _MOST_BATCH)) // 2 * 2
        self._rung, self._accuracy, self._since = 0, 0.5, 0
        self._heard = 1.0

    def begin(self, number: int) -> None:
        """Begin a step: all its public random numbers follow from its own number, so that a run can go on from any step."""
        self._rng = np.random.default_rng([SEED, number, 0])
        self._torch.manual_seed(SEED + 1 + number)

    def fakes(self, rows: int) -> tuple[Tensor, Tensor]:
        """Return what the generator makes of fresh noise, float[n, width], and its conditions, int64[n]."""
        asked = torch.from_numpy(conditions(self.layout, self.layout.shares, rows, self._rng)).to(self._device)
        noise = torch.randn(rows, self._config.noise_width, generator=self._torch, device=self._device)
        return self.generator(noise, functional.one_hot(asked, self.layout.bins).float()), asked

    def judged(self, rows: Tensor, asked: Tensor, blur: Tensor | None = None) -> Tensor:
        """Return float[n, width + bins]: rows as the discriminator sees them, with their conditions.

        Private rows bring their own blur: public random numbers must not follow from how many rows a step drew.
        """
        bins = self.layout.bins
        if blur is None:
            blur = torch.rand(len(rows), rows.shape[1] - bins, generator=self._torch, device=self._device) * 2 - 1
        return torch.cat([rows[:, :bins], (rows[:, bins:] + blur) / 2, functional.one_hot(asked, bins).float()], dim=1)

    def _drawn(self, rows: int) -> tuple[Tensor, Tensor]:
        out, asked = self.fakes(rows)
        uniform = torch.rand(rows, self.layout.bins, generator=self._torch, device=self._device)
        return self.judged(self.generator.drawn(out, uniform, _TEMPERATURE), asked), asked

    def warm_generator(self, steps: int, told: Callable[[int], None] = lambda _: None) -> None:
        """Train the generator on the survey's marginals alone.

        Args:
            steps: How many.
            told: Told the number of each step that is done.
        """
        for step in range(steps):
            rate = 0.5 * (1 + np.cos(np.pi * step / steps)) + _LAST_RATE
            self._rate(self._config.learning_rate * min(1.0, (step + 1) / _WARM_UP) * rate)
            self._improve(self._matched())
            told(step + 1)

    def _matched(self) -> Tensor:
        """Return the distance of the generator's marginals, and how little it obeys its conditions."""
        out, asked = self.fakes(self._batch)
        expected = self.generator.probabilities(out)
        obeyed = -torch.log(expected.gather(1, asked[:, None]) + 1e-8).mean()
        return self._targets.loss(expected) * self._config.matching_weight + self._config.condition_weight * obeyed

    def _improve(self, loss: Tensor) -> None:
        self._optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self.generator.parameters(), _GRADIENT_NORM)
        self._optimizer.step()
        self._updates += 1
        kept = min(self._config.average, 1 - 1 / (self._updates / _EMA_START + 1))
        with torch.no_grad():
            for mine, theirs in zip(
                self.average.state_dict().values(), self.generator.state_dict().values(), strict=True
            ):
                if mine.is_floating_point():
                    mine.lerp_(theirs, 1 - kept)
                else:
                    mine.copy_(theirs)

    @property
    def _targets(self) -> Matching:
        assert self.targets is not None  # noqa: S101 - for the type checker
        return self.targets

    def _rate(self, rate: float) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = rate

    def warm_critic(self, bins: Bins, places: Matrix, steps: int) -> None:
        """Train the discriminator to tell rows of the survey's model from the generator's.

        Args:
            bins: int[n, m], of such rows.
            places: float32[n, numeric].
            steps: How many.
        """
        batch = self._config.most_fakes
        optimizer = torch.optim.Adam(self.critic.parameters(), lr=self._config.critic_learning_rate, betas=(0.5, 0.99))
        for _ in range(steps):
            taken = self._rng.integers(len(bins), size=batch)
            vectors = torch.from_numpy(self.layout.vectors(bins[taken], places[taken])).to(self._device)
            own = torch.from_numpy(own_conditions(bins[taken], self._rng.random(batch))).to(self._device)
            with torch.no_grad():
                fake, asked = self._drawn(batch)
            loss = (self._weights[own] * functional.softplus(-self.critic(self.judged(vectors, own))[:, 0])).mean()
            loss = loss + (self._weights[asked] * functional.softplus(self.critic(fake)[:, 0])).mean()
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()

    def private_step(
        self, units: UnitRows, noise: Noise, *, rate: float, noise_multiplier: float, divisor: float
    ) -> None:
        """Draw a Poisson sample of units, sum their clipped gradients with the fakes' own, add noise, and take a step.

        Args:
            units: The table.
            noise: Where coins and noise come from.
            rate: Probability with which each unit takes part.
            noise_multiplier: Noise per clipping norm.
            divisor: Public number by which the noisy sum is divided.
        """
        total, fake = self._summed(units, noise, rate, divisor)
        self._heard = heard(noise_multiplier * total.numel() ** 0.5 / divisor, self._config.half_heard)
        noisy = noise.perturbed(Private(total.cpu().numpy()), clip=self._config.clip, noise_multiplier=noise_multiplier)
        self._descend(torch.from_numpy(noisy).to(self._device) / divisor)
        with torch.no_grad():
            judged = self.critic(fake)[..., 0]
            right, self.loss = float((judged < 0).float().mean()), float(functional.softplus(judged).mean())
        self.done += 1
        self._accuracy = _LADDER_MEMORY * self._accuracy + (1 - _LADDER_MEMORY) * right

    def _summed(self, units: UnitRows, noise: Noise, rate: float, divisor: float) -> tuple[Tensor, Tensor]:
        """Return float64[parameters], the sum of a sample's clipped gradients with the fakes' own, and the fakes as they were judged.

        The sum is private until noise is added; the fakes are public.
        """
        config = self._config
        chosen = noise.poisson(Private(units.count), rate)
        batch = units.batch(chosen, config.encodings, noise.unit_key(f"encodings of step {self.done}"))
        rows, blur, asked, weights = (torch.from_numpy(each).to(self._device) for each in batch)
        seen = self.judged(rows, asked, blur)
        counted = weights * self._weights[asked].reshape(weights.shape)
        fake, fake_weights = self._judged_fakes(int(np.clip(round(divisor), 64, config.most_fakes)))
        real = clipped_gradient(
            self.critic,
            seen.reshape(*weights.shape, seen.shape[1]),
            counted,
            lambda logits: functional.softplus(-logits[:, 0]),
            clip=config.clip,
        )
        made = clipped_gradient(
            self.critic, fake, fake_weights, lambda logits: functional.softplus(logits[:, 0]), clip=config.clip
        )
        share = divisor / len(fake)
        total = torch.cat(
            [
                (one.double() + share * other.double()).reshape(-1)
                for one, other in zip(real.total, made.total, strict=True)
            ]
        )
        return total, fake

    def _judged_fakes(self, rows: int) -> tuple[Tensor, Tensor]:
        """Return float[n, encodings, ...]: hard fakes with their own conditions, several times each, and float[n, encodings] weights."""
        times = self._config.encodings
        with torch.no_grad():
            out, _ = self.fakes(rows)
            uniform = torch.rand(rows, self.layout.bins, generator=self._torch, device=self._device)
            drawn = self.generator.drawn(out, uniform, _TEMPERATURE)
            places = torch.nonzero(drawn[:, : self.layout.bins] > 0.5)[:, 1].reshape(rows, -1)
            column = torch.from_numpy(self._rng.integers(places.shape[1], size=(rows, times))).to(self._device)
            asked = places.gather(1, column)
            seen = self.judged(drawn.repeat_interleave(times, dim=0), asked.reshape(-1))
            return seen.reshape(rows, times, -1), self._weights[asked] / times

    def _descend(self, gradient: Tensor) -> None:
        start = 0
        for parameter in self.critic.parameters():
            if parameter.requires_grad:
                parameter.grad = gradient[start : start + parameter.numel()].reshape(parameter.shape).clone()
                start += parameter.numel()
        self._critic_optimizer.step()

    def follow(self) -> None:
        """Let the generator follow the discriminator, where its turn has come."""
        if self._due():
            self.adversarial_step()

    def adversarial_step(self) -> None:
        """Let the generator please the discriminator and stay near the survey's marginals."""
        fake, asked = self._drawn(min(self._batch, self._config.most_fakes))
        pleased = (self._weights[asked] * functional.softplus(-self.critic(fake)[:, 0])).mean()
        self._rate(self._config.adversarial_rate)
        self._improve(self._config.adversarial_weight * self._heard * pleased + self._matched())

    def _due(self) -> bool:
        """Say whether the generator's turn has come: after as many steps of the discriminator as its rung of the ladder says.

        It climbs when the discriminator no longer tells fakes from what it knows: its accuracy on fakes, which costs nothing.
        Source: Bie, Kamath, Zhang, "Private GANs, revisited", 2023.
        """
        self._since += 1
        if self._since < _LADDER[self._rung]:
            return False
        self._since = 0
        if self._accuracy <= _LADDER_ACCURACY and self._updates > _LADDER_GRACE:
            self._rung = min(self._rung + 1, self._config.most_rung)
        return True

    def layers(self) -> tuple[Layer, ...]:
        """Return the averaged generator as it is now."""
        return folded(self.average if self._config.average else self.generator)

    def model(self) -> CtganModel:
        """Return the model as it is now."""
        return CtganModel(survey=self.layout.survey, layers=self.layers())

    def state(self) -> Arrays:
        """Return all that a run needs to go on: weights, moments of the optimisers, counters, candidates; no random state."""
        found: Arrays = {"ladder": np.array([self._rung, self._since, self._updates, self.done], dtype=np.int64)}
        found["accuracy"] = np.array([self._accuracy])
        for name, network in self._networks().items():
            found.update({f"{name}.{key}": value.cpu().numpy().copy() for key, value in network.state_dict().items()})
        for name, optimizer in self._optimizers().items():
            for number, moments in optimizer.state_dict()["state"].items():
                found.update({f"{name}.{number}.{key}": value.cpu().numpy().copy() for key, value in moments.items()})
        for number, layers in enumerate(self.candidates):
            for place, layer in enumerate(layers):
                found[f"candidate.{number}.{place}.weight"] = layer.weight
                found[f"candidate.{number}.{place}.bias"] = layer.bias
        return found

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take up a state that `state` returned, under the same recipe and survey."""
        self._rung, self._since, self._updates, self.done = (int(each) for each in state["ladder"])
        self._accuracy = float(state["accuracy"][0])
        for name, network in self._networks().items():
            network.load_state_dict(
                {key: torch.from_numpy(state[f"{name}.{key}"].copy()) for key in network.state_dict()}
            )
        for name, optimizer in self._optimizers().items():
            moments: dict[int, dict[str, Tensor]] = {}
            for key, array in state.items():
                if key.startswith(f"{name}."):
                    number, what = key.removeprefix(f"{name}.").split(".")
                    moments.setdefault(int(number), {})[what] = torch.from_numpy(array.copy())
            optimizer.load_state_dict({**optimizer.state_dict(), "state": moments})
        self.candidates = []
        while f"candidate.{len(self.candidates)}.0.weight" in state:
            start = f"candidate.{len(self.candidates)}"
            places = range(len(self._config.hidden) + 1)
            self.candidates.append(
                tuple(Layer(state[f"{start}.{place}.weight"], state[f"{start}.{place}.bias"]) for place in places)
            )

    def _networks(self) -> dict[str, nn.Module]:
        return {"generator": self.generator, "average": self.average, "critic": self.critic}

    def _optimizers(self) -> dict[str, torch.optim.Optimizer]:
        return {"generator_moments": self._optimizer, "critic_moments": self._critic_optimizer}


def heard(noise: float, half: float) -> float:
    """Return how much the discriminator counts for the generator, by how long the noise of its steps is: both public."""
    return 1 / (1 + (noise / half) ** 2)


def condition_weights(layout: Layout) -> Matrix:
    """Return float32[bins]: how much a row counts whose condition is this bin: by the logarithm of its paid rows, as CTGAN samples."""
    weights = np.minimum(layout.asked / np.maximum(layout.shares, 1e-12), _MOST_WEIGHT)
    mean = np.bincount(layout.column_of_bin, weights=weights * layout.shares)
    return (weights / np.maximum(mean, 1e-12)[layout.column_of_bin]).astype(np.float32)
