"""Audits of tables as people have them: any name, spelling, type, size and file (fixtures F0b, F0c, F10, F11)."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from privsynth import pipeline
from privsynth.audits import AuditResult, audit_tables, pool
from privsynth.audits.neighbours import nearest
from privsynth.audits.pace import Pace
from privsynth.audits.pool import assemble
from privsynth.audits.tables import align
from privsynth.audits.units import one_row_per_unit
from privsynth.errors import PrivsynthError, UsageError
from privsynth.privacy import Private

SCHEMA = json.loads((Path(__file__).parent.parent / "schemas" / "audit.schema.json").read_text())


def people(rows: int, seed: int) -> pd.DataFrame:
    """Return rows of one population."""
    rng = np.random.default_rng(seed)
    base = rng.standard_normal((rows, 3))
    return pd.DataFrame(
        {
            "age": np.clip(np.round(50 + 18 * base[:, 0]), 18, 95),
            "weight": np.round(75 + 12 * base[:, 1], 1),
            "income": np.round(np.exp(10 + 0.6 * base[:, 2] + 0.2 * base[:, 0]), 2),
            "when": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, rows), "D"),
            "ward": rng.choice(np.array(["north", "south", "east", "west"], dtype=object), rows),
            "smoker": rng.random(rows) < 0.3,
        }
    )


def three(rows: int = 120, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return independent train, synthetic and holdout."""
    return people(rows, seed), people(rows, seed + 1000), people(rows, seed + 2000)


def whole(result: AuditResult) -> AuditResult:
    """Check that the JSON fits its schema, and with it that no p-value is NaN."""
    told = json.loads(json.dumps(result.to_json(), allow_nan=False))
    Draft202012Validator(SCHEMA).validate(told)
    assert all(0 <= attack.p_value <= 1 for attack in result.attacks)
    assert all(0 <= p <= 1 for p in result.p_holm.values())
    return result


def audited(train: Any, synthetic: Any, holdout: Any = None, **options: Any) -> AuditResult:
    return whole(pipeline.audit(train, synthetic, holdout, **options))


def compared(train: pd.DataFrame, synthetic: pd.DataFrame, holdout: pd.DataFrame, **options: Any) -> AuditResult:
    return whole(audit_tables(Private(train), synthetic, Private(holdout), **options))


class TestSpellings:
    def test_tables_that_spell_everything_differently_are_compared_as_equals(self) -> None:
        train, synthetic, holdout = three()
        synthetic[:40] = train[:40]
        foreign = synthetic.assign(
            when=synthetic["when"].dt.strftime("%d/%m/%Y"),
            smoker=np.where(synthetic["smoker"], "yes", "no"),
            weight=[f"{cell:.1f}".replace(".", ",") for cell in synthetic["weight"]],
            ward=synthetic["ward"].astype("category"),
            income=[Decimal(f"{cell:.2f}") for cell in synthetic["income"]],
        )
        strange = holdout.assign(
            when=holdout["when"].dt.tz_localize("UTC"),
            smoker=holdout["smoker"].astype(int),
            age=holdout["age"].astype("Int64"),
            ward=holdout["ward"].astype("string"),
        )
        result = audited(train, foreign, strange)
        assert result.copies is not None
        assert (result.copies.train, result.copies.holdout) == (40, 0)
        assert result.verdict == "leak"
        assert result.exchangeability is not None
        assert not result.exchangeability.differs

    def test_missing_cells_are_missing_however_they_are_spelled(self) -> None:
        train, synthetic, holdout = three()
        for table, spelled in ((train, "NA"), (synthetic, "?"), (holdout, None)):
            table["ward"] = np.where(np.arange(120) % 3 == 0, spelled, table["ward"])
            table["note"] = np.where(np.arange(120) % 2 == 0, "NULL", spelled)
        tables = align(train, synthetic, holdout)
        assert tables.holdout is not None
        for table in (tables.train, tables.synthetic, tables.holdout):
            assert table["ward"].isna().sum() == 40
            assert table["note"].isna().all()

    def test_a_column_that_cannot_be_read_is_told_of(self) -> None:
        train, synthetic, holdout = three()
        result = audited(train, synthetic.assign(age="unreadable"), holdout)
        assert any("`age`" in told and "120 of 120" in told for told in result.warnings)
        assert "unreadable" not in json.dumps(result.to_json())

    @pytest.mark.parametrize("kind", ["Float64", "double[pyarrow]", "object"])
    def test_numbers_of_any_type_are_numbers(self, kind: str) -> None:
        train, synthetic, holdout = three(60)
        tables = align(train, synthetic.astype({"weight": kind}), holdout)
        assert "weight" in tables.numeric
        assert tables.synthetic["weight"].tolist() == synthetic["weight"].tolist()

    def test_truth_values_are_not_seen_in_columns_that_hold_more(self) -> None:
        columns = [pd.DataFrame({"x": np.array(cells, dtype=object)}) for cells in (["f", "m"], ["F", "0"], ["f", "m"])]
        assert align(*columns).synthetic["x"].tolist() == ["f", "0"]  # the real label, and no truth value

    def test_mixed_cells_are_labels(self) -> None:
        train, synthetic, holdout = three(60)
        mixed = [
            table.assign(ward=np.resize(np.array([1, "b", 2.5, None], dtype=object), 60))
            for table in (train, synthetic)
        ]
        compared(mixed[0], mixed[1], holdout)


