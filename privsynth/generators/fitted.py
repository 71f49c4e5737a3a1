"""A fitted model with everything that goes with it: schema, guarantee, recipe. It is what leaves, and it holds no row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from privsynth.artifact import read_model, write_model
from privsynth.errors import ArtifactError, PrivsynthError, UsageError
from privsynth.generators import make_config
from privsynth.generators.base import Model, Rows
from privsynth.generators.baselines import BASELINES
from privsynth.generators.conditional import check_given, rows_given, rows_where
from privsynth.generators.fakes import Fakes
from privsynth.generators.grouping import check_conditions, constant_columns, rows_of_people
from privsynth.generators.where import Conditions
from privsynth.privacy import Guarantee
from privsynth.provenance import Provenance, with_provenance
from privsynth.table.given import GivenRows, read_given
from privsynth.table.write import decode
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.io import schema_from_document, schema_to_document
from privsynth.tableschema.model import Schema
from privsynth.tableschema.person import RowsPerPerson, person_of

_MAX_ROWS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """A model that may be shared.

    Args:
        generator: Name of the generator.
        config: Its recipe as JSON values.
        schema: The schema that it was fitted under.
        guarantee: What is proven about it.
        event: The privacy event as JSON values.
        model: Noisy answers and what follows from them.
        ledger: Head and length of the ledger's chain after the spend, or empty.
        generation: How many models lie between its rows and real ones: 1 for a model of a real table; None where nobody knows.
    """

    generator: str
    config: Mapping[str, Any]
    schema: Schema
    guarantee: Guarantee
    event: Mapping[str, Any]
    model: Model
    ledger: Mapping[str, Any] = field(default_factory=dict)
    generation: int | None = 1

    def __repr__(self) -> str:
        guarantee = self.guarantee
        promise = "no guarantee" if guarantee.void else f"epsilon {guarantee.epsilon:g}"
        return f"Fitted({self.generator}, {len(self.schema.modelled)} columns, {promise})"

    def _repr_html_(self) -> str:
        """Return a card for a notebook."""
        from privsynth.shown import card

        facts = [
            ("generator", self.generator),
            ("columns", ", ".join(field.name for field in self.schema.modelled)),
            ("rows by default", f"{self.default_rows:,}"),
        ]
        tone = "bad" if self.guarantee.void else ""
        return card("Fitted model", facts, tone=tone, note=self.guarantee.sentence())

    @property
    def stored(self) -> bool:
        """Whether the model may be written: a baseline is never."""
        return self.generator not in BASELINES

    @property
    def domains(self) -> tuple[Domain, ...]:
        """Domains of the modelled columns."""
        return tuple(Domain.of(each) for each in self.schema.modelled)

    @property
    def default_rows(self) -> int:
        """How many rows `sample` draws unless told: the noisy total."""
        return max(round(self.model.total), 0)

    def provenance(self, rows: int | None = None, given: GivenRows | None = None) -> Provenance:
        """Return what is said of drawn rows wherever they go; their columns are stated where they are known (`with_provenance`).

        Args:
            rows: How many; by default as many as `sample` draws.
            given: The rows that were completed, or None.
        """
        stated = self.guarantee.to_json()
        return Provenance(
            generation=self.generation,
            generator=self.generator,
            model_digest=self.digest() if self.stored else None,
            dp=self.guarantee.void is None,
            guarantee={name: stated[name] for name in ("sentence", "epsilon", "delta", "unit")},
            contains_real_rows=given is not None,
            given=None if given is None else given.said(),
            rows=given.count if given is not None else self.default_rows if rows is None else rows,
        )

    def sample(
        self,
        rows: int | None = None,
        *,
        seed: int | None = None,
        where: str | None = None,
        given: Any = None,
        rows_per_person: int | str | RowsPerPerson | None = None,
    ) -> Any:
        """Draw synthetic rows as a `pyarrow.Table`; its metadata `privsynth` says where they come from (see `provenance`).

        Args:
            rows: How many; the noisy number of rows of the table by default.
            seed: Makes the rows reproducible; sampling is post-processing, so a seed costs no privacy.
            where: Conditions such as ``age >= 80 and sex = 'F'``; see `where_text` for the language.
            given: A table (or `GivenRows`) with some of the columns, whose others are drawn given them; see `read_given`. Its rows are
                in what is returned, which the guarantee does not cover; the metadata `privsynth` of the result says so.
            rows_per_person: Give made-up people several rows, such as 4 (1 to 4 of them) or `geometric:4`; by default what the schema
                declares, else one. What does not change about a person is then drawn once for each.

        Raises:
            UsageError: rows, seed or conditions are not usable, or the model gives them no mass.
            SchemaError: the given table does not fit the model.
        """
        import pyarrow as pa

        return pa.concat_tables(
            self.batches(rows, seed=seed, where=where, given=given, rows_per_person=rows_per_person)
        )

    def batches(
        self,
        rows: int | None = None,
        *,
        seed: int | None = None,
        where: str | None = None,
        given: Any = None,
        verbatim: bool = False,
        rows_per_person: int | str | RowsPerPerson | None = None,
    ) -> Iterator[Any]:
        """Draw what `sample` draws, in batches of bounded memory, at least one (which may be empty).

        Args:
            rows: As for `sample`.
            seed: As for `sample`.
            where: As for `sample`.
            given: As for `sample`.
            verbatim: Return given columns of a file of text as they are written there, instead of typed.
            rows_per_person: As for `sample`.

        Raises:
            UsageError, SchemaError: as `sample`; at once, but for conditions without mass, which only drawing shows.
        """
        if given is not None and any(each is not None for each in (rows, where, rows_per_person)):
            raise UsageError(
                "Given rows are completed as they are: leave the number of rows, the conditions and rows per person out."
            )
        wanted = self.default_rows if rows is None else rows
        if isinstance(wanted, bool) or not 0 <= wanted <= _MAX_ROWS:
            raise UsageError(f"{wanted!r} rows cannot be sampled. Give a number from 0 to {_MAX_ROWS:,}.")
        if seed is not None and seed < 0:
            raise UsageError(f"The seed {seed} is negative. Give 0 or more.")
        rng = np.random.default_rng(seed)
        if given is not None:
            known = given if isinstance(given, GivenRows) else read_given(given, self.schema)
            check_given(self.model, known, self.schema)
            return self._completed(known, rng, verbatim=verbatim)
        conditions, law = None if where is None else Conditions.parse(where, self.schema), self._law(rows_per_person)
        if conditions is not None and law is not None:
            check_conditions(conditions, constant_columns(self.schema))
        return self._drawn(wanted, conditions, law, rng)

    def _law(self, asked: int | str | RowsPerPerson | None) -> RowsPerPerson | None:
        """Return how many rows a person has, None for one: what was asked for, else what the schema declares (not of baselines)."""
        law = RowsPerPerson.parse(asked) if asked is not None else person_of(self.schema).rows if self.stored else None
        return None if law is None or law.most == 1 else law

    def _drawn(
        self, rows: int, conditions: Conditions | None, law: RowsPerPerson | None, rng: np.random.Generator
    ) -> Iterator[Any]:
        said = self.provenance(rows)
        decode, fakes = self._decoder(), Fakes(self.schema, rows, rng.spawn(1)[0])
        if law is not None:
            of_people = rows_of_people(self.model, self.schema, law, rows, rng, conditions=conditions, decode=decode)
            for batch, people in of_people:
                yield with_provenance(self._with(decode(batch), fakes.next(batch, people)), said)
            return
        if conditions is None or not rows:
            found = self.model.batches(rows, rng)
        else:
            found = rows_where(self.model, conditions, rows, self.schema, decode, rng)
        for batch in found:
            yield with_provenance(self._with(decode(batch), fakes.next(batch)), said)

    def _completed(self, given: GivenRows, rng: np.random.Generator, *, verbatim: bool) -> Iterator[Any]:
        decode, fakes = self._decoder(), Fakes(self.schema, given.count, rng.spawn(1)[0])
        columns = {**given.columns, **(given.texts if verbatim else {})}
        start, said = 0, self.provenance(given=given)
        for batch in rows_given(self.model, given, rng):
            known = {name: column.slice(start, batch.count) for name, column in columns.items()}
            table = self._with(decode(batch), {**fakes.next(batch), **known})
            start += batch.count
            yield with_provenance(table, said)

    def _with(self, table: Any, columns: Mapping[str, Any]) -> Any:
        """Add or replace columns; all come in the schema's order."""
        import pyarrow as pa

        every = {**dict(zip(table.column_names, table.columns, strict=True)), **columns}
        return pa.table({name: every[name] for name in self.schema.names if name in every})

    def _decoder(self) -> Callable[[Rows], Any]:
        domains = {domain.name: domain for domain in self.domains}
        return lambda rows: decode(self.schema, domains, rows.codes, rows.positions)

    def digest(self) -> str:
        """Return a digest of all that this model would write, the ledger's head apart; of a baseline, what is said of it."""
        manifest = {name: value for name, value in self.to_manifest().items() if name != "ledger"}
        hashed = hashlib.sha256(json.dumps(manifest, sort_keys=True, default=str).encode())
        for name, array in sorted(self.model.to_arrays().items()) if self.stored else ():
            hashed.update(f"{name} {array.dtype.str} {array.shape}".encode() + np.ascontiguousarray(array).tobytes())
        return hashed.hexdigest()

    def save(self, path: Path | str) -> dict[str, Any]:
        """Write the model as a folder, or as one file if the name ends in .zip; complete or not at all.

        One without a guarantee is for its owner alone: modes 0700 and 0600.

        Raises:
            UsageError: it is a baseline, or the path exists.
        """
        void = self.guarantee.void is not None
        return write_model(Path(path), self.to_manifest(), self.model.to_arrays(), private=void)

    def to_manifest(self) -> dict[str, Any]:
        """Return everything but the arrays as JSON values."""
        return {
            "dp": self.guarantee.void is None,
            "generator": self.generator,
            "config": dict(self.config),
            "schema": schema_to_document(self.schema),
            "guarantee": self.guarantee.to_json(),
            "event": dict(self.event),
            "ledger": dict(self.ledger),
            "generation": self.generation,
        }


