"""One clipped gradient per unit, summed, at nearly the price of an ordinary backward pass.

A linear layer's gradient for one row is the outer product of what comes in (`a`) and the slope of the loss by what goes out (`g`), so
its length follows from both without ever being written down: (|a|^2 + 1) |g|^2 with a bias, and for a unit of several rows
sum_st (a_s.a_t + 1)(g_s.g_t). One forward and one backward pass yield `a` and `g` of all rows; then each row's `g` is scaled by its
unit's factor and the sum over units is one matrix product a layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from privsynth.errors import UsageError
from privsynth.generators.clipping_units import Batch, Clipped, Loss, factors_of, unit_by_unit, zeros

if TYPE_CHECKING:
    from torch import Tensor, nn

CLIPS = (1e-9, 1e9)
_CANCELLED = 2**-10
_SUMMED_ROWS = 1 << 13
_DOUBTFUL = 2**-2
_SHORTEST = 2**-56
# Layers whose output at one place depends on their input at that place alone, without parameters of their own.
_ELEMENTWISE = (
    "CELU", "Dropout", "ELU", "GELU", "Hardsigmoid", "Hardswish", "Hardtanh", "Identity", "LeakyReLU", "LogSigmoid", "Mish", "ReLU",
    "ReLU6", "SELU", "SiLU", "Sigmoid", "Softplus", "Softsign", "Tanh", "Tanhshrink",
)  # fmt: skip
_RANDOM = ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout", "RReLU")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """A linear layer that learns, and what passed through it: a[n, in] and, before the backward pass, z[n, out]."""

    linear: nn.Linear
    came: Tensor
    went: Tensor


def clipped_gradient(
    network: nn.Module,
    rows: Tensor,
    weights: Tensor,
    loss: Loss,
    *,
    clip: float,
    public: Tensor | None = None,
    public_loss: Loss | None = None,
) -> Clipped:
    """Return the sum over units of each unit's gradient, shortened to at most `clip`, and the mean gradient of public rows.

    A unit's loss is the weighted sum of its rows' losses; its gradient is one vector over all trainable parameters. A unit whose
    gradient is not finite counts as zero, and so does what lies beyond all measure: a gradient of 2**64 clips, inputs or slopes of a
    layer whose square is no float32. Real and public rows pass through one forward and one backward pass.

    Guarantee:
        Adding or removing one unit moves `total` by at most `clip` in L2, and `public` not at all. Gradients are shortened to
        `clip * (1 - 2**-10)`: the rest is room for the rounding of float32, in which a product of matrices may round the same row
        otherwise beside other rows. Sums are taken in double precision, so that what remains is the rounding of each unit's own
        gradient (measured: 2e-7 clips at up to 60,000 units); it is a margin, not a proof in real numbers, and it holds for products
        of matrices in full float32: `autocast` is switched off here.

    Args:
        network: Maps rows[n, width] to logits[n, k], each row apart. A `Sequential` of `Linear` and elementwise layers is fast;
            everything else is differentiated unit by unit (slower, by construction apart from other units).
        rows: float[u, r, width]: the r rows of each of u units, 0 of them included.
        weights: float[u, r], the weight of each row's loss; rows that only fill up have weight 0 (and any finite numbers).
        loss: logits[u * r, k] -> losses[u * r], row by row: a row's loss depends on its logits alone. Units' rows are adjacent.
        clip: Largest L2 length of a unit's gradient, from 1e-9 to 1e9.
        public: float[m, width], rows that depend on no private data, or None.
        public_loss: logits[m, k] -> losses[m].

    Raises:
        UsageError: `clip`, a shape or the network does not do.
        PrivsynthError: a clipped gradient is longer than `clip`, which would be a bug.

    Source: Goodfellow (2015), "Efficient per-example gradient computations"; Lee and Kifer (2021), "Scaling up differentially private
        deep learning with fast per-example gradient clipping"; clipping itself: Abadi et al. (2016).
    """
    import torch

    _check_input(rows, weights, clip, public, public_loss)
    check_network(network)
    kind = next((each for each in network.parameters()), rows)
    rows, weights = (each.detach().to(kind.device, kind.dtype) for each in (rows, weights))
    others = rows.new_zeros(0, rows.shape[2]) if public is None else public.detach().to(kind.device, kind.dtype)
    batch = Batch(rows=rows, weights=weights, loss=loss, public=others, public_loss=public_loss or loss)
    if kind.dtype not in (torch.float32, torch.float64):
        raise UsageError(
            "The network's parameters are neither float32 nor float64. Gradients are clipped in full precision only."
        )
    exact = torch.autocast(kind.device.type, enabled=False)
    with exact, torch.inference_mode(False), torch.enable_grad():
        if closed_form(network):
            return _in_closed_form(network, batch, clip)
        return unit_by_unit(network, batch, clip)


def _check_input(rows: Tensor, weights: Tensor, clip: float, public: Tensor | None, public_loss: Loss | None) -> None:
    """Refuse what cannot be meant; sizes of a private batch are not said.

    Raises:
        UsageError: `clip` is no length, a shape does not fit, or public rows lack their loss.
    """
    if not CLIPS[0] <= clip <= CLIPS[1]:
        raise UsageError(
            f"clip is {clip}. It is the largest length of a unit's gradient: give a number from 1e-9 to 1e9."
        )
    if rows.ndim != 3 or weights.shape != rows.shape[:2]:
        raise UsageError("Rows have the shape [units, rows of a unit, width] and weights [units, rows of a unit].")
    if public is None:
        return
    if public.ndim != 2 or public.shape[1] != rows.shape[2]:
        raise UsageError("Public rows have the shape [rows, width], as wide as the real ones.")
    if public_loss is None:
        raise UsageError("Public rows come without their loss. Give `public_loss`.")


def check_network(network: nn.Module) -> None:
    """Refuse layers that make one row's output depend on others, or that remember the rows that they have seen.

    Raises:
        UsageError: there is a BatchNorm, a norm that tracks what it sees, or a random layer where there can be none.
    """
    from torch.nn.modules import batchnorm

    for module in network.modules():
        if isinstance(module, batchnorm._BatchNorm) or getattr(module, "track_running_stats", False):
            raise UsageError(
                f"The network has a {type(module).__name__}, which mixes the rows of a batch or keeps figures of them, so "
                "that no unit has a gradient of its own. Use LayerNorm or GroupNorm."
            )
        if type(module).__name__ in _RANDOM and module.training and not closed_form(network):
            raise UsageError(
                f"{type(module).__name__} is supported between Linear and elementwise layers of a Sequential only. "
                "Leave it out, or leave out the other layers."
            )


def closed_form(network: nn.Module) -> bool:
    """Return whether lengths of gradients follow from each layer's inputs and slopes: plain Linear and elementwise layers in a row."""
    from torch import nn

    elementwise = {getattr(nn, name) for name in _ELEMENTWISE}
    seen: set[int] = set()
    for module in _layers(network):
        own = [id(each) for each in module.parameters()]
        plain = type(module) in elementwise or type(module) is nn.Linear
        if not plain or seen.intersection(own):
            return False
        if type(module) is nn.Linear and set(own) != {id(module.weight), id(module.bias)} - {id(None)}:
            return False
        seen.update(own)
    return not any(_hooked(each) for each in network.modules())