class TestColumns:
    def test_any_name_will_do(self) -> None:
        names = ["petal length (cm)", "a.b", "Straße №1", 'quo"te', "select", "x;--"]
        tables = [table.set_axis(names, axis=1) for table in three(60)]
        assert set(audited(*tables).columns_used) == set(names)

    def test_names_given_twice_are_told_apart(self, tmp_path: Path) -> None:
        paths = []
        for number, table in enumerate(three(60)):
            paths.append(tmp_path / f"{number}.csv")
            table.set_axis(["age", "x", "x", "when", "ward", ""], axis=1).to_csv(paths[-1], index=False)
        assert {"x", "x (2)", "unnamed"} <= set(audited(*paths).columns_used)
        twice = [table.set_axis(["a", "b", "b", "c", "d", "e"], axis=1) for table in three(60)]
        assert "several columns `b`" in " ".join(compared(*twice).warnings)

    def test_columns_that_some_table_lacks_are_listed(self) -> None:
        train, synthetic, holdout = three(60)
        result = audited(train.assign(only=1), synthetic.drop(columns="age").assign(extra=2), holdout)
        assert result.columns_left_out == ("age", "extra", "only")

    def test_all_null_and_constant_columns_say_nothing(self) -> None:
        tables = [table.assign(none=None, nan=np.nan, same="x", one=1.0) for table in three(60)]
        compared(*tables)
        encoded = assemble(align(*tables), seed=0, max_rows=100)
        assert {part.name for part in encoded.encoding.parts} == set(people(1, 0).columns)

    def test_infinities_and_huge_numbers_are_met(self) -> None:
        tables = three(60)
        for table in tables:
            table["far"] = [np.inf, -np.inf, 1e308, -1e308, 1e-308, *np.arange(55.0)]
        compared(*tables)

    def test_ten_thousand_labels_and_labels_that_train_lacks(self) -> None:
        rng = np.random.default_rng(0)
        tables = three(200)
        for number, table in enumerate(tables):
            table["code"] = [f"code {n}" for n in rng.integers(0, 10_000, 200)]
            table["new"] = [f"label {n} of {number % 2}" for n in rng.integers(0, 5, 200)]
        assert compared(*tables).verdict == "no leak found"

    def test_one_column(self) -> None:
        train, synthetic, holdout = (table[["weight"]] for table in three(200))
        assert compared(train, synthetic, holdout).verdict == "no leak found"
        names = [pd.DataFrame({"x": [f"word {n}-{k}" for n in range(100)]}) for k in range(3)]
        assert compared(names[0], names[0], names[2]).verdict == "leak"

    def test_free_text_is_no_part_of_distances(self) -> None:
        tables = [
            table.assign(note=[f"seen on day {n} of {k}, is well and was sent home with friends" for n in range(120)])
            for k, table in enumerate(three())
        ]
        result = audited(*tables)
        assert any("`note`" in told for told in result.warnings)