def load_model(path: Path | str) -> Fitted:
    """Read a model that `save` wrote, or the one of a release folder.

    Raises:
        ArtifactError: it is damaged, cut off, or no model of privsynth.
    """
    inside = Path(path) / "model"
    manifest, arrays = read_model(inside if (inside / "manifest.json").is_file() else Path(path))
    try:
        schema = schema_from_document(manifest["schema"], where=f"the schema in {path}")
        config = make_config(manifest["generator"], manifest["config"])
        return Fitted(
            generator=manifest["generator"],
            config=manifest["config"],
            schema=schema,
            guarantee=Guarantee.from_json(manifest["guarantee"]),
            event=manifest["event"],
            model=config.load(schema, arrays),
            ledger=manifest.get("ledger", {}),
            generation=_generation(manifest),
        )
    except ArtifactError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, PrivsynthError) as error:
        raise ArtifactError(
            f"The model {path} is incomplete or was made by another version ({type(error).__name__}). Copy or fit it again."
        ) from None


def _generation(manifest: Mapping[str, Any]) -> int | None:
    """Return the generation that a manifest states, 1 where it is older than that entry.

    Raises:
        ValueError: it is none.
    """
    found: int | None = manifest.get("generation", 1)
    if found is not None and (type(found) is not int or found < 1):
        raise ValueError("generation")
    return found
