"""Which columns say who a person is: the sex, the birth date, the place. A public statement of the schema, or read off column names.

At the root of a schema file, `privsynth.person`::

    person:
      columns: {sex: sex, birth_date: dob, age: age, postcode: zip}   # null: no column, whatever names say
      sex: {female: ["2"], male: ["1"]}                               # labels that do not speak for themselves
      locale: de_DE                                                   # of stand-ins that name none
      as_of: "2024-12-31"                                             # the day on which people have their age
      rows: {most: 4, law: uniform}                                   # made-up people have 1 to 4 rows each
      constant: [race, iban]                                          # the same in all rows of a person
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from privsynth.errors import SchemaError, UsageError
from privsynth.tableschema.model import LABELLED, NUMERIC, Field, Schema

CONCEPTS = ("sex", "birth_date", "birth_year", "age", "postcode", "city", "state", "country")
LAWS = ("uniform", "geometric")
LAST_DAY = date(2025, 12, 31)
_MOST_ROWS = 10_000
_NAMES = {
    "sex": "sex gender geschlecht sexe genre sexo genero sesso geslacht plec patient_sex patient_gender",
    "birth_date": "birth_date birthdate date_of_birth dob birthday geburtsdatum geburtstag geb_datum date_naissance"
    " date_de_naissance fecha_nacimiento fecha_de_nacimiento data_di_nascita data_nascita",
    "birth_year": "birth_year birthyear year_of_birth yob geburtsjahr annee_naissance annee_de_naissance",
    "age": "age age_years age_in_years patient_age alter alter_jahre edad eta",
    "postcode": "zip zip_code zipcode zip5 postcode post_code postal_code postalcode plz postleitzahl code_postal",
    "city": "city town city_name stadt ort wohnort ville commune ciudad citta",
    "state": "state state_code state_name province bundesland",
    "country": "country country_code country_name land pays pais paese",
}
_CONCEPT_OF = {name: concept for concept, names in _NAMES.items() for name in names.split()}
_WOMEN = "f female woman w weiblich frau femme feminin femenino mujer femmina vrouw kobieta k"
_MEN = "m male man mannlich herr mann homme masculin masculino hombre maschio h mezczyzna"
_FEMALE, _MALE = frozenset(_WOMEN.split()), frozenset(_MEN.split())
_KEYS = ("columns", "sex", "locale", "as_of", "rows", "constant")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsPerPerson:
    """How many rows made-up people have: public, as it would otherwise tell of the data.

    Args:
        most: At most this many.
        law: `uniform` (1 to `most` alike) or `geometric` (each further row half as likely).
    """

    most: int
    law: str = "uniform"

    def __post_init__(self) -> None:
        if isinstance(self.most, bool) or not isinstance(self.most, int) or not 1 <= self.most <= _MOST_ROWS:
            raise UsageError(
                f"A person has {self.most!r} rows at most. Give a whole number from 1 to {_MOST_ROWS:,}, such as 4."
            )
        if self.law not in LAWS:
            raise UsageError(f"Rows per person follow {self.law!r}. Use one of: {', '.join(LAWS)}.")

    @classmethod
    def parse(cls, said: int | str | RowsPerPerson) -> RowsPerPerson:
        """Read `4`, `uniform:4` or `geometric:4`.

        Raises:
            UsageError: it is none of these.
        """
        if isinstance(said, RowsPerPerson):
            return said
        law, _, most = str(said).rpartition(":")
        if not most.isascii() or not most.isdigit() or isinstance(said, bool):
            raise UsageError(f"Rows per person are {said!r}. Give a number such as 4, or geometric:4.")
        return cls(most=int(most[:9]), law=law or "uniform")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonColumns:
    """What a schema says about people.

    Args:
        columns: Concept (one of `CONCEPTS`) -> modelled column.
        female: Labels declared to mean female; none where labels speak for themselves.
        male: The same of male.
        locale: Of stand-ins that name none, or None.
        as_of: The day on which people have their age.
        rows: How many rows a made-up person has; None for one.
        constant: Further columns that are the same in all rows of a person.
    """

    columns: Mapping[str, str]
    female: tuple[str, ...] = ()
    male: tuple[str, ...] = ()
    locale: str | None = None
    as_of: date = LAST_DAY
    rows: RowsPerPerson | None = None
    constant: tuple[str, ...] = ()

    def sexes(self, labels: Collection[str]) -> tuple[int, ...]:
        """Return 0 for each label that means female, 1 for male, 2 for what is neither or not said.

        Example:
            >>> PersonColumns(columns={}).sexes(["F", "M", "X", "1"]), PersonColumns(columns={}).sexes(["H", "M"])
            ((0, 1, 2, 2), (1, 0))
        """
        if self.female or self.male:
            return tuple(0 if label in self.female else 1 if label in self.male else 2 for label in labels)
        said = [folded(label) for label in labels]
        spanish = "h" in said and "f" not in said  # hombre and mujer
        return tuple(
            0 if (each in _FEMALE or (spanish and each == "m")) else 1 if each in _MALE else 2 for each in said
        )


def folded(text: str) -> str:
    """Return a name without case, accents and signs, its words joined by underscores; `birthDate` has two.

    Example:
        >>> folded("Date de Naissance"), folded("birthDate"), folded("männlich")
        ('date_de_naissance', 'birth_date', 'mannlich')
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", plain)
    return re.sub(r"[\W_]+", "_", words).strip("_").casefold()


