"""The owner's rules of a scan: read in full or refused with a reason, and matched in a bounded time."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from privsynth.errors import SchemaError
from privsynth.pii import custom
from privsynth.pii.custom import Rules, words_in
from privsynth.pii.custom_file import read_rules, rules_from_document
from privsynth.pii.entities import ENTITIES
from privsynth.pii.model import ColumnFinding, Sign
from privsynth.pii.profile import Profile, profile

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "scan_rules.yaml"
SCHEMA = Draft202012Validator(json.loads((ROOT / "schemas" / "scan_rules.schema.json").read_text()))
STAFF = {"name": "Staff", "supported_entity": "STAFF_NUMBER", "patterns": [{"regex": r"\bE-\d{6}\b", "score": 0.8}]}


def view(cells: Sequence[str | None]) -> Profile:
    return profile(cells, max_cells=20_000, exhaustive=False)


def rules(**document: Any) -> Rules:
    assert not list(SCHEMA.iter_errors(document))
    return rules_from_document(document)


def one(signs: list[Sign]) -> Sign:
    assert len(signs) == 1, signs
    return signs[0]


def refused(document: Any, *words: str) -> None:
    with pytest.raises(SchemaError) as caught:
        rules_from_document(document, where="rules.yaml")
    message = caught.value.message
    assert "rules.yaml" in message
    assert message.count(". ") >= 1
    for word in words:
        assert word in message, message


def test_the_example_is_read_and_is_of_the_json_schema() -> None:
    assert not list(SCHEMA.iter_errors(yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))))
    found = read_rules(EXAMPLE)
    assert found.countries == ("DE", "FR")
    assert found.notes == ()
    assert found.entities["STAFF_NUMBER"].role == "direct"
    assert found.entities["STAFF_NUMBER"].faker == "uuid4"
    assert found.entities["STUDY_WARD"].singles_out
    assert found.entities["OCCUPATION"].role == "sensitive"
    assert found.entities["OCCUPATION"].family == ENTITIES["OCCUPATION"].family
    assert one(found.value_signs(view([f"E-{n}" for n in range(100_000, 100_050)]))).entity == "STAFF_NUMBER"


def test_presidios_own_files_are_read_as_they_are() -> None:
    spec = find_spec("presidio_analyzer")
    if spec is None or spec.origin is None:
        pytest.skip("presidio is not installed")
    folder = Path(spec.origin).parent / "conf"
    found = read_rules(folder / "example_recognizers.yaml")
    assert {pattern.entity for pattern in found.patterns} == {"ZIP", "TITLE"}
    assert found.entities["ZIP"].role == "review"
    assert len(found.notes) == 2
    default = read_rules(folder / "default_recognizers.yaml")
    assert default.patterns == ()
    assert "presidio's own" in default.notes[0]


@pytest.mark.parametrize(("score", "weight"), [(0.9, "value.form"), (0.4, "value.shape"), (0.1, "value.loose")])
def test_the_score_names_the_weight(score: float, weight: str) -> None:
    found = rules(recognizers=[STAFF | {"patterns": [{"regex": r"E-\d{6}", "score": score}]}])
    sign = one(found.value_signs(view(["E-123456", "e-123457"])))
    assert (sign.source, sign.weight, sign.rule, sign.n_tested, sign.n_hit) == (
        "recogniser",
        weight,
        "custom.Staff",
        2,
        2,
    )


def test_strength_grows_with_values_and_share() -> None:
    found = rules(recognizers=[STAFF])
    values = [f"E-{n}" for n in range(100_000, 100_100)]
    few, many = one(found.value_signs(view(values[:1]))), one(found.value_signs(view(values)))
    assert 0.6 < few.strength < many.strength <= 1
    mixed = found.value_signs(view([*values[:50], *(f"other {n}" for n in range(50))]))
    assert 0 < one(mixed).strength < many.strength
    assert found.value_signs(view(["nothing", "of it"])) == []
    assert found.value_signs(view([])) == []


def test_matches_inside_longer_values_are_spans() -> None:
    found = rules(recognizers=[STAFF])
    notes = [f"seen by E-12345{n} today" for n in range(5)] + ["seen by nobody"]
    sign = one(found.value_signs(view(notes)))
    assert (sign.source, sign.weight, sign.n_tested, sign.n_hit) == ("span", "span", 6, 5)
    rare = one(found.value_signs(view(["E-123456", *(f"x{n}" for n in range(40))])))
    assert (rare.source, rare.n_hit) == ("span", 1)
    weak = rules(recognizers=[STAFF | {"patterns": [{"regex": r"\d", "score": 0.05}]}])
    assert weak.value_signs(view(notes)) == []


def test_context_words_in_the_header_raise_the_score() -> None:
    weak = {"patterns": [{"regex": r"\d{5}", "score": 0.3}], "context": ["staff number"]}
    found = rules(recognizers=[STAFF | weak])
    cells = view(["12345", "23456"])
    assert one(found.value_signs(cells, name="amount")).weight == "value.shape"
    assert one(found.value_signs(cells, name="the_StaffNumber")).weight == "value.form"
    several = {"supported_languages": [{"language": "de", "context": ["Personal"]}, {"language": "en"}]}
    found = rules(recognizers=[STAFF | weak | several])
    assert one(found.value_signs(cells, name="personal")).weight == "value.form"


def test_a_deny_list_matches_whole_words() -> None:
    found = rules(
        recognizers=[{"name": "Wards", "supported_entities": ["ward"], "deny_list": ["North 4", "A+", "Dr."]}]
    )
    assert one(found.value_signs(view(["north 4", "A+", "Dr."]))).weight == "value.form"
    assert one(found.value_signs(view(["to North 4 on Monday", "x", "y", "z"]))).source == "span"
    assert found.value_signs(view(["North 45", "xA+", "Drs"])) == []
    assert found.entities["WARD"].role == "review"


def test_a_slow_pattern_is_refused_and_never_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    refused({"recognizers": [STAFF | {"patterns": [{"regex": "(a|aa)+c", "score": 1}]}]}, "far too long", "`Staff`")
    sly = rules(recognizers=[STAFF | {"patterns": [{"name": "x", "regex": "(z|zz)+c", "score": 1}]}])
    monkeypatch.setattr(custom, "SECONDS_EACH", 0.01)
    monkeypatch.setattr(custom, "SECONDS_ALL", 0.1)
    start = time.perf_counter()
    sign = one(sly.value_signs(view(["z" * 60 + str(n) for n in range(500)])))
    assert time.perf_counter() - start < 3
    assert (sign.source, sign.rule, sign.n_hit) == ("span", "custom.Staff (too slow)", 500)


def test_headers_by_words_in_a_row_or_by_a_pattern() -> None:
    found = rules(
        headers={"MEDICAL_RECORD_NUMBER": ["Kranken Akte", "/c\\d+_akte/"], "CITY": ["ville"], "PERSON": ["nom"]}
    )
    for name in ("KrankenAkte", "kranken-akte nr", "KRANKEN_AKTE", "C12_Akte"):
        sign = one(found.header_signs(name))
        assert (sign.source, sign.entity, sign.weight) == ("header", "MEDICAL_RECORD_NUMBER", "header.strong")
        assert sign.rule == "custom.MEDICAL_RECORD_NUMBER"
    assert [sign.entity for sign in found.header_signs("nom, ville")] == ["CITY", "PERSON"]
    for name in ("akte", "kranken", "krankenakten", "c12_akte_alt", "nombre", ""):
        assert found.header_signs(name) == []


def test_words_of_headers() -> None:
    assert words_in("StaffNo2 (État)") == ("staff", "no2", "etat")
    assert words_in("") == ()


def test_countries_are_checked_and_norway_is_one() -> None:
    assert rules(countries=["de", "UK", "GB", False]).countries == ("DE", "GB", "NO")
    refused({"countries": ["Germany"]}, "'Germany'", "ISO 3166")


def test_settled_columns() -> None:
    found = rules(allow={"columns": ["Device Model", "/lab_.*/"], "shapes": ["AAA-99"]})
    assert found.declared("device model")
    assert found.declared("LAB_code")
    assert found.declared("device model name") is None
    assert found.declared("name") is None
    codes = view([f"ABC-{n}" for n in range(10, 40)])
    assert "30 of 30 values" in str(found.declared("code", codes))
    assert found.declared("code", view(["ABC-10", "Anna"])) is None
    assert found.declared("code", view([])) is None
    direct = ColumnFinding(
        name="lab_x", entity="PERSON", confidence=0.9, role="direct", action="fake", reason="r", faker="name"
    )
    settled = found.settled(direct)
    assert (settled.role, settled.action, settled.entity, settled.faker) == ("safe", "keep", None, None)
    assert settled.reason == "declared by the owner to be no personal data (allow.columns)"
    other = ColumnFinding(name="x", entity=None, confidence=0.9, role="review", action="drop", reason="r")
    assert found.settled(other) is other
    assert found.settled(other, codes).role == "safe"


def test_an_empty_file_has_no_rules(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("")
    assert read_rules(tmp_path / "r.yaml") == Rules()
    assert rules(recognizers=[STAFF | {"enabled": False}]).patterns == ()
    with pytest.raises(SchemaError, match="There is no file"):
        read_rules(tmp_path / "none.yaml")


def test_flags_are_presidios() -> None:
    assert rules(recognizers=[STAFF], global_regex_flags=0).value_signs(view(["e-123456", "e-1"])) == []
    refused({"global_regex_flags": "x", "recognizers": []}, "global_regex_flags")


PATTERN = {"regex": "a", "score": 0.5}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], ["The document is not a mapping"]),
        ({"recognisers": []}, ["unknown key `recognisers`", "recognizers"]),
        ({"recognizers": {"x": 1}}, ["`recognizers` is not a list"]),
        ({"recognizers": [{"patterns": [PATTERN]}]}, ["Recogniser 1 has no name"]),
        ({"recognizers": [STAFF | {"pattern": []}]}, ["unknown key `pattern`"]),
        ({"recognizers": [{"name": "x", "supported_entity": "X_Y"}]}, ["neither patterns nor a deny_list", "`x`"]),
        ({"recognizers": [{"name": "x", "patterns": [PATTERN]}]}, ["The entities", "`x`", "are 0"]),
        ({"recognizers": [STAFF | {"supported_entities": ["A", "B"]}]}, ["are 2"]),
        ({"recognizers": [STAFF | {"supported_entity": "7"}]}, ["'7'", "capitals"]),
        ({"recognizers": [STAFF | {"patterns": [{"regex": "(", "score": 1}]}]}, ["is no pattern at character"]),
        ({"recognizers": [STAFF | {"patterns": [{"regex": "", "score": 1}]}]}, ["is no text"]),
        ({"recognizers": [STAFF | {"patterns": [{"regex": "a", "score": 2}]}]}, ["The score", "is 2", "0 to 1"]),
        ({"recognizers": [STAFF | {"patterns": [{"regex": "a"}]}]}, ["The score", "None"]),
        ({"recognizers": [STAFF | {"patterns": ["a"]}]}, ["A pattern", "not a mapping"]),
        ({"recognizers": [STAFF | {"deny_list": "a"}]}, ["The deny_list", "not a list"]),
        ({"recognizers": [STAFF | {"deny_list": [["a"]]}]}, ["holds something that is no text"]),
        ({"headers": {"STAFF": ["x"]}}, ["'STAFF'", "no entity", "`entities`"]),
        ({"headers": {"CITY": "ville"}}, ["`headers.CITY` is not a list"]),
        ({"headers": {"CITY": ["?"]}}, ["an entry without a word"]),
        ({"headers": {"CITY": ["/(/"]}}, ["The pattern /(/", "is no pattern"]),
        ({"allow": {"cols": []}}, ["unknown key `cols`"]),
        ({"allow": {"shapes": ["MRN-99"]}}, ["'MRN-99'", "digits as 9"]),
        ({"entities": {"my_id": {"role": "direct"}}}, ["`my_id`", "capitals"]),
        ({"entities": {"MY_ID": {}}}, ["The role of the entity `MY_ID` is None", "direct"]),
        ({"entities": {"MY_ID": {"role": "secret"}}}, ["'secret'"]),
        ({"entities": {"MY_ID": {"role": "direct", "action": "hash"}}}, ["The action", "'hash'"]),
        ({"entities": {"MY_ID": {"role": "direct", "action": "fake"}}}, ["The faker", "None"]),
        ({"entities": {"MY_ID": {"role": "direct", "action": "fake", "faker": "nothing"}}}, ["The faker", "'nothing'"]),
        ({"entities": {"MY_ID": {"role": "direct", "parent": "NONE_SUCH"}}}, ["The parent", "'NONE_SUCH'"]),
        ({"entities": {"MY_ID": {"role": "direct", "parent": "MY_ID"}}}, ["leads back"]),
        (
            {"entities": {"AA": {"role": "direct", "parent": "BB"}, "BB": {"role": "direct", "parent": "AA"}}},
            ["leads back"],
        ),
        ({"entities": {"MY_ID": {"role": "direct", "colour": 1}}}, ["unknown key `colour`"]),
    ],
)
def test_what_is_wrong_is_said(document: Any, words: list[str]) -> None:
    refused(document, *words)


def test_json_schema_refuses_unknown_keys_too() -> None:
    for document in ({"recognisers": []}, {"allow": {"cols": []}}, {"entities": {"MY_ID": {"role": "secret"}}}):
        assert list(SCHEMA.iter_errors(document))
    assert not list(SCHEMA.iter_errors({"recognizers": [{"name": "x", "type": "predefined", "config_path": "y"}, "z"]}))
