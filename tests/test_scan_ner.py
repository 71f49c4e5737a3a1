"""A model that is on the machine helps with names; none is ever fetched, and its failures are said or passed over."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from privsynth.errors import UsageError
from privsynth.pii import ner
from privsynth.pii.model import Sign
from privsynth.pii.ner import Names, Span, open_model
from privsynth.pii.profile import Profile, profile

PEOPLE = ["Xanthe Quill", "Oren Vasquo", "Ilka Brandtner", "Tova Lindqvist", "Maro Deluca"]
KNOWN = re.compile("|".join([*PEOPLE, *(word for name in PEOPLE for word in name.split())]))


def view(cells: Sequence[str | None]) -> Profile:
    return profile(cells, max_cells=20_000, exhaustive=False)


class Fake:
    """Finds the names of a list, and remembers what it was shown."""

    def __init__(self, label: str = "PERSON", pattern: re.Pattern[str] = KNOWN) -> None:
        self.label, self.pattern, self.seen = label, pattern, list[str]()

    def __call__(self, texts: Sequence[str]) -> list[list[Span]]:
        self.seen += texts
        return [[(self.label, *match.span()) for match in self.pattern.finditer(text)] for text in texts]


def signs(cells: Sequence[str | None], fake: Fake | None = None, **options: Any) -> list[Sign]:
    return Names(name="small", find=fake or Fake()).signs(view(cells), **options)


def one(found: list[Sign]) -> Sign:
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("label", ["PERSON", "PER", "B-PER"])
def test_full_names(label: str) -> None:
    sign = one(signs(PEOPLE, Fake(label)))
    assert (sign.source, sign.entity, sign.weight, sign.rule) == ("ner", "PERSON", "names.full", "ner.small")
    assert (sign.n_tested, sign.n_hit) == (5, 5)
    assert 0.6 < sign.strength < 1


def test_single_names_and_other_entities() -> None:
    assert one(signs([name.split()[0] for name in PEOPLE])).weight == "names.one"
    places = re.compile("Ulmhausen|Nordby|Vexford")
    for label, entity in (("GPE", "CITY"), ("LOC", "CITY"), ("ORG", "ORGANIZATION")):
        sign = one(signs(["Ulmhausen", "Nordby", "Vexford"], Fake(label, places)))
        assert (sign.entity, sign.weight) == (entity, "value.shape")
    assert signs(PEOPLE, Fake("PRODUCT")) == []


def test_free_text_counts_spans() -> None:
    notes = [f"The patient was seen by {name} and then by Maro Deluca on ward {n}" for n, name in enumerate(PEOPLE)]
    sign = one(signs([*notes, "nothing to report about the patient of this bed today again"]))
    assert (sign.weight, sign.rule, sign.n_tested, sign.n_hit) == ("span", "ner.small.inside", 6, 10)


def test_a_name_among_other_words_is_inside() -> None:
    sign = one(signs([f"call {PEOPLE[0]} back", "Monday", "Tuesday", "Friday"]))
    assert (sign.weight, sign.n_hit) == ("span", 1)


def test_other_columns_are_not_read() -> None:
    fake = Fake()
    for cells in (
        ["12", "13", "14"],
        ["1.5", "2.5"],
        ["A-1", "B-2", "C-3"],
        ["a@b.co", "c@d.co"],
        [None],
        ["yes", "no"],
    ):
        assert signs(cells, fake) == []
    assert fake.seen == []
    signs(["q 1", "r 2"], fake, headed=["RECORD_ID"])
    assert fake.seen == []
    signs(["q 1", "r 2"], fake, headed=["LAST_NAME"])
    assert sorted(fake.seen) == ["q 1", "r 2"]


def test_at_most_the_sample_is_read() -> None:
    fake = Fake()
    cells = [f"Name {chr(65 + n // 26 % 26)}{chr(97 + n % 26)}{chr(97 + n // 676)}" for n in range(1000)]
    signs(cells, fake)
    assert len(fake.seen) == len(set(fake.seen)) == ner.SAMPLE


def test_few_values_and_part_hits_are_weaker() -> None:
    assert one(signs(PEOPLE[:1])).strength < one(signs(PEOPLE)).strength
    half = one(signs([*PEOPLE, "Green", "Blue", "Red", "White", "Black"]))
    assert 0 < half.strength < one(signs(PEOPLE)).strength


def test_a_model_that_fails_on_a_value_does_not_stop_the_scan() -> None:
    def find(texts: Sequence[str]) -> list[list[Span]]:
        if any("Oren" in text for text in texts):
            raise RuntimeError(texts)
        return Fake()(texts)

    sign = one(Names(name="m", find=find).signs(view(PEOPLE)))
    assert (sign.n_tested, sign.n_hit) == (5, 4)
    short = Names(name="m", find=lambda texts: Fake()(texts)[:1])
    assert one(short.signs(view(PEOPLE))).n_hit == 5


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ner._OFFLINE:
        monkeypatch.setenv(name, "0")


def test_a_spacy_model_in_a_folder(tmp_path: Path, online: None) -> None:
    spacy = pytest.importorskip("spacy")
    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": name} for name in PEOPLE])
    pipeline.to_disk(tmp_path / "ours")
    model = open_model(str(tmp_path / "ours"))
    assert model.name == "ours"
    assert one(model.signs(view(PEOPLE))).n_hit == 5
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_a_spacy_package(monkeypatch: pytest.MonkeyPatch, online: None) -> None:
    spans = [SimpleNamespace(label_="PERSON", start_char=0, end_char=12)]
    pipeline = SimpleNamespace(pipe=lambda texts, batch_size: [SimpleNamespace(ents=spans) for _ in texts])
    fake, util, loaded = ModuleType("spacy"), ModuleType("spacy.util"), list[Any]()
    fake.load = lambda name, exclude: loaded.append(name) or pipeline  # type: ignore[attr-defined]
    util.is_package = lambda name: name == "xx_names"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "spacy", fake)
    monkeypatch.setitem(sys.modules, "spacy.util", util)
    model = open_model("xx_names")
    assert loaded == ["xx_names"]
    assert one(model.signs(view(PEOPLE[:1]))).rule == "ner.xx_names"
    with pytest.raises(UsageError, match=r"`other` is neither an installed spaCy model .* never downloads"):
        open_model("other")


def test_a_transformers_folder_is_read_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, online: None) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    asked: list[dict[str, Any]] = []

    def from_pretrained(folder: str, **options: Any) -> str:
        assert folder == str(tmp_path)
        assert os.environ["HF_HUB_OFFLINE"] == os.environ["TRANSFORMERS_OFFLINE"] == "1"
        asked.append(options)
        return "part"

    def classify(texts: list[str]) -> list[list[dict[str, Any]]]:
        return [[{"entity_group": "PER", "start": 0, "end": len(text), "score": 0.9}] for text in texts]

    fake = ModuleType("transformers")
    loader = SimpleNamespace(from_pretrained=from_pretrained)
    fake.AutoTokenizer = fake.AutoModelForTokenClassification = loader  # type: ignore[attr-defined]
    fake.pipeline = lambda task, **options: classify  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "transformers", fake)
    assert one(open_model(str(tmp_path)).signs(view(PEOPLE))).weight == "names.full"
    assert all(each["local_files_only"] and not each["trust_remote_code"] for each in asked)
    assert asked[1]["use_safetensors"]


def test_what_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, online: None) -> None:
    with pytest.raises(UsageError, match="holds no model"):
        open_model(str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(UsageError, match=r"needs transformers, which is not installed\. Install privsynth\[ner\]"):
        open_model(str(tmp_path))
    monkeypatch.setitem(sys.modules, "spacy.util", None)
    with pytest.raises(UsageError, match="needs spaCy, which is not installed"):
        open_model("xx_names")


def test_a_damaged_model_is_said(tmp_path: Path, online: None) -> None:
    pytest.importorskip("spacy")
    (tmp_path / "meta.json").write_text("{")
    with pytest.raises(UsageError, match=r"could not be loaded .*Install it again"):
        open_model(str(tmp_path))