def _hooked(module: nn.Module) -> bool:
    """Return whether a layer does something besides what its class does."""
    hooks = (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks, module._backward_pre_hooks)
    return any(hooks) or "forward" in vars(module)


def _layers(network: nn.Module) -> Iterator[nn.Module]:
    """Yield the layers in the order in which rows pass them."""
    from torch import nn

    if type(network) is nn.Sequential:
        for each in network:
            yield from _layers(each)
    else:
        yield network


def _in_closed_form(network: nn.Module, batch: Batch, clip: float) -> Clipped:
    """Return the gradients of a network of linear and elementwise layers; see `clipped_gradient`."""
    import torch

    units, each = batch.weights.shape
    real = units * each
    layers, logits = _forward(network, torch.cat([batch.rows.reshape(real, batch.rows.shape[2]), batch.public]))
    losses, counts = batch.slopes(logits[:real], logits[real:])
    if not layers or not losses:
        return zeros(network)
    slopes = torch.autograd.grad(losses, [layer.went for layer in layers], counts, materialize_grads=True)
    with torch.no_grad():
        factors = factors_of(_lengths(layers, slopes, units, each), clip)
        dead = (factors == 0).repeat_interleave(each).nonzero().squeeze(1)
        scale = factors.repeat_interleave(each).to(batch.rows.dtype)[:, None]
        total: dict[int, Tensor] = {}
        public: dict[int, Tensor] = {}
        for layer, slope in zip(layers, slopes, strict=True):
            came = layer.came.index_fill_(0, dead, 0.0) if len(dead) else layer.came  # 0 * NaN is NaN
            scaled = (slope[:real] * scale).index_fill_(0, dead, 0.0)
            _add(total, layer.linear, came[:real], scaled)
            _add(public, layer.linear, came[real:], slope[real:])
    trainable = [id(each) for each in network.parameters() if each.requires_grad]
    return Clipped(total=[total[each] for each in trainable], public=[public[each] for each in trainable])


