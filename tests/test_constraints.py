"""Declared constraints: read and written, refused where they cannot hold, and kept by every row, whatever the order of drawing."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
import yaml
from replay import Recording, check, check_spend, record

from privsynth.accounting import Spend, spend_of
from privsynth.derive import DeriveMechanism, undetermined, unlisted
from privsynth.errors import SchemaError, UsageError
from privsynth.generators import GENERATORS
from privsynth.generators.structure import Structure, fulfillable
from privsynth.noise import Noise
from privsynth.plan import Plan
from privsynth.privacy import Budget, Unit
from privsynth.table.kept import broken_rows
from privsynth.table.profile import Profile
from privsynth.table.source import Source, open_table
from privsynth.table.write import decode, write_table
from privsynth.tableschema import (
    Domain,
    Schema,
    dump_schema,
    read_declaration,
    read_schema,
    schema_from_declaration,
    schema_from_document,
    schema_to_document,
)
from privsynth.tableschema.constraints import TYPES

HAS_MAXENT = "maxent" in GENERATORS
Generator = np.random.Generator
ROOT = Path(__file__).resolve().parents[1]


def schema_of(fields: list[dict[str, Any]], constraints: list[Any], folder: Path | None = None) -> Schema:
    return schema_from_document({"fields": fields, "privsynth": {"constraints": constraints}}, folder=folder)


def number(name: str, low: float, high: float, **own: Any) -> dict[str, Any]:
    required = own.pop("required", False)
    kind = own.pop("kind", "integer")
    return {
        "name": name,
        "constraints": {"minimum": low, "maximum": high, "required": required},
        "privsynth": {"kind": kind, **own},
    }


def moment(name: str, low: str, high: str, kind: str = "date", **leaves: Any) -> dict[str, Any]:
    required = leaves.pop("required", False)
    limits = {"minimum": low, "maximum": high, "required": required}
    return {"name": name, "constraints": limits, "privsynth": {"kind": kind}, **leaves}


def labels(name: str, *enum: Any, **limits: Any) -> dict[str, Any]:
    return {"name": name, "constraints": {"enum": list(enum), **limits}, "privsynth": {"kind": "categorical"}}


# A sampler that knows nothing but the structure: any order of columns, any allowed group, any weights


def grouping(domain: Domain, rng: Generator) -> np.ndarray[Any, Any]:
    """int64[size + 1]: random groups of codes (of numbers, neighbours), missing in one of its own unless it cannot be."""
    count = int(min(domain.size, rng.integers(1, 9)))
    if domain.numeric:
        cuts = np.sort(rng.choice(domain.size - 1, count - 1, replace=False)) if count > 1 else np.array([], int)
        inside = np.searchsorted(cuts, np.arange(domain.size), side="left")
    else:
        inside = np.unique(rng.integers(0, count, domain.size), return_inverse=True)[1]
    return np.append(inside, 0 if domain.field.required else inside.max() + 1).astype(np.int64)


def drawn(schema: Schema, rows: int, rng: Generator) -> tuple[Structure, Any, Any]:
    structure = Structure.of(schema)
    domains = {field.name: Domain.of(field) for field in schema.modelled}
    order = [name for name in rng.permutation(list(domains)).tolist() if name not in structure.derived]
    codes: dict[str, Any] = {}
    positions: dict[str, Any] = {}
    groups = {name: grouping(domain, rng) for name, domain in domains.items()}
    chosen: dict[str, Any] = {}
    for name in order:
        domain, group = domains[name], groups[name]
        allowed = structure.allowed(name, codes, positions, rows=rows)
        if allowed is None:
            code = rng.integers(0, domain.size + (not domain.field.required), rows)
            codes[name], positions[name] = code, rng.random(rows, dtype=np.float32)
            chosen[name] = group[code]
            continue
        mask = allowed.groups(group)
        assert mask.any(axis=1).all(), "a row cannot be completed"
        score = np.where(mask, rng.random(mask.shape), -1)
        if not domain.field.required:  # missing now and then, so that most comparisons bind
            score[:, -1] = np.where(rng.random(rows) < 0.05, 2, np.where(mask[:, :-1].any(axis=1), -1, 2))
        chosen[name] = score.argmax(axis=1)
        weights = rng.random(domain.size) * (rng.random(domain.size) < 0.7)
        uniform = np.where(rng.random(rows) < 0.1, rng.choice([0.0, 1 - 2**-53], rows), rng.random(rows))
        codes[name], positions[name] = allowed.draw(weights, group, chosen[name], uniform)
        assert (group[codes[name]] == chosen[name]).all()
        for other in chosen:
            possible = structure.possible(other, name, groups[other], group) if other != name else None
            assert possible is None or possible[chosen[other], chosen[name]].all(), "an impossible pair was drawn"
    assert structure.completable(codes, positions).all()
    structure.derive(codes, positions)
    assert structure.completable(codes, positions).all()
    return structure, decode(schema, domains, codes, positions), codes


def written(table: Any, ending: str) -> Any:
    """The table as it is read again from a file."""
    target = io.BytesIO()
    write_table(table, Path(f"t.{ending}"), target)
    target.seek(0)
    if ending == "parquet":
        return pa.parquet.read_table(target)
    text = {name: pa.string() for name in table.column_names}
    options = pa.csv.ConvertOptions(column_types=text, strings_can_be_null=True, null_values=[""])
    return pa.csv.read_csv(target, convert_options=options)


def assert_kept(schema: Schema, rng: Generator, rows: int = 400) -> Any:
    structure, table, _ = drawn(schema, rows, rng)
    assert table.num_rows == rows
    for made in (table, written(table, str(rng.choice(["csv", "parquet"])))):
        found = structure.holds(made)
        assert set(found) == {each.says for each in schema.constraints}
        assert not any(found.values()), found
    return table


# Random schemas


def random_numbers(rng: Generator) -> Schema:
    names = [f"n{place}" for place in range(int(rng.integers(2, 6)))]
    fields, steps = [], []
    for name in names:
        low = float(rng.choice([0, -5, 1, 0.05, -1000]))
        high = low + float(rng.choice([3, 7.5, 120, 5000, 1e6]))
        decimals = int(rng.choice([0, 1, 2, 3]))
        kind = str(rng.choice(["integer", "number"]))
        own: dict[str, Any] = {"kind": kind, "required": bool(rng.random() < 0.5)}
        if kind == "number" and rng.random() < 0.8:
            own["decimals"] = decimals
        if rng.random() < 0.2:
            step = 2 if kind == "integer" else float(rng.choice([0.5, 2]))
            own.pop("decimals", None)
            steps.append({"type": "FixedIncrements", "column": name, "increment": step})
        fields.append(number(name, low, high, **own))
    constraints: list[Any] = []
    for place in range(1, len(names)):
        low = str(rng.choice(names[:place]))
        constraints.append({"type": "Inequality", "low": low, "high": names[place], "strict": bool(rng.random() < 0.4)})
    if len(names) > 2 and rng.random() < 0.5:
        constraints.append(dict(zip(("low", "middle", "high"), names, strict=False)) | {"type": "Range"})
    return schema_of(fields, [*constraints, *steps])


FORMATS = {
    "date": ["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%y", "%d %b %Y"],
    "datetime": ["%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M:%S", "%Y-%m-%dT%H"],
}


def random_moments(rng: Generator) -> Schema:
    names = [f"d{place}" for place in range(int(rng.integers(2, 5)))]
    fields = []
    for name in names:
        kind = str(rng.choice(["date", "datetime"]))
        start = np.datetime64("1995-01-01") + int(rng.integers(0, 400))
        stop = start + int(rng.choice([20, 500, 5000]))
        form = {"format": str(rng.choice(FORMATS[kind]))} if rng.random() < 0.7 else {}
        if kind == "datetime":
            fields.append(moment(name, f"{start}T07:30:15", f"{stop}T18:00:59", kind, **form))
        else:
            fields.append(moment(name, str(start), str(stop), kind, required=bool(rng.random() < 0.5), **form))
    pairs = [(names[place - 1], names[place]) for place in range(1, len(names))]
    strict = bool(rng.random() < 0.3)
    return schema_of(fields, [{"type": "Inequality", "low": a, "high": b, "strict": strict} for a, b in pairs])


def random_lists(rng: Generator) -> Schema:
    names = [f"c{place}" for place in range(int(rng.integers(2, 6)))]
    fields = [
        labels(name, *(f"{name}-{code}" for code in range(12)), required=bool(rng.random() < 0.5)) for name in names
    ]
    cut = int(rng.integers(2, len(names) + 1))
    parts = [names[:cut], names[cut - 1 :]] if cut < len(names) else [names]
    lists = [
        {
            "type": "FixedCombinations",
            "columns": part,
            "combinations": [[f"{name}-{rng.integers(0, 6)}" for name in part] for _ in range(40)],
        }
        for part in parts
    ]
    hot = [number(f"h{place}", 0, 1, required=bool(rng.random() < 0.5)) for place in range(3)]
    fields += [*hot, {"name": "h3", "privsynth": {"kind": "boolean"}}, labels("h4", "yes", "no")]
    return schema_of(fields, [*lists, {"type": "OneHotEncoding", "columns": ["h0", "h1", "h2", "h3", "h4"]}])


def random_sums(rng: Generator) -> Schema:
    decimals = int(rng.choice([0, 2]))
    kind = {"kind": "number", "decimals": decimals} if decimals else {"kind": "integer"}
    parts = [
        number(f"p{place}", float(rng.choice([0, -20])), float(rng.choice([1, 300, 90_000])), **kind, required=bool(rng.random() < 0.5))
        for place in range(int(rng.integers(2, 5)))
    ]  # fmt: skip
    total = number(
        "total",
        float(rng.choice([-100, 0, 1])),
        float(rng.choice([1, 200, 1e6])),
        **kind,
        required=bool(rng.random() < 0.5),
    )
    return schema_of([*parts, total], [{"type": "Sum", "total": "total", "parts": [each["name"] for each in parts]}])


@pytest.mark.parametrize("make", [random_numbers, random_moments, random_lists, random_sums])
def test_every_row_keeps_the_constraints_of_random_schemas(make: Callable[[Generator], Schema]) -> None:
    kept, refused = 0, list[str]()
    for seed in range(50):
        rng = np.random.default_rng(seed)
        try:
            schema = make(rng)
            Structure.of(schema)
        except SchemaError as error:
            refused.append(error.message)
            continue
        assert_kept(schema, rng)
        kept += 1
    assert kept >= 25
    reasons = ("cannot hold", "fulfils all", "leave no", "no multiple")
    assert all(any(reason in message for reason in reasons) for message in refused), refused


# What is read and written

AB = [
    number("a", 0, 9),
    number("b", 0, 9),
    labels("c", "x", "y"),
    labels("d", 1, 2),
    number("e", 0, 1),
    number("f", 0, 1),
]
ALL = [
    {"type": "Inequality", "low": "a", "high": "b", "strict": True},
    {"type": "FixedCombinations", "columns": ["c", "d"], "combinations": [["x", "1"], ["y", "2"]]},
    {"type": "OneHotEncoding", "columns": ["e", "f"]},
    {"type": "FixedIncrements", "column": "a", "increment": 3},
]


def test_a_schema_with_constraints_is_valid_and_round_trips() -> None:
    more = [
        number("g", 0, 99),
        number("h", 0, 9),
        number("i", 0, 9),
        number("j", 0, 9),
        number("k", 0, 9),
        number("l", 0, 9),
    ]
    others = [
        {"type": "Sum", "total": "g", "parts": ["h", "i"]},
        {"type": "Range", "low": "j", "middle": "k", "high": "l", "provenance": {"source": "public", "name": "a law"}},
    ]
    schema = schema_of(AB + more, ALL + others)
    document = schema_to_document(schema)
    form = json.loads((ROOT / "schemas" / "table_schema.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(form).validate(json.loads(json.dumps(document)))
    for again in (schema_from_document(document), schema_from_document(yaml.safe_load(dump_schema(schema)))):
        assert schema_to_document(again) == document
        assert again.constraints == schema.constraints
    written_list = document["privsynth"]["constraints"]
    assert written_list[0] == {**ALL[0], "provenance": "declared"}
    assert written_list[-1] == {**others[1]}
    assert [each.says for each in schema.constraints][:2] == ["Inequality a < b", "FixedCombinations c, d"]
    assert schema["a"].step == 3
    wrong = schema_to_document(schema)
    wrong["privsynth"]["constraints"].append({"type": "Unique", "columns": ["a"]})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(form).validate(json.loads(json.dumps(wrong)))


SDV = [
    {
        "constraint_class": "Inequality",
        "constraint_parameters": {"low_column_name": "a", "high_column_name": "b", "strict_boundaries": True},
    },
    {"constraint_class": "FixedCombinations", "table_name": "t", "constraint_parameters": {"column_names": ["c", "d"]}},
    {"constraint_class": "OneHotEncoding", "constraint_parameters": {"column_names": ["e", "f"]}},
    {"constraint_class": "FixedIncrements", "constraint_parameters": {"column_name": "a", "increment_value": 3}},
]  # fmt: skip


def test_the_spelling_of_sdv_is_read() -> None:
    ours, theirs = schema_of(AB, ALL).constraints, schema_of(AB, SDV).constraints
    assert [each.says for each in theirs] == [each.says for each in ours]
    assert theirs[1].learn  # type: ignore[union-attr]
    own_names = [{"type": "Inequality", "low_column_name": "a", "high_column_name": "b", "strict_boundaries": True}]
    assert schema_of(AB, own_names).constraints == ours[:1]
    between = {"low_column_name": "a", "middle_column_name": "b", "high_column_name": "e"}
    assert schema_of(AB, [{"constraint_class": "Range", "constraint_parameters": between}]).constraints[0].strict  # type: ignore[union-attr]


def test_a_declaration_has_constraints_too(tmp_path: Path) -> None:
    columns = {
        "a": {"lower": 0, "upper": 9, "integer": True},
        "b": {"lower": 0, "upper": 9},
        "c": ["x", "y"],
        "d": [1, 2],
    }
    (tmp_path / "pairs.csv").write_text("d,c,e\n1,x,?\n2,y,?\n2,y,?\n1,,?\n", "utf-8")
    given = {
        "columns": columns,
        "constraints": [ALL[0], {"type": "FixedCombinations", "columns": ["c", "d"], "codebook": "pairs.csv"}],
    }
    (tmp_path / "d.json").write_text(json.dumps(given), "utf-8")
    schema = read_declaration(tmp_path / "d.json", "abcd")
    listed = schema.constraints[1]
    assert listed.combinations == (("x", "1"), ("y", "2"))  # type: ignore[union-attr]
    assert listed.source["source"] == "public"  # type: ignore[index]
    assert listed.source["name"] == "pairs.csv"  # type: ignore[index]
    with pytest.raises(SchemaError, match="cannot be looked up here"):  # a document alone reads no file
        schema_from_declaration(given, "abcd")
    (tmp_path / "pairs.yaml").write_text(yaml.safe_dump([{"c": "x", "d": 1}, ["y", 2]]), "utf-8")
    given["constraints"][1]["codebook"] = "pairs.yaml"  # type: ignore[index]
    (tmp_path / "s.yaml").write_text(
        yaml.safe_dump({"fields": AB, "privsynth": {"constraints": given["constraints"]}}), "utf-8"
    )
    assert read_schema(tmp_path / "s.yaml").constraints[1].combinations == listed.combinations  # type: ignore[union-attr]


def inequality(low: str, high: str, **more: Any) -> dict[str, Any]:
    return {"type": "Inequality", "low": low, "high": high, **more}


def pairs(*rows: Any, columns: Any = ("c", "d")) -> dict[str, Any]:
    return {"type": "FixedCombinations", "columns": list(columns), "combinations": list(rows)}


DAYS = [moment("m", "2020-01-01", "2020-12-31"), moment("n", "2020-01-01", "2020-12-31", format="%Y-%m")]
GONE = [{"name": "g", "privsynth": {"kind": "integer", "action": "drop"}}, {"name": "t", "privsynth": {"kind": "text"}}]
LATE = [
    number("late", 20, 30),
    number("half", 0, 1, kind="number", decimals=1),
    number("fine", 0, 1, kind="number", decimals=14),
]
WRONG: list[tuple[Any, str]] = [
    ({"a": 1}, "not a list"),
    ([1], "constraint 1 in the schema is not a mapping"),
    ([{"type": "Unique", "columns": ["a"]}], "type 'Unique'. Use one of: Inequality"),
    ([{"type": "ScalarRange", "column_name": "a", "low_value": 0}], "`minimum` and `maximum` of the field"),
    ([inequality("a", "b", sides=1)], "unknown key 'sides'"),
    ([inequality("a", 5)], "no `high`. Give the name"),
    ([inequality("a", "b", strict="yes")], "Give true or false"),
    ([inequality("a", "b", provenance="guess")], "`provenance` of constraint 1 in the schema is 'guess'"),
    ([inequality("a", "a")], "names `a` twice"),
    ([inequality("a", "zz")], "names `zz`, which the schema does not list"),
    ([inequality("a", "g")], "`g`, which is dropped"),
    ([inequality("a", "t")], "`t`, which is not modelled"),
    ([inequality("a", "c")], "binds `c` of kind categorical. Only numbers and dates"),
    ([inequality("a", "m")], "numbers are no dates"),
    ([inequality("m", "n")], "does not say which day it was"),
    ([inequality("late", "a")], "cannot hold: the smallest `late` is 20 and the largest `a` is 9"),
    ([inequality("a", "fine")], "Set `decimals` to 12 or fewer"),
    ([inequality("a", "b"), inequality("b", "a")], "back to itself"),
    ([inequality("e", "f", strict=True), inequality("half", "e", strict=True)], "No value of `half`"),
    ([{"type": "FixedCombinations", "columns": ["c", "d"]}], "lists no combination"),
    ([{"type": "FixedCombinations", "columns": ["c"], "learn": True}], "needs two columns"),
    ([{**pairs(["x", 1]), "learn": True}], "more than one of"),
    ([pairs()], "lists 0 combinations"),
    ([pairs(["x"])], "has not one value for each"),
    ([pairs(["x", None])], "Missing cells need no combination"),
    ([pairs(5)], "no list of texts"),
    ([{**pairs(), "combinations": "x1"}], "are no list"),
    ([pairs(["z", 1])], "lists 'z', which `c` cannot be"),
    ([pairs(["x", 77], columns=["c", "a"])], "lists '77', which `a` cannot be"),
    ([pairs(["x", 1], columns=["c", "half"])], "Combinations are of labels"),
    ([pairs(["x", 1]), pairs(["y", 1])], "leave no combination"),
    ([pairs(["x", 5], columns=["c", "wide"])], "too many values to be combined"),
    ([{"type": "FixedIncrements", "column": "a", "increment": 0}], "no increment above 0"),
    ([{"type": "FixedIncrements", "column": "a", "increment": 0.5}], "whole increments"),
    ([{"type": "FixedIncrements", "column": "half", "increment": 0.25}], "written with 1 decimals"),
    ([{"type": "FixedIncrements", "column": "m", "increment": 2}], "Only numbers have increments"),
    ([{"type": "FixedIncrements", "column": "late", "increment": 17}], "no multiple of 17"),
    ([{"type": "OneHotEncoding", "columns": ["a", "e"]}], "have to be 0 and 1"),
    ([{"type": "OneHotEncoding", "columns": "ae"}], "no `columns`. Give a list"),
    ([{"type": "Sum", "total": "a", "parts": ["b"]}], "needs two columns"),
    ([{"type": "Sum", "total": "a", "parts": ["b", "c"]}], "Only numbers can be added up"),
    ([{"type": "Sum", "total": "a", "parts": ["b", "half"]}], "Give them the same kind, `decimals` and increments"),
    ([{"type": "Sum", "total": "a", "parts": ["b", "late"]}], "no sum of its parts"),
    ([inequality("a", "b"), {"type": "Sum", "total": "wide", "parts": ["b", "late"]}], "`b` is in two constraints that cannot"),
]  # fmt: skip


@pytest.mark.parametrize(("constraints", "message"), WRONG, ids=[message for _, message in WRONG])
def test_what_cannot_hold_or_be_read_is_refused(constraints: Any, message: str) -> None:
    fields = [*AB, *DAYS, *GONE, *LATE, number("wide", 0, 100_000)]
    with pytest.raises(SchemaError, match=re.escape(message)):
        Structure.of(schema_of(fields, constraints))


# What a sampler asks


def test_a_bound_is_passed_on_through_columns_that_are_not_drawn_yet() -> None:
    fields = [number("a", 0, 9), number("b", 0, 1, kind="number", decimals=1), number("c", 0, 9), number("far", 0, 9)]
    structure = Structure.of(schema_of(fields, [inequality("a", "b", strict=True), inequality("b", "c", strict=True)]))
    assert structure.columns == {"a", "b", "c"}
    assert structure.allowed("far", {}, {}) is None
    low = structure.allowed("a", {}, {}, rows=2)
    assert (low.low.tolist(), np.floor(low.high).tolist()) == ([0, 0], [0, 0])  # type: ignore[union-attr]
    drawn_a = {"a": np.array([0, 10])}, {"a": np.zeros(2, dtype=np.float32)}
    high = structure.allowed("c", *drawn_a)
    assert high.low.tolist() == [1, 1]  # type: ignore[union-attr]  # where a is missing, b bounds c alone
    no = structure.completable({"a": np.array([3, 0])}, {"a": np.zeros(2, dtype=np.float32)})
    assert no.tolist() == [False, True]
    groups = np.append(np.arange(10), 10)
    possible = structure.possible("a", "c", groups, groups)
    assert possible is not None
    assert possible.all()  # b may be missing, and then nothing compares a with c
    required = [{**fields[1], "constraints": {**fields[1]["constraints"], "required": True}}]
    strict = Structure.of(schema_of([fields[0], *required, fields[2]], [inequality("a", "b"), inequality("b", "c")]))
    bound = strict.possible("a", "c", groups, groups)
    assert bound is not None
    assert not bound[2, 5]  # b is 1 at most
    assert not bound[1, 0]
    assert bound[1, 1]
    assert bound[10].all()


def test_every_allowed_value_is_drawn_and_no_other() -> None:
    fields = [number("a", 0, 3, required=True), number("b", 0, 3, required=True)]
    schema = schema_of(fields, [inequality("a", "b")])
    seen = set()
    for seed in range(8):
        table = drawn(schema, 200, np.random.default_rng(seed))[1]
        seen |= set(zip(*(column.to_pylist() for column in table.columns), strict=True))
    assert seen == {(a, b) for a in range(4) for b in range(a, 4)}


def test_a_total_follows_from_its_parts_and_parts_from_a_total() -> None:
    fields = [number("p", 0, 50, required=True), number("q", -10, 10), number("t", 0, 55)]
    schema = schema_of(fields, [{"type": "Sum", "total": "t", "parts": ["p", "q"]}])
    structure = Structure.of(schema)
    assert structure.derived == ("t",)
    codes = {"t": np.array([7, 7, 60]), "p": np.array([9, 0, 3])}  # the last total is missing
    places = {name: np.zeros(3, dtype=np.float32) for name in codes}
    rest = structure.allowed("q", codes, places)
    assert rest.low.tolist() == [8, 17, 0]  # type: ignore[union-attr]
    assert np.floor(rest.high).tolist() == [8, 17, 20]  # type: ignore[union-attr]
    del codes["t"]
    codes["q"], places["q"] = np.array([8, 21, 12]), np.zeros(3, dtype=np.float32)
    structure.derive(codes, places)
    assert codes["t"].tolist() == [7, 56, 5]  # a part is missing, so the total is


def test_increments_have_cells_of_their_own() -> None:
    schema = schema_of([number("x", 3, 100, required=True), number("y", 0, 2, kind="number")], [
        {"type": "FixedIncrements", "column": "x", "increment": 5},
        {"type": "FixedIncrements", "column": "y", "increment": 0.25},
    ])  # fmt: skip
    domain = Domain.of(schema["x"])
    assert domain.texts() == tuple(str(value) for value in range(5, 101, 5))
    quarters = Domain.of(schema["y"])
    assert quarters.encode_numbers(np.array([0.0, 0.1, 0.15, 0.25, 0.37, 2.0])).tolist() == [0, 0, 1, 1, 1, 8]
    assert Structure.of(schema).empty
    assert_kept(schema, np.random.default_rng(0))


def test_rows_that_break_a_constraint_are_counted() -> None:
    schema = schema_of(
        [*AB, *DAYS[:1], moment("o", "2020-01-01", "2020-12-31", format="%d/%m/%Y")], [*ALL, inequality("m", "o")]
    )
    table = pa.table({
        "a": [3, 6, None, 1], "b": [3, 7, 0, 2], "c": ["x", "y", None, "x"], "d": ["1", "1", "2", None],
        "e": [True, False, None, True], "f": ["0", "0", "1", "1"], "m": ["2020-05-01"] * 4,
        "o": ["30/04/2020", "01/05/2020", "", None],
    })  # fmt: skip
    assert broken_rows(table, schema) == {
        "Inequality a < b": 1,
        "FixedCombinations c, d": 1,
        "OneHotEncoding e, f": 2,
        "FixedIncrements a by 3": 1,
        "Inequality m <= o": 1,
    }


# Plans, and combinations that are bought

TOWNS = [("s", "t1"), ("s", "t2"), ("u", "t3")]


def wanted() -> Schema:
    fields = [labels("state", "s", "u"), {"name": "town", "privsynth": {"kind": "categorical"}}, number("n", 1, 3)]
    lists = [{"type": "FixedCombinations", "columns": ["state", "town"], "learn": True}]
    numbers = [{"type": "FixedCombinations", "columns": ["n", "n2"], "learn": True}]
    return schema_of([*fields, number("n2", 1, 3)], [*lists, *numbers])


def towns(rows: int, extra: tuple[str, ...] = ()) -> Source:
    cells = [(*TOWNS[i % 3], str(1 + i % 3), str(3 - i % 3)) for i in range(rows)]
    cells += [extra] if extra else []
    columns = dict(zip(("state", "town", "n", "n2"), map(list, zip(*cells, strict=True)), strict=True))
    return open_table(pa.table({name: pa.array(each, type=pa.string()) for name, each in columns.items()})).loaded()


def learning(mu_squared: float = 100.0) -> tuple[DeriveMechanism, Callable[[Source, Noise], Any]]:
    schema = wanted()
    given = Spend(mu_squared=Fraction(mu_squared), delta=Fraction(1, 1000))
    mechanism = DeriveMechanism.calibrate(undetermined(schema), given, len(unlisted(schema)))

    def run(source: Source, noise: Noise) -> Any:
        return schema_to_document(mechanism.run(Profile(source, Unit(), bytes(32)), schema, noise))

    return mechanism, run


def test_combinations_are_bought_by_thresholded_counts() -> None:
    mechanism, run = learning()
    schema = schema_from_document(run(towns(600, ("s", "canary-17", "1", "1")), Recording(0)))
    first, second = schema.constraints
    assert first.combinations == tuple(TOWNS)  # type: ignore[union-attr]
    assert second.combinations == (("1", "3"), ("2", "2"), ("3", "1"))  # type: ignore[union-attr]
    assert first.source["source"] == "dp"  # type: ignore[index]
    assert schema.learned() == ("state", "town", "n", "n2")
    assert not unlisted(schema)
    assert fulfillable(schema) == (schema, ())
    spent = spend_of(mechanism.event)
    assert spent.mu_squared <= 100
    assert spent.delta <= Fraction(1, 1000)
    plan = (
        Plan.make(wanted(), unit=Unit(), budget=Budget(epsilon=1.0, delta=1e-6), generator="maxent")
        if HAS_MAXENT
        else None
    )
    assert plan is None or plan.derive.lists == 2  # type: ignore[union-attr]


def test_bought_combinations_depend_on_a_row_through_the_noise_alone() -> None:
    mechanism, run = learning()
    near = [towns(90, extra) for extra in (("s", "t9", "1", "1"), ("u", "t1", "3", "3"), ("", "", "x", "1e300"))]
    check(run, towns(90), [*near, towns(89)], both=False)
    check_spend(record(run, towns(90))[0], mechanism.event)


def test_a_learned_schema_leaves_out_what_cannot_be_kept_and_says_so() -> None:
    schema = wanted()
    settled, notes = fulfillable(schema)
    assert settled.constraints == ()
    assert "not learned yet" in notes[0] or "labels" in notes[0]


def test_a_copula_refuses_constraints_between_columns() -> None:
    unit, budget = Unit(), Budget(epsilon=1.0, delta=1e-6)
    with pytest.raises(UsageError, match="generator maxent"):
        Plan.make(schema_of(AB, ALL), unit=unit, budget=budget, generator="copula")
    plan = Plan.make(schema_of(AB, ALL[3:]), unit=unit, budget=budget, generator="copula")
    assert plan.to_json()["constraints"] == {"FixedIncrements a by 3": "declared"}
    data = schema_of(AB, [{**ALL[3], "provenance": "data"}])
    with pytest.raises(SchemaError, match="read from the data"):
        Plan.make(data, unit=unit, budget=budget, generator="copula")
    bought = schema_of(AB, [{**ALL[3], "provenance": "dp"}])
    with pytest.raises(SchemaError, match="records no spend"):
        Plan.make(bought, unit=unit, budget=budget, generator="copula")


def test_the_example_has_one_of_each_and_every_row_keeps_it() -> None:
    schema = read_schema(ROOT / "examples" / "constraints.yaml")
    form = json.loads((ROOT / "schemas" / "table_schema.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(form).validate(
        yaml.safe_load((ROOT / "examples" / "constraints.yaml").read_text("utf-8"))
    )
    assert {each.type for each in schema.constraints} == set(TYPES) - {"Range"}
    settled, notes = fulfillable(schema)
    assert len(notes) == 1  # those that are not bought yet
    assert_kept(settled, np.random.default_rng(0))


def test_a_column_of_more_values_than_positions_can_tell_apart_keeps_its_inequalities() -> None:
    fields = [number(name, 0, 1e9, kind="number", decimals=2, required=name == "b") for name in "abc"]
    constraints = [inequality("a", "b", strict=True), inequality("b", "c", strict=True)]
    structure = Structure.of(schema_of(fields, constraints))
    assert structure.orders[0].lattices["a"].grain > 1
    for seed in range(3):
        assert_kept(schema_of(fields, constraints), np.random.default_rng(seed))
    with pytest.raises(SchemaError, match="to be added up exactly"):
        Structure.of(schema_of(fields, [{"type": "Sum", "total": "a", "parts": ["b", "c"]}]))


def test_a_group_that_is_not_possible_gives_way_to_the_constraint() -> None:
    """A sampler that rounds a probability up from nothing draws no forbidden row."""
    schema = schema_of([number("a", 0, 9), number("b", 0, 9), *AB[2:4]], [inequality("a", "b"), ALL[1]])
    structure, group = Structure.of(schema), np.append(np.arange(10), 10)
    given = {"a": np.array([7, 7, 10]), "c": np.array([0, 1, 2])}
    places = {"a": np.zeros(3, dtype=np.float32)}
    chosen, uniform = np.array([2, 8, 2]), np.array([0.5, 0.5, 0.5])
    interval, choice = structure.allowed("b", given, places), structure.allowed("d", given, places)
    assert interval is not None
    assert choice is not None
    codes = interval.draw(np.ones(10), group, chosen, uniform)[0]
    assert codes[0] >= 7
    assert codes[1:].tolist() == [8, 2]
    below = structure.allowed("a", {"b": np.array([2, 2])}, {"b": np.zeros(2, dtype=np.float32)})
    assert below is not None
    assert (below.draw(np.ones(10), group, np.array([8, 1]), uniform[:2])[0] <= 2).all()
    rows = choice.masks[choice.row_class].tolist()
    assert rows == [[True, False, True], [False, True, True], [True, True, True]]
    assert choice.draw(np.ones(2), np.array([0, 1, 2]), np.array([1, 1, 2]), uniform)[0].tolist() == [0, 1, 2]
