"""What every generator promises, whatever it does: each has a class here that inherits all of these tests."""

from __future__ import annotations

import inspect
import itertools
import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import replay_tables as tables
from replay import check, check_spend, record
from replay_tables import BASE, KEY, PATIENTS, ROWS, base, source_of

from privsynth.accounting import Spend, event_to_json, spend_of
from privsynth.errors import ArtifactError
from privsynth.generators import GENERATORS, make_config
from privsynth.generators.base import BATCH_ROWS, Config, Mechanism, Model, Rows, gathered
from privsynth.generators.baselines import BASELINES
from privsynth.generators.fitted import Fitted, load_model
from privsynth.noise import OsNoise
from privsynth.privacy import Guarantee, Unit
from privsynth.table.coded import CodedTable, encode
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Field, Schema

SPEND = Spend(mu_squared=25)  # type: ignore[arg-type]
LABELS = ("low", "high")


def random_schema(rng: np.random.Generator) -> Schema:
    """Return one to eight fields of random kinds and bounds, with a target at times."""
    fields = [_random_field(f"c{number}", rng) for number in range(rng.integers(1, 9))]
    target = fields[rng.integers(len(fields))].name if rng.random() < 0.5 else None
    return Schema(fields=tuple(fields), target=target)


def _random_field(name: str, rng: np.random.Generator) -> Field:
    kind = rng.choice(["categorical", "ordinal", "boolean", "integer", "number", "date", "datetime"])
    if kind == "boolean":
        return Field(name=name, kind="boolean")
    if kind in ("categorical", "ordinal"):
        return Field(name=name, kind=str(kind), enum=tuple(f"l{label}" for label in range(rng.integers(1, 40))))
    if kind in ("date", "datetime"):
        return Field(name=name, kind=str(kind), minimum="1990-01-01", maximum=f"{rng.integers(1991, 2090)}-06-30")
    low = float(np.round(rng.normal() * 10.0 ** rng.integers(-2, 6)))
    return Field(name=name, kind=str(kind), minimum=low, maximum=low + float(np.ceil(10.0 ** rng.uniform(0, 9))))


