"""Which columns a fit leaves out by itself: `python benchmarks/paid_roles.py [--tables 3] [--rows 2000 20000]`.

Tables of 15 columns are made with Faker in several languages, with headers that say what a column is and with headers that do not.
Printed is the share of columns of each kind that are not modelled under names only, under names and paid votes, and under the scan that
pays nothing (for an owner's eyes); for harmless columns that is the share lost. Nothing here is read from a real table.
"""

from __future__ import annotations

import argparse
import logging
import warnings
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pandas as pd
from faker import Faker

from privsynth.accounting import Spend, mu_of
from privsynth.derive import DeriveMechanism, from_names, undetermined
from privsynth.noise import OsNoise
from privsynth.pii import names_only, scan_columns
from privsynth.plan import SCHEMA_SHARE, THRESHOLD_SHARE
from privsynth.privacy import Private, Unit
from privsynth.table.profile import Profile
from privsynth.table.source import open_table

LOCALES = ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "pl_PL", "pt_BR", "sv_SE", "nl_NL")
DELTA = 1e-6
Cells = list[str]


class Maker:
    """Columns of one table.

    Args:
        locale: Of Faker.
        rows: Of the table.
        seed: Of all draws.
    """

    def __init__(self, locale: str, rows: int, seed: int) -> None:
        self.fake, self.rows, self.rng = Faker(locale), rows, np.random.default_rng(seed)
        self.fake.seed_instance(seed)

    def each(self, draw: Callable[[], object], *, distinct: int | None = None) -> Cells:
        """Draw a cell for each row, or a few cells that rows share unevenly."""
        if distinct is None:
            return [str(draw()).replace("\n", ", ") for _ in range(self.rows)]
        return self.of([str(draw()).replace("\n", ", ") for _ in range(distinct)])

    def of(self, values: list[str], *, even: bool = False) -> Cells:
        weights = np.ones(len(values)) if even else 1 / np.arange(2, len(values) + 2)
        return self.rng.choice(values, self.rows, p=weights / weights.sum()).tolist()

    def whole(self, low: float, high: float) -> Cells:
        return self.rng.integers(low, high, self.rows).astype(str).tolist()

    def unique(self, low: int, high: int) -> Cells:
        return self.rng.choice(np.arange(low, high), self.rows, replace=False).astype(str).tolist()

    def decimals(self, mean: float, spread: float, digits: int = 2) -> Cells:
        return [f"{value:.{digits}f}" for value in self.rng.lognormal(mean, spread, self.rows)]

    def days(self, pattern: str) -> Cells:
        days = pd.to_timedelta(self.rng.integers(0, 4000, self.rows), unit="D")
        return (pd.Timestamp("2012-01-01") + days).strftime(pattern).tolist()


