"""The networks of CTGAN (Xu et al., 2019): residual blocks in the generator, a plain discriminator that sees each row alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from privsynth.generators.ctgan_layout import Layout

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
    """

    def __init__(self, layout: Layout, noise_width: int, hidden: Sequence[int]) -> None:
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
            parts.append(hard + soft - soft.detach())
        return torch.cat([*parts, out[:, self.layout.bins :]], dim=1)


def discriminator(wide: int, hidden: Sequence[int]) -> nn.Sequential:
    """Return a network that judges each row by itself: no packing, no normalisation over a batch.

    Args:
        wide: Length of a row's vector and its condition.
        hidden: Width of each layer.
    """
    layers: list[nn.Module] = []
    for out in hidden:
        layers += [nn.Linear(wide, out), nn.LeakyReLU(_SLOPE)]
        wide = out
    return nn.Sequential(*layers, nn.Linear(wide, 1))
