"""Made-up people agree with themselves, with the modelled columns and over their rows; they are a function of the schema and a seed."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest

import privsynth
from privsynth.errors import SchemaError, UsageError
from privsynth.generators.births import ages_on, born_in, born_with
from privsynth.generators.fakes import Fakes, faked, is_known
from privsynth.generators.grouping import constant_columns, group_sizes
from privsynth.generators.personae import _plain
from privsynth.generators.place_facts import UNITED_STATES
from privsynth.generators.places import _zip_ranges, locale_of
from privsynth.tableschema import read_schema, schema_from_document, schema_to_document
from privsynth.tableschema.person import LAST_DAY, PersonColumns, RowsPerPerson, folded, person_of

ROOT = Path(__file__).parents[1]
LOCALES = ("en_US", "de_DE", "fr_FR")
SEXES = {"en_US": ["female", "male"], "de_DE": ["weiblich", "männlich", "divers"], "fr_FR": ["F", "H"]}
IN_FORM = {
    "en_US": r"\(\d{3}\) 555-01\d\d",
    "de_DE": r"030 23125\d{3}|040 66969\d{3}|089 99998\d{3}|0221 4710\d{3}|069 90009\d{3}|0171 39200\d\d|0176 040690\d\d",
    "fr_FR": r"(01 99 00|02 61 91|03 53 01|04 65 71|05 36 49) \d\d \d\d",
}


def kept(name: str, kind: str, **limits: Any) -> dict[str, Any]:
    return {"name": name, "constraints": {"required": True, **limits}, "privsynth": {"kind": kind}}


def anew(name: str, faker: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "privsynth": {"kind": "text", "role": "direct", "action": "fake", "faker": faker}, **more}


def document(*fields: Mapping[str, Any], **root: Any) -> dict[str, Any]:
    return {"fields": list(fields), "privsynth": root}


def everything(locale: str, *modelled: Mapping[str, Any], **person: Any) -> dict[str, Any]:
    made = (
        "first_name",
        "last_name",
        "name",
        "email",
        "user_name",
        "phone_number",
        "street_address",
        "city",
        "postcode",
    )
    made += ("state", "address", "country")
    return document(*modelled, *(anew(each, each) for each in made), person={"locale": locale, **person})


def people(locale: str, rows: int = 2_000) -> pd.DataFrame:
    modelled = (
        kept("sex", "categorical", enum=SEXES[locale]),
        kept("birth_date", "date", minimum="1930-01-01", maximum="2006-06-30"),
        kept("age", "integer", minimum=18, maximum=90),
    )
    return privsynth.mock(everything(locale, *modelled, as_of="2024-06-30"), rows, seed=3)


def pools(locale: str) -> tuple[set[str], set[str]]:
    from faker import Faker

    provider = next(each for each in Faker(locale).get_providers() if "person" in type(each).__module__)
    return set(provider.first_names_female), set(provider.first_names_male)


@pytest.mark.parametrize("locale", LOCALES)
def test_people_agree_with_themselves_and_with_what_is_modelled(locale: str) -> None:
    found = people(locale)
    female, male = pools(locale)
    for label, pool in zip(SEXES[locale], (female, male, female | male), strict=False):
        assert set(found.first_name[found.sex == label]) <= pool, label
    assert (found.name == found.first_name + " " + found.last_name).all()
    local = found.email.str.split("@").str[0]
    assert (local == found.user_name).all()
    assert found.email.str.fullmatch(r"[a-z0-9.]+@example\.(com|net|org)").all()
    assert all(_plain(last, locale) in own for last, own in zip(found.last_name, local, strict=True))
    assert all(own[0] == _plain(first, locale)[0] for first, own in zip(found.first_name, local, strict=True))
    born = pd.to_datetime(found.birth_date)
    before = [(each.month, each.day) <= (6, 30) for each in born]
    assert (found.age == 2024 - born.dt.year - 1 + np.array(before)).all()
    assert (found.groupby("postcode")[["city", "state"]].nunique() == 1).all(axis=None)
    assert found.phone_number.str.fullmatch(IN_FORM[locale]).all()
    assert all(part in whole for part, whole in zip(found.postcode, found.address, strict=True))
    assert all(part in whole for part, whole in zip(found.city, found.address, strict=True))
    assert found.country.nunique() == 1


def test_american_places_have_a_zip_code_and_an_area_code_of_their_state() -> None:
    from faker import Faker

    found, ranges = people("en_US"), _zip_ranges()
    lines = [line.split("|") for line in UNITED_STATES.splitlines()]
    short = {state: code for code, state, _, _ in lines}
    areas = {state: set(codes.split()) for _, state, codes, _ in lines}
    assert len(short) == 51
    assert set(found.state) == set(short)
    for state, code, phone in zip(found.state, found.postcode, found.phone_number, strict=True):
        assert any(low <= int(code) <= high for low, high in ranges[short[state]])
        assert phone[1:4] in areas[state]
    (known,) = (each.states_postcode for each in Faker("en_US").get_providers() if hasattr(each, "states_postcode"))
    for code, (low, high) in known.items():  # an independent list of the same facts
        assert code not in ranges or any(a <= low and high <= b for a, b in ranges[code]), code


@pytest.mark.parametrize(
    ("locale", "labels", "state"),
    [
        ("en_US", {"06510": "Connecticut", "90210": "California", "606": "Illinois", "7030": "New Jersey"}, None),
        ("de_DE", {"50668": "Nordrhein-Westfalen", "01099": "Sachsen", "80333": "Bayern"}, None),
        ("fr_FR", {"69003": "Auvergne-Rhône-Alpes", "75011": "Île-de-France"}, None),
    ],
)
def test_a_modelled_postcode_has_one_city_in_its_state(locale: str, labels: dict[str, str], state: None) -> None:
    found = privsynth.mock(everything(locale, kept("zip", "categorical", enum=list(labels))), 300, seed=1)
    said = found.zip.astype(str).str.zfill(3)
    assert [labels[code] for code in said] == list(found.state)
    assert (found.groupby("zip").city.nunique() == 1).all()
    assert all(str(own).startswith(code.rstrip("*")) for code, own in zip(said, found.postcode, strict=True))
    assert found.postcode[said != "7030"].str.fullmatch(r"\d{5}").all()


def test_a_modelled_state_or_city_is_where_people_live() -> None:
    labels = ["NY", "tx", "California", "Atlantis"]
    found = privsynth.mock(everything("en_US", kept("state_code", "categorical", enum=labels)), 400, seed=1)
    for label, state in (("NY", "New York"), ("tx", "Texas"), ("California", "California")):
        assert set(found.state[found.state_code == label]) == {state}
    assert found.state[found.state_code == "Atlantis"].nunique() > 5
    assert found.city[found.state_code == "NY"].nunique() > 5
    town = kept("town", "categorical", enum=["Köln", "Trier", "Nirgendwo"])
    found = privsynth.mock(everything("de_DE", town), 300, seed=1)
    assert (found.city == found.town).all()
    assert set(found.postcode[found.town == "Trier"]) == {"54290"}
    assert found.phone_number[found.town == "Köln"].str.startswith("0221 4710").all()


def test_a_modelled_country_chooses_names_and_places() -> None:
    labels = ["DE", "France", "USA", "Ruritania"]
    fields = (kept("country_code", "categorical", enum=labels), kept("sex", "categorical", enum=["f", "m"]))
    found = privsynth.mock(
        document(*fields, anew("n", "first_name"), anew("c", "country"), anew("p", "phone_number")), 600, seed=1
    )
    for label, locale, name in (
        ("DE", "de_DE", "Deutschland"),
        ("France", "fr_FR", "France"),
        ("USA", "en_US", "United States"),
    ):
        own = found[found.country_code == label]
        assert set(own.c) == {name}
        assert set(own.n[own.sex == "f"]) <= pools(locale)[0]
        assert own.p.str.fullmatch(IN_FORM[locale]).all()
    assert set(found.c[found.country_code == "Ruritania"]) == {"United States"}
    assert locale_of("Vereinigte Staaten") == "en_US"


def test_birth_dates_that_are_made_agree_with_the_age_and_the_year() -> None:
    age, year = kept("age", "integer", minimum=0, maximum=99), kept("yob", "integer", minimum=1920, maximum=2020)
    born = anew("dob", "date_of_birth", format="%d.%m.%Y")
    person = {"as_of": "2020-02-29"}
    found = privsynth.mock(document(age, born, person=person), 500, seed=2)
    days = pd.to_datetime(found.dob, format="%d.%m.%Y").to_numpy().astype("datetime64[D]").astype(np.int64)
    assert (ages_on(days, date(2020, 2, 29)) == found.age).all()
    found = privsynth.mock(document(year, born), 500, seed=2)
    assert (found.dob.str[-4:].astype(int) == found.yob).all()
    found = privsynth.mock(document(age, year, born, person=person), 500, seed=2)
    days = pd.to_datetime(found.dob, format="%d.%m.%Y").to_numpy().astype("datetime64[D]").astype(np.int64)
    assert (ages_on(days, date(2020, 2, 29)) == found.age).all()
    assert (found.dob.str[-4:].astype(int) == found.yob).all()
    birth = kept("birth_date", "datetime", minimum="1950-01-01", maximum="1960-01-01")
    found = privsynth.mock(document(birth, anew("dob", "date_of_birth")), 50, seed=2)
    assert (found.dob == found.birth_date.dt.strftime("%Y-%m-%d")).all()
    alone = privsynth.mock(document(anew("dob", "date_of_birth")), 50, seed=2)
    assert alone.dob.between("1925-01-01", "2025-12-31").all()


def test_ages_and_days_of_birth_are_each_others_inverse() -> None:
    days = np.arange(-40_000, 19_000, 7)
    for day in (date(2024, 2, 29), date(2023, 2, 28), date(2024, 12, 31), date(2024, 1, 1)):
        ages = ages_on(days, day)
        first, last = born_with(ages, day)
        assert ((first <= days) & (days <= last)).all()
        assert (ages_on(first, day) == ages).all()
        assert (ages_on(last, day) == ages).all()
        assert (ages_on(first - 1, day) == ages + 1).all()
        assert (ages_on(last + 1, day) == ages - 1).all()
    first, last = born_in(np.array([1999, 2000]))
    assert (last - first + 1).tolist() == [365, 366]


def test_labels_of_sex_mean_what_they_say_or_what_is_declared() -> None:
    who = PersonColumns(columns={})
    assert who.sexes(["F", "m", "Female", "männlich", "w", "divers", "1", "2"]) == (0, 1, 0, 1, 0, 2, 2, 2)
    assert who.sexes(["H", "M"]) == (1, 0)
    coded = {"columns": {"sex": "g"}, "sex": {"female": [2], "male": ["1"]}}
    fields = (kept("g", "categorical", enum=["1", "2", "9"]), anew("n", "first_name"), anew("s", "sex"))
    found = privsynth.mock(document(*fields, person=coded), 300, seed=1)
    female, male = pools("en_US")
    assert set(found.n[found.g == 2]) <= female
    assert set(found.n[found.g == 1]) <= male
    assert set(zip(found.g, found.s, strict=True)) == {(1, "male"), (2, "female"), (9, "other")}
    own = anew("s", "sex", constraints={"enum": ["W", "M"]})
    found = privsynth.mock(document(own, anew("n", "first_name")), 200, seed=1)
    assert set(found.n[found.s == "W"]) <= female
    assert set(found.s) == {"W", "M"}


def test_names_of_one_sex_stay_names_of_that_sex() -> None:
    found = privsynth.mock(
        document(anew("n", "first_name_male"), anew("f", "first_name"), anew("s", "sex")), 100, seed=1
    )
    assert set(found.s) == {"male"}
    assert set(found.f) <= pools("en_US")[1]
    assert (found.n == found.f).all()
    both = privsynth.mock(
        document(anew("n", "name_female"), anew("m", "first_name_male"), anew("s", "sex")), 100, seed=1
    )
    assert set(both.s) == {"female", "male"}


@pytest.mark.parametrize(
    ("locale", "form"), [("ja_JP", r"\S+ \S+"), ("zh_CN", r"\S+"), ("pl_PL", r".+ .+"), ("en_GB", ".+ .+")]
)
def test_other_locales_have_people_too(locale: str, form: str) -> None:
    made = ("name", "email", "phone_number", "city", "address", "country", "postcode")
    found = privsynth.mock(document(*(anew(each, f"{locale}:{each}") for each in made)), 60, seed=1)
    assert found.name.str.fullmatch(form).all()
    assert found.email.str.fullmatch(r"[a-z0-9.]+@example\.(com|net|org)").all()
    assert (found.groupby("postcode").city.nunique() == 1).all()
    assert found.phone_number.str.contains(r"\d").all()
    assert all(city in whole for city, whole in zip(found.city, found.address, strict=True))


def test_a_stand_in_without_a_locale_follows_one_that_has_one() -> None:
    found = privsynth.mock(document(anew("n", "de_DE:last_name"), anew("e", "email"), anew("c", "city")), 50, seed=1)
    assert all(_plain(last, "de_DE") in mail for last, mail in zip(found.n, found.e, strict=True))
    assert _plain("Müller-Groß", "de_DE") == "muellergross"
    assert _plain("Łukasz", "pl_PL") == "lukasz"
    assert _plain("-", "en_US") == "person"


def test_which_stand_ins_are_known() -> None:
    known = ("state_abbr", "sex", "date_of_birth", "fr_FR:state", "de_DE:date_of_birth", "en_US:state_abbr")
    assert all(map(is_known, known))
    assert not any(map(is_known, ("de_DE:state_abbr", "fr_FR:nothing", "xx_XX:sex")))


def test_one_more_column_changes_no_other_one_and_a_stream_is_one_pool() -> None:
    few, more = ("first_name", "email"), ("city", "first_name", "phone_number", "email")
    made = [
        privsynth.mock(document(*(anew(each, each) for each in names)), 100, seed=5)[list(few)] for names in (few, more)
    ]
    pd.testing.assert_frame_equal(made[0], made[1])
    schema = schema_from_document(document(*(anew(each, each) for each in more)))
    whole = Fakes(schema, 90, np.random.default_rng(1)).next(90)
    parts = Fakes(schema, 90, np.random.default_rng(1))
    streamed = [parts.next(50), parts.next(40)]
    for name in more:
        assert [cell for part in streamed for cell in part[name].to_pylist()] == whole[name].to_pylist()


def of_people(law: str | int, rows: int = 3_000, **person: Any) -> pd.DataFrame:
    fields = (
        anew("patient", "uuid4"),
        kept("sex", "categorical", enum=["F", "M"]),
        kept("birth_date", "date", minimum="1930-01-01", maximum="2006-06-30"),
        kept("dept", "categorical", enum=["a", "b", "c"]),
        kept("race", "categorical", enum=["x", "y", "z"]),
        anew("name", "name"),
        anew("email", "email"),
        anew("job", "job"),
        anew("card", "credit_card_number"),
        anew("iban", "iban"),
        anew("visit", "uuid4"),
    )
    made = document(*fields, unit={"column": "patient", "max_rows": 4}, person={"constant": ["race", "iban"], **person})
    return privsynth.mock(made, rows, seed=1, rows_per_person=law)


@pytest.mark.parametrize("law", [4, "geometric:4"])
def test_rows_of_a_person_agree(law: str | int) -> None:
    found = of_people(law)
    groups = found.groupby("patient")
    constant = ["sex", "birth_date", "race", "name", "email", "job", "iban"]
    assert (groups[constant].nunique() == 1).all(axis=None)
    sizes = groups.size()
    assert set(sizes) == {1, 2, 3, 4}
    share = (sizes == 1).mean()
    assert abs(share - (0.25 if law == 4 else 0.5)) < 0.05
    assert found.visit.is_unique
    assert (groups[["dept", "card"]].nunique() > 1).any().all()
    assert found.birth_date.nunique() > len(sizes) * 0.9
    assert len(found) == 3_000
    assert not found.patient.eq(found.patient.shift()).mean() > 0.05  # not side by side


def test_by_default_each_row_is_a_person_and_a_schema_may_declare_otherwise() -> None:
    assert of_people(1, 200).patient.is_unique
    fields = (anew("patient", "uuid4"), kept("sex", "categorical", enum=["F", "M"]))
    unit = {"column": "patient", "max_rows": 9}
    assert privsynth.mock(document(*fields, unit=unit), 200, seed=1).patient.is_unique
    declared = document(*fields, unit=unit, person={"rows": {"most": 3}})
    assert set(privsynth.mock(declared, 200, seed=1).groupby("patient").size()) <= {1, 2, 3}
    assert privsynth.mock(declared, 200, seed=1).patient.nunique() < 150
    assert privsynth.mock(declared, 200, seed=1, rows_per_person=1).patient.is_unique


@pytest.mark.parametrize("law", [RowsPerPerson(most=5), RowsPerPerson(most=5, law="geometric"), RowsPerPerson(most=1)])
def test_group_sizes_add_up(law: RowsPerPerson) -> None:
    for rows in (0, 1, 2, 7, 1_000):
        sizes = group_sizes(law, rows, np.random.default_rng(rows))
        assert sizes.sum() == rows
        assert not len(sizes) or (sizes.min() >= 1 and sizes.max() <= law.most)


def test_people_of_a_model_have_several_rows_too(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {"sex": rng.choice(["F", "M"], 600), "age": rng.integers(20, 90, 600), "dept": rng.choice(list("abc"), 600)}
    )
    table["patient"] = np.arange(600).astype(str)
    fields = (
        kept("sex", "categorical", enum=["F", "M"]),
        kept("age", "integer", minimum=0, maximum=100),
        kept("dept", "categorical", enum=["a", "b", "c"]),
        anew("patient", "uuid4"),
    )
    person = {"rows": 3, "as_of": "2024-12-31"}
    schema = schema_from_document(document(*fields, unit={"column": "patient"}, person=person))
    fitted = privsynth.fit(table, epsilon=5, schema=schema, ledger=tmp_path / "l.db")
    fitted.save(tmp_path / "m")
    found = privsynth.sample(tmp_path / "m", 500, seed=1)
    assert (found.groupby("patient")[["sex", "age"]].nunique() == 1).all(axis=None)
    assert found.patient.nunique() < 400
    women = privsynth.sample(fitted, 200, seed=1, where="sex = 'F'")
    assert set(women.sex) == {"F"}
    assert women.patient.nunique() < 200
    assert privsynth.sample(fitted, 200, seed=1, where="dept = 'a'", rows_per_person=1).patient.is_unique
    with pytest.raises(UsageError, match="condition on `dept`"):
        privsynth.sample(fitted, 200, where="dept = 'a'")
    with pytest.raises(UsageError, match="rows per person out"):
        privsynth.sample(fitted, given=table[["sex"]], rows_per_person=2)
    completed = privsynth.sample(fitted, given=table[["sex"]].head(50))
    assert completed.patient.is_unique


def test_a_hundred_thousand_people_are_made_in_seconds() -> None:
    made = ("first_name", "last_name", "email", "street_address", "city", "state", "postcode", "phone_number")
    schema = schema_from_document(document(*(anew(each, each) for each in made)))
    start = time.perf_counter()
    columns = Fakes(schema, 100_000, np.random.default_rng(0)).next(100_000)
    assert time.perf_counter() - start < 15, "it takes 2 seconds on an idle machine"
    assert len(set(columns["email"].to_pylist())) > 90_000


def test_names_of_columns_say_what_they_are_when_they_can_be_that() -> None:
    schema = schema_from_document(
        document(
            kept("Patient Sex", "categorical", enum=["F", "M"]),
            kept("birthDate", "date", minimum="1930-01-01", maximum="2006-06-30"),
            kept("age", "categorical", enum=["young", "old"]),
            kept("Alter", "integer", minimum=0, maximum=100),
            kept("state", "categorical", enum=["NY", "CA"]),
            kept("Bundesland", "categorical", enum=["Bayern"]),
            kept("seen", "date", minimum="2020-01-01", maximum="2021-03-04"),
        )
    )
    who = person_of(schema)
    assert dict(who.columns) == {"sex": "Patient Sex", "birth_date": "birthDate", "age": "Alter"}  # two states: neither
    assert who.as_of == date(2021, 3, 4)
    assert constant_columns(schema) == ("Patient Sex", "birthDate", "Alter")
    stated = {"columns": {"state": "state", "sex": None}, "as_of": "2022-01-01", "rows": "geometric:3"}
    said = person_of(schema_from_document({**schema_to_document(schema), "privsynth": {"person": stated}}))
    assert said.columns["state"] == "state"
    assert "sex" not in said.columns
    assert (said.as_of, said.rows) == (date(2022, 1, 1), RowsPerPerson(most=3, law="geometric"))
    assert person_of(schema_from_document(document(anew("n", "name")))).as_of == LAST_DAY
    year = {"name": "dob", "privsynth": {"kind": "integer"}, "constraints": {"minimum": 1930, "maximum": 2006}}
    assert dict(person_of(schema_from_document(document(year))).columns) == {"birth_year": "dob"}
    assert folded("Date de Naissance") == "date_de_naissance"


def test_the_reference_day_is_that_of_a_policy() -> None:
    schema = schema_from_document(document(anew("n", "name"), policy={"name": "hipaa-safe-harbor", "as_of": 2019}))
    assert person_of(schema).as_of == date(2019, 12, 31)


@pytest.mark.parametrize(
    ("person", "match"),
    [
        ("me", "is not a mapping"),
        ({"colums": {}}, "`colums`"),
        ({"columns": {"height": "sex"}}, "`height`"),
        ({"columns": {"sex": "nothing"}}, "no field `nothing`"),
        ({"columns": {"birth_date": "sex"}}, "is the birth_date"),
        ({"columns": {"age": "year"}}, "is the age"),
        ({"sex": {"female": "F"}}, "list of texts"),
        ({"constant": ["nothing"]}, "no field `nothing`"),
        ({"locale": "german"}, "de_DE"),
        ({"as_of": "yesterday"}, "as_of"),
        ({"rows": 0}, "from 1 to"),
        ({"rows": {"most": 3, "law": "normal"}}, "uniform, geometric"),
        ({"rows": {"law": "uniform"}}, "lacks `most`"),
        ({"rows": "many"}, "Rows per person are"),
    ],
)
def test_what_is_said_of_people_is_checked(person: Any, match: str) -> None:
    fields = (kept("sex", "categorical", enum=["F", "M"]), kept("year", "integer", minimum=1900, maximum=2000))
    with pytest.raises(SchemaError, match=match):
        schema_from_document(document(*fields, person=person))


def test_a_column_whose_kind_was_learned_may_turn_out_otherwise() -> None:
    learned = {"kind": "integer", "provenance": {"kind": "dp", "minimum": "dp", "maximum": "dp"}}
    field = {"name": "years", "constraints": {"minimum": 0, "maximum": 255}, "privsynth": learned}
    schema = schema_from_document(document(field, person={"columns": {"age": "years"}}))
    assert dict(person_of(schema).columns) == {}


@pytest.mark.parametrize("said", [0, -1, "x", "4:uniform", "normal:4", True, 10**12])
def test_rows_per_person_are_checked(said: Any) -> None:
    with pytest.raises(UsageError):
        RowsPerPerson.parse(said)


def test_what_is_said_of_people_is_kept_and_its_form_is_documented() -> None:
    person = {
        "columns": {"sex": "sex", "age": None},
        "sex": {"female": ["F"], "male": ["M"]},
        "locale": "de_DE",
        "as_of": "2024-12-31",
        "rows": {"most": 4, "law": "geometric"},
        "constant": ["sex"],
    }
    written = schema_to_document(
        schema_from_document(document(kept("sex", "categorical", enum=["F", "M"]), person=person))
    )
    assert written["privsynth"]["person"] == person
    form = json.loads((ROOT / "schemas" / "table_schema.schema.json").read_text("utf-8"))
    jsonschema.validate(written, form)
    for wrong in ({"rows": 0}, {"columns": {"height": "sex"}}, {"more": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**written, "privsynth": {"person": wrong}}, form)


def test_numbers_of_ready_made_people_are_nobodys() -> None:
    schema = read_schema(ROOT / "schemas" / "hospital_admissions.yaml")
    made = Fakes(schema, 200, np.random.default_rng(0)).next(200)
    assert {field.name for field in faked(schema)} == set(made)
    assert all(re.fullmatch(IN_FORM["en_US"], cell) for cell in made["phone"].to_pylist())
    assert all(
        cell.split("@")[1] in ("example.com", "example.net", "example.org") for cell in made["email"].to_pylist()
    )