def person_of(schema: Schema) -> PersonColumns:
    """Return what a schema says about people; what it leaves out follows from column names.

    Raises:
        SchemaError: its `privsynth.person` is not understood, or names columns that do not fit.
    """
    stated = (schema.extra.get("privsynth") or {}).get("person") or {}
    said = _mapping(stated, "privsynth.person", _KEYS)
    columns = _mapping(said.get("columns") or {}, "privsynth.person.columns", CONCEPTS)
    sexes = _mapping(said.get("sex") or {}, "privsynth.person.sex", ("female", "male"))
    for concept, name in columns.items():
        _check_column(schema, concept, name)
    constant = _texts(said.get("constant"), "constant")
    for name in constant:
        schema[name]
    return PersonColumns(
        columns=_resolved(schema, columns),
        female=_texts(sexes.get("female"), "sex.female"),
        male=_texts(sexes.get("male"), "sex.male"),
        locale=_locale(said.get("locale")),
        as_of=_day(schema, said.get("as_of"), columns.get("birth_date")),
        rows=_rows(said.get("rows")),
        constant=constant,
    )


def _resolved(schema: Schema, columns: Mapping[str, Any]) -> dict[str, str]:
    """Return concept -> modelled column: as stated, else the only column whose name says so."""
    found: dict[str, list[str]] = {}
    for field in schema.modelled:
        concept = _CONCEPT_OF.get(folded(field.name))
        if concept == "birth_date" and field.kind == "integer":
            concept = "birth_year"
        if concept is not None and concept not in columns and fits(concept, field):
            found.setdefault(concept, []).append(field.name)
    named = {concept: names[0] for concept, names in found.items() if len(names) == 1}
    modelled = {field.name for field in schema.modelled}
    stated = {
        concept: str(name) for concept, name in columns.items() if name in modelled and fits(concept, schema[str(name)])
    }
    return {concept: {**named, **stated}[concept] for concept in CONCEPTS if concept in named or concept in stated}


def fits(concept: str, field: Field) -> bool:
    """Return whether a column can be what it is said to be, by its kind and its bounds."""
    if concept == "birth_date":
        return field.kind in ("date", "datetime")
    if concept not in ("birth_year", "age"):
        return field.kind in LABELLED
    if field.kind not in NUMERIC or field.kind in ("date", "datetime"):
        return False
    low, high = (1850, 2100) if concept == "birth_year" else (0, 150)
    return field.minimum is None or field.maximum is None or (low <= field.bounds()[0] and field.bounds()[1] <= high)


def _stated(field: Field, leaf: str) -> bool:
    return getattr(field, leaf) is not None


def _check_column(schema: Schema, concept: str, name: Any) -> None:
    """Refuse a column that is declared to be what it cannot be; what was learned of it later is another matter."""
    if name is None:
        return
    field = schema[str(name)]
    learned = any(
        field.source(leaf) in ("dp", "default") for leaf in ("kind", "minimum", "maximum") if _stated(field, leaf)
    )
    if field.modelled and not learned and not fits(concept, field):
        raise SchemaError(
            f"`privsynth.person.columns` says that `{name}` is the {concept}, and a column of kind {field.kind} (or with its bounds) "
            "cannot be that. Correct the name, or the field."
        )


def _mapping(value: Any, what: str, keys: Collection[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise SchemaError(f"`{what}` is not a mapping. Write it as `key: value` pairs.")
    unknown = [str(key) for key in value if key not in keys]
    if unknown:
        raise SchemaError(f"`{what}` has the key `{unknown[0]}`, which is not known. Use: {', '.join(keys)}.")
    return value


def _texts(value: Any, what: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str | int) for each in value):
        raise SchemaError(f"`privsynth.person.{what}` is not a list of texts. Write it as a list.")
    return tuple(str(each) for each in value)


def _locale(value: Any) -> str | None:
    if value is not None and (not isinstance(value, str) or not re.fullmatch(r"[a-z]{2,3}_[A-Z]{2}", value)):
        raise SchemaError(f"`privsynth.person.locale` is {value!r}. Give a locale such as de_DE.")
    return value


def _rows(value: Any) -> RowsPerPerson | None:
    if value is None:
        return None
    try:
        if isinstance(value, Mapping):
            return RowsPerPerson(**_mapping(value, "privsynth.person.rows", ("most", "law")))
        return RowsPerPerson.parse(value)
    except (UsageError, TypeError) as error:
        said = error.message if isinstance(error, UsageError) else "It lacks `most`. Write {most: 4, law: uniform}."
        raise SchemaError(f"`privsynth.person.rows` is not understood. {said}") from None


def _day(schema: Schema, value: Any, born: Any) -> date:
    """Return the reference day: as stated, the policy's year, or the last day that another date column may have."""
    if value is not None:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            raise SchemaError(f"`privsynth.person.as_of` is {value!r}. Give a day such as 2024-12-31.") from None
    if schema.policy is not None:
        return date(int(schema.policy["as_of"]), 12, 31)
    births = {born, *(name for name in schema.names if _CONCEPT_OF.get(folded(name)) == "birth_date")}
    days = [
        str(field.maximum)[:10]
        for field in schema.modelled
        if field.kind in ("date", "datetime") and field.maximum is not None and field.name not in births
    ]
    return max((date.fromisoformat(day) for day in days), default=LAST_DAY)
