"""Signs add up: each class of evidence once, wider kinds for narrower ones, entities against each other and against nothing."""

from __future__ import annotations

import json
import math

import pytest

from privsynth.pii import weights as learned_weights
from privsynth.pii.context import context_signs, key_context
from privsynth.pii.entities import ENTITIES, lineage
from privsynth.pii.model import Sign
from privsynth.pii.posterior import NOTHING, UNSEEN, candidates, counted, posterior, settled
from privsynth.pii.profile import profile
from privsynth.pii.verdict import finding

WEIGHTS = {
    "prior.direct": -3.0,
    "prior.quasi": -3.0,
    "prior.unseen": -30.0,
    "header.strong": 6.0,
    "header.weak": 2.0,
    "header.denied": -6.0,
    "value.form": 7.0,
    "value.checksum": 5.0,
    "fit.cannot": -5.0,
}


def sign(entity: str, weight: str, strength: float = 1.0, source: str = "header") -> Sign:
    return Sign(source=source, entity=entity, weight=weight, strength=strength, rule="rule")  # type: ignore[arg-type]


def logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def test_log_odds_add() -> None:
    signs = [sign("URL", "header.strong"), sign("URL", "value.form", 0.5, "value")]
    assert posterior(signs, WEIGHTS)["URL"] == pytest.approx(logistic(-3 + 6 + 3.5))


def test_a_class_of_evidence_counts_once() -> None:
    signs = [sign("URL", "header.strong"), sign("URL", "header.weak"), sign("URL", "value.form", 1.0, "value")]
    twice = [*signs, sign("URL", "value.checksum", 1.0, "checksum")]
    assert posterior(signs, WEIGHTS) == posterior(twice, WEIGHTS)
    assert [each.weight for each in counted("URL", signs, WEIGHTS)] == ["header.strong", "value.form"]


def test_what_speaks_against_is_counted_beside_what_speaks_for() -> None:
    signs = [sign("URL", "header.strong"), sign("URL", "header.denied")]
    assert posterior(signs, WEIGHTS)["URL"] == pytest.approx(logistic(-3))


def test_a_wider_kind_speaks_for_a_narrower_one_and_not_the_other_way() -> None:
    signs = [sign("NATIONAL_ID", "header.strong"), sign("ES_NIF", "value.checksum", 1.0, "checksum")]
    chances = posterior(signs, WEIGHTS)
    assert lineage("ES_NIF") == ("ES_NIF", "NATIONAL_ID")
    assert chances["ES_NIF"] / chances["NATIONAL_ID"] == pytest.approx(math.exp(5))
    assert chances["NATIONAL_ID"] / chances[NOTHING] == pytest.approx(math.exp(3))


def test_entities_compete_with_each_other_and_with_nothing() -> None:
    chances = posterior([sign("URL", "header.strong"), sign("AGE", "header.strong")], WEIGHTS)
    assert chances["URL"] == pytest.approx(chances["AGE"])
    assert sum(chances.values()) == pytest.approx(1)
    assert posterior([], WEIGHTS) == pytest.approx({NOTHING: 1.0, UNSEEN: 0.0})


def test_nobody_is_certain_because_nobody_looked() -> None:
    wary = {**WEIGHTS, "prior.unseen": -2.0, "unseen.text": 1.0}
    chances = posterior([sign(UNSEEN, "unseen.text", 0.5, "text")], wary)
    assert chances[NOTHING] == pytest.approx(logistic(1.5))
    assert finding("x", [sign(UNSEEN, "unseen.text", 0.5, "text")], None, weights=wary).entity is None


def test_an_entity_that_nothing_speaks_for_is_no_candidate() -> None:
    assert candidates([sign("URL", "fit.cannot"), sign("AGE", "header.weak", 0.0)], WEIGHTS) == ()


def test_a_header_decides_which_part_of_a_name_the_lists_found() -> None:
    found = settled([sign("LAST_NAME", "header.strong"), sign("FIRST_NAME", "names.one", 1.0, "names")])
    assert {each.entity for each in found} == {"LAST_NAME"}


def test_every_weight_is_finite_and_every_entity_has_a_prior() -> None:
    weights = learned_weights.learned()
    assert all(math.isfinite(value) for value in weights.values())
    assert {f"prior.{row.role}" for row in ENTITIES.values()} <= set(weights)


def test_a_name_beside_a_birth_date_is_a_persons() -> None:
    beside = {"name": [sign("PERSON", "header.ambiguous")], "dob": [sign("DATE_OF_BIRTH", "header.strong")]}
    assert [each.weight for each in context_signs(beside)["name"]] == ["context.person"]
    assert context_signs(beside)["dob"] == []
    alone = {"name": beside["name"], **{f"c{number}": [] for number in range(4)}}
    assert [each.weight for each in context_signs(alone)["name"]] == ["context.things"]
    assert context_signs({"name": beside["name"]}) == {"name": []}


def test_a_direct_identifier_in_doubt_is_for_review() -> None:
    unsure = {**WEIGHTS, "header.strong": 3.1}
    found = finding("x", [sign("URL", "header.strong")], None, weights=unsure)
    assert (found.role, found.action, found.entity) == ("review", "drop", "URL")
    assert found.confidence == pytest.approx(logistic(0.1))
    assert finding("x", [sign("URL", "header.weak")], None, weights=WEIGHTS).role == "safe"


def test_doubt_between_two_direct_identifiers_is_no_doubt_that_it_is_one() -> None:
    found = finding("x", [sign("URL", "header.strong"), sign("PHONE_NUMBER", "header.strong")], None, weights=WEIGHTS)
    assert found.role == "direct"
    assert found.confidence < 0.5


def test_a_likely_identifier_behind_a_likelier_place_asks_for_review() -> None:
    signs = [sign("CITY", "header.strong"), sign("PERSON", "header.strong")]
    lower = {**WEIGHTS, "prior.direct": -3.3}
    found = finding("x", signs, None, weights=lower)
    assert (found.entity, found.role, found.action) == ("CITY", "review", "drop")
    assert found.reason.startswith("may be PERSON (4")


def test_a_column_without_a_value_holds_nothing_and_keeps_the_role_of_its_header() -> None:
    empty = profile([None, ""], max_cells=10, exhaustive=False)
    found = finding("mail", [sign("EMAIL_ADDRESS", "header.strong")], empty, weights=WEIGHTS)
    assert (found.entity, found.role) == (None, "direct")
    assert "no value" in found.reason


def test_text_that_nothing_explains_is_for_review() -> None:
    view = profile(
        [f"zorp{chr(97 + n % 26)}{chr(97 + n // 26)} glim" for n in range(60)], max_cells=99, exhaustive=False
    )
    assert finding("c1", [], view, weights=WEIGHTS).role == "review"


def test_laws_are_named_by_letter_and_article() -> None:
    found = finding("x", [sign("CREDIT_CARD", "header.strong")], None, weights=WEIGHTS)
    assert (found.hipaa, found.gdpr, found.pci) == ("J", "4(1)", "3.5")
    assert json.loads(json.dumps(found.to_json()))["hipaa"] == "J"


def test_codes_that_never_repeat_beside_people_are_keys() -> None:
    codes = [Sign(source="uniqueness", entity="RECORD_ID", weight="key.shape", rule="x")]
    assert [each.weight for each in key_context([], codes, 2)] == ["context.key"]
    assert key_context([], codes, 1) == []
    assert key_context([sign("URL", "header.weak")], codes, 5) == []
    assert key_context([], [], 5) == []
