"""The scan finds planted personal data, leaves ordinary columns alone, and repeats no cell."""

from __future__ import annotations

import csv
import gzip
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from faker import Faker
from jsonschema import Draft202012Validator
from wild_columns import wild_columns

from privsynth.errors import UsageError
from privsynth.pii import ColumnFinding, ScanResult, names_only, scan_columns
from privsynth.pii.entities import ENTITIES, lineage
from privsynth.pii.weights import learned
from privsynth.privacy import Private

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("PRIVSYNTH_DATA", ROOT.parent / "shared" / "data"))
ROWS = 300


def scan(columns: dict[str, list[str | None]], **options: object) -> dict[str, ColumnFinding]:
    return {column.name: column for column in scan_result(columns, **options).columns}


def scan_result(columns: dict[str, list[str | None]], **options: object) -> ScanResult:
    return scan_columns(Private(columns), **options)  # type: ignore[arg-type]


def one(name: str, cells: list[str | None], **options: object) -> ColumnFinding:
    return scan({name: cells}, **options)[name]


def digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


@pytest.fixture(scope="module")
def hospital() -> dict[str, list[str]]:
    fake, chance = Faker("en_US"), random.Random(3)
    fake.seed_instance(3)
    makers = {
        "patient_name": fake.name,
        "first_name": fake.first_name,
        "surname": fake.last_name,
        "mrn": lambda: "MRN" + digits(chance, 7),
        "ssn": fake.ssn,
        "phone": fake.phone_number,
        "email": fake.email,
        "street_address": fake.street_address,
        "birth_date": lambda: fake.date_of_birth().isoformat(),
        "zip": fake.postcode,
        "iban": fake.iban,
        "card_number": fake.credit_card_number,
        "ip": fake.ipv4,
        "mac_address": fake.mac_address,
        "website": fake.url,
        "notes": lambda: fake.text(150),
        "icd10": lambda: chance.choice("EIJK") + digits(chance, 2) + "." + digits(chance, 1),
        "charges": lambda: f"{chance.lognormvariate(8, 1):.2f}",
        "glucose": lambda: f"{chance.gauss(100, 20):.1f}",
        "smoker": lambda: chance.choice(["yes", "no"]),
    }
    return {name: [str(make()) for _ in range(ROWS)] for name, make in makers.items()}


