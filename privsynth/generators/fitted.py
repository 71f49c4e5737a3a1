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
from privsynth.generators.where import Conditions
from privsynth.privacy import Guarantee
from privsynth.table.given import MARK, GivenRows, read_given
from privsynth.table.write import decode
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.io import schema_from_document, schema_to_document
from privsynth.tableschema.model import Schema

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
    """

    generator: str
    config: Mapping[str, Any]
    schema: Schema
    guarantee: Guarantee
    event: Mapping[str, Any]
    model: Model
    ledger: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        guarantee = self.guarantee
        promise = "no guarantee" if guarantee.void else f"epsilon {guarantee.epsilon:g}"
        return f"Fitted({self.generator}, {len(self.schema.modelled)} columns, {promise})"

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

    def mark(self, given: GivenRows | None = None) -> dict[str, Any] | None:
        """Return what is to be said wherever drawn rows go, as JSON values; nothing where the guarantee covers them.

        Args:
            given: The rows that were completed, or None.
        """
        void: dict[str, Any] = {} if self.guarantee.void is None else {"dp": False, "note": self.guarantee.sentence()}
        if given is None:
            return void or None
        said = given.mark()
        return {**said, **void, "note": " ".join(each["note"] for each in (void, said) if each)}

    def sample(
        self, rows: int | None = None, *, seed: int | None = None, where: str | None = None, given: Any = None
    ) -> Any:
        """Draw synthetic rows as a `pyarrow.Table`; without a guarantee, its metadata `privsynth` says so.

        Args:
            rows: How many; the noisy number of rows of the table by default.
            seed: Makes the rows reproducible; sampling is post-processing, so a seed costs no privacy.
            where: Conditions such as ``age >= 80 and sex = 'F'``; see `where_text` for the language.
            given: A table (or `GivenRows`) with some of the columns, whose others are drawn given them; see `read_given`. Its rows are
                in what is returned, which the guarantee does not cover; the metadata `privsynth` of the result says so.

        Raises:
            UsageError: rows, seed or conditions are not usable, or the model gives them no mass.
            SchemaError: the given table does not fit the model.
        """
        import pyarrow as pa

        return pa.concat_tables(self.batches(rows, seed=seed, where=where, given=given))

    def batches(
        self,
        rows: int | None = None,
        *,
        seed: int | None = None,
        where: str | None = None,
        given: Any = None,
        verbatim: bool = False,
    ) -> Iterator[Any]:
        """Draw what `sample` draws, in batches of bounded memory, at least one (which may be empty).

        Args:
            rows: As for `sample`.
            seed: As for `sample`.
            where: As for `sample`.
            given: As for `sample`.
            verbatim: Return given columns of a file of text as they are written there, instead of typed.

        Raises:
            UsageError, SchemaError: as `sample`; at once, but for conditions without mass, which only drawing shows.
        """
        if given is not None and (rows is not None or where is not None):
            raise UsageError("Given rows are completed as they are: leave the number of rows and the conditions out.")
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
        return self._drawn(wanted, None if where is None else Conditions.parse(where, self.schema), rng)

    def _drawn(self, rows: int, conditions: Conditions | None, rng: np.random.Generator) -> Iterator[Any]:
        decode, fakes = self._decoder(), Fakes(self.schema, rows, rng.spawn(1)[0])
        if conditions is None or not rows:
            found = self.model.batches(rows, rng)
        else:
            found = rows_where(self.model, conditions, rows, self.schema, decode, rng)
        for batch in found:
            yield _marked(self._with(decode(batch), fakes.next(batch.count)), self.mark())

    def _completed(self, given: GivenRows, rng: np.random.Generator, *, verbatim: bool) -> Iterator[Any]:
        decode, fakes = self._decoder(), Fakes(self.schema, given.count, rng.spawn(1)[0])
        columns = {**given.columns, **(given.texts if verbatim else {})}
        start = 0
        for batch in rows_given(self.model, given, rng):
            known = {name: column.slice(start, batch.count) for name, column in columns.items()}
            table = self._with(decode(batch), {**fakes.next(batch.count), **known})
            start += batch.count
            yield _marked(table, self.mark(given))

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

        Raises:
            UsageError: it is a baseline, or the path exists.
        """
        return write_model(Path(path), self.to_manifest(), self.model.to_arrays())

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
        }


def _marked(table: Any, mark: Mapping[str, Any] | None) -> Any:
    """Return a table whose metadata says what is to be said of it."""
    return table if mark is None else table.replace_schema_metadata({MARK: json.dumps(mark)})


def mark_of(table: Any) -> dict[str, Any] | None:
    """Return what a table that was drawn says of itself, or None."""
    said = (table.schema.metadata or {}).get(MARK.encode())
    return None if said is None else dict(json.loads(said))


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
        )
    except ArtifactError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, PrivsynthError) as error:
        raise ArtifactError(
            f"The model {path} is incomplete or was made by another version ({type(error).__name__}). Copy or fit it again."
        ) from None
