"""What may be asked of a table whose schema is not known yet: forms of cells, magnitudes, labels. All answers are private.

A cell has exactly one form, one magnitude and one label, so that one row changes one cell of each answer by one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from privsynth.privacy import Private, Unit
from privsynth.table.coded import cell_sql, number_sql, owner_sql, rows_used
from privsynth.table.source import Source
from privsynth.tableschema.model import Field, canonical_label

Ints = npt.NDArray[np.int64]
MAX_LABEL_CHARACTERS = 64
LOG2_RANGE = (-20, 60)
YEARS = (1800, 2200)

# Form -> the pattern of its cells; the first that matches decides.
FORMS: tuple[tuple[str, str], ...] = (
    ("date_iso", r"^\d{4}-\d{2}-\d{2}$"),
    ("datetime_space", r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)?$"),
    ("datetime_t", r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z?$"),
    ("datetime_minutes", r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$"),
    ("date_slash_day_first", r"^(1[3-9]|2\d|3[01])/\d{1,2}/\d{4}$"),
    ("date_slash_month_first", r"^\d{1,2}/(1[3-9]|2\d|3[01])/\d{4}$"),
    ("date_slash_either", r"^\d{1,2}/\d{1,2}/\d{4}$"),
    ("date_dash_day_first", r"^(1[3-9]|2\d|3[01])-\d{1,2}-\d{4}$"),
    ("date_dash_month_first", r"^\d{1,2}-(1[3-9]|2\d|3[01])-\d{4}$"),
    ("date_dash_either", r"^\d{1,2}-\d{1,2}-\d{4}$"),
    ("date_dots", r"^\d{1,2}\.\d{1,2}\.\d{4}$"),
    ("date_slash_year_first", r"^\d{4}/\d{1,2}/\d{1,2}$"),
    ("leading_zeros", r"^[+-]?0\d+$"),
    ("integer", r"^[+-]?\d{1,15}(\.0+)?$"),
    ("digits", r"^\d{16,}$"),
    ("decimals_1", r"^[+-]?\d*\.\d$"),
    ("decimals_2", r"^[+-]?\d*\.\d{2}$"),
    ("decimals_3", r"^[+-]?\d*\.\d{3}$"),
    ("decimals_many", r"^[+-]?(\d*\.\d+|\d+\.)([eE][+-]?\d+)?$|^[+-]?\d+[eE][+-]?\d+$"),
    ("email", r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$"),
    ("national_id", r"^\d{3}-\d{2}-\d{4}$"),
    ("phone", r"^\+?[0-9(][0-9 ().x/-]{6,}$"),
    ("uuid", r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$"),
    ("address_ip", r"^\d{1,3}(\.\d{1,3}){3}$"),
    ("url", r"^[a-z]+://"),
    ("iban", r"^[A-Z]{2}\d{2}[A-Z0-9 ]{11,36}$"),
    ("long_text", r"^.{65,}|^(\S+\s+){6,}"),
    ("text", r""),
)
FORM_NAMES = ("missing", *(name for name, _ in FORMS))


class Profile:
    """Private answers about columns of text.

    Args:
        source: The table, loaded.
        unit: Who is protected; at most `unit.max_rows` rows of a unit are used.
        key: Secret key of the picks.
        missing: Cell texts that mean missing.
        keep: bool[n], rows to use, or None for all.
    """

    def __init__(
        self,
        source: Source,
        unit: Unit,
        key: bytes,
        *,
        missing: Sequence[str] = ("",),
        keep: Private[npt.NDArray[np.bool_]] | None = None,
    ) -> None:
        self._source = source
        self._missing = tuple(missing)
        self.names = source.names
        self.unit = unit
        owners = source.arrow([owner_sql(unit)]).column("unit_")
        self._mask = Private(rows_used(owners, unit, key, keep))

    def forms(self, name: str) -> Private[Ints]:
        """Return int64[len(FORM_NAMES)]: how many cells have each form."""
        cell = cell_sql(name, self._missing)
        cases = " ".join(
            f"WHEN regexp_matches({cell}, '{pattern}', 's') THEN {number}"
            for number, (_, pattern) in enumerate(FORMS, start=1)
            if pattern
        )
        column = f"CASE WHEN {cell} IS NULL THEN 0 {cases} ELSE {len(FORMS)} END AS form_"
        return Private(self._counted(f"{column}", len(FORM_NAMES)))

    def magnitudes(self, field: Field) -> Private[Ints]:
        """Return how many cells have each sign and power of two: negative (largest first), zero, positive; then others.

        Returns:
            int64[2 k + 2] for k powers in `LOG2_RANGE`.
        """
        low, high = LOG2_RANGE
        number = number_sql(field, self._missing)
        size = high - low
        power = f"least(greatest(floor(log2(abs({number}))), {low}), {high - 1})"
        inside = f"{number} IS NULL OR NOT isfinite({number})"
        column = (
            f"CASE WHEN {inside} THEN {2 * size + 1} WHEN {number} = 0 THEN {size} "
            f"WHEN {number} > 0 THEN {size + 1 - low} + {power} ELSE {size - 1 + low} - {power} END AS size_"
        )
        return Private(self._counted(column, 2 * size + 2))

    def years(self, field: Field) -> Private[Ints]:
        """Return int64[years + 1]: how many cells fall into each year of `YEARS`; then others."""
        first, last = YEARS
        number = number_sql(field, self._missing)
        days = number if field.kind == "date" else f"({number} / 86400)"
        # Bounds first: a moment out of range must not reach the conversion.
        low, high = (first - 1970) * 366, (last - 1970) * 365
        moment = f"CASE WHEN {days} BETWEEN {low} AND {high} THEN year(DATE '1970-01-01' + CAST(floor({days}) AS INTEGER)) END"
        column = f"CAST(coalesce(least(greatest({moment}, {first}), {last - 1}) - {first}, {last - first}) AS INTEGER) AS year_"
        return Private(self._counted(column, last - first + 1))

    def labels(self, name: str) -> Private[dict[str, int]]:
        """Return label -> rows; longer texts than 64 characters are left out."""
        cell = cell_sql(name, self._missing)
        column = self._source.arrow(
            [f"CASE WHEN length({cell}) <= {MAX_LABEL_CHARACTERS} THEN {cell} END AS label_"]
        ).column("label_")
        encoded = column.combine_chunks().dictionary_encode()
        texts = encoded.dictionary.to_pylist()
        index = np.asarray(encoded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False), dtype=np.int64)
        counts = np.bincount(index[self._mask.reveal()], minlength=len(texts) + 1)
        rows: dict[str, int] = {}
        for text, count in zip(texts, counts, strict=False):
            if count:
                label = canonical_label(text)
                rows[label] = rows.get(label, 0) + int(count)
        return Private(rows)

    def _counted(self, expression: str, size: int) -> Ints:
        column = self._source.arrow([expression]).column(0)
        codes = np.asarray(column.to_numpy(), dtype=np.int64)
        return np.bincount(codes[self._mask.reveal()], minlength=size)
