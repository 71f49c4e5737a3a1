"""What is said about a synthetic table wherever it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from privsynth import __version__
from privsynth.errors import UsageError
from privsynth.provenance.reading import Document
from privsynth.provenance.terms import check_licence, check_terms

FORMAT = "privsynth.provenance/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that was done to a table after it was drawn.

    Args:
        stage: Its name, such as `deduplicate`.
        rows_in: Rows before.
        rows_kept: Rows after.
        why: In a few words, such as the rule; never a cell of a private table.
    """

    stage: str
    rows_in: int
    rows_kept: int
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"stage": self.stage, "rows_in": self.rows_in, "rows_kept": self.rows_kept, "why": self.why}


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a table comes from and what holds for it. All of it is public.

    Args:
        generation: How many models lie between the table and real rows: 0 for real rows, 1 for rows of a model of them; None where
            nobody knows.
        generator: Name of the last generator, or None.
        model_digest: Of the last model, or None where it is not stored or not known.
        dp: Whether a differential privacy guarantee holds for the rows that were drawn; None where nobody knows.
        guarantee: `{"sentence", "epsilon", "delta", "unit": {"column", "max_rows"}}` of that model, or None.
        contains_real_rows: Whether rows that somebody gave are in it, which no guarantee covers.
        given: `{"table", "rows", "columns"}` of rows that were completed, or None.
        licence: SPDX identifier, or None where nothing is stated.
        terms: Tags of the terms of use.
        steps: What was done to it since, in order.
        made_by: Program and version.
        rows: Number of rows, or None.
        columns: Names of the columns in order.
    """

    generation: int | None
    generator: str | None = None
    model_digest: str | None = None
    dp: bool | None = None
    guarantee: Mapping[str, Any] | None = None
    contains_real_rows: bool = False
    given: Mapping[str, Any] | None = None
    licence: str | None = None
    terms: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    made_by: str = field(default=f"privsynth {__version__}")
    rows: int | None = None
    columns: tuple[str, ...] = ()

    @property
    def synthetic(self) -> bool:
        """Whether it is, or may be, made by a model."""
        return self.generation != 0

    @property
    def covered(self) -> bool:
        """Whether a guarantee is stated, and holds for the whole table: rows of generation 0 are real, whatever else is said of them."""
        real = self.contains_real_rows or self.generation == 0
        return self.dp is True and self.guarantee is not None and not real

    @property
    def private(self) -> bool:
        """Whether it is for the owner alone: there are real rows in it, or rows of a model that is known to protect nobody."""
        return self.contains_real_rows or self.dp is False

    @property
    def note(self) -> str:
        """The one sentence (or two) that must not be lost."""
        sentence = str(self.guarantee["sentence"]) if self.guarantee else ""
        said = [] if self.dp or not sentence else [sentence]
        if self.given is not None:
            said.append(
                f"This table contains the rows of {self.given['table']}: it is not covered by the guarantee of the model."
            )
        elif self.contains_real_rows:
            said.append("This table contains real rows: it is not covered by a guarantee.")
        return " ".join(said) or sentence or "Nothing is known about a guarantee of this table."

    def after(self, *steps: Step, columns: Sequence[str] | None = None) -> Provenance:
        """Return what holds after more was done to the table; its guarantee stays, for nothing private was read.

        Args:
            steps: What was done, in order.
            columns: Names of the columns now; by default as before.
        """
        return replace(
            self,
            steps=(*self.steps, *steps),
            rows=steps[-1].rows_kept if steps else self.rows,
            columns=self.columns if columns is None else tuple(columns),
        )

    def under(self, licence: str | None = None, terms: Sequence[str] = ()) -> Provenance:
        """Return it with a licence and with more terms, as their owner states them; None leaves the licence as it is.

        Raises:
            UsageError: the licence or a tag is none.
        """
        stated = check_licence(licence)
        return replace(
            self, licence=self.licence if stated is None else stated, terms=check_terms((*self.terms, *terms))
        )

    def describes(self, columns: Sequence[str]) -> bool:
        """Return whether a table with these columns, in any order, can be the one that this is about."""
        return set(self.columns) == set(columns)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values; `schemas/provenance.schema.json` states their form."""
        return {
            "format": FORMAT,
            "note": self.note,
            "generation": self.generation,
            "generator": self.generator,
            "model_digest": self.model_digest,
            "dp": self.dp,
            "guarantee": None if self.guarantee is None else dict(self.guarantee),
            "covered_by_the_guarantee": self.covered,
            "contains_real_rows": self.contains_real_rows,
            "given": None if self.given is None else dict(self.given),
            "licence": self.licence,
            "terms": list(self.terms),
            "steps": [step.to_json() for step in self.steps],
            "made_by": self.made_by,
            "rows": self.rows,
            "columns": list(self.columns),
        }

    @classmethod
    def from_json(cls, document: Any, *, where: str = "the manifest") -> Provenance:
        """Read what `to_json` wrote and anybody may have changed since; entries that are not known are left out.

        Args:
            document: JSON values.
            where: How messages name it.

        Raises:
            ArtifactError: it is of another or a newer format, or an entry is not what it must be; the message quotes none.
        """
        said = Document(document, where)
        said.check_format(FORMAT)
        guarantee, given, generation = said.part("guarantee"), said.part("given"), said.count("generation")
        return cls(
            generation=generation,
            generator=said.text("generator"),
            model_digest=said.text("model_digest"),
            dp=said.flag("dp"),
            guarantee=None if guarantee is None else _guarantee(guarantee),
            contains_real_rows=given is not None or generation == 0 or bool(said.flag("contains_real_rows")),
            given=None if given is None else _given(given),
            licence=said.text("licence"),
            terms=said.texts("terms"),
            steps=tuple(_step(each) for each in said.parts("steps")),
            made_by=said.text("made_by") or "unknown",
            rows=said.count("rows"),
            columns=said.names("columns"),
        )


