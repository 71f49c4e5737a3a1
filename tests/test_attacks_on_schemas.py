"""What a schema, a codebook or a model that somebody else wrote must not be able to do."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth import check, fit, plan_fit
from privsynth.accounting import Spend
from privsynth.errors import ArtifactError, PrivsynthError, SchemaError
from privsynth.generators.base import Config
from privsynth.generators.copula import CopulaConfig
from privsynth.generators.maxent import MaxentConfig
from privsynth.noise import OsNoise
from privsynth.pii.custom_file import read_rules
from privsynth.privacy import Private, Unit
from privsynth.table.coded import CodedTable
from privsynth.tableschema import dump_schema, read_declaration, read_schema, schema_from_document
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.hierarchy import read_hierarchy
from privsynth.tableschema.model import Field, Schema

READERS: list[Callable[[Path], Any]] = [read_schema, lambda path: read_declaration(path, "xy"), read_rules]


@contextmanager
def within(seconds: int) -> Iterator[None]:
    def late(*_: object) -> None:
        raise AssertionError(f"longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def document(book: str | None = None, hierarchy: str | None = None, **listed: Any) -> dict[str, Any]:
    own = {"kind": "categorical"} | ({} if hierarchy is None else {"hierarchy": hierarchy})
    fields = [{"name": n, "type": "string", "constraints": {"enum": ["a", "b"]}, "privsynth": own} for n in "xy"]
    listed = listed or {"codebook": book}
    constraints = [] if hierarchy is not None else [{"type": "FixedCombinations", "columns": ["x", "y"], **listed}]
    return {"fields": fields, "privsynth": {"version": 1, "constraints": constraints}}


def schema_file(folder: Path, book: str | None = None, **other: Any) -> Path:
    path = folder / "s.json"
    path.write_text(json.dumps(document(book, **other)), encoding="utf-8")
    return path


# Which files a schema may name


@pytest.mark.parametrize("leaf", ["codebook", "hierarchy"])
@pytest.mark.parametrize("how", ["absolute", "above", "below and above", "link", "linked folder", "folder"])
def test_a_codebook_lies_beside_the_schema_and_is_no_link(tmp_path: Path, how: str, leaf: str) -> None:
    beside, private = tmp_path / "schema", tmp_path / "private.csv"
    beside.mkdir()
    (beside / "folder.csv").mkdir()
    private.write_text("x,y,code,parent\na,b,a,b\n", encoding="utf-8")
    (beside / "book.csv").symlink_to(private)
    (beside / "inner").symlink_to(tmp_path)
    name = {
        "absolute": str(private),
        "above": "../private.csv",
        "below and above": "folder.csv/../../private.csv",
        "link": "book.csv",
        "linked folder": "inner/private.csv",
        "folder": "folder.csv",
    }[how]
    path = schema_file(beside, name) if leaf == "codebook" else schema_file(beside, hierarchy=name)
    with pytest.raises(SchemaError, match=r"does not lie beside the schema|is not a plain file"):
        read_schema(path)


def test_a_codebook_may_lie_in_a_folder_below_and_plain_values_read_no_file(tmp_path: Path) -> None:
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "one.csv").write_text("x,y\nb,a\na,b\na,a\n", encoding="utf-8")
    schema = read_schema(schema_file(tmp_path, "books/one.csv"))
    listed = schema.constraints[0]
    assert listed.combinations == (("a", "a"), ("a", "b"), ("b", "a")), "sorted: an order of lines is not published"  # type: ignore[union-attr]
    assert schema.codebooks == (str(tmp_path / "books" / "one.csv"),)
    assert str(tmp_path) not in dump_schema(schema)
    for given in (document("books/one.csv"), document(hierarchy="books/one.csv")):
        with pytest.raises(SchemaError):
            schema_from_document(given)


@pytest.mark.parametrize("how", ["by name", "hard link", "hierarchy", "schema in memory"])
def test_the_table_itself_is_no_codebook(tmp_path: Path, how: str) -> None:
    table, book = tmp_path / "t.csv", "t.csv"
    table.write_text("x,y,code,parent\n" + "a,b,a,b\n" * 50, encoding="utf-8")
    if how == "hard link":
        book = "other.csv"
        os.link(table, tmp_path / book)
    path = schema_file(tmp_path, hierarchy=book) if how == "hierarchy" else schema_file(tmp_path, book)
    schema = read_schema(path) if how == "schema in memory" else path
    for refused in (
        lambda: plan_fit(table, epsilon=1, schema=schema),
        lambda: fit(table, epsilon=1, schema=schema, ledger=tmp_path / "l.db"),
        lambda: check(schema, table),
    ):
        with pytest.raises(SchemaError, match="itself as a codebook"):
            refused()
    assert not (tmp_path / "l.db").exists()


def test_the_sentence_names_the_columns_whose_combinations_are_listed(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("x,y\na,b\n", encoding="utf-8")
    table = pd.DataFrame({"x": ["a"], "y": ["b"]})
    listed = plan_fit(table, epsilon=1, schema=schema_file(tmp_path, "one.csv")).guarantee_of_schema()
    assert listed.listed == ("x", "y")
    assert "combinations listed by a codebook or the owner: of x, y;" in listed.sentence()
    assert type(listed).from_json(listed.to_json()) == listed
    declared = plan_fit(table, epsilon=1, schema=document(combinations=[["a", "b"]])).guarantee_of_schema()
    assert declared.listed == ("x", "y")
    for other in (document(learn=True), document(hierarchy="prefix:1")):
        assert "combinations listed" not in plan_fit(table, epsilon=1, schema=other).guarantee_of_schema().sentence()


# What such files may hold


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("book.txt", "root:SECRETLINE\n"),
        ("book.csv", "x,y\nSECRETLINE,a\n"),
        ("book.json", '[["SECRETLINE"]]'),
        ("book.yaml", "combinations: [[SECRETLINE, a]]\n"),
    ],
)
def test_a_message_about_a_codebook_quotes_no_line_of_it(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(SchemaError) as caught:
        read_schema(schema_file(tmp_path, name))
    assert "SECRETLINE" not in str(caught.value)


def test_no_pipe_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "book.csv")
    with within(5):
        for path in (schema_file(tmp_path, "book.csv"), schema_file(tmp_path, hierarchy="book.csv")):
            with pytest.raises(SchemaError, match="not a plain file"):
                read_schema(path)
        for reader in READERS:
            for pipe in (tmp_path / "book.csv", Path("/dev/zero")):
                with pytest.raises(SchemaError, match="not a plain file"):
                    reader(pipe)


def test_a_file_is_read_up_to_its_bound_only(tmp_path: Path) -> None:
    with (tmp_path / "book.csv").open("wb") as file:
        file.truncate(1 << 40)  # of holes
    with within(5):
        for path in (schema_file(tmp_path, "book.csv"), tmp_path / "book.csv"):
            with pytest.raises(SchemaError, match="larger than 16 MB"):
                read_schema(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("book", "just a text"),
        ("book.json", "3"),
        ("book.yaml", "{combinations: 3}"),
        ("book.csv", "x,y\n" + "a" * 200_000 + ",b\n"),
        ("book.csv", ""),
        ("a\x00b.csv", None),
        ("", None),
        (".", None),
        ("n" * 5_000, None),
    ],
)
@pytest.mark.parametrize("leaf", ["codebook", "hierarchy"])
def test_no_codebook_crashes(tmp_path: Path, name: str, content: str | None, leaf: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(SchemaError):
        read_schema(schema_file(tmp_path, name) if leaf == "codebook" else schema_file(tmp_path, hierarchy=name))


@pytest.mark.parametrize("step", [None, "t", 10**400, [1], True, float("nan")])
def test_an_increment_that_is_no_number_is_refused(step: Any) -> None:
    given = document()
    given["privsynth"]["constraints"] = [{"type": "FixedIncrements", "column": "x", "increment": step}]
    with pytest.raises(SchemaError, match="Give a number above 0"):
        schema_from_document(given)


def test_a_hierarchy_of_many_codes_is_read_in_a_moment(tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text("code,parent\n" + "".join(f"{n},p\n" for n in range(200_000)), encoding="utf-8")
    with within(5):
        groups, _ = read_hierarchy("h.csv", tmp_path, "z")
    assert len(groups["p"]) == 200_000


@pytest.mark.parametrize("reader", READERS)
def test_yaml_without_anchors_and_aliases(tmp_path: Path, reader: Callable[[Path], Any]) -> None:
    layers = "".join(f"b{n}: &a{n} [*a{n - 1},*a{n - 1}]\n" for n in range(1, 40))
    for text in ("a: &a0 [x, x]\n" + layers, "fields: [&a {name: x}, *a]\n", "<<: *a\n", "a: &a 1\n"):
        (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
        with within(5), pytest.raises(SchemaError, match="anchors"):
            reader(tmp_path / "s.yaml")


def test_what_is_written_has_none(tmp_path: Path) -> None:
    source = {"source": "public", "name": "a norm"}
    fields = tuple(Field(name=name, kind="boolean", provenance={"kind": source}) for name in "xy")
    (tmp_path / "s.yaml").write_text(dump_schema(Schema(fields=fields)), encoding="utf-8")
    assert read_schema(tmp_path / "s.yaml")["y"].provenance["kind"] == source


# Models

SMALL = Schema(
    fields=(
        Field(name="y", kind="categorical", enum=("a", "b", "c")),
        Field(name="n", kind="integer", minimum=0, maximum=900),
        Field(name="w", kind="boolean"),
    ),
    target="y",
)
Changes = Mapping[str, Callable[[Any], Any]]


@pytest.fixture(scope="module", params=[MaxentConfig(), CopulaConfig()], ids=["maxent", "copula"])
def released(request: pytest.FixtureRequest) -> tuple[Config, dict[str, Any]]:
    rng, domains = np.random.default_rng(0), [Domain.of(field) for field in SMALL.fields]
    codes = {each.name: rng.integers(0, each.size, 500).astype(each.dtype) for each in domains}
    mechanism = request.param.calibrate(SMALL, Unit(), Spend(mu_squared=Fraction(10)))
    return request.param, mechanism.run(CodedTable(domains, Private(codes), Unit()), OsNoise()).to_arrays()


def asymmetric(array: Any) -> Any:
    changed = array.copy()
    changed[..., 0, 1] += 0.1
    return changed


CHANGES: list[tuple[str, Callable[[Any], Any]]] = [
    ("classes", lambda a: np.full(a.shape, 2**33)),
    ("classes", lambda a: np.where(a == a.max(), 2**40, a)),
    ("classes", lambda a: a[:, None]),
    ("classes", lambda a: a[:-1]),
    ("classes", lambda a: a[:0]),
    ("classes", lambda a: a.astype(np.float64)),
    ("classes", lambda a: a.astype(np.uint64) + np.uint64(2**63)),
    ("correlation", lambda a: -np.abs(a) - 1),
    ("correlation", lambda a: np.full(a.shape, 1e300)),
    ("correlation", lambda a: np.full(a.shape, np.nan)),
    ("correlation", lambda a: a * 0.5),
    ("correlation", asymmetric),
    ("correlation", lambda a: np.where(np.eye(a.shape[1]) == 1, 1.0, -1 - 5e-7) + 0 * a),
    ("correlation", lambda a: a[0]),
    ("correlation", lambda a: np.ones(a.shape, dtype=np.int64)),
    ("0.starts", lambda a: a[:, None]),
    ("1.starts", lambda a: a[:, None]),
    ("1.starts", lambda a: a.astype(np.float64)),
    ("1.starts", lambda a: a + 1),
    ("1.starts", lambda a: a[::-1]),
    ("1.bins", lambda a: a[:, None]),
    ("1.bins", lambda a: a + 2**40),
    ("1.counts", lambda a: a[:, None]),
    ("1.counts", lambda a: np.full(a.shape, 1e308)),
    ("1.counts", lambda a: -a - 1),
    ("1.counts", lambda a: a.astype(bool)),
    ("1.order", lambda a: a[:, None]),
    ("1.order", lambda a: a * 0),
]


@pytest.mark.parametrize(("name", "change"), CHANGES, ids=[f"{n} {name}" for n, (name, _) in enumerate(CHANGES)])
def test_hostile_arrays_are_refused_when_they_are_read(
    released: tuple[Config, dict[str, Any]], name: str, change: Callable[[Any], Any]
) -> None:
    config, arrays = released
    config.load(SMALL, arrays)
    with pytest.raises(ArtifactError):
        config.load(SMALL, {**arrays, name: change(arrays[name])})


@pytest.mark.parametrize(
    ("generator", "name", "value"),
    [
        ("maxent", "focuses", np.array([[0]])),
        ("maxent", "focuses", np.array([0, 0])),
        ("maxent", "focuses", np.array([7])),
        ("maxent", "pairs", np.array([0, 1])),
        ("maxent", "tables", np.array([[1.0]])),
        ("maxent", "1.mass", np.array([[1.0]])),
        ("copula", "given", np.array([0])),
        ("copula", "given", np.array(0.0)),
        ("copula", "given", np.array(9)),
        ("copula", "1.given", np.array([1.0])),
        ("copula", "1.given", np.full((3, 1), 1e300)),
    ],
)
def test_arrays_of_one_generator_are_held_against_the_schema_too(
    released: tuple[Config, dict[str, Any]], generator: str, name: str, value: Any
) -> None:
    config, arrays = released
    if generator == ("maxent" if isinstance(config, MaxentConfig) else "copula"):
        with pytest.raises(ArtifactError):
            config.load(SMALL, {**arrays, name: value})


def test_a_schema_that_does_not_fit_its_arrays_is_refused(released: tuple[Config, dict[str, Any]]) -> None:
    config, arrays = released
    for schema in (replace(SMALL, fields=SMALL.fields[:2]), replace(SMALL, fields=SMALL.fields[::-1])):
        with pytest.raises(PrivsynthError):
            config.load(schema, arrays)