def _forward(network: nn.Module, hidden: Tensor) -> tuple[list[_Layer], Tensor]:
    """Return what passed each linear layer that learns, and the logits."""
    from torch import nn

    layers = []
    for module in _layers(network):
        if getattr(module, "inplace", False):
            hidden = hidden.clone()  # slopes are by what a layer returned, not by what another wrote over it
        came, hidden = hidden, module(hidden)
        if type(module) is nn.Linear and any(each.requires_grad for each in module.parameters()):
            layers.append(_Layer(linear=module, came=came.detach(), went=hidden))
    return layers, hidden


def _lengths(layers: Sequence[_Layer], slopes: Sequence[Tensor], units: int, each: int) -> Tensor:
    """Return float64[units], the length of each unit's gradient.

    Products of rows are taken in float32; where the rows of a unit nearly cancel, which leaves little but rounding, again in float64.
    Even then, a length is never taken to be less than 2**-10 of its rows' lengths together: as much is left of them in float32.
    """
    import torch

    def block(part: Tensor) -> Tensor:
        return part[: units * each].reshape(units, each, part.shape[1])

    blocks = [(block(layer.came), block(slope)) for layer, slope in zip(layers, slopes, strict=True)]
    total, rows = _together(_products(layers, blocks))
    if len(doubtful := (total < rows * _DOUBTFUL).nonzero().squeeze(1)):
        exact = [(came[doubtful].to(torch.float64), slope[doubtful].to(torch.float64)) for came, slope in blocks]
        total[doubtful], rows[doubtful] = _together(_products(layers, exact))
    return total.maximum(rows * _CANCELLED)


def _together(products: Tensor) -> tuple[Tensor, Tensor]:
    """Return float64[u] each: the length of a unit's gradient, and the lengths of its rows' gradients added up."""
    rows = products.diagonal(dim1=1, dim2=2).sqrt().sum(dim=1)
    return products.sum(dim=(1, 2)).clamp(min=0).sqrt(), rows


def _products(layers: Sequence[_Layer], blocks: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
    """Return float64[u, r, r], the products of the gradients of each two rows of a unit.

    Inputs and slopes count as no shorter than 2**-56, so that no length comes out too short: in float32 the square of what is shorter
    than 2**-64 vanishes, and beside a huge factor it still matters. Squares that overflow make a length infinite.

    Args:
        layers: The layers that learn.
        blocks: Inputs[u, r, in] and slopes[u, r, out] of each.
    """
    import torch

    def gram(vectors: Tensor) -> Tensor:
        return torch.bmm(vectors, vectors.transpose(1, 2)).to(torch.float64) + _SHORTEST**2

    found: Tensor = torch.zeros((), dtype=torch.float64, device=blocks[0][0].device)
    for layer, (came, slope) in zip(layers, blocks, strict=True):
        bias = layer.linear.bias is not None and layer.linear.bias.requires_grad
        inputs = gram(came) if layer.linear.weight.requires_grad else 0.0
        found = found + (inputs + float(bias)) * gram(slope)
    return found


def _add(found: dict[int, Tensor], linear: nn.Linear, came: Tensor, slope: Tensor) -> None:
    """Put the gradients of a layer's trainable parameters under their identities: the sum over rows, in double precision.

    In single precision the sums of 100,000 units with and without one of them can be rounded apart by a quarter of a clip.
    """
    import torch

    if linear.weight.requires_grad:
        total = torch.zeros(linear.weight.shape, dtype=torch.float64, device=slope.device)
        for start in range(0, len(slope), _SUMMED_ROWS):
            part = slice(start, start + _SUMMED_ROWS)
            total += slope[part].T.double() @ came[part].double()
        found[id(linear.weight)] = total
    if linear.bias is not None and linear.bias.requires_grad:
        found[id(linear.bias)] = slope.sum(dim=0, dtype=torch.float64)