class TestIdentifiers:
    def made(self, copied: int) -> list[pd.DataFrame]:
        numbers = np.random.default_rng(0).choice(10**9, 450, replace=False)
        tables = [table.assign(personId=numbers[at * 150 : (at + 1) * 150]) for at, table in enumerate(three(150))]
        tables[1].iloc[:copied, :6] = tables[0].iloc[:copied, :6]
        return tables

    def test_copies_are_found_although_the_identifier_was_made_anew(self) -> None:
        names = [f"P{n:07d}" for n in np.random.default_rng(1).permutation(450)]
        tables = [
            table.assign(key=names[at * 150 : (at + 1) * 150], line=range(150))
            for at, table in enumerate(self.made(20))
        ]
        result = compared(*tables)
        assert result.copies is not None
        assert result.copies.train == 20
        assert result.verdict == "leak"
        [told] = [warning for warning in result.warnings if "left out of distances" in warning]
        assert "`key`" in told
        assert "`line`" in told
        assert "`personId`" in told
        assert "key" in result.columns_used

    def test_an_identifier_carried_over_is_a_leak(self) -> None:
        names = [f"P{n:07d}" for n in np.random.default_rng(1).permutation(450)]
        train, synthetic, holdout = (
            table.assign(key=names[at * 150 : (at + 1) * 150]) for at, table in enumerate(self.made(0))
        )
        synthetic.loc[:19, "key"] = train.loc[:19, "key"].to_numpy()
        for result in (compared(train, synthetic, holdout), audited(train, synthetic, holdout)):
            assert result.verdict == "leak"
            assert result.carried is not None
            assert result.carried.columns["key"] == (20, 0)
            assert result.p_holm["carried"] < 1e-3

    def test_identifiers_in_order_of_time_prove_nothing(self) -> None:
        train, synthetic, holdout = three(150)
        tables = [
            train.assign(line=range(150)),
            synthetic.assign(line=range(150)),
            holdout.assign(line=range(150, 300)),
        ]
        result = compared(*tables)
        assert result.verdict == "no leak found"
        assert any("another order" in told for told in result.warnings)

    def test_whole_numbers_that_happen_to_differ_are_no_identifier(self) -> None:
        tables = [table.assign(salary=np.round(table["income"] * 100)) for table in three(60)]
        assert align(*tables).aside == ()


class TestSizes:
    def test_the_synthetic_table_is_the_train_table(self) -> None:
        train, _, holdout = three()
        result = audited(train, train, holdout)
        assert result.verdict == "leak"
        assert result.attacks[0].auc == 1
        assert result.copies is not None
        assert result.copies.train == 120

    @pytest.mark.parametrize("rows", [1, 3, 3_000])
    def test_synthetic_tables_of_any_size(self, rows: int) -> None:
        train, _, holdout = three()
        assert compared(train, people(rows, 7), holdout).verdict in ("no leak found", "inconclusive")

    @pytest.mark.parametrize("rows", [1, 5, 22])
    def test_tiny_tables_say_how_many_rows_it_would_take(self, rows: int) -> None:
        result = compared(*three(rows))
        assert result.verdict == "inconclusive"
        assert any(character.isdigit() for character in " ".join(result.reasons))

    @pytest.mark.parametrize("empty", [0, 1, 2])
    def test_tables_without_rows_are_named(self, empty: int, tmp_path: Path) -> None:
        paths = []
        for number, table in enumerate(three(60)):
            paths.append(tmp_path / f"{number}.csv")
            (table[:0] if number == empty else table).to_csv(paths[-1], index=False)
        result = audited(*paths)
        assert result.verdict == "inconclusive"
        assert ("train", "synthetic", "holdout")[empty] in " ".join(result.reasons)

    def test_a_file_without_a_byte_is_refused_by_name(self, tmp_path: Path) -> None:
        path = tmp_path / "nothing.csv"
        path.write_bytes(b"")
        with pytest.raises(PrivsynthError, match=r"nothing\.csv"):
            pipeline.audit(path, path, path)

    def test_four_times_as_many_train_rows_are_no_leak(self) -> None:
        results = [compared(people(400, seed), people(100, 50 + seed), people(100, 100 + seed)) for seed in range(3)]
        assert [result.verdict for result in results].count("leak") == 0


