"""A fitted model with everything that goes with it: schema, guarantee, recipe. It is what leaves, and it holds no row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from privsynth.artifact import read_model, write_model
from privsynth.errors import ArtifactError, PrivsynthError, UsageError
from privsynth.generators import make_config
from privsynth.generators.base import Model, Rows
from privsynth.generators.fakes import make_fakes
from privsynth.generators.where import Conditions
from privsynth.privacy import Guarantee
from privsynth.table.write import decode
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.io import schema_from_document, schema_to_document
from privsynth.tableschema.model import Schema

_MAX_TRIES = 200
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
    def domains(self) -> tuple[Domain, ...]:
        """Domains of the modelled columns."""
        return tuple(Domain.of(each) for each in self.schema.modelled)

    @property
    def default_rows(self) -> int:
        """How many rows `sample` draws unless told: the noisy total."""
        return max(round(self.model.total), 0)

    def sample(self, rows: int | None = None, *, seed: int | None = None, where: str | None = None) -> Any:
        """Draw synthetic rows as a `pyarrow.Table`.

        Args:
            rows: How many; the noisy number of rows of the table by default.
            seed: Makes the rows reproducible; sampling is post-processing, so a seed costs no privacy.
            where: Conditions such as ``age >= 80 and sex = Female``; rows that do not fulfil them are drawn again.

        Raises:
            UsageError: rows, seed or conditions are not usable, or the conditions almost never hold.
        """
        wanted = self.default_rows if rows is None else rows
        if isinstance(wanted, bool) or not 0 <= wanted <= _MAX_ROWS:
            raise UsageError(f"{wanted!r} rows cannot be sampled. Give a number from 0 to {_MAX_ROWS:,}.")
        if seed is not None and seed < 0:
            raise UsageError(f"The seed {seed} is negative. Give 0 or more.")
        rng = np.random.default_rng(seed)
        if where is None:
            table = self._decoded(self.model.sample(wanted, rng))
        else:
            table = self._conditional(wanted, rng, Conditions.parse(where, self.schema))
        return self._with_fakes(table, rng)

    def _with_fakes(self, table: Any, rng: np.random.Generator) -> Any:
        """Add the columns that are made anew, in the schema's order."""
        made = make_fakes(self.schema, table.num_rows, rng)
        for name, column in made.items():
            table = table.append_column(name, column)
        return table.select([name for name in self.schema.names if name in table.column_names])

    def _decoded(self, rows: Rows) -> Any:
        return decode(self.schema, {domain.name: domain for domain in self.domains}, rows.codes, rows.positions)

    def _conditional(self, wanted: int, rng: np.random.Generator, conditions: Conditions) -> Any:
        import pyarrow as pa

        parts = [self._decoded(self.model.sample(0, rng))]
        found, batch = 0, max(4 * wanted, 10_000)
        for _ in range(_MAX_TRIES):
            if found >= wanted:
                break
            drawn = self._decoded(self.model.sample(batch, rng))
            parts.append(drawn.filter(conditions.mask(drawn)))
            found += parts[-1].num_rows
        if found < wanted:
            raise UsageError(
                f"Only {found} of {wanted} rows fulfilled the conditions in {_MAX_TRIES} tries. Relax them, or ask for fewer rows."
            )
        return pa.concat_tables(parts).slice(0, wanted)

    def digest(self) -> str:
        """Return a digest of all that this model would write, the ledger's head apart."""
        manifest = {name: value for name, value in self.to_manifest().items() if name != "ledger"}
        hashed = hashlib.sha256(json.dumps(manifest, sort_keys=True, default=str).encode())
        for name, array in sorted(self.model.to_arrays().items()):
            hashed.update(f"{name} {array.dtype.str} {array.shape}".encode() + np.ascontiguousarray(array).tobytes())
        return hashed.hexdigest()

    def save(self, path: Path | str) -> dict[str, Any]:
        """Write the model as a folder, or as one file if the name ends in .zip; complete or not at all."""
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
        domains = tuple(Domain.of(each) for each in schema.modelled)
        return Fitted(
            generator=manifest["generator"],
            config=manifest["config"],
            schema=schema,
            guarantee=Guarantee.from_json(manifest["guarantee"]),
            event=manifest["event"],
            model=config.load(domains, arrays),
            ledger=manifest.get("ledger", {}),
        )
    except ArtifactError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, PrivsynthError) as error:
        raise ArtifactError(
            f"The model {path} is incomplete or was made by another version ({type(error).__name__}). Copy or fit it again."
        ) from None
