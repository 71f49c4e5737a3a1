"""SDV's methods around `privsynth.fit`.

An object here is unfitted, fitted and sampled from, as SDV's are; all that matters lies in the `Fitted` model, which is what `save`
writes.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar, cast

from privsynth.errors import ArtifactError, UsageError
from privsynth.generators.fitted import Fitted, load_model
from privsynth.pipeline import fit, plan_fit
from privsynth.plan import Plan
from privsynth.privacy import Budget, Guarantee
from privsynth.sdv.asked import Asked, constraints_of
from privsynth.sdv.data import frame_of, frames_of, frames_said, known_frame
from privsynth.sdv.draws import Draws
from privsynth.sdv.keywords import ABSENT, check_batches, check_keywords
from privsynth.sdv.marks import table_of
from privsynth.sdv.metadata import metadata_of
from privsynth.sdv.output import output_path, write_frame
from privsynth.table.frames import renamed
from privsynth.table.given import read_given
from privsynth.tableschema.constraints import Constraint, FixedIncrements

if TYPE_CHECKING:
    import pandas as pd

_LOGGER = logging.getLogger("privsynth.sdv")
Made = TypeVar("Made", bound="Synthesizer")
Tables = dict[str, Any]


class Synthesizer:
    """A generator in the shape of SDV 2.

    Args:
        metadata: A `sdv.metadata.Metadata` of one table. What detection reads from rows is not used: see `schema_from_metadata`.
        epsilon: The whole budget of a fit.
        delta: Of that budget.
        unit: Column whose values are protected, each with all its rows; by default one row is.
        max_rows: Rows kept of a unit.
        declare: What is public about columns, as a declaration (`{"columns": {name: [labels] or {"lower", "upper"}}}`) or the path of
            one. Columns that it does not name are learned under the budget.
        declared_types: You vouch for the sdtypes, formats, decimal places and keys of the metadata.
        declared_ranges: You vouch for its ranges and values too.
        target: Column that later models predict.
        focus: As for `privsynth.fit`.
        ledger: The ledger's file; by default the owner's.
        dataset: Name under which the budget of this data is kept.
        locales: Of stand-ins for personal data.
        verbose: Log what a fit does (`logging`, level INFO).
        **of_sdv: SDV's own keywords, where they can be honoured.

    Raises:
        UsageError, SchemaError: naming the argument or the statement, and what to do.
    """

    generator: ClassVar[str]

    def __init__(
        self,
        metadata: Any,
        *,
        epsilon: float,
        delta: float = 1e-6,
        unit: str | None = None,
        max_rows: int | None = None,
        declare: Any = None,
        declared_types: bool = False,
        declared_ranges: bool = False,
        target: str | None = None,
        focus: str | Sequence[str] | None = None,
        ledger: Path | str | None = None,
        dataset: str | None = None,
        locales: Sequence[str] | str | None = None,
        verbose: bool = False,
        **of_sdv: Any,
    ) -> None:
        check_keywords(type(self).__name__, of_sdv)
        Budget(epsilon=epsilon, delta=delta)
        self._asked = Asked(
            epsilon=epsilon,
            delta=delta,
            unit=unit,
            max_rows=max_rows,
            declare=deepcopy(declare),
            declared_types=declared_types,
            declared_ranges=declared_ranges,
            target=target,
            focus=focus,
            ledger=ledger,
            dataset=dataset,
            locales=locales,
            verbose=verbose,
        )
        self._metadata: Any = deepcopy(metadata)
        self._schema = self._asked.schema(self._metadata)
        self._constraints: tuple[Constraint, ...] = ()
        self._draws: Draws | None = None

    def __repr__(self) -> str:
        state = "not fitted" if self._draws is None else f"epsilon {self.guarantee.epsilon:g}"
        return f"{type(self).__name__}({len(self._schema.names)} columns, {state})"

    def __getattr__(self, name: str) -> NoReturn:
        if name in ABSENT:
            raise AttributeError(
                f"{type(self).__name__} has no `{name}`: SDV's would show or take numbers of real rows, which no budget covers. "
                "Leave the call out; `get_parameters` and `guarantee` say what was done."
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def guarantee(self) -> Guarantee:
        """What is proven about everything that is drawn; a UsageError where nothing is fitted."""
        return self._drawing().fitted.guarantee

    def _drawing(self) -> Draws:
        if self._draws is None:
            raise UsageError(f"This {type(self).__name__} is not fitted, so it has no rows to draw. Call `fit` first.")
        return self._draws

    def add_constraints(self, constraints: Any) -> None:
        """Keep constraints in every row: objects of `sdv.cag`, or mappings in our own form.

        Raises:
            UsageError, SchemaError: it is fitted already, or none that keeps them; or they do not fit the columns.
        """
        if self._draws is not None:
            raise UsageError("The synthesizer is fitted already. Make a new one, and add the constraints before `fit`.")
        added = constraints_of(constraints)
        if self.generator == "copula" and any(not isinstance(each, FixedIncrements) for each in added):
            raise UsageError(
                f"{type(self).__name__} keeps no constraint between columns. Use DPMaxEntSynthesizer, or leave them out."
            )
        every = (*self._constraints, *added)
        self._schema = self._asked.schema(self._metadata, every)
        self._constraints = every

    def get_constraints(self) -> list[Constraint]:
        """Return the constraints that rows keep, as ours."""
        return list(self._schema.constraints)

    def validate(self, data: Any) -> None:
        """Refuse data of other tables or columns than the metadata names; no cell is looked at.

        Raises:
            UsageError: it is not one table of that name.
            ColumnError: a column is missing, or unknown.
        """
        frame_of(data, self._schema)

    def _options(self, frame: pd.DataFrame) -> dict[str, Any]:
        """Return what `privsynth.fit` is asked for a table; only its column names are looked at."""
        asked = self._asked
        return {
            "epsilon": asked.epsilon,
            "delta": asked.delta,
            "schema": self._schema.with_fields(self._schema[str(name)] for name in frame.columns),
            "unit": asked.unit,
            "max_rows": asked.max_rows,
            "focus": asked.focus,
            "generator": self.generator,
        }

    def plan(self, data: Any) -> Plan:
        """Return what `fit` would do and spend on this data; only its column names are looked at."""
        frame = frame_of(data, self._schema)
        return cast(Plan, plan_fit(renamed(frame, list(map(str, frame.columns))), **self._options(frame)))

    def fit(self, data: Any) -> None:
        """Fit under differential privacy; each call spends the whole budget anew.

        Guarantee:
            Whatever is drawn afterwards is (epsilon, delta)-DP for adding or removing one unit; `guarantee.sentence()` says all of it.

        Args:
            data: `{table name: DataFrame}`, as SDV takes it, or the frame.

        Raises:
            UsageError, SchemaError, BudgetError: before anything is spent.
        """
        frame = frame_of(data, self._schema)
        told: dict[str, Any] = {"progress": _LOGGER.info} if self._asked.verbose else {}
        table = renamed(frame, list(map(str, frame.columns)))
        fitted = fit(table, ledger=self._asked.ledger, dataset=self._asked.dataset, **told, **self._options(frame))
        self._draws = Draws(fitted, list(frame.columns))
        self._say_lost(fitted)

    def _say_lost(self, fitted: Fitted) -> None:
        """Warn of columns that the budget could not learn; it follows from noisy answers."""
        wanted = {field.name for field in self._schema.modelled} - {fitted.schema.unit_column}
        lost = [name for name in fitted.schema.names if name in wanted and not fitted.schema[name].modelled]
        if lost:
            warnings.warn(
                f"Too little could be learned of {len(lost)} columns, or they look like identifiers or text: {', '.join(lost)}. They come "
                "back as made-up ids or empty. Declare those that you need with `declare=`.",
                stacklevel=3,
            )

    def reset_sampling(self, seed: int = 0) -> None:
        """Begin again: the same calls draw the same rows as right after `fit` or `load`; other seeds, at no cost, give others."""
        self._drawing().reset(seed)

    def sample(
        self,
        num_rows: int | None = None,
        main_table_name: str | None = None,
        max_tries_per_batch: int = 100,
        batch_size: int | None = None,
        output_folder_path: Path | str | None = None,
    ) -> Tables:
        """Draw rows; it may be repeated and costs nothing.

        Args:
            num_rows: How many; by default the noisy number of rows of the table.
            main_table_name: Name of the table, as in the metadata.
            max_tries_per_batch: Taken for SDV's sake: drawing always ends.
            batch_size: Taken for SDV's sake: rows do not depend on it.
            output_folder_path: Write `TABLE.csv` into this folder too; the file must not exist.

        Returns:
            Table name -> frame, with the columns of the table that was fitted, in order.

        Raises:
            UsageError: the synthesizer is not fitted, or an argument is not usable.
        """
        draws, path = self._ready(max_tries_per_batch, batch_size, output_folder_path)
        if main_table_name not in (None, table_of(self._schema)):
            raise UsageError(f"There is no table {main_table_name!r}. The table is {table_of(self._schema)!r}.")
        return self._handed(draws.marked(draws.next(rows=num_rows)), path)

    def sample_from_conditions(
        self,
        conditions: Sequence[Any],
        max_tries_per_batch: int = 100,
        batch_size: int | None = None,
        output_folder_path: Path | str | None = None,
    ) -> Tables:
        """Draw rows in which some columns have given values. Those of a `DataFrameCondition` may be real: no guarantee covers them.

        Args:
            conditions: `sdv.sampling.Condition` and `DataFrameCondition`. A value that is None asks for a missing cell.
            max_tries_per_batch, batch_size, output_folder_path: As for `sample`.

        Raises:
            ColumnError: a condition names an unknown column, or one that is made anew.
            SchemaError: a value is none that its column can have.
            UsageError: the model gives a value no mass.
        """
        import pandas as pd

        draws, path = self._ready(max_tries_per_batch, batch_size, output_folder_path)
        schema = draws.fitted.schema
        found = [draws.next(given=read_given(frame, schema)) for frame in frames_of(conditions, schema)]
        return self._handed(draws.marked(pd.concat(found, ignore_index=True), frames_said(conditions)), path)

    def sample_remaining_columns(
        self,
        known_columns: pd.DataFrame,
        max_tries_per_batch: int = 100,
        batch_size: int | None = None,
        output_folder_path: Path | str | None = None,
    ) -> Tables:
        """Draw the columns that given rows lack. Their rows are in the result, which the guarantee does not cover.

        Args:
            known_columns: Rows with some of the columns.
            max_tries_per_batch, batch_size, output_folder_path: As for `sample`.

        Raises:
            ColumnError: it has an unknown column.
            SchemaError: a cell is none that its column can have; the message names the column and the row.
        """
        draws, path = self._ready(max_tries_per_batch, batch_size, output_folder_path)
        given = read_given(known_frame(known_columns, draws.fitted.schema), draws.fitted.schema)
        return self._handed(draws.marked(draws.next(given=given), given.said()), path)

    def _ready(self, tries: int, batch: int | None, folder: Path | str | None) -> tuple[Draws, Path | None]:
        """Check what can be checked before any row is drawn."""
        check_batches(tries, batch)
        return self._drawing(), output_path(folder, table_of(self._schema))

    def _handed(self, frame: pd.DataFrame, path: Path | None) -> Tables:
        if path is not None:
            write_frame(frame, path)
        return {table_of(self._schema): frame}

    def get_metadata(self, version: str = "original") -> Any:
        """Return the metadata that was given; of a loaded synthesizer, what its schema states. Both of SDV's versions are this one."""
        if version not in ("original", "modified"):
            raise UsageError(f"There is no version {version!r} of the metadata. Use 'original' or 'modified'.")
        return metadata_of(self._schema) if self._metadata is None else deepcopy(self._metadata)

    def get_parameters(self) -> dict[str, Any]:
        """Return the arguments of the constructor, the metadata apart; of a loaded synthesizer, what its guarantee says."""
        found = {each.name: getattr(self._asked, each.name) for each in fields(self._asked)}
        return {**deepcopy(found), "enforce_min_max_values": True, "enforce_rounding": True}

    def save(self, filepath: Path | str) -> None:
        """Write the model: a folder, or one file where the name ends in `.zip`. Nothing is pickled.

        Raises:
            UsageError: the synthesizer is not fitted, or something of that name exists.
        """
        self._drawing().fitted.save(filepath)

    @classmethod
    def load(cls: type[Made], filepath: Path | str) -> Made:
        """Read a synthesizer that `save` wrote, or a model of `privsynth.fit`.

        Raises:
            ArtifactError: it is damaged, no model of privsynth, or one of another generator.
        """
        fitted = load_model(filepath)
        if fitted.generator != cls.generator:
            raise ArtifactError(
                f"The model {filepath} is of the generator {fitted.generator}, not {cls.generator}. Use "
                "`privsynth.sdv.load_synthesizer`, which finds the class."
            )
        return cls.of(fitted)

    @classmethod
    def of(cls: type[Made], fitted: Fitted) -> Made:
        """Return a synthesizer of a fitted model."""
        found = cls.__new__(cls)
        claim, schema = fitted.guarantee, fitted.schema
        found._asked = Asked(
            epsilon=claim.epsilon,
            delta=claim.delta,
            unit=claim.unit.column,
            max_rows=claim.unit.max_rows,
            target=schema.target,
        )
        found._metadata, found._constraints, found._schema = None, schema.constraints, schema
        found._draws = Draws(fitted)
        return found
