"""What may be asked of a table whose schema is not known yet: forms of cells, magnitudes, labels. All answers are private.

A cell has exactly one form, one magnitude and one label, so that one row changes one cell of each answer by one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from privsynth.privacy import Private, Unit
from privsynth.table.cells import label_types_sql, number_sql, value_sql
from privsynth.table.forms import FORMS, REPEATABLE, forms_of
from privsynth.table.source import Source
from privsynth.table.sql import cell_sql, short_sql
from privsynth.table.units import owner_sql, rows_used
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Field, canonical_label

if TYPE_CHECKING:
    import pyarrow as pa

Ints = npt.NDArray[np.int64]
MAX_LABEL_CHARACTERS = 64
LOG2_RANGE = (-20, 60)
YEARS = (1800, 2200)

# Answers of `Profile.forms`: each form, and the repeated texts of some.
FORM_NAMES = (*FORMS, *(f"{form}_again" for form in REPEATABLE))
_AGAIN = np.array([FORMS.index(form) for form in REPEATABLE])


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
        self._last: tuple[str, tuple[pa.Array, Ints, int]] | None = None  # both questions about a column read it once

    def forms(self, name: str) -> Private[Ints]:
        """Return int64[len(FORM_NAMES)]: how many cells have each form.

        Of a form in `REPEATABLE`, one cell of each text counts under the form and all further ones under `<form>_again`. A row
        more or less changes one of the two by one, since it either is the only one of its text or is not.
        """
        texts, rows, missing = self._texts(name)
        forms = forms_of(texts)
        counts = np.bincount(forms, weights=rows, minlength=len(FORMS)).astype(np.int64)
        first = np.bincount(forms[rows > 0], minlength=len(FORMS))
        again = (counts - first)[_AGAIN]
        counts[_AGAIN] = first[_AGAIN]
        counts[0] += missing
        return Private(np.concatenate([counts, again]))

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
        if field.kind == "integer":  # a year already
            moment = f"CASE WHEN {number} BETWEEN {first} AND {last - 1} THEN TRY_CAST({number} AS INTEGER) END"
            return Private(
                self._counted(
                    f"CAST(coalesce({moment} - {first}, {last - first}) AS INTEGER) AS year_", last - first + 1
                )
            )
        days = number if field.kind == "date" else f"({number} / 86400)"
        # Bounds first: a moment out of range must not reach the conversion.
        low, high = (first - 1970) * 366, (last - 1970) * 365
        moment = f"CASE WHEN {days} BETWEEN {low} AND {high} THEN year(DATE '1970-01-01' + CAST(floor({days}) AS INTEGER)) END"
        column = f"CAST(coalesce(least(greatest({moment}, {first}), {last - 1}) - {first}, {last - first}) AS INTEGER) AS year_"
        return Private(self._counted(column, last - first + 1))

    def labels(self, name: str) -> Private[dict[str, int]]:
        """Return label -> rows; longer texts than 64 characters are left out."""
        import pyarrow.compute as pc

        texts, counts, _ = self._texts(name)
        short = pc.less_equal(pc.utf8_length(texts), MAX_LABEL_CHARACTERS)
        counts = counts[np.asarray(short.to_numpy(zero_copy_only=False), dtype=np.bool_)]
        rows: dict[str, int] = {}
        for text, count in zip(texts.filter(short).to_pylist(), counts.tolist(), strict=True):
            if count:
                label = canonical_label(text)
                rows[label] = rows.get(label, 0) + count
        return Private(rows)

    def combinations(self, domains: Sequence[Domain]) -> Private[dict[str, int]]:
        """Return combination -> rows of columns each of whose codes stands for one value; cells that are missing or unknown have none.

        Returns:
            Combinations are JSON lists of what a schema writes, one text for each column.
        """
        for statement in label_types_sql(domains):
            self._source.execute(statement)
        mask, codes = self._mask.reveal(), list[Ints]()
        for number, domain in enumerate(domains):
            column = np.asarray(self._source.arrow([value_sql(domain, self._missing, number)]).column(0).to_numpy())
            coded = column if domain.labels is not None else domain.encode_numbers(column.astype(np.float64))
            codes.append(coded.astype(np.int64))
            mask = mask & (coded < domain.size)
        place = np.zeros(int(mask.sum()), dtype=np.int64)
        for domain, each in zip(domains, codes, strict=True):
            place = np.unique(place * domain.size + each[mask], return_inverse=True)[1].ravel()
        _, first, rows = np.unique(place, return_index=True, return_counts=True)
        texts = [domain.texts() or () for domain in domains]
        found = {}
        for row, count in zip(np.flatnonzero(mask)[first].tolist(), rows.tolist(), strict=True):
            found[json.dumps([text[each[row]] for text, each in zip(texts, codes, strict=True)])] = count
        return Private(found)

    def _texts(self, name: str) -> tuple[pa.Array, Ints, int]:
        """Return the texts of a column, the used rows of each (0 where none is used), and how many used cells are missing."""
        import pyarrow as pa

        if self._last is not None and self._last[0] == name:
            return self._last[1]
        text = short_sql(cell_sql(name, self._missing))
        column = self._source.arrow([f"{text} AS text_"]).column("text_").cast(pa.large_string())
        encoded = column.combine_chunks().dictionary_encode()
        size = len(encoded.dictionary)
        index = np.asarray(encoded.indices.fill_null(size).to_numpy(zero_copy_only=False), dtype=np.int64)
        counts = np.bincount(index[self._mask.reveal()], minlength=size + 1)
        answer = (encoded.dictionary, counts[:size], int(counts[size]))
        self._last = (name, answer)
        return answer

    def _counted(self, expression: str, size: int) -> Ints:
        column = self._source.arrow([expression]).column(0)
        codes = np.asarray(column.to_numpy(), dtype=np.int64)
        return np.bincount(codes[self._mask.reveal()], minlength=size)