class TestFiles:
    def test_one_file_given_twice_is_no_holdout(self, tmp_path: Path) -> None:
        path, other = tmp_path / "train.csv", tmp_path / "made.csv"
        train, synthetic, _ = three()
        train.to_csv(path, index=False)
        synthetic.to_csv(other, index=False)
        result = audited(path, other, path)
        assert result.verdict == "inconclusive"
        assert "same rows" in " ".join(result.reasons)

    def test_marks_codecs_and_formats_do_not_matter(self, tmp_path: Path) -> None:
        train, synthetic, holdout = three()
        for table in (train, synthetic, holdout):
            table["ward"] = table["ward"].replace("north", "Nørrebro")
        paths = [tmp_path / name for name in ("train.csv", "made.parquet", "held.csv.gz")]
        train.to_csv(paths[0], index=False, encoding="utf-8-sig")
        synthetic[:30] = train[:30]
        synthetic.to_parquet(paths[1], index=False)
        holdout.to_csv(paths[2], index=False)
        result = audited(*paths)
        assert set(result.columns_used) == set(train.columns)
        assert result.copies is not None
        assert result.copies.train == 30
        train.to_csv(paths[0], index=False, encoding="latin-1")
        holdout.to_csv(paths[2], index=False, encoding="latin-1")
        again = audited(*paths, encoding="latin-1")
        assert again.copies is not None
        assert again.copies.train == 30
        with pytest.raises(PrivsynthError, match="latin-1"):
            audited(*paths)


class TestScale:
    def test_the_most_unusual_rows_are_measured_beside_the_sample(self) -> None:
        train, synthetic, holdout = three(600)
        train.loc[7, "income"], holdout.loc[9, "income"] = 1e9, 1e9
        train.loc[8, "ward"] = "a ward of one"
        found = assemble(align(train, synthetic, holdout), seed=0, max_rows=100)
        assert (len(found.rows), found.outlying is not None) == (200, True)
        outlying = found.outlying
        assert outlying is not None
        assert {7, 8} <= set(outlying.places)
        assert len(outlying.rows) == 100
        assert 0.3 < outlying.member.mean() < 0.7
        everyone = assemble(align(train, synthetic, holdout), seed=0, max_rows=600)
        assert everyone.outlying is None
        assert outlying.found.real.mean() > 1.2 * everyone.found.real.mean()
        real = pd.concat([align(train, synthetic, holdout).train, align(train, synthetic, holdout).holdout])
        apart = found.encoding.encode(real)[outlying.found.index[:, 0]] - outlying.points
        assert outlying.found.real[:, 0] == pytest.approx(np.linalg.norm(apart.astype(float), axis=1), abs=1e-6)

    def test_choices_and_distances_do_not_depend_on_who_is_in_train(self) -> None:
        train, synthetic, holdout = three(300)
        one = assemble(align(train, synthetic, holdout), seed=0, max_rows=300)
        other = assemble(align(holdout, synthetic, train), seed=0, max_rows=300)
        assert np.array_equal(np.roll(one.found.synthetic, 300, axis=0), other.found.synthetic)
        assert np.array_equal(np.roll(one.found.real, 300, axis=0), other.found.real)

    def test_a_short_time_means_fewer_targets_and_no_fewer_synthetic_rows(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pool, "SMALLER", (100, 50))
        train, synthetic, holdout = three(400)
        synthetic[:100] = train[:100]
        result = compared(train, synthetic, holdout, pace=Pace(seconds=1e-6))
        assert result.n["train_compared"] == result.n["holdout_compared"] == 50
        assert any("time budget" in told and "50 rows" in told for told in result.warnings)
        assert result.copies is not None
        assert result.copies.train == 100
        again = compared(train, synthetic, holdout, pace=Pace(seconds=1e-6))
        first, second = ({**each.to_json(), "at_risk": None} for each in (result, again))  # whose codes have fresh keys
        assert first == second
        assert not any(
            "time budget" in told for told in compared(train, synthetic, holdout, pace=Pace(seconds=1e6)).warnings
        )
        with pytest.raises(UsageError, match="positive"):
            pipeline.audit(train, synthetic, holdout, time_budget_seconds=0)

    def test_progress_is_told(self) -> None:
        told: list[str] = []
        tables = three(60)
        pipeline.audit(*tables, progress=told.append)
        assert {"reading the train table", "counting copies", "distances to the synthetic rows"} <= set(told)
        assert list(Pace(tell=told.append).watched(range(20), "steps", 20)) == list(range(20))
        assert "steps: 50%" in told

    def test_nearest_is_exact_where_distances_are_tied_tiny_or_far(self) -> None:
        rng = np.random.default_rng(0)
        tied = rng.integers(0, 3, (3000, 6)).astype(np.float32)
        close = (rng.standard_normal((3000, 6)) * 1e-4).astype(np.float32)
        far = (rng.standard_normal((3000, 6)) * 100).astype(np.float32)
        others = np.concatenate([tied, close, far])
        targets = others[::90]
        found, index = nearest(targets, [others[:100], others[100:]], itself=np.arange(0, len(others), 90))
        apart = np.linalg.norm(targets[:, None].astype(float) - others[None], axis=2)
        apart[np.arange(len(targets)), np.arange(0, len(others), 90)] = np.inf
        assert found == pytest.approx(np.sort(apart, axis=1)[:, :5], rel=1e-9)
        assert np.take_along_axis(apart, index, axis=1) == pytest.approx(found, rel=1e-9)