def random_table(schema: Schema, rows: int, unit: Unit, rng: np.random.Generator) -> CodedTable:
    """Return random codes, some of them out of the domain."""
    from privsynth.privacy import Private

    domains = [Domain.of(field) for field in schema.modelled]
    codes = {domain.name: rng.integers(0, domain.size + 1, rows).astype(domain.dtype) for domain in domains}
    owners = None if unit.column is None else Private(np.arange(rows, dtype=np.int64) // unit.max_rows)
    return CodedTable(domains, Private(codes), unit, owners=owners)


def in_domain(rows: Rows, domains: tuple[Domain, ...], count: int) -> None:
    """Check codes, places and lengths of sampled rows."""
    assert set(rows.codes) == {domain.name for domain in domains}
    for domain in domains:
        codes = rows.codes[domain.name]
        assert codes.shape == (count,)
        assert codes.dtype.kind in "iu"
        assert count == 0 or (codes.min() >= 0 and codes.max() <= domain.size)
        if domain.numeric:
            place = rows.positions[domain.name]
            assert place.shape == (count,)
            assert count == 0 or (place.min() >= 0 and place.max() < 1)
        if domain.field.required:
            assert count == 0 or codes.max() < domain.size


def same_rows(one: Rows, other: Rows) -> bool:
    """Whether two sets of rows have the same columns and the same bits in them."""
    return all(
        set(mine) == set(yours) and all(np.array_equal(mine[name], yours[name]) for name in mine)
        for mine, yours in ((one.codes, other.codes), (one.positions, other.positions))
    )


def config_of(name: str, options: dict[str, Any] | None = None) -> Config:
    """Return the recipe of a generator, or of a baseline, which `make_config` does not know."""
    return BASELINES[name](**(options or {})) if name in BASELINES else make_config(name, options)


class Contract:
    """Tests that every generator inherits; `name` is that of `config_of`, `options` are those of its recipe, `schemas` are how many."""

    name: str
    options: ClassVar[dict[str, Any]] = {}
    schemas: ClassVar[int] = 80

    def config(self) -> Config:
        return config_of(self.name, self.options)

    def mechanism(self, schema: Schema, unit: Unit = ROWS, spend: Spend = SPEND) -> Mechanism:
        return self.config().calibrate(schema, unit, spend)

    def fit(self, schema: Schema, rows: list[tables.Row], unit: Unit = ROWS, spend: Spend = SPEND) -> Model:
        source = base() if rows is BASE else source_of(rows)
        coded = encode(source, schema, unit, KEY, owners=True)
        return self.mechanism(schema, unit, spend).run(coded, OsNoise())

    def schema(self, *names: str, target: str | None = None) -> Schema:
        return tables.schema_of(*(names or ("age", "cost", "ward", "day", "died")), target=target)

    def fitted(self, schema: Schema, rows: list[tables.Row]) -> Fitted:
        mechanism = self.mechanism(schema)
        return Fitted(
            generator=self.name,
            config=self.config().to_json(),
            schema=schema,
            guarantee=Guarantee(epsilon=1.0, delta=1e-6, unit=ROWS, mu=1.0),
            event=event_to_json(mechanism.event),
            model=self.fit(schema, rows),
        )

    def test_it_is_what_the_protocols_ask_for(self) -> None:
        config = self.config()
        assert isinstance(config, Config)
        assert config_of(self.name, config.to_json()).to_json() == config.to_json()
        assert isinstance(self.mechanism(self.schema()), Mechanism)
        assert isinstance(self.fit(self.schema(), BASE), Model)

    def test_no_event_is_above_what_was_given_and_no_run_above_its_event(self) -> None:
        for seed in range(self.schemas):
            rng = np.random.default_rng(seed)
            schema, unit = random_schema(rng), ROWS if seed % 2 else Unit(column="u", max_rows=int(rng.integers(1, 6)))
            given = Spend(mu_squared=10.0 ** int(rng.integers(-3, 3)) * int(rng.integers(1, 9)), delta=SPEND.delta)  # type: ignore[arg-type]
            mechanism = self.mechanism(schema, unit, given)
            spent = spend_of(mechanism.event)
            assert spent.mu_squared <= given.mu_squared, seed
            assert spent.delta <= given.delta
            assert float(spent.mu_squared) > 0.5 * float(given.mu_squared)
            tape, outcome = record(
                lambda source, noise, m=mechanism: m.run(source, noise), random_table(schema, 30, unit, rng)
            )
            assert outcome.refusal is None
            check_spend(tape, mechanism.event)

    def test_random_tables_differ_by_a_row_through_the_noise_alone(self) -> None:
        from privsynth.privacy import Private

        for seed in range(self.schemas // 4):
            rng = np.random.default_rng(1000 + seed)
            schema = random_schema(rng)
            mechanism = self.mechanism(schema, ROWS, Spend(mu_squared=10.0 ** int(rng.integers(-2, 5))))  # type: ignore[arg-type]
            rows = int(rng.integers(0, 60))
            table = random_table(schema, rows + 1, ROWS, rng)
            fewer = {name: codes[:-1] for name, codes in table.rows().reveal().items()}

            def run(source: CodedTable, noise: Any, m: Mechanism = mechanism) -> Any:
                return {name: array.tobytes() for name, array in m.run(source, noise).to_arrays().items()}

            check(run, table, [CodedTable(table.domains, Private(fewer), ROWS)])

    def test_no_number_of_a_mechanism_depends_on_the_table(self) -> None:
        assert "source" not in inspect.signature(type(self.config()).calibrate).parameters
        for function in (type(self.config()).calibrate, type(self.mechanism(self.schema())).run):
            assert not {"seed", "rng", "random_state"} & set(inspect.signature(function).parameters)

    def test_two_fits_differ(self) -> None:
        one, other = (self.fit(self.schema(), BASE).to_arrays() for _ in range(2))
        assert any(not np.array_equal(one[name], other.get(name)) for name in one)

    @pytest.mark.parametrize("target", [None, "died", "cost"])
    def test_a_saved_model_samples_the_same_rows(self, tmp_path: Path, target: str | None) -> None:
        fitted = self.fitted(self.schema(target=target), BASE)
        for name in ("model", "model.zip"):
            fitted.save(tmp_path / name)
            back = load_model(tmp_path / name)
            assert back.to_manifest() == fitted.to_manifest()
            assert back.digest() == fitted.digest()
            assert back.sample(100, seed=5).equals(fitted.sample(100, seed=5))
        assert not fitted.sample(100, seed=5).equals(fitted.sample(100, seed=6))

    def test_arrays_that_do_not_fit_are_refused(self) -> None:
        schema = self.schema("age", "ward", "died")
        config, arrays = self.config(), self.fit(schema, BASE).to_arrays()
        for name in arrays:
            with pytest.raises(ArtifactError):
                config.load(schema, {other: array for other, array in arrays.items() if other != name})

    @pytest.mark.parametrize("target", [None, "died", "age"])
    def test_any_number_of_rows_is_sampled_within_the_domains(self, target: str | None) -> None:
        schema = self.schema(target=target)
        model = self.fit(schema, BASE)
        for rows in (0, 1, 2, 1000):
            in_domain(model.sample(rows, np.random.default_rng(0)), tuple(Domain.of(f) for f in schema.modelled), rows)

    def test_random_models_sample_within_their_domains(self) -> None:
        for seed in range(self.schemas // 4):
            rng = np.random.default_rng(seed)
            schema = random_schema(rng)
            table = random_table(schema, int(rng.integers(0, 200)), ROWS, rng)
            model = self.mechanism(schema, ROWS, Spend(mu_squared=10.0 ** int(rng.integers(-2, 4)))).run(
                table, OsNoise()
            )  # type: ignore[arg-type]
            in_domain(model.sample(50, rng), table.domains, 50)
            assert np.isfinite(model.total)
            assert model.total >= 0

    def test_required_cells_are_never_missing(self) -> None:
        fields = tuple(
            Field(name=f.name, kind=f.kind, enum=f.enum, minimum=f.minimum, maximum=f.maximum, required=True)
            for f in self.schema().fields
        )
        rows = [*BASE[:40], *(dict.fromkeys(BASE[0]) for _ in range(40))]
        for target in (None, "died", "cost"):
            schema = Schema(fields=fields, target=target)
            model = self.fit(schema, rows, spend=Spend(mu_squared=400))  # type: ignore[arg-type]
            in_domain(model.sample(500, np.random.default_rng(0)), tuple(Domain.of(f) for f in fields), 500)

    @pytest.mark.parametrize(
        ("kind", "rows"),
        [
            ("empty", []),
            ("one row", BASE[:1]),
            ("all missing", [dict.fromkeys(BASE[0]) for _ in range(30)]),
            ("constant", [dict(BASE[4]) for _ in range(30)]),
            ("one column missing", [{**row, "cost": None} for row in BASE]),
            ("out of the domain", [dict.fromkeys(BASE[0], "nan") for _ in range(30)]),
        ],
    )
    @pytest.mark.parametrize("unit", [ROWS, PATIENTS], ids=["row", "patient"])
    def test_odd_tables_are_fitted_like_any_other(self, kind: str, rows: list[tables.Row], unit: Unit) -> None:
        for mu_squared, target in ((0.01, "died"), (100, None if unit == ROWS else "cost")):
            schema = self.schema(target=target)
            model = self.fit(schema, rows, unit, Spend(mu_squared=mu_squared))  # type: ignore[arg-type]
            in_domain(model.sample(20, np.random.default_rng(0)), tuple(Domain.of(f) for f in schema.modelled), 20)

    @pytest.mark.parametrize("name", ["age", "cost", "ward", "day", "died"])
    @pytest.mark.parametrize("targeted", [False, True])
    def test_a_table_of_one_column_is_fitted_like_any_other(self, name: str, targeted: bool) -> None:
        schema = self.schema(name, target=name if targeted else None)
        model = self.fit(schema, BASE)
        in_domain(model.sample(30, np.random.default_rng(0)), tuple(Domain.of(f) for f in schema.modelled), 30)

    def test_the_noisy_total_is_near_the_number_of_rows(self) -> None:
        model = self.fit(self.schema(), BASE, spend=Spend(mu_squared=10_000))  # type: ignore[arg-type]
        assert abs(model.total - len(BASE)) < 15

    def test_batches_are_the_sample_in_parts(self) -> None:
        schema = self.schema("ward", "died", "age", target="died")
        model = self.fit(schema, BASE)
        for rows in (0, 1, BATCH_ROWS + 7):
            parts = list(model.batches(rows, np.random.default_rng(3)))
            assert max(part.count for part in parts) <= BATCH_ROWS
            assert same_rows(gathered(parts), model.sample(rows, np.random.default_rng(3)))
        few = gathered(model.batches(9, np.random.default_rng(3), ["age", "ward"]))
        assert set(few.codes) == {"age", "ward"}
        assert set(few.positions) == {"age"}
        in_domain(few, tuple(Domain.of(f) for f in schema.modelled if f.name != "died"), 9)

    @pytest.mark.parametrize("target", [None, "died", "cost"])
    def test_given_columns_come_back_to_the_bit_and_the_others_within_their_domains(self, target: str | None) -> None:
        schema = self.schema(target=target)
        model, domains = self.fit(schema, BASE), tuple(Domain.of(f) for f in schema.modelled)
        drawn = model.sample(40, np.random.default_rng(0))
        for names in (("age",), ("ward", "died"), ("cost", "day", "age"), tuple(drawn.codes)):
            for rows in (40, 1, 0):
                given = drawn.only(names).taken(slice(0, rows))
                full = model.complete(given, np.random.default_rng(1))
                in_domain(full, domains, rows)
                assert same_rows(full.only(names), given)
                assert same_rows(full, model.complete(given, np.random.default_rng(1)))
        in_domain(model.complete(Rows({}, {}), np.random.default_rng(1)), domains, 0)

    def test_any_code_may_be_given(self) -> None:
        for seed in range(10):
            rng = np.random.default_rng(seed)
            schema = random_schema(rng)
            table = random_table(schema, 80, ROWS, rng)
            model = self.mechanism(schema, ROWS, Spend(mu_squared=4)).run(table, OsNoise())  # type: ignore[arg-type]
            some = [domain for domain in table.domains if rng.random() < 0.5] or table.domains[:1]
            codes = {domain.name: rng.integers(0, domain.size + 1, 50) for domain in some}
            places = {domain.name: rng.random(50, dtype=np.float32) for domain in some if domain.numeric}
            full = model.complete(Rows(codes, places), rng)
            in_domain(full, table.domains, 50)
            assert same_rows(full.only(codes), Rows(codes, places))

    def test_completed_rows_are_distributed_like_whole_ones(self) -> None:
        schema, rows = self.schema("age", "ward", "died", target="died"), 20_000
        model = self.fit(schema, BASE * 20, spend=Spend(mu_squared=400))  # type: ignore[arg-type]
        whole = model.sample(rows, np.random.default_rng(0))
        full_of = {
            given: model.complete(whole.only(given), np.random.default_rng(1))
            for given in (("died",), ("age",), ("ward", "age"))
        }
        pairs = (("age", "died"), ("ward", "died"), ("age", "ward"))
        for (given, full), (one, other) in itertools.product(full_of.items(), pairs):
            tables = [
                np.bincount((each.codes[one] // (10 if one == "age" else 1)) * 4 + each.codes[other], minlength=80)
                for each in (whole, full)
            ]
            assert abs(tables[0] - tables[1]).sum() / 2 / rows < 0.03, (given, one, other)

    def test_the_shares_of_a_column_are_those_of_its_sample(self) -> None:
        schema = self.schema("age", "ward", "died")
        model = self.fit(schema, BASE, spend=Spend(mu_squared=400))  # type: ignore[arg-type]
        drawn = model.sample(20_000, np.random.default_rng(0))
        for name, codes in drawn.codes.items():
            shares = model.shares(name)
            assert shares.sum() == pytest.approx(1)
            assert abs(np.bincount(codes, minlength=len(shares)) / 20_000 - shares).sum() / 2 < 0.04, name

    def test_sampling_warns_of_nothing(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.fit(self.schema(), []).sample(10, np.random.default_rng(0))


class TestCopula(Contract):
    name = "copula"


class TestMaxent(Contract):
    name = "maxent"


class TestCtgan(Contract):
    """A tiny one: without a delta all units take part in its steps. The clip is short, so that every gradient is shortened."""

    name = "ctgan"
    schemas = 20
    options: ClassVar[dict[str, Any]] = {
        "hidden": (8,),
        "critic_hidden": (8, 8),
        "noise_width": 4,
        "warm_steps": 2,
        "warm_critic_steps": 1,
        "warm_rows": 500,
        "steps": 3,
        "most_fakes": 64,
        "clip": 0.01,
    }

    @pytest.fixture(autouse=True)
    def _few_rows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("privsynth.generators.ctgan_training._MOST_BATCH", 256)
        monkeypatch.setattr("privsynth.generators.ctgan_choice._ROWS", 1 << 10)

    def test_with_a_delta_units_are_sampled_and_no_run_is_above_its_event(self) -> None:
        from privsynth.privacy import Private

        for seed in range(5):
            rng = np.random.default_rng(seed)
            schema, given = random_schema(rng), Spend(mu_squared=4, delta=Fraction(1, 10 ** int(rng.integers(3, 9))))  # type: ignore[arg-type]
            mechanism, table = self.mechanism(schema, ROWS, given), random_table(schema, 40, ROWS, rng)
            spent = spend_of(mechanism.event)
            assert 0 < spent.delta <= given.delta
            assert 0.99 * 4 < float(spent.mu_squared) <= 4

            def run(source: CodedTable, noise: Any, m: Mechanism = mechanism) -> Any:
                return {name: array.tobytes() for name, array in m.run(source, noise).to_arrays().items()}

            tape, outcome = record(run, table)
            assert outcome.refusal is None
            check_spend(tape, mechanism.event)
            assert {asked.public for asked in tape if asked.kind == "poisson"} == {(0.05,)}
            fewer = {name: codes[:-1] for name, codes in table.rows().reveal().items()}
            check(run, table, [CodedTable(table.domains, Private(fewer), ROWS)])


class TestSdvCopula(Contract):
    """A baseline, as far as it applies: it is not private and draws whole rows, and tests/test_baselines.py says the rest."""

    name = "sdv-copula"
    # There is no noise: nothing is spent, fits of one table need not differ, and a table is replayed to no avail.
    test_no_event_is_above_what_was_given_and_no_run_above_its_event = None
    test_random_tables_differ_by_a_row_through_the_noise_alone = None
    test_two_fits_differ = None
    # No model of it is stored.
    test_a_saved_model_samples_the_same_rows = None
    test_arrays_that_do_not_fit_are_refused = None
    # Fewer than ten rows are refused; odd columns are tested with the baselines.
    test_odd_tables_are_fitted_like_any_other = None
    test_random_models_sample_within_their_domains = None
    test_sampling_warns_of_nothing = None
    # It takes no given rows.
    test_given_columns_come_back_to_the_bit_and_the_others_within_their_domains = None
    test_any_code_may_be_given = None
    test_completed_rows_are_distributed_like_whole_ones = None
    test_the_shares_of_a_column_are_those_of_its_sample = None


def test_every_generator_has_a_contract() -> None:
    assert {each.name for each in Contract.__subclasses__()} == {*GENERATORS, "sdv-copula"}
