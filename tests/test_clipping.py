"""Each unit's gradient is shortened on its own: equal to what two other ways of computing it give, whatever stands in the rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import Tensor, nn
from torch.nn.functional import softplus

from privsynth.errors import PrivsynthError, UsageError
from privsynth.generators import clipping, clipping_units
from privsynth.generators.clipping import check_network, clipped_gradient, closed_form
from privsynth.generators.clipping_units import SLACK, check_lengths, factors_of

Reals = np.ndarray[Any, np.dtype[np.float64]]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def real_loss(logits: Tensor) -> Tensor:
    return softplus(-logits).sum(dim=1)


def fake_loss(logits: Tensor) -> Tensor:
    return softplus(logits).sum(dim=1)


def net(seed: int = 0, *, width: int = 6, bias: bool = True, out: int = 1, deep: int = 2) -> nn.Sequential:
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    wide = width
    for _ in range(deep):
        layers += [nn.Linear(wide, 7, bias=bias), nn.LeakyReLU(0.2)]
        wide = 7
    return nn.Sequential(*layers, nn.Linear(wide, out, bias=bias))


def batch(units: int, each: int, *, width: int = 6, seed: int = 1, size: float = 1.0) -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(seed)
    rows = torch.randn(units, each, width, generator=random) * size
    weights = torch.rand(units, each, generator=random) + 0.1
    weights[:, 1:] *= torch.rand(units, each - 1, generator=random) > 0.3
    return rows, weights


def vector(gradients: list[Tensor]) -> Reals:
    return np.concatenate([each.detach().double().numpy().ravel() for each in gradients] or [np.zeros(0)])


def length(gradients: list[Tensor]) -> float:
    return float(np.linalg.norm(vector(gradients)))


def one_by_one(network: nn.Module, rows: Tensor, weights: Tensor, clip: float) -> Reals:
    """Return the clipped sum from one ordinary backward pass per unit, in float64."""
    trainable = [each for each in network.parameters() if each.requires_grad]
    total = np.zeros(sum(each.numel() for each in trainable))
    for unit, weight in zip(rows, weights, strict=True):
        own = vector(list(torch.autograd.grad((real_loss(network(unit.clone())) * weight).sum(), trainable)))
        size = np.linalg.norm(own)
        if np.isfinite(size):
            total += own * min(1.0, (1 - SLACK) * clip / size) if size else 0.0
    return total


def by_opacus(network: nn.Module, rows: Tensor, weights: Tensor, clip: float) -> Reals:
    """Return the clipped sum from the gradients that opacus writes down for each row."""
    from opacus.grad_sample import GradSampleModule

    written = GradSampleModule(network, loss_reduction="sum")
    flat = rows.reshape(-1, rows.shape[2]).clone().requires_grad_()  # opacus warns of inputs without gradients
    (real_loss(written(flat)) * weights.reshape(-1)).sum().backward()
    each = torch.cat([p.grad_sample.flatten(1) for p in written.parameters() if p.requires_grad], dim=1).double()
    written.remove_hooks()
    units = each.reshape(*weights.shape, -1).sum(dim=1)
    sizes = units.norm(dim=1)
    return (units * ((1 - SLACK) * clip / sizes).clamp(max=1.0)[:, None]).sum(dim=0).numpy()


def close(found: Reals, wanted: Reals, relative: float = 1e-5) -> bool:
    return bool(np.linalg.norm(found - wanted) <= relative * max(np.linalg.norm(wanted), 1e-30))


@pytest.mark.parametrize("seed", range(12))
def test_the_sum_is_the_one_of_gradients_written_down_by_opacus(seed: int) -> None:
    each = 1 + seed % 4
    network = net(seed, bias=seed % 3 != 0, out=1 + seed % 2, deep=1 + seed % 3)
    rows, weights = batch(30, each, seed=seed, size=(0.01, 1.0, 30.0)[seed % 3])
    for clip in (1e-3, 0.7, 50.0):
        total = clipped_gradient(network, rows, weights, real_loss, clip=clip).total
        wanted = by_opacus(network, rows, weights, clip)
        assert close(vector(total), wanted), (seed, clip)
        network.zero_grad()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "change",
    [
        lambda network: network,
        lambda network: nn.Sequential(nn.Identity(), nn.Sequential(*network[:2]), nn.Sequential(*network[2:])),
        lambda network: nn.Sequential(network[0], nn.ReLU(inplace=True), network[2], nn.Identity(), nn.ELU(inplace=True), network[4]),
        lambda network: nn.Sequential(nn.LeakyReLU(0.1, inplace=True), network[0], network[2], nn.Tanh(), network[4]),
        lambda network: nn.Sequential(network[0], nn.LayerNorm(7), nn.ReLU(inplace=True), network[4]),
        lambda network: nn.Sequential(network[0], nn.PReLU(), network[4]),
        lambda network: nn.Sequential(network[0], network[2], network[2], network[4]),
        lambda network: nn.Sequential(nn.Unflatten(1, (1, 6)), nn.Conv1d(1, 2, 3), nn.Flatten(), nn.Linear(8, 1)),
        lambda network: nn.Sequential(network[0], nn.GroupNorm(1, 7), network[4]),
        lambda network: nn.Sequential(nn.utils.parametrizations.weight_norm(network[0]), network[1], network[4]),
    ],
)  # fmt: skip
def test_any_network_gives_what_a_backward_pass_per_unit_gives(seed: int, change: Callable[[Any], Any]) -> None:
    network = change(net(seed))
    rows, weights = batch(9, 1 + seed % 3, seed=seed, size=2.0)
    kept, parameters = rows.clone(), list(network.parameters())
    found = clipped_gradient(network, rows, weights, real_loss, clip=0.8)
    assert [each.shape for each in found.total] == [each.shape for each in network.parameters()]
    assert close(vector(found.total), one_by_one(network, rows, weights, 0.8))
    assert torch.equal(rows, kept)
    assert all(now is before and now.grad is None for now, before in zip(network.parameters(), parameters, strict=True))


def test_what_is_fast_and_what_is_written_down() -> None:
    plain, tied, changed = net(), net(), net()
    tied[4] = nn.Linear(7, 7)
    tied[4].weight = tied[2].weight
    changed[1].forward = torch.tanh
    hooked = net()
    hooked[1].register_forward_hook(lambda _, __, out: out - out.mean(dim=0))
    extra = net()
    extra[0].scale = nn.Parameter(torch.ones(1))

    class Own(nn.Sequential):
        pass

    assert closed_form(plain)
    assert closed_form(nn.Linear(3, 2))
    for slow in (tied, changed, hooked, extra, Own(*net()), nn.Sequential(nn.Linear(3, 3), nn.Softmax(dim=0))):
        assert not closed_form(slow)


@pytest.mark.parametrize("each", [1, 3])
def test_both_ways_agree_also_for_tied_weights_and_modules_of_ones_own(each: int) -> None:
    class Own(nn.Module):
        def __init__(self, layers: nn.Sequential) -> None:
            super().__init__()
            self.layers = layers

        def forward(self, rows: Tensor) -> Tensor:
            return self.layers(rows)

    rows, weights = batch(20, each)
    public = torch.randn(5, 6)
    for network in (net(), net(bias=False)):
        network[2].weight.requires_grad_(False)
        fast, slow = (
            clipped_gradient(one, rows, weights, real_loss, clip=0.5, public=public, public_loss=fake_loss)
            for one in (network, Own(network))
        )
        assert close(vector(fast.total), vector(slow.total))
        assert close(vector(fast.public), vector(slow.public))
    tied = nn.Sequential(nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 6))
    tied[2].weight = tied[0].weight
    found = clipped_gradient(tied, rows, weights, real_loss, clip=0.5)
    assert len(found.total) == 3
    assert close(vector(found.total), one_by_one(tied, rows, weights, 0.5))


def test_many_units_are_written_down_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    network = nn.Sequential(nn.Linear(6, 4), nn.LayerNorm(4), nn.Linear(4, 1))
    rows, weights = batch(11, 2)
    at_once = vector(clipped_gradient(network, rows, weights, real_loss, clip=0.5).total)
    monkeypatch.setattr(clipping_units, "_GRADIENT_CELLS", 100)
    assert close(vector(clipped_gradient(network, rows, weights, real_loss, clip=0.5).total), at_once)


@pytest.mark.parametrize("frozen", ["0.weight", "0.bias", "2.weight", "4.bias"])
def test_frozen_parameters_count_neither_in_the_length_nor_in_the_result(frozen: str) -> None:
    network = net()
    dict(network.named_parameters())[frozen].requires_grad_(False)
    rows, weights = batch(12, 2)
    found = clipped_gradient(network, rows, weights, real_loss, clip=0.3)
    assert len(found.total) == len(found.public) == 5
    assert close(vector(found.total), one_by_one(network, rows, weights, 0.3))


def test_a_frozen_network_has_no_gradients() -> None:
    for network in (net(), nn.Sequential(nn.Linear(6, 4), nn.LayerNorm(4))):
        network.requires_grad_(False)
        found = clipped_gradient(network, *batch(3, 1), real_loss, clip=1.0)
        assert found.total == found.public == []


def test_the_bias_counts_in_the_length() -> None:
    linear = nn.Linear(2, 1)
    rows = torch.zeros(1, 1, 2)  # the gradient is that of the bias alone
    found = clipped_gradient(linear, rows, torch.ones(1, 1), lambda logits: 100 * logits[:, 0], clip=1.0)
    assert length(found.total) == pytest.approx(1 - SLACK)


def test_length_is_over_all_layers_and_rows_of_a_unit_together() -> None:
    network = net()
    rows, weights = batch(1, 4, size=5.0)
    weights[:] = 10.0
    found = clipped_gradient(network, rows, weights, real_loss, clip=0.25)
    assert length(found.total) == pytest.approx(0.25 * (1 - SLACK), rel=1e-5)


@pytest.mark.parametrize("size", [1e-30, 1e-20, 1e-8, 1e8, 1e15, 1e18])
@pytest.mark.parametrize("weight", [1e-30, 1e-12, 1.0, 1e12, 1e30])
@pytest.mark.parametrize("each", [1, 2])
def test_tiny_and_huge_gradients_are_never_longer_than_the_clip(size: float, weight: float, each: int) -> None:
    network = net(3)
    rows, weights = batch(1, each, size=size)
    weights[:] = weight
    for clip in (1e-6, 1.0, 1e6):
        found = clipped_gradient(network, rows, weights, real_loss, clip=clip)
        assert length(found.total) <= clip


def test_a_length_neither_overflows_nor_vanishes() -> None:
    linear = nn.Linear(1, 1, bias=False)
    rows = torch.full((1, 1, 1), 1.5e19)
    found = clipped_gradient(linear, rows, torch.ones(1, 1), lambda logits: 1e-23 * logits[:, 0], clip=1e-6)
    assert length(found.total) <= 1e-6  # 1.5e-4 before it is clipped, but in float32, 1e-23 ** 2 is 0
    rows = torch.full((1, 1, 1), 1e25)  # its square is no float32
    found = clipped_gradient(linear, rows, torch.ones(1, 1), lambda logits: 1e-8 * logits[:, 0], clip=1.0)
    assert length(found.total) == 0


@pytest.mark.parametrize("scale", [1.0, 1e3, 1e6, 1e9, 1e12])
def test_rows_of_a_unit_that_cancel_leave_no_rounding_behind(scale: float) -> None:
    network = net(4, width=40)
    for seed in range(10):
        rows, _ = batch(1, 1, width=40, seed=seed, size=3.0)
        rows = torch.cat([rows, rows * (1 + 1e-6), rows * (1 - 1e-6)], dim=1)
        weights = torch.tensor([[2.0, -1.0, -1.0]]) * scale
        assert length(clipped_gradient(network, rows, weights, real_loss, clip=1.0).total) <= 1.0


@pytest.mark.parametrize("apart", [0.3, 0.1, 0.03, 0.01])
def test_a_length_is_right_where_rows_of_a_unit_nearly_cancel(apart: float) -> None:
    network = net(4, width=40)
    for seed in range(5):
        rows, _ = batch(1, 2, width=40, seed=seed)
        rows[:, 1] = rows[:, 0] + apart * rows[:, 1]
        weights = torch.tensor([[9.0, -9.0]])
        clip = 0.5 * length(clipped_gradient(network, rows, weights, real_loss, clip=1e6).total)
        found = clipped_gradient(network, rows, weights, real_loss, clip=clip)
        assert length(found.total) == pytest.approx((1 - SLACK) * clip, rel=1e-6 / apart)


def test_rows_of_another_type_and_with_a_history_are_only_looked_at() -> None:
    rows, weights = batch(4, 2)
    wanted = clipped_gradient(net(), rows, weights, real_loss, clip=0.5)
    other = rows.double().requires_grad_()
    with torch.no_grad():
        found = clipped_gradient(net(), other, weights.double(), real_loss, clip=0.5)
    assert close(vector(found.total), vector(wanted.total))
    assert {each.dtype for each in found.total} == {torch.float64}
    assert other.grad is None


BAD = [math.nan, math.inf, -math.inf, 3e38]


@pytest.mark.parametrize("where", ["cell", "row", "weight"])
@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("each", [1, 3])
@pytest.mark.parametrize("norm", [False, True])
def test_a_unit_whose_gradient_is_not_finite_counts_as_zero(where: str, bad: float, each: int, norm: bool) -> None:
    network = nn.Sequential(nn.Linear(6, 5), nn.LayerNorm(5), nn.Linear(5, 1)) if norm else net()
    rows, weights = batch(8, each)
    public = torch.randn(3, 6)
    others = [0, 1, 2, 4, 5, 6]

    def gradients(rows: Tensor, weights: Tensor) -> clipping.Clipped:
        return clipped_gradient(network, rows, weights, real_loss, clip=0.4, public=public, public_loss=fake_loss)

    wanted = gradients(rows[others], weights[others])
    for dead in (3, 7):
        if where == "weight":
            weights[dead, each - 1] = bad
        else:
            rows[dead, each - 1, slice(0, 1) if where == "cell" else slice(None)] = bad
            weights[dead, each - 1] = 1.0
    found = gradients(rows, weights)
    assert np.isfinite(vector(found.total)).all()
    if bad == 3e38:  # finite where nothing overflows
        assert np.linalg.norm(vector(found.total) - vector(wanted.total)) <= 0.8
    else:
        assert close(vector(found.total), vector(wanted.total))
    assert close(vector(found.public), vector(wanted.public))


def test_all_units_may_be_without_a_gradient() -> None:
    rows, weights = batch(4, 2)
    found = clipped_gradient(net(), rows * math.nan, weights, real_loss, clip=1.0)
    assert not vector(found.total).any()
    with torch.no_grad():
        broken = net()
        broken[2].weight.fill_(math.nan)
    assert not vector(clipped_gradient(broken, rows, weights, real_loss, clip=1.0).total).any()


@pytest.mark.parametrize("norm", [False, True])
@pytest.mark.parametrize("units", [0, 5])
@pytest.mark.parametrize("public", [None, 0, 4])
def test_there_may_be_no_units_and_no_public_rows(units: int, public: int | None, norm: bool) -> None:
    network = nn.Sequential(nn.Linear(6, 5), nn.LayerNorm(5), nn.Linear(5, 1)) if norm else net()
    rows, weights = batch(units, 2)
    others = None if public is None else torch.randn(public, 6)
    found = clipped_gradient(network, rows, weights, real_loss, clip=1.0, public=others, public_loss=fake_loss)
    shapes = [each.shape for each in network.parameters()]
    assert [each.shape for each in found.total] == [each.shape for each in found.public] == shapes
    assert bool(vector(found.total).any()) == bool(units)
    assert bool(vector(found.public).any()) == bool(public)


@pytest.mark.parametrize("norm", [False, True])
def test_the_gradient_of_public_rows_is_their_mean_and_not_shortened(norm: bool) -> None:
    network = nn.Sequential(nn.Linear(6, 5), nn.LayerNorm(5), nn.Linear(5, 1)) if norm else net()
    rows, weights = batch(5, 2)
    public = (torch.randn(8, 6) * 9).requires_grad_()

    def loss(logits: Tensor) -> Tensor:
        return 100 * fake_loss(logits)

    found = clipped_gradient(network, rows, weights, real_loss, clip=0.01, public=public, public_loss=loss)
    wanted = torch.autograd.grad(loss(network(public.detach())).mean(), list(network.parameters()))
    assert close(vector(found.public), vector(list(wanted)))
    assert length(found.public) > 1.0
    assert public.grad is None
    assert not any(each.requires_grad for each in [*found.total, *found.public])
    alone = clipped_gradient(network, rows, weights, real_loss, clip=0.01)
    assert close(vector(found.total), vector(alone.total))


def test_one_unit_moves_the_sum_by_no_more_than_the_clip() -> None:
    network, clip = net(), 0.6
    for seed in range(15):
        rows, weights = batch(30, 2, seed=seed, size=4.0)
        weights *= 20
        full = vector(clipped_gradient(network, rows, weights, real_loss, clip=clip).total)
        fewer = vector(clipped_gradient(network, rows[1:], weights[1:], real_loss, clip=clip).total)
        changed = rows.clone()
        changed[0] = torch.randn(2, 6) * 10.0 ** (seed - 5)
        other = vector(clipped_gradient(network, changed, weights, real_loss, clip=clip).total)
        assert np.linalg.norm(full - fewer) <= clip
        assert np.linalg.norm(full - other) <= 2 * clip
        own = one_by_one(network, rows[:1], weights[:1], clip)
        assert np.linalg.norm(full - fewer - own) <= 1e-4 * clip  # the others' shares did not move


def test_dropout_between_linear_layers_is_part_of_a_units_gradient() -> None:
    network = net()
    network = nn.Sequential(*network[:2], nn.Dropout(0.5), *network[2:])
    rows, weights = batch(6, 2, size=3.0)
    trainable = list(network.parameters())
    torch.manual_seed(5)
    losses = (real_loss(network(rows.reshape(12, 6))) * weights.reshape(12)).reshape(6, 2).sum(dim=1)
    wanted = np.zeros(sum(each.numel() for each in trainable))
    for loss in losses:
        own = vector(list(torch.autograd.grad(loss, trainable, retain_graph=True)))
        wanted += own * min(1.0, 0.5 * (1 - SLACK) / np.linalg.norm(own))
    torch.manual_seed(5)
    assert close(vector(clipped_gradient(network, rows, weights, real_loss, clip=0.5).total), wanted)
    slow = nn.Sequential(nn.Linear(6, 5), nn.LayerNorm(5), nn.Dropout(0.5), nn.Linear(5, 1))
    with pytest.raises(UsageError, match="Dropout is supported between"):
        check_network(slow)
    check_network(slow.eval())


@pytest.mark.parametrize(
    "norm",
    [nn.BatchNorm1d(6), nn.BatchNorm1d(6, track_running_stats=False), nn.BatchNorm2d(3), nn.SyncBatchNorm(6), nn.LazyBatchNorm1d(),
     nn.InstanceNorm1d(6, track_running_stats=True)],
)  # fmt: skip
@pytest.mark.parametrize("training", [True, False])
def test_layers_that_mix_or_remember_rows_are_refused(norm: nn.Module, training: bool) -> None:
    network = nn.Sequential(nn.Sequential(nn.Linear(6, 6), norm), nn.Linear(6, 1)).train(training)
    with pytest.raises(UsageError, match="mixes the rows"):
        clipped_gradient(network, *batch(3, 1), real_loss, clip=1.0)
    check_network(nn.Sequential(nn.InstanceNorm1d(6), nn.LayerNorm(6), nn.GroupNorm(2, 6)))


@pytest.mark.parametrize("clip", [0.0, -1.0, 1e-10, 1e10, math.nan, math.inf])
def test_a_clip_is_a_length(clip: float) -> None:
    with pytest.raises(UsageError, match="clip is"):
        clipped_gradient(net(), *batch(3, 1), real_loss, clip=clip)


def test_shapes_that_do_not_fit_are_refused() -> None:
    rows, weights = batch(3, 2)
    calls: list[tuple[str, dict[str, Any]]] = [
        ("Rows have", {"rows": rows[0]}),
        ("Rows have", {"weights": weights[:, :1]}),
        ("Public rows have", {"public": torch.zeros(2, 5), "public_loss": fake_loss}),
        ("Public rows have", {"public": torch.zeros(6), "public_loss": fake_loss}),
        ("without their loss", {"public": torch.zeros(2, 6)}),
        ("one number per row", {"loss": lambda logits: real_loss(logits).mean()}),
        ("one number per row", {"public": torch.zeros(1, 6), "public_loss": lambda logits: logits.mean()}),
        ("one number per row", {"loss": lambda logits: logits.expand(-1, 2)}),
    ]
    slow = nn.Sequential(nn.Linear(6, 5), nn.LayerNorm(5), nn.Linear(5, 1))
    for words, changes in calls:
        for network in (net(), slow):
            with pytest.raises(UsageError, match=words):
                clipped_gradient(
                    network, **{"rows": rows, "weights": weights, "loss": real_loss, "clip": 1.0, **changes}
                )


def test_a_factor_that_does_not_shorten_is_noticed() -> None:
    lengths = torch.tensor([0.0, 0.5, 4.0, 1e20, math.inf, math.nan], dtype=torch.float64)
    factors = factors_of(lengths, 1.0)
    assert factors.tolist() == [1.0, 1.0, (1 - SLACK) / 4.0, 0.0, 0.0, 0.0]
    check_lengths(lengths, factors, 1.0)
    for wrong in (torch.ones_like(lengths), factors * 1.01, factors + 1e-300):
        with pytest.raises(PrivsynthError, match="longer than the clip") as raised:
            check_lengths(lengths, wrong, 1.0)
        assert not any(character.isdigit() for character in raised.value.message)


def test_gradients_do_not_show_in_text() -> None:
    found = clipped_gradient(net(), *batch(3, 1), real_loss, clip=1.0)
    assert repr(found) == "Clipped()"


def test_many_units_are_summed_without_rounding_one_another_apart() -> None:
    from torch import nn

    network = nn.Sequential(nn.Linear(30, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
    rows = torch.randn(40_000, 1, 30, generator=torch.Generator().manual_seed(3)) * 0.1 + 2.0
    weights = torch.ones(40_000, 1)

    def loss(logits: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.softplus(-logits[:, 0])

    every, others, own = (
        vector(clipped_gradient(network, rows[part], weights[part], loss, clip=1.0).total)
        for part in (slice(None), slice(1, None), slice(0, 1))
    )
    assert np.linalg.norm(every - others - own) < 1e-5
    assert np.linalg.norm(every - others) <= 1.0


def test_the_callers_autocast_does_not_coarsen_gradients() -> None:
    from torch import nn

    network = nn.Sequential(nn.Linear(30, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
    rows, weights = torch.randn(64, 1, 30, generator=torch.Generator().manual_seed(3)), torch.ones(64, 1)

    def loss(logits: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.softplus(-logits[:, 0])

    wanted = vector(clipped_gradient(network, rows, weights, loss, clip=1.0).total)
    with torch.autocast("cpu", dtype=torch.bfloat16), torch.no_grad():
        found = vector(clipped_gradient(network, rows, weights, loss, clip=1.0).total)
    assert np.array_equal(found, wanted)
    with pytest.raises(UsageError, match="float32"):
        clipped_gradient(network.bfloat16(), rows, weights, loss, clip=1.0)