class TestProperties:
    def test_order_of_rows_and_columns_does_not_matter(self) -> None:
        tables = three(100)
        tables[1][:20] = tables[0][:20]
        turned = [table.sample(frac=1, random_state=3)[list(table.columns)[::-1]] for table in tables]
        one, other = compared(*tables).to_json(), compared(*turned).to_json()
        assert one["copies"] == other["copies"]
        assert one["carried"] == other["carried"]
        assert one["attacks"][0]["p_value"] == pytest.approx(other["attacks"][0]["p_value"], rel=1e-6)

    def test_a_monotone_transform_keeps_ranks_copies_and_values_carried_over(self) -> None:
        tables = three(100)
        tables[1][:20] = tables[0][:20]
        cubed = [table.assign(weight=(table["weight"] * 10).round() ** 3) for table in tables]
        one, other = compared(*tables), compared(*cubed)
        assert one.copies == other.copies
        assert one.carried == other.carried
        encodings = [assemble(align(*some), seed=0, max_rows=100) for some in (tables, cubed)]
        place = [part.name for part in encodings[0].encoding.parts].index("weight")
        ranks = [some.encoding.parts[place].encode(some.rows["weight"])[:, 0] for some in encodings]
        assert np.array_equal(ranks[0], ranks[1])

    def test_a_further_copy_never_lowers_the_evidence_of_copies(self) -> None:
        train, synthetic, holdout = three(80)
        last = 1.0
        for copied in (0, 4, 8):
            result = compared(train, pd.concat([synthetic, train[:copied]]), holdout)
            assert result.copies is not None
            assert result.copies.p_value <= last
            last = result.copies.p_value
        assert last < 0.01

    def test_tiny_domains_are_no_leak(self) -> None:
        rng = np.random.default_rng(0)
        tables = [pd.DataFrame(rng.integers(0, 2, (300, 3)), columns=list("abc")) for _ in range(3)]
        assert compared(*tables).verdict == "no leak found"

    def test_no_cell_is_told(self) -> None:
        train, synthetic, holdout = three(60)
        for table in (train, synthetic, holdout):
            table["ward"] = "CANARY-7731"
            table["note"] = [f"CANARY-7731 {n}" for n in range(60)]
            table["age"] = 77317731
        told = json.dumps(audited(train, pd.concat([synthetic, train]), holdout).to_json())
        assert "7731" not in told


def test_large_numbers_of_rows_are_parted_as_elsewhere() -> None:
    rows, units = pd.DataFrame({"x": range(2400)}), pd.Series(range(2400)) // 2
    (told,) = one_row_per_unit(rows, units, None, None, seed=0)[2]
    assert told == "One row of each unit was audited: 1,200 of 2,400 train rows."
