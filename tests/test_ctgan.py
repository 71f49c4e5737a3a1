"""The parts of ctgan: layout, conditions, matching, networks, private steps, ladder, choice, model; and how they go together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from ctgan_models import (
    Kept,
    Told,
    few_rows,
    layout_of,
    mixed_rows,
    mixed_schema,
    numbers_of,
    step,
    survey_of,
    table_of,
    tiny,
)
from maxent_models import empirical
from replay_tables import ROWS
from torch.nn import functional

from privsynth.accounting import Spend, spend_of
from privsynth.errors import ArtifactError, UsageError
from privsynth.generators import ctgan_choice, ctgan_training
from privsynth.generators.base import Rows
from privsynth.generators.ctgan import CtganConfig, CtganMechanism
from privsynth.generators.ctgan_choice import nearest
from privsynth.generators.ctgan_layout import Layout
from privsynth.generators.ctgan_matching import Matching, matching
from privsynth.generators.ctgan_model import CtganModel, Layer, conditions, own_conditions
from privsynth.generators.ctgan_networks import device_of, folded, settings
from privsynth.generators.ctgan_rows import UnitRows
from privsynth.generators.ctgan_training import Training, condition_weights
from privsynth.noise import OsNoise
from privsynth.privacy import Private, Unit
from privsynth.table.coded import CodedTable

SIZES = {"a": 3, "b": 4, "c": 2}
CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    few_rows(monkeypatch)


def rows_of(layout: Layout, rows: int = 2000, seed: int = 0) -> Rows:
    return layout.survey.sample(rows, np.random.default_rng(seed))


def inside(layout: Layout, rows: Rows) -> Any:
    return (
        np.stack([rows.positions[name] for name in layout.numeric], axis=1)
        if layout.numeric
        else np.zeros((rows.count, 0))
    )


def trained(config: CtganConfig, layout: Layout, steps: int = 0) -> Training:
    """Return networks with the targets of a layout, after some steps of the warm start."""
    training, rows = Training(config, layout), rows_of(layout)
    bins, places = layout.bins_of(rows.codes), layout.places_of(rows.codes, inside(layout, rows))
    training.targets = matching(layout, bins, places, config, CPU)
    training.warm_generator(steps)
    return training


def mixed_layout(target: str | None = None) -> Layout:
    """Return the layout of a noisy survey of labels and numbers."""
    schema = mixed_schema(target)
    made = tiny().calibrate(schema, ROWS, Spend(mu_squared=Fraction(10_000)))
    return Layout(made.survey.run(table_of(schema, mixed_rows(400)), OsNoise()))


# Layout and conditions


@pytest.mark.parametrize("target", [None, "died", "cost"])
def test_a_rows_vector_has_a_one_for_each_column_and_a_place_for_each_number(target: str | None) -> None:
    layout = mixed_layout(target)
    rows = rows_of(layout)
    bins = layout.bins_of(rows.codes)
    vectors = layout.vectors(bins, layout.places_of(rows.codes, inside(layout, rows)))
    assert vectors.shape == (2000, layout.width) == (2000, sum(layout.sizes) + 2)
    assert set(np.unique(vectors[:, : layout.bins])) == {0.0, 1.0}
    for name, stretch in zip(layout.names, layout.stretches, strict=True):
        assert (vectors[:, stretch].sum(axis=1) == 1).all()
        assert (vectors[:, stretch].argmax(axis=1) == layout.survey.bins_of_codes(name)[rows.codes[name]]).all()
        assert layout.stretch(name) == stretch
    assert layout.numeric == ("age", "cost")
    assert [layout.place(name) for name in layout.numeric] == [layout.bins, layout.bins + 1]
    places = vectors[:, layout.bins :]
    assert places.min() >= -1
    assert places.max() <= 1
    assert places.std() > 0.3


def test_the_place_of_a_number_grows_with_it_within_its_bin() -> None:
    layout = mixed_layout()
    codes = {name: np.zeros(100, dtype=np.int64) for name in layout.names} | {"age": np.arange(100)}
    bins, places = layout.bins_of(codes)[:, 0], layout.places_of(codes, np.full((100, 2), 0.5))[:, 0]
    for each in np.unique(bins):
        assert (np.diff(places[bins == each]) >= 0).all()


def test_shares_and_asked_sum_to_one_over_each_column_and_asked_is_flatter() -> None:
    layout = layout_of(SIZES)
    for each in (layout.shares, layout.asked):
        assert np.bincount(layout.column_of_bin, weights=each) == pytest.approx([1, 1, 1])
    assert layout.shares.max() > layout.asked.max()
    assert list(layout.starts) == [0, 3, 7, 9]


def test_conditions_are_even_over_columns_and_by_share_within_them() -> None:
    layout = layout_of(SIZES)
    drawn = conditions(layout, layout.shares, 90_000, np.random.default_rng(0))
    counts = np.bincount(drawn, minlength=layout.bins)
    assert list(np.bincount(layout.column_of_bin, weights=counts)) == [30_000] * 3
    wanted = layout.shares * 30_000
    assert (np.abs(counts - wanted) < 5 * np.sqrt(wanted)).all()
    assert len(conditions(layout, layout.shares, 0, np.random.default_rng(0))) == 0


def test_a_bin_without_rows_is_no_condition() -> None:
    layout = layout_of(SIZES)
    shares = layout.shares.copy()
    shares[[0, 8]] = 0
    shares /= np.bincount(layout.column_of_bin, weights=shares)[layout.column_of_bin]
    drawn = np.bincount(conditions(layout, shares, 30_000, np.random.default_rng(0)), minlength=9)
    assert drawn[0] <= 1
    assert drawn[8] <= 1


def test_a_rows_own_condition_is_its_bin_in_any_column() -> None:
    bins = np.array([[0, 3, 7], [2, 6, 8]] * 300)
    found = own_conditions(bins, np.linspace(0, 1, 600, endpoint=False))
    assert all(each in row for each, row in zip(found, bins, strict=True))
    assert np.bincount(np.searchsorted([3, 7], found, side="right")).tolist() == [200, 200, 200]
    assert own_conditions(bins[:1], np.array([1.0])) == [7]


@pytest.mark.parametrize("seed", range(4))
def test_weights_of_conditions_are_one_on_average_over_rows(seed: int) -> None:
    layout = layout_of(SIZES, seed=seed)
    weights = condition_weights(layout)
    assert weights.dtype == np.float32
    assert (weights > 0).all()
    assert np.bincount(layout.column_of_bin, weights=weights * layout.shares) == pytest.approx([1, 1, 1], rel=1e-6)
    column = layout.stretch("b")
    assert (np.diff(weights[column][np.argsort(layout.shares[column])]) <= 0).all()  # the rarer, the heavier


# Matching


def tables_of(layout: Layout, target: str | None = None) -> Matching:
    rows = rows_of(layout)
    return matching(layout, layout.bins_of(rows.codes), layout.places_of(rows.codes, inside(layout, rows)), tiny(), CPU)


@pytest.mark.parametrize("target", [None, "c"])
def test_the_matching_loss_is_zero_where_both_halves_hit_the_target(target: str | None) -> None:
    layout = layout_of(SIZES, target=target)
    rows = rows_of(layout)
    vectors = torch.from_numpy(layout.vectors(layout.bins_of(rows.codes), np.zeros((2000, 0), dtype=np.float32)))
    aim = tables_of(layout)
    assert abs(float(aim.loss(torch.cat([vectors, vectors])))) < 1e-8
    assert len(aim.pairs) == (1 if target is None else 2)
    other = torch.roll(vectors, 1, dims=1)
    assert float(aim.loss(torch.cat([other, other]))) > 0.1


def test_the_matching_loss_is_the_squared_distance_on_average() -> None:
    """Halves are independent, so that no variance of a batch is added to the distance; tiny batches show it."""
    layout = layout_of(SIZES, target="c")
    aim, rng = tables_of(layout), np.random.default_rng(0)
    pool = torch.cat([torch.from_numpy(rng.dirichlet(np.ones(size) * 0.7, 5)).float() for size in layout.sizes], dim=1)
    exact = float(aim.loss(torch.cat([pool, pool])))
    batches = [pool[torch.from_numpy(rng.integers(0, 5, 6))] for _ in range(800)]
    found = np.array([float(aim.loss(batch)) for batch in batches])
    error = found.std() / np.sqrt(len(found))
    assert abs(found.mean() - exact) < 4 * error
    halved = np.mean([float(aim.loss(torch.cat([batch[:3], batch[:3]]))) for batch in batches])
    assert halved > exact + 6 * error


def test_cells_of_one_column_say_nothing_about_pairs() -> None:
    aim = tables_of(layout_of(SIZES, target="c"))
    for column in (slice(0, 3), slice(3, 7), slice(7, 9)):
        assert (aim.pair_weight[:, column, column] == 0).all()
    assert (aim.pair_weight[1, 7:] == 0).all()  # within a class, the focus itself
    assert (aim.pair_weight[0, :3, 3:] > 0).all()


def test_the_warm_start_brings_the_generators_marginals_near() -> None:
    layout = layout_of(SIZES, seed=3)
    config = tiny(hidden=(16,), noise_width=8, learning_rate=0.02, average=0.9)
    far, near = (CtganModel(survey=layout.survey, layers=trained(config, layout, steps).layers()) for steps in (0, 120))
    exact = empirical(rows_of(layout, 20_000).codes, SIZES)
    gaps = []
    for model in (far, near):
        found = empirical(model.sample(20_000, np.random.default_rng(0)).codes, SIZES)
        gaps.append(0.5 * np.abs(found.sum(axis=2) - exact.sum(axis=2)).sum())
    assert gaps[1] < 0.5 * gaps[0]


# Networks


def test_folded_layers_are_the_generator_in_evaluation() -> None:
    layout = mixed_layout("died")
    training = trained(tiny(hidden=(16, 8), average=0.0, learning_rate=0.02), layout, 30)
    model = CtganModel(survey=layout.survey, layers=training.layers())
    out = model.outputs(300, np.random.default_rng(5))
    rng = np.random.default_rng(5)
    noise = torch.from_numpy(rng.standard_normal((300, 4), dtype=np.float32))
    asked = torch.from_numpy(conditions(layout, layout.shares, 300, rng))
    generator = training.generator.eval()
    with torch.no_grad():
        raw = generator(noise, functional.one_hot(asked, layout.bins).float())
        wanted = generator.probabilities(raw).numpy()
    assert np.abs(out - wanted).max() < 1e-5
    assert out[:, layout.stretch("ward")].std(axis=0).max() > 1e-3


def test_drawn_rows_are_exactly_one_hot_and_pass_a_slope() -> None:
    layout = mixed_layout()
    training = Training(tiny(), layout)
    out, _ = training.fakes(500)
    drawn = training.generator.drawn(out, torch.rand(500, layout.bins), 0.5)
    assert set(drawn[:, : layout.bins].unique().tolist()) == {0.0, 1.0}
    assert all((drawn[:, stretch].sum(dim=1) == 1).all() for stretch in layout.stretches)
    torch.autograd.backward((drawn[:, : layout.bins] * torch.randn(layout.bins)).sum())
    assert float(training.generator.last.weight.grad.abs().sum()) > 0


def test_drawn_rows_have_the_generators_probabilities() -> None:
    layout = layout_of(SIZES)
    generator = Training(tiny(), layout).generator
    out = torch.randn(1, layout.width).repeat(20_000, 1)
    share = generator.drawn(out, torch.rand(20_000, layout.bins), 0.5).mean(dim=0)
    assert float((share - generator.probabilities(out)[0]).abs().max()) < 0.02


def test_no_uniform_number_is_too_extreme() -> None:
    layout = layout_of(SIZES)
    generator = Training(tiny(), layout).generator
    for value in (0.0, 1 - 2**-24):
        drawn = generator.drawn(torch.zeros(4, layout.width), torch.full((4, layout.bins), value), 0.5)
        assert torch.isfinite(drawn).all()


def test_networks_begin_alike_and_leave_torchs_own_randomness_alone() -> None:
    found = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        before = torch.get_rng_state()
        training = Training(tiny(), layout_of(SIZES))
        assert torch.equal(torch.get_rng_state(), before)
        critic = np.concatenate([each.detach().numpy().ravel() for each in training.critic.parameters()])
        found.append((numbers_of(training.layers()).tobytes(), critic.tobytes()))
    assert found[0] == found[1]


def test_threads_come_back() -> None:
    before = torch.get_num_threads()
    with settings(before + 1):
        assert torch.get_num_threads() == before + 1
    with pytest.raises(ZeroDivisionError), settings(before + 1):
        raise ZeroDivisionError
    assert torch.get_num_threads() == before
    assert device_of("cpu").type == "cpu"
    assert device_of("auto").type in ("cpu", "cuda")


# Private rows and steps


def units_of(layout: Layout, rows: int = 60, unit: Unit | None = None, owners: Any = None) -> UnitRows:
    source = table_of(layout.survey.schema, rows_of(layout, rows, 9).codes, unit, owners)
    return UnitRows(layout, source)


def test_a_batch_holds_the_rows_of_the_chosen_units_and_nothing_else() -> None:
    layout, owners = layout_of(SIZES), [0, 1, 0, 2, 3, 3, 3, 4]
    codes = rows_of(layout, 8, 9).codes
    units = UnitRows(layout, table_of(layout.survey.schema, codes, Unit(column="u", max_rows=3), owners))
    assert units.count == 5
    vectors, blur, asked, weights = units.batch(Private(np.array([0, 3])), 2, bytes(32))
    assert vectors.shape == (12, layout.width)
    assert blur.shape == (12, 0)
    assert weights.tolist() == pytest.approx(np.array([[1, 1, 1, 1, 0, 0], [1] * 6]) / 6)
    own = layout.vectors(layout.bins_of(codes), np.zeros((8, 0), dtype=np.float32))
    used = weights.ravel() > 0
    assert vectors[used].tolist() == own[[0, 0, 2, 2, 4, 4, 5, 5, 6, 6]].tolist()
    assert (vectors[np.arange(12), asked] == 1).all()
    none = units.batch(Private(np.zeros(0, dtype=np.int64)), 2, bytes(32))
    assert [each.shape for each in none] == [(0, layout.width), (0, 0), (0,), (0, 6)]


def test_encodings_of_one_row_differ_and_follow_the_key() -> None:
    layout = mixed_layout()
    units = UnitRows(layout, table_of(mixed_schema(), mixed_rows(50)))
    chosen = Private(np.arange(50))
    one, again, other = (units.batch(chosen, 4, bytes([key]) * 32) for key in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(one, again, strict=True))
    assert any((a != b).any() for a, b in zip(one, other, strict=True))
    assert len(set(one[2][:40].tolist())) > 4
    assert abs(one[1]).max() <= 1
    fewer = units.batch(Private(np.arange(20)), 4, bytes([1]) * 32)
    assert all((a == b[: len(a)]).all() for a, b in zip(fewer, one, strict=True))


@pytest.mark.parametrize("clip", [0.01, 0.3, 1e3])
def test_a_step_sums_one_clipped_gradient_of_each_unit(clip: float) -> None:
    """Against gradients that torch takes unit by unit; what the fakes add is what a step without units has."""
    layout, unit = mixed_layout(), Unit(column="u", max_rows=3)
    owners = np.sort(np.random.default_rng(0).permutation(np.repeat(np.arange(25), 3))[:50])
    owners = np.unique(owners, return_inverse=True)[1]
    units = UnitRows(layout, table_of(mixed_schema(), mixed_rows(50), unit, owners))
    chosen, noise = np.array([0, 3, 4, 11, 20]), Told(chosen=[[], [0, 3, 4, 11, 20]])
    sums = []
    for _ in range(2):
        training = Training(tiny(clip=clip), layout)
        step(training, units, noise)
        sums.append(noise.exact[-1])
    training = Training(tiny(clip=clip), layout)
    critic = training.critic.double()
    key = Told().unit_key("encodings of step 0")
    rows, blur, asked, weights = (torch.from_numpy(each) for each in units.batch(Private(chosen), 2, key))
    seen = training.judged(rows, asked, blur).double()
    importance = torch.from_numpy(condition_weights(layout))[asked].double()
    expected, lengths = 0, []
    for number in range(len(chosen)):
        mine = slice(6 * number, 6 * number + 6)
        losses = functional.softplus(-critic(seen[mine])[:, 0]) * weights[number] * importance[mine]
        gradient = torch.cat([each.ravel() for each in torch.autograd.grad(losses.sum(), list(critic.parameters()))])
        lengths.append(float(gradient.norm()))
        expected = expected + gradient * min(1.0, clip * (1 - 2**-10) / lengths[-1])
    assert (min(lengths) > clip) == (clip == 0.01)
    assert np.abs(sums[1] - sums[0] - expected.numpy()).max() < 2e-6


def test_a_step_descends_by_the_noisy_sum_over_the_divisor() -> None:
    layout = layout_of(SIZES)
    training, units = Training(tiny(), layout), units_of(layout)
    size = sum(each.numel() for each in training.critic.parameters())
    told = np.random.default_rng(0).normal(size=size).astype(np.float32)
    step(training, units, Told(answers=[told]), divisor=16.0)
    given = torch.cat([each.grad.ravel() for each in training.critic.parameters()])
    assert np.allclose(given.numpy(), told / 16, rtol=1e-6)
    assert training.done == 1


def test_the_generator_is_not_touched_by_a_private_step() -> None:
    layout = layout_of(SIZES)
    training = trained(tiny(average=0.0), layout, 2)
    training.generator.zero_grad()
    before = [each.detach().clone() for each in training.generator.parameters()]
    step(training, units_of(layout), Told())
    assert all(torch.equal(one, other) for one, other in zip(training.generator.parameters(), before, strict=True))
    assert all(each.grad is None for each in training.generator.parameters())


def test_fakes_are_judged_with_conditions_of_their_own() -> None:
    layout = mixed_layout()
    training = Training(tiny(encodings=3), layout)
    seen, weights = training._judged_fakes(40)
    assert seen.shape == (40, 3, layout.width + layout.bins)
    asked = seen[..., layout.width :]
    assert (asked.sum(dim=2) == 1).all()
    assert ((asked * seen[..., : layout.bins]).sum(dim=2) == 1).all()
    assert weights.shape == (40, 3)
    assert (seen[:, :1, : layout.bins] == seen[:, 1:2, : layout.bins]).all()


def test_without_noise_the_discriminator_learns_to_tell_fakes() -> None:
    """Rows of one kind alone, which the generator seldom makes: what DP-SGD hears must reach the discriminator."""
    layout = layout_of(SIZES)
    codes = {name: np.full(200, size - 1) for name, size in SIZES.items()}
    units = UnitRows(layout, table_of(layout.survey.schema, codes))
    training = Training(tiny(critic_learning_rate=0.02, clip=10.0), layout)
    real = training.judged(
        *(torch.from_numpy(each) for each in units.batch(Private(np.arange(50)), 1, bytes(32))[:3:2])
    )
    told = []
    for number in range(60):
        step(training, units, Told(chosen=[np.arange(number % 50, 200, 4)]), divisor=50.0)
        with torch.no_grad():
            told.append(float((training.critic(real)[:, 0] > 0).float().mean()))
    assert training._accuracy > 0.8
    assert told[-1] == 1.0
    assert training.loss < 0.5


def test_a_discriminator_hears_less_the_more_noise_there_is() -> None:
    found = [ctgan_training.heard(noise, 2.0) for noise in (0.0, 1.0, 2.0, 20.0)]
    assert found[0] == 1
    assert found[2] == 0.5
    assert sorted(found, reverse=True) == found


# Ladder and average


def climbed(accuracy: float, most: int, turns: int) -> list[int]:
    """Return at which of many turns the generator follows."""
    training = Training(tiny(most_rung=most), layout_of(SIZES))
    training._updates = 1000
    found = []
    for turn in range(turns):
        training._accuracy = accuracy
        if training._due():
            found.append(turn)
    return found


def test_the_ladder_climbs_while_fakes_are_not_told_apart() -> None:
    assert np.diff(climbed(0.5, 3, 60))[:6].tolist() == [2, 5, 10, 10, 10, 10]
    assert np.diff(climbed(0.5, 1, 20)).tolist() == [2] * 9
    assert climbed(0.9, 3, 10) == climbed(0.5, 0, 10) == list(range(10))


def test_the_average_remembers_as_much_as_it_should() -> None:
    layout = layout_of(SIZES)
    training = trained(tiny(average=0.8), layout)
    wanted = numbers_of(folded(training.generator))
    raw = training.generator.last.weight.detach().clone()
    for update in range(1, 60):
        training._improve(training._matched())
        kept = min(0.8, 1 - 1 / (update / 10 + 1))
        raw = kept * raw + (1 - kept) * training.generator.last.weight.detach()
    assert np.allclose(training.average.last.weight.detach(), raw, atol=1e-6)
    assert not np.allclose(numbers_of(training.layers()), wanted, atol=1e-3)
    plain = trained(tiny(average=0.0), layout, 3)
    assert numbers_of(plain.layers()).tobytes() == numbers_of(folded(plain.generator)).tobytes()


# The choice


@pytest.mark.parametrize("target", [None, "c"])
@pytest.mark.parametrize("noise", [Told(), OsNoise()], ids=["exact", "noise"])
def test_the_candidate_nearest_to_the_table_is_chosen(target: str | None, noise: Any) -> None:
    layout = layout_of(SIZES, target=target)
    good = trained(tiny(hidden=(32,), noise_width=8, learning_rate=0.02, average=0.0), layout, 120).layers()
    bad = [replace_last(good, shift) for shift in (2.0, -3.0)]
    models = [CtganModel(survey=layout.survey, layers=layers) for layers in (bad[0], good, bad[1])]
    source = table_of(layout.survey.schema, rows_of(layout, round(layout.survey.total)).codes)
    for order in ([0, 1, 2], [1, 0, 2], [2, 0, 1]):
        found = nearest([models[each] for each in order], source, noise, noise_multiplier=5.0, seed=1)
        assert order[found] == 1


def replace_last(layers: tuple[Layer, ...], shift: float) -> tuple[Layer, ...]:
    bias = layers[-1].bias.copy()
    bias[0] += np.float32(shift)
    return (*layers[:-1], Layer(layers[-1].weight, bias))


def test_questions_are_pairs_beside_the_focus_and_of_very_many_some(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    assert set(ctgan_choice.asked(layout_of(SIZES), rng)) == {("a", "b"), ("a", "c"), ("b", "c")}
    assert ctgan_choice.asked(layout_of(SIZES, target="c"), rng) == [("c", "a", "b")]
    assert ctgan_choice.asked(layout_of({"a": 3}), rng) == []
    monkeypatch.setattr(ctgan_choice, "_MOST_QUESTIONS", 2)
    assert len(set(ctgan_choice.asked(layout_of(SIZES), rng))) == 2
    monkeypatch.setattr(ctgan_choice, "_MOST_CELLS", 1)
    assert len(ctgan_choice.asked(layout_of(SIZES), rng)) == 1


def test_a_candidate_that_has_gone_astray_is_not_chosen() -> None:
    layout, noise = layout_of(SIZES), Told()
    good = Training(tiny(), layout).layers()
    bad = (*good[:-1], Layer(good[-1].weight * np.float32(np.nan), good[-1].bias))
    source = table_of(layout.survey.schema, rows_of(layout, 100).codes)
    for order, wanted in (([bad, good, bad], 1), ([good, bad, bad], 0), ([bad, bad], 1)):
        models = [CtganModel(survey=layout.survey, layers=layers) for layers in order]
        assert nearest(models, source, noise, noise_multiplier=5.0, seed=1) == wanted
    assert [kind for kind, _ in noise.asked] == ["measure"] * 2
    assert all(
        public[0] == pytest.approx(3**0.5) for _, public in noise.asked
    )  # of three questions about one candidate


def test_expected_tables_add_up_to_the_rows() -> None:
    for target in (None, "c"):
        layout = layout_of(SIZES, target=target)
        model = CtganModel(survey=layout.survey, layers=Training(tiny(), layout).layers())
        questions = ctgan_choice.asked(layout, np.random.default_rng(0))
        for names, table in zip(
            questions, ctgan_choice.expected(model, questions, np.random.default_rng(0)), strict=True
        ):
            assert table.shape == tuple(SIZES[name] for name in names)
            assert table.dtype == np.int64
            assert abs(table.sum() - layout.survey.total) < table.size


# The model


def test_a_generator_obeys_its_condition_and_complete_follows_the_joint() -> None:
    layout = layout_of(SIZES, seed=5)
    config = tiny(hidden=(32,), noise_width=8, learning_rate=0.02, average=0.0, condition_weight=0.1)
    training = trained(config, layout, 150)
    with torch.no_grad():
        out, asked = training.fakes(2000)
        chance = training.generator.probabilities(out).gather(1, asked[:, None])[:, 0].numpy()
    assert chance.mean() > 1.3 * float(layout.shares[asked.numpy()].mean())
    model = CtganModel(survey=layout.survey, layers=training.layers())
    whole = model.sample(30_000, np.random.default_rng(0))
    full = model.complete(whole.only(["a"]), np.random.default_rng(1))
    tables = [empirical(each.codes, SIZES).sum(axis=2) for each in (whole, full)]
    assert 0.5 * np.abs(tables[0] - tables[1]).sum() < 0.04
    alone = tables[0].sum(axis=1, keepdims=True) * tables[0].sum(axis=0, keepdims=True)
    assert 0.5 * np.abs(tables[0] - alone).sum() > 0.08  # they depend on one another, which must be followed


def test_a_given_label_that_nobody_had_is_completed_all_the_same() -> None:
    survey = survey_of(SIZES)
    survey.mass["a"][0] = 0
    layout = Layout(survey)
    model = CtganModel(survey=survey, layers=Training(tiny(), layout).layers())
    full = model.complete(Rows({"a": np.zeros(50, dtype=np.int64)}, {}), np.random.default_rng(0))
    assert set(full.codes) == set(SIZES)
    assert (full.codes["a"] == 0).all()


def test_rows_add_up_to_the_paid_shares() -> None:
    layout = layout_of(SIZES)
    model = CtganModel(survey=layout.survey, layers=Training(tiny(), layout).layers())
    codes = model.sample(10_000, np.random.default_rng(0)).codes
    for name, found in codes.items():
        assert (
            np.abs(np.bincount(found, minlength=SIZES[name]) / 10_000 - layout.shares[layout.stretch(name)]).max()
            < 5e-3
        )


def fitted(**more: Any) -> tuple[CtganConfig, CtganModel]:
    schema, config = mixed_schema("died"), tiny(**more)
    made = config.calibrate(schema, ROWS, Spend(mu_squared=Fraction(25)))
    return config, made.run(table_of(schema, mixed_rows(60)), OsNoise())


Change = Callable[[Any], Any]
BROKEN: dict[str, tuple[str, Change]] = {
    "missing": ("layers.1.bias", lambda array: None),
    "double": ("layers.0.weight", lambda array: array.astype(np.float64)),
    "whole numbers": ("layers.1.weight", lambda array: array.astype(np.int32)),
    "not a number": ("layers.1.weight", lambda array: array * np.nan),
    "infinite": ("layers.0.bias", lambda array: array + np.inf),
    "one row less": ("layers.1.weight", lambda array: array[1:]),
    "one column less": ("layers.1.weight", lambda array: array[:, 1:]),
    "another axis": ("layers.0.weight", lambda array: array[None]),
    "a flat weight": ("layers.0.weight", lambda array: array.ravel()),
    "a bias in two axes": ("layers.0.bias", lambda array: array[None]),
    "no noise": ("layers.0.weight", lambda array: array[:, :4]),
    "empty": ("layers.0.weight", lambda array: array[:0]),
    "a scalar": ("layers.0.weight", lambda array: array[0, 0]),
}


@pytest.fixture(scope="module")
def model_arrays() -> tuple[CtganConfig, CtganModel]:
    return fitted()


@pytest.mark.parametrize("name", BROKEN)
def test_arrays_that_do_not_fit_are_refused(name: str, model_arrays: tuple[CtganConfig, CtganModel]) -> None:
    config, model = model_arrays
    which, change = BROKEN[name]
    arrays = model.to_arrays()
    changed = change(arrays.pop(which))
    with pytest.raises(ArtifactError):
        config.load(model.schema, arrays if changed is None else {**arrays, which: changed})


def test_arrays_of_another_recipe_are_refused(model_arrays: tuple[CtganConfig, CtganModel]) -> None:
    config, model = model_arrays
    with pytest.raises(ArtifactError):
        replace(config, hidden=(8, 8)).load(model.schema, model.to_arrays())
    back = config.load(model.schema, model.to_arrays())
    assert back.total == model.total
    assert numbers_of(back.layers).tobytes() == numbers_of(model.layers).tobytes()


# The recipe


@pytest.mark.parametrize("delta", [Fraction(0), Fraction(1, 1000), Fraction(1, 3 * 10**6), Fraction(1, 10**9)])
@pytest.mark.parametrize("mu_squared", [Fraction(1, 100), Fraction(1), Fraction(30)])
def test_a_recipe_spends_what_it_is_given_and_no_more(mu_squared: Fraction, delta: Fraction) -> None:
    made = CtganConfig(steps=400).calibrate(mixed_schema(), ROWS, Spend(mu_squared=mu_squared, delta=delta))
    spent = spend_of(made.event)
    assert spent.mu_squared <= mu_squared
    assert spent.delta <= delta
    assert float(spent.mu_squared) > 0.995 * float(mu_squared)
    assert made.sampling_probability == (0.05 if delta else 1.0)
    assert made.training_event is not None
    parts = [
        float(spend_of(event).mu_squared) / float(mu_squared) for event in (made.survey.event, made.training_event)
    ]
    assert parts == pytest.approx([0.46, 0.5], abs=5e-3)


def test_sampling_pays() -> None:
    """The signal of a step is rate / noise: with the same budget, a tenth of the units should not cost nine tenths of it."""
    given = {delta: Spend(mu_squared=Fraction(1, 2), delta=delta) for delta in (Fraction(0), Fraction(1, 10**6))}
    without, with_delta = (CtganConfig(steps=400).calibrate(mixed_schema(), ROWS, spend) for spend in given.values())
    assert without.noise_multiplier is not None
    assert with_delta.noise_multiplier is not None
    assert with_delta.noise_multiplier < 0.15 * without.noise_multiplier


def test_without_steps_or_candidates_nothing_is_spent_on_them() -> None:
    given = Spend(mu_squared=Fraction(4), delta=Fraction(1, 10**6))
    none = tiny(steps=0).calibrate(mixed_schema(), ROWS, given)
    assert none.noise_multiplier is none.choice_noise is none.training_event is None
    assert spend_of(none.event).delta == 0
    assert float(spend_of(none.event).mu_squared) == pytest.approx(4, rel=1e-6)
    source = table_of(mixed_schema(), mixed_rows(40))
    noise = Told()
    none.run(source, noise)
    assert {kind for kind, _ in noise.asked} == {"measure"}
    one = tiny(candidates=1).calibrate(mixed_schema(), ROWS, given)
    assert one.choice_noise is None
    kept = Kept()
    model = one.run(source, Told(), kept)
    last = [kept.states[-1][f"candidate.1.{place}.weight"] for place in range(2)]
    assert all((layer.weight == weight).all() for layer, weight in zip(model.layers, last, strict=True))


def test_candidates_are_taken_before_during_and_after() -> None:
    made = tiny(steps=6, candidates=4).calibrate(mixed_schema(), ROWS, Spend(mu_squared=Fraction(4)))
    kept = Kept()
    made.run(table_of(mixed_schema(), mixed_rows(40)), Told(), kept)
    counts = [len({name.split(".")[1] for name in state if name.startswith("candidate")}) for state in kept.states]
    assert counts == [0, 1, 1, 2, 2, 3, 3, 4]
    assert [each.done for each in kept.steps] == list(range(1, 7))
    spends = [each.spend.mu_squared for each in kept.steps]
    assert sorted(spends) == spends
    assert all(each.steps == 6 and each.loss > 0 for each in kept.steps)


class _CountsOnly:
    """A source that answers counts alone."""

    def __init__(self, table: CodedTable) -> None:
        self.domains, self.unit = table.domains, table.unit
        self.counts, self.counts_many = table.counts, table.counts_many
        self.distances, self.moments = table.distances, table.moments


def test_a_source_without_rows_is_refused_before_anything_is_asked() -> None:
    made: CtganMechanism = tiny().calibrate(mixed_schema(), ROWS, Spend(mu_squared=Fraction(4)))
    noise = Told()
    with pytest.raises(UsageError, match="--generator maxent"):
        made.run(_CountsOnly(table_of(mixed_schema(), mixed_rows(9))), noise)  # type: ignore[arg-type]
    assert noise.asked == []


def test_lists_of_a_manifest_become_tuples() -> None:
    config = CtganConfig(focus=["age"], hidden=[8], critic_hidden=[])  # type: ignore[arg-type]
    assert (config.focus, config.hidden, config.critic_hidden) == (("age",), (8,), ())
    assert CtganConfig(**config.to_json()) == config


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clip", 0), ("encodings", 0), ("warm_rows", 0), ("half_heard", 0), ("device", "tpu"), ("survey_share", 0), ("average", 1.5),
        ("noise_width", 0), ("critic_hidden", (8, 0)), ("sampling_probability", 1.5), ("clip", float("nan")),
    ],
)  # fmt: skip
def test_a_recipe_that_cannot_be_followed_is_refused_before_anything_is_spent(name: str, value: Any) -> None:
    with pytest.raises(UsageError, match=name):
        CtganConfig(**{name: value})