def _guarantee(said: Document) -> dict[str, Any]:
    unit = said.part("unit")
    return {
        "sentence": said.text("sentence") or "",
        "epsilon": said.number("epsilon"),
        "delta": said.number("delta"),
        "unit": None if unit is None else {"column": unit.text("column"), "max_rows": unit.count("max_rows")},
    }


def _given(said: Document) -> dict[str, Any]:
    return {
        "table": said.text("table") or "a table",
        "rows": said.count("rows"),
        "columns": list(said.names("columns")),
    }


def _step(said: Document) -> Step:
    return Step(
        stage=said.text("stage") or "unknown",
        rows_in=said.count("rows_in") or 0,
        rows_kept=said.count("rows_kept") or 0,
        why=said.text("why") or "",
    )


def mixed(parts: Sequence[Provenance | None], columns: Sequence[str], rows: int | None = None) -> Provenance:
    """Return what holds for rows of several tables put together.

    What all say stays; of what they differ in, the careful reading: the deepest generation, unknown where one is. A guarantee stays
    only where all rows are of one model, for those of several models add up.

    Args:
        parts: What is said of each table; None for one of which nothing is said, which is taken for real.
        columns: Of the result.
        rows: Of the result, or None.

    Raises:
        UsageError: there is no part.
    """
    if not parts:
        raise UsageError("No table was given, so that nothing can be said about the tables together. Give one.")
    said = [_REAL if part is None else part for part in parts]
    first, depths = said[0], [part.generation for part in said]
    known = [depth for depth in depths if depth is not None]
    one_model = first.model_digest is not None and len({part.model_digest for part in said}) == 1
    return Provenance(
        generation=max(known) if len(known) == len(depths) else None,
        generator=_common([part.generator for part in said]),
        model_digest=first.model_digest if one_model else None,
        dp=_all([part.dp for part in said]),
        guarantee=first.guarantee if one_model else None,
        contains_real_rows=any(part.contains_real_rows or part.generation == 0 for part in said),
        licence=_common([part.licence for part in said]),
        terms=tuple(dict.fromkeys(tag for part in said for tag in part.terms)),
        rows=rows,
        columns=tuple(columns),
    )


_REAL = Provenance(generation=0, dp=False, contains_real_rows=True)


def _common(values: Sequence[str | None]) -> str | None:
    return values[0] if len(set(values)) == 1 else None


def _all(flags: Sequence[bool | None]) -> bool | None:
    return False if False in flags else None if None in flags else True