EXPECTED = {
    "patient_name": ("PERSON", "direct", "fake", "name"),
    "first_name": ("PERSON", "direct", "fake", "first_name"),
    "surname": ("PERSON", "direct", "fake", "last_name"),
    "mrn": ("MEDICAL_RECORD_NUMBER", "direct", "fake", "pattern:AAA9999999"),
    "ssn": ("US_SSN", "direct", "fake", "invalid_ssn"),
    "phone": ("PHONE_NUMBER", "direct", "fake", "phone_number"),
    "email": ("EMAIL_ADDRESS", "direct", "fake", "email"),
    "street_address": ("STREET_ADDRESS", "direct", "fake", "street_address"),
    "birth_date": ("DATE_OF_BIRTH", "quasi", "generalise", None),
    "zip": ("POSTAL_CODE", "quasi", "generalise", None),
    "iban": ("IBAN_CODE", "direct", "fake", "iban"),
    "card_number": ("CREDIT_CARD", "direct", "fake", "credit_card_number"),
    "ip": ("IP_ADDRESS", "direct", "fake", "ipv4_private"),
    "mac_address": ("MAC_ADDRESS", "direct", "fake", "mac_address"),
    "website": ("URL", "direct", "fake", "url"),
    "notes": ("FREE_TEXT", "free_text", "drop", None),
    "icd10": ("DIAGNOSIS", "sensitive", "keep", None),
    "charges": (None, "safe", "keep", None),
    "glucose": (None, "safe", "keep", None),
    "smoker": ("HEALTH", "sensitive", "keep", None),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_hospital_table_is_read_right_with_its_headers(hospital: dict[str, list[str]], name: str) -> None:
    found = one(name, hospital[name])
    assert (found.entity, found.role, found.action, found.faker) == EXPECTED[name]
    assert found.confidence > 0.7


@pytest.mark.parametrize("name", sorted(set(EXPECTED) - {"mrn", "birth_date", "zip", "smoker"}))
def test_a_hospital_table_is_read_right_without_headers(hospital: dict[str, list[str]], name: str) -> None:
    found = one("c1", hospital[name])
    assert (found.entity, found.role, found.action, found.faker) == EXPECTED[name]
    assert found.confidence > 0.7


def test_a_code_without_a_header_is_never_kept(hospital: dict[str, list[str]]) -> None:
    found = one("c1", hospital["mrn"])
    assert found.role in ("direct", "review")
    assert found.action != "keep"
    assert found.shape == "AAA9999999"


def test_the_result_says_which_columns_single_people_out(hospital: dict[str, list[str]]) -> None:
    ages = [str(20 + row % 50) for row in range(ROWS)]
    result = scan_result({"age": ages, "race": ["white", "black"] * (ROWS // 2), **hospital})
    joint = [found["columns"] for found in result.quasi_identifiers]
    assert ["birth_date"] in joint
    assert {name for names in joint for name in names} <= {"age", "race", "birth_date", "zip", "icd10", "smoker"}
    assert result.with_role("free_text") == ("notes",)


NEGATIVES = {
    "amount": lambda chance: digits(chance, 10),
    "amount_cents": lambda chance: str(chance.randint(10**9, 10**10 - 1)),
    "created_at": lambda chance: str(chance.randint(1_500_000_000, 1_700_000_000)),
    "epoch": lambda chance: str(chance.randint(1_500_000_000, 1_700_000_000)),
    "version": lambda chance: f"{chance.randint(1, 9)}.{chance.randint(0, 20)}.{chance.randint(0, 50)}",
    "build": lambda chance: (
        f"{chance.randint(1, 9)}.{chance.randint(0, 9)}.{chance.randint(0, 9)}.{chance.randint(0, 9)}"
    ),
    "product_name": lambda chance: chance.choice(["Gold", "Grace", "Rose"]) + " " + chance.choice(["Lamp", "Martin"]),
    "upc": lambda chance: digits(chance, 12),
    "card_type": lambda chance: chance.choice(["visa", "amex", "discover"]),
    "phone_count": lambda chance: str(chance.randint(0, 4)),
    "email_opt_in": lambda chance: chance.choice("01"),
    "score": lambda chance: str(chance.randint(0, 100)),
    "ratio": lambda chance: str(chance.random() * 1e9),
    "loinc": lambda chance: f"{digits(chance, 5)}-{digits(chance, 1)}",
    "race": lambda chance: chance.choice(["White", "Black", "Asian"]),
    "store_id": lambda chance: str(chance.randint(1, 20)),
}


@pytest.mark.parametrize("name", NEGATIVES)
@pytest.mark.parametrize("headed", [True, False])
def test_ordinary_columns_are_not_identifiers(name: str, headed: bool) -> None:
    chance = random.Random(5)
    assert one(name if headed else "c1", [NEGATIVES[name](chance) for _ in range(ROWS)]).role != "direct"


@pytest.mark.parametrize(
    "name",
    [
        "amount",
        "amount_cents",
        "card_type",
        "phone_count",
        "email_opt_in",
        "score",
        "ratio",
        "product_name",
        "store_id",
    ],
)
def test_words_of_amount_count_and_kind_keep_a_column(name: str) -> None:
    chance = random.Random(5)
    found = one(name, [NEGATIVES[name](chance) for _ in range(ROWS)])
    assert (found.role, found.action) == ("safe", "keep")


def test_city_names_are_places_not_people() -> None:
    cities = (
        "Paris London Madrid Berlin Rome Vienna Lisbon Dublin Oslo Madison Jackson Austin Charlotte Houston Lincoln"
    )
    words = [f"{city}{suffix}" for city in cities.split() for suffix in ("", " City", " Falls")]
    assert one("city_name", [*words, *words]).entity == "CITY"
    assert one("c1", [*words, *words]).role != "direct"


@pytest.mark.parametrize(
    "name", ["patient_id", "encounter_id", "account_number", "customer_no", "Kundennummer", "unit_id", "id"]
)
def test_a_nearly_unique_key_is_direct(name: str) -> None:
    chance = random.Random(2)
    found = one(name, [str(chance.randint(10**6, 10**8)) for _ in range(ROWS)])
    assert (found.role, found.action, found.faker is not None) == ("direct", "fake", True)
    assert found.confidence > 0.7


def test_a_key_with_several_rows_per_person_is_direct() -> None:
    assert one("patient_nbr", [str(1000 + row // 3) for row in range(ROWS)]).role == "direct"


def test_a_key_of_a_few_codes_is_a_category() -> None:
    assert one("admission_type_id", [str(row % 6) for row in range(ROWS)]).role == "safe"
    assert one("ward_id", [str(row % 6) for row in range(ROWS)]).role == "safe"


def test_long_numbers_that_never_repeat_are_for_review_unless_they_are_amounts() -> None:
    chance = random.Random(2)
    numbers = sorted({str(int(10 ** chance.uniform(4, 8))) for _ in range(1200)})[::-1]
    assert one("c1", numbers).role == "review"
    assert one("amount", numbers).role == "safe"
    assert one("c1", numbers[:200]).role == "safe"


def test_a_few_values_under_a_header_of_identifiers_are_categories() -> None:
    assert one("customer_id", [str(row % 6) for row in range(ROWS)]).role == "safe"
    assert one("license", ["ABC"[row % 3] for row in range(ROWS)]).role == "safe"


def test_a_few_people_are_people() -> None:
    doctors = ("Grace Miller", "John Stevenson", "Mary Kowalski", "Peter Schmidt", "Anna Rossi")
    assert one("c1", [doctors[row % 5] for row in range(ROWS)]).role == "direct"


def test_a_store_that_never_repeats_is_a_key() -> None:
    assert one("store_id", [f"S{row * 7919 % 100_003}" for row in range(ROWS)]).role in ("direct", "review")


def test_flags_and_measurements_name_nobody() -> None:
    assert one("account_number", ["01"[row % 2] for row in range(50)]).role == "safe"
    assert one("account_number", [f"{row * 0.37:.2f}" for row in range(50)]).role == "safe"


@pytest.mark.parametrize(
    ("name", "entity"), [("email", "EMAIL_ADDRESS"), ("phone", "PHONE_NUMBER"), ("dob", "DATE_OF_BIRTH")]
)
def test_values_that_cannot_be_what_the_header_says_overrule_it(name: str, entity: str) -> None:
    found = one(name, [("often", "never", "seldom", "daily")[row % 4] for row in range(40)])
    assert (found.entity, found.role) == (None, "safe")
    assert names_only([name]).columns[0].entity == entity


def test_a_name_is_a_name_of_people_only_when_people_have_it() -> None:
    fake = Faker("en_US")
    fake.seed_instance(6)
    people = [fake.first_name() for _ in range(ROWS)]
    assert one("name", people).detail == "FIRST_NAME"
    assert one("product_name", people).role != "direct"
    things = [f"{colour} {thing}" for colour in ("redder", "bluish", "greyish") for thing in ("lampshade", "sofabed")]
    more = [
        f"{thing} {size}" for thing in things for size in ("xl", "xs", "mid", "tiny", "slim", "wide", "tall", "flat")
    ]
    assert one("name", more * 10).role == "safe"


def test_codes_that_look_like_accounts_but_fail_their_check_are_not_accounts() -> None:
    chance = random.Random(8)
    assert one("c1", [f"DE{digits(chance, 20)}" for _ in range(ROWS)]).role == "review"


def test_a_shape_is_told_only_when_several_values_share_it() -> None:
    assert one("c1", ["a" * length for length in range(3, 40)]).shape is None


def test_row_numbers_are_direct_without_a_header() -> None:
    found = one("c1", [str(row) for row in random.Random(1).sample(range(ROWS), ROWS)])
    assert (found.entity, found.role) == ("RECORD_ID", "direct")


def test_luhn_hits_at_the_rate_of_chance_are_no_evidence() -> None:
    chance = random.Random(4)
    numbers = ["4" + digits(chance, 15) for _ in range(ROWS)]
    found = one("serial", numbers)
    assert not any(item.rule == "card" and item.weight > 0 for item in found.evidence)
    assert found.entity != "CREDIT_CARD"


def test_a_continuous_number_is_never_an_identifier_by_its_header() -> None:
    chance = random.Random(4)
    found = one("ssn", [f"{chance.random() * 1e9:.3f}" for _ in range(ROWS)])
    assert found.role == "safe"
    assert "measurement" in {item.rule for item in found.evidence}


def test_integers_written_as_floats_are_read_as_integers() -> None:
    fake = Faker("en_US")
    fake.seed_instance(1)
    cards: list[str | None] = [fake.credit_card_number("visa16") + ".0" for _ in range(ROWS)]
    cards[5] = None
    assert one("c1", cards).entity == "CREDIT_CARD"


def test_one_address_in_an_ordinary_column_asks_for_review() -> None:
    labels = [f"label {row % 40}" for row in range(ROWS)]
    assert one("c1", labels).role == "safe"
    found = one("c1", [*labels, "write to jane.doe@example.org"])
    assert (found.entity, found.role, found.action) == ("EMAIL_ADDRESS", "review", "drop")
    assert found.evidence[-1].n_hit == 1


@pytest.mark.parametrize(
    ("cell", "entity"),
    [
        ("see 219-09-9999", "US_SSN"),
        ("call (212) 555-0147 now", "PHONE_NUMBER"),
        ("paid by 4111 1111 1111 1111", "CREDIT_CARD"),
        ("GB82 WEST 1234 5698 7654 32", "IBAN_CODE"),
    ],
)
def test_a_written_identifier_is_found_beyond_the_sample(cell: str, entity: str) -> None:
    words = [f"label {row}" for row in range(200)] * 3
    words[1] = cell
    found = one("c1", words, max_cells=50)
    assert (found.entity, found.role) == (entity, "review")


def test_sampling_is_stated_and_deterministic() -> None:
    cells = [f"{row * 7919 % 100_003}" for row in range(1000)]
    result = scan_result({"x": cells, "y2": ["a"] * 1000}, max_cells=100)
    column = result.columns[0]
    assert (column.distinct, column.sampled, result.rows) == (1000, 100, 1000)
    assert 0.02 < (column.missed_below or 0) < 0.04
    assert (result.missed_below, result.columns[1].missed_below) == (column.missed_below, 0.0)
    assert result == scan_result({"x": cells, "y2": ["a"] * 1000}, max_cells=100)
    assert column == one("x", cells[::-1], max_cells=100)
    whole = scan_result({"x": cells}, max_cells=100, exhaustive=True)
    assert (whole.columns[0].sampled, whole.missed_below) == (1000, 0.0)


def test_a_sample_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="max_cells"):
        scan_result({"a": ["1"]}, max_cells=0)


HOSTILE: list[str | None] = [
    "x" * 1_000_000, "\x00\x01", "=cmd|' /C calc'!A0", "\ud800", "1e400", "-", "٣٤٥", "9" * 5000, "²", "\n\r\t",
    "''\"\"",
    "@@@@", "a@b", "::::", "<script>", "0x41", "१२३-४५-६७८९", None, "", "NaN", "inf", "1_000", "😀" * 50, "1.1.1.1.1",
]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["c1", "ssn", "name", "dob", "", "Ünïcode spaces\x00", "😀", "a" * 10_000, "notes", "card"]
)
def test_no_cell_and_no_header_can_raise(name: str) -> None:
    for cells in (
        HOSTILE,
        HOSTILE * 20,
        [],
        [None] * 50,
        ["", "  "],
        ["7"] * 50,
        ["²", "³"] * 30,
        ["1e400", "2.5"] * 30,
    ):
        scan_result({name: list(cells)}).to_json()
    for cell in HOSTILE:
        scan_result({name: [cell] * 3}).to_json()
        scan_result({name: [cell, "1", "2"]}).to_json()


def test_columns_and_tables_without_cells_keep_the_verdict_of_the_header() -> None:
    found = scan({"ssn": [], "age": [None, ""]})
    assert (found["ssn"].role, found["age"].role) == ("direct", "quasi")
    assert scan_result({}).to_json()["columns"] == []


def test_the_report_repeats_no_cell(hospital: dict[str, list[str]]) -> None:
    odd: list[str | None] = ["?!", "?!", "A", "A", "9", "Zebra-77"]
    text = json.dumps(scan_result({**hospital, "odd": odd * 10}).to_json())
    cells = {cell for cells in hospital.values() for cell in cells if len(cell) > 3 and cell.strip("Aa9.")}
    assert not [cell for cell in cells if f'"{cell}"' in text or (len(cell) > 8 and cell in text)]
    assert "Zebra" not in text
    assert '"?!"' not in text
    assert text.count('"A"') == text.count('"hipaa": "A"')


def test_the_json_is_what_its_schema_says(hospital: dict[str, list[str]]) -> None:
    validator = Draft202012Validator(json.loads((ROOT / "schemas" / "scan.schema.json").read_text()))
    validator.check_schema(validator.schema)
    validator.validate(scan_result({**hospital, "empty": []}).to_json())
    validator.validate(json.loads(json.dumps(names_only(["ssn", "x"]).to_json())))
    with pytest.raises(Exception, match="raw"):
        validator.validate({**names_only(["x"]).to_json(), "raw": 1})


def test_every_stand_in_is_a_provider_of_faker() -> None:
    fake = Faker("en_US")
    for entity, row in ENTITIES.items():
        assert (row.action == "fake") == (row.faker is not None), entity
        if row.faker:
            assert str(getattr(fake, row.faker)())


def test_each_piece_of_evidence_adds_up_to_the_confidence(hospital: dict[str, list[str]]) -> None:
    found = one("email", hospital["email"])
    weights = learned()
    total = weights["prior.direct"] + sum(item.weight for item in found.evidence if item.entity == "EMAIL_ADDRESS")
    assert found.confidence == pytest.approx(1 / (1 + 2.718281828**-total), abs=1e-4)


def test_identifiers_of_single_countries_are_recognised_by_presidio() -> None:
    fake = Faker("it_IT")
    fake.seed_instance(2)
    found = one("c1", [fake.ssn() for _ in range(60)])
    assert (found.entity, found.role) == ("IT_FISCAL_CODE", "direct")
    assert any(item.rule == "stdnum.it.codicefiscale" for item in found.evidence)


def test_presidio_is_not_imported_before_it_is_needed() -> None:
    code = (
        "import sys; from privsynth.pii import names_only, scan_columns; from privsynth.privacy import Private\n"
        "names_only(['ssn']); scan_columns(Private({'age': ['1', '2'], 'email': ['a@example.org', 'b@example.org']}))\n"
        "sys.exit(any(name in sys.modules for name in ('presidio_analyzer', 'spacy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


TABLES = {
    "census": set(),
    "credit": set(),
    "bank": set(),
    "support2": {"Index"},
    "diabetes": {"encounter_id", "patient_nbr"},
}


@pytest.mark.parametrize("table", TABLES)
def test_public_tables_have_no_false_identifiers(table: str) -> None:
    path = DATA / table / "train.csv.gz"
    if not path.exists():
        pytest.skip("the public tables are not on this machine")
    with gzip.open(path, "rt", newline="") as lines:
        rows = [row for _, row in zip(range(8001), csv.reader(lines), strict=False)]
    columns = {name: [row[place] or None for row in rows[1:]] for place, name in enumerate(rows[0])}
    result = scan_result(columns)
    assert set(result.with_role("direct")) == TABLES[table]
    assert result.with_role("review") == ()
    by_name = names_only(rows[0])
    assert set(by_name.with_role("direct")) <= TABLES[table]
    assert TABLES[table] <= {*by_name.with_role("direct"), *by_name.with_role("review")}


def test_names_cost_nothing_and_say_so() -> None:
    result = names_only(["ssn", "glucose"])
    assert (result.basis, result.rows, result.missed_below) == ("names", None, None)
    assert [column.missed_below for column in result.columns] == [None, None]
    assert "no cell was read" in result.notes[0]


@pytest.mark.parametrize(
    ("name", "entity", "role"),
    [
        ("Passwort", "PASSWORD", "direct"),
        ("date_of_birth", "DATE_OF_BIRTH", "quasi"),
        ("religion", "RELIGION", "sensitive"),
        ("clinical_notes", "FREE_TEXT", "free_text"),
        ("target", "TARGET", "target"),
        ("cpf", "BR_CPF", "direct"),
        ("sepal_length", None, "safe"),
        ("email_opt_in", None, "safe"),
    ],
)
def test_a_name_alone_gives_a_role(name: str, entity: str | None, role: str) -> None:
    found = names_only([name]).columns[0]
    assert (found.entity, found.role) == (entity, role)


def test_columns_in_the_wild_are_read_right() -> None:
    wrong = []
    for name, cells, right in wild_columns():
        found = one(name, cells)
        kind = found.detail or found.entity
        wider = () if kind is None else (*lineage(kind), found.entity)
        if not (kind is None and None in right) and not set(wider) & set(right):
            wrong.append(name)
    assert len(wrong) <= 0.06 * len(wild_columns()), wrong


def test_a_stand_in_has_the_form_or_the_country_of_the_column() -> None:
    people: list[str | None] = [f"Jan Jansen{letter}" for letter in "abcdefgh"]
    assert scan({"naam": people}, countries=["NL"])["naam"].faker == "nl_NL:name"
    assert scan({"naam": people})["naam"].faker == "name"
    assert one("order_id", [f"SO-{number}" for number in range(10_000, 10_300)]).faker == "pattern:AA-99999"
