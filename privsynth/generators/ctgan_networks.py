"""The networks of CTGAN (Xu et al., 2019): residual blocks in the generator, a plain discriminator that sees each row alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from privsynth.generators.ctgan_layout import Layout
from privsynth.generators.ctgan_model import Layer
from privsynth.threads import Shared

_SLOPE = 0.2
_SMALL = 0.5
_TINY = 1e-4
_LEAST = 1e-20


class Residual(nn.Module):
    """A layer whose output is laid beside its input."""

    def __init__(self, wide: int, out: int) -> None:
        super().__init__()
        self.linear = nn.Linear(wide, out)
        self.norm = nn.BatchNorm1d(out)

    def forward(self, came: Tensor) -> Tensor:
        """Return [relu(norm(linear(came))), came]."""
        return torch.cat([functional.relu(self.norm(self.linear(came))), came], dim=1)


class Generator(nn.Module):
    """Noise and a condition in, the logits of all bins and the places of numbers out.

    Batch normalisation mixes rows here; all of them are drawn from noise.

    Args:
        layout: Of the rows.
        noise_width: Length of the noise.
        hidden: Width of each residual block.
        first: Source of the first weights.
    """

    def __init__(self, layout: Layout, noise_width: int, hidden: Sequence[int], first: torch.Generator) -> None:
        super().__init__()
        self.layout = layout
        self.noise_width = noise_width
        wide, blocks = noise_width + layout.bins, []
        for out in hidden:
            blocks.append(Residual(wide, out))
            wide += out
        self.residuals: tuple[Residual, ...] = tuple(blocks)
        self.blocks = nn.Sequential(*blocks)
        self.last = nn.Linear(wide, layout.width)
        begin(self, first)
        with torch.no_grad():
            self.last.weight.mul_(_SMALL)
            self.last.bias[: layout.bins] = torch.from_numpy(np.log(layout.shares + _TINY)).float()

    def forward(self, noise: Tensor, condition: Tensor) -> Tensor:
        """Return float[n, width]: logits of bins, then places in [-1, 1]."""
        out = self.last(self.blocks(torch.cat([noise, condition], dim=1)))
        return torch.cat([out[:, : self.layout.bins], torch.tanh(out[:, self.layout.bins :])], dim=1)

    def _columns(self, out: Tensor) -> list[Tensor]:
        return [out[:, stretch] for stretch in self.layout.stretches]

    def probabilities(self, out: Tensor) -> Tensor:
        """Return float[n, width]: what `forward` returned, with each column's logits as probabilities."""
        parts = [functional.softmax(part, dim=1) for part in self._columns(out)]
        return torch.cat([*parts, out[:, self.layout.bins :]], dim=1)

    def drawn(self, out: Tensor, uniform: Tensor, temperature: float) -> Tensor:
        """Return float[n, width]: rows drawn by Gumbel-softmax; ones and zeros forward, soft backward (Jang et al., 2017).

        Args:
            out: What `forward` returned.
            uniform: float[n, bins] in [0, 1).
            temperature: Of the soft version.
        """
        gumbel = -torch.log(-torch.log(uniform + _LEAST) + _LEAST)
        parts = []
        for part in self._columns((out[:, : self.layout.bins] + gumbel) / temperature):
            soft = functional.softmax(part, dim=1)
            hard = torch.zeros_like(soft).scatter_(1, soft.argmax(dim=1, keepdim=True), 1.0)
            parts.append(hard + (soft - soft.detach()))  # exactly one: the difference is exactly zero
        return torch.cat([*parts, out[:, self.layout.bins :]], dim=1)


def discriminator(wide: int, hidden: Sequence[int], first: torch.Generator) -> nn.Sequential:
    """Return a network that judges each row by itself: no packing, no normalisation over a batch.

    Args:
        wide: Length of a row's vector and its condition.
        hidden: Width of each layer.
        first: Source of the first weights.
    """
    layers: list[nn.Module] = []
    for out in hidden:
        layers += [nn.Linear(wide, out), nn.LeakyReLU(_SLOPE)]
        wide = out
    network = nn.Sequential(*layers, nn.Linear(wide, 1))
    begin(network, first)
    return network


def begin(network: nn.Module, first: torch.Generator) -> None:
    """Give every linear layer its first weights, uniform up to one over the root of its inputs."""
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, nn.Linear):
                bound = layer.in_features**-0.5
                layer.weight.uniform_(-bound, bound, generator=first)
                layer.bias.uniform_(-bound, bound, generator=first)


def folded(generator: Generator) -> tuple[Layer, ...]:
    """Return a generator's layers with their normalisation folded in."""
    layers = []
    for block in generator.residuals:
        variance, mean = block.norm.running_var, block.norm.running_mean
        assert variance is not None and mean is not None  # noqa: S101, PT018 - for the type checker
        scale = block.norm.weight / torch.sqrt(variance + block.norm.eps)
        weight = block.linear.weight * scale[:, None]
        layers.append(_layer(weight, (block.linear.bias - mean) * scale + block.norm.bias))
    return (*layers, _layer(generator.last.weight, generator.last.bias))


def _layer(weight: Tensor, bias: Tensor) -> Layer:
    return Layer(weight.detach().cpu().numpy().copy(), bias.detach().cpu().numpy().copy())


@contextmanager
def settings(threads: int) -> Iterator[None]:
    """Train under settings of our own, whatever the caller's are, and put those back afterwards.

    Products are taken in full float32: what a coarser format rounds away could move a sum by more than the clip. More threads
    than there are idle cores are many times slower than one.

    Args:
        threads: Of torch.
    """
    with (
        _FULL_FLOAT32.held(),
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.autocast("cpu", enabled=False),
        torch.autocast("cuda", enabled=False),
    ):
        torch.set_num_threads(threads)
        yield


@contextmanager
def _full_float32() -> Iterator[None]:
    """Keep full float32 in the whole program, and put back afterwards what was there, the number of threads included."""
    kept = torch.get_num_threads(), torch.get_float32_matmul_precision(), torch.get_default_dtype()
    torch.set_float32_matmul_precision("highest")
    torch.set_default_dtype(torch.float32)
    try:
        yield
    finally:
        torch.set_num_threads(kept[0])
        torch.set_float32_matmul_precision(kept[1])
        torch.set_default_dtype(kept[2])


_FULL_FLOAT32 = Shared(_full_float32)


def device_of(wanted: str) -> torch.device:
    """Return where to train: the GPU where there is one, unless told otherwise."""
    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(wanted)
