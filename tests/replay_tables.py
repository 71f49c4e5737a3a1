"""Small tables of text, their hostile neighbours, and the mechanisms that are replayed on them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from privsynth import fitting
from privsynth.accounting import Spend
from privsynth.derive import DeriveMechanism, from_names, undetermined
from privsynth.fitting import execute
from privsynth.generators import Config, make_config
from privsynth.generators.fitted import Fitted
from privsynth.noise import Noise
from privsynth.plan import Plan
from privsynth.privacy import Budget, Unit
from privsynth.table.profile import Profile
from privsynth.table.source import Source, open_table
from privsynth.table.units import others, split_units
from privsynth.tableschema.generalised import generalised_schema
from privsynth.tableschema.io import schema_to_document
from privsynth.tableschema.model import Field, Schema

Row = dict[str, str | None]
Mechanism = Callable[[Source, Noise], Any]
NAMES = ("patient", "age", "cost", "ward", "day", "died")
KEY = bytes(range(32))
ROWS = Unit()
PATIENTS = Unit(column="patient", max_rows=2)


def rows_of(count: int) -> list[Row]:
    """Return rows with one rare ward (that of the last row) and three patients of several rows."""
    rows = []
    for i in range(count):
        rows.append(
            {
                "patient": f"p{max(i, 6) if i > 2 else i % 2}",
                "age": str(20 + (i * 7) % 60),
                "cost": f"{(i * 37 % 101) * 1.25:.2f}" if i % 9 else None,
                "ward": "rare" if i == count - 1 else "ABC"[i % 3],
                "day": f"2020-{1 + i % 12:02d}-{1 + i % 28:02d}",
                "died": "yes" if (i * 7) % 60 > 40 else "no",
            }
        )
    return rows


def source_of(rows: Sequence[Mapping[str, str | None]]) -> Source:
    """Return the rows as a loaded table."""
    columns = {name: pa.array([row.get(name) for row in rows], type=pa.string()) for name in NAMES}
    source = open_table(pa.table(columns)).loaded()
    source.execute("SET threads = 1")  # small tables are read faster so
    return source


BASE = rows_of(90)
HOSTILE: dict[str, str] = {
    "nan": "nan",
    "inf": "inf",
    "-inf": "-inf",
    "infinity": "infinity",
    "1e300": "1e300",
    "-1e300": "-1e300",
    "10^400": "1" + "0" * 400,
    "subnormal": "4.9e-324",
    "zero": "-0",
    "int64": "9223372036854775808",
    "formula": "=cmd|'/c calc'!A1",
    "quotes": "'\"\\%s{0};--",
    "lines": "a\r\nb\tc",
    "long": "x" * 100_000,
    "unknown": "never seen",
    "year 294247": "294247-01-10",
    "year 0": "0000-00-00",
    "no day": "2021-02-30",
    "zone": "2020-01-01T00:00:00+99:00",
    "superscript": "²",
    "empty text": "",
    "missing": "NA",
}


def _row(**cells: str | None) -> Row:
    return {**BASE[7], "patient": "new", **cells}


def neighbours_of_rows() -> dict[str, list[Row]]:
    """Return tables with one row more or less than BASE."""
    found = {
        "first added": [_row(), *BASE],
        "middle added": [*BASE[:45], _row(), *BASE[45:]],
        "duplicate added": [*BASE, dict(BASE[3])],
        "first removed": BASE[1:],
        "middle removed": BASE[:45] + BASE[46:],
        "last removed, the only one of its ward": BASE[:-1],
        "new ward": [*BASE, _row(ward="hospice")],
        "all missing": [*BASE, dict.fromkeys(NAMES)],
    }
    found.update({f"cells {name}": [*BASE, dict.fromkeys(NAMES, cell)] for name, cell in HOSTILE.items()})
    return found


def neighbours_of_patients() -> dict[str, list[Row]]:
    """Return tables with one patient more or less than BASE."""
    several = [_row(age=str(20 + i), ward=f"hospice {i}") for i in range(5)]
    return {
        "patient of one row first": [_row(), *BASE],
        "patient of as many rows as kept": [*several[:1], *BASE, several[1]],
        "patient of more rows than kept": [*several[:2], *BASE, *several[2:]],
        "patient of more rows, all first": [*several, *BASE],
        "patient removed": [row for row in BASE if row["patient"] != "p0"],
        "only patient of a ward removed": BASE[:-1],
        "nobody's row added": [_row(patient=None), *BASE],
        "patient without a name": [*BASE, *(_row(patient="") for _ in range(4))],
        "hostile patient": [*(dict.fromkeys(NAMES, "1e300") for _ in range(4)), *BASE],
        "patient of equal rows": [*BASE, *[_row()] * 4],
    }


@functools.cache
def base() -> Source:
    """Return BASE, loaded once for all test files of a process."""
    return source_of(BASE)


@functools.cache
def near_rows() -> dict[str, Source]:
    """Return the tables with one row more or less, loaded once."""
    return {name: source_of(rows) for name, rows in neighbours_of_rows().items()}


@functools.cache
def near_patients() -> dict[str, Source]:
    """Return the tables with one patient more or less, loaded once."""
    return {name: source_of(rows) for name, rows in neighbours_of_patients().items()}


def _field(name: str, **leaves: Any) -> Field:
    return Field(name=name, provenance={leaf: "declared" for leaf in leaves if leaf != "faker"}, **leaves)


FIELDS = {
    "patient": _field("patient", kind="identifier", role="direct", action="drop"),
    "age": _field("age", kind="integer", minimum=0, maximum=100),
    "cost": _field("cost", kind="number", minimum=0, maximum=1000),
    "ward": _field("ward", kind="categorical", enum=("A", "B", "C")),
    "day": _field("day", kind="date", minimum="2020-01-01", maximum="2020-12-31"),
    "died": _field("died", kind="categorical", enum=("no", "yes")),
}


def schema_of(*names: str, target: str | None = None) -> Schema:
    """Return the declared schema of a few columns."""
    return Schema(fields=tuple(FIELDS[name] for name in names), target=target)


RULES = {
    "age": {"kind": "integer", "rule": "age_90"},
    "cost": {"kind": "integer", "rule": "band:50", "minimum": 0, "maximum": 1000},
    "ward": {"kind": "categorical", "rule": "prefix:1", "enum": ("A", "B", "C")},
    "day": {"kind": "date", "rule": "year", "minimum": "2018-01-01", "maximum": "2024-12-31"},
    "died": {"kind": "categorical", "rule": "zip3", "enum": ("000", "021")},
}


def generalised_of(*names: str, target: str | None = None) -> Schema:
    """Return a declared schema of a few columns that are all generalised."""
    fields = (_field(name, action="generalise", **RULES[name]) for name in names)
    return generalised_schema(Schema(fields=tuple(fields), target=target))


def generalising_plan(unit: Unit, *, epsilon: float = 150.0) -> Plan:
    """Return the plan of a fit that knows the rules of columns and nothing of their results."""
    fields = [Field(name="patient", kind="identifier", role="direct", action="drop")]
    for name, each in RULES.items():
        fields.append(Field(name=name, kind="text", action="generalise", rule=each["rule"]))
    schema = generalised_schema(Schema(fields=tuple(fields)))
    return Plan.make(schema, unit=unit, budget=Budget(epsilon=epsilon, delta=1e-3))


def shown(fitted: Fitted) -> tuple[Any, ...]:
    """Return all that leaves: the digest of the model and of its manifest, and rows drawn from it."""
    sampled = fitted.sample(5, seed=1) if fitted.default_rows < 10**6 else None
    return (
        fitted.digest(),
        repr(fitted.to_manifest()),
        fitted.default_rows,
        None if sampled is None else sampled.to_pylist(),
    )


def fit_declared(
    schema: Schema, unit: Unit, *, mu_squared: float = 25.0, config: Config | None = None, holdout: bool = False
) -> Mechanism:
    """Return the coding and fitting of a declared schema, by the copula if no recipe is given; of a train part if asked for."""
    recipe = make_config("copula") if config is None else config
    mechanism = recipe.calibrate(schema, unit, Spend(mu_squared=mu_squared))  # type: ignore[arg-type]

    def run(source: Source, noise: Noise) -> Any:
        keep = others(split_units(source, unit, 20, noise.unit_key("holdout"))) if holdout else None
        coded = fitting.encode(source, schema, unit, noise.unit_key("rows of a unit"), keep=keep)
        arrays = mechanism.run(coded, noise).to_arrays()
        return {name: (array.dtype.str, array.shape, array.tobytes()) for name, array in arrays.items()}

    return run


def derive_of(unit: Unit, *, mu_squared: float = 400.0) -> Mechanism:
    """Return the derivation of a schema from column names alone."""
    known = from_names(NAMES, {"patient": ("direct", "drop")})
    mechanism = DeriveMechanism.calibrate(undetermined(known), Spend(mu_squared=mu_squared, delta=1e-3))  # type: ignore[arg-type]

    def run(source: Source, noise: Noise) -> Any:
        profile = Profile(source, unit, noise.unit_key("rows of a unit"), missing=("", "NA"))
        return schema_to_document(mechanism.run(profile, known, noise))

    return run


def plan_of(unit: Unit, *, epsilon: float = 150.0) -> Plan:
    """Return the plan of a fit that knows the column names alone."""
    known = from_names(NAMES, {"patient": ("direct", "drop"), "day": ("safe", "drop")})
    return Plan.make(known, unit=unit, budget=Budget(epsilon=epsilon, delta=1e-3))


def execute_of(unit: Unit, *, epsilon: float = 150.0, holdout: bool = False, rules: bool = False) -> Mechanism:
    """Return the whole fit, on the train part of a random split or with generalised columns if asked for."""
    plan = (generalising_plan if rules else plan_of)(unit, epsilon=epsilon)

    def run(source: Source, noise: Noise) -> Any:
        keep = others(split_units(source, unit, 20, noise.unit_key("holdout"))) if holdout else None
        told: list[str] = []
        fitted = execute(plan, source, keep=keep, noise=noise, progress=told.append)
        return shown(fitted), tuple(told)

    return run