IDENTIFYING: dict[str, tuple[str, Callable[[Maker], Cells]]] = {
    "full name": ("full_name", lambda m: m.each(m.fake.name)),
    "full name of 40 staff": ("doctor", lambda m: m.each(m.fake.name, distinct=40)),
    "last name of 40 staff": ("attending", lambda m: m.each(m.fake.last_name, distinct=40)),
    "first name": ("first_name", lambda m: m.each(m.fake.first_name)),
    "last name": ("last_name", lambda m: m.each(m.fake.last_name)),
    "e-mail": ("email", lambda m: m.each(m.fake.email)),
    "e-mail of 30 staff": ("contact_email", lambda m: m.each(m.fake.email, distinct=30)),
    "phone": ("phone", lambda m: m.each(m.fake.phone_number)),
    "phone of 30 staff": ("phone_office", lambda m: m.each(m.fake.phone_number, distinct=30)),
    "phone, digits": ("mobile", lambda m: m.unique(2_000_000_000, 2_000_000_000 + 10 * m.rows)),
    "street address": ("street_address", lambda m: m.each(m.fake.street_address)),
    "street address of 30": ("home_address", lambda m: m.each(m.fake.street_address, distinct=30)),
    "national id": ("national_id", lambda m: m.each(m.fake.ssn)),
    "card number": ("card_number", lambda m: m.each(m.fake.credit_card_number)),
    "IBAN": ("iban", lambda m: m.each(m.fake.iban)),
    "record number, letters": ("mrn", lambda m: [f"MRN{value:0>8}" for value in m.unique(1, 40 * m.rows)]),
    "record number, 7 digits": ("patient_id", lambda m: m.unique(1_000_000, 9_999_999)),
    "record number, sequence": ("customer_id", lambda m: m.unique(1, m.rows + 1)),
    "record number, visits": ("member_number", lambda m: m.of(m.unique(100_000_000, 999_999_999)[: m.rows // 4], even=True)),
    "UUID": ("uuid", lambda m: m.each(m.fake.uuid4)),
    "IP address": ("ip_address", lambda m: m.each(m.fake.ipv4)),
    "MAC address": ("mac", lambda m: m.each(m.fake.mac_address)),
    "user name": ("username", lambda m: m.each(m.fake.user_name)),
    "notes": ("notes", lambda m: m.each(lambda: m.fake.sentence(nb_words=14))),
}  # fmt: skip
_ICD = ["I10", "E11.9", "J45.909", "M54.5", "F32.9", "K21.9", "N39.0", "E78.5", "J06.9", "R07.9", "Z00.00", "G43.909"]
_WARDS = ["cardiology", "oncology", "neurology", "surgery", "paediatrics", "intensive care", "maternity", "psychiatry"]
HARMLESS: dict[str, tuple[str, Callable[[Maker], Cells]]] = {
    "age": ("age", lambda m: m.whole(0, 100)),
    "sex": ("sex", lambda m: m.of(["F", "M"])),
    "income": ("income", lambda m: m.decimals(10, 0.6)),
    "salary, whole": ("salary", lambda m: [str(int(float(value))) for value in m.decimals(10.5, 0.5)]),
    "amount in cents": ("amount_cents", lambda m: [str(int(float(value) * 100)) for value in m.decimals(5, 1.2)]),
    "amount": ("amount", lambda m: m.decimals(4, 1.5)),
    "diagnosis code": ("diagnosis_code", lambda m: m.of(_ICD)),
    "ward": ("ward", lambda m: m.of(_WARDS)),
    "yes or no": ("smoker", lambda m: m.of(["no", "yes"])),
    "day": ("visit_date", lambda m: m.days("%Y-%m-%d")),
    "day, written": ("admission_date", lambda m: m.days("%d/%m/%Y")),
    "rating": ("rating", lambda m: m.whole(1, 6)),
    "measurement": ("bmi", lambda m: m.decimals(3.2, 0.2, 1)),
    "colour": ("colour", lambda m: m.of(["White", "Black", "Brown", "Green", "Gray", "Blue", "Red", "Silver"])),
    "month": ("month", lambda m: m.of(["January", "April", "May", "June", "July", "August", "September"])),
    "city of 20": ("city", lambda m: m.each(m.fake.city, distinct=20)),
    "product": ("product_code", lambda m: m.of([f"SKU-{number}" for number in range(100, 130)])),
    "postcode area": ("region_code", lambda m: m.of([f"{number:05d}" for number in range(40)])),
    "count": ("visits", lambda m: m.rng.poisson(3, m.rows).astype(str).tolist()),
    "moment": ("created_at", lambda m: m.whole(1_500_000_000, 1_700_000_000)),
    "job": ("occupation", lambda m: m.each(m.fake.job, distinct=15)),
    "lab value": ("glucose", lambda m: [str(int(float(value))) for value in m.decimals(4.6, 0.3)]),
    "blood pressure": ("blood_pressure", lambda m: m.of(["120/80", "130/80", "130/90", "140/90"])),
    "postal code": ("postal_code", lambda m: m.each(m.fake.postcode, distinct=30)),
}  # fmt: skip


def lost_by_names(names: list[str]) -> set[str]:
    known = from_names(names, {column.name: (column.role, column.action) for column in names_only(names).columns})
    return {field.name for field in known.fields if not _kept(field.role, field.action)}


def lost_by_votes(frame: pd.DataFrame, epsilon: float) -> set[str]:
    names = list(frame.columns)
    known = from_names(names, {column.name: (column.role, column.action) for column in names_only(names).columns})
    extra = Fraction(DELTA) * THRESHOLD_SHARE
    total = Fraction(mu_of(epsilon, float(Fraction(DELTA) - extra))) ** 2
    mechanism = DeriveMechanism.calibrate(undetermined(known), Spend(mu_squared=total * SCHEMA_SHARE, delta=extra))
    noise = OsNoise()
    found = mechanism.run(Profile(open_table(frame).loaded(), Unit(), bytes(32)), known, noise)
    return {field.name for field in found.fields if not field.modelled}


def lost_by_scan(frame: pd.DataFrame) -> set[str]:
    found = scan_columns(Private({name: frame[name].tolist() for name in frame.columns}))
    return {column.name for column in found.columns if not _kept(column.role, column.action)}


def _kept(role: str, action: str) -> bool:
    return role not in ("direct", "free_text", "review") and action not in ("drop", "fake")


def table(locale: str, rows: int, seed: int, clear: bool) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return 15 columns and the kind of each."""
    maker, rng = Maker(locale, rows, seed), np.random.default_rng(seed)
    kinds = [*rng.choice(list(IDENTIFYING), 7, replace=False), *rng.choice(list(HARMLESS), 8, replace=False)]
    cells, kind_of = {}, {}
    for number, kind in enumerate(rng.permutation(kinds).tolist()):
        name, make = {**IDENTIFYING, **HARMLESS}[kind]
        header = name if clear else f"v{number + 1:02d}"
        cells[header], kind_of[header] = make(maker), kind
    return pd.DataFrame(cells), kind_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=int, default=3, help="of each language")
    parser.add_argument("--rows", type=int, nargs="+", default=[2_000, 20_000])
    parser.add_argument("--locales", nargs="+", default=LOCALES)
    parser.add_argument("--headers", nargs="+", default=["clear", "meaningless"], choices=["clear", "meaningless"])
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    for rows in arguments.rows:
        for headers in arguments.headers:
            compare(arguments.locales, arguments.tables, rows, headers == "clear")


def compare(locales: list[str], tables: int, rows: int, clear: bool) -> None:
    """Print the shares of one size and one style of headers."""
    ways = ("names", "paid, epsilon 1", "paid, epsilon 3", "scan")
    lost: dict[str, list[tuple[bool, ...]]] = defaultdict(list)
    for number, locale in enumerate(list(locales) * tables):
        frame, kind_of = table(locale, rows, 1000 + number, clear)
        found = (
            lost_by_names(list(frame.columns)), lost_by_votes(frame, 1), lost_by_votes(frame, 3), lost_by_scan(frame),
        )  # fmt: skip
        for name, kind in kind_of.items():
            lost[kind].append(tuple(name in each for each in found))
    print(f"\n{rows:,} rows, headers {'clear' if clear else 'meaningless'}: share of columns that are not modelled")
    print(f"{'':28}{'columns':>8}" + "".join(f"{way:>18}" for way in ways))
    for title, kinds in (("IDENTIFYING", IDENTIFYING), ("HARMLESS", HARMLESS)):
        for kind in [*kinds, title]:
            seen = np.array([row for each in (kinds if kind == title else [kind]) for row in lost[each]])
            if len(seen):
                print(
                    f"{kind:28}{len(seen):>8}" + "".join(f"{share:>18.3f}" for share in seen.mean(axis=0)), flush=True
                )


if __name__ == "__main__":
    main()
