"""What one step of training looks at, how much each unit's gradient is shortened, and the gradients of networks of any kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from privsynth.errors import PrivsynthError, UsageError

if TYPE_CHECKING:
    from torch import Tensor, nn

Loss: TypeAlias = "Callable[[Tensor], Tensor]"
SLACK = 2**-10
_LEAST_FACTOR = 2**-64
_GRADIENT_CELLS = 1 << 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Clipped:
    """Gradients of one step, each list in the order of the trainable `network.parameters()`.

    Args:
        total: float64: sum of the units' clipped gradients, private until noise is added.
        public: Mean gradient of the public rows, not clipped; zeros where there are none.
    """

    total: list[Tensor] = field(repr=False)
    public: list[Tensor] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one step looks at; see `clipped_gradient`."""

    rows: Tensor = field(repr=False)
    weights: Tensor = field(repr=False)
    loss: Loss
    public: Tensor = field(repr=False)
    public_loss: Loss

    def slopes(self, real: Tensor, public: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Return the losses of real and of public logits, and what each counts: its weight, or one share of the mean."""
        import torch

        losses, counts = [], []
        if len(real):
            losses.append(row_by_row(self.loss, real))
            counts.append(self.weights.reshape(-1))
        if len(public):
            losses.append(row_by_row(self.public_loss, public))
            counts.append(torch.full_like(losses[-1], 1 / len(public)))
        return losses, counts


def row_by_row(loss: Loss, logits: Tensor) -> Tensor:
    """Return losses[n] of logits[n, k].

    Raises:
        UsageError: the loss does not return one number per row.
    """
    losses = loss(logits)
    if losses.shape not in ((len(logits),), (len(logits), 1)):
        raise UsageError(
            "A loss did not return one number per row. A unit's gradient needs its own loss: return the losses of the "
            "rows, without taking their sum or mean."
        )
    return losses.reshape(-1)


def factors_of(lengths: Tensor, clip: float) -> Tensor:
    """Return float64[u], what each unit's gradient is multiplied by; 0 where its length is not finite or beyond all measure.

    A factor under 2**-64 could be too small for float32 to multiply by without rounding it up.

    Args:
        lengths: float64[u], the length of each unit's gradient.
        clip: What a gradient may count at most.

    Raises:
        PrivsynthError: the factors do not do what they are for.
    """
    factors = ((1 - SLACK) * clip / lengths).clamp(max=1.0)
    factors = factors.where(factors >= _LEAST_FACTOR, 0.0)
    check_lengths(lengths, factors, clip)
    return factors


def check_lengths(lengths: Tensor, factors: Tensor, clip: float) -> None:
    """Stop where a unit would count more than `clip`.

    Raises:
        PrivsynthError: a clipped gradient is longer than `clip`; how long, or whose, is not said.
    """
    if not bool(((lengths * factors <= clip) | (factors == 0)).all()):
        raise PrivsynthError(
            "A clipped gradient is longer than the clip, so that no noise would cover it. This is a bug."
        )


def zeros(network: nn.Module) -> Clipped:
    """Return gradients of nothing."""
    import torch

    trainable = [each for each in network.parameters() if each.requires_grad]
    total, public = ([torch.zeros_like(each, dtype=torch.float64) for each in trainable] for _ in range(2))
    return Clipped(total=total, public=public)


def unit_by_unit(network: nn.Module, batch: Batch, clip: float) -> Clipped:
    """Return the gradients of a network of any kind; each unit's is written down, from its own rows alone.

    Args:
        network: Maps rows[n, width] to logits[n, k].
        batch: The units' rows and the public ones.
        clip: Largest L2 length of a unit's gradient.

    Raises:
        UsageError: a loss does not return one number per row.
    """
    import torch

    found = zeros(network)
    trainable = [each for each in network.parameters() if each.requires_grad]
    if not trainable:
        return found
    if batch.weights.numel():
        for gradients in _written(network, batch):
            flat = torch.cat([each.flatten(1) for each in gradients], dim=1)
            factors = factors_of(torch.linalg.vector_norm(flat, dim=1, dtype=torch.float64), clip)
            flat[factors == 0] = 0.0  # 0 * NaN is NaN
            shortened = factors @ flat.double()
            for total, part in zip(
                found.total, torch.split(shortened, [each.numel() for each in trainable]), strict=True
            ):
                total += part.view_as(total)
    if not len(batch.public):
        return found
    losses = row_by_row(batch.public_loss, network(batch.public))
    mean = torch.autograd.grad(losses.sum() / len(losses), trainable, materialize_grads=True)
    return Clipped(total=found.total, public=list(mean))


def _written(network: nn.Module, batch: Batch) -> Iterator[list[Tensor]]:
    """Yield the gradients of the units, some of them at a time: [units, *shape] of each trainable parameter."""
    import torch
    from torch.func import functional_call, grad, vmap

    names = _names(network)
    trainable = {name: each.detach() for name, each in network.named_parameters() if each.requires_grad}
    at_once = max(1, _GRADIENT_CELLS // sum(each.numel() for each in trainable.values()))

    def logits_of(parameters: dict[str, Tensor], rows: Tensor) -> Tensor:
        everywhere = {name: parameters[names[name]] for name in names if names[name] in parameters}
        return functional_call(network, everywhere, (rows,), tie_weights=False)  # type: ignore[no-any-return]

    def objective(parameters: dict[str, Tensor], rows: Tensor, slopes: Tensor) -> Tensor:
        return (logits_of(parameters, rows) * slopes).sum()

    with torch.no_grad():
        logits = vmap(logits_of, in_dims=(None, 0), chunk_size=at_once)(trainable, batch.rows)
    flat = logits.flatten(0, 1).requires_grad_()
    losses = row_by_row(batch.loss, flat)
    slopes = torch.autograd.grad(losses, flat, batch.weights.reshape(-1))[0].view_as(logits)
    gradients = vmap(grad(objective), in_dims=(None, 0, 0))
    for rows, part in zip(torch.split(batch.rows, at_once), torch.split(slopes, at_once), strict=True):
        yield list(gradients(trainable, rows, part).values())


def _names(network: nn.Module) -> dict[str, str]:
    """Return the name of every parameter -> the first name of the same one: ties are resolved here.

    A layer that is passed twice has one name only. (Where it has two, torch 2.13 puts the wrong tensors back after `functional_call`.)
    """
    first: dict[int, str] = {}
    names = {}
    for prefix, module in network.named_modules():
        for name, each in module.named_parameters(prefix, recurse=False):
            names[name] = first.setdefault(id(each), name)
    return names
